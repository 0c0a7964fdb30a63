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
    #expect(
      one.message
        == "\"invoice\" beside \"review\" (or 2 other workflows) wants more than the caps' 1 touch in 7 days: \"remind\" "
        + "is left out")
    #expect(
      one.notes.map(\.text) == [
        """
          2026-06-01 10:00  review   begins
          2026-06-01 10:00  review   email thanks
          2026-06-02 10:00  invoice  begins
        > 2026-06-02 10:00  invoice  remind is left out: the cap on touches
        """
      ])
  }

  @Test func `only what is later is a hint, and says how much`() throws {
    let found = CrossReport.findings([try crossing(.putOff(step: "remind", milliseconds: 258_600_000))])
    #expect(found.first?.severity == .hint)
    // 258,600 seconds are 2 days, 23 hours and 50 minutes.
    #expect(found.first?.message.hasSuffix("\"remind\" goes out 2 days 23 hours later") == true)
  }

  @Test func `rivals, promises and the gap have their own words`() throws {
    let promise = Claimed(
      .firstTouch(within: .days(1)), source: .file, text: "first touch within 1 day", span: span)
    let all = CrossReport.findings([
      try crossing(.refused(group: "sales", event: "deal.won")), try crossing(.broken(promise)),
      try crossing(.tooClose(step: "remind", gap: .days(1))), try crossing(.ended(outcome: "enough")),
    ])
    #expect(all.map(\.code) == ["rivals", "crowded", "project-gap", "crowded"])
    #expect(all[1].message == "\"invoice\" beside \"review\" does not keep \"first touch within 1 day\"")
    #expect(all.allSatisfy { $0.help != nil })
  }
}
