import Testing

@Suite struct CallingHoursTests {
  private func file(
    _ options: String = "", policy: String, category: String = "marketing", verb: String = "sms"
  ) -> RuleFile {
    let lines = options.isEmpty ? "" : "  \(options)\n"
    return RuleFile(
      verb == "sms"
        ? """
        - 1️⃣sms: nudge
        \(lines)  purpose: request
          body: Dear {{ contact.name }}, a word on {{ deal.title }}.
          ask: Shall we talk?
        - await: reply within 3 days
        """
        : """
        - 1️⃣call: nudge
        \(lines)  by: owner
          script: Call {{ contact.name }} about {{ deal.title }}.
          ask: Shall we talk?
          within: 1 day
        """, category: category, policy: policy)
  }

  @Test(arguments: ["sms", "call"]) func raised(_ verb: String) {
    expectRules(file(policy: "{ gap: 1 day }", verb: verb), "1️⃣ calling-hours")
    expectRules(file(policy: "{ window: daily 07:59-20:00 }", verb: verb), "1️⃣ calling-hours")
    expectRules(file(policy: "{ window: daily 08:00-21:01 }", verb: verb), "1️⃣ calling-hours")
    expectRules(
      file(policy: "{ window: \"mon-fri 09:00-17:00, sat 09:00-22:00\" }", verb: verb), "1️⃣ calling-hours")
    expectRules(file("window: any", policy: "{ window: daily 09:00-20:00 }", verb: verb), "1️⃣ calling-hours")
    expectRules(
      file("window: daily 06:00-09:00", policy: "{ window: daily 09:00-20:00 }", verb: verb),
      "1️⃣ calling-hours")
  }

  @Test(arguments: ["sms", "call"]) func quiet(_ verb: String) {
    expectRules(file(policy: "{ window: daily 08:00-21:00 }", verb: verb))
    expectRules(file("window: mon-fri 09:00-17:00", policy: "{ gap: 1 day }", verb: verb))
    expectRules(file(policy: "{ gap: 1 day }", category: "internal", verb: verb))
  }
}
