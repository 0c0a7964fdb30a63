import FlowCore
import FlowReport
import FlowTime
import Testing

/// How a crossing is told: one sentence, and the timeline of both in lines of eighty columns.
struct CrossReportTests {
  private let span = Span(
    file: "a.yaml", start: Position(line: 3, column: 1, offset: 20),
    end: Position(line: 3, column: 9, offset: 28))

  private func line(_ workflow: String, _ day: Int, _ step: String?, _ kind: Entry.Kind) throws
    -> Crossing.Line
  {
    let date = try #require(CivilDate(year: 2026, month: 6, day: day))
    let time = try #require(CivilTime(hour: 10, minute: 0))
    let at = Zone.utc.instant(of: CivilDateTime(date: date, time: time))
    return Crossing.Line(workflow: workflow, entry: Entry(at: at, step: step, kind: kind))
  }

  private func email() -> Entry.Kind { .sent(.init(verb: "email", touch: true)) }

  private func crossing(_ kind: Crossing.Kind, others: Int = 0) throws -> Crossing {
    Crossing(
      kind, workflow: "invoice", beside: "review", others: others, span: span, zone: .utc, input: [:],
      inputBeside: [:],
      timeline: [
        try line("review", 1, nil, .started(event: "order.delivered")),
        try line("review", 1, "thanks", email()),
        try line("invoice", 2, nil, .started(event: "invoice.sent")),
        try line("invoice", 2, "remind", .skipped(because: "the cap on touches of this contact")),
        try line("invoice", 3, nil, .ended(outcome: "done")),
      ], breach: [3])
  }

  @Test func `a touch that is left out is told with the timeline that leaves it out`() throws {
    let caps = Caps(touches: 1, span: .days(7), then: .skip)
    let found = CrossReport.findings([try crossing(.leftOut(step: "remind"), others: 2)], caps: caps)
    let one = try #require(found.first)
    #expect(one.code == "crowded" && one.severity == .warning)
    #expect(one.message == "\"remind\" is left out beside another")
    #expect(
      one.notes.map(\.text) == [
        "\"invoice\" and \"review\" (or 2 other workflows) together want more than the caps' 1 touch in 7 days",
        """
        both at one contact, in 2026 (times of UTC):
          Mon 1 Jun 10:00  review   begins
                           review   email thanks
          Tue 2 Jun 10:00  invoice  begins
        >                  invoice  remind is left out: the cap on touches
        """,
      ])
  }

  @Test func `what comes too close is told by the caps' gap, not by how many there are`() throws {
    let caps = Caps(touches: 3, span: .days(7), gap: .days(1), then: .skip)
    var one = try crossing(.leftOut(step: "remind"))
    one.timeline[3].entry.kind = .skipped(
      because: "less than 1 day after the contact's touch before, which the caps want")
    let found = try #require(CrossReport.findings([one], caps: caps).first)
    #expect(
      found.notes.first?.text
        == "\"invoice\" and \"review\": less than the caps' gap of 1 day lies between their touches")
  }

  @Test func `a long line of a timeline goes on below, within eighty columns`() throws {
    var one = try crossing(.leftOut(step: "remind"))
    one.span.start.line = 123
    one.workflow = "invoice-of-the-last-year"
    one.timeline = [
      try line(one.workflow, 1, nil, .started(event: "invoice.sent")),
      try line(one.workflow, 2, "third-and-last-reminder", .skipped(because: "the customer has a plan to pay it off")),
    ]
    one.breach = [1]
    let lines = try #require(CrossReport.findings([one]).first?.notes.last?.text).split(separator: "\n")
    #expect(
      lines == [
        "both at one contact, in 2026 (times of UTC):",
        "  Mon 1 Jun 10:00  invoice-of-the-last-year  begins",
        "> Tue 2 Jun 10:00  invoice-of-the-last-year  third-and-last-reminder",
        "                                             is left out: the",
        "                                             customer has a plan to",
        "                                             pay it off",
      ])
    // Beside a line number of three digits, " = " and "note: ".
    #expect(lines.allSatisfy { $0.count <= 80 - 3 - 9 })
  }

  @Test func `only what is later is a hint, and says how much`() throws {
    let found = CrossReport.findings([try crossing(.putOff(step: "remind", milliseconds: 258_600_000))])
    #expect(found.first?.severity == .hint)
    // 258,600 seconds are 2 days, 23 hours and 50 minutes.
    #expect(found.first?.message == "\"remind\" goes out 2 days 23 hours later")
  }

  @Test func `a headline keeps to eighty columns with names as long as those that ship`() throws {
    let promise = Claimed(
      .firstTouch(within: .days(1)), source: .file, text: "first touch within 1 day", span: span)
    let kinds: [Crossing.Kind] = [
      .refused(group: "interviews-of-one-candidate", event: "interview.scheduled"), .broken(promise),
      .leftOut(step: "ask-why-it-was-declined"), .ended(outcome: "enough"),
      .putOff(step: "ask-why-it-was-declined", milliseconds: 258_600_000),
      .tooClose(step: "ask-why-it-was-declined", gap: .days(1)),
    ]
    for kind in kinds {
      var one = try crossing(kind, others: 12)
      (one.workflow, one.beside) = ("interview-interviewer", "interview-candidate")
      let found = try #require(CrossReport.findings([one], caps: Caps(touches: 3, span: .days(30), then: .skip)).first)
      let head = "\(found.severity == .warning ? "warning" : "hint")[\(found.code)]: \(found.message)"
      #expect(head.count <= 80, "\(head)")
    }
  }

  @Test func `rivals, promises and the gap have their own words`() throws {
    let promise = Claimed(
      .firstTouch(within: .days(1)), source: .file, text: "first touch within 1 day", span: span)
    let all = CrossReport.findings([
      try crossing(.refused(group: "sales", event: "deal.won")), try crossing(.broken(promise)),
      try crossing(.tooClose(step: "remind", gap: .days(1))), try crossing(.ended(outcome: "enough")),
    ])
    #expect(all.map(\.code) == ["rivals", "crowded", "project-gap", "crowded"])
    #expect(all.allSatisfy { $0.severity == .warning })
    #expect(
      all.map(\.message) == [
        "\"invoice\" or \"review\" is refused", "\"invoice\" breaks a promise beside another",
        "\"remind\" comes too soon after another's", "\"invoice\" ends \"enough\" beside another",
      ])
    #expect(
      all.map { $0.notes.first?.text } == [
        "both start on \"deal.won\", and \"sales\" is exclusive",
        "together with \"review\" it does not keep \"first touch within 1 day\"",
        "\"invoice\" and \"review\": less than the project's gap of 1 day lies between their touches",
        "\"invoice\" and \"review\" together want more than the caps allow",
      ])
    #expect(all.allSatisfy { !$0.help.isEmpty })
  }
}
