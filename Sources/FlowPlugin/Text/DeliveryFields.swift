import FlowCore

/// A delivery's fields as a channel reads them.
extension Delivery {
  /// A template's text; of the field, or, where an escalation goes out by this channel, what it says.
  public func template(_ name: String) -> RenderedText? {
    if case .text(let text)? = field(name) { return text }
    if isEscalation, case .text(let text)? = field("say") { return text }
    return nil
  }

  /// A field's text without markup: a template's, a word's, a literal's.
  public func text(_ name: String) -> String? {
    switch field(name) {
    case .text(let text)?: text.plain
    case .word(let word)?: word
    case .value(let value)?: value.text
    default: nil
    }
  }

  public func value(_ name: String) -> Value? {
    if case .value(let value)? = field(name), !value.isAbsent { return value }
    return nil
  }

  public func files(_ name: String) -> [String] {
    switch field(name) {
    case .files(let paths)?: paths
    case .text(let text)?: [text.plain]
    default: []
    }
  }

  /// Whom it reaches, by name; what is known of the address where there is none.
  public var recipientName: String { to[path: ["name"]].text ?? address }
}

extension Value {
  /// The text of a record's field that is not empty.
  public func text(at name: String) -> String? {
    guard case .record(let fields) = self, let text = fields[name]?.text, !text.isEmpty else { return nil }
    return text
  }
}
