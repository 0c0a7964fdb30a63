import FlowCore

/// Types as they are written in a file: words, records as mappings, lists of records as a sequence of one
/// mapping.
extension Bench {
  func type(_ node: YAMLNode) -> ValueType? {
    switch node.kind {
    case .scalar: return text(node, wanted: "a type").flatMap { type($0) }
    case .mapping: return .record(self.fieldList(node))
    case .sequence(let items):
      guard items.count == 1, items[0].entries != nil else {
        report(.badTypeList(node))
        return nil
      }
      return .list(.record(self.fieldList(items[0])))
    }
  }

  func type(_ text: Located) -> ValueType? {
    do throws(TypeSyntaxError) {
      return try ValueType.parse(text.text)
    } catch {
      report(.unknownType(text, error))
      return nil
    }
  }

  /// The fields of a record; one whose type is wrong fits everywhere, so that nothing follows from the
  /// mistake.
  func fieldList(_ node: YAMLNode) -> [Field] {
    guard let entries = entries(node, wanted: "a mapping from fields to types") else { return [] }
    return entries.map { entry in
      let name = Located(entry.key)
      if !Bench.isFieldName(name.text) { report(.badFieldName(name)) }
      return Field(entry.keyText, type(entry.value) ?? .none)
    }
  }

  /// The fields of data are the user's: letters, digits, `_` and `-`, beginning with a letter.
  static func isFieldName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 64, isLetter(first) else { return false }
    return bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x5F || $0 == 0x2D }
  }

  static func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) || byte == 0x5F }

  /// `proposal.accepted`: words with dots between.
  static func isEventName(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 1 && parts.allSatisfy { isFieldName(String($0)) }
  }
}
