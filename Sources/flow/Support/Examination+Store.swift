import FlowReport
import FlowRuntime
import FlowSQLite
import FlowServer
import FlowTime

/// What `flow doctor` says of the store.
extension Examination {
  func store(_ options: StoreOptions) -> [Check] {
    let path = options.path(workspace)
    let shown = options.shown(workspace)
    let server = server(path)
    guard Paths.exists(path) else {
      // One whose server lives was there.
      return server.level == .ok
        ? [Check("store", .ok, "\(shown) is made by the first event")]
        : [Check("store", .problem, "\(shown) is gone", help: "put it back, or a backup of it"), server]
    }
    do {
      let store = try SQLiteStore(path: path, access: .reading, isChecked: false)
      defer { try? store.close() }
      // All of it is read before it is called whole.
      let found = try store.check().problems
      guard let first = found.first else {
        return try sound(store, path, shown, isNamed: options.store != nil) + [server]
      }
      let more = found.count > 1 ? ", and \(found.count - 1) more" : ""
      return [
        Check(
          "store", .problem, "\(shown) is damaged: \(first)\(more)",
          help: "`flow store check` lists it; put a backup back"), server,
      ]
    } catch {
      return [Check("store", .problem, "\(shown): \(error)", help: Self.help(error)), server]
    }
  }

  private static func help(_ error: StoreError) -> String {
    switch error {
    case .foreign: "set `store:` in flow.yaml to the store's own file"
    case .corrupt: "put a backup back; if the file is none of flow's, set `store:` to another"
    case .newer: "use that version of flow, or a newer one"
    default: "look at the file, at whom it and its folder belong to, and at the disk"
    }
  }

  /// One that lives may hold it, or have given it up until it can be written again.
  private func server(_ path: String) -> Check {
    let holder = SQLiteStore.holder(path: path)
    let server = try? Client(store: path, seconds: 5).holder
    if let holder { return Check("server", .ok, "\(holder) holds the store") }
    guard let server else { return Check("server", .ok, "nobody holds the store") }
    return Check(
      "server", .problem, "\(server) lives, and has given the store up until it can be written again",
      help: "its standard error says why; it goes on by itself when that is mended")
  }

  private func sound(_ store: SQLiteStore, _ path: String, _ shown: String, isNamed: Bool) throws(StoreError) -> [Check]
  {
    let mode = try store.settings().first { $0.name == "journal_mode" }?.value ?? ""
    let holds = try Hold.remembered(in: store)
    // A copy has no log of its own before something is written to it.
    let isCopy = holds.contains { $0.reason == .restored } || !Paths.isWritable(Paths.folder(of: path))
    var checks = [
      mode == "wal" || isCopy
        ? Check("store", .ok, "\(shown) is whole")
        : Check("store", .warning, "\(shown) keeps no write-ahead log", help: "let flow alone change its settings")
    ]
    checks += try runs(store)
    for hold in holds where hold.run == nil {
      // What a first run's cap says names its own way out, and so does the brake.
      let help = [.firstRun, .brake].contains(hold.reason) ? nil : "`flow resume --all` when that is mended"
      // What a person wants so is no problem, nor is a backup that is looked at; that nothing leaves otherwise is one.
      let isWanted = [.paused, .firstRun].contains(hold.reason) || hold.reason == .restored && isNamed
      let level: ChecksReport.Level = isWanted ? .warning : .problem
      checks.append(Check("sending", level, "is held: \(hold.because)", help: help))
    }
    // What the engine alone knows it has told people.
    for task in try store.tasks(TaskFilter(run: "", isOpen: true))
    where task.kind == .notice(.held) && !holds.contains(where: { task.text.contains($0.because) }) {
      checks.append(
        Check("sending", .problem, task.text, help: "`flow done \(task.id) done` when somebody sees to it"))
    }
    let waiting = try store.outbox(.held).filter { $0.because?.hasPrefix(Hold.mark) != true } + store.outbox(.unknown)
    if let line = waiting.first {
      checks.append(
        Check(
          "outbox", .warning,
          "\(waiting.count) wait for a person: \(line.step) of run \(line.run): \(line.because ?? "")",
          help: "`flow why \(line.run) \(line.step)`"))
    }
    let unread = try store.inboxNeedingEyes().count
    if unread > 0 {
      checks.append(
        Check("inbox", .warning, "\(unread) fit no run, or were refused", help: "`flow runs --unmatched` lists them"))
    }
    return checks
  }

  /// Live runs that this program cannot carry on as the one before it would.
  private func versions(_ store: SQLiteStore) throws(StoreError) -> (checks: [Check], strays: Set<String>) {
    var versions = Versions(workspace.library())
    let (strays, others) = try versions.strays(in: store, zones: workspace.zones)
    var checks = strays.map { stray in
      Check(
        "versions", .problem, "run \(stray.run) (\(stray.workflow), \(stray.subject)) stands still: \(stray.because)",
        help: stray.help)
    }
    if others > 0 {
      let runs = others == 1 ? "1 live run is" : "\(others) live runs are"
      checks.append(
        Check(
          "versions", .ok,
          "\(runs) on a version that this program reads otherwise; the journal is the same by it, and goes on"))
    }
    return (checks, Set(strays.map(\.run)))
  }

  private func runs(_ store: SQLiteStore) throws(StoreError) -> [Check] {
    var checks: [Check] = []
    let records = try store.runs(RunFilter(isLive: true))
    if let setBack = try SetBack(store, clock) {
      checks.append(Check("clock", .problem, setBack.words, help: "set it, if it is wrong"))
    }
    let (read, strays) = try versions(store)
    checks += read
    let set = records.filter { record in
      !strays.contains(record.id)
        && record.stuck.map { !$0.hasPrefix(Hold.mark) && !$0.hasPrefix(Hold.pauseMark) } ?? false
    }
    checks.append(
      set.isEmpty
        ? Check("runs", .ok, records.count == 1 ? "1 lives" : "\(records.count) live")
        : Check(
          "runs", .warning, "\(set.count) of \(records.count) are set aside, \(set[0].id) first",
          help: "`flow why \(set[0].id)` says why; `flow resume` lets it go on"))
    return checks
  }
}
