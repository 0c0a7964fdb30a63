import ArgumentParser
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

enum TableFormat: String, ExpressibleByArgument, CaseIterable { case text, json, csv }

struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "runs", abstract: "What runs, and what has ended.")

  @Option(help: "Only runs of this workflow.") var workflow: String?
  @Flag(help: "Only runs that live.") var live = false
  @Option(help: "Only runs with this key.") var subject: String?
  @Option(help: "A file or folder of the project; Workflows/ by default.") var project: String?
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json or csv.") var format: TableFormat = .text

  func run() async throws {
    let workspace = try Workspace.open(project.map { [$0] } ?? [])
    let runs = try await Storage.use(store, workspace, .reading) { store in
      try store.runs(RunFilter(workflow: workflow, subject: subject, isLive: live ? true : nil))
    }
    let rows = runs.map { record -> [String?] in
      let zone = workspace.zones.zone(named: record.run.zone) ?? .utc
      return [
        record.id, record.workflow, record.subject, record.contact, record.run.started.rfc3339(in: zone),
        record.run.outcome ?? (record.stuck == nil ? "live" : "stuck"), String(record.run.touches),
        (record.due ?? record.run.ended)?.rfc3339(in: zone),
      ]
    }
    let columns = ["run", "workflow", "key", "contact", "started", "state", "touches", "until"].map {
      Table.Column($0, isNumber: $0 == "touches")
    }
    Tables.print("runs", Table(columns: columns, rows: rows), as: format, empty: "no runs")
  }
}

struct ShowCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, jsonl }

  static let configuration = CommandConfiguration(commandName: "show", abstract: "One run's history.")

  @Argument(help: "The run's id, or the first digits of it.") var id: String
  @Option(help: "A file or folder of the project; Workflows/ by default.") var project: String?
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json or jsonl.") var format: Format = .text
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let workspace = try Workspace.open(project.map { [$0] } ?? [])
    let timeline = try await Storage.use(store, workspace, .reading) { store in
      let all = try store.runs(RunFilter()).filter { $0.id.hasPrefix(id) }
      guard let record = all.first(where: { $0.id == id }) ?? (all.count == 1 ? all.first : nil) else {
        throw Failure.finding(
          all.isEmpty ? "there is no run \"\(id)\"; `flow runs` lists them" : "\(all.count) runs begin with \"\(id)\"")
      }
      return Timeline(record, try store.journal(record.id), zones: workspace.zones)
    }
    switch format {
    case .text: Output.line(TimelineReport.text(timeline, width: Output.width, color: color.isOn))
    case .json: Output.line(TimelineReport.json(timeline))
    case .jsonl: Output.write(TimelineReport.jsonl(timeline))
    }
  }
}

enum Tables {
  static func print(_ name: String, _ table: Table, as format: TableFormat, empty: String) {
    switch format {
    case .json: Output.line(TableReport.json(table, name: name))
    case .csv: Output.write(TableReport.csv(table))
    case .text: Output.line(TableReport.text(table, width: Output.tableWidth, empty: empty))
    }
  }
}
