import ArgumentParser
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Move live runs to the present version of their workflow: prints the plan; --yes carries it out.")

  @Argument(help: "Runs by id, or the first digits of it.") var runs: [String] = []
  @Option(help: "All live runs of this workflow.") var workflow: String?
  @Flag(
    name: [.customLong("yes"), .customLong("apply")], help: "Carry the plan out; stranded runs stay where they are.")
  var apply = false
  @Option(help: "When it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.")
  var start: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if runs.isEmpty == (workflow == nil) { throw ValidationError("name runs, or --workflow and a workflow") }
  }

  func run() async throws {
    let workspace = try project.open()
    let compilation = try workspace.compiled(color: color.isOn)
    let now = try Input.start(start, zones: workspace.zones)
    let graphs = Dictionary(
      compilation.workflows.map { ($0.graph.workflow, $0.graph) }, uniquingKeysWith: { first, _ in first })
    var affected = try await Storage.use(store, workspace, .reading) { store in
      try workspace.check(workflow: workflow, in: store)
      let plan = MigrationPlan(Histories(workspace, store), now: now)
      return try records(in: store).map { record in
        guard let graph = graphs[record.workflow] else {
          return DiffReport.Affected(
            run: record.id, subject: record.subject, version: record.version,
            effect: .stranded(because: "there is no workflow \"\(record.workflow)\" any more"))
        }
        return try plan.affected(record, graph)
      }
    }
    var moved = 0
    if apply {
      let door = Door(workspace: workspace, store: store, command: "flow migrate", start: start, color: color)
      try await door.carryOut(affected.map { .migrate(run: $0.run) }) { answers in
        // What the engine says counts: something may not have left yet.
        for (index, answer) in answers.enumerated() {
          switch answer {
          case .refused(let because): affected[index].effect = .stranded(because: because)
          case .done(_, isNew: true): moved += 1
          default: break
          }
        }
      }
    }
    print(affected, moved: moved)
    // The plan says what carrying it out would say.
    if affected.contains(where: \.isStranded) { throw ExitCode(ExitStatus.finding) }
  }

  private func records(in store: any Store) throws -> [RunRecord] {
    guard runs.isEmpty else {
      return try runs.map { id in
        let record = try Histories.record(id, in: store)
        guard record.isLive else { throw Failure.finding("the run \(record.id) has ended") }
        return record
      }
    }
    return try store.runs(RunFilter(workflow: workflow, isLive: true))
  }

  private func print(_ affected: [DiffReport.Affected], moved: Int) {
    switch format {
    case .json: Output.line(DiffReport.planJSON(affected, applied: moved > 0))
    case .text:
      Output.line(DiffReport.plan(affected).joined(separator: "\n"))
      if apply {
        Output.line("moved \(moved == 1 ? "1 run" : "\(moved) runs")")
      } else if affected.contains(where: { !$0.isStranded }) {
        Output.line("nothing is moved yet; --yes carries it out")
      }
    }
  }
}

extension DiffReport.Affected {
  fileprivate var isStranded: Bool { if case .stranded = effect { true } else { false } }
}
