import FlowTime

/// What does not fit in data from outside, and where: `proposal.amount is a text, where a number is wanted`.
public struct DataProblem: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// A field that is not optional is not there, or null.
    case missing
    case wrongType
    /// The right kind of JSON, but no value of the type: `2027-02-30` as a date.
    case notAValue
    /// Data nested deeper than any type.
    case tooDeep
  }
  public var kind: Kind
  /// Dotted, with `[0]` for items of lists; empty for the whole.
  public var path: String
  /// In words, without the path.
  public var reason: String

  public init(_ kind: Kind, at path: String, _ reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  public var description: String { path.isEmpty ? reason : "\(path) \(reason)" }
}

/// Reads data from outside as a value of `type`, with everything that does not fit. Fields that the type does
/// not name are left out; null stands for an absent value.
public func readValue(
  _ json: JSONValue, as type: ValueType, at path: String = "", zones: any ZoneSource
) -> (Value, [DataProblem]) {
  var reader = DataReader(zones: zones, root: path)
  let value = reader.read(json, as: type, depth: 0)
  return (value, reader.problems)
}

private struct DataReader {
  private enum Step {
    case field(String)
    case item(Int)
  }

  let zones: any ZoneSource
  let root: String
  /// From ``root`` to what is read now; put into words only where something is wrong.
  private var steps: [Step] = []
  private(set) var problems: [DataProblem] = []

  init(zones: any ZoneSource, root: String) {
    self.zones = zones
    self.root = root
  }

  private var path: String {
    steps.reduce(into: root) { path, step in
      switch step {
      case .field(let name): path += path.isEmpty ? name : ".\(name)"
      case .item(let index): path += "[\(index)]"
      }
    }
  }

  private mutating func problem(_ kind: DataProblem.Kind, _ reason: String) -> Value {
    problems.append(DataProblem(kind, at: path, reason))
    return .absent
  }

  mutating func read(_ json: JSONValue, as type: ValueType, depth: Int) -> Value {
    if case .optional(let inner) = type {
      if case .null = json { return .absent }
      return read(json, as: inner, depth: depth)
    }
    if case .null = json { return problem(.missing, "is missing") }
    if depth >= 64, type.fields != nil || type.isList { return problem(.tooDeep, "is nested too deep") }
    switch type {
    case .none, .optional: return .absent
    case .integer, .number: return number(json, type)
    case .boolean:
      guard case .bool(let value) = json else { return wrong(json, type) }
      return .boolean(value)
    case .list(let element):
      guard case .array(let items) = json else { return wrong(json, type) }
      var values: [Value] = []
      for (index, item) in items.enumerated() {
        steps.append(.item(index))
        values.append(read(item, as: element, depth: depth + 1))
        steps.removeLast()
      }
      return .list(values)
    case .record, .contact, .person: return record(json, type, depth)
    default:
      guard case .string(let text) = json else { return wrong(json, type) }
      return self.text(text, type)
    }
  }

  private mutating func wrong(_ json: JSONValue, _ type: ValueType) -> Value {
    problem(.wrongType, "is \(json.kind), where \(type.phrase) is wanted")
  }

  private mutating func number(_ json: JSONValue, _ type: ValueType) -> Value {
    guard case .number(let literal) = json else { return wrong(json, type) }
    do throws(DecimalError) {
      let number = try Decimal.parse(literal)
      if type == .number { return .number(number) }
      guard let integer = number.integer else {
        return problem(.notAValue, "is \(Excerpt.of(literal)), where an integer is wanted")
      }
      return .integer(integer)
    } catch {
      return problem(.notAValue, "is \(error)")
    }
  }

  private mutating func record(_ json: JSONValue, _ type: ValueType, _ depth: Int) -> Value {
    guard case .object(let members) = json, let fields = type.fields else { return wrong(json, type) }
    var result = [String: Value](minimumCapacity: min(fields.count, members.count))
    for field in fields {
      let index = members.firstIndex { $0.key == field.name }
      // What may be missing, and is, is nothing to read.
      if index == nil, case .optional = field.type { continue }
      steps.append(.field(field.name))
      let value = read(index.map { members[$0].value } ?? .null, as: field.type, depth: depth + 1)
      steps.removeLast()
      if !value.isAbsent { result[field.name] = value }
    }
    return .record(result)
  }

  private mutating func text(_ text: String, _ type: ValueType) -> Value {
    do throws(ReadingError) {
      let value = try readText(text, as: type)
      if type == .timezone, zones.zone(named: text) == nil {
        return problem(.notAValue, "is \"\(Excerpt.of(text))\", no known time zone")
      }
      return value
    } catch {
      return problem(.notAValue, "is \"\(Excerpt.of(text))\", no \(type.noun): \(error.reason)")
    }
  }
}

/// Foreign text in a message: short, on one line.
enum Excerpt {
  static func of(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    of(String(decoding: bytes[range].prefix(300), as: UTF8.self))
  }

  /// In quotes, unless it has its own.
  static func quoted(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    let text = of(bytes, range)
    return text.first == "\"" || text.first == "'" ? text : "\"\(text)\""
  }

  static func of(_ text: String) -> String {
    var out = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      if count == 60 { return out + "…" }
      let isPlain = scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value != 0x2028
      out.unicodeScalars.append(isPlain && scalar.value != 0x2029 ? scalar : "\u{FFFD}")
    }
    return out
  }
}

extension ValueType {
  /// For a message: `email address`, `time zone`.
  var noun: String {
    switch self {
    case .email: "email address"
    case .phone: "phone number"
    case .url: "web address"
    case .timezone: "time zone"
    case .oneOf: "word of the set"
    default: description
    }
  }
}

/// A value as JSON: dates and instants as text (instants in `zone`), durations in the language's words,
/// numbers with their digits, the fields of a record by name.
public func json(of value: Value, zone: Zone) -> JSONValue {
  switch value {
  case .absent: .null
  case .text(let text): .string(text)
  case .integer(let value): .number(String(value))
  case .number(let value): .number(value.description)
  case .boolean(let value): .bool(value)
  case .date(let date): .string(date.description)
  case .instant(let instant): .string(instant.rfc3339(in: zone))
  case .duration(let duration): .string(duration.description)
  case .list(let values): .array(values.map { json(of: $0, zone: zone) })
  case .record(let fields):
    .object(fields.sorted { $0.key < $1.key }.map { JSONMember($0.key, json(of: $0.value, zone: zone)) })
  }
}
