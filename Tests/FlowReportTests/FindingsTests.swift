import FlowCore
import FlowReport
import Testing

@Suite struct FindingsTests {
  let files = [
    "Workflows/empty.yaml", "Workflows/fine.yaml", "Workflows/proposal.yaml", "Workflows/ümlaut, 1%.yaml",
  ]

  @Test func forPeople() throws {
    let (diagnostics, sources) = try Samples.findings()
    expectSnapshot(FindingsReport.text(diagnostics, sources: sources, files: files), "findings.txt")
    expectSnapshot(FindingsReport.text(diagnostics, sources: sources, color: true), "findings-colour.txt")
  }

  @Test func longNotesAndHelpAreWrapped() {
    let finding = Diagnostic(
      "late", at: .file("a.yaml"), "it is late",
      notes: [Diagnostic.Note("like this:\n  Mon 1 Jun 10:00  " + String(repeating: "x ", count: 40))],
      help: "let the first touch go out within 3 business days, while the contact knows what it is about")
    let lines = FindingsReport.text([finding], sources: [:]).split(separator: "\n").map(String.init)
    #expect(lines.contains("  = help: let the first touch go out within 3 business days, while the contact"))
    #expect(lines.contains("          knows what it is about"))
    // What has columns of its own keeps them.
    #expect(lines.contains { $0.contains("Mon 1 Jun 10:00  x x") && $0.count > 80 })
  }

  @Test func nothingToSay() {
    #expect(FindingsReport.text([], sources: [:], files: ["a.yaml", "b.yaml"]) == "no findings in 2 files\n")
    #expect(FindingsReport.text([], sources: [:]) == "no findings\n")
    #expect(FindingsReport.github([]).isEmpty)
  }

  @Test func forPrograms() throws {
    let diagnostics = try Samples.findings().diagnostics
    expectSnapshot(FindingsReport.json(diagnostics, files: files), "findings.json")
    expectSnapshot(
      FindingsReport.sarif(diagnostics, explanations: Samples.explanations, files: files), "findings.sarif")
    expectSnapshot(FindingsReport.junit(diagnostics, files: files), "findings.xml")
    expectSnapshot(FindingsReport.github(diagnostics), "findings.github.txt")
  }

  @Test func orderOfFindingsDoesNotMatter() throws {
    let (diagnostics, sources) = try Samples.findings()
    let turned = Array(diagnostics.reversed())
    #expect(FindingsReport.json(turned) == FindingsReport.json(diagnostics))
    #expect(
      FindingsReport.text(turned, sources: sources) == FindingsReport.text(diagnostics, sources: sources))
  }

  @Test func `guarantee 25: a secret that stands in the open is told by its place alone`() {
    let source = SourceText(file: "flow.yaml", utf8: Array("password: s3cr3t\n".utf8))
    let finding = Diagnostic(
      "plain-secret", at: source.span(10..<16), "the secret \"password\" stands in the file",
      help: "write ${NAME}")
    let shown = FindingsReport.text([finding], sources: ["flow.yaml": source])
    #expect(shown.contains("--> flow.yaml:1:11") && shown.contains("write ${NAME}"))
    #expect(!shown.contains("s3cr3t"))
  }

  /// A line of a megabyte is shown around the wrong part.
  @Test func longLines() throws {
    let text = String(repeating: "[", count: 100_000) + "x" + String(repeating: "]", count: 100_000)
    let source = SourceText(file: "a.yaml", utf8: Array(text.utf8))
    let span = source.span(100_000..<100_001)
    let shown = FindingsReport.text(
      [Diagnostic("too-deep", at: span, "nested too deeply", help: "nest less")], sources: ["a.yaml": source])
    let lines = shown.split(separator: "\n")
    #expect(
      lines[3] == "1 | …" + String(repeating: "[", count: 40) + "x" + String(repeating: "]", count: 97) + "…")
    #expect(lines[4] == "  | " + String(repeating: " ", count: 41) + "^")
  }

  /// Spans that do not fit their source, as a wrong caller would give them.
  @Test func spansBesideTheText() {
    let source = SourceText(file: "a.yaml", utf8: Array("ab\ncd".utf8))
    for (line, column, offset) in [(1, 9, 8), (2, 3, 5), (9, 1, 99), (2, 1, 3)] {
      let at = Position(line: line, column: column, offset: offset)
      let end = Position(line: line + 3, column: 7, offset: offset + 40)
      let span = Span(file: "a.yaml", start: at, end: end)
      let finding = Diagnostic("x", at: span, "m", help: "h", fix: .init(replace: span, with: "y"))
      #expect(!FindingsReport.text([finding], sources: ["a.yaml": source]).isEmpty)
    }
  }
}
