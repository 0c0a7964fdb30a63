import Testing

extension String {
  fileprivate var marked: String { replacing("- email", with: "- 1️⃣email") }
}

@Suite struct NoReferenceTests {
  private func email(
    _ name: String, _ subject: String, _ body: String = "we have sent it", options: String = ""
  ) -> String {
    let lines = options.isEmpty ? "" : "  \(options)\n"
    return """
      - email: \(name)
      \(lines)  purpose: request
        subject: "\(subject)"
        body: "Dear {{ contact.name }}, \(body)."
        ask: Shall we talk?

      """
  }

  @Test func raised() {
    expectRules(
      RuleFile(email("hello", "A word").marked + answer()), "1️⃣ no-reference")
    // The company, too, is the contact's.
    expectRules(
      RuleFile(
        email("hello", "A word for {{ contact.company ?? contact.name }}").replacing(
          "- email", with: "- 1️⃣email")
          + answer()), "1️⃣ no-reference")
    expectRules(
      RuleFile(
        email("hello", "A word", "it is day {{ run.day }}").marked + answer()),
      "1️⃣ no-reference")
  }

  @Test func eachThatCanBeFirst() {
    expectRules(
      RuleFile(
        email("big", "About {{ deal.title }}", options: "if: deal.amount > 100") + answer()
          + email("small", "A small word", "it is day {{ run.day }}").marked
          + answer()), "1️⃣ no-reference")
  }

  /// An event may come before any touch, a reply does not.
  @Test func fromAnytime() {
    let paths = """
      won:
        - 1️⃣email: thanks
          purpose: confirm
          subject: Thank you
          body: Dear {{ contact.name }}, thank you.
          ask: Shall we begin?
        - await: reply within 3 days
        - end: won
      lost:
        - email: farewell
          purpose: inform
          subject: Thank you
          body: Dear {{ contact.name }}, thank you for your answer on day {{ run.day }}.
          ask: A line is enough if that changes.
        - await: reply within 3 days
        - end: lost
      """
    expectRules(
      RuleFile(
        email("hello", "About {{ deal.title }}") + answer(), anytime: "deal.won: won\nreply: lost",
        paths: paths),
      "1️⃣ no-reference")
  }

  @Test func contactOfTheTrigger() {
    let steps = """
      - MARKemail: hello
        purpose: request
        subject: "A word"
        body: "Dear {{ deal.by.name }}, we have sent it."
        ask: Shall we talk?
      - await: reply within 3 days
      """
    let trigger = "{ event: deal.sent, key: deal.id, contact: deal.by }"
    let plain = RuleFile(steps.replacing("MARK", with: "1️⃣"), trigger: trigger)
    expectRules(plain, "1️⃣ no-reference")
  }

  @Test func quiet() {
    expectRules(RuleFile(email("hello", "About {{ deal.title }}") + answer()))
    expectRules(RuleFile(email("hello", "A word", "we have sent {{ deal.title }}") + answer()))
    // Later touches may lean on the first.
    expectRules(
      RuleFile(
        email("hello", "About {{ deal.title }}") + answer()
          + email("again", "One more thing", "it is day {{ run.day }}, and our offer still stands as it was")
          + answer()))
  }
}
