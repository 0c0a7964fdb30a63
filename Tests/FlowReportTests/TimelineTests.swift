import FlowCore
import FlowReport
import FlowTime
import Testing

@Suite struct TimelineTests {
  @Test(arguments: [60, 80, 120]) func textAsRail(width: Int) throws {
    let text = TimelineReport.text(try Samples.proposal(), width: width)
    expectSnapshot(text, "timeline-\(width).txt")
  }

  @Test(arguments: [60, 80, 120]) func everyKindOfEntry(width: Int) throws {
    expectSnapshot(TimelineReport.text(try Samples.everything(), width: width), "everything-\(width).txt")
  }

  @Test func plainASCII() throws {
    let text = TimelineReport.text(try Samples.proposal(), width: 80, ascii: true)
    expectSnapshot(text, "timeline-ascii.txt")
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func colours() throws {
    expectSnapshot(TimelineReport.text(try Samples.proposal(), width: 80, color: true), "timeline-colour.txt")
  }

  @Test func eventStream() throws {
    expectSnapshot(TimelineReport.json(try Samples.proposal()), "timeline.json")
    expectSnapshot(TimelineReport.jsonl(try Samples.proposal()), "timeline.jsonl")
    expectSnapshot(TimelineReport.json(try Samples.everything()), "everything.json")
  }

  @Test func picture() throws {
    let holidays = try ["2026-04-03", "2026-04-06"].map { try #require(CivilDate(iso: $0)) }
    let calendar = BusinessCalendar(holidays: HolidayCalendar(holidays))
    expectSnapshot(TimelineReport.svg(try Samples.proposal(), calendar: calendar), "timeline.svg")
    expectSnapshot(TimelineReport.svg(try Samples.everything()), "everything.svg")
  }

  @Test func page() throws {
    let holidays = try ["2026-04-03", "2026-04-06"].map { try #require(CivilDate(iso: $0)) }
    let calendar = BusinessCalendar(holidays: HolidayCalendar(holidays))
    expectSnapshot(TimelineReport.html(try Samples.proposal(), calendar: calendar), "timeline.html")
    // Foreign letters, control characters and markup stay text.
    expectSnapshot(TimelineReport.html(try Samples.everything()), "everything.html")
  }

  @Test func rows() throws {
    expectSnapshot(TimelineReport.csv(try Samples.proposal()), "timeline.csv")
    expectSnapshot(TimelineReport.csv(try Samples.everything()), "everything.csv")
  }
}
