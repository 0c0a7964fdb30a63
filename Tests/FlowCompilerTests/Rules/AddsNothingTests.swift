import Testing

@Suite struct AddsNothingTests {
  private func email(
    _ name: String, _ body: String, purpose: String = "inform", more: String = "", mark: String = ""
  )
    -> String
  {
    """
    - \(mark)email: \(name)
      purpose: \(purpose)
    \(more)  subject: "{{ deal.title }} \(name)"
      body: "\(body)"
      ask: A line is enough.
    - await: reply within 3 business days

    """
  }

  private let first = "Dear {{ contact.name }}, our offer went out to you last week."

  @Test func raised() {
    expectRules(
      RuleFile(
        email("a", first)
          + email("b", "{{ contact.name }}, are we still on your list of things to do.", mark: "1️⃣")),
      "1️⃣ adds-nothing")
    // The one before is what counts: c brings nothing that b has not, whatever a was.
    expectRules(
      RuleFile(
        email("a", first) + email("b", "{{ contact.name }}, a last date for it is {{ deal.due | date }}.")
          + email("c", "Once more, {{ contact.name }}, without any news from our side.", mark: "1️⃣")),
      "1️⃣ adds-nothing")
  }

  /// Where the one between is left out, the one before it is the one before.
  @Test func whereOneIsLeftOut() {
    expectRules(
      RuleFile(
        email("a", first)
          + email(
            "b", "{{ contact.name }}, all is ready on our side by now.", purpose: "confirm",
            more: "  if: deal.amount > 9\n")
          + email("c", "Once more, {{ contact.name }}, without any news from us.", mark: "1️⃣")),
      "1️⃣ adds-nothing")
  }

  @Test func quiet() {
    let second = "{{ contact.name }}, are we still on your list of things to do"
    expectRules(RuleFile(email("a", first) + email("b", second + " for {{ deal.amount | money }}.")))
    expectRules(RuleFile(email("a", first) + email("b", second + ": https://acme.test/b")))
    expectRules(RuleFile(email("a", first) + email("b", second + ".", purpose: "request")))
  }

  /// A call brings whoever makes it.
  @Test func aPerson() {
    expectRules(
      RuleFile(
        email("a", first, purpose: "request")
          + """
          - call: b
            by: owner
            purpose: request
            script: Ask {{ contact.name }} what is missing.
            ask: All well?
            within: 1 day
          """
      ))
  }

  @Test func aFile() {
    let text = RuleFile(
      email("a", first)
        + email("b", "{{ contact.name }}, are we still on your list.", more: "  attach: plan.pdf\n")
    ).text
    #expect(compiled(text, files: ["plan.pdf": "%PDF"]).diagnostics.map(\.code.name) == [])
  }

  /// What answers something is not held against what came before.
  @Test func answers() {
    expectRules(
      RuleFile(
        email("a", first).replacing(
          "- await: reply within 3 business days",
          with: "- await: reply within 3 days\n  then: { reply: b, timeout: end quiet }")
          + email("b", "{{ contact.name }}, that is good to hear from you.")))
  }
}
