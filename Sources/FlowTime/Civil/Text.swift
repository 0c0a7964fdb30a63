/// Writes dates and times digit by digit; ten times as fast as text put together from numbers.
struct DigitWriter {
  private var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(32) }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func mark(_ scalar: Unicode.Scalar) { bytes.append(UInt8(ascii: scalar)) }

  /// The last `width` digits of a number from 0, with zeros on the left.
  mutating func digits(_ number: Int, _ width: Int) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      bytes.append(0x30 + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }

  mutating func date(_ date: CivilDate) {
    let parts = date.components
    digits(parts.year, 4)
    mark("-")
    digits(parts.month, 2)
    mark("-")
    digits(parts.day, 2)
  }

  /// `+01:00`, to the minute below.
  mutating func offset(seconds: Int) {
    let minutes = abs(seconds) / 60
    mark(seconds < 0 ? "-" : "+")
    digits(minutes / 60, 2)
    mark(":")
    digits(minutes % 60, 2)
  }
}

/// A value that is coded as one text, or an error that says what was expected.
func decodeText<Value>(
  _ decoder: any Decoder, of expected: String, _ make: (String) -> Value?
) throws -> Value {
  let container = try decoder.singleValueContainer()
  let text = try container.decode(String.self)
  guard let value = make(text) else {
    throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected \(expected)")
  }
  return value
}

/// A cursor over the UTF-8 of a text whose form is fixed; each read takes what it names or leaves the place.
struct ByteReader {
  let bytes: [UInt8]
  var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Whether the next byte was `byte`, and is taken.
  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  /// Exactly `count` decimal digits; `count` is small, so the number cannot overflow.
  mutating func digits(_ count: Int) -> Int? {
    guard bytes.count - position >= count else { return nil }
    var number = 0
    for byte in bytes[position..<position + count] {
      guard byte.isDigit else { return nil }
      number = number * 10 + Int(byte - 0x30)
    }
    position += count
    return number
  }

  /// `YYYY-MM-DD`.
  mutating func date() -> CivilDate? {
    let start = position
    if let year = digits(4), take(UInt8(ascii: "-")), let month = digits(2), take(UInt8(ascii: "-")),
      let day = digits(2), let date = CivilDate(year: year, month: month, day: day)
    {
      return date
    }
    position = start
    return nil
  }

  /// `HH:MM`, from 00:00 to 23:59, and 24:00 where the day's end is allowed.
  mutating func clock(allowing24: Bool = false) -> CivilTime? {
    let start = position
    if let hour = digits(2), take(UInt8(ascii: ":")), let minute = digits(2),
      let time = CivilTime(hour: hour, minute: minute, allowing24: allowing24)
    {
      return time
    }
    position = start
    return nil
  }

  mutating func skipBlanks() {
    while next == 0x20 || next == 0x09 { position += 1 }
  }
}

extension UInt8 {
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7a }
}
