import Testing

@Suite struct NoUnsubscribeTests {
  private func file(_ says: String? = nil, category: String = "marketing", project: String = "") -> RuleFile {
    RuleFile(
      mail("a", "from: owner", says: says, ask: "A line is enough.", mark: "1️⃣") + answer(),
      category: category, project: project)
  }

  @Test func raised() {
    expectRules(file(), "1️⃣ no-unsubscribe")
    expectRules(file(project: "channels:\n  email: { from: Acme <hello@acme.test> }\n"), "1️⃣ no-unsubscribe")
    expectRules(file("there is more on {{ deal.title }} at https://acme.test/about"), "1️⃣ no-unsubscribe")
  }

  @Test func quiet() {
    expectRules(file(project: "channels:\n  email: { unsubscribe: \"https://acme.test/leave/{id}\" }\n"))
    expectRules(file(project: "channels:\n  email: { unsubscribe: \"mailto:leave@acme.test\" }\n"))
    expectRules(file(project: "channels:\n  email: { signature: Acme. Answer STOP to hear no more. }\n"))
    expectRules(file("to hear no more of {{ deal.title }} see https://acme.test/unsubscribe"))
    expectRules(file(category: "service"))
  }
}
