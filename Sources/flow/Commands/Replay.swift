import ArgumentParser
import FlowAnalysis
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Fold a run's journal over its graph once more, and compare: all runs, where none is named.")

  @Argument(help: "Runs by id, or the first digits of it.") var runs: [String] = []
  @Option(help: "Only runs of this workflow.") var workflow: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text

  func run() async throws {
    let workspace = try project.open()
    let (replayed, damaged) = try await Storage.use(store, workspace, .reading) { store in
      try workspace.check(workflow: workflow, in: store)
      let records =
        try runs.isEmpty
        ? store.runs(RunFilter(workflow: workflow)) : runs.map { try Histories.record($0, in: store) }
      let histories = Histories(workspace, store)
      let replay = histories.replay(Set(records.map(\.version)))
      var progress = Progress()
      defer { progress.clear() }
      let lines = try records.enumerated().map { index, record in
        progress.show("replayed \(index) of \(records.count) runs")
        let history = try histories.whole(record, withData: true)
        let verdict =
          history.map(replay.check) ?? .unknown(because: "it is damaged: \(histories.damaged.last?.because ?? "")")
        return ReplayReport.Line(
          run: record.id, workflow: record.workflow, zone: histories.zone(record), verdict: verdict)
      }
      return (lines, histories.damaged)
    }
    switch format {
    case .text: Output.line(ReplayReport.text(replayed))
    case .json: Output.line(ReplayReport.json(replayed, damaged: damaged))
    }
    try DamagedRun.tell(damaged)
    if replayed.contains(where: { !$0.isSame }) { throw ExitCode(ExitStatus.finding) }
  }
}
