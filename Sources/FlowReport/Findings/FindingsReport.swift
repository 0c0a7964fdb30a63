import FlowCore
import FlowTime

/// What an author should know, for people and for programs. Every function sorts the findings itself; `files`
/// are all that were checked, those with nothing to say of them included.
public enum FindingsReport {
  /// For people, in the way of the Rust compiler: the finding, its place, the line with a mark under the
  /// wrong part, the way out; at the end how many.
  public static func text(
    _ diagnostics: [Diagnostic], sources: [String: SourceText], files: [String]? = nil, color: Bool = false
  ) -> String {
    let paint = Paint(color: color)
    let sorted = diagnostics.sorted()
    let blocks = sorted.map { FindingText(diagnostic: $0, sources: sources, paint: paint).lines + [""] }
    return (blocks.flatMap { $0 } + [summary(Tally(sorted, files), paint)]).map { $0 + "\n" }.joined()
  }

  private static func summary(_ tally: Tally, _ paint: Paint) -> String {
    let place = tally.files.isEmpty ? "" : " in " + Words.count(tally.files.count, "file")
    let counts = [
      (tally.errors, "error", Style.red), (tally.warnings, "warning", .yellow), (tally.hints, "hint", .cyan),
    ].filter { $0.0 > 0 }.map { paint(Words.count($0.0, $0.1), $0.2) }
    return (counts.isEmpty ? "no findings" : counts.joined(separator: ", ")) + place
  }

  /// One object: `findings` and how many there are of each severity.
  public static func json(_ diagnostics: [Diagnostic], files: [String]? = nil) -> String {
    JSONText.write(.members(members(diagnostics, files)), open: 2)
  }

  /// The same with `proofs`, every claim of every workflow.
  public static func json(
    _ diagnostics: [Diagnostic], files: [String]?, proofs: [ProofReport.ProvedFile], zones: any ZoneSource
  ) -> String {
    JSONText.write(
      .members(members(diagnostics, files) + [("proofs", ProofReport.json(proofs, zones: zones))]), open: 2)
  }

  private static func members(_ diagnostics: [Diagnostic], _ files: [String]?) -> [(String, JSONValue?)] {
    let sorted = diagnostics.sorted()
    let tally = Tally(sorted, files)
    return [
      ("findings", .array(sorted.map(finding))), ("errors", .int(tally.errors)),
      ("warnings", .int(tally.warnings)), ("hints", .int(tally.hints)), ("files", .int(tally.files.count)),
    ]
  }

  private static func finding(_ diagnostic: Diagnostic) -> JSONValue {
    .members(
      [("code", .string(diagnostic.code.name)), ("severity", .string(diagnostic.severity.rawValue))]
        + place(diagnostic.span) + [
          ("message", .string(diagnostic.message)),
          ("label", diagnostic.label.isEmpty ? nil : .string(diagnostic.label)),
          ("help", .string(diagnostic.help)),
          ("notes", .array(diagnostic.notes.map(note))),
          (
            "fix",
            diagnostic.fix.map { .members(place($0.span) + [("replacement", .string($0.replacement))]) }
          ),
        ])
  }

  private static func note(_ note: Diagnostic.Note) -> JSONValue {
    .members([("message", .string(note.text))] + (note.span.map(place) ?? []))
  }

  static func place(_ span: Span) -> [(String, JSONValue?)] {
    [
      ("file", .string(span.file)), ("line", .int(span.start.line)), ("column", .int(span.start.column)),
      ("end", .members([("line", .int(span.end.line)), ("column", .int(span.end.column))])),
    ]
  }

  /// Annotations of a pull request: one workflow command a finding, and nothing where there is none.
  public static func github(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.sorted().map { diagnostic in
      let command =
        switch diagnostic.severity {
        case .error: "error"
        case .warning: "warning"
        case .hint: "notice"
        }
      var text = diagnostic.message + "\n" + diagnostic.help
      for note in diagnostic.notes { text += "\nnote: " + note.text }
      return GitHub.annotation(command, at: diagnostic.span, title: diagnostic.code.name, text)
    }.joined()
  }

  /// JUnit: one suite a file. An error is a failed case; a warning or a hint is one that passed and says
  /// something.
  public static func junit(_ diagnostics: [Diagnostic], files: [String]? = nil) -> String {
    let sorted = diagnostics.sorted()
    let tally = Tally(sorted, files)
    let suites = tally.files.map { file in JUnit.Suite(name: file, cases: cases(of: file, in: sorted)) }
    return JUnit.text(name: "flow check", suites)
  }

  private static func cases(of file: String, in diagnostics: [Diagnostic]) -> [JUnit.Case] {
    let own = diagnostics.filter { $0.span.file == file }
    guard !own.isEmpty else { return [JUnit.Case(name: "check", file: file, line: nil)] }
    return own.map { diagnostic in
      var text =
        "\(file):\(diagnostic.span.start.line):\(diagnostic.span.start.column): \(diagnostic.message)"
      for note in diagnostic.notes {
        text += "\nnote: " + (note.span.map { "\($0.file):\($0.start.line): " } ?? "") + note.text
      }
      text += "\nhelp: " + diagnostic.help
      let name = "\(diagnostic.code) at \(diagnostic.span.start.line):\(diagnostic.span.start.column)"
      var one = JUnit.Case(name: name, file: file, line: diagnostic.span.start.line)
      if diagnostic.severity == .error {
        one.failure = JUnit.Failure(type: diagnostic.code.name, message: diagnostic.message, text: text)
      } else {
        one.output = "\(diagnostic.severity.rawValue): \(text)"
      }
      return one
    }
  }
}

/// How many findings of each severity, in which files.
struct Tally {
  var errors = 0
  var warnings = 0
  var hints = 0
  /// Sorted, each once.
  var files: [String]

  init(_ diagnostics: [Diagnostic], _ checked: [String]?) {
    for diagnostic in diagnostics {
      switch diagnostic.severity {
      case .error: errors += 1
      case .warning: warnings += 1
      case .hint: hints += 1
      }
    }
    files = Set((checked ?? []) + diagnostics.map(\.span.file)).sorted()
  }
}
