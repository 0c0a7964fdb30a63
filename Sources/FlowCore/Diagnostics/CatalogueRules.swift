// The pages of the rules of a good follow-up, in the order of the language's table. What a rule decides where
// the table leaves room stands in its `why`.

/// A short follow-up in which nothing is wrong, with some of its lines changed.
private func workflow(
  category: String = "service", policy: String = "{ window: mon-fri 09:00-17:00, gap: 1 day }",
  steps: String = mail() + waiting, end: String = "no-answer"
) -> String {
  """
  workflow: offer
  about: After an offer, ask whether it arrived, then let go.
  category: \(category)
  trigger: { event: offer.sent, key: offer.id }
  input:
    contact: contact
    owner: person
    offer: { id: text, title: text, price: number, until: date, page: url }
  policy: \(policy)
  steps:

  """ + steps + "  - end: \(end)\n"
}

private func mail(
  _ name: String = "receipt", options: [String] = [], purpose: String? = "confirm",
  subject: String = "{{ offer.title }}: did it reach you?",
  body: String = "Dear {{ contact.name }}, two days ago our offer went out to you.",
  ask: String? = "Did it reach you?"
) -> String {
  let purpose = purpose.map { ["purpose: \($0)"] } ?? []
  let ask = ask.map { ["ask: \"\($0)\""] } ?? []
  let lines = options + purpose + ["subject: \"\(subject)\"", "body: \"\(body)\""] + ask
  return "  - email: \(name)\n" + lines.map { "    \($0)\n" }.joined()
}

private func second(
  options: [String] = [], purpose: String = "request",
  body: String =
    "{{ contact.name }}, the price of {{ offer.price | money }} stands, and a smaller part is possible too."
) -> String {
  mail(
    "choice", options: options, purpose: purpose, subject: "{{ offer.title }}", body: body,
    ask: "Which of the two suits you better?")
}

private let following = second(options: ["at: day 7"])
  .replacing("subject: \"{{ offer.title }}\"", with: "thread: same")

private let waiting = "  - await: reply within 3 business days\n"

extension Explanation {
  /// A good follow-up: each rule is one of these.
  public static let rules: [Explanation] = rulesOfText + rulesOfTime + rulesOfLaw

  private static let rulesOfText: [Explanation] = [
    Explanation(
      "no-purpose", title: "a touch without purpose",
      why:
        "Whoever cannot say in one word what a message is for has no reason to send it: confirm, request, "
        + "inform, escalate or remind. A call may do without: what it is for shows in its script.",
      example: workflow(steps: mail(purpose: nil) + waiting), correction: workflow()),
    Explanation(
      "two-asks", .warning, title: "a touch that asks for nothing, or for more than one thing",
      why:
        "A message that asks nothing gets no answer, and of two questions one stays open. Counted are the "
        + "questions of ask and body, and the links in them: one inside a question belongs to it, the same "
        + "one again is no second, and one to unsubscribe is none. A call's script is not counted: it is a "
        + "talk.",
      example: workflow(
        steps: mail(body: "Dear {{ contact.name }}, please watch the film on {{ offer.page }} first.")
          + waiting),
      correction: workflow()),
    Explanation(
      "no-reference", .warning, title: "the first touch does not say what it is about",
      why:
        "The contact has other things in mind: the first message names what the follow-up answers, with a "
        + "field of the trigger's data that is not the contact's own. That holds for each touch that can be "
        + "the first, also after an event in anytime.",
      example: workflow(steps: mail(subject: "Did it reach you?") + waiting), correction: workflow()),
    Explanation(
      "generic", .warning, title: "a body that names no field of the contact",
      why:
        "What could go to anybody is read as if it had gone to everybody. The contact is whom the trigger "
        + "names, or whom the step goes to. A call's script speaks to the caller, and is not held to it.",
      example: workflow(
        steps: mail(body: "Dear customer, two days ago our offer went out to you.") + waiting),
      correction: workflow()),
    Explanation(
      "repeats", .warning, title: "over 70 % of a touch's 3-word sequences stand in an earlier touch",
      why:
        "The same words again say only that nobody has answered. Compared are all texts of a touch, "
        + "without punctuation and in any case, each {{ }} as one word, with every touch that can come "
        + "before it in a run.",
      example: workflow(
        steps: mail() + waiting
          + mail(
            "again", options: ["at: day 7"], purpose: "request",
            subject: "{{ offer.title }}: did it reach you?")
          + waiting),
      correction: workflow(steps: mail() + waiting + second(options: ["at: day 7"]) + waiting)),
    Explanation(
      "adds-nothing", .warning, title: "a touch that brings nothing new",
      why:
        "A touch that brings no field, file, link or purpose that the one before lacks gives no reason to "
        + "answer now. Fields are those that it names in its texts, or as the person who calls or is "
        + "copied. The one before is the last that goes out on a path while nobody answers; what follows an "
        + "answer is not held to it, nor a repeat to its own rounds.",
      example: workflow(
        steps: mail() + waiting
          + second(
            options: ["at: day 7"], purpose: "confirm",
            body: "{{ contact.name }}, both parts of our work are still open to you.") + waiting),
      correction: workflow(steps: mail() + waiting + second(options: ["at: day 7"]) + waiting)),
    Explanation(
      "no-thread", .hint, title: "thread: same where nothing may have gone before",
      why:
        "A mail with thread: same and no subject takes `Re:` and the subject of the run's mail before it. Where that "
        + "one can be left out (if:, if-past: skip, closed: skip), or lies on another path, there is none to take: the "
        + "contact reads the names of the workflow and the step.",
      example: workflow(
        steps: mail(options: ["if: offer.price > 100"]) + "  - await: reply within 2 business days\n"
          + second().replacing("subject: \"{{ offer.title }}\"", with: "thread: same") + waiting),
      correction: workflow(steps: mail() + waiting + following + waiting)),
    Explanation(
      "pressing", .warning, title: "a phrase that presses",
      why:
        "Reproach and threat end what a follow-up is to keep open. The phrases stand in the lists "
        + "pressing.en, pressing.de, pressing.fr and pressing.es, and are found word by word in any case, "
        + "whatever the text's language.",
      example: workflow(
        steps: mail(
          body: "Dear {{ contact.name }}, our offer went out to you, and this is our final warning.")
          + waiting),
      correction: workflow()),
  ]

  private static let rulesOfTime: [Explanation] = [
    Explanation(
      "too-often", .warning, title: "two touches less than a day apart, or more than 3 in 7 days",
      why:
        "Whoever is written to every day stops reading. Judged is the path as the file writes it: waits "
        + "take what they say, outcomes come at once, a business day is at least a day, the policy's gap "
        + "holds, and a window only defers. Two instants of the data are as far apart as one likes unless "
        + "counted from the same field. After an answer the count begins anew: answering is not pressing. A "
        + "step with gap: none is meant so, and neither found nor counted.",
      example: workflow(
        policy: "{ window: mon-fri 09:00-17:00 }",
        steps: mail() + "  - await: reply within 4 hours\n" + second() + waiting),
      correction: workflow(steps: mail() + waiting + second() + waiting)),
    Explanation(
      "late", .warning, title: "the first touch may go later than 3 business days after the trigger",
      why:
        "A follow-up answers something that people still have in mind. Judged is the path as the file "
        + "writes it, while nobody answers, by the day: day 3 is in time, whatever its hour. What is "
        + "counted from an instant of the data is not judged.",
      example: workflow(steps: mail(options: ["at: day 5"]) + waiting),
      correction: workflow(steps: mail(options: ["at: day 2"]) + waiting)),
    Explanation(
      "untracked", .warning, title: "nobody waits for what comes of a touch",
      why:
        "A message that nobody waits on is no follow-up: before the next touch and before the end the run "
        + "awaits an answer, or the outcome of a step.",
      example: workflow(steps: mail(), end: "sent"), correction: workflow(end: "sent")),
    Explanation(
      "reminder", title: "a reminder of nothing that is due",
      why:
        "A follow-up answers something begun, a reminder something due. So purpose: remind wants a date "
        + "in its text, a field or a written one, or an at: counted from a date.",
      example: workflow(steps: mail(purpose: "remind") + waiting),
      correction: workflow(
        steps: mail(
          purpose: "remind", body: "Dear {{ contact.name }}, our offer stands until {{ offer.until | date }}."
        ) + waiting)),
  ]

  private static let leave =
    "Dear {{ contact.name }}, our offer went out. No more mail: https://acme.test/unsubscribe"

  private static let rulesOfLaw: [Explanation] = [
    Explanation(
      "no-sender", title: "marketing mail that does not say who sends it",
      why:
        "CAN-SPAM (15 U.S.C. 7704(a)(1)) and its like elsewhere want to see who sends a mail. The sender "
        + "is the step's from:, or that of the channel in flow.yaml.",
      example: workflow(category: "marketing", steps: mail(body: leave) + waiting),
      correction: workflow(
        category: "marketing", steps: mail(options: ["from: owner"], body: leave) + waiting)),
    Explanation(
      "no-unsubscribe", title: "marketing mail that cannot be left in one click",
      why:
        "CAN-SPAM (15 U.S.C. 7704(a)(3)) wants a way out in every mail, RFC 8058 one of one click. It is "
        + "the channel's unsubscribe: in flow.yaml, which becomes the header that mail programs show, its "
        + "signature:, which closes every mail, or a link to unsubscribe in the text.",
      example: workflow(category: "marketing", steps: mail(options: ["from: owner"]) + waiting),
      correction: workflow(
        category: "marketing", steps: mail(options: ["from: owner"], body: leave) + waiting)),
    Explanation(
      "calling-hours", title: "marketing calls and text messages outside 08:00–21:00",
      why:
        "47 CFR 64.1200(c) forbids them before 8 and after 21 o'clock where the contact is. So the window "
        + "that holds for the step, its own or the policy's, lies within these hours on every day; without "
        + "a window every hour is allowed.",
      example: workflow(
        category: "marketing", policy: "{ window: daily 07:00-20:00, gap: 1 day }", steps: call),
      correction: workflow(category: "marketing", steps: call)),
  ]

  private static let call = """
      - call: talk
        by: owner
        purpose: request
        script: "Call {{ contact.name }} about {{ offer.title }}."
        ask: What speaks for it, and what against?
        within: 1 business day
        then:
          timeout:
            - escalate: not-called
              to: owner.manager ?? owner
              say: "Nobody has called {{ contact.name }} about {{ offer.title }}."

    """
}
