/// A day of the week, as the language writes it.
public enum Weekday: String, CaseIterable, Hashable, Sendable, Codable {
  case mon, tue, wed, thu, fri, sat, sun

  /// 0 for Monday to 6 for Sunday.
  public var index: Int {
    switch self {
    case .mon: 0
    case .tue: 1
    case .wed: 2
    case .thu: 3
    case .fri: 4
    case .sat: 5
    case .sun: 6
    }
  }

  /// `Mon` to `Sun`, as RFC 5322 and people write it.
  public var name: String { ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][index] }
}

extension Weekday: CustomStringConvertible {
  public var description: String { rawValue }
}

/// Days of the week: `mon-fri`, `mon, wed`, `daily`.
public struct WeekdaySet: OptionSet, Hashable, Sendable {
  /// Bit 0 is Monday, bit 6 Sunday.
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue & 0x7f }

  public init(_ days: some Sequence<Weekday>) {
    self.init(rawValue: days.reduce(0) { $0 | 1 << UInt8($1.index) })
  }

  public static let daily = WeekdaySet(rawValue: 0x7f)
  /// `mon-fri`, what `policy.business` is where nothing is given.
  public static let workweek = WeekdaySet(rawValue: 0x1f)

  public func contains(_ day: Weekday) -> Bool { rawValue & (1 << UInt8(day.index)) != 0 }

  /// From Monday on.
  public var days: [Weekday] { Weekday.allCases.filter { contains($0) } }

  /// From `first` through `last`, over Sunday where `last` comes first in the week.
  public init(from first: Weekday, through last: Weekday) {
    var bits: UInt8 = 0
    var index = first.index
    while index != last.index {
      bits |= 1 << UInt8(index)
      index = (index + 1) % 7
    }
    self.init(rawValue: bits | 1 << UInt8(last.index))
  }

  /// Days and ranges of days with commas between, or `daily`: `mon-fri`, `mon, wed`, `fri-mon`.
  /// - Throws: ``WindowError`` with the place in the text.
  public static func parse(_ text: String) throws(WindowError) -> WeekdaySet {
    var parser = WindowParser(text)
    return try parser.weekdaysAlone()
  }
}

/// In the words of the language: `mon-fri`, `mon, wed`, `daily`; empty for no day.
extension WeekdaySet: CustomStringConvertible {
  public var description: String {
    if self == .daily { return "daily" }
    var runs: [[Weekday]] = []
    for day in days {
      if let last = runs.last?.last, last.index + 1 == day.index {
        runs[runs.count - 1].append(day)
      } else {
        runs.append([day])
      }
    }
    // A run that ends on Sunday and one that begins on Monday are one: sat-mon.
    if runs.count > 1, runs[0].first == .mon, runs[runs.count - 1].last == .sun {
      let beginning = runs.removeFirst()
      runs[runs.count - 1] += beginning
    }
    return runs.map { run in
      guard let first = run.first, let last = run.last, run.count > 1 else {
        return run.map(\.rawValue).joined(separator: ", ")
      }
      return "\(first)-\(last)"
    }.joined(separator: ", ")
  }
}

/// As its text.
extension WeekdaySet: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decodeText(decoder, of: "days of the week") { text in
      text.isEmpty ? [] : try? WeekdaySet.parse(text)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
