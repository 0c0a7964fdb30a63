import FlowTime
import Testing

@Suite("Arithmetic and openings")
struct BusinessTests {
  private func sum(
    _ start: String, _ duration: String, _ name: String, sign: Int = 1, holidays: [String] = [],
    window: String? = nil
  ) throws -> String? {
    let zone = try zone(name)
    let calendar = BusinessCalendar(holidays: HolidayCalendar(try holidays.map { try date($0) }))
    return add(
      try Duration.parse(duration), sign: sign, to: try at(start), zone: zone, calendar: calendar,
      hours: try window.map { (try Window.parse($0), zone) })?.rfc3339(in: zone)
  }

  @Test(
    "Calendar parts move the wall clock, elapsed parts count",
    arguments: [
      ("2026-03-28T12:00:00+01:00", "1 day", "2026-03-29T12:00:00+02:00"),
      ("2026-03-28T12:00:00+01:00", "24 hours", "2026-03-29T13:00:00+02:00"),
      ("2026-10-24T12:00:00+02:00", "24 hours", "2026-10-25T11:00:00+01:00"),
      ("2026-03-28T02:30:00+01:00", "1 day", "2026-03-29T03:30:00+02:00"),
      ("2026-10-24T02:30:00+02:00", "1 day", "2026-10-25T02:30:00+02:00"),
      ("2026-01-31T10:00:00+01:00", "1 month", "2026-02-28T10:00:00+01:00"),
      // Once: 31 January and a month and a day are 1 March, and the gap on the way is not met.
      ("2026-01-31T10:00:00+01:00", "1 month 1 day", "2026-03-01T10:00:00+01:00"),
      ("2026-02-28T02:30:00+01:00", "1 month 2 days", "2026-03-30T02:30:00+02:00"),
      ("2026-03-28T01:30:00+01:00", "1 day 1 hour", "2026-03-29T03:30:00+02:00"),
      // Elapsed time alone keeps the second turn of a repeated hour.
      ("2026-10-25T02:30:00+01:00", "1 minute", "2026-10-25T02:31:00+01:00"),
      ("2026-03-25T16:40:00+01:00", "1 week", "2026-04-01T16:40:00+02:00"),
    ])
  func calendarParts(start: String, duration: String, end: String) throws {
    #expect(try sum(start, duration, "Europe/Berlin") == end)
  }

  @Test func minus() throws {
    #expect(
      try sum("2026-03-31T10:00:00+02:00", "1 month", "Europe/Berlin", sign: -1)
        == "2026-02-28T10:00:00+01:00")
    #expect(
      try sum("2026-03-30T02:30:00+02:00", "1 day", "Europe/Berlin", sign: -1) == "2026-03-29T03:30:00+02:00")
    #expect(
      try sum("2026-03-30T12:00:00+02:00", "1 day 1 hour", "Europe/Berlin", sign: -1)
        == "2026-03-29T11:00:00+02:00")
    #expect(
      try sum(
        "2026-04-07T09:30:00+02:00", "1 business day", "Europe/Berlin", sign: -1,
        holidays: ["2026-04-06", "2026-04-03"])
        == "2026-04-02T09:30:00+02:00")
  }

  @Test(
    "Business days, at the same wall time",
    arguments: [
      // Easter 2026: 3 and 6 April.
      ("2026-04-01T16:40:00+02:00", "1 business day", "2026-04-02T16:40:00+02:00"),
      ("2026-04-02T16:40:00+02:00", "1 business day", "2026-04-07T16:40:00+02:00"),
      ("2026-04-04T10:00:00+02:00", "1 business day", "2026-04-07T10:00:00+02:00"),
      ("2026-03-27T23:00:00+01:00", "3 business days", "2026-04-01T23:00:00+02:00"),
    ])
  func businessDays(start: String, duration: String, end: String) throws {
    #expect(try sum(start, duration, "Europe/Berlin", holidays: ["2026-04-03", "2026-04-06"]) == end)
  }

  @Test(
    "Business hours of mon-fri 09:00-17:00",
    arguments: [
      ("2026-03-25T16:40:00+01:00", "4 business hours", "2026-03-26T12:40:00+01:00"),
      ("2026-03-27T16:00:00+01:00", "4 business hours", "2026-03-30T12:00:00+02:00"),
      ("2026-03-28T16:00:00+01:00", "1 business hour", "2026-03-30T10:00:00+02:00"),
      // The end of the day is the first instant by which eight hours have passed.
      ("2026-03-25T09:00:00+01:00", "8 business hours", "2026-03-25T17:00:00+01:00"),
      ("2026-04-02T16:00:00+02:00", "2 business hours", "2026-04-07T10:00:00+02:00"),
    ])
  func businessHours(start: String, duration: String, end: String) throws {
    let found = try sum(
      start, duration, "Europe/Berlin", holidays: ["2026-04-03", "2026-04-06"], window: "mon-fri 09:00-17:00")
    #expect(found == end)
  }

  @Test func businessHoursElsewhere() throws {
    // A window over both turns of the hour counts it twice; over the gap, not at all.
    let window = "daily 01:00-04:00"
    let everyDay = BusinessCalendar(business: .daily)
    let berlin = try zone("Europe/Berlin")
    let hours = (try Window.parse(window), berlin)
    let autumn = add(
      .businessHours(4), to: try at("2026-10-25T00:00:00+02:00"), zone: berlin, calendar: everyDay,
      hours: hours)
    #expect(autumn?.rfc3339(in: berlin) == "2026-10-25T04:00:00+01:00")
    let spring = add(
      .businessHours(3), to: try at("2026-03-29T00:00:00+01:00"), zone: berlin, calendar: everyDay,
      hours: hours)
    #expect(spring?.rfc3339(in: berlin) == "2026-03-30T02:00:00+02:00")
    let back = add(
      .businessHours(3), sign: -1, to: try at("2026-03-29T05:00:00+02:00"), zone: berlin, calendar: everyDay,
      hours: hours)
    #expect(back?.rfc3339(in: berlin) == "2026-03-28T03:00:00+01:00")
  }

  @Test("Nothing is reached")
  func nothing() throws {
    let never = BusinessCalendar(business: [])
    let hours = (window: Window.always, zone: Zone.utc)
    for duration in [Duration.businessDays(1), .businessHours(1)] {
      for sign in [1, -1] {
        #expect(add(duration, sign: sign, to: .epoch, zone: .utc, calendar: never, hours: hours) == nil)
        let end = sign > 0 ? Instant.distantFuture : .distantPast
        #expect(
          add(duration, sign: sign, to: end, zone: .utc, calendar: .init(business: .daily), hours: hours)
            == nil)
      }
    }
    #expect(add(.businessHours(1), to: .epoch, zone: .utc, calendar: BusinessCalendar(), hours: nil) == nil)
    let far = add(.businessDays(2600), to: .epoch, zone: .utc, calendar: BusinessCalendar(), hours: nil)
    // 2600 business days are 520 weeks.
    #expect(far?.rfc3339(in: .utc) == "1979-12-20T00:00:00+00:00")
  }

  private func opening(_ start: String, _ window: String?, _ name: String, _ holidays: [String] = []) throws
    -> String?
  {
    let zone = try zone(name)
    return firstOpen(
      notBefore: try at(start), window: try window.map { try Window.parse($0) }, zone: zone,
      holidays: HolidayCalendar(try holidays.map { try date($0) }))?.rfc3339(in: zone)
  }

  @Test(
    "The first open instant",
    arguments: [
      ("2026-03-27T16:40:00+01:00", "mon-fri 09:00-17:00", "2026-03-27T16:40:00+01:00"),
      ("2026-03-27T17:00:00+01:00", "mon-fri 09:00-17:00", "2026-03-30T09:00:00+02:00"),
      ("2026-04-04T16:40:00+02:00", "mon-fri 09:00-17:00", "2026-04-07T09:00:00+02:00"),
      // The window begins inside the gap: open from the end of the gap.
      ("2026-03-29T00:00:00+01:00", "sun 02:15-04:00", "2026-03-29T03:00:00+02:00"),
      // It lies wholly inside the gap: a week later.
      ("2026-03-29T00:00:00+01:00", "sun 02:15-02:45", "2026-04-05T02:15:00+02:00"),
      // In a repeated hour both times.
      ("2026-10-25T02:20:00+02:00", "sun 02:15-02:45", "2026-10-25T02:20:00+02:00"),
      ("2026-10-25T02:50:00+02:00", "sun 02:15-02:45", "2026-10-25T02:15:00+01:00"),
      ("2026-10-25T02:45:00+01:00", "sun 02:15-02:45", "2026-11-01T02:15:00+01:00"),
    ])
  func openings(start: String, window: String, expected: String) throws {
    #expect(try opening(start, window, "Europe/Berlin", ["2026-04-03", "2026-04-06"]) == expected)
  }

  @Test func openingsElsewhere() throws {
    #expect(
      try opening("2026-04-03T12:00:00+02:00", nil, "Europe/Berlin", ["2026-04-03"])
        == "2026-04-04T00:00:00+02:00")
    #expect(try opening("2026-04-03T12:00:00+02:00", nil, "Europe/Berlin") == "2026-04-03T12:00:00+02:00")
    // A holiday ends where the day after it begins, also without a midnight.
    #expect(
      try opening("2018-11-03T12:00:00-03:00", nil, "America/Sao_Paulo", ["2018-11-03"])
        == "2018-11-04T01:00:00-02:00")
    // The Friday that Apia left out.
    #expect(
      try opening("2011-12-29T18:00:00-10:00", "thu-fri 09:00-17:00", "Pacific/Apia")
        == "2012-01-05T09:00:00+14:00")
    let year = (0..<800).map { CivilDate(dayNumber: 20_000 + $0) }
    let closed = HolidayCalendar(year)
    #expect(
      firstOpen(notBefore: Instant(seconds: 20_000 * 86_400), window: .always, zone: .utc, holidays: closed)
        == nil)
    #expect(!isOpen(at: Instant(seconds: 20_000 * 86_400), window: nil, zone: .utc, holidays: closed))
    #expect(isOpen(at: .epoch, window: nil, zone: .utc, holidays: .none))
  }

  @Test(
    "The first clock time strictly later",
    arguments: [
      ("2026-03-25T09:00:00+01:00", nil, "09:00", "2026-03-26T09:00:00+01:00"),
      ("2026-03-25T08:59:59+01:00", nil, "09:00", "2026-03-25T09:00:00+01:00"),
      ("2026-03-25T16:40:00+01:00", .mon, "09:00", "2026-03-30T09:00:00+02:00"),
      ("2026-03-30T09:00:00+02:00", .mon, "09:00", "2026-04-06T09:00:00+02:00"),
      ("2026-03-28T12:00:00+01:00", nil, "02:30", "2026-03-29T03:30:00+02:00"),
      // A repeated time is the earlier, so its second turn is none.
      ("2026-10-25T02:30:00+02:00", nil, "02:30", "2026-10-26T02:30:00+01:00"),
    ] as [(String, Weekday?, String, String)])
  func clocks(start: String, weekday: Weekday?, time: String, expected: String) throws {
    let berlin = try zone("Europe/Berlin")
    let clock = try #require(CivilTime.parse(time))
    #expect(
      firstClock(after: try at(start), weekday: weekday, time: clock, zone: berlin).rfc3339(in: berlin)
        == expected)
  }

  @Test("A clock time of a day that is missing moves forward with it")
  func clockOfMissingDay() throws {
    let apia = try zone("Pacific/Apia")
    let noon = try #require(CivilTime.parse("12:00"))
    for start in ["2011-12-29T13:00:00-10:00", "2011-12-31T08:00:00+14:00"] {
      let friday = firstClock(after: try at(start), weekday: .fri, time: noon, zone: apia)
      #expect(friday.rfc3339(in: apia) == "2011-12-31T12:00:00+14:00")
    }
  }

  @Test func days() throws {
    let berlin = try zone("Europe/Berlin")
    let start = try at("2026-03-25T16:40:00+01:00")
    #expect(dayShift(from: start, days: 5, zone: berlin).rfc3339(in: berlin) == "2026-03-30T16:40:00+02:00")
    #expect(
      dayShift(from: start, days: 5, at: CivilTime.parse("10:00"), zone: berlin).rfc3339(in: berlin)
        == "2026-03-30T10:00:00+02:00")
    let second = try at("2026-10-25T02:30:00+01:00")
    #expect(dayShift(from: second, days: 0, zone: berlin) == second)
    #expect(daysBetween(try date("2026-03-25"), try date("2026-04-01")) == 7)
    #expect(daysBetween(try date("2026-04-01"), try date("2026-03-25")) == -7)
  }
}
