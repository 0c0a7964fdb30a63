/// A JSON text as it was written: numbers keep their digits, objects the order of their members.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The literal as written, such as `1.50` or `12e3`.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// The member called `key`, where this is an object that has it.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// What it is, in words: `a text`, `a list`.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

public struct JSONMember: Hashable, Sendable {
  public var key: String
  public var value: JSONValue
  public init(_ key: String, _ value: JSONValue) {
    self.key = key
    self.value = value
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { JSONMember($0.0, $0.1) })
  }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .number(String(value)) }
}

extension JSONValue {
  /// The text of this value: members in their order, the fewest escapes that RFC 8259 allows, no blanks; or,
  /// `pretty`, two spaces a level and one member a line. Same value, same bytes.
  public func write(pretty: Bool = false) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(256)
    write(to: &out, pretty: pretty, level: 0)
    return String(decoding: out, as: UTF8.self)
  }

  private func write(to out: inout [UInt8], pretty: Bool, level: Int) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .number(let literal): out += literal.utf8
    case .string(let text): JSONValue.quote(text, to: &out)
    case .array(let items):
      JSONValue.bracket(0x5B, 0x5D, items, to: &out, pretty: pretty, level: level) { item, out in
        item.write(to: &out, pretty: pretty, level: level + 1)
      }
    case .object(let members):
      JSONValue.bracket(0x7B, 0x7D, members, to: &out, pretty: pretty, level: level) { member, out in
        JSONValue.quote(member.key, to: &out)
        out.append(0x3A)
        if pretty { out.append(0x20) }
        member.value.write(to: &out, pretty: pretty, level: level + 1)
      }
    }
  }

  private static func bracket<Item>(
    _ open: UInt8, _ close: UInt8, _ items: [Item], to out: inout [UInt8], pretty: Bool, level: Int,
    _ write: (Item, inout [UInt8]) -> Void
  ) {
    out.append(open)
    for (index, item) in items.enumerated() {
      if index > 0 { out.append(0x2C) }
      if pretty { newline(level + 1, to: &out) }
      write(item, &out)
    }
    if pretty, !items.isEmpty { newline(level, to: &out) }
    out.append(close)
  }

  private static func newline(_ level: Int, to out: inout [UInt8]) {
    out.append(0x0A)
    for _ in 0..<2 * level { out.append(0x20) }
  }

  private static func quote(_ text: String, to out: inout [UInt8]) {
    out.append(0x22)
    defer { out.append(0x22) }
    var text = text
    let isPlain = text.withUTF8 { utf8 in
      guard utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) else { return false }
      out.append(contentsOf: utf8)
      return true
    }
    if isPlain { return }
    let hex = Array("0123456789abcdef".utf8)
    for byte in text.utf8 {
      switch byte {
      case 0x22: out += [0x5C, 0x22]
      case 0x5C: out += [0x5C, 0x5C]
      case 0x0A: out += [0x5C, 0x6E]
      case 0x0D: out += [0x5C, 0x72]
      case 0x09: out += [0x5C, 0x74]
      case 0x08: out += [0x5C, 0x62]
      case 0x0C: out += [0x5C, 0x66]
      case 0..<0x20: out += "\\u00".utf8 + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
  }
}
