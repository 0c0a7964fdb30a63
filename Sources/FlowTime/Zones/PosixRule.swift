/// A POSIX TZ text such as `CET-1CEST,M3.5.0,M10.5.0/3`, with the hours -167...167 of TZif version 3.
struct PosixRule: Hashable, Sendable {
  /// Seconds east of UTC.
  var standard: Int
  /// The other half of the year, where there is one.
  var saving: Saving?

  struct Saving: Hashable, Sendable {
    var offset: Int
    var start, end: Change
  }

  /// The day and the wall-clock second at which a half of the year begins.
  struct Change: Hashable, Sendable {
    var day: Day
    var second: Int
  }

  enum Day: Hashable, Sendable {
    /// 1...365, 29 February never counted.
    case julian(Int)
    /// 0...365, 29 February counted.
    case ordinal(Int)
    /// The weekday (0 is Sunday) of a month's week, the fifth being its last.
    case weekday(month: Int, week: Int, day: Int)
  }

  /// The two changes of a year in the order of time, each with the offset that begins.
  func changes(in year: Int) -> [(time: Int64, offset: Int)] {
    guard let saving else { return [] }
    let start = saving.start.seconds(in: year) - Int64(standard)
    let end = saving.end.seconds(in: year) - Int64(saving.offset)
    return start <= end
      ? [(start, saving.offset), (end, standard)] : [(end, standard), (start, saving.offset)]
  }
}

extension PosixRule.Change {
  /// Wall-clock seconds since 1970-01-01 00:00.
  func seconds(in year: Int) -> Int64 {
    let newYear = CivilDate.dayNumber(year: year, month: 1, day: 1)
    let number: Int
    switch day {
    case .julian(let day):
      number = newYear + day - 1 + (CivilDate.isLeap(year) && day >= 60 ? 1 : 0)
    case .ordinal(let day):
      number = newYear + day
    case .weekday(let month, let week, let day):
      let first = CivilDate.dayNumber(year: year, month: month, day: 1)
      // Day number 0 was a Thursday, 4 where Sunday is 0.
      let ahead = (day - (first + 4)).flooredRemainder(by: 7)
      let nth = ahead + (week - 1) * 7
      number = first + (nth < CivilDate.days(inMonth: month, of: year) ? nth : nth - 7)
    }
    return Int64(number) * 86_400 + Int64(second)
  }
}

extension PosixRule {
  /// nil where the bytes are no such text, or name a half of the year without saying when it begins.
  init?(_ bytes: [UInt8]) {
    var parser = PosixRuleParser(bytes: bytes)
    guard let rule = parser.rule() else { return nil }
    self = rule
  }
}

private struct PosixRuleParser {
  let bytes: [UInt8]
  var position = 0

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func rule() -> PosixRule? {
    guard name(), let west = time(hours: 24) else { return nil }
    var rule = PosixRule(standard: -west)
    if position == bytes.count { return rule }
    guard name() else { return nil }
    var offset = rule.standard + 3600
    if next != UInt8(ascii: ",") {
      guard let west = time(hours: 24) else { return nil }
      offset = -west
    }
    guard let start = change(), let end = change(), position == bytes.count else { return nil }
    rule.saving = .init(offset: offset, start: start, end: end)
    return rule
  }

  /// An abbreviation: three letters or more, or letters, digits and signs between `<` and `>`.
  private mutating func name() -> Bool {
    let start = position
    if take("<") {
      while let byte = next, byte.isLetter || byte.isDigit || byte == 0x2b || byte == 0x2d { position += 1 }
      return position - start >= 4 && take(">")
    }
    while let byte = next, byte.isLetter { position += 1 }
    return position - start >= 3
  }

  /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
  private mutating func time(hours: Int) -> Int? {
    let negative = take("-")
    if !negative { _ = take("+") }
    guard let hour = number(upTo: hours) else { return nil }
    var seconds = hour * 3600
    if take(":") {
      guard let minute = number(upTo: 59) else { return nil }
      seconds += minute * 60
      if take(":") {
        guard let second = number(upTo: 59) else { return nil }
        seconds += second
      }
    }
    return negative ? -seconds : seconds
  }

  private mutating func number(upTo limit: Int) -> Int? {
    var value: Int?
    while let byte = next, byte.isDigit {
      value = (value ?? 0) * 10 + Int(byte - 0x30)
      guard let number = value, number <= limit else { return nil }
      position += 1
    }
    return value
  }

  /// `,Jn`, `,n` or `,Mm.w.d`, and `/time`, 02:00 where none is given.
  private mutating func change() -> PosixRule.Change? {
    guard take(","), let day = day() else { return nil }
    guard take("/") else { return .init(day: day, second: 7200) }
    guard let second = time(hours: 167) else { return nil }
    return .init(day: day, second: second)
  }

  private mutating func day() -> PosixRule.Day? {
    if take("J") {
      guard let day = number(upTo: 365), day >= 1 else { return nil }
      return .julian(day)
    }
    guard take("M") else { return number(upTo: 365).map { .ordinal($0) } }
    guard let month = number(upTo: 12), month >= 1, take("."), let week = number(upTo: 5), week >= 1,
      take("."), let day = number(upTo: 6)
    else { return nil }
    return .weekday(month: month, week: week, day: day)
  }
}
