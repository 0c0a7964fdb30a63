import Testing

@Suite struct TwoAsksTests {
  private func email(_ body: String, ask: String?) -> RuleFile {
    let ask = ask.map { "  2️⃣ask: 3️⃣\($0)\n" } ?? ""
    return RuleFile(
      """
      - 1️⃣email: hello
        purpose: inform
        subject: About {{ deal.title }}?
        body: |
          Dear {{ contact.name }},

          \(body)
      \(ask)- await: reply within 3 days
      """)
  }

  @Test func noAsk() {
    expectRules(email("we have sent {{ deal.title }}.", ask: nil), "1️⃣ two-asks")
    expectRules(email("did {{ deal.title }} reach you?", ask: nil), "1️⃣ two-asks")
    expectRules(
      RuleFile("- 1️⃣call: talk\n  by: owner\n  script: Call about {{ deal.title }}.\n  within: 1 day"),
      "1️⃣ two-asks")
  }

  @Test(arguments: [
    ("Did it reach you?", "\"Which day suits you?\""),
    ("(Did it reach you?)", "\"Which day suits you?\""),
    ("Thank you.", "\"Did it reach you? Which day suits you?\""),
    ("Is it “too much?”", "Which day suits you?"),
    ("See {{ deal.page }} for it.", "Which day suits you?"),
    ("See https://acme.test/a?b=c for it.", "Which day suits you?"),
    ("Read [this](https://acme.test/this).", "\"Choose here: {{ deal.page }}\""),
    ("See {{ deal.page }}.", "\"Watch it here: {{ deal.video }}\""),
    ("Thank you.", "\"Read {{ deal.page }}. Watch {{ deal.video }}.\""),
    ("See https://acme.test/a/{{ deal.id }}.", "\"See https://acme.test/b/{{ deal.id }}.\""),
    ("¿Todo bien? Thank you.", "Shall we talk?"),
  ]) func tooMany(_ body: String, _ ask: String) {
    expectRules(email(body, ask: ask), "3️⃣ two-asks")
  }

  @Test(arguments: [
    ("Thank you.", "Did it reach you, and is there one question I can answer today?"),
    ("Thank you.", "A line is enough."),
    ("See {{ deal.page }}.", "A line is enough."),
    ("See {{ deal.page }}.", "\"Go on here: {{ deal.page }}\""),
    ("Thank you.", "\"Which day suits you: {{ deal.page }}?\""),
    ("Thank you.", "\"Would you choose one here, {{ deal.page }}, or there, {{ deal.video }}?\""),
    ("You asked what?ever that is.", "Did it reach you?"),
    ("See https://acme.test/a?b=c.", "A line is enough."),
    ("To hear no more: https://acme.test/unsubscribe/x.", "Did it reach you?"),
    ("Thank you: {{ ask }}", "Did it reach you?"),
  ]) func one(_ body: String, _ ask: String) {
    expectRules(email(body, ask: ask))
  }

  /// A script tells the caller what to find out: that is a talk, not a letter.
  @Test func script() {
    expectRules(
      RuleFile(
        """
        - call: talk
          by: owner
          script: Call {{ contact.name }} about {{ deal.title }}. Was it read? By whom?
          ask: Did it reach you?
          within: 1 business day
        """))
  }
}
