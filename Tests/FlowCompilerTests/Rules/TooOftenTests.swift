import Testing

@Suite struct TooOftenTests {
  /// Mails that differ, each with its own field and purpose, and an await between.
  private func mails(_ options: [String], awaits: [String], marked: Set<Int> = []) -> String {
    let purposes = ["inform", "request", "confirm", "escalate"]
    let says = ["{{ deal.title }}", "{{ deal.amount | money }}", "{{ deal.due | date }}", "{{ owner.name }}"]
    return options.indices.map { index in
      mail(
        "m\(index + 1)", options[index], purpose: purposes[index % 4],
        says: ["now {{ deal.id }} and", "here is a word on", "what do you think of", "please look once at"][
          index % 4]
          + " " + says[index % 4],
        ask: ["Shall we talk?", "Which day suits you?", "Is that right?", "May I call?"][index % 4],
        mark: marked.contains(index) ? "\(index + 1)️⃣" : "") + "- await: reply \(awaits[index])\n"
    }.joined()
  }

  @Test func fourHoursApart() {
    let text = mails(["", ""], awaits: ["within 4 hours", "within 3 days"], marked: [1])
    expectRules(RuleFile(text, policy: "{ business: mon-fri }"), "2️⃣ too-often")
    #expect(
      messages(RuleFile(text, policy: "{ business: mon-fri }")) == ["\"m2\" can go out 4 hours after \"m1\""])
    // The policy keeps them apart.
    expectRules(RuleFile(text.replacing("2️⃣", with: "")))
    expectRules(RuleFile(text, policy: "{ gap: 23 hours }"), "2️⃣ too-often")
  }

  @Test func dayByDay() {
    let text = mails(
      ["at: day 1", "at: day 2", "at: day 3", "at: day 4"],
      awaits: ["until day 2", "until day 3", "until day 4", "until day 5"], marked: [3])
    expectRules(RuleFile(text), "4️⃣ too-often")
    #expect(messages(RuleFile(text)) == ["\"m4\" can be the 4th touch in 3 days"])
  }

  @Test func fourInAWeekOrMore() {
    func file(_ last: String) -> String {
      mails(
        ["at: day 1", "at: day 3", "at: day 5", "at: \(last)"],
        awaits: ["until day 3", "until day 5", "until \(last)", "within 3 days"],
        marked: last == "day 7" ? [3] : [])
    }
    expectRules(RuleFile(file("day 7")), "4️⃣ too-often")
    // A week after the first: no seven days hold all four.
    expectRules(RuleFile(file("day 8")))
  }

  @Test func instants() {
    let none = "{ business: mon-fri }"
    func two(_ first: String, _ second: String, past: String = "", marked: Bool = false) -> RuleFile {
      RuleFile(
        mails(
          ["at: \(first)\n\(past)", "at: \(second)\n\(past)"], awaits: ["within 1 hour", "within 3 days"],
          marked: marked ? [1] : []), policy: none)
    }
    expectRules(two("day 1 at 09:00", "day 1 at 15:00", marked: true), "2️⃣ too-often")
    expectRules(two("day 1 at 15:00", "day 2 at 09:00", marked: true), "2️⃣ too-often")
    expectRules(two("day 1 at 09:00", "day 2 at 09:00"))
    expectRules(two("day 1", "run.started + 30 hours", marked: true), "2️⃣ too-often")
    expectRules(two("run.started + 1 business day", "run.started + 2 business days"))
    expectRules(two("day 2", "m1 + 6 hours", marked: true), "2️⃣ too-often")
    expectRules(two("09:00", "15:00", marked: true), "2️⃣ too-often")
    expectRules(two("09:00", "09:00"))
    let past = "if-past: skip"
    expectRules(two("deal.sent + 1 day", "deal.sent + 30 hours", past: past, marked: true), "2️⃣ too-often")
    expectRules(two("deal.sent + 1 day", "deal.sent + 2 days", past: past))
    // Nobody knows how far one is from the other.
    expectRules(two("deal.sent + 1 day", "deal.due at 10:00", past: past))
  }

  @Test func answering() {
    let none = "{ business: mon-fri }"
    // Whoever has answered is answered at once.
    expectRules(
      RuleFile(
        mail("m1") + "- await: reply within 3 days\n  then: { reply: m2, timeout: end quiet }\n"
          + mail(
            "m2", purpose: "confirm", says: "thank you for writing at once, {{ owner.name }} will see to it",
            ask: "When may we call?")
          + answer(), policy: none))
    // A mail that was opened is no answer.
    expectRules(
      RuleFile(
        mail("m1") + "- await: opened within 3 days\n  then: { opened: m2, timeout: end quiet }\n"
          + mail(
            "m2", purpose: "confirm", says: "there is more to see, {{ owner.name }} can show it",
            ask: "When may we call?", mark: "1️⃣")
          + answer(), policy: none), "1️⃣ too-often")
  }

  /// Who lifts the gap for one step means it.
  @Test func gapNone() {
    let text = mails(["", "gap: none"], awaits: ["within 4 hours", "within 3 days"])
    expectRules(RuleFile(text))
    expectRules(RuleFile(text, policy: "{ business: mon-fri }"))
  }

  @Test func rounds() {
    func file(_ every: String, mark: String) -> RuleFile {
      RuleFile(
        """
        - repeat: calls
          times: 3
          every: \(every)
          steps:
            - \(mark)call: ring
              by: owner
              script: Call {{ contact.name }} about {{ deal.title }}.
              ask: All well?
              within: 1 hour
              then: { connected: end talked }
        """, policy: "{ business: mon-fri }")
    }
    expectRules(file("4 hours", mark: "1️⃣"), "1️⃣ too-often")
    expectRules(file("1 day", mark: ""))
  }
}
