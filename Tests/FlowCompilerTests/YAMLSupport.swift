import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// Reads a marked text and compares all findings with `1️⃣ code` each, in the order of the file.
@discardableResult
func expectYAML(
  _ marked: String, _ expected: String..., sourceLocation: SourceLocation = #_sourceLocation
) -> (YAMLDocument, [Diagnostic]) {
  let source = MarkedSource(marked)
  let (document, findings) = YAMLReader.read(source.source())
  #expect(source.located(findings) == expected, sourceLocation: sourceLocation)
  return (document, findings)
}

/// Reads bytes and gives each finding as `line:column code`.
func readYAML(_ bytes: some Sequence<UInt8>) -> [String] {
  let (_, findings) = YAMLReader.read(SourceText(file: "test.yaml", utf8: Array(bytes)))
  return findings.map { "\($0.span.start.line):\($0.span.start.column) \($0.code)" }
}

/// What the first finding's fix makes of the text; nil where there is none.
func fixedYAML(_ text: String) -> String? {
  let source = SourceText(file: "test.yaml", utf8: Array(text.utf8))
  guard let fix = YAMLReader.read(source).1.first?.fix else { return nil }
  var bytes = Array(text.utf8)
  bytes.replaceSubrange(fix.span.start.offset..<fix.span.end.offset, with: fix.replacement.utf8)
  return String(decoding: bytes, as: UTF8.self)
}

/// A tree in one line: texts in their own words, with spans left out.
func outline(_ node: YAMLNode?) -> String {
  guard let node else { return "nothing" }
  switch node.kind {
  case .scalar(let scalar): return "<\(scalar.text)>"
  case .sequence(let items): return "[" + items.map(outline).joined(separator: " ") + "]"
  case .mapping(let entries):
    return "{" + entries.map { "\($0.keyText)=\(outline($0.value))" }.joined(separator: " ") + "}"
  }
}
