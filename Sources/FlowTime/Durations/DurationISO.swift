extension Duration {
  /// Reads ISO 8601 as data carry it: `P2DT3H`, `P1W`, `PT0.5S`; a year is twelve months. Only seconds may
  /// have a fraction, which is cut to milliseconds. Zero is allowed, a sign is not.
  /// - Throws: ``DurationError`` with its place; there is no fix, for nobody wrote it by hand.
  public static func parse(iso8601 text: String) throws(DurationError) -> Duration {
    var parser = ISOParser(text)
    return try parser.parse()
  }
}

private struct ISOParser {
  let bytes: [UInt8]
  var position = 0
  var parts: [Duration.Part] = []

  init(_ text: String) { bytes = Array(text.utf8) }

  private var error: DurationError {
    DurationError(.notANumber(String(decoding: bytes, as: UTF8.self)), 0..<bytes.count)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private static let dateUnits: [(Unicode.Scalar, Duration.Unit, Int)] = [
    ("Y", .month, 12), ("M", .month, 1), ("W", .week, 1), ("D", .day, 1),
  ]
  private static let timeUnits: [(Unicode.Scalar, Duration.Unit, Int)] = [
    ("H", .hour, 1), ("M", .minute, 1), ("S", .second, 1),
  ]

  mutating func parse() throws(DurationError) -> Duration {
    guard !bytes.isEmpty else { throw DurationError(.empty, 0..<0) }
    guard take("P") else { throw error }
    let dates = try components(Self.dateUnits)
    if take("T") {
      guard try components(Self.timeUnits) > 0 else { throw error }
    } else if dates == 0 {
      throw error
    }
    guard position == bytes.count else { throw error }
    guard parts.allSatisfy({ $0.amount <= $0.unit.limit }), Duration.isBounded(parts) else {
      throw DurationError(.tooLong, 0..<bytes.count)
    }
    return Duration(unchecked: parts.filter { $0.amount > 0 })
  }

  /// How many components were read; they stand in the order of the units, each once.
  private mutating func components(
    _ units: [(Unicode.Scalar, Duration.Unit, Int)]
  ) throws(DurationError) -> Int {
    var rest = units[...]
    while position < bytes.count, bytes[position].isDigit {
      let amount = try number()
      let fraction = try fraction()
      guard let index = rest.firstIndex(where: { take($0.0) }) else { throw error }
      let (_, unit, factor) = rest[index]
      rest = rest[(index + 1)...]
      guard fraction == nil || unit == .second else { throw error }
      if factor == 1, unit == .month, let years = parts.firstIndex(where: { $0.unit == .month }) {
        parts[years].amount += amount
      } else {
        parts.append(.init(amount: amount * factor, unit: unit))
      }
      if let fraction { parts.append(.init(amount: fraction, unit: .millisecond)) }
    }
    return units.count - rest.count
  }

  private mutating func number() throws(DurationError) -> Int {
    let digits = bytes[position...].prefix(while: \.isDigit)
    guard digits.count <= 15, let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw DurationError(.tooLong, 0..<bytes.count)
    }
    position += digits.count
    return number
  }

  /// Milliseconds after a point or a comma; nil where there is none.
  private mutating func fraction() throws(DurationError) -> Int? {
    guard take(".") || take(",") else { return nil }
    let digits = bytes[position...].prefix(while: \.isDigit)
    guard !digits.isEmpty else { throw error }
    position += digits.count
    var (value, weight) = (0, 100)
    for digit in digits {
      value += Int(digit - 0x30) * weight
      weight /= 10
    }
    return value
  }
}
