/// Reads RFC 8259, and nothing wider: no duplicate keys, no invalid UTF-8, no lone surrogates, nothing after
/// the value.
public enum JSONReader {
  public struct Limits: Hashable, Sendable {
    public var bytes: Int
    public var depth: Int
    public init(bytes: Int = 10 << 20, depth: Int = 64) {
      self.bytes = bytes
      self.depth = depth
    }
    /// 10 MiB, 64 levels.
    public static let standard = Limits()
  }

  public static func read(_ bytes: [UInt8], limit: Limits = .standard) throws(JSONError) -> JSONValue {
    guard bytes.count <= limit.bytes else {
      throw JSONError(.tooLong(limit: limit.bytes), at: .start)
    }
    var reading = Reading(bytes: bytes, limit: limit)
    // A byte order mark may be ignored (RFC 8259, section 8.1), and some editors write one.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reading.at = 3 }
    return try reading.document()
  }

  public static func read(_ text: String, limit: Limits = .standard) throws(JSONError) -> JSONValue {
    try read(Array(text.utf8), limit: limit)
  }
}

private struct Reading {
  let bytes: [UInt8]
  let limit: JSONReader.Limits
  var at = 0

  init(bytes: [UInt8], limit: JSONReader.Limits) {
    self.bytes = bytes
    self.limit = limit
  }

  var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  /// Counted only when something is wrong.
  func position(_ offset: Int) -> Position {
    var position = Position.start
    for byte in bytes[..<min(offset, bytes.count)] {
      if byte == 0x0A {
        position.line += 1
        position.column = 1
      } else if byte & 0xC0 != 0x80 {
        position.column += 1
      }
    }
    position.offset = offset
    return position
  }

  func error(_ kind: JSONError.Kind, at offset: Int? = nil) -> JSONError {
    JSONError(kind, at: position(offset ?? at))
  }

  func wanted(_ what: String) -> JSONError {
    at < bytes.count ? error(.unexpected(wanted: what)) : error(.unexpectedEnd(wanted: what))
  }

  mutating func blanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  mutating func document() throws(JSONError) -> JSONValue {
    blanks()
    guard at < bytes.count else { throw error(.empty) }
    let value = try value(depth: 0)
    blanks()
    guard at == bytes.count else { throw error(.trailing) }
    return value
  }

  /// At a byte that is no blank. Recursion is bounded by the limit of depth.
  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    switch next {
    case 0x7B: return try object(depth: depth + 1)
    case 0x5B: return try array(depth: depth + 1)
    case 0x22: return .string(try string())
    case 0x74: return try word("true", .bool(true))
    case 0x66: return try word("false", .bool(false))
    case 0x6E: return try word("null", .null)
    case .some(0x30...0x39), 0x2D: return .number(try number())
    default: throw wanted("a value")
    }
  }

  mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[at...].starts(with: word.utf8) else { throw wanted("a value") }
    at += word.utf8.count
    return value
  }

  mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= limit.depth else { throw error(.tooDeep(limit: limit.depth)) }
    at += 1
    var items: [JSONValue] = []
    blanks()
    if next == 0x5D {
      at += 1
      return .array(items)
    }
    while true {
      blanks()
      items.append(try value(depth: depth))
      blanks()
      if next == 0x5D { break }
      guard next == 0x2C else { throw wanted("a comma or ]") }
      at += 1
    }
    at += 1
    return .array(items)
  }

  mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= limit.depth else { throw error(.tooDeep(limit: limit.depth)) }
    at += 1
    var members: [JSONMember] = []
    var keys = Keys()
    blanks()
    if next == 0x7D {
      at += 1
      return .object(members)
    }
    members.reserveCapacity(4)
    while true {
      blanks()
      guard next == 0x22 else { throw wanted("a key in double quotes") }
      let start = at
      let key = try string()
      if let first = keys.add(key, at: start) {
        throw error(.duplicateKey(key, first: position(first)), at: start)
      }
      blanks()
      guard next == 0x3A else { throw wanted("a colon") }
      at += 1
      blanks()
      members.append(JSONMember(key, try value(depth: depth)))
      blanks()
      if next == 0x7D { break }
      guard next == 0x2C else { throw wanted("a comma or }") }
      at += 1
    }
    at += 1
    return .object(members)
  }

  mutating func number() throws(JSONError) -> String {
    let start = at
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
    if next == 0x2D { at += 1 }
    guard isDigit(next) else { throw error(.badNumber, at: start) }
    if next == 0x30 {
      at += 1
    } else {
      while isDigit(next) { at += 1 }
    }
    if isDigit(next) { throw error(.badNumber, at: start) }
    if next == 0x2E {
      at += 1
      guard isDigit(next) else { throw error(.badNumber, at: start) }
      while isDigit(next) { at += 1 }
    }
    if next == 0x65 || next == 0x45 {
      at += 1
      if next == 0x2B || next == 0x2D { at += 1 }
      guard isDigit(next) else { throw error(.badNumber, at: start) }
      while isDigit(next) { at += 1 }
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  /// At the opening quote; leaves after the closing one.
  mutating func string() throws(JSONError) -> String {
    at += 1
    let start = at
    var end = start
    while end < bytes.count, 0x20..<0x80 ~= bytes[end], bytes[end] != 0x22, bytes[end] != 0x5C { end += 1 }
    at = end
    // Most texts are as they stand there.
    if next == 0x22 {
      defer { at += 1 }
      return String(decoding: bytes[start..<at], as: UTF8.self)
    }
    var out = Array(bytes[start..<at])
    while true {
      guard let byte = next else { throw error(.unexpectedEnd(wanted: "the closing quote")) }
      switch byte {
      case 0x22:
        at += 1
        return String(decoding: out, as: UTF8.self)
      case 0x5C: try escape(to: &out)
      case 0..<0x20: throw error(.control(byte))
      case 0x20..<0x80:
        out.append(byte)
        at += 1
      default: try sequence(to: &out)
      }
    }
  }

  /// One scalar of two to four bytes, checked by table 3-7 of the Unicode standard.
  mutating func sequence(to out: inout [UInt8]) throws(JSONError) {
    let lead = bytes[at]
    let (count, second): (Int, ClosedRange<UInt8>)
    switch lead {
    case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
    case 0xE0: (count, second) = (3, 0xA0...0xBF)
    case 0xED: (count, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
    case 0xF0: (count, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
    case 0xF4: (count, second) = (4, 0x80...0x8F)
    default: throw error(.invalidUTF8)
    }
    guard bytes.count - at >= count, second.contains(bytes[at + 1]),
      bytes[(at + 2)..<max(at + 2, at + count)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw error(.invalidUTF8) }
    out += bytes[at..<(at + count)]
    at += count
  }

  mutating func escape(to out: inout [UInt8]) throws(JSONError) {
    let start = at
    at += 1
    guard let byte = next else { throw error(.unexpectedEnd(wanted: "an escape")) }
    at += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: out.append(byte)
    case 0x62: out.append(0x08)
    case 0x66: out.append(0x0C)
    case 0x6E: out.append(0x0A)
    case 0x72: out.append(0x0D)
    case 0x74: out.append(0x09)
    case 0x75:
      var code = try hex(start)
      if (0xD800..<0xDC00).contains(code), bytes.count - at >= 6, bytes[at] == 0x5C, bytes[at + 1] == 0x75 {
        at += 2
        let low = try hex(at - 2)
        guard (0xDC00..<0xE000).contains(low) else { throw error(.loneSurrogate, at: start) }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error(.loneSurrogate, at: start) }
      out += UTF8.encode(scalar).map { Array($0) } ?? []
    default: throw error(.badEscape, at: start)
    }
  }

  mutating func hex(_ start: Int) throws(JSONError) -> UInt32 {
    guard bytes.count - at >= 4 else { throw error(.badEscape, at: start) }
    var code: UInt32 = 0
    for byte in bytes[at..<(at + 4)] {
      switch byte {
      case 0x30...0x39: code = (code << 4) + UInt32(byte - 0x30)
      case 0x41...0x46: code = (code << 4) + UInt32(byte - 0x41 + 10)
      case 0x61...0x66: code = (code << 4) + UInt32(byte - 0x61 + 10)
      default: throw error(.badEscape, at: start)
      }
    }
    at += 4
    return code
  }
}

/// Where the keys of an object begin, by their bytes: two that only look alike (é in two spellings) are two keys.
private struct Keys {
  /// Through so many a search is quicker than a table.
  private static let fewest = 8
  private var first: [(key: String, start: Int)] = []
  private var all: [[UInt8]: Int] = [:]

  /// - Returns: where it began before; nil where it is new.
  mutating func add(_ key: String, at start: Int) -> Int? {
    if first.count < Keys.fewest {
      if first.isEmpty { first.reserveCapacity(Keys.fewest) }
      let known = first.first { $0.key.utf8.count == key.utf8.count && $0.key.utf8.elementsEqual(key.utf8) }
      if let known { return known.start }
      first.append((key, start))
      return nil
    }
    if all.isEmpty { for one in first { all[Array(one.key.utf8)] = one.start } }
    return all.updateValue(start, forKey: Array(key.utf8))
  }
}
