import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Durations, instants, windows, zones, holidays.
@Suite struct TimeDiagnosticsTests {
  @Test(arguments: ["3", "2d", "P2D", "1.5 days", "two days", "0 days"])
  func durations(_ text: String) {
    expectDiagnostics("steps:\n  - wait: 1️⃣\(text)\n", ["1️⃣": .badDuration])
  }

  @Test func durationsWithAPlaceInside() {
    expectDiagnostics("steps:\n  - wait: 3 1️⃣dyas\n", ["1️⃣": .badDuration])
    expectDiagnostics("steps:\n  - wait: 1️⃣-2 days\n", ["1️⃣": .badDuration])
    expectDiagnostics("steps:\n  - await: reply within 3 1️⃣dyas\n", ["1️⃣": .badDuration])
    expectDiagnostics("policy: { gap: 1 1️⃣dya }\n", ["1️⃣": .badDuration])
    expectDiagnostics("steps:\n  - wait: 1️⃣day 5\n", ["1️⃣": .badDuration])
  }

  @Test(arguments: ["wait: ", "await: reply within "])
  func aFieldIsNoDurationThatIsWrittenOut(_ step: String) {
    let findings = expectDiagnostics("steps:\n  - \(step)1️⃣deal.grace\n", ["1️⃣": .badDuration])
    #expect(findings.first?.message == "\"deal.grace\" is a name, where a duration is written out")
    #expect(findings.first?.help.contains("\"until run.started + deal.grace\"") == true)
  }

  @Test func fixes() {
    let findings = expectDiagnostics("steps:\n  - wait: 1️⃣2d\n", ["1️⃣": .badDuration])
    #expect(findings.first?.fix?.replacement == "2 days")
  }

  @Test func instants() {
    expectDiagnostics("steps:\n  - wait: until 1️⃣2027-02-30\n", ["1️⃣": .badDate])
    expectDiagnostics("steps:\n  - wait: until 1️⃣25:00\n", ["1️⃣": .badTime])
    expectDiagnostics("steps:\n  - wait: until mon 1️⃣9:00\n", ["1️⃣": .badTime])
    expectDiagnostics("steps:\n  - wait: until day 3 at 1️⃣24:30\n", ["1️⃣": .badTime])
    expectDiagnostics("steps:\n  - wait: until 1️⃣mno 09:00\n", ["1️⃣": .badInstant])
    expectDiagnostics("steps:\n  - wait: until 1️⃣day x\n", ["1️⃣": .badInstant])
    expectDiagnostics("steps:\n  - wait: until 1️⃣2 days\n", ["1️⃣": .badInstant])
    expectDiagnostics("steps:\n  - wait: until 1️⃣mon 09:00 at 10:00\n", ["1️⃣": .badInstant])
    expectDiagnostics("steps:\n  - wait: until 1️⃣deal.amount\n    if-past: now\n", ["1️⃣": .wrongType])
    expectDiagnostics("steps:\n  - wait: until day 3 + 2 1️⃣dyas\n", ["1️⃣": .badDuration])
  }

  @Test func instantsThatAreFine() {
    for text in [
      "day 0", "day 5 at 09:00", "day 2 + 3 hours", "09:00", "mon 09:00", "fri 17:00 + 1 week", "2027-02-28",
      "2027-02-28 at 09:00", "run.started + 3 business days at 10:00", "2027-02-28 + 1 month",
    ] {
      expectDiagnostics("steps:\n  - wait: until \(text)\n", [:])
    }
  }

  @Test func dataInstants() {
    expectDiagnostics("steps:\n  - wait: until 1️⃣deal.due\n", ["1️⃣": .ifPast])
    expectDiagnostics("steps:\n  - wait: until 1️⃣deal.due - 3 days at 09:00\n", ["1️⃣": .ifPast])
    expectDiagnostics("steps:\n  - await: reply until 1️⃣deal.due\n", ["1️⃣": .ifPast])
    expectDiagnostics(
      "steps:\n  - { email: x, at: 1️⃣deal.due + 1 day, subject: x, body: x }\n", ["1️⃣": .ifPast])
    for rule in ["skip", "now", "end late", "last"] {
      expectDiagnostics(
        "steps:\n  - wait: until deal.due\n    if-past: \(rule)\n  - wait: 1 day\n    name: last\n", [:])
    }
    expectDiagnostics("steps:\n  - wait: until day 3\n    1️⃣if-past: now\n", ["1️⃣": .ifPast])
    expectDiagnostics("steps:\n  - wait: until deal.due\n    if-past: 1️⃣nwo\n", ["1️⃣": .unknownTarget])
    expectDiagnostics("steps:\n  - wait: until 1️⃣deal.closed\n    if-past: now\n", ["1️⃣": .optional])
  }

  @Test func awaits() {
    expectDiagnostics("steps:\n  - await: 1️⃣reply\n", ["1️⃣": .awaitEndless])
    expectDiagnostics("steps:\n  - await: 1️⃣rpely within 2 days\n", ["1️⃣": .unknownEvent])
    expectDiagnostics(
      "steps:\n  - await: reply or 1️⃣deal.sighned within 2 days\nevents: { deal.signed: {} }\n",
      ["1️⃣": .unknownEvent])
    expectDiagnostics("steps:\n  - await: reply or 1️⃣unsubscribe within 2 days\n", ["1️⃣": .reservedEvent])
    expectDiagnostics("steps:\n  - await: reply or 1️⃣reply within 2 days\n", ["1️⃣": .caseNotAwaited])
  }

  @Test func awaitsThatCannotBeRead() {
    expectDiagnostics("steps:\n  - await: reply 1️⃣and bounce within 2 days\n", ["1️⃣": .wrongShape])
    expectDiagnostics("steps:\n  - await: reply 1️⃣or within 2 days\n", ["1️⃣": .wrongShape])
    expectDiagnostics("steps:\n  - await: 1️⃣reply within 2 days until day 5\n", ["1️⃣": .awaitEndless])
  }

  @Test func windows() {
    expectDiagnostics("policy:\n  window: mon-fri 1️⃣17:00-09:00\n", ["1️⃣": .badWindow])
    expectDiagnostics("policy:\n  window: 1️⃣moon-fri 09:00-17:00\n", ["1️⃣": .badWindow])
    expectDiagnostics("policy:\n  window: mon-fri 09:00-1️⃣25:00\n", ["1️⃣": .badWindow])
    expectDiagnostics("policy:\n  business: mon-1️⃣fry\n", ["1️⃣": .badWindow])
    expectDiagnostics(
      "steps:\n  - { email: x, window: 1️⃣alwyas, subject: x, body: x "
        + "}\n", ["1️⃣": .badWindow])
  }

  @Test func businessHoursNeedAWindow() {
    expectDiagnostics("steps:\n  - wait: 1️⃣4 business hours\n", ["1️⃣": .noWindow])
    expectDiagnostics("policy: { window: mon-fri 09:00-17:00 }\nsteps:\n  - wait: 4 business hours\n", [:])
    expectDiagnostics(
      "policy: { window: mon-fri 1️⃣9:00-17:00 }\nsteps:\n  - wait: 4 business hours\n", ["1️⃣": .badWindow])
  }

  @Test func zones() {
    expectDiagnostics("timezone: contact.timezone ?? 1️⃣\"Europe/Berlni\"\n", ["1️⃣": .unknownZone])
    let findings = expectDiagnostics("timezone: 1️⃣Europe/Berlni\n", ["1️⃣": .unknownZone])
    #expect(findings.first?.help == "did you mean \"Europe/Berlin\"?")
    expectDiagnostics("timezone: Europe/Berlin\n", [:])
  }

  @Test func holidays() {
    var draft = Draft()
    draft.project.calendars = ["DE": .none]
    let findings = expectDiagnostics("policy:\n  holidays: 1️⃣DF\n", ["1️⃣": .unknownCalendar], in: draft)
    #expect(findings.first?.help == "did you mean \"DE\"? the calendars of flow.yaml are: DE")
    expectDiagnostics("policy:\n  holidays: [ 2026-12-25, 1️⃣2026-02-30 ]\n", ["1️⃣": .badDate])
  }

  @Test func noDayLeft() throws {
    var draft = Draft()
    let first = try #require(CivilDate(iso: "2026-01-05"))
    draft.project.calendars = ["MON": HolidayCalendar((0..<60).map { first.adding(days: 7 * $0) })]
    expectDiagnostics("policy:\n  window: mon 09:00-17:00\n  holidays: 1️⃣MON\n", ["1️⃣": .noDay], in: draft)
    expectDiagnostics("policy:\n  window: mon-tue 09:00-17:00\n  holidays: MON\n", [:], in: draft)
    expectDiagnostics("policy:\n  business: mon\n  holidays: 1️⃣MON\n", ["1️⃣": .noDay], in: draft)
  }

  @Test func holds() {
    expectDiagnostics("anytime:\n  reply: hold 1️⃣until day 5\n", ["1️⃣": .badHold])
    expectDiagnostics("anytime:\n  reply: hold until 1️⃣return, or 5 days\n", ["1️⃣": .notInScope])
    expectDiagnostics(
      "anytime:\n  out-of-office: hold until return + 1 business day, or 5 business days\n", [:])
    expectDiagnostics("anytime:\n  reply: hold until reply.date, or 2 days\n", [:])
    expectDiagnostics(
      "anytime:\n  reply: hold until 1️⃣deal.sighned, or 2 days\nevents: { deal.signed: {} }\n",
      ["1️⃣": .unknownEvent])
    expectDiagnostics(
      "anytime:\n  reply: hold until deal.signed + 2 days, or 9 days\nevents: { deal.signed: {} }\n", [:])
    expectDiagnostics("anytime:\n  reply: hold 1️⃣3\n", ["1️⃣": .badDuration])
    expectDiagnostics(
      "anytime:\n  deal.moved: hold until event.to, or 2 days\nevents: { deal.moved: { to: date } }\n", [:])
  }
}

extension Code {
  static let unknownField: Code = "unknown-field"
}
