import FlowCore
import FlowRuntime
import Glibc

/// A value as the store keeps it: its fields one after the other, with no names. The first byte of a whole
/// value says which layout they have (``Codec/layout``).
///
/// Reading is total: whatever the bytes are, it gives a value or throws `StoreError.corrupt`.
package protocol Packed {
  func pack(_ packer: inout Packer)
  init(_ unpacker: inout Unpacker) throws(StoreError)
}

/// Bytes in memory of their own, one after the other: an array would ask for each whether it is shared.
package struct Packer: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0
  /// The instant that was put last: the next one is told by its distance.
  var clock: Int64 = 0
  /// What stands in lines of the outbox that are known to the reader, and is told by their number.
  var shown: [(line: Int64, texts: [Entry.NamedText])] = []
  /// Of the run that is put.
  var data: PackedData?

  init() {
    // Most lines fit into a few hundred bytes.
    capacity = 480
    start = .allocate(capacity: capacity)
  }

  deinit { start.deallocate() }

  /// What was put, as a value.
  var bytes: [UInt8] { Array(raw) }
  /// The same as it lies: until something else is put.
  var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Another line, in the same place.
  mutating func begin(clock: Int64 = 0) {
    count = 0
    self.clock = clock
    (shown, data) = ([], nil)
  }

  private mutating func grow(by more: Int) {
    capacity = max(2 * capacity, count + more)
    let wider = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    wider.moveInitialize(from: start, count: count)
    start.deallocate()
    start = wider
  }

  mutating func put(_ value: some Packed) { value.pack(&self) }

  mutating func put(byte: UInt8) {
    if count == capacity { grow(by: 1) }
    start[count] = byte
    count += 1
  }

  mutating func put(bytes more: UnsafeRawBufferPointer) {
    guard let from = more.baseAddress, !more.isEmpty else { return }
    if count + more.count > capacity { grow(by: more.count) }
    UnsafeMutableRawPointer(start + count).copyMemory(from: from, byteCount: more.count)
    count += more.count
  }

  mutating func put(bytes more: [UInt8]) { more.withUnsafeBytes { put(bytes: $0) } }

  /// Seven bits a byte, the least first.
  mutating func put(_ number: UInt64) {
    var left = number
    while left >= 0x80 {
      put(byte: UInt8(truncatingIfNeeded: left) | 0x80)
      left >>= 7
    }
    put(byte: UInt8(left))
  }

  mutating func put(_ raw: [UInt8]) {
    put(UInt64(raw.count))
    put(bytes: raw)
  }

  mutating func put(utf8 text: String) {
    var text = text
    text.withUTF8 { utf8 in
      put(UInt64(utf8.count))
      put(bytes: UnsafeRawBufferPointer(utf8))
    }
  }
}

/// A run's data as they were packed last, or read: they seldom change. Used by whoever reads the run, and then by
/// whoever writes groups, which one does at a time.
final class PackedData: @unchecked Sendable {
  private var values: [String: Value] = [:]
  private var bytes: [UInt8] = []
  /// The packer's clock before them, and after them.
  private var (before, after): (Int64, Int64) = (0, 0)
  /// What the checksum of the run's line covers of what never changes; nil where it was neither written nor read.
  var seal: UInt32?

  func put(_ values: [String: Value], _ packer: inout Packer) {
    if !bytes.isEmpty, before == packer.clock, self.values == values {
      packer.put(bytes: bytes)
      packer.clock = after
      return
    }
    let start = packer.count
    (self.values, before) = (values, packer.clock)
    packer.put(values)
    (bytes, after) = (Array(packer.raw[start...]), packer.clock)
  }

  /// As they stand in a line, which this program has written, or one before it: packed anew they may be others.
  func get(_ unpacker: inout Unpacker) throws(StoreError) -> [String: Value] {
    let start = unpacker.position
    before = unpacker.clock
    values = try unpacker.get([String: Value].self)
    (bytes, after) = (unpacker.bytes(since: start), unpacker.clock)
    return values
  }
}

package struct Unpacker {
  private let bytes: [UInt8]
  private(set) var position = 0
  /// How many lists and records of values are open.
  var depth = 0
  /// The instant that was read last.
  var clock: Int64 = 0
  /// What stands in a line of the outbox, by its number.
  var shown: (Int64) throws(StoreError) -> [Entry.NamedText] = { (line) throws(StoreError) in
    throw Unpacker.corrupt("it names the line \(line), and stands alone")
  }

  /// Of the run that is read.
  var data: PackedData?

  /// Deeper values than these do not come in: JSON ends at 64.
  static let depthLimit = 200

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  private var left: Int { bytes.count - position }

  static func corrupt(_ what: String) -> StoreError { .corrupt("a line cannot be read: \(what)") }

  mutating func get<Value: Packed>(_ type: Value.Type = Value.self) throws(StoreError) -> Value {
    try Value(&self)
  }

  mutating func byte() throws(StoreError) -> UInt8 {
    guard position < bytes.count else { throw Self.corrupt("it ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func number() throws(StoreError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      // The tenth byte holds the last bit.
      guard shift < 63 || next <= 1 else { throw Self.corrupt("a number is too large") }
      result |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return result }
      shift += 7
    }
  }

  /// How many elements follow, each of at least a byte.
  mutating func count() throws(StoreError) -> Int {
    let count = try number()
    guard count <= UInt64(left) else { throw Self.corrupt("a length is beyond its end") }
    return Int(count)
  }

  /// All that is left.
  mutating func rest() -> [UInt8] {
    defer { position = bytes.count }
    return Array(bytes[position...])
  }

  mutating func bytes(_ count: Int) throws(StoreError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= left else { throw Self.corrupt("a length is beyond its end") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// What was read since it stood there.
  func bytes(since start: Int) -> [UInt8] { Array(bytes[start..<position]) }

  /// A count, and as many bytes.
  mutating func raw() throws(StoreError) -> [UInt8] {
    Array(try bytes(try count()))
  }

  mutating func text() throws(StoreError) -> String {
    let count = try count()
    let text = bytes.withUnsafeBufferPointer { all -> String? in
      let utf8 = UnsafeBufferPointer(rebasing: all[position..<position + count])
      // What is no UTF-8 is repaired, and so another: to be told so first takes several times as long.
      var text = String(decoding: utf8, as: UTF8.self)
      return text.withUTF8 { areSame($0, utf8) } ? text : nil
    }
    guard let text else { throw Self.corrupt("a text is no UTF-8") }
    position += count
    return text
  }
}

private func areSame(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
  guard one.count == other.count else { return false }
  guard let left = one.baseAddress, let right = other.baseAddress else { return one.isEmpty }
  return memcmp(left, right, one.count) == 0
}

// MARK: Plain values

extension Int64: Packed {
  /// Small numbers of either sign are short.
  package func pack(_ packer: inout Packer) { packer.put(UInt64(bitPattern: (self << 1) ^ (self >> 63))) }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    let number = try unpacker.number()
    self = Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }
}

extension Int: Packed {
  package func pack(_ packer: inout Packer) { Int64(self).pack(&packer) }
  package init(_ unpacker: inout Unpacker) throws(StoreError) { self = Int(try unpacker.get(Int64.self)) }
}

extension Bool: Packed {
  package func pack(_ packer: inout Packer) { packer.put(byte: self ? 1 : 0) }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = false
    case 1: self = true
    case let other: throw Unpacker.corrupt("\(other) is neither yes nor no")
    }
  }
}

extension String: Packed {
  package func pack(_ packer: inout Packer) { packer.put(utf8: self) }
  package init(_ unpacker: inout Unpacker) throws(StoreError) { self = try unpacker.text() }
}

extension Optional: Packed where Wrapped: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(self != nil)
    if let self { packer.put(self) }
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self = try unpacker.get(Bool.self) ? .some(try unpacker.get(Wrapped.self)) : nil
  }
}

extension Array: Packed where Element: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(UInt64(count))
    // As they lie: each would be copied otherwise.
    let all = span
    for index in all.indices { packer.put(all[index]) }
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    let count = try unpacker.count()
    self = []
    reserveCapacity(Swift.min(count, 1024))
    for _ in 0..<count { append(try unpacker.get(Element.self)) }
  }
}

/// Sorted: the same value is the same bytes.
extension Set: Packed where Element: Packed & Comparable {
  package func pack(_ packer: inout Packer) {
    // Most have one element, or none: nothing is copied to put that in order.
    guard count < 2 else { return packer.put(sorted()) }
    packer.put(UInt64(count))
    for element in self { packer.put(element) }
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) { self = Set(try unpacker.get([Element].self)) }
}

/// Sorted by key: the same value is the same bytes.
extension Dictionary: Packed where Key: Packed & Comparable, Value: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(UInt64(count))
    if count == 1 {
      put(startIndex, &packer)
    } else if count > 16 {
      for place in indices.sorted(by: { keys[$0] < keys[$1] }) { put(place, &packer) }
    } else if count > 1 {
      // Most have a few entries: nothing is copied to put these in order.
      withUnsafeTemporaryAllocation(of: Index.self, capacity: count) { places in
        var known = 0
        for place in indices {
          var at = known
          while at > 0, keys[place] < keys[places[at - 1]] {
            places[at] = places[at - 1]
            at -= 1
          }
          places[at] = place
          known += 1
        }
        for index in 0..<known { put(places[index], &packer) }
      }
    }
  }

  private func put(_ place: Index, _ packer: inout Packer) {
    packer.put(keys[place])
    packer.put(values[place])
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    let count = try unpacker.count()
    self = count == 0 ? [:] : Dictionary(minimumCapacity: Swift.min(count, 1024))
    for _ in 0..<count {
      let key = try unpacker.get(Key.self)
      self[key] = .some(try unpacker.get(Value.self))
    }
  }
}
