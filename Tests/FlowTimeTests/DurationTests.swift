import FlowTime
import Testing

@Suite("Durations")
struct DurationTests {
  @Test(
    "What the language writes",
    arguments: [
      ("2 days", .calendar(months: 0, days: 2, milliseconds: 0)),
      ("1 week", .calendar(months: 0, days: 7, milliseconds: 0)),
      ("1 month", .calendar(months: 1, days: 0, milliseconds: 0)),
      ("36 hours", .calendar(months: 0, days: 0, milliseconds: 129_600_000)),
      ("90 minutes", .calendar(months: 0, days: 0, milliseconds: 5_400_000)),
      ("1 second", .calendar(months: 0, days: 0, milliseconds: 1000)),
      ("1 day 4 hours", .calendar(months: 0, days: 1, milliseconds: 14_400_000)),
      ("3 business days", .businessDays(3)),
      ("4 business hours", .businessHours(4)), ("1 business day", .businessDays(1)),
      (
        "2 months 1 week 3 days 4 hours 5 minutes 6 seconds",
        .calendar(months: 2, days: 10, milliseconds: 14_706_000)
      ),
    ] as [(String, Duration.Kind)])
  func written(text: String, kind: Duration.Kind) throws {
    let duration = try Duration.parse(text)
    #expect(duration.kind == kind)
    #expect(duration.description == text)
  }

  @Test(
    "Singular and plural, blanks, leading zeros",
    arguments: [
      ("1 days", "1 day"), ("2 day", "2 days"), ("  2   days ", "2 days"), ("02 days", "2 days"),
      ("2 business day", "2 business days"),
      ("2\u{20}days\n", "2 days"),
    ])
  func tolerated(text: String, description: String) throws {
    #expect(try Duration.parse(text).description == description)
  }

  /// Text, what is wrong, the part of the text that is marked, the fix.
  static let wrong: [(String, DurationError.Problem, String, String?)] = [
    ("3", .missingUnit(number: "3"), "3", nil),
    ("2d", .abbreviation("2d"), "2d", "2 days"),
    ("2days", .abbreviation("2days"), "2days", "2 days"),
    ("1d4h", .abbreviation("1d4h"), "1d4h", "1 day 4 hours"),
    ("1d 4h", .abbreviation("1d"), "1d", "1 day 4 hours"),
    ("2 d", .abbreviation("d"), "d", "2 days"),
    ("2 hrs", .abbreviation("hrs"), "hrs", "2 hours"),
    ("3bd", .abbreviation("3bd"), "3bd", "3 business days"),
    ("5 m", .abbreviation("m"), "m", nil),
    ("5m", .abbreviation("5m"), "5m", nil),
    ("P2D", .iso8601("P2D"), "P2D", "2 days"),
    ("P2DT3H", .iso8601("P2DT3H"), "P2DT3H", "2 days 3 hours"),
    ("P1Y", .iso8601("P1Y"), "P1Y", "12 months"),
    ("3 dyas", .unknownUnit("dyas"), "dyas", "3 days"),
    ("3 Days", .unknownUnit("Days"), "Days", "3 days"),
    ("3 bussiness days", .unknownUnit("bussiness"), "bussiness", "3 business days"),
    ("3 working days", .unknownUnit("working"), "working", "3 business days"),
    ("3 business dyas", .unknownUnit("business dyas"), "business dyas", "3 business days"),
    ("3 business", .unknownUnit("business"), "business", nil),
    ("2 business weeks", .unknownUnit("business weeks"), "business weeks", nil),
    ("1 year", .unknownUnit("year"), "year", "12 months"),
    ("2 years 3 months", .unknownUnit("years"), "years", "27 months"),
    ("1y", .abbreviation("1y"), "1y", "12 months"),
    ("1y3mo", .abbreviation("1y3mo"), "1y3mo", "15 months"),
    ("3 fortnights", .unknownUnit("fortnights"), "fortnights", nil),
    ("-2 days", .negative("-2"), "-2", nil),
    ("+2 days", .notANumber("+2"), "+2", "2 days"),
    ("1.5 days", .fraction("1.5"), "1.5", "36 hours"),
    ("1.5 hours", .fraction("1.5"), "1.5", "90 minutes"),
    ("0.5 weeks", .fraction("0.5"), "0.5", "84 hours"),
    ("1.5 months", .fraction("1.5"), "1.5", nil),
    ("0 days", .zero, "0 days", nil),
    ("1 day 0 hours", .zero, "0 hours", nil),
    ("4 hours 1 day", .order(larger: "day", after: "hour"), "4 hours 1 day", "1 day 4 hours"),
    ("1 day 2 days", .twice(unit: "day"), "2 days", nil),
    ("1 business day 4 hours", .businessAlone, "1 business day 4 hours", nil),
    ("1 business day 4 business hours", .businessAlone, "1 business day 4 business hours", nil),
    ("two days", .notANumber("two"), "two", "2 days"),
    ("a week", .notANumber("a"), "a", "1 week"),
    ("1 day and 4 hours", .notANumber("and"), "and", "1 day 4 hours"),
    ("1 day, 4 hours", .unknownUnit("day,"), "day,", "1 day 4 hours"),
    ("1,000 days", .notANumber("1,000"), "1,000", nil),
    ("days", .missingNumber(unit: "days"), "days", nil),
    ("business days", .missingNumber(unit: "business"), "business", nil),
    ("1 2 days", .missingUnit(number: "1"), "1", nil),
    ("", .empty, "", nil),
    ("   ", .empty, "   ", nil),
    ("400000 days", .tooLong, "400000 days", nil),
    ("12000 months 1 day", .tooLong, "12000 months 1 day", nil),
    ("99999999999999999999 days", .tooLong, "99999999999999999999 days", nil),
    ("soon", .notANumber("soon"), "soon", nil),
    ("２ days", .notANumber("２"), "２", nil),
  ]

  @Test("What is wrong, where, and what to write", arguments: wrong)
  func mistakes(text: String, problem: DurationError.Problem, marked: String, fix: String?) throws {
    let error = try #require(throws: DurationError.self) { try Duration.parse(text) }
    #expect(error.problem == problem)
    #expect(String(decoding: Array(text.utf8)[error.range], as: UTF8.self) == marked)
    #expect(error.fix == fix)
    if let fix { #expect(try Duration.parse(fix).description == fix) }
    #expect(!error.description.isEmpty)
  }

  @Test(
    "Where there is no certain fix, there is still a way out",
    arguments: [
      ("3", "name the unit: \"3 days\", for instance"), ("1", "name the unit: \"1 day\", for instance"),
      ("2d", "write \"2 days\""), ("P2D", "write \"2 days\""), ("5m", "write out which: minutes or months"),
      ("days", "write how many: \"1 day\", for instance"),
      ("soon", "write it like \"2 days\" or \"3 business days\""),
    ])
  func help(text: String, help: String) throws {
    let error = try #require(throws: DurationError.self) { try Duration.parse(text) }
    #expect(error.help == help)
  }

  @Test("Equal is what does the same")
  func equality() {
    #expect(Duration.weeks(1) == .days(7))
    #expect(Duration.hours(24) != .days(1))
    #expect(Duration.minutes(60) == .hours(1))
    #expect(Duration.businessDays(1) != .days(1))
    #expect(Set([Duration.weeks(2), .days(14)]).count == 1)
    #expect(Duration.days(0) == .zero)
    #expect(Duration.days(-3).isZero)
    #expect(Duration.elapsed(milliseconds: 5_400_000).description == "1 hour 30 minutes")
    #expect(Duration.businessHours(2).isBusiness)
  }

  @Test(
    "ISO 8601 in data",
    arguments: [
      ("P2DT3H", "2 days 3 hours"), ("P1W", "1 week"), ("P1Y2M", "14 months"), ("PT36H", "36 hours"),
      ("PT90M", "90 minutes"),
      ("P1M", "1 month"), ("PT1M", "1 minute"), ("PT0S", "0 seconds"),
      ("PT1.5S", "1 second 500 milliseconds"), ("P0DT4H", "4 hours"),
      ("P1Y", "12 months"), ("P1000Y", "12000 months"), ("PT0,25S", "250 milliseconds"),
    ])
  func iso(text: String, description: String) throws {
    #expect(try Duration.parse(iso8601: text).description == description)
    #expect(try Duration.parse(data: text).description == description)
  }

  @Test(
    "ISO 8601 that is none",
    arguments: [
      "P", "PT", "P1DT", "2D", "P2", "P1H", "P1D1D", "P1D1M", "-P1D", "P-1D", "P1.5D", "PT1.S", "p1d", "P1D ",
      "", "P1001Y", "PT1H1D",
      "P99999999999999999999D", "PT1S1M", "P١D",
    ])
  func noISO(text: String) {
    #expect(throws: DurationError.self) { try Duration.parse(iso8601: text) }
  }

  @Test func data() throws {
    #expect(try Duration.parse(data: "2 days") == .days(2))
    #expect(throws: DurationError.self) { try Duration.parse(data: "2d") }
  }

  @Test("Any text gives a duration that is printed as it is read, or an error within the text")
  func fuzz() {
    var random = Seeded(state: 7)
    let pieces = [
      "1", "2", "10", "0", "days", "hour", "business", "week", " ", " ", " ", "d", "P", "T", ".", "-", ",",
      "and", "é", "\r\n",
      "99999999999", "minutes", "M", "S", "x", "\0", "month", "seconds",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      do {
        let duration = try Duration.parse(text)
        #expect((try? Duration.parse(duration.description)) == duration)
      } catch {
        #expect(error.range.lowerBound >= 0 && error.range.upperBound <= text.utf8.count)
        if let fix = error.fix { #expect((try? Duration.parse(fix)) != nil, "\(text): \(fix)") }
      }
      _ = try? Duration.parse(iso8601: text)
    }
  }
}
