import ArgumentParser
import FlowAnalysis
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

struct StatsCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv, html }

  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Per workflow and step: sent, delivered, opened, replied, outcomes, attribution, time to reply.")

  @Option(help: "Only runs of this workflow.") var workflow: String?
  @Option(help: "Only runs that started then or later: `2026-03-25 16:40 Europe/Berlin` or RFC 3339.")
  var since: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json, csv or html.") var format: Format = .text
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let workspace = try project.open()
    let from = try since.map { try Input.instant($0, option: "--since", zones: workspace.zones) }
    let (figures, damaged) = try await Storage.use(store, workspace, .reading) { store in
      try workspace.check(workflow: workflow, in: store)
      let histories = Histories(workspace, store)
      let records = try store.runs(RunFilter(workflow: workflow)).filter { record in
        from.map { record.run.started >= $0 } ?? true
      }
      var counting = Counting()
      var progress = Progress()
      defer { progress.clear() }
      for (index, record) in records.enumerated() {
        progress.show("counted \(index) of \(records.count) runs")
        guard let history = try histories.whole(record) else { continue }
        counting.add(history, graph: try histories.graph(of: record))
      }
      return (counting.figures, histories.damaged)
    }
    switch format {
    case .text: Output.line(StatsReport.text(figures, width: Output.tableWidth, color: color.isOn))
    case .json: Output.line(StatsReport.json(figures, damaged: damaged))
    case .csv: Output.write(StatsReport.csv(figures))
    case .html: Output.write(StatsReport.html(figures, since: since))
    }
    try DamagedRun.tell(damaged)
  }
}
