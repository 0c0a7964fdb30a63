/// Why a text is no JSON that is taken, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// The text is longer than so many bytes.
    case tooLong(limit: Int)
    /// Lists and objects stand in one another more than so many times.
    case tooDeep(limit: Int)
    case invalidUTF8
    /// `\uD800` without its other half.
    case loneSurrogate
    /// The key, and where it stands the first time.
    case duplicateKey(String, first: Position)
    /// The text ends before the value does; what was wanted.
    case unexpectedEnd(wanted: String)
    /// Something else stands where this was wanted.
    case unexpected(wanted: String)
    /// After the value only blanks may follow.
    case trailing
    case badNumber
    case badEscape
    /// A control character in a text must be escaped.
    case control(UInt8)
    /// Nothing but blanks.
    case empty
  }

  public var kind: Kind
  /// Line and column (in Unicode scalars) from 1, offset in bytes.
  public var position: Position
  public var line: Int { position.line }
  public var column: Int { position.column }
  public var offset: Int { position.offset }

  public init(_ kind: Kind, at position: Position) {
    self.kind = kind
    self.position = position
  }

  /// The reason, without the place.
  public var reason: String {
    switch kind {
    case .tooLong(let limit): "the text is longer than \(limit) bytes"
    case .tooDeep(let limit): "lists and objects are nested deeper than \(limit)"
    case .invalidUTF8: "the text is not valid UTF-8"
    case .loneSurrogate: "half of a surrogate pair stands alone"
    case .duplicateKey(let key, let first):
      "the key \"\(key)\" stands twice; the first is on line \(first.line), column \(first.column)"
    case .unexpectedEnd(let wanted): "the text ends where \(wanted) should follow"
    case .unexpected(let wanted): "\(wanted) should stand here"
    case .trailing: "something follows after the value"
    case .badNumber: "this is no number of JSON"
    case .badEscape: "this escape is none of JSON's"
    case .control(let byte): "control character \(byte) in a text must be escaped"
    case .empty: "the text is empty"
    }
  }

  public var description: String { "line \(line), column \(column): \(reason)" }
}
