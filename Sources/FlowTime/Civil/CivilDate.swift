/// A day of the proleptic Gregorian calendar, from 0001-01-01 to 9999-12-31, without a zone.
public struct CivilDate: Hashable, Sendable {
  /// Days since 1970-01-01.
  public let dayNumber: Int32

  /// `Jan` to `Dec`, as RFC 5322 and RFC 9110 write them.
  public static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The first and the last date there is.
  public static let earliest = CivilDate(dayNumber: -719_162)
  public static let latest = CivilDate(dayNumber: 2_932_896)

  /// The date `dayNumber` days after 1970-01-01; stops at ``earliest`` and ``latest``.
  public init(dayNumber: Int) {
    self.dayNumber = Int32(min(max(dayNumber, -719_162), 2_932_896))
  }

  /// The date, or nil where the calendar has none (2027-02-30, year 0, month 13).
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.days(inMonth: month, of: year)
    else { return nil }
    self.init(dayNumber: Self.dayNumber(year: year, month: month, day: day))
  }

  /// The date written `2027-02-28`: exactly ten characters; nil for anything else and for days that are none.
  public init?(iso text: String) {
    var reader = ByteReader(text)
    guard let date = reader.date(), reader.isAtEnd else { return nil }
    self = date
  }

  public var year: Int { components.year }
  public var month: Int { components.month }
  public var day: Int { components.day }

  /// Year, month (1...12) and day (1...31), computed together.
  public var components: (year: Int, month: Int, day: Int) {
    // Days are counted from 1 March of year 0, so that the leap day is a year's last: H. Hinnant,
    // "chrono-compatible low-level date algorithms", civil_from_days.
    let shifted = Int(dayNumber) + 719_468
    let era = shifted.flooredQuotient(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  public var weekday: Weekday {
    // 1970-01-01 was a Thursday.
    Weekday.allCases[(Int(dayNumber) + 3).flooredRemainder(by: 7)]
  }

  /// The date `days` later (earlier where negative); stops at ``earliest`` and ``latest``.
  public func adding(days: Int) -> CivilDate {
    let (sum, overflow) = Int(dayNumber).addingReportingOverflow(days)
    return CivilDate(dayNumber: overflow ? (days < 0 ? .min : .max) : sum)
  }

  /// The same day of the month `months` later, or that month's last day where it is shorter
  /// (31 January + 1 month = 28 or 29 February); stops at ``earliest`` and ``latest``.
  public func adding(months: Int) -> CivilDate {
    let parts = components
    let (index, overflow) = (parts.year * 12 + parts.month - 1).addingReportingOverflow(months)
    guard !overflow else { return months < 0 ? .earliest : .latest }
    let year = index.flooredQuotient(by: 12)
    let month = index.flooredRemainder(by: 12) + 1
    guard year >= 1 else { return .earliest }
    guard year <= 9999 else { return .latest }
    let day = min(parts.day, Self.days(inMonth: month, of: year))
    return CivilDate(dayNumber: Self.dayNumber(year: year, month: month, day: day))
  }

  /// How many days after `other` this date lies; negative where it lies before.
  public func days(since other: CivilDate) -> Int { Int(dayNumber) - Int(other.dayNumber) }

  /// The days of a month, 28 to 31.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  public static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// days_from_civil of the same source; the arguments are a date's, unchecked.
  static func dayNumber(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.flooredQuotient(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

/// How many days from one date to another: `days_between` of the language.
public func daysBetween(_ from: CivilDate, _ to: CivilDate) -> Int { to.days(since: from) }

extension CivilDate: Comparable {
  public static func < (left: CivilDate, right: CivilDate) -> Bool { left.dayNumber < right.dayNumber }
}

/// `2027-02-28`.
extension CivilDate: CustomStringConvertible {
  public var description: String {
    var writer = DigitWriter()
    writer.date(self)
    return writer.text
  }
}

/// As its text, `2027-02-28`.
extension CivilDate: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decodeText(decoder, of: "a date, YYYY-MM-DD") { CivilDate(iso: $0) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
