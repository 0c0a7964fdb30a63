import FlowTime
import Testing

@Suite("Holidays from iCalendar")
struct HolidayTests {
  private func parse(_ lines: [String], ending: String = "\r\n") throws -> [String] {
    let text = (["BEGIN:VCALENDAR", "VERSION:2.0"] + lines + ["END:VCALENDAR", ""]).joined(separator: ending)
    return try HolidayCalendar.parse(icalendar: Array(text.utf8)).dates.map(\.description)
  }

  private func event(_ lines: [String]) throws -> [String] {
    try parse(["BEGIN:VEVENT", "SUMMARY:x"] + lines + ["END:VEVENT"])
  }

  @Test func dates() throws {
    #expect(try event(["DTSTART;VALUE=DATE:20260403"]) == ["2026-04-03"])
    #expect(try event(["DTSTART:20260403"]) == ["2026-04-03"])
    #expect(
      try event(["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"]) == [
        "2026-12-24", "2026-12-25", "2026-12-26",
      ])
    #expect(try event(["DTSTART;VALUE=DATE:20261224", "DURATION:P1W"]).count == 7)
    #expect(try event(["DTSTART;VALUE=DATE:20261224", "STATUS:CANCELLED"]) == [])
    // Folded in the middle of the value, by either ending of lines; a colon in a quoted parameter.
    #expect(try event(["DTSTART;VALUE=DATE:2026", " 0403"]) == ["2026-04-03"])
    #expect(
      try parse(
        ["BEGIN:VEVENT", "DTSTART;X-A=\"a:b;c\";VALUE=DATE:2026", "\t0403", "END:VEVENT"], ending: "\n") == [
          "2026-04-03"
        ])
    // What lies in an alarm is not the event's.
    #expect(
      try event(["DTSTART:20260403", "BEGIN:VALARM", "DTSTART:20200101", "END:VALARM"]) == ["2026-04-03"])
    #expect(try parse([]) == [])
  }

  @Test func rules() throws {
    #expect(
      try event(["DTSTART:20260501", "RRULE:FREQ=YEARLY;COUNT=3"]) == [
        "2026-05-01", "2027-05-01", "2028-05-01",
      ])
    #expect(
      try event(["DTSTART:20260501", "RRULE:FREQ=YEARLY;UNTIL=20270501"]) == ["2026-05-01", "2027-05-01"])
    #expect(try event(["DTSTART:20260501", "RRULE:FREQ=YEARLY;UNTIL=20270430T235959Z"]) == ["2026-05-01"])
    #expect(
      try event(["DTSTART:20260501", "RRULE:FREQ=YEARLY;INTERVAL=2;COUNT=2"]) == ["2026-05-01", "2028-05-01"])
    #expect(try event(["DTSTART:20240229", "RRULE:FREQ=YEARLY;COUNT=2"]) == ["2024-02-29", "2028-02-29"])
    #expect(
      try event(["DTSTART:20261225", "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25,26;COUNT=3"])
        == ["2026-12-25", "2026-12-26", "2027-12-25"])
    // Thanksgiving, Memorial Day.
    #expect(
      try event(["DTSTART:20261126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2"]) == [
        "2026-11-26", "2027-11-25",
      ])
    #expect(
      try event(["DTSTART:20260525", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2"]) == [
        "2026-05-25", "2027-05-31",
      ])
    #expect(
      try event([
        "DTSTART:20260501", "RRULE:FREQ=YEARLY;COUNT=3", "EXDATE;VALUE=DATE:20270501",
        "RDATE;VALUE=DATE:20260704",
      ])
        == ["2026-05-01", "2026-07-04", "2028-05-01"])
    let always = try event(["DTSTART:20260501", "RRULE:FREQ=YEARLY"])
    #expect(always.count == 174)
    #expect(always.last == "2199-05-01")
  }

  @Test(
    "What cannot be read is an error with its line",
    arguments: [
      (["DTSTART:20260501T090000Z"], .notADate("20260501T090000Z"), 5),
      (["DTSTART:20270230"], .notADate("20270230"), 5),
      (["DTSTART:20260501", "RRULE:FREQ=WEEKLY"], .unsupportedRule("FREQ=WEEKLY"), 6),
      (["DTSTART:20260501", "RRULE:FREQ=YEARLY;BYSETPOS=1"], .unsupportedRule("BYSETPOS=1"), 6),
      (["DTSTART:20260501", "RRULE:COUNT=2"], .unsupportedRule("COUNT=2"), 6),
      (["DTSTART:20260501", "RRULE:FREQ=YEARLY;BYDAY=MO"], .unsupportedRule("FREQ=YEARLY;BYDAY=MO"), 6),
      (["SUMMARY:y"], .missingStart, 3), (["DTSTART:20260501", "DTEND:20260501"], .badEnd("2026-05-01"), 3),
      (["DTSTART:20260501", "DTEND:99991231", "RRULE:FREQ=YEARLY"], .tooMany, 3),
      (["nonsense"], .malformed, 5),
      (["DTSTART:20260501", "DURATION:PT1H"], .badEnd("PT1H"), 6), (["END:VTODO"], .unbalanced, 5),
    ] as [([String], ICalendarError.Problem, Int)])
  func mistakes(lines: [String], problem: ICalendarError.Problem, line: Int) throws {
    let error = try #require(throws: ICalendarError.self) { try event(lines) }
    #expect(error.problem == problem)
    #expect(error.line == line)
    #expect(error.description.hasPrefix("line \(line): "))
  }

  @Test func noCalendar() {
    let texts = [
      "", "hello", "BEGIN:VEVENT\nEND:VEVENT", "<html>:", "BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VEVENT",
      "\r\n\r\n",
    ]
    for text in texts {
      #expect(throws: ICalendarError.self) { try HolidayCalendar.parse(icalendar: Array(text.utf8)) }
    }
    #expect(throws: ICalendarError(.unbalanced, line: 1)) {
      try HolidayCalendar.parse(icalendar: Array("BEGIN:VCALENDAR".utf8))
    }
  }

  @Test("Any bytes give dates or an error")
  func fuzz() {
    var random = Seeded(state: 5545)
    let sample = Array(
      """
      BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260403\r\nDTEND;VALUE=DATE:20260405\r
      RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1MO;INTERVAL=2;COUNT=9\r\nEXDATE:20280403\r\nDURATION:P1D\r
      END:VEVENT\r\nEND:VCALENDAR\r\n
      """.utf8)
    for _ in 0..<3000 {
      var bytes = sample
      for _ in 0...Int.random(in: 0...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[place] = .random(in: .min ... .max, using: &random)
        case 1: bytes[place] = Array("0123456789-=;:,\n ".utf8).randomElement(using: &random) ?? 0
        default: bytes.remove(at: place)
        }
      }
      _ = try? HolidayCalendar.parse(icalendar: bytes)
    }
  }

  @Test func searching() throws {
    let calendar = HolidayCalendar([try date("2026-04-06"), try date("2026-04-03"), try date("2026-04-06")])
    #expect(calendar.dates.count == 2)
    #expect(calendar.contains(try date("2026-04-03")))
    #expect(!calendar.contains(try date("2026-04-04")))
    #expect(!HolidayCalendar.none.contains(try date("2026-04-03")))
    #expect(calendar.union(HolidayCalendar([try date("2026-05-01")])).dates.count == 3)
  }
}
