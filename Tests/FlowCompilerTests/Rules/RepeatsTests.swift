import Testing

@Suite struct RepeatsTests {
  private func email(_ name: String, _ body: String, purpose: String, ask: String, mark: String = "")
    -> String
  {
    """
    - \(mark)email: \(name)
      purpose: \(purpose)
      subject: "{{ deal.title }}"
      body: "\(body)"
      ask: "\(ask)"
    - await: reply within 3 business days

    """
  }

  // 10 words and values: 8 sequences. The ask has 3 words: 1 sequence.
  private let first = "Dear {{ contact.name }}, the offer for {{ deal.title }} holds until next month."

  /// The same text, another case and punctuation: 9 of 9.
  @Test func theSameAgain() {
    expectRules(
      RuleFile(
        email("a", first, purpose: "inform", ask: "Shall we talk?")
          + email(
            "b", "Dear {{contact.name}} - THE OFFER for {{deal.title}} holds until next month!",
            purpose: "request",
            ask: "Shall we talk?", mark: "1️⃣")), "1️⃣ repeats")
  }

  /// 8 of 11 are 72 %; 7 of 10 are not over 70 %.
  @Test func theBorder() {
    // The body's 8, and none of the 3 of an ask of five words.
    expectRules(
      RuleFile(
        email("a", first, purpose: "inform", ask: "Shall we talk?")
          + email("b", first, purpose: "request", ask: "When are you free tomorrow?", mark: "1️⃣")),
      "1️⃣ repeats"
    )
    // One word less in the body: 7.
    expectRules(
      RuleFile(
        email("a", first, purpose: "inform", ask: "Shall we talk?")
          + email(
            "b", "Dear {{ contact.name }}, the offer for {{ deal.title }} holds until next.",
            purpose: "request",
            ask: "When are you free tomorrow?")))
  }

  /// Two that never come in one run may say the same.
  @Test func otherPaths() {
    expectRules(
      RuleFile(
        """
        - choose:
            - when: deal.amount > 100
              then:
                - email: big
                  purpose: inform
                  subject: "{{ deal.title }}"
                  body: "\(first)"
                  ask: Shall we talk?
            - otherwise:
                - email: small
                  purpose: inform
                  subject: "{{ deal.title }}"
                  body: "\(first)"
                  ask: Shall we talk?
        - await: reply within 3 days
        """))
  }

  /// What an answer leads to comes after the steps.
  @Test func afterAnAnswer() {
    expectRules(
      RuleFile(
        email("a", first, purpose: "inform", ask: "Shall we talk?"), anytime: "reply: talk",
        paths: """
          talk:
            - 1️⃣email: b
              purpose: inform
              subject: "{{ deal.title }}"
              body: "\(first)"
              ask: Shall we talk?
            - await: reply within 3 days
            - end: talked
          """), "1️⃣ repeats")
  }
}
