import FlowRuntime
import FlowSQLite
import Foundation

/// A new store in a file, and what it cost.
struct StoreFile {
  let store: SQLiteStore
  private let path: String

  /// - Parameter folder: what it holds of a run before is removed.
  init(folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/bench.db"
    for ending in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + ending) }
    store = try SQLiteStore(path: path, access: .writing(holder: "flow-bench", patience: 0))
  }

  /// What stands in the file, and how it was put there. The store is closed.
  func report(_ count: Int, written: Int) throws -> String {
    let settings = try store.settings().map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    try store.close()
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    return """
      settings        \(settings)
      stored          \(size / count) bytes a finished run
      written         \(written / count) bytes a contact
      """
  }
}
