import FlowCore
import FlowReport
import FlowTime
import Testing

@Suite struct TableTests {
  let table = Table(
    columns: [.init("run"), .init("contact"), .init("waits for"), .init("touches", isNumber: true)],
    rows: [
      ["proposal/P-1", "Ann \"Roof\" Müller, Acme", "reply until Mon 30 Mar 16:40", "12"],
      ["csat/4711", "松本 陽子", nil, "1"],
      ["csat/4712", "=HYPERLINK(\"http://evil.test\")", "-2\r\nlines", "0"],
    ])

  @Test func onATerminal() {
    let wide = [
      "run           contact                         waits for                     touches",
      "proposal/P-1  Ann \"Roof\" Müller, Acme         reply until Mon 30 Mar 16:40       12",
      "csat/4711     松本 陽子                                                           1",
      "csat/4712     =HYPERLINK(\"http://evil.test\")  -2 ↵ lines                          0",
    ]
    #expect(TableReport.text(table) == wide.map { $0 + "\n" }.joined())
    let narrow = [
      "run           contact           waits for         touches",
      "proposal/P-1  Ann \"Roof\" Müll…  reply until Mon…       12",
      "csat/4711     松本 陽子                                 1",
      "csat/4712     =HYPERLINK(\"htt…  -2 ↵ lines              0",
    ]
    #expect(TableReport.text(table, width: 57) == narrow.map { $0 + "\n" }.joined())
    #expect(TableReport.text(Table(columns: table.columns, rows: []), empty: "no runs") == "no runs\n")
  }

  /// The day and the hour are what is asked for.
  @Test func instantsGiveWayToNothing() {
    let next = Table(
      columns: ["at", "workflow", "key", "step", "verb", "to", "run", "says"].map { .init($0) },
      rows: [
        [
          "2026-11-22T23:31:16+01:00", "ward-round", "W-1", "ask", "pager", "+49309917500", "145b2c3d4e5f",
          "Good morning, how is it",
        ]
      ])
    let lines = TableReport.text(next, width: 80).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 } && lines[1].hasPrefix("2026-11-22 23:31  ward-round  W-1  ask "))
    // There is room for it as it is.
    #expect(TableReport.text(next, width: 110).contains("2026-11-22T23:31:16+01:00"))
    #expect(TableReport.text(next).contains("2026-11-22T23:31:16+01:00"))
    let tasks = Table(
      columns: ["task", "step", "workflow", "run", "person", "assigned", "due", "outcomes", "state", "text"].map {
        .init($0)
      },
      rows: [
        [
          "6a2113f9", "objections", "ward-round", "145b2c3d4e5f", "otto@acme.test", "2026-11-22T23:31:16+01:00",
          "2026-11-23T09:00:00+01:00", "arrived again", "open", "It is not known whether ask reached Ann",
        ],
        ["6a2113f8", nil, "ward-round", "145b2c3d4e5f", nil, "2026-11-22T23:31:16+01:00", nil, "done", "open", "x"],
      ])
    let told = TableReport.text(tasks, width: 80).split(separator: "\n")
    #expect(told.allSatisfy { $0.count <= 80 }, "\(told)")
    #expect(told[1].contains("  11-22 23:31  11-23 09:00  "))
  }

  @Test func asCSV() {
    let lines = [
      "run,contact,waits for,touches",
      "proposal/P-1,\"Ann \"\"Roof\"\" Müller, Acme\",reply until Mon 30 Mar 16:40,12",
      "csat/4711,松本 陽子,,1",
      "csat/4712,\"'=HYPERLINK(\"\"http://evil.test\"\")\",\"'-2\r\nlines\",0",
    ]
    #expect(Array(TableReport.csv(table).utf8) == Array(lines.map { $0 + "\r\n" }.joined().utf8))
  }

  @Test func asJSON() {
    let text = TableReport.json(Table(columns: table.columns, rows: [table.rows[1]]), name: "runs")
    let wanted = """
      {
        "runs": [
          { "run": "csat/4711", "contact": "松本 陽子", "waits for": null, "touches": 1 }
        ]
      }

      """
    #expect(text == wanted)
  }

  /// By RFC 5545: escapes, UTC, lines of at most 75 octets.
  @Test func asCalendar() throws {
    let at = try Samples.at("2026-03-27T16:40:00+01:00")
    let long = String(repeating: "ü", count: 40)
    let text = CalendarReport.ics([
      .init(at: at, title: "a; b, c\\d", description: "one\r\ntwo", id: "x"),
      .init(at: at, title: long, id: "y"),
    ])
    let lines = [
      "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//flow//flow//EN", "CALSCALE:GREGORIAN", "BEGIN:VEVENT",
      "UID:x@flow", "DTSTAMP:20260327T154000Z", "DTSTART:20260327T154000Z", "SUMMARY:a\\; b\\, c\\\\d",
      "DESCRIPTION:one\\ntwo", "END:VEVENT", "BEGIN:VEVENT", "UID:y@flow", "DTSTAMP:20260327T154000Z",
      "DTSTART:20260327T154000Z", "SUMMARY:" + String(repeating: "ü", count: 33),
      " " + String(repeating: "ü", count: 7), "END:VEVENT", "END:VCALENDAR",
    ]
    #expect(Array(text.utf8) == Array(lines.map { $0 + "\r\n" }.joined().utf8))
    let items = CalendarReport.items(try Samples.proposal())
    #expect(items.count == 4)
    // Whoever makes the call is not called.
    #expect(items.contains { $0.description.hasPrefix("call by ") })
  }
}
