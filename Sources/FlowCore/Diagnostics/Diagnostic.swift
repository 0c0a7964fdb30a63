public enum Severity: String, Hashable, Sendable, Comparable, CaseIterable, Codable {
  case hint, warning, error

  public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
  private var rank: Int { self == .hint ? 0 : self == .warning ? 1 : 2 }
}

/// The stable identity of a kind of finding, such as `unknown-key`. Every code has a page in ``Catalogue``.
public struct Code: Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible,
  Codable
{
  public let name: String
  public init(_ name: String) { self.name = name }
  public init(stringLiteral name: String) { self.name = name }
  public init(from decoder: any Decoder) throws {
    name = try decoder.singleValueContainer().decode(String.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
  public var description: String { name }
  public static func < (a: Code, b: Code) -> Bool { a.name < b.name }
}

/// Something an author should know about one place of a file: what is wrong (with the wrong thing in quotes),
/// why, and the way out.
public struct Diagnostic: Hashable, Sendable {
  public struct Note: Hashable, Sendable {
    /// Where the other definition stands, where there is one.
    public var span: Span?
    public var text: String
    public init(_ text: String, at span: Span? = nil) {
      self.text = text
      self.span = span
    }
  }

  /// A change of the text that certainly mends it.
  public struct Fix: Hashable, Sendable {
    public var span: Span
    public var replacement: String
    public init(replace span: Span, with replacement: String) {
      self.span = span
      self.replacement = replacement
    }
  }

  public var code: Code
  public var severity: Severity
  public var span: Span
  /// One sentence without a full stop, the wrong thing in quotes: `unknown key "atttach"`.
  public var message: String
  /// A word or two under the caret, or empty.
  public var label: String
  public var notes: [Note]
  /// The way out, as a sentence, what to write instead: `did you mean "attach"?`. Every finding has one.
  public var help: String
  public var fix: Fix?

  public init(
    _ code: Code, _ severity: Severity = .error, at span: Span, _ message: String, label: String = "",
    notes: [Note] = [], help: String, fix: Fix? = nil
  ) {
    self.code = code
    self.severity = severity
    self.span = span
    self.message = message
    self.label = label
    self.notes = notes
    self.help = help
    self.fix = fix
  }
}

extension Diagnostic: Comparable {
  /// By file, place, then code and message: the order in which findings are printed.
  public static func < (a: Diagnostic, b: Diagnostic) -> Bool {
    (a.span.file, a.span.start.offset, a.code, a.message) < (
      b.span.file, b.span.start.offset, b.code, b.message
    )
  }
}
