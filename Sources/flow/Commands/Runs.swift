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
  @Option(help: "Only runs in this state, as the table says it: live, paused, held, stuck, an outcome.")
  var state: String?
  @Option(help: "Only runs that started then or later: `2026-03-25 16:40 Europe/Berlin` or RFC 3339.")
  var since: String?
  @Option(help: "Only so many, those that started last.") var limit: Int?
  @Option(help: "Only runs with this key.") var subject: String?
  @Flag(help: "What came in and fits no run, or was refused, in place of the runs.") var unmatched = false
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json or csv.") var format: TableFormat = .text

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes 1 or more") }
    if unmatched, workflow != nil || live || state != nil || since != nil || limit != nil || subject != nil {
      throw ValidationError("--unmatched lists what fits no run: it goes with none of the others")
    }
  }

  func run() async throws {
    let workspace = try project.open()
    if unmatched { return try await printUnmatched(workspace) }
    let from = try since.map { try Input.instant($0, option: "--since", zones: workspace.zones) }
    let (found, holds) = try await Storage.use(store, workspace, .reading) { store in
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
    let fitting = found.filter { record in
      from.map { record.run.started >= $0 } ?? true && isIn(record)
    }
    let runs = fitting.suffix(limit ?? fitting.count)
    if runs.count < fitting.count {
      Output.complain("the last \(runs.count) of \(fitting.count); --limit takes more")
    }
    let rows = runs.map { record -> [String?] in
      let zone = workspace.zones.zone(named: record.run.zone) ?? .utc
      return [
        record.id, record.workflow, record.subject, record.contact, record.run.started.rfc3339(in: zone),
        format == .text ? word(record) : record.run.outcome ?? going(record), String(record.run.touches),
        (record.due ?? record.run.ended)?.rfc3339(in: zone), record.run.outcome,
      ]
    }
    // An outcome may be called as what a live run may be: for a program it stands by itself, too.
    let columns = ["run", "workflow", "key", "contact", "started", "state", "touches", "until", "outcome"].map {
      Table.Column($0, isNumber: $0 == "touches")
    }
    let count = format == .text ? columns.count - 1 : columns.count
    Tables.print(
      "runs", Table(columns: Array(columns.prefix(count)), rows: rows.map { Array($0.prefix(count)) }), as: format,
      empty: "no runs")
  }

  private func isIn(_ record: RunRecord) -> Bool { state.map { word(record) == $0 } ?? true }

  /// As a person reads it: an outcome that is called as what a live run may be is told apart from that.
  private func word(_ record: RunRecord) -> String {
    guard let outcome = record.run.outcome else { return going(record) }
    return ["live", "paused", "held", "stuck"].contains(outcome) ? "ended \(outcome)" : outcome
  }

  /// A live run's: whether it goes on by itself, and if not whether somebody wants it so.
  private func going(_ record: RunRecord) -> String {
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
    let (timeline, damaged) = try await Storage.use(store, workspace, .reading) { store in
      let record = try Histories.record(id, in: store)
      let histories = Histories(workspace, store)
      let timeline = Timeline(
        record, try histories.steps(of: record), outbox: try store.outbox(run: record.id), zones: workspace.zones)
      return (timeline, histories.damaged)
    }
    switch format {
    case .text: Output.line(TimelineReport.text(timeline, width: Output.width, color: color.isOn))
    case .json: Output.line(TimelineReport.json(timeline))
    case .jsonl: Output.write(TimelineReport.jsonl(timeline))
    }
    try DamagedRun.tell(damaged)
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
