/// One rule of a window: on these days, from `start` up to but not including `end`.
public struct WindowRule: Hashable, Sendable, Codable {
  public var days: WeekdaySet
  public var start: CivilTime
  /// After `start`; 24:00 at most.
  public var end: CivilTime

  public init(days: WeekdaySet, start: CivilTime, end: CivilTime) {
    self.days = days
    self.start = start
    self.end = end
  }
}

/// `mon-fri 09:00-17:00`.
extension WindowRule: CustomStringConvertible {
  public var description: String { "\(days) \(start)-\(end)" }
}

/// When something may go out, week by week: `mon-thu 09:00-17:00, fri 09:00-13:00`.
///
/// An instant is inside when its wall-clock time is: start ≤ t < end, in a repeated hour both times.
public struct Window: Sendable {
  /// As written; there is at least one.
  public let rules: [WindowRule]

  /// For each weekday from Monday the spans in milliseconds, ascending, apart from each other.
  private let spans: [[Range<Int64>]]

  init(rules: [WindowRule]) {
    self.rules = rules
    spans = Weekday.allCases.map { day in Self.merged(rules.filter { $0.days.contains(day) }) }
  }

  /// A window of one rule; nil where the end is not after the start or there is no day.
  public init?(days: WeekdaySet, from start: CivilTime, to end: CivilTime) {
    guard start < end, !days.isEmpty else { return nil }
    self.init(rules: [WindowRule(days: days, start: start, end: end)])
  }

  /// Every day, the whole day.
  public static let always = Window(rules: [.init(days: .daily, start: .midnight, end: .endOfDay)])

  public func contains(_ civil: CivilDateTime) -> Bool {
    let time = Int64(civil.time.milliseconds)
    return spans[civil.date.weekday.index].contains { $0.contains(time) }
  }

  /// The spans of a weekday in milliseconds since midnight, ascending, apart from each other.
  func spans(on day: Weekday) -> [Range<Int64>] { spans[day.index] }

  private static func merged(_ rules: [WindowRule]) -> [Range<Int64>] {
    let sorted = rules.map { Int64($0.start.milliseconds)..<Int64($0.end.milliseconds) }
      .sorted { $0.lowerBound < $1.lowerBound }
    var merged: [Range<Int64>] = []
    for span in sorted {
      if let last = merged.last, span.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
      } else {
        merged.append(span)
      }
    }
    return merged
  }
}

/// By what lies inside, however it is written.
extension Window: Hashable {
  public static func == (left: Window, right: Window) -> Bool { left.spans == right.spans }
  public func hash(into hasher: inout Hasher) { hasher.combine(spans) }
}

/// As written: `mon-thu 09:00-17:00, fri 09:00-13:00`.
extension Window: CustomStringConvertible {
  public var description: String { rules.map(\.description).joined(separator: ", ") }
}

/// As its text.
extension Window: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decodeText(decoder, of: "a window such as mon-fri 09:00-17:00") { try? Window.parse($0) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
