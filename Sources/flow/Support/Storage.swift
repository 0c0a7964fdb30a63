import FlowRuntime
import FlowSQLite

enum Storage {
  /// Opens the store, does something with it, closes it; what goes wrong with it is exit code 3.
  static func use<Result>(
    _ options: StoreOptions, _ workspace: Workspace, _ use: StoreUse, _ body: (SQLiteStore) async throws -> Result
  ) async throws -> Result {
    let store = try options.open(workspace, use)
    // Where it is closed already, or cannot be any more, the end of the process does it.
    defer { try? store.close() }
    do {
      return try await body(store)
    } catch let error as StoreError {
      throw Failure.broken("\(options.shown(workspace)): \(error)")
    }
  }
}
