/// A small exact decimal: `coefficient × 10^-scale`, scale 0...9, always in lowest terms, so that equal
/// numbers are equal values. Nothing here traps: what does not fit is nil, or a ``DecimalError``.
public struct Decimal: Hashable, Sendable {
  public let coefficient: Int64
  /// Digits after the point, 0...9; no trailing zero among them.
  public let scale: Int

  public static let zero = Decimal(0)

  public init(_ integer: Int64) {
    coefficient = integer
    scale = 0
  }

  /// `coefficient × 10^-scale`; digits beyond the ninth are rounded half to even. Nil when it does not fit.
  public init?(coefficient: Int64, scale: Int) {
    guard (0...18).contains(scale) else { return nil }
    self.init(wide: Int128(coefficient), scale: scale)
  }

  /// `scale` 0...18.
  init?(wide: Int128, scale: Int) {
    var coefficient = wide
    var scale = scale
    if scale > 9 {
      coefficient = Decimal.divide(coefficient, by: Decimal.power(scale - 9), .toNearestOrEven)
      scale = 9
    }
    while scale > 0, coefficient % 10 == 0 {
      coefficient /= 10
      scale -= 1
    }
    guard let small = Int64(exactly: coefficient) else { return nil }
    self.coefficient = small
    self.scale = scale
  }

  /// 10 to the `exponent`, 0...36.
  static func power(_ exponent: Int) -> Int128 {
    var result: Int128 = 1
    for _ in 0..<exponent { result *= 10 }
    return result
  }

  /// Half a unit goes to the even neighbour, or away from zero.
  enum Half { case toNearestOrEven, awayFromZero }

  /// `a / b` rounded to the nearest integer; `b` is not 0.
  static func divide(_ a: Int128, by b: Int128, _ half: Half) -> Int128 {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    let twice = remainder.magnitude * 2
    let up = twice > b.magnitude || (twice == b.magnitude && (half == .awayFromZero || quotient % 2 != 0))
    guard up else { return quotient }
    return (a < 0) == (b < 0) ? quotient + 1 : quotient - 1
  }

  /// The coefficient at nine digits after the point: comparable between any two decimals.
  var ninths: Int128 { Int128(coefficient) * Decimal.power(9 - scale) }

  /// Rounded to `digits` (0...9) after the point, half away from zero, as people round money.
  public func rounded(to digits: Int) -> Decimal? {
    guard digits >= 0, digits < scale else { return self }
    let rounded = Decimal.divide(Int128(coefficient), by: Decimal.power(scale - digits), .awayFromZero)
    return Decimal(wide: rounded, scale: digits)
  }

  /// The whole number it is, or nil when it has digits after the point.
  public var integer: Int64? { scale == 0 ? coefficient : nil }

  /// Nil on overflow.
  public func adding(_ other: Decimal) -> Decimal? { Decimal(wide: ninths + other.ninths, scale: 9) }
  /// Nil on overflow.
  public func subtracting(_ other: Decimal) -> Decimal? { Decimal(wide: ninths - other.ninths, scale: 9) }
  /// Nil on overflow; digits beyond the ninth are rounded half to even.
  public func multiplied(by other: Decimal) -> Decimal? {
    Decimal(wide: Int128(coefficient) * Int128(other.coefficient), scale: scale + other.scale)
  }
  /// To nine digits, half to even; nil on overflow and where `other` is 0.
  public func divided(by other: Decimal) -> Decimal? {
    guard other.coefficient != 0 else { return nil }
    let numerator = Int128(coefficient) * Decimal.power(9 + other.scale)
    let denominator = Int128(other.coefficient) * Decimal.power(scale)
    return Decimal(wide: Decimal.divide(numerator, by: denominator, .toNearestOrEven), scale: 9)
  }

  public static func + (a: Decimal, b: Decimal) -> Decimal? { a.adding(b) }
  public static func - (a: Decimal, b: Decimal) -> Decimal? { a.subtracting(b) }
  public static func * (a: Decimal, b: Decimal) -> Decimal? { a.multiplied(by: b) }
  public static func / (a: Decimal, b: Decimal) -> Decimal? { a.divided(by: b) }
}

extension Decimal: Comparable {
  public static func < (a: Decimal, b: Decimal) -> Bool { a.ninths < b.ninths }
}

extension Decimal: CustomStringConvertible {
  /// Plain digits, with a point where there is a fraction: `-12.5`; never an exponent.
  public var description: String {
    guard scale > 0 else { return String(coefficient) }
    var digits = String(coefficient.magnitude)
    if digits.utf8.count <= scale {
      digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
    }
    let cut = digits.index(digits.endIndex, offsetBy: -scale)
    return (coefficient < 0 ? "-" : "") + digits[..<cut] + "." + digits[cut...]
  }
}

public enum DecimalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No number of JSON's grammar.
  case notANumber
  /// More than 18 digits or so before the point.
  case tooLarge
  /// More than nine digits after the point, or more digits than fit.
  case tooPrecise

  public var description: String {
    switch self {
    case .notANumber: "no number"
    case .tooLarge: "a number beyond ±9223372036854775807"
    case .tooPrecise: "a number with more digits than can be kept exactly (9 after the point)"
    }
  }
}

extension Decimal {
  /// Reads a number by JSON's grammar (RFC 8259 section 6), exponent included, exactly: nothing is rounded.
  public static func parse(_ text: String) throws(DecimalError) -> Decimal {
    let bytes = Array(text.utf8)
    var at = 0
    func digits() -> Range<Int> {
      let start = at
      while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
      return start..<at
    }
    let negative = bytes.first == 0x2D
    if negative { at += 1 }
    let whole = digits()
    guard !whole.isEmpty, whole.count == 1 || bytes[whole.lowerBound] != 0x30 else { throw .notANumber }
    var significant = Array(bytes[whole])
    var scale = 0
    if at < bytes.count, bytes[at] == 0x2E {
      at += 1
      let fraction = digits()
      guard !fraction.isEmpty else { throw .notANumber }
      significant += bytes[fraction]
      scale = fraction.count
    }
    if at < bytes.count, bytes[at] == 0x65 || bytes[at] == 0x45 {
      at += 1
      var minus = false
      if at < bytes.count, bytes[at] == 0x2B || bytes[at] == 0x2D {
        minus = bytes[at] == 0x2D
        at += 1
      }
      let exponent = digits()
      guard !exponent.isEmpty else { throw .notANumber }
      var value = 0
      for byte in bytes[exponent] { value = min(value * 10 + Int(byte - 0x30), 100_000_000) }
      scale += minus ? value : -value
    }
    guard at == bytes.count else { throw .notANumber }
    return try fit(significant, scale: scale, negative: negative)
  }

  /// `digits` are ASCII; leading and trailing zeros count for nothing.
  private static func fit(_ digits: [UInt8], scale: Int, negative: Bool) throws(DecimalError) -> Decimal {
    var scale = scale
    var digits = digits.drop { $0 == 0x30 }
    while digits.last == 0x30 {
      digits.removeLast()
      scale -= 1
    }
    if digits.isEmpty { return .zero }
    if digits.count - scale > 19 { throw .tooLarge }
    if scale > 9 || digits.count > 19 { throw .tooPrecise }
    var value: Int128 = 0
    for byte in digits { value = value * 10 + Int128(byte - 0x30) }
    if scale < 0 { value *= power(-scale) }
    guard let result = Decimal(wide: negative ? -value : value, scale: max(0, scale)) else {
      throw scale > 0 ? .tooPrecise : .tooLarge
    }
    return result
  }
}
