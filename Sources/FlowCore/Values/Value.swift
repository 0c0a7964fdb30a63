import FlowTime

/// A value of the language. Which type it has, the place says: an email address is a text.
public indirect enum Value: Hashable, Sendable {
  case absent
  case text(String)
  case integer(Int64)
  case number(Decimal)
  case boolean(Bool)
  case date(CivilDate)
  case instant(Instant)
  case duration(Duration)
  case list([Value])
  case record([String: Value])

  /// The part at `path`; absent where anything on the way is absent or no record.
  public subscript(path path: some Sequence<String>) -> Value {
    var value = self
    for name in path {
      guard case .record(let fields) = value, let next = fields[name] else { return .absent }
      value = next
    }
    return value
  }

  /// The same with the part at `path` replaced; what is missing on the way becomes a record. An absent value
  /// takes its field away.
  public func setting(_ path: some Collection<String>, to new: Value) -> Value {
    guard let name = path.first else { return new }
    var fields: [String: Value] = if case .record(let old) = self { old } else { [:] }
    let inner = (fields[name] ?? .absent).setting(path.dropFirst(), to: new)
    fields[name] = inner == .absent ? nil : inner
    return .record(fields)
  }

  public var isAbsent: Bool { if case .absent = self { true } else { false } }
  public var text: String? { if case .text(let text) = self { text } else { nil } }
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  public var instant: Instant? { if case .instant(let value) = self { value } else { nil } }
  public var date: CivilDate? { if case .date(let value) = self { value } else { nil } }
  public var list: [Value]? { if case .list(let values) = self { values } else { nil } }
  /// An integer or a number, as a number.
  public var decimal: Decimal? {
    switch self {
    case .integer(let value): Decimal(value)
    case .number(let value): value
    default: nil
    }
  }
}

/// One key, the name of the kind, and what it holds: `{"text": "x"}`; an absent value is `{"absent": true}`.
extension Value: Codable {
  private enum Kind: String, CodingKey, CaseIterable {
    case absent, text, integer, number, boolean, date, instant, duration, list, record
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Kind.self)
    guard let kind = container.allKeys.first, container.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: container.codingPath, debugDescription: "a value has one key, the name of its kind")
      )
    }
    switch kind {
    case .absent: self = .absent
    case .text: self = .text(try container.decode(String.self, forKey: kind))
    case .integer: self = .integer(try container.decode(Int64.self, forKey: kind))
    case .number:
      guard let number = try? Decimal.parse(try container.decode(String.self, forKey: kind)) else {
        throw DecodingError.dataCorruptedError(forKey: kind, in: container, debugDescription: "no number")
      }
      self = .number(number)
    case .boolean: self = .boolean(try container.decode(Bool.self, forKey: kind))
    case .date: self = .date(try container.decode(CivilDate.self, forKey: kind))
    case .instant: self = .instant(try container.decode(Instant.self, forKey: kind))
    case .duration: self = .duration(try container.decode(Duration.self, forKey: kind))
    case .list: self = .list(try container.decode([Value].self, forKey: kind))
    case .record: self = .record(try container.decode([String: Value].self, forKey: kind))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Kind.self)
    switch self {
    case .absent: try container.encode(true, forKey: .absent)
    case .text(let value): try container.encode(value, forKey: .text)
    case .integer(let value): try container.encode(value, forKey: .integer)
    case .number(let value): try container.encode(value.description, forKey: .number)
    case .boolean(let value): try container.encode(value, forKey: .boolean)
    case .date(let value): try container.encode(value, forKey: .date)
    case .instant(let value): try container.encode(value, forKey: .instant)
    case .duration(let value): try container.encode(value, forKey: .duration)
    case .list(let value): try container.encode(value, forKey: .list)
    case .record(let value): try container.encode(value, forKey: .record)
    }
  }
}
