import ArgumentParser
import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowRuntime
import FlowSimulation
import FlowTime

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract:
      "What changes in behaviour between two versions, and for the runs now in the store. 0: nothing; 1: something.")

  @Argument(help: "A workflow file, or a folder, as it was.") var old: String
  @Argument(help: "The same as it is now.") var new: String
  @Option(
    help: "The silent contact's start: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; the first scenario's by default.")
  var start: String?
  @Option(help: "A JSON file with the event's data; the input of the first scenario, or made-up data, by default.")
  var input: String?
  @OptionGroup var store: StoreOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let before = try Side(old, color: color.isOn)
    let after = try Side(new, color: color.isOn)
    try checkInput(after)
    let names = Set(before.workflows.keys).union(after.workflows.keys).sorted()
    let runs = try await liveRuns(after)
    var parts: [DiffReport.Part] = []
    for name in names {
      var part = DiffReport.Part(
        changes: changes(name, before, after),
        runs: runs.map { $0[name] ?? [] })
      if let mine = before.workflows[name], let theirs = after.workflows[name] {
        if !part.changes.isSame { (part.before, part.after) = try await timelines(mine, before, theirs, after) }
        part.proofs = proofs(mine, before, theirs, after)
        part.forecast = try forecast(mine, before, theirs, after)
      }
      parts.append(part)
    }
    await before.close()
    await after.close()
    switch format {
    case .text: Output.line(DiffReport.text(parts, color: color.isOn))
    case .json: Output.line(DiffReport.json(parts))
    }
    if !parts.allSatisfy(\.isSame) { throw ExitCode(ExitStatus.finding) }
  }

  /// What is given wrongly is said whether or not anything changes.
  private func checkInput(_ side: Side) throws {
    if start != nil { _ = try Input.start(start, zones: side.workspace.zones) }
    guard let input else { return }
    // Of several workflows it is meant for some.
    if side.workflows.count == 1, let workflow = side.workflows.first?.value {
      _ = try Input.record(input, workflow.graph, zones: side.workspace.zones)
    } else {
      _ = try Input.json(input)
    }
  }

  private func changes(_ name: String, _ before: Side, _ after: Side) -> Changes {
    let (old, new) = (before.workflows[name]?.graph, after.workflows[name]?.graph)
    guard let old, let new else {
      return Changes(workflow: name, old: old?.fingerprint, new: new?.fingerprint, changes: [])
    }
    let (was, now) = (before.workspace.project.caps, after.workspace.project.caps)
    let isCapped = was != now && (old.nodes + new.nodes).contains(where: \.isTouch)
    var changes = Difference(old, new).changes
    if isCapped { changes.add(Changes.Field("caps of flow.yaml", old: was.map(Self.words), new: now.map(Self.words))) }
    return changes
  }

  /// As flow.yaml has them.
  private static func words(_ caps: Caps) -> String {
    var parts: [String] = []
    if let most = caps.touches, let span = caps.span { parts.append("touches: \(most) in \(span)") }
    if let gap = caps.gap { parts.append("gap: \(gap)") }
    switch caps.then {
    case .delay: parts.append("then: delay")
    case .skip: parts.append("then: skip")
    case .end(let outcome): parts.append("then: end \(outcome)")
    }
    return parts.joined(separator: ", ")
  }

  /// What the one version keeps and the other does not; nil where both are the same file with the same promises.
  private func proofs(
    _ old: CompiledWorkflow, _ before: Side, _ new: CompiledWorkflow, _ after: Side
  ) -> ProofChanges? {
    let isSame =
      old.graph.fingerprint == new.graph.fingerprint && old.guarantees.map(\.text) == new.guarantees.map(\.text)
      && before.workspace.project.caps == after.workspace.project.caps
    if isSame { return nil }
    // A limit that only one of them sets is asked of the other, too: that is what is lost, or gained.
    func proved(_ workflow: CompiledWorkflow, _ side: Side, besides other: CompiledWorkflow) -> ProofReport.ProvedFile {
      let own = Set((Claims.standard(for: workflow.graph) + workflow.guarantees).map(\.claim))
      let more = Claims.standard(for: other.graph).filter { Self.isLimit($0.claim) && !own.contains($0.claim) }
      return ProofReport.ProvedFile(
        graph: workflow.graph,
        proofs: Proving.prove(
          workflow, side.workspace.project, side.workspace.zones,
          more: more.map { Claimed($0.claim, span: workflow.graph.trigger.span) }))
    }
    return ProofChanges(
      old: proved(old, before, besides: new), new: proved(new, after, besides: old), zones: after.workspace.zones)
  }

  /// What `gap` and `max-touches` set.
  private static func isLimit(_ claim: Claim) -> Bool {
    switch claim {
    case .gap: true
    case .touches(let most, nil, nil): most != .max
    default: false
    }
  }

  /// What both versions come to for the same contacts; nil where both are the same, neither expects anything, or one
  /// of them takes no such contacts.
  private func forecast(
    _ old: CompiledWorkflow, _ before: Side, _ new: CompiledWorkflow, _ after: Side
  ) throws -> ForecastChanges? {
    let isSame = old.assume.isSame(as: new.assume)
    let areCaps = before.workspace.project.caps == after.workspace.project.caps
    if old.graph.fingerprint == new.graph.fingerprint && isSame && areCaps { return nil }
    if old.assume.isEmpty && new.assume.isEmpty { return nil }
    let scenario = new.scenarios.first ?? old.scenarios.first
    let begin = try self.begin(scenario, after)
    let data = try input.map { try record($0, new.graph, after.workspace) } ?? scenario?.input
    func figures(_ workflow: CompiledWorkflow, _ side: Side) -> CohortFigures? {
      let data = data ?? Sample.record(workflow.graph.triggerFields, at: begin)
      // Where only one of them says what is expected, it is expected of both.
      let assume = workflow.assume.isEmpty ? (old.assume.isEmpty ? new.assume : old.assume) : workflow.assume
      let figures = Cohort(
        graph: workflow.graph, data: data, dated: begin, item: scenario?.item ?? 1, assume: assume,
        caps: side.workspace.project.caps, zones: side.workspace.zones, contacts: 1000, seed: 0, start: begin
      ).exactFigures()
      return figures.refused < Double(figures.contacts) ? figures : nil
    }
    guard let was = figures(old, before), let now = figures(new, after) else { return nil }
    let isAssumed = old.assume.isEmpty || new.assume.isEmpty || isSame
    return ForecastChanges(old: was, new: now, assumesOtherwise: !isAssumed)
  }

  private func record(_ input: String, _ graph: Graph, _ workspace: Workspace) throws -> [String: Value] {
    let (value, _) = readValue(
      Input.data(of: try Input.json(input)), as: .record(graph.triggerFields), zones: workspace.zones)
    if case .record(let fields) = value { return fields }
    return [:]
  }

  /// One version of a project.
  private struct Side {
    let workspace: Workspace
    let workflows: [String: CompiledWorkflow]
    let dry: Setup

    init(_ path: String, color: Bool) throws {
      workspace = try Workspace.open([path])
      let compilation = try workspace.compiled(color: color)
      workflows = Dictionary(
        compilation.workflows.map { ($0.graph.workflow, $0) }, uniquingKeysWith: { first, _ in first })
      dry = try Setup(workspace, compilation)
    }

    func close() async { await dry.close() }
  }

  // MARK: The silent contact

  /// The same data at the same instant for both, where both take them.
  private func timelines(
    _ old: CompiledWorkflow, _ before: Side, _ new: CompiledWorkflow, _ after: Side
  ) async throws -> (Timeline?, Timeline?) {
    let scenario = new.scenarios.first ?? old.scenarios.first
    let begin = try begin(scenario, after)
    func told(_ workflow: CompiledWorkflow, _ side: Side) async throws -> Timeline? {
      let graph = workflow.graph
      let beginning: Story.Beginning =
        if let input {
          .event(.event(type: graph.trigger.event, at: begin, data: Input.data(of: try Input.json(input))))
        } else {
          .input(scenario?.input ?? Sample.record(graph.triggerFields, at: begin))
        }
      return try await side.dry.simulator.run(
        Story(workflow: graph.workflow, start: begin, beginning: beginning, item: scenario?.item)
      ).timeline
    }
    return (try await told(old, before), try await told(new, after))
  }

  private func begin(_ scenario: Scenario?, _ side: Side) throws -> Instant {
    if start == nil, let scenario { return scenario.start }
    return try Input.start(start, zones: side.workspace.zones)
  }

  // MARK: Runs

  /// What the new files mean for the live runs of the project's store, by workflow; nil where there is none.
  private func liveRuns(_ side: Side) async throws -> [String: [DiffReport.Affected]]? {
    guard Paths.exists(store.path(side.workspace)) else {
      if store.store == nil { return nil }
      throw Failure.broken("there is no store at \"\(store.shown(side.workspace))\"")
    }
    let now = try Input.start(start, zones: side.workspace.zones)
    return try await Storage.use(store, side.workspace, .reading) { store in
      let plan = MigrationPlan(Histories(side.workspace, store), now: now)
      var all: [String: [DiffReport.Affected]] = [:]
      for (name, workflow) in side.workflows {
        all[name] = try store.runs(RunFilter(workflow: name, isLive: true)).map {
          try plan.affected($0, workflow.graph)
        }
      }
      return all
    }
  }
}
