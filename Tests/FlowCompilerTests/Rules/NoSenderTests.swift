import Testing

@Suite struct NoSenderTests {
  private let leave = ", to hear no more see https://acme.test/unsubscribe"
  private func file(_ options: String = "", category: String = "marketing", project: String = "") -> RuleFile {
    RuleFile(
      mail("a", options, says: "a word on {{ deal.title }}\(leave)", mark: "1️⃣") + answer(),
      category: category,
      project: project)
  }

  @Test func raised() {
    expectRules(file(), "1️⃣ no-sender")
    expectRules(file(project: "channels:\n  email: { smtp: smtp://mail.acme.test:587 }\n"), "1️⃣ no-sender")
    expectRules(file(project: "channels:\n  message: { from: Acme }\n"), "1️⃣ no-sender")
  }

  @Test func quiet() {
    expectRules(file("from: owner"))
    expectRules(file(project: "channels:\n  email: { from: Acme <hello@acme.test> }\n"))
    expectRules(file(project: "channels:\n  post: { plugin: email, from: Acme <hello@acme.test> }\n"))
    expectRules(file(category: "service"))
    expectRules(file(category: "internal"))
  }
}
