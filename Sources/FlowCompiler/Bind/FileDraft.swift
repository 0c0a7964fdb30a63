import FlowCore
import FlowTime

/// One workflow file on its way through the compiler.
struct FileDraft {
  let bench: Bench
  /// The workflow's, then those of its file of scenarios.
  var documents: [YAMLDocument]
  private(set) var outline: Outline?
  private(set) var header: Header?
  private(set) var workflow: CompiledWorkflow?

  var findings: [Diagnostic] {
    FollowUps.dropped(bench.findings, in: bench.file, isComplete: documents.first?.isComplete ?? true)
  }

  var sources: [String: SourceText] {
    bench.sources.merging(documents.map { ($0.source.file, $0.source) }) { first, _ in first }
  }

  // MARK: read

  init(reading file: String, _ around: Environment) {
    bench = Bench(file: file, around: around)
    documents = []
    switch around.files.read(file) {
    case .failure(let problem):
      bench.report(.fileProblem(Located(file, at: .file(file)), problem))
    case .success(let bytes):
      let (document, findings) = YAMLReader.read(SourceText(file: file, utf8: bytes))
      documents.append(document)
      bench.report(findings)
    }
  }

  // MARK: bind

  func bound() -> FileDraft {
    var draft = self
    guard let document = documents.first, let root = document.root else { return draft }
    // Where reading stopped early, what seems to be missing may stand further down.
    guard let fields = bench.fields(root, of: Grammar.workflow, isComplete: document.isComplete) else {
      return draft
    }
    draft.header = HeaderBinder.bind(fields, bench)
    draft.outline = Outliner.outline(fields, bench)
    return draft
  }

  /// What other files may ask of this one.
  var name: Located? { header?.name }

  /// The workflows that its steps enroll into.
  var enrolled: [String] {
    (outline?.steps ?? []).filter { $0.isEngine("enroll") }.compactMap { $0.verbEntry?.value.text }
  }

  // MARK: check and lower

  func lowered(_ registry: Registry) -> FileDraft {
    guard let outline, let header, let document = documents.first, let root = document.root else {
      return self
    }
    var draft = self
    NameChecks(bench: bench, outline: outline, header: header).run()
    var lowering = Lowering(bench, outline, header, workflows: registry.inputs)
    let nodes = lowering.nodes()
    let anytime = lowering.anytime()
    AnytimeChecks(bench: bench, outline: outline).run()
    draft.header?.assume = AssumeBinder(bench: bench, outline: outline, header: header).bind()
    let assume = draft.header?.assume ?? Assumptions()
    let made = nodes.compactMap { $0 }
    let isKept = bench.around.isKept
    // Of a text that was read in part nobody knows what the rest would be.
    guard document.isComplete, isKept || !bench.hasErrors, made.count == nodes.count,
      var graph = Assembly(bench, outline, header).graph(nodes: made, anytime: anytime)
    else { return draft }
    graph = graph.with(nodes: FlowChecks.run(graph, outline, header, bench), fingerprint: "")
    if !bench.hasErrors { FactChecks.run(graph, header, bench) }
    graph = graph.with(nodes: graph.nodes, fingerprint: Fingerprint.of(graph))
    let guarantees = GuaranteeBinder(bench: bench, graph: graph).bind(header.guarantees)
    let (scenarios, more) = bench.around.withScenarios ? ScenarioBinder.bind(graph, root: root, bench) : ([], [])
    draft.documents += more
    guard isKept || !bench.hasErrors else { return draft }
    draft.workflow = CompiledWorkflow(
      graph: graph, scenarios: scenarios, assume: assume, guarantees: guarantees, file: bench.file,
      root: root)
    return draft
  }
}
