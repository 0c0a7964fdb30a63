/// A time of the day on the wall clock, in milliseconds since its midnight; 24:00 is the day's end.
public struct CivilTime: Hashable, Sendable {
  /// From 0 to 86,400,000.
  public let milliseconds: Int32

  public static let midnight = CivilTime(milliseconds: 0)
  /// 24:00, the end of a window, no time of an instant.
  public static let endOfDay = CivilTime(milliseconds: 86_400_000)

  /// The time so many milliseconds after midnight; stops at midnight and at 24:00.
  public init(milliseconds: Int32) {
    self.milliseconds = min(max(milliseconds, 0), 86_400_000)
  }

  /// nil where the clock has no such time; 24:00 only where allowed.
  public init?(hour: Int, minute: Int, second: Int = 0, millisecond: Int = 0, allowing24: Bool = false) {
    if allowing24, hour == 24, minute == 0, second == 0, millisecond == 0 {
      self = .endOfDay
      return
    }
    guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
      (0...999).contains(millisecond)
    else { return nil }
    self.init(milliseconds: Int32(((hour * 60 + minute) * 60 + second) * 1000 + millisecond))
  }

  /// The time written `09:00`: two digits, a colon, two digits, nothing else; `24:00` only where allowed.
  public static func parse(_ text: String, allowing24: Bool = false) -> CivilTime? {
    var reader = ByteReader(text)
    guard let time = reader.clock(allowing24: allowing24), reader.isAtEnd else { return nil }
    return time
  }

  public var hour: Int { Int(milliseconds) / 3_600_000 }
  public var minute: Int { Int(milliseconds) / 60_000 % 60 }
  public var second: Int { Int(milliseconds) / 1000 % 60 }
  public var millisecond: Int { Int(milliseconds) % 1000 }
}

extension CivilTime: Comparable {
  public static func < (left: CivilTime, right: CivilTime) -> Bool { left.milliseconds < right.milliseconds }
}

/// `09:00`, with `:SS` and `.mmm` only where they are not zero.
extension CivilTime: CustomStringConvertible {
  public var description: String {
    var writer = DigitWriter()
    writer.digits(hour, 2)
    writer.mark(":")
    writer.digits(minute, 2)
    if second != 0 || millisecond != 0 {
      writer.mark(":")
      writer.digits(second, 2)
    }
    if millisecond != 0 {
      writer.mark(".")
      writer.digits(millisecond, 3)
    }
    return writer.text
  }
}

/// As one number, the milliseconds.
extension CivilTime: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(milliseconds: try decoder.singleValueContainer().decode(Int32.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}

/// What a calendar and a clock on one wall show together.
public struct CivilDateTime: Hashable, Sendable, Codable {
  public var date: CivilDate
  public var time: CivilTime

  public init(date: CivilDate, time: CivilTime) {
    self.date = date
    self.time = time
  }

  /// The wall time written `2026-03-25 16:40`, with one blank; nil for anything else.
  public init?(text: String) {
    var reader = ByteReader(text)
    guard let date = reader.date(), reader.take(0x20), let time = reader.clock(), reader.isAtEnd
    else { return nil }
    self.init(date: date, time: time)
  }

  /// Milliseconds since 1970-01-01 00:00 of the same wall.
  var wallMilliseconds: Int64 { Int64(date.dayNumber) * 86_400_000 + Int64(time.milliseconds) }

  init(wallMilliseconds: Int64) {
    let bounded = min(
      max(wallMilliseconds, Instant.distantPast.milliseconds), Instant.distantFuture.milliseconds)
    let day = bounded.flooredQuotient(by: 86_400_000)
    date = CivilDate(dayNumber: Int(day))
    time = CivilTime(milliseconds: Int32(bounded - day * 86_400_000))
  }
}

extension CivilDateTime: Comparable {
  public static func < (left: CivilDateTime, right: CivilDateTime) -> Bool {
    left.wallMilliseconds < right.wallMilliseconds
  }
}

/// `2026-03-25 16:40`.
extension CivilDateTime: CustomStringConvertible {
  public var description: String { "\(date) \(time)" }
}
