import Testing

@Suite struct LateTests {
  @Test(arguments: [
    "at: day 4", "at: day 10 at 09:00", "after: 4 business days", "after: 73 hours", "after: 1 week",
    "after: 1 month",
    "at: run.started + 4 days",
  ]) func raised(_ options: String) {
    expectRules(RuleFile(mail("a", options, mark: "1️⃣") + answer()), "1️⃣ late")
  }

  @Test func waits() {
    expectRules(RuleFile("- wait: 5 days\n" + mail("a", mark: "1️⃣") + answer()), "1️⃣ late")
    expectRules(
      RuleFile(
        "- await: deal.won within 2 days\n  then: { deal.won: end won }\n"
          + mail("a", "after: 2 days", mark: "1️⃣") + answer()),
      "1️⃣ late")
    // Thirty hours of a policy with eight a day are more than three days.
    expectRules(
      RuleFile(
        mail("a", "after: 30 business hours", mark: "1️⃣") + answer(),
        policy: "{ window: mon-fri 09:00-17:00, gap: 1 day }"),
      "1️⃣ late")
  }

  /// `stop-if` is tested between two rounds, never before the first: that one always sends.
  @Test func `a round that stop-if ends early has sent the first touch`() {
    let last = mail(
      "b", "after: 1 week", purpose: "confirm", says: "here is more, {{ owner.name }} knows it all",
      ask: "Is that right?")
    let round = "- repeat: ask\n  times: 2\n  every: 1 week\n  stop-if: deal.amount > 9\n  steps:\n"
    let inside = (mail("a") + answer("within 1 day")).split(separator: "\n").map { "    \($0)\n" }.joined()
    expectRules(RuleFile(round + inside + last + answer()))
  }

  @Test func whereTheFirstIsLeftOut() {
    expectRules(
      RuleFile(
        mail("a", "at: day 1\nif: deal.amount > 9") + answer("until day 9")
          + mail(
            "b", "at: day 9", purpose: "confirm", says: "here is more, {{ owner.name }} knows it all",
            ask: "Is that right?", mark: "1️⃣")
          + answer()), "1️⃣ late")
  }

  @Test(arguments: [
    "at: day 0", "at: day 3", "at: day 3 at 10:00", "after: 3 business days", "after: 72 hours",
    "after: 2 days",
    "at: deal.due + 20 days\nif-past: now", "after: 24 business hours",
  ]) func quiet(_ options: String) {
    expectRules(
      RuleFile(mail("a", options) + answer(), policy: "{ window: mon-fri 09:00-17:00, gap: 1 day }"))
  }
}
