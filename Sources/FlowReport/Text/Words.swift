import FlowTime

/// Words and dates as people read them, in English whatever the machine's language.
enum Words {
  /// `1 warning`, `2 warnings`.
  static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
  }

  /// `Fri 27 Mar`.
  static func day(_ date: CivilDate) -> String {
    let parts = date.components
    return "\(weekday(date)) \(parts.day) \(CivilDate.months[parts.month - 1])"
  }

  static func weekday(_ date: CivilDate) -> String {
    date.weekday.name
  }

  /// `Fri 27 Mar 2026`.
  static func longDay(_ date: CivilDate) -> String { "\(day(date)) \(date.year)" }

  /// `16:40`, with seconds where there are some.
  static func time(_ time: CivilTime) -> String {
    time.second == 0
      ? "\(two(time.hour)):\(two(time.minute))"
      : "\(two(time.hour)):\(two(time.minute)):\(two(time.second))"
  }

  static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

  /// How long from one wall time to another, in its two largest units: `15 days 16 hours`, `20 seconds`.
  static func span(from start: CivilDateTime, to end: CivilDateTime) -> String {
    let days = end.date.days(since: start.date)
    let milliseconds = Int64(days) * 86_400_000 + Int64(end.time.milliseconds - start.time.milliseconds)
    let minutes = Int(milliseconds / 60_000)
    guard minutes > 0 else { return length(max(0, milliseconds)) }
    let parts = [
      (minutes / 1440, "day"), (minutes / 60 % 24, "hour"), (minutes % 60, "minute"),
    ].filter { $0.0 > 0 }
    return parts.prefix(2).map { count($0.0, $0.1) }.joined(separator: " ")
  }

  /// How long so many milliseconds are, in the two largest units: `1 day 3 hours`, `35 minutes`.
  static func length(_ milliseconds: Int64) -> String {
    let seconds = Int(milliseconds / 1000)
    let parts = [
      (seconds / 86_400, "day"), (seconds / 3600 % 24, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second"),
    ]
    guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "no time" }
    return parts[first...].prefix(2).filter { $0.0 > 0 }.map { count($0.0, $0.1) }.joined(separator: " ")
  }

  /// Elapsed time without days, which are not all equally long: `23 hours`, `35 hours 30 minutes`.
  static func hours(_ milliseconds: Int64) -> String {
    let minutes = Int(milliseconds / 60_000)
    let parts = [(minutes / 60, "hour"), (minutes % 60, "minute")].filter { $0.0 > 0 }
    return parts.isEmpty ? length(milliseconds) : parts.map { count($0.0, $0.1) }.joined(separator: " ")
  }

  /// Thousandths as `12.5`: with as many places as they need.
  static func thousandths(_ number: Int) -> String {
    var text = String(number % 1000 + 1000).dropFirst()
    while text.last == "0" { text.removeLast() }
    return "\(number / 1000)" + (text.isEmpty ? "" : "." + text)
  }

  /// Thousandths as a percentage: `33.3 %`.
  static func percent(_ thousandths: Int) -> String { "\(thousandths / 10).\(thousandths % 10) %" }

  /// `a, b and c`.
  static func list(_ items: [String], _ word: String = "and") -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(word) " + last
  }
}
