import Testing

@Suite struct ReminderTests {
  private func file(_ options: String = "", subject: String = "{{ deal.title }}", body: String = "a word")
    -> RuleFile
  {
    let lines = options.split(separator: "\n").map { "  \($0)\n" }.joined()
    return RuleFile(
      """
      - email: hello
      \(lines)  purpose: 1️⃣remind
        subject: "\(subject)"
        body: "Dear {{ contact.name }}, \(body)."
        ask: Shall we talk?
      - await: reply within 3 days
      """)
  }

  @Test func raised() {
    expectRules(file(), "1️⃣ reminder")
    expectRules(file("at: day 2"), "1️⃣ reminder")
    expectRules(file("after: 2 business days"), "1️⃣ reminder")
    expectRules(file(body: "version 1.2 of {{ deal.amount | money }} may please you"), "1️⃣ reminder")
  }

  @Test func quiet() {
    expectRules(file(body: "it is due on {{ deal.due | date }}"))
    expectRules(file(subject: "{{ deal.title }}, due {{ deal.due }}"))
    expectRules(file(body: "it was sent at {{ deal.sent | time }}"))
    expectRules(file(body: "it is due on 14 April"))
    expectRules(file("at: deal.due - 1 day at 09:00\nif-past: skip"))
    expectRules(RuleFile(mail("a", purpose: "request") + answer()))
  }
}
