import Testing

@Suite struct GenericTests {
  private func file(_ body: String, to: String = "", trigger: String = "{ event: deal.sent, key: deal.id }")
    -> RuleFile
  {
    RuleFile(
      """
      - email: hello
        purpose: request
      \(to)  subject: "{{ deal.title }} for {{ contact.name }}"
        body: 1️⃣"\(body)"
        ask: Shall we talk?
      - await: reply within 3 days
      """, trigger: trigger)
  }

  @Test(arguments: [
    "Dear customer, {{ deal.title }} is here.", "Dear {{ owner.name }}, {{ deal.title }} is here.",
    "Dear {{ deal.by.name }}, {{ deal.title }} is here.",
  ]) func raised(_ body: String) { expectRules(file(body), "1️⃣ generic") }

  @Test(arguments: [
    "Dear {{ contact.name }}, {{ deal.title }} is here.",
    "Dear {{ contact.first_name ?? contact.name }}, hello.",
    "{{ deal.title }} for {{ upper(contact.name) }}",
  ]) func quiet(_ body: String) { expectRules(file(body)) }

  @Test func whoeverItGoesTo() {
    expectRules(file("Dear {{ contact.name }}, {{ deal.title }} is here.", to: "  to: contact\n"))
    expectRules(
      file(
        "Dear {{ deal.by.name }}, {{ deal.amount | money }} is here.",
        trigger: "{ event: deal.sent, key: deal.id, contact: deal.by }"))
  }

  @Test func aScriptIsForTheCaller() {
    expectRules(
      RuleFile(
        "- call: talk\n  by: owner\n  script: About {{ deal.title }}.\n  ask: All well?\n  within: 1 day"))
  }
}
