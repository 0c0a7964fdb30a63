import FlowCore
import FlowRuntime
import FlowSQLite
import FlowTime

/// Stored runs as the commands that answer questions read them.
final class Histories {
  let workspace: Workspace
  let store: any Store
  private var graphs: [String: Graph?] = [:]

  init(_ workspace: Workspace, _ store: any Store) {
    self.workspace = workspace
    self.store = store
  }

  /// A stored version, compiled anew; nil where this program cannot make it any more.
  func graph(_ version: String) -> Graph? {
    if let known = graphs[version] { return known }
    let stored = try? store.version(version)
    let graph = stored.flatMap { workspace.recompile($0) }.flatMap { $0.fingerprint == version ? $0 : nil }
    graphs[version] = graph
    return graph
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
    if withData, let graph = graph(history.firstVersion) {
      history = try RunHistory(record, in: store, graph: graph, zones: workspace.zones)
    }
    return history
  }

  func zone(_ record: RunRecord) -> Zone { workspace.zones.zone(named: record.run.zone) ?? .utc }
}
