import FlowCore
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

  func zone(_ record: RunRecord) -> Zone { workspace.zones.zone(named: record.run.zone) ?? .utc }
}
