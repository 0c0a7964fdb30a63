/// What a TZif file says (RFC 9636, versions 1 to 4), read from any bytes without a trap.
struct TZif {
  /// Ascending seconds since the epoch at which another offset begins.
  var times: [Int64]
  /// The offset in seconds east of UTC from each of `times` on.
  var offsets: [Int32]
  /// The offset before the first of `times`.
  var first: Int32
  /// The rule after the last of `times`, where the file has one.
  var rule: PosixRule?

  init(_ bytes: [UInt8]) throws(ZoneError) {
    var reader = TZifReader(bytes)
    let header = try reader.header()
    guard header.version >= 2 else {
      (times, offsets, first) = try reader.block(header, timeWidth: 4)
      return
    }
    // The first block repeats the data in 32 bits for old readers.
    try reader.skip(header.size(timeWidth: 4))
    let second = try reader.header()
    (times, offsets, first) = try reader.block(second, timeWidth: 8)
    rule = try reader.footer()
  }
}

private struct TZifHeader {
  var version: Int
  var utIndicators, wallIndicators, leaps, times, types, characters: Int

  func size(timeWidth: Int) -> Int {
    times * (timeWidth + 1) + types * 6 + characters + leaps * (timeWidth + 4) + wallIndicators + utIndicators
  }
}

private struct TZifReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func skip(_ count: Int) throws(ZoneError) {
    guard count <= bytes.count - position else { throw .truncated }
    position += count
  }

  private mutating func byte() throws(ZoneError) -> UInt8 {
    guard position < bytes.count else { throw .truncated }
    position += 1
    return bytes[position - 1]
  }

  /// A big-endian two's complement number of `width` bytes.
  private mutating func integer(_ width: Int) throws(ZoneError) -> Int64 {
    var value: Int64 = 0
    for index in 0..<width {
      let next = try byte()
      value = index == 0 ? Int64(Int8(bitPattern: next)) : value << 8 | Int64(next)
    }
    return value
  }

  private mutating func count() throws(ZoneError) -> Int { Int(try integer(4) & 0xffff_ffff) }

  mutating func header() throws(ZoneError) -> TZifHeader {
    for expected in "TZif".utf8 where try byte() != expected { throw .notTZif }
    let version =
      switch try byte() {
      case 0: 1
      // A version to come keeps the form of the fourth (RFC 9636, section 3.1).
      case let digit where digit >= UInt8(ascii: "2"): 2
      default: throw .notTZif
      }
    try skip(15)
    let header = TZifHeader(
      version: version, utIndicators: try count(), wallIndicators: try count(), leaps: try count(),
      times: try count(), types: try count(), characters: try count())
    guard header.types > 0, [0, header.types].contains(header.utIndicators),
      [0, header.types].contains(header.wallIndicators)
    else { throw .inconsistent }
    return header
  }

  /// The data block that `header` announces: transition times, the offsets that begin at them, the one
  /// before.
  mutating func block(
    _ header: TZifHeader, timeWidth: Int
  ) throws(ZoneError) -> (times: [Int64], offsets: [Int32], first: Int32) {
    // Four-byte counts keep the product far below the range of Int; nothing is reserved before this.
    guard header.size(timeWidth: timeWidth) <= bytes.count - position else { throw .truncated }
    guard header.leaps == 0 else { throw .leapSeconds }
    var times: [Int64] = []
    for _ in 0..<header.times { times.append(try integer(timeWidth)) }
    guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .unordered }
    var indices: [Int] = []
    for _ in 0..<header.times { indices.append(Int(try byte())) }
    var offsets: [Int32] = []
    for _ in 0..<header.types {
      let offset = try integer(4)
      guard abs(offset) < Zone.offsetLimit else { throw .offsetOutOfRange }
      offsets.append(Int32(offset))
      try skip(2)
    }
    guard indices.allSatisfy({ $0 < offsets.count }) else { throw .inconsistent }
    try skip(header.characters + header.wallIndicators + header.utIndicators)
    // The big bang of some files lies before every instant here: far times are brought near enough to add to.
    return (times.map { min(max($0, -1 << 40), 1 << 40) }, indices.map { offsets[$0] }, offsets[0])
  }

  /// The text between two line feeds after the second block; nil where it is empty.
  mutating func footer() throws(ZoneError) -> PosixRule? {
    guard try byte() == 0x0a else { throw .footer }
    guard let end = bytes[position...].firstIndex(of: 0x0a) else { throw .truncated }
    let text = Array(bytes[position..<end])
    position = end + 1
    guard !text.isEmpty else { return nil }
    guard let rule = PosixRule(text) else { throw .footer }
    return rule
  }
}
