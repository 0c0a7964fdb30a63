import FlowAnalysis
import FlowCore
import FlowReport
import FlowRuntime
import FlowSQLite
import FlowTime

extension Stray {
  /// What a person can do about it.
  var help: String {
    canMove
      ? "`flow migrate \(run)` prints a plan that moves it to the present file; or go back to the program before"
      : "go back to the program or the plugin before; or `flow cancel \(run)` ends it"
  }
}

/// Stored runs as the commands that answer questions read them.
final class Histories {
  let workspace: Workspace
  let store: any Store
  private var versions: Versions
  /// Runs that are damaged, of those that were asked for by ``whole(_:withData:)`` and ``legible(_:)``.
  private(set) var damaged: [DamagedRun] = []

  init(_ workspace: Workspace, _ store: any Store) {
    self.workspace = workspace
    self.store = store
    versions = Versions(workspace.library())
  }

  /// A stored version, compiled anew; nil where this program cannot make it any more. Whether a run goes by it is not
  /// asked.
  func graph(_ version: String) throws -> Graph? { try versions.compiled(version, in: store)?.graph }

  /// The graph by which a run goes; nil where this program cannot go on by its version.
  func graph(of record: RunRecord) throws -> Graph? {
    switch try versions.graph(of: record, in: store, zones: workspace.zones) {
    case .success(let graph): graph
    case .failure: nil
    }
  }

  /// From where a run would be moved.
  func origin(of record: RunRecord) throws -> Result<Versions.Origin, Unreadable> {
    try versions.origin(of: record, in: store, zones: workspace.zones)
  }

  /// The run with this id, or the one that begins with it.
  static func record(_ id: String, in store: any Store) throws -> RunRecord {
    switch try store.idOfRun(named: id) {
    case .failure(let none): throw Failure.finding(none.because)
    case .success(let id):
      guard let record = try store.run(id) else { throw Failure.finding("there is no run \"\(id)\"") }
      return record
    }
  }

  /// - Parameter withData: the data it started with, too, for whoever folds it anew.
  func history(_ record: RunRecord, withData: Bool = false) throws -> RunHistory {
    var history = try RunHistory(record, in: store, graph: nil, zones: workspace.zones)
    if withData, let graph = try graph(history.firstVersion) {
      history = try RunHistory(record, in: store, graph: graph, zones: workspace.zones)
    }
    return history
  }

  /// The same; nil of a run that is damaged, which is noted.
  func whole(_ record: RunRecord, withData: Bool = false) throws -> RunHistory? {
    do {
      return try history(record, withData: withData)
    } catch StoreError.corrupt(let what) {
      note(record, try store.damage(run: record.id) ?? what)
      return nil
    }
  }

  /// The same; of a run that is damaged, which is noted, what can be read.
  func legible(_ record: RunRecord, withData: Bool = false) throws -> RunHistory {
    if let whole = try whole(record, withData: withData) { return whole }
    var history = try RunHistory(
      record, in: store, graph: nil, zones: workspace.zones, journal: try steps(of: record))
    history.stuck = history.stuck ?? damaged.last.map { "its history is damaged: \($0.because)" }
    return history
  }

  /// The steps of its journal; where it is damaged, which is noted, those that can be read.
  func steps(of record: RunRecord) throws -> [JournalStep] {
    // A pattern in `catch` ends Swift 6.3's compiler here with an error about ownership.
    let found: Result<[JournalStep], StoreError>
    do throws(StoreError) { found = .success(try store.journal(record.id)) } catch { found = .failure(error) }
    guard case .failure(.corrupt(let what)) = found else { return try found.get() }
    note(record, try store.damage(run: record.id) ?? what)
    return try (store as? SQLiteStore)?.legible(run: record.id) ?? []
  }

  private func note(_ record: RunRecord, _ because: String) {
    if !damaged.contains(where: { $0.run == record.id }) {
      damaged.append(DamagedRun(run: record.id, because: because))
    }
  }

  /// Folds journals of these versions anew: with the caps of now, or of then.
  func replay(_ versions: Set<String>) -> Replay {
    let former = versions.sorted().compactMap { try? store.version($0) }.map { workspace.former($0).project.caps }
    return Replay(zones: workspace.zones, caps: [workspace.project.caps] + former) { try? self.graph($0) }
  }

  func zone(_ record: RunRecord) -> Zone { workspace.zones.zone(named: record.run.zone) ?? .utc }
}

extension DamagedRun {
  /// Says on standard error which runs what was printed lacks, and what can be done.
  /// - Throws: where there are any, the end of the command: what it has printed is not whole.
  static func tell(_ all: [DamagedRun]) throws {
    guard !all.isEmpty else { return }
    for one in all { Output.complain("error: run \(one.run) is damaged: \(one.because)") }
    let runs = all.count == 1 ? "the run" : "those runs"
    throw Failure.broken(
      "what was printed lacks what cannot be read of \(runs): put a backup back; `flow cancel` ends one that lives")
  }
}
