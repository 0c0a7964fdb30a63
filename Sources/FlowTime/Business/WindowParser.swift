extension Window {
  /// Reads weekly rules with commas between: days (`mon-fri`, `daily`), a blank, `HH:MM-HH:MM`, up to
  /// `24:00`.
  /// - Throws: what is wrong, where in the text, and what should stand there where that is certain.
  public static func parse(_ text: String) throws(WindowError) -> Window {
    var parser = WindowParser(text)
    return try parser.window()
  }
}

/// Reads the words of a window: days, times, hyphens and commas.
struct WindowParser {
  private enum Token { case word, hyphen, comma }

  private let bytes: [UInt8]
  private var tokens: [(token: Token, range: Range<Int>)] = []
  private var position = 0

  /// The dashes of typesetters, which the language does not know.
  private let dash: Range<Int>?

  init(_ text: String) {
    let bytes = Array(text.utf8)
    self.bytes = bytes
    dash = bytes.indices.dropLast(2).first {
      bytes[$0] == 0xe2 && bytes[$0 + 1] == 0x80 && (0x90...0x95).contains(bytes[$0 + 2])
    }.map { $0..<$0 + 3 }
    var start: Int?
    for (index, byte) in bytes.enumerated() {
      let isBlank = byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
      let isMark = byte == UInt8(ascii: "-") || byte == UInt8(ascii: ",")
      if isBlank || isMark, let from = start {
        tokens.append((.word, from..<index))
        start = nil
      }
      if isMark {
        tokens.append((byte == UInt8(ascii: ",") ? .comma : .hyphen, index..<index + 1))
      } else if !isBlank, start == nil {
        start = index
      }
    }
    if let start { tokens.append((.word, start..<bytes.count)) }
  }

  mutating func window() throws(WindowError) -> Window {
    try checkBeginning()
    var rules: [WindowRule] = []
    repeat { rules.append(try rule(after: rules.last)) } while try comma()
    return Window(rules: rules)
  }

  mutating func weekdaysAlone() throws(WindowError) -> WeekdaySet {
    try checkBeginning()
    var days = try dayRange()
    while try comma() { days.formUnion(try dayRange()) }
    return days
  }

  private func checkBeginning() throws(WindowError) {
    guard !tokens.isEmpty else { throw WindowError(.empty, 0..<bytes.count) }
    if let dash { throw WindowError(.unexpected(text(dash)), dash, fix: "-") }
  }

  // MARK: Rules

  /// Days, or several with commas between, then the hours.
  private mutating func rule(after last: WindowRule?) throws(WindowError) -> WindowRule {
    let start = position
    if isTime { throw try missingDays(after: last?.days) }
    var days = try dayRange()
    while take(.comma) != nil {
      if isTime { throw try missingDays(after: nil) }
      days.formUnion(try dayRange())
    }
    guard isTime else {
      if position < tokens.count { throw unexpected() }
      throw WindowError(.missingTimes, tokens[start].range.lowerBound..<bytes.count)
    }
    let hours = try hours()
    return WindowRule(days: days, start: hours.start, end: hours.end)
  }

  private mutating func hours() throws(WindowError) -> (start: CivilTime, end: CivilTime) {
    let from = try time(isEnd: false)
    guard take(.hyphen) != nil, position < tokens.count, tokens[position].token == .word else {
      throw WindowError(.missingEnd, from.range)
    }
    let to = try time(isEnd: true)
    guard from.time < to.time else {
      throw WindowError(
        .endNotAfterStart(start: "\(from.time)", end: "\(to.time)"),
        from.range.lowerBound..<to.range.upperBound,
        // The midnight at the end of a day is written 24:00.
        fix: to.time == .midnight && from.time != .midnight ? "\(from.time)-24:00" : nil)
    }
    return (from.time, to.time)
  }

  /// Hours that stand alone after a rule are meant for its days: `mon-fri 09:00-12:00, 13:00-17:00`.
  private mutating func missingDays(after days: WeekdaySet?) throws(WindowError) -> WindowError {
    let start = tokens[position].range.lowerBound
    let hours = try hours()
    let range = start..<tokens[position - 1].range.upperBound
    return WindowError(
      .missingDays, range, fix: days.map { "\(WindowRule(days: $0, start: hours.start, end: hours.end))" })
  }

  private mutating func comma() throws(WindowError) -> Bool {
    if position == tokens.count { return false }
    guard take(.comma) != nil else { throw unexpected() }
    return true
  }

  private mutating func dayRange() throws(WindowError) -> WeekdaySet {
    guard position < tokens.count else { throw WindowError(.empty, bytes.count..<bytes.count) }
    guard let word = take(.word) else { throw unexpected() }
    if text(word) == "daily" { return .daily }
    let first = try day(word)
    guard take(.hyphen) != nil else { return WeekdaySet(from: first, through: first) }
    guard position < tokens.count else { throw WindowError(.unexpected("-"), tokens[position - 1].range) }
    guard let last = take(.word) else { throw unexpected() }
    return WeekdaySet(from: first, through: try day(last))
  }

  private func day(_ range: Range<Int>) throws(WindowError) -> Weekday {
    let word = text(range)
    if let day = Weekday(rawValue: word) { return day }
    let lower = word.lowercased()
    let fix =
      Self.names.first { $0 == lower || $0 + "s" == lower }.map { String($0.prefix(3)) }
      ?? Weekday(rawValue: lower)?.rawValue ?? Self.others[lower]
    throw WindowError(.unknownDay(word), range, fix: fix)
  }

  private static let names = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]
  private static let others = [
    "tues": "tue", "wednes": "wed", "thur": "thu", "thurs": "thu", "everyday": "daily", "weekdays": "mon-fri",
    "workdays": "mon-fri", "weekends": "sat-sun", "weekend": "sat-sun", "daily": "daily",
  ]

  // MARK: Times

  private var isTime: Bool {
    position < tokens.count && tokens[position].token == .word
      && bytes[tokens[position].range.lowerBound].isDigit
  }

  private mutating func time(isEnd: Bool) throws(WindowError) -> (time: CivilTime, range: Range<Int>) {
    guard let range = take(.word) else { throw unexpected() }
    let word = text(range)
    guard let time = CivilTime.parse(word, allowing24: isEnd) else {
      throw WindowError(.badTime(word), range, fix: Self.clock(word))
    }
    return (time, range)
  }

  /// `9:00` is 09:00, `9am` is 09:00, `5:30pm` is 17:30; a bare `9` could be anything, and has no fix.
  private static func clock(_ word: String) -> String? {
    var bytes = Array(word.lowercased().utf8)
    var add = 0
    var half = false
    if bytes.last == UInt8(ascii: "m"), let letter = bytes.dropLast().last, letter == 0x61 || letter == 0x70 {
      (half, add) = (true, letter == 0x70 ? 12 : 0)
      bytes.removeLast(2)
    }
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2 || (half && parts.count == 1), let first = parts.first,
      (1...2).contains(first.count), parts.allSatisfy({ $0.allSatisfy(\.isDigit) }),
      parts.count == 1 || parts[1].count == 2, var hour = Int(String(decoding: first, as: UTF8.self)),
      let minute = parts.count == 1 ? 0 : Int(String(decoding: parts[1], as: UTF8.self))
    else { return nil }
    if half {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + add
    }
    return CivilTime(hour: hour, minute: minute)?.description
  }

  // MARK: Tokens

  private mutating func take(_ token: Token) -> Range<Int>? {
    guard position < tokens.count, tokens[position].token == token else { return nil }
    position += 1
    return tokens[position - 1].range
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func unexpected() -> WindowError {
    guard position < tokens.count else { return WindowError(.empty, bytes.count..<bytes.count) }
    return WindowError(.unexpected(text(tokens[position].range)), tokens[position].range)
  }
}
