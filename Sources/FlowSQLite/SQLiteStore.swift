import FlowRuntime
import FlowTime
import Glibc
import Synchronization

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
    ///   - isWorthWaiting: told at once, and once, who that is; false: it is not waited for.
    case writing(
      holder: String, patience: Int, isWorthWaiting: @Sendable (Holder) -> Bool = { _ in true })
    case reading
  }

  let path: String
  private let lock: StoreLock?
  private let front: Mutex<State>
  /// Which file it is, whatever it is called by now.
  private let file: UInt64?

  private enum State {
    case open(Front)
    /// The file is opened anew before anything else is done, and looked at first where a commit failed.
    case broken(isChecked: Bool)
    case closed
  }

  /// Opens the store; for writing it is made where there is none, and brought to this program's tables.
  /// - Parameter isChecked: looks for damage first (`PRAGMA quick_check`), which reads the whole file.
  /// - Throws: `.locked`, `.newer`, `.foreign`, `.corrupt`, or `.failed` where the file cannot be opened, as a backup
  ///   beside which the log of another file lies.
  public init(path: String, access: Access, isChecked: Bool = true) throws(StoreError) {
    // SQLite takes them for something else than a file of this name.
    guard !path.hasPrefix("file:"), path != ":memory:" else {
      throw .failed("a store is a file, not an address; a file that is called so is ./\(path)")
    }
    let path = Place.real(path)
    self.path = path
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw .foreign("a folder, where a file is wanted")
    }
    switch access {
    case .writing(let command, let patience, let isWorthWaiting):
      lock = try StoreLock(
        path: path + ".lock", holder: Holder(command: command), patience: patience, isWorthWaiting: isWorthWaiting)
    case .reading: lock = nil
    }
    try Place.checkFile(path, lock)
    front = Mutex(.open(try Front(Connection(path: path, isWriting: lock != nil, isChecked: isChecked))))
    file = Place.file(path)
    guard let lock else { return }
    try use { (front) throws(StoreError) in try Place.check(front, path: path, lock) }
  }

  /// Closes the file; what comes after fails. Without it the end of the process does it.
  public func close() throws(StoreError) {
    // Also where the file cannot be closed well, as on a full disk: it is not written any more.
    defer { lock?.release() }
    try front.withLock { (state) throws(StoreError) in
      defer { state = .closed }
      if case .open(let front) = state { try front.close() }
    }
  }

  /// Which process writes to a store now, as it says of itself; nil where none does.
  public static func holder(path: String) -> Holder? {
    StoreLock.current(path: Place.real(path) + ".lock")
  }

  /// What the connection says of itself, for whoever measures: journal, sync, page size.
  public func settings() throws(StoreError) -> [(name: String, value: String)] {
    try useFile { (front) throws(StoreError) in
      var found: [(name: String, value: String)] = []
      for name in ["journal_mode", "synchronous", "page_size", "cache_size", "wal_autocheckpoint"] {
        found.append((name, try front.file.once("PRAGMA \(name)").first { $0.text(0) } ?? ""))
      }
      return found
    }
  }

  // MARK: Access

  /// One at a time, on a store that is known to be whole.
  func use<Value: Sendable>(_ body: (Front) throws(StoreError) -> Value) throws(StoreError) -> Value {
    try front.withLock { (state) throws(StoreError) in
      let front = try whole(&state)
      front.readsInTransaction = lock != nil
      return try body(front)
    }
  }

  /// The same, with everything that was added in the file.
  func useFile<Value: Sendable>(_ body: (Front) throws(StoreError) -> Value) throws(StoreError) -> Value {
    try front.withLock { (state) throws(StoreError) in
      try write(&state) { (front) throws(StoreError) in try front.flush() }
      let front = try whole(&state)
      front.readsInTransaction = false
      return try body(front)
    }
  }

  /// Nil where the file is not open, or is in use.
  func ifIdle<Value: Sendable>(_ body: (Front) -> Value) -> Value? {
    front.withLockIfAvailable { state in if case .open(let front) = state { body(front) } else { nil } } ?? nil
  }

  private func whole(_ state: inout State) throws(StoreError) -> Front {
    switch state {
    case .closed: throw .failed("the store is closed")
    case .broken(let isChecked):
      // None is made, and no other is taken for it.
      guard let file, Place.file(path) == file else { throw Connection.gone }
      let connection = try Connection(path: path, isWriting: lock != nil, isChecked: isChecked)
      state = .open(try Front(connection))
    case .open(let front):
      // Another process may have written since.
      if lock == nil, try front.file.hasChanged() { state = .open(try Front(front.file)) }
    }
    guard case .open(let front) = state else { throw .failed("the store is closed") }
    return front
  }

  private func write(_ state: inout State, _ body: (Front) throws(StoreError) -> Void) throws(StoreError) {
    guard case .open(let front) = state else { return }
    do throws(StoreError) {
      try body(front)
    } catch {
      // What is in memory is no longer what is in the file.
      try? front.close()
      state = .broken(isChecked: true)
      throw error
    }
  }

  /// The file is read anew: it is not what is in memory any more.
  func reopen() throws(StoreError) {
    try front.withLock { (state) throws(StoreError) in
      if case .open(let front) = state { try front.close() }
      state = .broken(isChecked: false)
    }
  }

  // MARK: Commit

  public func commit(_ writes: [Write]) throws(StoreError) {
    try add(writes)
    try flush()
  }

  public func add(_ writes: [Write]) throws(StoreError) {
    guard lock != nil else { throw .failed("the store was opened for reading") }
    try use { (front) throws(StoreError) in
      try front.check(writes)
      try front.apply(writes)
    }
  }

  public func flush() throws(StoreError) {
    try front.withLock { (state) throws(StoreError) in
      try write(&state) { (front) throws(StoreError) in try front.flush() }
    }
  }

  /// A thread of its own writes the group; meanwhile a second connection reads.
  public func beginFlush() throws(StoreError) {
    try front.withLock { (state) throws(StoreError) in
      try write(&state) { (front) throws(StoreError) in try front.beginFlush() }
    }
  }
}
