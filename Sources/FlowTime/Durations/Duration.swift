/// A length of time as the language writes it: `2 days`, `1 day 4 hours`, `3 business days`.
///
/// Months, weeks and days move the wall clock, hours, minutes and seconds are elapsed time; so 24 hours and 1
/// day are different durations, while 1 week equals 7 days and 60 minutes equal 1 hour. Business units stand
/// alone. The amounts are kept as written, for ``description``.
public struct Duration: Sendable {
  /// What a duration does, its units reduced to those that count.
  public enum Kind: Hashable, Sendable {
    /// Months, then days, move the wall clock once; then `milliseconds` elapse.
    case calendar(months: Int, days: Int, milliseconds: Int64)
    case businessDays(Int)
    case businessHours(Int)
  }

  /// The units, from large to small.
  public enum Unit: String, CaseIterable, Hashable, Sendable {
    case month, week, day, hour, minute, second, millisecond
    case businessDay = "business day"
    case businessHour = "business hour"
  }

  /// An amount of one unit, from 1.
  struct Part: Hashable, Sendable {
    var amount: Int
    var unit: Unit
  }

  /// From large to small, each unit once, no amount 0.
  let parts: [Part]
  public let kind: Kind

  /// The callers have checked the order and the bounds.
  init(unchecked parts: [Part]) {
    self.parts = parts
    kind = Self.kind(of: parts)
  }

  /// No more than 1,000 years in any unit, so that no sum of a few durations can overflow.
  static let limitInDays = 365_243

  /// No time at all; not written in the language, but data may hold it.
  public static let zero = Duration(unchecked: [])

  public static func months(_ amount: Int) -> Duration { bounded(amount, .month) }
  public static func weeks(_ amount: Int) -> Duration { bounded(amount, .week) }
  public static func days(_ amount: Int) -> Duration { bounded(amount, .day) }
  public static func hours(_ amount: Int) -> Duration { bounded(amount, .hour) }
  public static func minutes(_ amount: Int) -> Duration { bounded(amount, .minute) }
  public static func seconds(_ amount: Int) -> Duration { bounded(amount, .second) }
  public static func businessDays(_ amount: Int) -> Duration { bounded(amount, .businessDay) }
  public static func businessHours(_ amount: Int) -> Duration { bounded(amount, .businessHour) }

  /// Elapsed time in hours, minutes, seconds and milliseconds; 0 where negative, 1,000 years at most.
  public static func elapsed(milliseconds amount: Int64) -> Duration {
    let whole = Int(min(max(amount, 0), Int64(limitInDays) * 86_400_000))
    let parts = [
      Part(amount: whole / 3_600_000, unit: .hour), Part(amount: whole / 60_000 % 60, unit: .minute),
      Part(amount: whole / 1000 % 60, unit: .second), Part(amount: whole % 1000, unit: .millisecond),
    ]
    return Duration(unchecked: parts.filter { $0.amount > 0 })
  }

  private static func bounded(_ amount: Int, _ unit: Unit) -> Duration {
    amount <= 0 ? .zero : Duration(unchecked: [Part(amount: min(amount, unit.limit), unit: unit)])
  }

  private static func kind(of parts: [Part]) -> Kind {
    var months = 0
    var days = 0
    var milliseconds: Int64 = 0
    for part in parts {
      switch part.unit {
      case .month: months += part.amount
      case .week: days += part.amount * 7
      case .day: days += part.amount
      case .hour: milliseconds += Int64(part.amount) * 3_600_000
      case .minute: milliseconds += Int64(part.amount) * 60_000
      case .second: milliseconds += Int64(part.amount) * 1000
      case .millisecond: milliseconds += Int64(part.amount)
      case .businessDay: return .businessDays(part.amount)
      case .businessHour: return .businessHours(part.amount)
      }
    }
    return .calendar(months: months, days: days, milliseconds: milliseconds)
  }

  public var isZero: Bool { parts.isEmpty }

  /// One more of its smallest unit: `2 days` after `1 day`, `1 day 5 hours` after `1 day 4 hours`.
  public var oneMore: Duration {
    guard let last = parts.last, last.amount < last.unit.limit else { return self }
    return Duration(unchecked: parts.dropLast() + [Part(amount: last.amount + 1, unit: last.unit)])
  }

  /// Whether it needs the business calendar (days) or that and a window (hours).
  public var isBusiness: Bool {
    if case .calendar = kind { false } else { true }
  }
}

extension Duration.Unit {
  /// The largest amount: 1,000 years, a business unit's as if every day and hour were one.
  var limit: Int {
    switch self {
    case .month: 12_000
    case .week: Duration.limitInDays / 7
    case .day, .businessDay: Duration.limitInDays
    case .hour, .businessHour: Duration.limitInDays * 24
    case .minute: Duration.limitInDays * 1440
    case .second: Duration.limitInDays * 86_400
    case .millisecond: Duration.limitInDays * 86_400_000
    }
  }

  var isBusiness: Bool { self == .businessDay || self == .businessHour }

  /// `1 day`, `2 days`.
  func counted(_ amount: Int) -> String { "\(amount) \(rawValue)\(amount == 1 ? "" : "s")" }
}

/// By what it does: `1 week` equals `7 days`.
extension Duration: Hashable {
  /// Whether it never ends before another that begins with it, as their units tell: none of them is less.
  public func covers(_ other: Duration) -> Bool {
    switch (kind, other.kind) {
    case (.calendar(let months, let days, let time), .calendar(let otherMonths, let otherDays, let otherTime)):
      months >= otherMonths && days >= otherDays && time >= otherTime
    case (.businessDays(let count), .businessDays(let other)): count >= other
    case (.businessHours(let count), .businessHours(let other)): count >= other
    default: false
    }
  }

  public static func == (left: Duration, right: Duration) -> Bool { left.kind == right.kind }
  public func hash(into hasher: inout Hasher) { hasher.combine(kind) }
}

/// In the words of the language, as written: `1 day 4 hours`. (`0 seconds` and milliseconds come from data
/// only.)
extension Duration: CustomStringConvertible {
  public var description: String {
    parts.isEmpty ? "0 seconds" : parts.map { $0.unit.counted($0.amount) }.joined(separator: " ")
  }
}

/// As its text.
extension Duration: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decodeText(decoder, of: "a duration such as 2 days") { Duration(described: $0) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// What ``description`` prints, milliseconds and `0 seconds` too.
  package init?(described text: String) {
    if text == "0 seconds" {
      self = .zero
      return
    }
    guard let whole = try? Duration.parse(text, knowing: Unit.allCases) else { return nil }
    self = whole
  }
}
