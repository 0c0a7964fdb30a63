extension Instant {
  /// The instant written as RFC 3339, section 5.6: `2026-03-25T16:40:00+01:00`, with `Z` or a numeric offset.
  ///
  /// A fraction is cut to milliseconds. A leap second (section 5.7: 23:59:60 UTC) is the second after it.
  /// nil for every other form, without an offset, and for dates that do not exist.
  public init?(rfc3339 text: String) {
    var reader = ByteReader(text)
    guard let date = reader.date(), reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: "t")),
      let clock = reader.clock(), reader.take(UInt8(ascii: ":")), let second = reader.digits(2), second <= 60,
      let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
    else { return nil }
    let minute = CivilDateTime(date: date, time: clock).wallMilliseconds - Int64(offset) * 1000
    guard second < 60 || minute.flooredRemainder(by: 86_400_000) == 86_340_000 else { return nil }
    self.init(milliseconds: minute + Int64(second * 1000 + fraction))
  }

  /// `2026-03-25T16:40:00+01:00`: the wall time of a zone, with seconds and a numeric offset, a fraction
  /// dropped. An offset that is no whole minute (of the nineteenth century) is cut to one.
  public func rfc3339(in zone: Zone) -> String {
    let offset = zone.offset(at: self) / 60 * 60
    let wall = CivilDateTime(wallMilliseconds: milliseconds + Int64(offset) * 1000)
    var writer = DigitWriter()
    writer.date(wall.date)
    writer.mark("T")
    writer.digits(wall.time.hour, 2)
    writer.mark(":")
    writer.digits(wall.time.minute, 2)
    writer.mark(":")
    writer.digits(wall.time.second, 2)
    writer.offset(seconds: offset)
    return writer.text
  }
}

extension ByteReader {
  /// Milliseconds of a fraction `.123`, 0 where there is none; nil where a point stands without a digit.
  fileprivate mutating func fraction() -> Int? {
    guard take(UInt8(ascii: ".")) else { return 0 }
    guard next?.isDigit == true else { return nil }
    var (value, weight) = (0, 100)
    while let digit = digits(1) {
      value += digit * weight
      weight /= 10
    }
    return value
  }

  /// Seconds of `Z` or `+01:00`.
  fileprivate mutating func offset() -> Int? {
    if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
    let negative = take(UInt8(ascii: "-"))
    guard negative || take(UInt8(ascii: "+")), let clock = clock() else { return nil }
    return Int(clock.milliseconds) / (negative ? -1000 : 1000)
  }
}
