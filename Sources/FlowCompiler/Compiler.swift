import FlowCore
import FlowTime

/// What is compiled, and everything that it is compiled against.
public struct CompilerInput: Sendable {
  /// Workflow files, relative to the project's folder.
  public var files: [String]
  public var project: Project
  public var manifests: [Manifest]
  public var zones: any ZoneSource
  public var source: any ProjectFiles
  /// False: graphs alone, as runs need them; scenarios and their fixtures are not read.
  public var withScenarios: Bool
  /// It is kept with runs, and was without errors when they began: what is found in it today keeps no graph back, as
  /// long as there is one and the file is read to its end. Whoever asks for it looks at the errors: with one, the graph
  /// may lack what the text says.
  public var isKept: Bool
  /// Proves what is claimed of a workflow, where that is wanted. Its findings are tuned and silenced as all others are.
  public var prove: Prove?
  /// Holds the workflows of a set against each other, where that is wanted. Tuned and silenced likewise.
  public var cross: Cross?

  public typealias Prove = @Sendable (CompiledWorkflow) -> (proofs: [Proof], findings: [Diagnostic])
  public typealias Cross = @Sendable ([CompiledWorkflow]) -> [Diagnostic]

  public init(
    files: [String], project: Project, manifests: [Manifest], zones: any ZoneSource, source: any ProjectFiles,
    withScenarios: Bool = true, isKept: Bool = false, prove: Prove? = nil, cross: Cross? = nil
  ) {
    self.files = files
    self.project = project
    self.manifests = manifests
    self.zones = zones
    self.source = source
    self.withScenarios = withScenarios
    self.isKept = isKept
    self.prove = prove
    self.cross = cross
  }
}

public struct Compilation: Sendable {
  /// Those without an error, in the order of the files.
  public var workflows: [CompiledWorkflow]
  /// Of all files, sorted; after `# flow:ignore` and the severities of flow.yaml.
  public var diagnostics: [Diagnostic]
  /// Every text that was read, by its path.
  public var sources: [String: SourceText]
}

/// A workflow file that has a graph.
public struct CompiledWorkflow: Sendable {
  public var graph: Graph
  public var scenarios: [Scenario]
  public var assume: Assumptions
  /// The project's, then the file's: typed, not yet proved.
  public var guarantees: [Claimed]
  public var file: String
  /// The file as it is written, for rules that look at that.
  public var root: YAMLNode
  /// What became of the claims, the language's and the guarantees; empty where nothing was to be proved.
  public var proofs: [Proof] = []

  public init(
    graph: Graph, scenarios: [Scenario], assume: Assumptions, guarantees: [Claimed], file: String,
    root: YAMLNode
  ) {
    self.graph = graph
    self.scenarios = scenarios
    self.assume = assume
    self.guarantees = guarantees
    self.file = file
    self.root = root
  }
}

/// Text to graph. What an author got wrong is a diagnostic, never a thrown error; a file that fails keeps no
/// other from compiling.
public enum Compiler {
  public static func compile(_ input: CompilerInput) -> Compilation {
    let around = Environment(
      project: input.project, manifests: input.manifests, zones: input.zones, files: input.source,
      withScenarios: input.withScenarios, isKept: input.isKept)
    // SourceText → YAMLDocument
    let read = input.files.mapConcurrently { FileDraft(reading: $0, around) }
    // YAMLDocument → Outline, Header
    let bound = read.mapConcurrently { $0.bound() }
    // what one file wants of another: names, inputs
    let registry = Registry(bound, around)
    // Outline, Header → Graph, held against its own paths
    let lowered = bound.mapConcurrently { $0.lowered(registry) }
    // Graph → findings of the rules
    return finish(lowered, around, input)
  }

  private static func finish(
    _ files: [FileDraft], _ around: Environment, _ input: CompilerInput
  ) -> Compilation {
    let workflows = files.compactMap(\.workflow)
    let crossings = JointCircles(workflows.map(\.graph)).findings() + (input.cross.map { $0(workflows) } ?? [])
    let finished = files.mapConcurrently(few: input.prove == nil ? 8 : 1) {
      file -> (workflow: CompiledWorkflow?, findings: [Diagnostic]) in
      let context = RuleContext(
        manifests: around.manifests, project: around.project, zones: around.zones, sources: file.sources)
      var (workflow, findings) = (file.workflow, file.findings)
      if let compiled = file.workflow {
        findings += Rules.all.flatMap { $0.check(compiled, context: context) }
        if let (proofs, more) = input.prove?(compiled) {
          workflow?.proofs = proofs
          findings += more
        }
        findings += crossings.filter { $0.span.file == compiled.file }
      }
      return (workflow, Ignores.applied(Severities.applied(findings, around.project.severity), file.documents))
    }
    var result = Compilation(
      workflows: finished.compactMap(\.workflow), diagnostics: finished.flatMap(\.findings), sources: [:])
    for file in files { result.sources.merge(file.sources) { first, _ in first } }
    // What stands in flow.yaml no file silences.
    let own = Set(workflows.map(\.file))
    result.diagnostics += Severities.applied(
      crossings.filter { !own.contains($0.span.file) }, around.project.severity)
    // A file that has no graph may have what a line of flow.yaml names.
    if !around.isKept, result.workflows.count == files.count {
      result.diagnostics += Severities.applied(
        UnusedGuarantees.findings(around.project.guarantees, result.workflows.map(\.graph), around.manifests),
        around.project.severity)
    }
    result.diagnostics.sort()
    return result
  }
}

/// Severities that flow.yaml sets.
enum Severities {
  /// An error without which there is no graph: no severity of flow.yaml makes it less.
  static func isFixed(_ code: Code) -> Bool {
    !Rules.all.contains { $0.code == code } && !Explanation.proofs.contains { $0.code == code }
      && !Catalogue.all.contains { $0.code == code && $0.severity != .error }
  }

  static func applied(_ findings: [Diagnostic], _ severities: [String: Severity]) -> [Diagnostic] {
    guard !severities.isEmpty else { return findings }
    return findings.map { finding in
      var finding = finding
      if let severity = severities[finding.code.name], !isFixed(finding.code) { finding.severity = severity }
      return finding
    }
  }
}
