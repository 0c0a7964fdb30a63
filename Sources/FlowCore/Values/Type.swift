/// A named part of a record.
public struct Field: Hashable, Sendable {
  public var name: String
  public var type: ValueType
  public init(_ name: String, _ type: ValueType) {
    self.name = name
    self.type = type
  }
}

/// The types of the language (section 3).
public indirect enum ValueType: Hashable, Sendable {
  case text, integer, number, boolean, date, instant, duration
  case email, phone, url, timezone, locale
  case contact, person
  case record([Field])
  case optional(ValueType)
  case list(ValueType)
  case oneOf([String])
  /// The type of an erroneous expression: it fits everywhere, so that one mistake gives one finding.
  case none

  /// The types that are one word, in the order in which they are listed to people.
  public static let words: [(name: String, type: ValueType)] = [
    ("text", .text), ("integer", .integer), ("number", .number), ("boolean", .boolean), ("date", .date),
    ("instant", .instant), ("duration", .duration), ("email", .email), ("phone", .phone), ("url", .url),
    ("timezone", .timezone), ("locale", .locale), ("contact", .contact), ("person", .person),
  ]

  /// The fields of a record, a contact or a person; those of a person's manager are a person's again. Nil for
  /// others, and for an optional: what may be absent has no fields yet.
  public var fields: [Field]? {
    switch self {
    case .record(let fields): fields
    case .contact: ValueType.contactFields
    case .person: ValueType.personFields
    default: nil
    }
  }

  public func field(_ name: String) -> Field? { fields?.first { $0.name == name } }

  private static let contactFields = [
    Field("name", .text), Field("first_name", .optional(.text)), Field("email", .optional(.email)),
    Field("phone", .optional(.phone)), Field("company", .optional(.text)),
    Field("timezone", .optional(.timezone)), Field("locale", .optional(.locale)),
    Field("id", .optional(.text)),
  ]
  private static let personFields = [
    Field("name", .text), Field("email", .optional(.email)), Field("phone", .optional(.phone)),
    Field("handle", .optional(.text)), Field("manager", .optional(.person)),
  ]

  public var isOptional: Bool { if case .optional = self { true } else { false } }

  /// The type without the outer `optional`.
  public var present: ValueType {
    var type = self
    while case .optional(let inner) = type { type = inner }
    return type
  }

  /// `optional T`, once at most.
  public var orAbsent: ValueType {
    switch self {
    case .optional, .none: self
    default: .optional(self)
    }
  }

  /// Values of it are texts.
  public var isText: Bool {
    switch self {
    case .text, .email, .phone, .url, .timezone, .locale, .oneOf: true
    default: false
    }
  }

  public var isNumeric: Bool { self == .integer || self == .number }

  /// Whether a value of `other` may stand where this type is wanted: an integer as a number, an email address
  /// or a word of a closed set as a text, a record where it has every field that is not optional, each
  /// fitting.
  public func accepts(_ other: ValueType) -> Bool { accepts(other, depth: 0) }

  private func accepts(_ other: ValueType, depth: Int) -> Bool {
    // A person's manager is a person: past a few levels the fields repeat themselves.
    if self == other || depth > 64 { return true }
    switch (self, other) {
    case (.none, _), (_, .none): return true
    case (.optional(let a), .optional(let b)): return a.accepts(b, depth: depth + 1)
    case (.optional(let a), _): return a.accepts(other, depth: depth + 1)
    case (_, .optional): return false
    case (.number, .integer): return true
    case (.text, _): return other.isText
    case (.oneOf(let mine), .oneOf(let theirs)): return Set(theirs).isSubset(of: mine)
    case (.list(let a), .list(let b)): return a.accepts(b, depth: depth + 1)
    case (.person, .person), (.contact, .contact): return true
    default: break
    }
    guard let mine = fields, let theirs = other.fields else { return false }
    return mine.allSatisfy { field in
      guard let their = theirs.first(where: { $0.name == field.name }) else { return field.type.isOptional }
      return field.type.accepts(their.type, depth: depth + 1)
    }
  }
}

extension ValueType: CustomStringConvertible {
  /// In the language's own words: `optional date`, `list of text`, `one of a | b`, `{ id: text, due: date }`.
  public var description: String {
    switch self {
    case .record(let fields):
      fields.isEmpty ? "{}" : "{ " + fields.map { "\($0.name): \($0.type)" }.joined(separator: ", ") + " }"
    case .optional(let type): "optional \(type)"
    case .list(let type): "list of \(type)"
    case .oneOf(let words): "one of " + words.joined(separator: " | ")
    case .none: "unknown"
    default: ValueType.words.first { $0.type == self }?.name ?? "unknown"
    }
  }

  /// With its article, for a sentence: `a text`, `an optional date`, `one of a | b`.
  public var phrase: String {
    switch self {
    case .oneOf: description
    case .record: "a record"
    case .none: "anything"
    default: ("aeiou".contains(description.first ?? "x") && self != .url ? "an " : "a ") + description
    }
  }
}
