/// Why a text names no type, and which bytes of it are wrong.
public struct TypeSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case empty
    case unknownType(String, nearest: String?)
    /// `optional`, `list of` or `one of` with nothing after it; what is wanted.
    case missing(after: String)
    /// `list text`: `of` is missing.
    case missingOf(after: String)
    case repeatedOptional
    case repeatedWord(String)
    case badWord(String)
    case tooDeep
  }
  public var kind: Kind
  /// UTF-8 offsets in the text.
  public var range: Range<Int>

  public init(kind: Kind, range: Range<Int>) {
    self.kind = kind
    self.range = range
  }

  /// One sentence without a full stop.
  public var description: String {
    switch kind {
    case .empty: "a type is missing"
    case .unknownType(let word, _): "unknown type \"\(word)\""
    case .missing(let word): "\"\(word)\" is followed by nothing"
    case .missingOf(let word): "\"\(word)\" is followed by \"of\""
    case .repeatedOptional: "\"optional\" stands twice"
    case .repeatedWord(let word): "\"\(word)\" stands twice in this set"
    case .badWord(let word):
      word.isEmpty ? "a word is missing in this set" : "\"\(word)\" is more than one word"
    case .tooDeep: "this type is nested too deep"
    }
  }

  /// What to write instead.
  public var help: String {
    switch kind {
    case .unknownType(_, let nearest?): "did you mean \"\(nearest)\"?"
    case .unknownType, .empty:
      "the types are " + ValueType.words.map(\.name).joined(separator: ", ")
        + ", a record, optional T, list of T, and one of a | b | c"
    case .missing("one of"): "write, for instance, one of small | large"
    case .missing(let word), .missingOf(let word):
      "write, for instance, \(word == "list" ? "list of" : word) text"
    case .repeatedOptional: "write it once"
    case .badWord: "write words without blanks, with | between them"
    case .repeatedWord: "take one of them away"
    case .tooDeep: "put the inner fields beside the outer ones"
    }
  }
}

extension ValueType {
  /// Reads `text`, `optional date`, `list of text`, `one of a | b | c`. Records are mappings, and no affair
  /// of this.
  public static func parse(_ text: String) throws(TypeSyntaxError) -> ValueType {
    var rest = TypeWords(text)
    let type = try rest.type(depth: 0)
    if let (word, range) = rest.take() {
      throw TypeSyntaxError(kind: .unknownType(word, nearest: nil), range: range)
    }
    return type
  }
}

/// The words of a type's text, each with its bytes.
private struct TypeWords {
  let bytes: [UInt8]
  var at = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  mutating func take() -> (String, Range<Int>)? {
    while at < bytes.count, Lexer.isBlank(bytes[at]) { at += 1 }
    let start = at
    while at < bytes.count, !Lexer.isBlank(bytes[at]) { at += 1 }
    return start == at ? nil : (text(start..<at), start..<at)
  }

  mutating func of(after word: String, _ range: Range<Int>) throws(TypeSyntaxError) {
    guard let (next, nextRange) = take() else {
      throw TypeSyntaxError(kind: .missing(after: word + " of"), range: range)
    }
    guard next == "of" else { throw TypeSyntaxError(kind: .missingOf(after: word), range: nextRange) }
  }

  mutating func type(depth: Int) throws(TypeSyntaxError) -> ValueType {
    guard let (word, range) = take() else {
      throw TypeSyntaxError(kind: .empty, range: 0..<bytes.count)
    }
    guard depth < 16 else { throw TypeSyntaxError(kind: .tooDeep, range: range) }
    switch word {
    case "optional":
      guard at < bytes.count else { throw TypeSyntaxError(kind: .missing(after: word), range: range) }
      let inner = try type(depth: depth + 1)
      if inner.isOptional { throw TypeSyntaxError(kind: .repeatedOptional, range: range) }
      return .optional(inner)
    case "list":
      try of(after: word, range)
      guard at < bytes.count else { throw TypeSyntaxError(kind: .missing(after: "list of"), range: range) }
      return .list(try type(depth: depth + 1))
    case "one":
      try of(after: word, range)
      return .oneOf(try members(after: range))
    default:
      if let found = ValueType.words.first(where: { $0.name == word }) { return found.type }
      let known = ValueType.words.map(\.name) + ["optional", "list", "one"]
      let nearest = TypeWords.synonyms[word.lowercased()] ?? Spelling.nearest(to: word, in: known)
      throw TypeSyntaxError(
        kind: .unknownType(
          word, nearest: nearest == "list" ? "list of" : nearest == "one" ? "one of" : nearest),
        range: range)
    }
  }

  /// What people write out of the habit of another language.
  private static let synonyms = [
    "string": "text", "str": "text", "int": "integer", "float": "number", "double": "number",
    "decimal": "number", "bool": "boolean", "datetime": "instant", "timestamp": "instant", "time": "instant",
    "array": "list of", "enum": "one of", "uri": "url", "tz": "timezone", "nullable": "optional",
  ]

  mutating func members(after range: Range<Int>) throws(TypeSyntaxError) -> [String] {
    var words: [String] = []
    while at <= bytes.count {
      let end = bytes[at...].firstIndex(of: 0x7C) ?? bytes.count
      var part = at..<end
      while let first = part.first, Lexer.isBlank(bytes[first]) { part.removeFirst() }
      while let last = part.last, Lexer.isBlank(bytes[last]) { part.removeLast() }
      let word = text(part)
      if part.isEmpty || bytes[part].contains(where: Lexer.isBlank) {
        if part.isEmpty, words.isEmpty, end == bytes.count {
          throw TypeSyntaxError(kind: .missing(after: "one of"), range: range.lowerBound..<bytes.count)
        }
        throw TypeSyntaxError(kind: .badWord(word), range: part.isEmpty ? at..<max(at, end) : part)
      }
      if words.contains(word) { throw TypeSyntaxError(kind: .repeatedWord(word), range: part) }
      words.append(word)
      at = end + 1
    }
    at = bytes.count
    return words
  }
}
