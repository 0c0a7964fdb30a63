import FlowRuntime

/// Bytes that others of their kind are told by: most lines of a store differ from another in a name, an
/// address and some instants.
final class Base: Sendable {
  let bytes: [UInt8]
  /// Where four bytes stand in ``bytes``, by their hash: position + 1, the first of its kind.
  fileprivate let places: [UInt32]
  fileprivate let shift: UInt32

  static let limit = 1 << 16

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var bits: UInt32 = 6
    while 1 << bits < bytes.count * 2, bits < 16 { bits += 1 }
    let shift = 32 - bits
    var places = [UInt32](repeating: 0, count: 1 << bits)
    bytes.withUnsafeBytes { all in
      for index in stride(from: 0, to: all.count - 3, by: 1) {
        let slot = Int(hash(all.loadUnaligned(fromByteOffset: index, as: UInt32.self)) >> shift)
        if places[slot] == 0 { places[slot] = UInt32(truncatingIfNeeded: index) + 1 }
      }
    }
    self.places = places
    self.shift = shift
  }
}

private func hash(_ four: UInt32) -> UInt32 { four &* 2_654_435_761 }

/// A list of bytes told as pieces of a ``Base``, pieces of itself, and what is new: the length, then the pieces.
/// Each begins with a number: what it counts, times eight, plus its kind.
enum Delta {
  fileprivate enum Kind: UInt64 {
    /// So many new bytes.
    case new
    /// So many bytes of the base, from the place that follows the piece before.
    case next
    /// The same from another place: how far behind that. Places behind the base's end are those of the list.
    case copy
    /// So many hexadecimal digits that are new, two a byte.
    case digits
    /// What was new so many pieces of that kind ago, and what it stands for.
    case again
  }

  /// Something new, which is likely to come again: where it stands, and how much longer what it stands for is.
  fileprivate struct New {
    var start = 0
    var count = 0
    var skip = 0
  }

  /// What was new lately, the latest first.
  fileprivate struct News {
    /// The last sixteen, in memory of the caller's: an array in place is copied for each question.
    private let ring: UnsafeMutableBufferPointer<New>
    private var last = 0
    private(set) var count = 0

    /// - Parameter ring: of ``room``.
    init(_ ring: UnsafeMutableBufferPointer<New>) {
      self.ring = ring
      ring.initialize(repeating: New())
    }

    static let room = 16

    mutating func add(_ new: New) {
      last = (last + 1) & 15
      ring[last] = new
      count = min(count + 1, 15)
    }

    /// - Parameter index: below ``count``.
    subscript(index: Int) -> New { ring[(last - index) & 15] }

    /// What follows the latest tells how long it is in the base.
    mutating func note(skip: Int) { if count > 0 { ring[last].skip = skip } }
  }

  static func encode(_ target: UnsafeRawBufferPointer, against base: Base, into packer: inout Packer) {
    packer.put(UInt64(target.count))
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { own in
      own.initialize(repeating: 0)
      withUnsafeTemporaryAllocation(of: New.self, capacity: News.room) { ring in
        base.bytes.withUnsafeBytes { source in
          base.places.withUnsafeBufferPointer { places in
            var writer = DeltaWriter(
              target: target, source: source, places: places, shift: base.shift, own: own, news: News(ring))
            writer.write(&packer)
          }
        }
      }
    }
  }

  private static let longest = 1 << 30

  /// - Throws: `.corrupt` for any bytes that ``encode(_:against:into:)`` has not made.
  static func decode(_ unpacker: inout Unpacker, against base: [UInt8]) throws(StoreError) -> [UInt8] {
    let length = try unpacker.number()
    guard length <= UInt64(longest) else { throw Unpacker.corrupt("a line is too long") }
    return try withUnsafeTemporaryAllocation(of: New.self, capacity: News.room) { (ring) throws(StoreError) in
      var reader = DeltaReader(base: base, length: Int(length), news: News(ring))
      while reader.out.count < reader.length { try reader.readPiece(&unpacker) }
      return reader.out
    }
  }
}

/// Copied for none of its questions.
private struct DeltaWriter: ~Copyable {
  let target: UnsafeRawBufferPointer
  let source: UnsafeRawBufferPointer
  /// As ``Base/places``, by ``Base/shift``.
  let places: UnsafeBufferPointer<UInt32>
  let shift: UInt32
  /// Where four bytes stand in what is new, by their hash: position + 1.
  let own: UnsafeMutableBufferPointer<UInt16>
  private var news: Delta.News
  /// With which bytes something new has begun, each a bit by its lower six: what begins otherwise was not new.
  private var beginnings: UInt64 = 0
  /// The last piece was new, and what follows says how long it is in the base.
  private var isAfterNew = false
  /// The place in the base that follows the last piece.
  private var expected = 0
  /// Where what is new begins; it goes on to ``at``.
  private var literal = 0
  private var at = 0

  init(
    target: UnsafeRawBufferPointer, source: UnsafeRawBufferPointer, places: UnsafeBufferPointer<UInt32>,
    shift: UInt32, own: UnsafeMutableBufferPointer<UInt16>, news: Delta.News
  ) {
    self.target = target
    self.source = source
    self.places = places
    self.shift = shift
    self.own = own
    self.news = news
  }

  mutating func write(_ packer: inout Packer) {
    while at < target.count {
      if at == literal, let (index, new) = again() {
        put(.again, index, &packer)
        at += new.count
        literal = at
        expected += new.count + new.skip
        isAfterNew = false
        continue
      }
      let (start, count) = longest()
      // Shorter copies would be no shorter.
      guard count >= 4 || (count > 0 && start == expected + at - literal && at + count == target.count) else {
        remember(at)
        at += 1
        continue
      }
      putNew(&packer)
      putCopy(start, count, &packer)
    }
    putNew(&packer)
  }

  private func put(_ kind: Delta.Kind, _ count: Int, _ packer: inout Packer) {
    packer.put(UInt64(count) << 3 | kind.rawValue)
  }

  private mutating func putCopy(_ start: Int, _ count: Int, _ packer: inout Packer) {
    let skip = start - expected
    if skip == 0 {
      put(.next, count, &packer)
    } else {
      put(.copy, count, &packer)
      packer.put(Int64(skip))
    }
    if start < source.count {
      if isAfterNew { news.note(skip: skip) }
      expected = start + count
    } else {
      expected += count
    }
    isAfterNew = false
    at += count
    literal = at
  }

  /// What is new, digits apart from the rest.
  private mutating func putNew(_ packer: inout Packer) {
    while literal < at {
      let digits = digits(from: literal)
      if digits >= 6 {
        putNew(literal + digits, isDigits: true, &packer)
      } else {
        var end = literal + max(digits, 1)
        while end < at {
          let more = self.digits(from: end)
          if more >= 8 { break }
          end += max(more, 1)
        }
        putNew(end, isDigits: false, &packer)
      }
    }
  }

  /// How many hexadecimal digits of what is new stand there.
  private func digits(from start: Int) -> Int {
    var end = start
    while end < at, digit(target[end]) != nil { end += 1 }
    return end - start
  }

  private mutating func putNew(_ end: Int, isDigits: Bool, _ packer: inout Packer) {
    let count = end - literal
    if isDigits {
      put(.digits, count, &packer)
      for index in stride(from: literal, to: end, by: 2) {
        let low = index + 1 < end ? digit(target[index + 1]) ?? 0 : 0
        packer.put(byte: (digit(target[index]) ?? 0) << 4 | low)
      }
    } else {
      put(.new, count, &packer)
      packer.put(bytes: UnsafeRawBufferPointer(rebasing: target[literal..<end]))
    }
    news.add(Delta.New(start: literal, count: count))
    beginnings |= 1 << UInt64(target[literal] & 63)
    // As long as what it stands for, most often.
    expected += count
    isAfterNew = true
    literal = end
  }

  /// Something that was new before comes again.
  @inline(__always)
  private func again() -> (Int, Delta.New)? {
    guard beginnings & 1 << UInt64(target[at] & 63) != 0 else { return nil }
    // Where the base goes on, it goes on.
    if at + 4 <= target.count, has(target.loadUnaligned(fromByteOffset: at, as: UInt32.self), source, expected) {
      return nil
    }
    let first = target[at]
    var best: (Int, Delta.New)?
    for index in 0..<news.count {
      let new = news[index]
      if target[new.start] == first, new.count > best?.1.count ?? 0, isAgain(new) { best = (index, new) }
    }
    return best
  }

  /// Whether the bytes of something new are those that come.
  private func isAgain(_ new: Delta.New) -> Bool {
    guard at + new.count <= target.count else { return false }
    for index in 0..<new.count where target[new.start + index] != target[at + index] { return false }
    return true
  }

  private func longest() -> (start: Int, count: Int) {
    let aligned = expected + at - literal
    // What was new may stand for more than there was before it.
    var best = (start: aligned, count: (0..<source.count).contains(aligned) ? match(source, aligned) : 0)
    if best.count >= 16 || at + 4 > target.count { return best }
    let four = target.loadUnaligned(fromByteOffset: at, as: UInt32.self)
    // What is new is seldom much longer or shorter than what it stands for.
    if at - literal < 16 {
      if aligned >= 8, aligned + 12 <= source.count {
        if mayStandNear(four, aligned) {
          for shift in 1...8 {
            let (after, before) = (aligned &+ shift, aligned &- shift)
            if source.loadUnaligned(fromByteOffset: after, as: UInt32.self) == four {
              improve(&best, source, after, after)
            }
            if source.loadUnaligned(fromByteOffset: before, as: UInt32.self) == four {
              improve(&best, source, before, before)
            }
          }
        }
      } else {
        for shift in 1...8 {
          let (after, before) = (aligned + shift, aligned - shift)
          if has(four, source, after) { improve(&best, source, after, after) }
          if has(four, source, before) { improve(&best, source, before, before) }
        }
      }
    }
    if best.count >= 16 { return best }
    let key = hash(four)
    let place = Int(places[Int(key >> shift)]) - 1
    if has(four, source, place) { improve(&best, source, place, place) }
    let mine = Int(own[Int(key >> 24)]) - 1
    if has(four, target, mine) { improve(&best, target, mine, source.count + mine) }
    return best
  }

  /// Whether the first three of these bytes may stand in the base at a place one to eight before or after this one;
  /// false only where they do not. All eight places of a side are looked at together.
  @inline(__always)
  private func mayStandNear(_ four: UInt32, _ aligned: Int) -> Bool {
    var (after, before) = (UInt64.max, UInt64.max)
    for index in 0..<3 {
      let bytes = UInt64(UInt8(truncatingIfNeeded: four.littleEndian >> (8 * index))) &* 0x0101_0101_0101_0101
      func marks(_ place: Int) -> UInt64 {
        let other = source.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ bytes
        // The highest bit of each byte that is naught, and maybe of some that follow one.
        return (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
      }
      after &= marks(aligned &+ 1 &+ index)
      before &= marks(aligned &- 8 &+ index)
    }
    return after | before != 0
  }

  private func has(_ four: UInt32, _ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    start >= 0 && start + 4 <= bytes.count && bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self) == four
  }

  /// What is better is four bytes longer at least.
  private func improve(
    _ best: inout (start: Int, count: Int), _ from: UnsafeRawBufferPointer, _ start: Int, _ place: Int
  ) {
    let count = match(from, start)
    if count > best.count + 3 { best = (place, count) }
  }

  private func remember(_ place: Int) {
    guard place + 4 <= target.count, place < Int(UInt16.max) else { return }
    let key = hash(target.loadUnaligned(fromByteOffset: place, as: UInt32.self))
    own[Int(key >> 24)] = UInt16(place + 1)
  }

  private func match(_ from: UnsafeRawBufferPointer, _ start: Int) -> Int {
    let limit = min(from.count - start, target.count - at)
    var count = 0
    while count + 8 <= limit {
      let (left, right) = (
        from.loadUnaligned(fromByteOffset: start + count, as: UInt64.self),
        target.loadUnaligned(fromByteOffset: at + count, as: UInt64.self)
      )
      // The lowest byte in which they differ tells how many before it are the same.
      if left != right { return count + (left ^ right).littleEndian.trailingZeroBitCount / 8 }
      count += 8
    }
    while count < limit, from[start + count] == target[at + count] { count += 1 }
    return count
  }
}

/// The value of a lower-case hexadecimal digit.
func digit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  default: nil
  }
}

private struct DeltaReader {
  let base: [UInt8]
  let length: Int
  var out: [UInt8] = []
  private var news: Delta.News
  private var isAfterNew = false
  private var expected = 0

  init(base: [UInt8], length: Int, news: Delta.News) {
    self.base = base
    self.news = news
    self.length = length
    out.reserveCapacity(min(length, 1 << 16))
  }

  mutating func readPiece(_ unpacker: inout Unpacker) throws(StoreError) {
    let number = try unpacker.number()
    guard let kind = Delta.Kind(rawValue: number & 7), let count = Int(exactly: number >> 3) else {
      throw Unpacker.corrupt("a piece is of no kind")
    }
    if kind == .again { return try repeatNew(count) }
    guard count > 0, count <= length - out.count else { throw Unpacker.corrupt("a piece is too long") }
    switch kind {
    case .new:
      note(count)
      out += try unpacker.bytes(count)
    case .digits:
      note(count)
      try readDigits(count, &unpacker)
    case .next: try copy(count, skip: 0)
    case .copy:
      guard let skip = Int(exactly: try unpacker.get(Int64.self)) else { throw nowhere }
      try copy(count, skip: skip)
    case .again: break
    }
  }

  private var nowhere: StoreError { Unpacker.corrupt("a piece is copied from nowhere") }

  private mutating func note(_ count: Int) {
    news.add(Delta.New(start: out.count, count: count))
    expected += count
    isAfterNew = true
  }

  private mutating func readDigits(_ count: Int, _ unpacker: inout Unpacker) throws(StoreError) {
    let digits = Array("0123456789abcdef".utf8)
    for (index, byte) in try unpacker.bytes(count / 2 + count % 2).enumerated() {
      out.append(digits[Int(byte >> 4)])
      if 2 * index + 1 < count { out.append(digits[Int(byte & 15)]) }
    }
  }

  private mutating func repeatNew(_ index: Int) throws(StoreError) {
    guard index < news.count, news[index].count <= length - out.count else { throw nowhere }
    let new = news[index]
    for place in new.start..<new.start + new.count { out.append(out[place]) }
    try goOn(to: expected, new.count + new.skip)
    isAfterNew = false
  }

  /// Places that no base has are where damaged bytes lead.
  private mutating func goOn(to place: Int, _ distance: Int) throws(StoreError) {
    let (next, overflows) = place.addingReportingOverflow(distance)
    guard !overflows, next.magnitude <= 1 << 40 else { throw nowhere }
    expected = next
  }

  private mutating func copy(_ count: Int, skip: Int) throws(StoreError) {
    let (start, overflows) = expected.addingReportingOverflow(skip)
    guard !overflows, start >= 0, start < base.count + out.count else { throw nowhere }
    if start < base.count {
      guard base.count - start >= count else { throw nowhere }
      out += base[start..<start + count]
      if isAfterNew { news.note(skip: skip) }
      expected = start + count
    } else {
      // A piece of itself may run into what it makes.
      for place in start - base.count..<start - base.count + count {
        guard place < out.count else { throw nowhere }
        out.append(out[place])
      }
      try goOn(to: expected, count)
    }
    isAfterNew = false
  }
}

/// Tells whether bytes are what was written: each bit counts.
func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  let sum = mixed(bytes, from: 0)
  return UInt32(truncatingIfNeeded: sum ^ sum >> 32)
}

/// A number that bytes come to: each bit of them counts, and of where it begins.
func mixed(_ bytes: UnsafeRawBufferPointer, from beginning: UInt64) -> UInt64 {
  var sum: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count) ^ beginning << 56
  func add(_ word: UInt64) {
    sum = (sum ^ word) &* 0xD6E8_FEB8_6659_FD93
    sum ^= sum >> 32
  }
  var at = 0
  while at + 8 <= bytes.count {
    add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
    at += 8
  }
  while at < bytes.count {
    add(UInt64(bytes[at]))
    at += 1
  }
  add(0)
  return sum
}
