/// A point in time, in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Every instant lies between ``distantPast`` and ``distantFuture``: whatever would leave that range stops at
/// its end, so that the difference of two instants never overflows and each has a civil date.
public struct Instant: Hashable, Sendable {
  /// Milliseconds since the epoch.
  public let milliseconds: Int64

  /// The instant `milliseconds` after the epoch, or the end of the range that lies nearest.
  public init(milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, Self.lowest), Self.highest)
  }

  /// The instant `seconds` after the epoch, or the end of the range that lies nearest.
  public init(seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    self.init(milliseconds: overflow ? (seconds < 0 ? .min : .max) : product)
  }

  /// 1970-01-01T00:00:00Z.
  public static let epoch = Instant(milliseconds: 0)
  /// 0001-01-01T00:00:00Z, before every instant of use.
  public static let distantPast = Instant(milliseconds: lowest)
  /// 9999-12-31T23:59:59.999Z, after every instant of use.
  public static let distantFuture = Instant(milliseconds: highest)

  private static let lowest: Int64 = -62_135_596_800_000
  private static let highest: Int64 = 253_402_300_799_999

  /// Whole seconds since the epoch, rounded down.
  public var seconds: Int64 { milliseconds.flooredQuotient(by: 1000) }

  /// The instant `milliseconds` later (earlier where negative); stops at the ends of the range.
  public func adding(milliseconds amount: Int64) -> Instant {
    let (sum, overflow) = milliseconds.addingReportingOverflow(amount)
    return Instant(milliseconds: overflow ? (amount < 0 ? .min : .max) : sum)
  }

  /// Milliseconds from `other` to this instant; negative where `other` is later.
  public func milliseconds(since other: Instant) -> Int64 { milliseconds - other.milliseconds }
}

extension Instant: Comparable {
  public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
}

/// As one number, the milliseconds.
extension Instant: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}

/// RFC 3339 in UTC, for diagnosis.
extension Instant: CustomStringConvertible {
  public var description: String { rfc3339(in: .utc) }
}

extension FixedWidthInteger {
  /// The quotient rounded towards negative infinity; `divisor` is positive.
  @inlinable
  func flooredQuotient(by divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// What the floored quotient leaves, in `0 ..< divisor`.
  @inlinable
  func flooredRemainder(by divisor: Self) -> Self {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
