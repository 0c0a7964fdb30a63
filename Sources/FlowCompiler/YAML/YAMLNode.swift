import FlowCore

/// One value of a YAML file as it was written: texts stay texts, whatever they look like. What a text means
/// is decided by the place that reads it.
public struct YAMLNode: Sendable {
  public enum Kind: Sendable {
    case scalar(YAMLScalar)
    case mapping([YAMLEntry])
    case sequence([YAMLNode])
  }

  public var kind: Kind
  /// A scalar with its quotes; a collection from its first child (or bracket) to the end of its last. What an
  /// alias stands for keeps the place where it is written out.
  public var span: Span

  public init(kind: Kind, span: Span) {
    self.kind = kind
    self.span = span
  }

  public var scalar: YAMLScalar? { if case .scalar(let scalar) = kind { scalar } else { nil } }
  public var entries: [YAMLEntry]? { if case .mapping(let entries) = kind { entries } else { nil } }
  public var items: [YAMLNode]? { if case .sequence(let items) = kind { items } else { nil } }
  /// The text of a scalar, in whatever style.
  public var text: String? { scalar?.text }

  /// Nothing was written here (`key:`), or an unquoted `null` or `~`.
  public var isPlainEmpty: Bool { scalar?.isPlainEmpty ?? false }

  /// The value of a mapping's key; nil where there is none, or this is no mapping.
  public subscript(key: String) -> YAMLNode? { entries?.first { $0.keyText == key }?.value }
}

/// One `key: value` of a mapping. Keys are texts, each once: a file with others has findings, and these are
/// left out.
public struct YAMLEntry: Sendable {
  public var key: YAMLScalar
  public var value: YAMLNode
  public var keyText: String { key.text }
  public var keySpan: Span { key.span }

  public init(key: YAMLScalar, value: YAMLNode) {
    self.key = key
    self.value = value
  }
}

/// A text, with what leads from each of its bytes back to the source.
public struct YAMLScalar: Sendable {
  public enum Style: Sendable, Hashable { case plain, single, double, literal, folded }

  public let text: String
  public let style: Style
  /// With quotes; a block text from its `|` or `>` to the end of its last line.
  public let span: Span
  let origin: ScalarOrigin
  let places: SourcePlaces

  public var isPlainEmpty: Bool {
    style == .plain && (text.isEmpty || text == "~" || text == "null")
  }

  /// Where a range of the value's UTF-8 bytes stands in the source: an escape, or a line break that became a
  /// blank, is one piece. An empty range is a place. What lies beyond the value is cut off.
  public func span(of range: Range<Int>) -> Span {
    let count = text.utf8.count
    let lower = min(max(0, range.lowerBound), count)
    let upper = min(max(lower, range.upperBound), count)
    guard let source = origin.source(of: lower..<upper, count: count) else { return span }
    return places.span(source)
  }
}

/// A comment: `span` from the `#` to the end of its line, `text` what follows the `#`.
public struct YAMLComment: Sendable, Hashable {
  public let span: Span
  public let text: String
  public var line: Int { span.start.line }
}

public struct YAMLDocument: Sendable {
  /// nil where nothing could be read.
  public let root: YAMLNode?
  /// In the order of the file; where reading stopped early, those before that place.
  public let comments: [YAMLComment]
  public let source: SourceText
  /// False where reading stopped before the end of the file: what seems to be missing from the tree, or is
  /// odd at its end, may stand further down. A finding says so.
  public let isComplete: Bool
}
