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
  @Flag(help: "What came in and fits no run, or was refused, in place of the runs.") var unmatched = false
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json or csv.") var format: TableFormat = .text

  func run() async throws {
    let workspace = try project.open()
    if unmatched { return try await printUnmatched(workspace) }
    let (runs, holds) = try await Storage.use(store, workspace, .reading) { store in
      try workspace.check(workflow: workflow, in: store)
      let filter = RunFilter(workflow: workflow, subject: subject, isLive: live ? true : nil)
      return (try store.runs(filter), try Hold.remembered(in: store))
    }
    // Beside the table, so that whoever looks for a run that does not move sees why.
    for hold in holds where hold.run == nil {
      Output.complain(
        hold.reason == .paused
          ? "held: all sending is paused: \(hold.because); `flow resume --all` goes on" : "held: \(hold.because)")
    }
    let rows = runs.map { record -> [String?] in
      let zone = workspace.zones.zone(named: record.run.zone) ?? .utc
      return [
        record.id, record.workflow, record.subject, record.contact, record.run.started.rfc3339(in: zone),
        record.run.outcome.map(ended) ?? state(record), String(record.run.touches),
        (record.due ?? record.run.ended)?.rfc3339(in: zone),
      ]
    }
    let columns = ["run", "workflow", "key", "contact", "started", "state", "touches", "until"].map {
      Table.Column($0, isNumber: $0 == "touches")
    }
    Tables.print("runs", Table(columns: columns, rows: rows), as: format, empty: "no runs")
  }

  /// An outcome that is called as what a live run may be is told apart from that, where a person reads it; elsewhere it
  /// is a value, and stands as the file writes it.
  private func ended(_ outcome: String) -> String {
    format == .text && ["live", "paused", "held", "stuck"].contains(outcome) ? "ended \(outcome)" : outcome
  }

  /// A live run's: whether it goes on by itself, and if not whether somebody wants it so.
  private func state(_ record: RunRecord) -> String {
    guard let stuck = record.stuck else { return "live" }
    return ["paused", "held"].first { stuck.hasPrefix($0 + ":") } ?? "stuck"
  }

  private func printUnmatched(_ workspace: Workspace) async throws {
    let kept = try await Storage.use(store, workspace, .reading) { store in try store.inboxNeedingEyes() }
    let rows = kept.map { row -> [String?] in
      let (what, subject): (String, String?) =
        switch row.incoming.body {
        case .event(let type, let subject, _): (type, subject)
        case .enrol(let workflow, _): ("enroll", workflow)
        case .run(let run, let kind): (Event(id: "", at: row.incoming.at, kind: kind).name, run)
        case .task(let task, let outcome, _): ("task \(outcome)", task)
        case .suppress(let contact, _, _): ("suppress", contact)
        case .message(let message): (message.word, message.address)
        }
      let refused =
        row.result?.refused.flatMap { refused in refused.because.map { "\(refused.workflow): \($0)" } } ?? []
      let because = [row.result?.unmatched].compactMap(\.self) + refused
      return [
        row.received.rfc3339(in: workspace.zone), row.incoming.id, what, subject, because.joined(separator: "; "),
      ]
    }
    let columns = ["received", "id", "event", "subject", "because"].map { Table.Column($0) }
    Tables.print("unmatched", Table(columns: columns, rows: rows), as: format, empty: "everything fits a run")
  }
}

struct ShowCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, jsonl }

  static let configuration = CommandConfiguration(commandName: "show", abstract: "One run's history.")

  @Argument(help: "The run's id, or the first digits of it.") var id: String
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json or jsonl.") var format: Format = .text
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let workspace = try project.open()
    let timeline = try await Storage.use(store, workspace, .reading) { store in
      let record = try Histories.record(id, in: store)
      return Timeline(
        record, try store.journal(record.id), outbox: try store.outbox(run: record.id), zones: workspace.zones)
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
