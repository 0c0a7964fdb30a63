extension Explanation {
  /// The findings in expressions and templates.
  public static let expressions: [Explanation] = [
    Explanation(
      "unknown-name", title: "An expression names something that does not exist.",
      why:
        "Nothing stands for the name, so the expression would have no value. The names are the fields "
        + "of the input, `reply`, `event`, `task` and `run` where they are in scope, and the steps that "
        + "every path has passed.",
      example: greeting(body: "Dear {{ contcat.name }}, thank you for {{ deal.title }}."),
      correction: greeting(body: "Dear {{ contact.name }}, thank you for {{ deal.title }}.")),
    Explanation(
      "unknown-field", title: "An expression names a field that its record does not have.",
      why:
        "The fields of a record are those that `input` or `events` declare; those of `contact` and "
        + "`person` are the language's own.",
      example: greeting(body: "Dear {{ contact.nmae }}, thank you for {{ deal.title }}."),
      correction: greeting(body: "Dear {{ contact.name }}, thank you for {{ deal.title }}.")),
    Explanation(
      "unknown-function", title: "An expression calls a function that does not exist.",
      why:
        "The list of functions is closed, so that every expression ends: length, lower, upper, trim, "
        + "contains, starts_with, ends_with, days_between, round, min, max, any, all.",
      example: greeting(body: "Dear {{ uper(contact.name) }}, thank you for {{ deal.title }}."),
      correction: greeting(body: "Dear {{ upper(contact.name) }}, thank you for {{ deal.title }}.")),
    Explanation(
      "unknown-filter", title: "A template applies a filter that does not exist.",
      why:
        "The filters are date, time, number, money, upper, lower and title.",
      example: greeting(body: "Dear {{ contact.name | titel }}, thank you for {{ deal.title }}."),
      correction: greeting(body: "Dear {{ contact.name | title }}, thank you for {{ deal.title }}.")),
    Explanation(
      "unknown-value", title: "A text is compared with a closed set of words that it is not in.",
      why:
        "The comparison could never hold: a field of type `one of a | b` has no other value.",
      example: greeting(fields: "size: one of small | large", condition: "deal.size == \"lrge\""),
      correction: greeting(fields: "size: one of small | large", condition: "deal.size == \"large\"")),
    Explanation(
      "not-in-scope", title: "An expression names something that is not there yet at this place.",
      why:
        "`reply`, `event`, `task` and a step's name have a value only where every path has brought "
        + "one; elsewhere the run would stand still over a message that it cannot write.",
      example: greeting(body: "Dear {{ contact.name }}, you wrote {{ reply.text }} about {{ deal.title }}."),
      correction: greeting(body: "Dear {{ contact.name }}, thank you for {{ deal.title }}.")),
    Explanation(
      "optional", title: "A value that may be absent is used as if it were always there.",
      why:
        "For some contact it will be absent, and the message or the decision with it. Say what stands "
        + "for it (`??`), or test it first (`is present`).",
      example: greeting(body: "Dear {{ contact.first_name }}, thank you for {{ deal.title }}."),
      correction: greeting(
        body: "Dear {{ contact.first_name ?? contact.name }}, thank you for {{ deal.title }}.")),
    Explanation(
      "wrong-type", title: "A value is of another type than its place wants.",
      why:
        "A number is not compared with a text, nor a date joined with a number: what would come of it "
        + "is not what was meant.",
      example: greeting(fields: "amount: number", condition: "deal.amount > \"100\""),
      correction: greeting(fields: "amount: number", condition: "deal.amount > 100")),
    Explanation(
      "bad-date", title: "A date does not exist, or is not written as one.",
      why:
        "A date is written year, month, day with all their digits, and must stand in the calendar.",
      example: greeting(fields: "due: date", condition: "deal.due > 2027-02-30"),
      correction: greeting(fields: "due: date", condition: "deal.due > 2027-02-28")),
    Explanation(
      "bad-duration", title: "A duration is not written as one.",
      why:
        "A duration is whole numbers from 1 with units in full, from large to small: 2 days, 1 day 4 "
        + "hours, 3 business days.",
      example: greeting(fields: "due: date", condition: "deal.due > 2027-02-28 + 3 dyas"),
      correction: greeting(fields: "due: date", condition: "deal.due > 2027-02-28 + 3 days")),
    Explanation(
      "expression-syntax", title: "An expression cannot be read.",
      why:
        "An expression is made of literals, names, calls, `and or not == != < <= > >= in + - * / ?? ( "
        + ")` and `is present`; a minus stands between blanks.",
      example: greeting(fields: "amount: number", condition: "deal.amount = 100"),
      correction: greeting(fields: "amount: number", condition: "deal.amount == 100")),
    Explanation(
      "expression-depth", title: "An expression is nested deeper than 100.",
      why:
        "The limit keeps whatever somebody writes from exhausting the memory of the program that "
        + "reads it.",
      example: greeting(
        fields: "paid: boolean", condition: String(repeating: "not ", count: 102) + "deal.paid"),
      correction: greeting(fields: "paid: boolean", condition: "deal.paid")),
    Explanation(
      "expression-size", title: "An expression is longer than 64 KiB or 2000 words and signs.",
      why:
        "An expression is a condition that people read. What must be computed at length is computed "
        + "where the event comes from, and sent as a field.",
      example: greeting(
        fields: "paid: boolean", condition: "deal.paid" + String(repeating: " or deal.paid", count: 1_001)),
      correction: greeting(fields: "paid: boolean", condition: "deal.paid")),
    Explanation(
      "unclosed-template", title: "`{{` has no `}}`.",
      why:
        "The rest of the message would be taken for an expression.",
      example: greeting(body: "Dear {{ contact.name, thank you for your order."),
      correction: greeting(body: "Dear {{ contact.name }}, thank you for your order.")),
  ]

  /// The smallest workflow that sends a message.
  private static func greeting(body: String) -> String {
    greeting(fields: nil, condition: nil, body: body)
  }

  /// The same with one more field of the deal, and a condition on the message.
  private static func greeting(
    fields: String?, condition: String?,
    body: String = "Dear {{ contact.name }}, thank you for {{ deal.title }}."
  ) -> String {
    """
    workflow: hello
    trigger: { event: deal.won, key: deal.id }
    input:
      contact: contact
      owner: person
      deal:
        id: text
        title: text
    \(fields.map { "    \($0)\n" } ?? "")steps:
      - email: welcome
    \(condition.map { "    if: \($0)\n" } ?? "")    purpose: inform
        subject: "{{ deal.title }}"
        body: "\(body)"
        ask: Shall we start?
      - await: reply within 3 days
      - end: done

    """
  }
}
