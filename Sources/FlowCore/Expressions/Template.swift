import FlowTime

/// The filters of templates.
public enum Filter: String, Hashable, Sendable, CaseIterable {
  case date, time, number, money, upper, lower, title

  /// Whether it takes values of this type.
  func accepts(_ type: ValueType) -> Bool {
    switch self {
    case .date: type == .date || type == .instant
    case .time: type == .instant
    case .number, .money: type.isNumeric
    case .upper, .lower, .title: type.isText
    }
  }

  /// What it takes, for a message.
  var wanted: String {
    switch self {
    case .date: "a date or an instant"
    case .time: "an instant"
    case .number, .money: "a number"
    case .upper, .lower, .title: "a text"
    }
  }
}

/// The text of a message with `{{ … }}` in it, typed. What a value brings is never read as a template again.
public struct Template: Sendable, Hashable {
  public enum Piece: Sendable, Hashable {
    case text(String)
    case value(Expression, [Filter])
    /// Where the body places the `ask`.
    case ask
  }

  public let pieces: [Piece]
  /// Every place that reads a value, in the order of the text; ranges are offsets in the template.
  public let uses: [Use]

  /// Independent of blanks inside the braces: for the fingerprint.
  public var canonical: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): JSONValue.string(text).write()
      case .value(let expression, let filters):
        "{" + ([expression.canonical] + filters.map(\.rawValue)).joined(separator: "|") + "}"
      case .ask: "{ask}"
      }
    }.joined(separator: " ")
  }

  public var hasAsk: Bool { pieces.contains(.ask) }

  /// Fills in the values, each as people write it (see ``Formatting``). An `ask` renders `asking`; nothing
  /// where it is nil.
  public func render(
    _ scope: some Scope, _ formatting: @autoclosure () -> Formatting, asking: RenderedText? = nil
  ) throws(EvaluationError) -> RenderedText {
    var out = RenderedText()
    out.reserve(pieces.count)
    for index in pieces.indices {
      switch pieces[index] {
      case .text(let text): out.append(text, isValue: false)
      case .ask: out.append(asking ?? RenderedText())
      case .value(let expression, let filters):
        let value = try expression.evaluate(scope)
        if value.isAbsent { throw EvaluationError(.absent, expression.text) }
        // A text that no filter changes reads the same in every language.
        if filters.isEmpty, case .text(let text) = value {
          out.append(text, isValue: true)
        } else {
          out.append(formatting().print(value, filters), isValue: true)
        }
      }
    }
    return out
  }
}

/// A rendered text that remembers what in it came from data, so that a channel can escape just that.
public struct RenderedText: Hashable, Sendable, Codable {
  public struct Piece: Hashable, Sendable, Codable {
    public var text: String
    /// It came from data, and is no markup.
    public var isValue: Bool
    public init(_ text: String, isValue: Bool) {
      self.text = text
      self.isValue = isValue
    }
  }

  /// No empty ones, and no two neighbours that are both text of the author.
  public private(set) var pieces: [Piece] = []

  public init() {}
  public init(_ text: String) { append(text, isValue: false) }
  public init(_ pieces: some Sequence<Piece>) {
    for piece in pieces { append(piece.text, isValue: piece.isValue) }
  }

  public var plain: String {
    if pieces.count == 1 { return pieces[0].text }
    return String(unsafeUninitializedCapacity: pieces.reduce(0) { $0 + $1.text.utf8.count }) { plain in
      var rest = UnsafeMutableRawBufferPointer(plain)
      for piece in pieces {
        var text = piece.text
        text.withUTF8 { rest.copyMemory(from: UnsafeRawBufferPointer($0)) }
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[text.utf8.count...])
      }
      return plain.count - rest.count
    }
  }
  public var isEmpty: Bool { pieces.isEmpty }

  mutating func reserve(_ count: Int) { pieces.reserveCapacity(count) }

  public mutating func append(_ text: String, isValue: Bool) {
    if text.isEmpty { return }
    if !isValue, let last = pieces.indices.last, !pieces[last].isValue {
      pieces[last].text += text
    } else {
      pieces.append(Piece(text, isValue: isValue))
    }
  }

  public mutating func append(_ other: RenderedText) {
    for piece in other.pieces { append(piece.text, isValue: piece.isValue) }
  }
}
