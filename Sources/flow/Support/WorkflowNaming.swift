import FlowCore
import FlowRuntime
import FlowSQLite

extension Workspace {
  /// That `--workflow NAME` means something: a workflow of the files, or one that the store has runs of.
  func check(workflow name: String?, in store: SQLiteStore) throws {
    guard let name else { return }
    let stored = try store.versions().map(\.workflow)
    if stored.contains(name) { return }
    let known = Set(stored + compile().workflows.map(\.graph.workflow)).sorted()
    guard !known.contains(name) else { return }
    let help =
      Spelling.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" }
      ?? (known.isEmpty ? "" : "there are: " + known.joined(separator: ", "))
    throw Failure.finding("there is no workflow \"\(name)\"" + (help.isEmpty ? "" : "; \(help)"))
  }
}
