import FlowRuntime
import Synchronization

/// Words and bases that a store's lines refer to by number. What is new since the last commit is kept apart,
/// to be written with the lines that refer to it. Lines may be read while others are packed.
final class Glossary: Sendable {
  struct Key: Hashable {
    var kind: Int64
    var first: Int64
    var second: Int64
    var third: Int64
  }

  private struct Known {
    var texts: [Int64: String] = [:]
    var numbers: [String: Int64] = [:]
    var bases: [Int64: Base] = [:]
    var basesOf: [Key: (number: Int64, base: Base)] = [:]
    var lastWord: Int64 = 0
    var lastBase: Int64 = 0
    var newWords: [(number: Int64, text: String)] = []
    var newBases: [(number: Int64, key: Key, origin: Int64, base: Base)] = []

    mutating func add(word number: Int64, _ text: String) {
      texts[number] = text
      numbers[text] = number
      lastWord = max(lastWord, number)
    }

    mutating func add(base number: Int64, _ key: Key, _ base: Base) {
      bases[number] = base
      basesOf[key] = (number, base)
      lastBase = max(lastBase, number)
    }
  }

  private let state = Mutex(Known())
  /// Whether checksums cover the columns beside packed lines, too (``Seal``): in a file that only a program before
  /// this one has written they do not.
  private let areSealed: Bool

  init(areSealed: Bool) { self.areSealed = areSealed }

  var newWords: [(number: Int64, text: String)] { state.withLock { $0.newWords } }
  var newBases: [(number: Int64, key: Key, origin: Int64, base: Base)] { state.withLock { $0.newBases } }

  /// More words than these are no words but texts of single lines.
  private static let limit: Int64 = 10_000

  func add(word number: Int64, _ text: String) { state.withLock { $0.add(word: number, text) } }

  func add(base number: Int64, _ key: Key, _ bytes: [UInt8]) {
    let base = Base(bytes)
    state.withLock { $0.add(base: number, key, base) }
  }

  func isCommitted() {
    state.withLock {
      $0.newWords = []
      $0.newBases = []
    }
  }

  // MARK: Words

  func cell(_ text: String) -> Cell {
    state.withLock { known in
      if let number = known.numbers[text] { return .number(number) }
      guard known.lastWord < Glossary.limit, text.utf8.count <= 200 else { return .text(text) }
      known.add(word: known.lastWord + 1, text)
      known.newWords.append((known.lastWord, text))
      return .number(known.lastWord)
    }
  }

  func number(_ text: String) -> Int64 { if case .number(let number) = cell(text) { number } else { 0 } }

  func text(_ cell: Cell) throws(StoreError) -> String {
    switch cell {
    case .text(let text): return text
    case .number(let number):
      if let text = state.withLock({ $0.texts[number] }) { return text }
      throw .corrupt("there is no word \(number)")
    case .bytes: throw .corrupt("a word is no text")
    }
  }

  /// The word that is meant by a text, where there is one.
  func known(_ text: String) -> Cell { state.withLock { $0.numbers[text] }.map { .number($0) } ?? .text(text) }

  // MARK: Packed lines

  /// Where lines are packed, one after the other.
  struct Room: ~Copyable {
    fileprivate var plain = Packer()
    fileprivate var told = Packer()
    /// The line that was packed last: until the next one is.
    var packed: UnsafeRawBufferPointer { told.raw }
  }

  /// - Parameters:
  ///   - key: lines with the same key are alike.
  ///   - origin: whose it is: a run's number, or that of a line of the inbox.
  ///   - clock: an instant that the reader knows.
  ///   - seal: of the columns beside it.
  ///   - room: which has the packed line then.
  func pack(
    _ key: Key, of origin: Int64, clock: Int64, seal: UInt32, in room: inout Room, _ write: (inout Packer) -> Void
  ) {
    room.plain.begin(clock: clock)
    write(&room.plain)
    room.told.begin()
    let (number, base) = base(key) ?? adopt(room.plain.bytes, as: key, of: origin)
    let plain = room.plain.raw
    // The lowest bit is for another layout.
    room.told.put(UInt64(number) << 1)
    if let base {
      Delta.encode(plain, against: base, into: &room.told)
    } else {
      room.told.put(bytes: plain)
    }
    let sum = checksum(plain) ^ seal
    for shift: UInt32 in [0, 8, 16, 24] { room.told.put(byte: UInt8(truncatingIfNeeded: sum >> shift)) }
  }

  /// The same line, told by no other. What is damaged stays so.
  func whole(_ packed: [UInt8]) throws(StoreError) -> [UInt8] {
    var packer = Packer()
    packer.put(UInt64(0))
    packer.put(bytes: try told(packed))
    packer.put(bytes: Array(packed.suffix(4)))
    return packer.bytes
  }

  /// The base that a line is told by; nil where it is told by none.
  func base(of packed: [UInt8]) -> Int64? {
    var unpacker = Unpacker(packed)
    guard let first = try? unpacker.number(), first > 1 else { return nil }
    return Int64(truncatingIfNeeded: first >> 1)
  }

  private func base(_ key: Key) -> (Int64, Base?)? {
    state.withLock { known in known.basesOf[key].map { ($0.number, $0.base) } }
  }

  /// The first of its kind becomes its base; 0 where it had better not.
  private func adopt(_ bytes: [UInt8], as key: Key, of origin: Int64) -> (Int64, Base?) {
    guard bytes.count <= Base.limit else { return (0, nil) }
    let base = Base(bytes)
    return state.withLock { known in
      guard known.lastBase < Glossary.limit else { return (0, nil) }
      known.add(base: known.lastBase + 1, key, base)
      known.newBases.append((known.lastBase, key, origin, base))
      return (known.lastBase, base)
    }
  }

  /// - Parameter seal: of the columns beside it; without one the checksum is not compared.
  /// - Throws: `.corrupt` where a bit of it, or of what it is told by, is not as it was written.
  func unpack<Value>(
    _ bytes: [UInt8], clock: Int64, seal: UInt32?, _ read: (inout Unpacker) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    var inner: Unpacker
    if let seal { inner = Unpacker(try plain(bytes, seal: seal)) } else { inner = Unpacker(try told(bytes)) }
    inner.clock = clock
    let value = try read(&inner)
    guard inner.isAtEnd else { throw Unpacker.corrupt("something follows its end") }
    return value
  }

  /// The bytes as they were packed, before they were told by others.
  /// - Parameter seal: of the columns beside them.
  func plain(_ bytes: [UInt8], seal: UInt32) throws(StoreError) -> [UInt8] {
    let plain = try told(bytes)
    let sum = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard sum == plain.withUnsafeBytes(checksum) ^ (areSealed ? seal : 0) else {
      throw Unpacker.corrupt("its checksum is another")
    }
    return plain
  }

  /// The same; the checksum is not compared.
  private func told(_ bytes: [UInt8]) throws(StoreError) -> [UInt8] {
    guard bytes.count >= 5 else { throw Unpacker.corrupt("it ends too early") }
    var outer = Unpacker(Array(bytes.dropLast(4)))
    let first = try outer.number()
    guard first & 1 == 0 else { throw Unpacker.corrupt("its layout is not known") }
    let number = Int64(truncatingIfNeeded: first >> 1)
    let plain: [UInt8]
    if number == 0 {
      plain = outer.rest()
    } else if let base = state.withLock({ $0.bases[number] }) {
      plain = try Delta.decode(&outer, against: base.bytes)
    } else {
      throw Unpacker.corrupt("there is no base \(number)")
    }
    guard outer.isAtEnd else { throw Unpacker.corrupt("something follows its end") }
    return plain
  }
}
