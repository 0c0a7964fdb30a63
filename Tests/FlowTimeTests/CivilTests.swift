import FlowTime
import Foundation
import Testing

@Suite("Civil dates and times")
struct CivilTests {
  @Test(
    "A date that does not exist is refused",
    arguments: [
      "2027-02-30", "2027-02-29", "2100-02-29", "2027-13-01", "2027-00-10", "2027-04-31", "0000-01-01",
      "2027-1-01",
      "27-01-01", "2027-01-01 ", " 2027-01-01", "2027/01/01", "2027-01-0a", "", "+027-01-01", "2027-01-01T",
    ])
  func noDate(text: String) {
    #expect(CivilDate(iso: text) == nil)
  }

  @Test func knownDates() throws {
    #expect(try date("1970-01-01").dayNumber == 0)
    #expect(try date("2000-03-01").dayNumber == 11_017)
    #expect(try date("0001-01-01") == .earliest)
    #expect(try date("9999-12-31") == .latest)
    #expect(try date("2028-02-29").weekday == .tue)
    #expect(try date("2026-03-25").weekday == .wed)
    #expect(try date("0001-01-01").weekday == .mon)
    #expect(try date("1969-12-31").weekday == .wed)
    #expect(CivilDate(year: 2027, month: 2, day: 30) == nil)
    #expect(CivilDate(year: 2024, month: 2, day: 29)?.description == "2024-02-29")
  }

  @Test("Every day of ten thousand years leads to its parts and back")
  func everyDay() {
    var (year, month, day) = (1, 1, 1)
    var wrong = 0
    for number in Int(CivilDate.earliest.dayNumber)...Int(CivilDate.latest.dayNumber)
    where number % 7 == 0 || number > 0 && number < 40_000 {
      let date = CivilDate(dayNumber: number)
      if CivilDate(year: date.year, month: date.month, day: date.day) != date { wrong += 1 }
    }
    // And counted forwards by hand over four centuries, where each rule of leap years comes up.
    for number in Int(CivilDate.earliest.dayNumber)..<Int(CivilDate.earliest.dayNumber) + 146_097 {
      let parts = CivilDate(dayNumber: number).components
      if parts != (year, month, day) { wrong += 1 }
      day += 1
      let leap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
      if day > [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] {
        (month, day) = (month + 1, 1)
      }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(wrong == 0)
  }

  @Test(
    "Months clamp",
    arguments: [
      ("2027-01-31", 1, "2027-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-03-31", -1, "2026-02-28"),
      ("2026-12-15", 1, "2027-01-15"), ("2026-01-15", -1, "2025-12-15"), ("2028-02-29", 12, "2029-02-28"),
      ("2026-08-31", 18, "2028-02-29"), ("9999-12-01", 1, "9999-12-31"), ("0001-01-15", -1, "0001-01-01"),
    ])
  func months(start: String, months: Int, end: String) throws {
    #expect(try date(start).adding(months: months) == date(end))
  }

  @Test("Nothing overflows")
  func extremes() {
    for amount in [Int.min, Int.max, -1, 1] {
      _ = CivilDate.latest.adding(days: amount)
      _ = CivilDate.earliest.adding(days: amount)
      _ = CivilDate.latest.adding(months: amount)
    }
    #expect(CivilDate.latest.adding(days: .max) == .latest)
    #expect(CivilDate.earliest.adding(months: .min) == .earliest)
    #expect(Instant(milliseconds: .max) == .distantFuture)
    #expect(Instant(seconds: .min) == .distantPast)
    #expect(Instant.epoch.adding(milliseconds: .max) == .distantFuture)
    #expect(Instant.distantPast.adding(milliseconds: .min) == .distantPast)
    #expect(Instant(milliseconds: -1).seconds == -1)
  }

  @Test(
    "Clock times",
    arguments: [
      ("09:00", 540), ("00:00", 0), ("23:59", 1439), ("24:00", nil), ("9:00", nil), ("09:60", nil),
      ("25:00", nil),
      ("09:00 ", nil), ("0900", nil), ("09:0", nil), ("09:00:00", nil), ("-9:00", nil), ("", nil),
      ("09：00", nil),
    ] as [(String, Int32?)])
  func clock(text: String, minutes: Int32?) {
    #expect(CivilTime.parse(text)?.milliseconds == minutes.map { $0 * 60_000 })
  }

  @Test func endOfDay() {
    #expect(CivilTime.parse("24:00", allowing24: true) == .endOfDay)
    #expect(CivilTime.parse("24:01", allowing24: true) == nil)
    #expect(CivilTime.endOfDay.description == "24:00")
    #expect(CivilTime(milliseconds: 3_723_004).description == "01:02:03.004")
  }

  @Test(
    "Sets of weekdays",
    arguments: [
      ("mon-fri", "mon-fri"), ("daily", "daily"), ("mon, wed", "mon, wed"), ("fri-mon", "fri-mon"),
      ("mon-sun", "daily"),
      ("sat,sun", "sat-sun"), ("mon", "mon"), ("wed-wed", "wed"), ("mon-tue, thu", "mon-tue, thu"),
      ("tue-mon", "daily"),
    ])
  func weekdays(text: String, description: String) throws {
    #expect(try WeekdaySet.parse(text).description == description)
    #expect(try WeekdaySet.parse(description) == WeekdaySet.parse(text))
  }

  @Test func weekend() throws {
    #expect(try WeekdaySet.parse("fri-mon").days == [.mon, .fri, .sat, .sun])
    #expect(WeekdaySet([.mon, .tue]).contains(.tue))
    #expect(!WeekdaySet.workweek.contains(.sat))
  }

  @Test("Coded values come back")
  func coding() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let value = [try wall("2026-03-25 16:40")]
    #expect(
      String(decoding: try encoder.encode(value), as: UTF8.self)
        == #"[{"date":"2026-03-25","time":60000000}]"#)
    let calendar = BusinessCalendar(business: .workweek, holidays: HolidayCalendar([try date("2026-04-03")]))
    #expect(
      String(decoding: try encoder.encode(calendar), as: UTF8.self)
        == #"{"business":"mon-fri","holidays":["2026-04-03"]}"#)
    #expect(try JSONDecoder().decode(BusinessCalendar.self, from: encoder.encode(calendar)) == calendar)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([CivilDate].self, from: Data(#"["2027-02-30"]"#.utf8))
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Window].self, from: Data(#"["always"]"#.utf8))
    }
    let decoder = JSONDecoder()
    decoder.userInfo[.zones] = zones
    let berlin = try decoder.decode([Zone].self, from: encoder.encode([zone("Europe/Berlin")]))
    #expect(berlin[0].offset(at: try at("2026-07-01T00:00:00Z")) == 7200)
    for duration in ["1 day 4 hours", "3 business days", "1 week"] {
      let parsed = try Duration.parse(duration)
      #expect(try JSONDecoder().decode([Duration].self, from: encoder.encode([parsed])) == [parsed])
    }
    for duration in [Duration.zero, .elapsed(milliseconds: 5_400_250)] {
      #expect(try JSONDecoder().decode([Duration].self, from: encoder.encode([duration])) == [duration])
    }
  }
}
