/// An `RRULE` of RFC 5545 that repeats every year; no other frequency is a holiday's.
struct YearlyRule {
  private var interval = 1
  private var count: Int?
  private var until: CivilDate?
  private var months: [Int] = []
  private var monthDays: [Int] = []
  private var weekdays: [(nth: Int?, day: Weekday)] = []

  /// The last year of a rule without an end.
  private static let lastYear = 2199

  init(_ text: String, line: Int) throws(ICalendarError) {
    var frequency: String?
    for part in text.uppercased().split(separator: ";", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard pair.count == 2, read(pair[0], pair[1], &frequency) else {
        throw ICalendarError(.unsupportedRule(String(part)), line: line)
      }
    }
    guard frequency == "YEARLY" else { throw ICalendarError(.unsupportedRule(text), line: line) }
    // A weekday of a year's week, and a weekday crossed with a day of the month, are other rules.
    if !weekdays.isEmpty, months.isEmpty || !monthDays.isEmpty {
      throw ICalendarError(.unsupportedRule(text), line: line)
    }
  }

  /// Whether a part was understood.
  private mutating func read(_ name: String, _ value: String, _ frequency: inout String?) -> Bool {
    switch name {
    case "FREQ":
      frequency = value
      return value == "YEARLY"
    case "WKST": return true
    case "INTERVAL":
      guard let number = Int(value), (1...1000).contains(number) else { return false }
      interval = number
    case "COUNT":
      guard let number = Int(value), (1...HolidayCalendar.limit).contains(number) else { return false }
      count = number
    case "UNTIL":
      // A time after the date (T235959Z) says no more than the date, where events are days.
      guard let date = CivilDate(compact: String(value.prefix { $0 != "T" })) else { return false }
      until = date
    case "BYMONTH": return Self.numbers(value, 1...12, into: &months)
    case "BYMONTHDAY": return Self.numbers(value, -31...31, into: &monthDays) && !monthDays.contains(0)
    case "BYDAY": return readWeekdays(value)
    default: return false
    }
    return true
  }

  private static func numbers(_ text: String, _ range: ClosedRange<Int>, into list: inout [Int]) -> Bool {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Int(part), range.contains(number) else { return false }
      list.append(number)
    }
    return true
  }

  private static let codes: [String: Weekday] = [
    "MO": .mon, "TU": .tue, "WE": .wed, "TH": .thu, "FR": .fri, "SA": .sat, "SU": .sun,
  ]

  private mutating func readWeekdays(_ text: String) -> Bool {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let day = Self.codes[String(part.suffix(2))] else { return false }
      let nth = part.dropLast(2)
      if nth.isEmpty {
        weekdays.append((nil, day))
      } else {
        guard let number = Int(nth), (-5...5).contains(number), number != 0 else { return false }
        weekdays.append((number, day))
      }
    }
    return true
  }

  /// The dates from `start` on, which itself counts as the first of `COUNT`.
  func dates(from start: CivilDate) -> [CivilDate] {
    var found = [start]
    var year = start.year
    while year <= max(Self.lastYear, until?.year ?? 0), year <= 9999 {
      for date in dates(in: year, like: start) where date > start {
        if let until, date > until { return found }
        if let count, found.count >= count { return found }
        found.append(date)
      }
      if let until, year > until.year { break }
      if found.count > HolidayCalendar.limit { break }
      year += interval
    }
    return found
  }

  private func dates(in year: Int, like start: CivilDate) -> [CivilDate] {
    let months = months.isEmpty ? (monthDays.isEmpty ? [start.month] : Array(1...12)) : months
    var found: Set<CivilDate> = []
    for month in months {
      let length = CivilDate.days(inMonth: month, of: year)
      let days: [Int] =
        if !weekdays.isEmpty {
          weekdays.flatMap { self.days(nth: $0.nth, $0.day, month: month, year: year) }
        } else {
          (monthDays.isEmpty ? [start.day] : monthDays).map { $0 < 0 ? length + 1 + $0 : $0 }
        }
      // A day that the month does not have is left out (RFC 5545, section 3.3.10).
      for day in days { if let date = CivilDate(year: year, month: month, day: day) { found.insert(date) } }
    }
    return found.sorted()
  }

  private func days(nth: Int?, _ day: Weekday, month: Int, year: Int) -> [Int] {
    let all = (1...CivilDate.days(inMonth: month, of: year)).filter {
      CivilDate(year: year, month: month, day: $0)?.weekday == day
    }
    guard let nth else { return all }
    let index = nth > 0 ? nth - 1 : all.count + nth
    return all.indices.contains(index) ? [all[index]] : []
  }
}
