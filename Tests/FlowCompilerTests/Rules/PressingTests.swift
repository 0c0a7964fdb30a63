import Testing

@Suite struct PressingTests {
  private func file(
    subject: String = "{{ deal.title }}", body: String = "all is ready", ask: String = "Shall we talk?"
  )
    -> RuleFile
  {
    RuleFile(
      """
      - email: hello
        purpose: request
        subject: 1️⃣"\(subject)"
        body: 2️⃣"Dear {{ contact.name }}, \(body)."
        ask: 3️⃣"\(ask)"
      - await: reply within 3 days
      """)
  }

  @Test(arguments: [
    "this is our final warning", "FINAL   WARNING", "why have you not answered", "you still haven't read it",
    "you still haven’t read it", "this is your last chance", "dies ist die letzte Mahnung",
    "warum haben Sie nicht geantwortet", "dernière chance", "vous n'avez toujours pas répondu",
    "último aviso",
    "¿por qué no ha respondido", "we have not: act now",
  ]) func raised(_ text: String) { expectRules(file(body: text), "2️⃣ pressing") }

  @Test func everywhere() {
    expectRules(file(subject: "Final notice for {{ deal.title }}"), "1️⃣ pressing")
    expectRules(file(ask: "Why have you not answered?"), "3️⃣ pressing")
    expectRules(
      RuleFile(
        """
        - call: talk
          by: owner
          script: 1️⃣Say that this is the last chance for {{ deal.title }}.
          ask: Well?
          within: 1 day
        """
      ),
      "1️⃣ pressing")
  }

  @Test func thePhraseIsNamed() {
    #expect(messages(file(body: "this is your final warning")) == ["\"hello\" presses: \"final warning\""])
  }

  @Test(arguments: [
    "finally, a warning about the weather", "the final version is ready", "we have not yet decided",
    "have you had time to look", "the last date is Friday", "Ihre letzte Rechnung ist bezahlt",
    "final {{ deal.title }} warning",
    "how many times a week do you use it", "es reicht ein Wort von Ihnen", "this is the last time I write",
    "the semifinal warning", "la dernière version", "the chance of a last look",
  ]) func quiet(_ text: String) { expectRules(file(body: text)) }
}
