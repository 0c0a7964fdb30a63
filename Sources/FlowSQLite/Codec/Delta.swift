import FlowRuntime

/// Bytes that others of their kind are told by: most lines of a store differ from another in a name, an
/// address and some instants.
final class Base {
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

/// A list of bytes told as pieces of a ``Base``, pieces of itself, and what is new: the length, then for each
/// piece its length doubled, plus one where it is a copy. A copy says how far from the place in the base that
/// follows what came before it begins; places behind the base's end are those of the list itself.
enum Delta {
  /// Shorter copies would be no shorter.
  private static let least = 5

  static func encode(_ bytes: [UInt8], against base: Base, into packer: inout Packer) {
    packer.put(UInt64(bytes.count))
    // What is new is likely to come again, as a message's id does.
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { own in
      own.initialize(repeating: 0)
      bytes.withUnsafeBytes { target in
        base.bytes.withUnsafeBytes { source in
          var writer = DeltaWriter(target: target, source: source, base: base, own: own)
          writer.write(&packer)
        }
      }
    }
  }

  private struct DeltaWriter {
    let target: UnsafeRawBufferPointer
    let source: UnsafeRawBufferPointer
    let base: Base
    let own: UnsafeMutableBufferPointer<UInt16>
    /// The place in the base that follows the last piece.
    var expected = 0
    var literal = 0
    var at = 0

    mutating func write(_ packer: inout Packer) {
      while at + 4 <= target.count {
        let (start, count) = longest()
        guard count >= Delta.least else {
          remember(at)
          at += 1
          continue
        }
        flush(&packer)
        packer.put(UInt64(count) << 1 | 1)
        packer.put(Int64(start - expected))
        expected = (start < source.count ? start : expected) + count
        at += count
        literal = at
      }
      at = target.count
      flush(&packer)
    }

    private mutating func flush(_ packer: inout Packer) {
      guard at > literal else { return }
      packer.put(UInt64(at - literal) << 1)
      packer.put(bytes: target[literal..<at])
      // As long as what it stands for, most often.
      expected += at - literal
      literal = at
    }

    private func longest() -> (start: Int, count: Int) {
      let aligned = expected + at - literal
      var best = (start: aligned, count: aligned < source.count ? match(source, aligned) : 0)
      if best.count >= 32 { return best }
      let key = hash(target.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      let place = Int(base.places[Int(key >> base.shift)]) - 1
      if place >= 0 {
        let count = match(source, place)
        if count > best.count { best = (place, count) }
      }
      let mine = Int(own[Int(key >> 24)]) - 1
      if mine >= 0 {
        let count = match(target, mine)
        if count > best.count + 2 { best = (source.count + mine, count) }
      }
      return best
    }

    private func remember(_ place: Int) {
      guard place < Int(UInt16.max) else { return }
      let key = hash(target.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      own[Int(key >> 24)] = UInt16(place + 1)
    }

    private func match(_ from: UnsafeRawBufferPointer, _ start: Int) -> Int {
      let limit = min(from.count - start, target.count - at)
      var count = 0
      while count + 8 <= limit,
        from.loadUnaligned(fromByteOffset: start + count, as: UInt64.self)
          == target.loadUnaligned(fromByteOffset: at + count, as: UInt64.self)
      { count += 8 }
      while count < limit, from[start + count] == target[at + count] { count += 1 }
      return count
    }
  }

  /// - Throws: `.corrupt` for any bytes that ``encode(_:against:into:)`` has not made.
  static func decode(_ unpacker: inout Unpacker, against base: [UInt8]) throws(StoreError) -> [UInt8] {
    let length = try unpacker.number()
    guard length <= UInt64(Delta.longest) else { throw Unpacker.corrupt("a line is too long") }
    var out: [UInt8] = []
    out.reserveCapacity(Int(length))
    var expected: Int64 = 0
    while UInt64(out.count) < length {
      let piece = try unpacker.number()
      let count = piece >> 1
      guard count > 0, count <= length - UInt64(out.count) else { throw Unpacker.corrupt("a piece is too long") }
      if piece & 1 == 0 {
        out += try unpacker.bytes(Int(count))
        expected &+= Int64(count)
      } else {
        let (start, overflows) = expected.addingReportingOverflow(try unpacker.get(Int64.self))
        guard !overflows, start >= 0, copy(Int(count), from: start, of: base, to: &out) else {
          throw Unpacker.corrupt("a piece is copied from nowhere")
        }
        expected = (start < Int64(base.count) ? start : expected) + Int64(count)
      }
    }
    return out
  }

  private static let longest = 1 << 30

  private static func copy(_ count: Int, from start: Int64, of base: [UInt8], to out: inout [UInt8]) -> Bool {
    guard start < Int64(base.count + out.count) else { return false }
    let start = Int(start)
    if start < base.count {
      guard base.count - start >= count else { return false }
      out += base[start..<start + count]
      return true
    }
    // A piece of itself may run into what it makes.
    for index in start - base.count..<start - base.count + count {
      guard index < out.count else { return false }
      out.append(out[index])
    }
    return true
  }
}

/// Tells whether bytes are what was written: each bit counts.
func checksum(_ bytes: [UInt8]) -> UInt32 {
  var sum: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
  func add(_ word: UInt64) {
    sum = (sum ^ word) &* 0xD6E8_FEB8_6659_FD93
    sum ^= sum >> 32
  }
  bytes.withUnsafeBytes { all in
    var at = 0
    while at + 8 <= all.count {
      add(UInt64(littleEndian: all.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
      at += 8
    }
    while at < all.count {
      add(UInt64(all[at]))
      at += 1
    }
  }
  add(0)
  return UInt32(truncatingIfNeeded: sum ^ sum >> 32)
}
