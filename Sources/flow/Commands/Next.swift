import ArgumentParser
import FlowCore
import FlowReport
import FlowRuntime
import FlowSimulation
import FlowTime

struct NextCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv, ics }

  static let configuration = CommandConfiguration(
    commandName: "next", abstract: "What will go out in the coming days, if nobody answers.")

  @Option(help: "How many days ahead, 1 to 3660.") var days = 7
  @Option(help: "From when: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.")
  var start: String?
  @Option(help: "Only runs of this workflow.") var workflow: String?
  @Option(help: "Only the run with this id, or that begins so.") var run: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json, csv or ics.") var format: Format = .text
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if !(1...3660).contains(days) { throw ValidationError("--days takes 1 to 3660") }
  }

  func run() async throws {
    let workspace = try project.open()
    let compilation = workspace.compile()
    if compilation.diagnostics.contains(where: { $0.severity == .error }) {
      Output.complain(Findings.text(compilation, errorsOnly: true, color: color.isOn))
      // Runs that live go on as the versions say that are kept with them.
      Output.complain("warning: files with errors are left out; what runs already is told all the same")
    }
    let begin = try Input.start(start, zones: workspace.zones)
    let end = begin.adding(milliseconds: Int64(days) * 86_400_000)
    let items = try await Setup.use(workspace, compilation) { setup in
      let forecast = Forecast(
        library: setup.library, outlets: setup.outlets, caps: workspace.project.caps, zones: workspace.zones)
      return try await Storage.use(store, workspace, .reading) { store in
        try workspace.check(workflow: workflow, in: store)
        return try await ahead(forecast, store, from: begin, to: end)
      }
    }
    print(items)
  }

  private func ahead(
    _ forecast: Forecast, _ store: any Store, from begin: Instant, to end: Instant
  ) async throws -> [Forecast.Item] {
    var progress = Progress()
    defer { progress.clear() }
    let id = try run.map { try Histories.record($0, in: store).id }
    let all = try await forecast.items(in: store, from: begin, to: end) { due in
      let day = Zone.utc.civil(at: due).date
      progress.show("looked ahead to \(day)")
    }
    var told: Set<String> = []
    for hold in try Hold.remembered(in: store) where hold.run == nil {
      Output.complain("note: nothing goes out for now: \(hold.because); what follows holds once it goes on")
      told.insert(hold.because)
    }
    try noteStandstills(store, id, told)
    return all.filter { (workflow == nil || $0.workflow == workflow) && (id == nil || $0.run == id) }
  }

  /// Runs that stand still for a reason of their own, or of their channel. What waits for a touch of the same run is
  /// told with that.
  private func noteStandstills(_ store: any Store, _ id: String?, _ told: Set<String>) throws {
    var runs: [String: [String]] = [:]
    for record in try store.runs(RunFilter(workflow: workflow, isLive: true)) where id == nil || record.id == id {
      guard let because = record.standstill, !told.contains(because), try !store.hasOpen(run: record.id) else {
        continue
      }
      runs[because, default: []].append(record.id)
    }
    for (because, ids) in runs.sorted(by: { $0.key < $1.key }) {
      let which = ids.count == 1 ? "the run \(ids[0])" : "\(ids.count) runs"
      Output.complain("note: nothing of \(which) goes out for now: \(because); what follows holds once it goes on")
    }
  }

  private func print(_ items: [Forecast.Item]) {
    let columns = ["at", "workflow", "key", "step", "verb", "to", "run", "says"].map { Table.Column($0) }
    let rows = items.map { item -> [String?] in
      let whom = whom(item.entry)
      return [
        item.at.rfc3339(in: item.zone), item.workflow, item.subject, item.entry.step, whom.verb, whom.to, item.run,
        says(item),
      ]
    }
    let table = Table(columns: columns, rows: rows)
    switch format {
    case .ics:
      Output.write(
        CalendarReport.ics(
          items.map { item in
            let whom = whom(item.entry)
            let step = item.entry.step ?? ""
            return CalendarReport.Item(
              at: item.at, title: "\(item.workflow): \(step)",
              description: [
                (whom.verb ?? "") + (whom.to.map { " to \($0)" } ?? ""), says(item) ?? "",
                "run \(item.run), key \(item.subject)",
              ].filter { !$0.isEmpty }.joined(separator: "\n"),
              // The same when it is asked for again, and when the instant has changed.
              id: "\(item.run)-\(step)" + (item.entry.round.map { "-\($0)" } ?? ""))
          }))
    case .text:
      Tables.print("next", table, as: .text, empty: "nothing goes out within \(days == 1 ? "a day" : "\(days) days")")
    case .json: Tables.print("next", table, as: .json, empty: "")
    case .csv: Tables.print("next", table, as: .csv, empty: "")
    }
  }

  private func whom(_ entry: Entry) -> (verb: String?, to: String?) {
    if case .escalated(let to) = entry.kind { return ("escalate", to) }
    return (entry.handover?.verb, entry.handover?.to ?? entry.handover?.by)
  }

  /// Its subject, or the first thing that its channel shows of it.
  private func says(_ item: Forecast.Item) -> String? {
    (item.shown.first { $0.name == "subject" } ?? item.shown.first)?.text
  }
}
