import FlowCompiler
import FlowCore
import FlowTime
import Testing

/// A project in memory with one workflow, for tests of what the compiler finds.
public struct Draft: Sendable {
  public var files: MemoryFiles
  public var project: Project
  public var manifests: [Manifest]
  public var zones: any ZoneSource
  /// Findings of the rules of a good follow-up count as well.
  public var withRules = false

  public init(
    manifests: [Manifest] = Draft.manifests, project: Project = Project(), zones: any ZoneSource = Draft.zones
  ) {
    files = MemoryFiles()
    self.project = project
    self.manifests = manifests
    self.zones = zones
  }

  /// The system's.
  public static let zones: any ZoneSource = SystemZones()

  /// Compiles `text` as `test.yaml`; top-level keys that every workflow needs and this one lacks are added
  /// below it.
  public func compile(_ text: String, completing: Bool = true) -> Compilation {
    var files = files
    files.contents["test.yaml"] = Array((completing ? Draft.completed(text) : text).utf8)
    let names = files.contents.keys.filter {
      $0.hasSuffix(".yaml") && !$0.hasSuffix(".scenarios.yaml") && $0 != "flow.yaml"
    }
    var compilation = Compiler.compile(
      CompilerInput(
        files: names.sorted(), project: project, manifests: manifests, zones: zones, source: files))
    if !withRules {
      let rules = Set(Rules.all.map(\.code))
      compilation.diagnostics.removeAll { rules.contains($0.code) }
    }
    return compilation
  }

  /// With the top-level keys that every workflow needs and this one lacks below it.
  public static func completed(_ text: String) -> String {
    let keys = Set(
      text.split(separator: "\n").compactMap { line in
        line.first.map { $0 != " " && $0 != "#" } == true
          ? line.split(separator: ":").first.map(String.init) : nil
      })
    var text = text.hasSuffix("\n") || text.isEmpty ? text : text + "\n"
    if !keys.contains("workflow") { text += "workflow: test\n" }
    if !keys.contains("trigger") { text += "trigger: { event: deal.won, key: deal.id }\n" }
    if !keys.contains("input") { text += standardInput }
    if !keys.contains("steps") { text += "steps:\n  - end: done\n" }
    return text
  }

  /// What a text without an `input` of its own may name.
  static let standardInput = """
    input:
      contact: contact
      owner: person
      deal:
        id: text
        title: text
        amount: number
        due: date
        closed: optional date
        size: one of small | large

    """
}

/// Compiles a marked text and compares all findings, warnings too, with one code for each mark: one that is
/// not expected fails as loudly as one that is missing.
@discardableResult
public func expectDiagnostics(
  _ marked: String, _ expected: KeyValuePairs<String, Code>, in draft: Draft = Draft(),
  sourceLocation: SourceLocation = #_sourceLocation
) -> [Diagnostic] {
  let source = MarkedSource(marked)
  let findings = draft.compile(source.text).diagnostics
  let got = source.located(findings)
  let wanted = expected.map { (source.markers[$0.key]?.offset ?? .max, "\($0.key) \($0.value)") }
    .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  #expect(got == wanted, "\(findings.map(\.message))", sourceLocation: sourceLocation)
  // Each has its way out.
  #expect(findings.filter(\.help.isEmpty).map(\.message) == [], sourceLocation: sourceLocation)
  return findings
}

/// The graph of a text without findings.
public func expectGraph(
  _ text: String, in draft: Draft = Draft(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> Graph {
  let compilation = draft.compile(text)
  #expect(
    compilation.diagnostics.map { "\($0.span.start.line): \($0.message)" } == [],
    sourceLocation: sourceLocation)
  return try #require(
    compilation.workflows.first { $0.file == "test.yaml" }?.graph, sourceLocation: sourceLocation)
}
