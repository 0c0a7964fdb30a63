import CSQLite
import FlowCore
import FlowRuntime
import GRDB
import GRDBSQLite
import Glibc

/// The one connection to the file: opened and migrated by GRDB, then used by whoever holds the store's lock.
final class Connection {
  private let queue: DatabaseQueue
  let handle: OpaquePointer
  let path: String
  let isWriting: Bool
  /// When runs are due, read while the file was checked; taken by whoever asks first, before anything is written.
  var dues: [WakeHeap.Wake]?
  private var statements: [Statement?]
  private var changeNumber: Int64 = -1

  /// - Throws: as ``SQLiteStore``'s initializer.
  init(path: String, isWriting: Bool, isChecked: Bool) throws(StoreError) {
    self.path = path
    self.isWriting = isWriting
    statements = Array(repeating: nil, count: Query.allCases.count)
    Connection.prepareProcess
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.readonly = !isWriting
      // Groups are begun and ended by the store itself.
      configuration.allowsUnsafeTransactions = true
      if isWriting { try Connection.make(path) }
      queue = try DatabaseQueue(path: isWriting ? path : Connection.readable(path), configuration: configuration)
      (handle, dues) = try queue.inDatabase { db in
        try Connection.prepare(db, isWriting: isWriting)
        let dues = isChecked ? try Connection.check(db, path, isWriting: isWriting) : nil
        // A group fits into memory: pages that do not are written to the log again and again. The check, which comes to
        // each page once, is quicker with few.
        if isWriting { try db.execute(sql: "PRAGMA cache_size = -65536") }
        guard let handle = db.sqliteConnection else { throw StoreError.failed("the file is closed") }
        return (handle, dues)
      }
      if isWriting {
        guard flow_sqlite_turning(handle) == SQLITE_OK else { throw Statement.error(SQLITE_ERROR, handle) }
        try Schema.migrator.migrate(queue)
      }
      // Nobody observes what is written from here on.
      sqlite3_commit_hook(handle, nil, nil)
      sqlite3_rollback_hook(handle, nil, nil)
      sqlite3_set_authorizer(handle, nil, nil)
    } catch {
      throw Connection.storeError(error)
    }
  }

  /// Once a process. Two connections work side by side, and share nothing: not even a count of the memory that they
  /// have. Where SQLite is in use already, it stays as it is.
  private static let prepareProcess: Void = {
    _ = flow_sqlite_uncounted()
    _ = flow_sqlite_unlocked()
    _ = flow_sqlite_uris()
    // What a commit has let go of, the next one needs: it is not given back to the system each time.
    flow_keep_memory(4 << 20)
  }()

  /// A copy that is mounted read-only is read as it is: what SQLite keeps beside a file that others may write cannot be
  /// made there, and nobody changes it. Its log, where there is one, is part of it, and cannot be read so.
  ///
  /// So is one in a folder that only others may write to, while nobody has it open: then the file is whole by itself,
  /// and nothing lies beside it. While somebody opens it after that and writes, what is read may be wrong.
  private static func readable(_ path: String) -> String {
    let cut = path.lastIndex(of: "/")
    let folder = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    var status = stat()
    let hasLog = stat(path + "-wal", &status) == 0 && status.st_size > 0
    let refusal = access(folder, W_OK) == 0 ? 0 : errno
    guard refusal == EROFS || refusal == EACCES, access(path + "-shm", F_OK) != 0, !hasLog else { return path }
    let name = path.utf8.reduce(into: "") { name, byte in
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0x80...: name += "%" + hexadecimal([byte])
      default: name.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return "file:\(name)?immutable=1"
  }

  /// A new file is its owner's alone: it holds the store's secret, and what people have written.
  private static func make(_ path: String) throws {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw StoreError.failed("\(path): \(String(cString: strerror(errno)))") }
    Glibc.close(file)
  }

  private static func prepare(_ db: Database, isWriting: Bool) throws {
    if try Schema.migrator.hasBeenSuperseded(db) {
      let names = try Schema.migrator.appliedIdentifiers(db).subtracting(Schema.migrator.migrations).sorted()
      throw StoreError.newer(found: names.joined(separator: ", "))
    }
    let tables = try Set(String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'"))
    guard tables.isEmpty || tables.contains("grdb_migrations") else {
      throw StoreError.foreign("a database of something else")
    }
    if isWriting {
      if try Int.fetchOne(db, sql: "PRAGMA user_version") == Place.copied {
        // It is a copy no more, and that stands in the file itself before there is a log.
        try db.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA user_version = 0")
      }
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY")
    } else if tables.isEmpty {
      throw StoreError.failed("it is empty: put a backup back, or take it away where a new one shall begin")
    }
  }

  /// Looks the whole file through for damage.
  /// - Returns: when runs are due, which is needed next, and which nothing changes before: a thread of its own reads it
  ///   meanwhile. Nil where it could not.
  private static func check(_ db: Database, _ path: String, isWriting: Bool) throws -> [WakeHeap.Wake]? {
    var dues: [WakeHeap.Wake]?
    var reading: Flight?
    if isWriting, try Schema.migrator.hasCompletedMigrations(db) {
      reading = Flight { () throws(StoreError) in
        let beside = try Connection(path: path, isWriting: false, isChecked: false)
        dues = try beside.statement(.dues).dues()
        try beside.close()
      }
    }
    let found = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
    try? reading?.land()
    if let found, found != "ok" {
      throw StoreError.corrupt(found.replacing("*** in database main ***\n", with: ""))
    }
    return dues
  }

  static func storeError(_ error: any Error) -> StoreError {
    switch error {
    case let error as StoreError: return error
    case let error as DatabaseError:
      let text = error.message ?? "\(error.resultCode)"
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .corrupt(text)
      case .SQLITE_BUSY, .SQLITE_LOCKED: return .locked(holder: "another process")
      case .SQLITE_READONLY, .SQLITE_CANTOPEN:
        return .failed("\(text): the file and its folder must be writable for whoever runs this")
      default: return .failed(text)
      }
    default: return .failed("\(error)")
    }
  }

  func close() throws(StoreError) {
    statements = []
    do { try queue.close() } catch { throw Connection.storeError(error) }
  }

  // MARK: Gone

  static let gone = StoreError.failed("the file is gone")

  /// Whether the file that is open does not stand under its name any more: whatever is written to it is lost to whoever
  /// opens the store next.
  var hasMoved: Bool {
    var moved: Int32 = 0
    return sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0
  }

  // MARK: Statements

  /// Kept prepared. Whoever gets it resets it.
  func statement(_ query: Query) throws(StoreError) -> Statement {
    guard query.rawValue < statements.count else { throw .failed("the store is closed") }
    if let known = statements[query.rawValue] { return known }
    let made = try Statement(handle, query.sql)
    statements[query.rawValue] = made
    return made
  }

  /// For what is asked seldom.
  func once(_ sql: String) throws(StoreError) -> Statement {
    guard !statements.isEmpty else { throw .failed("the store is closed") }
    return try Statement(handle, sql)
  }

  func execute(_ query: Query) throws(StoreError) { try statement(query).run() }

  /// SQLite ends one by itself where it cannot go on.
  private var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// From here on the file is read as of one moment, and locked once; does nothing where that is so already.
  func begin() throws(StoreError) { if !isInTransaction { try execute(.begin) } }

  /// What was begun ends, and nothing was written.
  func endReading() throws(StoreError) { if isInTransaction { try execute(.commit) } }

  /// Whether another process has committed since this was asked last.
  func hasChanged() throws(StoreError) -> Bool {
    let found = try statement(.dataVersion).first { $0.number(0) } ?? 0
    defer { changeNumber = found }
    return found != changeNumber
  }
}
