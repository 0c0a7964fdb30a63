import FlowCore

/// A collection that is being read.
struct YAMLFrame {
  enum Key {
    case none
    case text(YAMLScalar)
    /// A key that cannot be one; its value is read and dropped.
    case refused
  }

  let isMapping: Bool
  let isFlow: Bool
  let start: Int
  /// The end of the last child, so far.
  var end: Int
  /// This collection stands where a key should.
  var isKey = false
  var anchor: String?
  var key = Key.none
  var entries: [YAMLEntry] = []
  var items: [YAMLNode] = []
  var seen: [String: Int] = [:]
  /// Nodes within, itself included; collections within one another, itself included.
  var nodes = 1
  var height = 1
  /// The last value, where commas have torn it: its range, and which finding says so.
  var torn: (value: Range<Int>, finding: Int)?
  /// The last value, if it was an unquoted text.
  var lastPlain: Range<Int>?

  var expectsKey: Bool { if isMapping, case .none = key { true } else { false } }

  /// The first entry of this key.
  func earlier(_ text: String) -> YAMLEntry? {
    if entries.count <= 16 { return entries.first { $0.keyText == text } }
    return seen[text].map { entries[$0] }
  }

  mutating func append(_ key: YAMLScalar, _ value: YAMLNode) {
    entries.append(YAMLEntry(key: key, value: value))
    if entries.count == 17 {
      for (index, entry) in entries.enumerated() { seen[entry.keyText] = index }
    } else if entries.count > 17 {
      seen[key.text] = entries.count - 1
    }
  }

  func node(_ places: SourcePlaces) -> YAMLNode {
    YAMLNode(
      kind: isMapping ? .mapping(entries) : .sequence(items), span: places.span(start..<max(start, end)))
  }
}

/// What an anchor names.
struct YAMLAnchor {
  var node: YAMLNode
  var nodes: Int
  var height: Int
}
