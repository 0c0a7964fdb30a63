import Testing

@Suite struct NoThreadTests {
  private func following(_ name: String, mark: String = "") -> String {
    mail(name, says: "{{ deal.amount }} is what \(name) is about").replacing(
      "subject: \"About {{ deal.title }}: \(name)\"", with: "thread: \(mark)same")
  }

  @Test func raised() {
    // Nothing goes before it, or what does may be left out, or goes by another channel.
    expectRules(
      RuleFile(following("one", mark: "1️⃣").replacing("{{ deal.amount }}", with: "{{ deal.title }}") + answer()),
      "1️⃣ no-thread")
    expectRules(
      RuleFile(
        mail("one", "if: deal.amount > 100") + answer("within 2 business days") + following("two", mark: "1️⃣") + answer()
      ),
      "1️⃣ no-thread")
    expectRules(
      RuleFile(
        mail("one", "closed: skip") + answer("within 2 business days") + following("two", mark: "1️⃣") + answer(),
        policy: "{ window: mon-fri 09:00-17:00, gap: 1 day }"), "1️⃣ no-thread")
  }

  @Test func quiet() {
    expectRules(RuleFile(mail("one") + answer("within 2 business days") + following("two") + answer()))
    let own = following("two").replacing(
      "  thread: same", with: "  thread: same\n  subject: \"About {{ deal.title }}\"")
    expectRules(
      RuleFile(mail("one", "if: deal.amount > 100") + answer("within 2 business days") + own + answer()))
  }
}
