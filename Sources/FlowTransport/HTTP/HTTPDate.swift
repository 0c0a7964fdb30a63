import FlowTime

extension Instant {
  /// `Sun, 06 Nov 1994 08:49:37 GMT`, as HTTP writes it (RFC 9110 section 5.6.7, IMF-fixdate), or with `+0000`,
  /// as some services do; nil for anything else. Which day of the week it names is not looked at.
  public init?(httpDate text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: " "))
    guard parts.count == 6, parts[0].count == 4, parts[0].last == UInt8(ascii: ","),
      parts[5].elementsEqual("GMT".utf8) || parts[5].elementsEqual("+0000".utf8),
      let day = Instant.number(parts[1], digits: 1...2), let year = Instant.number(parts[3], digits: 4...4),
      let month = CivilDate.months.firstIndex(where: { $0.utf8.elementsEqual(parts[2]) }),
      let date = CivilDate(year: year, month: month + 1, day: day)
    else { return nil }
    let clock = parts[4].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = Instant.number(clock[0], digits: 2...2), hour < 24,
      let minute = Instant.number(clock[1], digits: 2...2), minute < 60,
      // A leap second is the one after it.
      let second = Instant.number(clock[2], digits: 2...2), second <= 60
    else { return nil }
    self.init(seconds: Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second))
  }

  private static func number(_ text: Substring.UTF8View.SubSequence, digits: ClosedRange<Int>) -> Int? {
    guard digits.contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
