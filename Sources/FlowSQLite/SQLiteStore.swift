import FlowCore
import FlowRuntime
import FlowTime
import Foundation
import GRDB

/// A store in one file: write-ahead log, `synchronous=FULL`, one connection that writes. When
/// ``commit(_:)`` or ``flush()`` has returned, its data are on the disk; what was added between two flushes
/// is one transaction.
///
/// One process writes: a second one that opens it for writing waits for some seconds, then gets `.locked`
/// with the holder. Reading needs no lock, and sees whole commits.
public final class SQLiteStore: Store {
  public enum Access: Sendable {
    /// - Parameters:
    ///   - holder: what the lock file calls this process: `flow serve`.
    ///   - patience: seconds to wait for another process.
    case writing(holder: String, patience: Int)
    case reading
  }

  let queue: DatabaseQueue
  private let lock: StoreLock?

  /// Opens the store; for writing it is made where there is none, and brought to this program's tables.
  /// - Parameter isChecked: looks for damage first (`PRAGMA quick_check`), which reads the whole file.
  /// - Throws: `.locked`, `.newer`, `.corrupt`, or `.failed` where the file cannot be opened.
  public init(path: String, access: Access, isChecked: Bool = true) throws(StoreError) {
    switch access {
    case .writing(let holder, let patience):
      lock = try StoreLock(path: path + ".lock", holder: holder, patience: patience)
    case .reading: lock = nil
    }
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.readonly = lock == nil
      // Additions leave it open until they are flushed.
      configuration.allowsUnsafeTransactions = true
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.inDatabase { [lock] db in try Self.prepare(db, isWriting: lock != nil, isChecked: isChecked) }
      if lock != nil { try Schema.migrator.migrate(queue) }
    } catch {
      throw Self.storeError(error)
    }
  }

  private static func prepare(_ db: Database, isWriting: Bool, isChecked: Bool) throws {
    if try Schema.migrator.hasBeenSuperseded(db) {
      let names = try Schema.migrator.appliedIdentifiers(db).subtracting(Schema.migrator.migrations).sorted()
      throw StoreError.newer(found: names.joined(separator: ", "))
    }
    let tables = try Set(String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'"))
    guard tables.isEmpty || tables.contains("grdb_migrations") else {
      throw StoreError.corrupt("it is a database of something else")
    }
    if isWriting {
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      // A group fits into memory: pages that do not are written to the log again and again.
      try db.execute(sql: "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000")
      // Savepoints keep what they would take back in memory: a file of that costs more than the log itself.
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
    } else if tables.isEmpty {
      throw StoreError.failed("the store is empty")
    }
    if isChecked, let found = try String.fetchOne(db, sql: "PRAGMA quick_check(1)"), found != "ok" {
      throw StoreError.corrupt(found)
    }
  }

  /// Closes the file; what comes after fails. Without it the end of the process does it.
  public func close() throws(StoreError) {
    do { try queue.close() } catch { throw Self.storeError(error) }
  }

  /// What the connection says of itself, for whoever measures: journal, sync, page size.
  public func settings() throws(StoreError) -> [(name: String, value: String)] {
    try read { db in
      try ["journal_mode", "synchronous", "page_size", "cache_size", "wal_autocheckpoint"].map { name in
        (name, try String.fetchOne(db, sql: "PRAGMA \(name)") ?? "")
      }
    }
  }

  // MARK: Errors

  static func storeError(_ error: any Error) -> StoreError {
    switch error {
    case let error as StoreError: return error
    case let error as DatabaseError:
      let text = error.message ?? "\(error.resultCode)"
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .corrupt(text)
      case .SQLITE_BUSY, .SQLITE_LOCKED: return .locked(holder: "another process")
      default: return .failed(text)
      }
    case is DecodingError: return .corrupt("a line cannot be read")
    default: return .failed("\(error)")
    }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.inDatabase(body) } catch { throw Self.storeError(error) }
  }

  // MARK: Commit

  public func commit(_ writes: [Write]) throws(StoreError) {
    try add(writes)
    try flush()
  }

  /// A savepoint in the transaction that is open, or in a new one.
  public func add(_ writes: [Write]) throws(StoreError) {
    try read { db in
      if !db.isInsideTransaction { try db.beginTransaction(.immediate) }
      // One statement is whole or not at all by itself.
      if writes.count == 1, writes[0].isOneStatement { return try db.apply(writes[0]) }
      try db.inSavepoint {
        for write in writes { try db.apply(write) }
        return .commit
      }
    }
  }

  public func flush() throws(StoreError) {
    try read { db in
      guard db.isInsideTransaction else { return }
      do { try db.commit() } catch {
        if db.isInsideTransaction { try? db.rollback() }
        throw error
      }
    }
  }
}
