import FlowCore
import FlowRuntime
import FlowSQLite
import FlowTesting
import Foundation
import GRDB
import Synchronization
import Testing

/// A folder that is gone with the test.
final class Scratch {
  let folder: URL

  init() throws {
    folder = URL(filePath: NSTemporaryDirectory()).appending(
      path: "flow-\(ProcessInfo.processInfo.globallyUniqueString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var path: String { folder.appending(path: "flow.db").path }

  func open(patience: Int = 0) throws -> SQLiteStore {
    try SQLiteStore(path: path, access: .writing(holder: "the test", patience: patience))
  }
}

struct SQLiteStoreTests {
  @Test(arguments: StoreConformance.checks)
  func `the store in a file keeps its promises`(check: StoreConformance.Check) throws {
    let scratch = try Scratch()
    #expect(try check.violations(of: scratch.open()) == [])
  }

  @Test func `what was committed is there when the file is opened again`() throws {
    let scratch = try Scratch()
    let row = InboxRow(
      incoming: Incoming(id: "e-1", at: .epoch, body: .run("r-1", .reply(text: "yes"))), received: .epoch)
    do {
      let store = try scratch.open()
      try store.commit([.receive(row)])
    }
    let again = try scratch.open()
    #expect(try again.pending(limit: 9) == [row])
  }

  @Test func `what was added is gone with a process that ends before the flush, and stays after it`() throws {
    let scratch = try Scratch()
    do {
      let store = try scratch.open()
      try store.add([.hear(run: "r", event: "kept")])
      try store.flush()
      try store.add([.hear(run: "r", event: "lost")])
      let reader = try SQLiteStore(path: scratch.path, access: .reading)
      #expect(try reader.knows(run: "r", event: "kept"))
      #expect(try !reader.knows(run: "r", event: "lost"))
    }
    let again = try scratch.open()
    #expect(try again.knows(run: "r", event: "kept"))
    #expect(try !again.knows(run: "r", event: "lost"))
  }

  @Test func `guarantee 1: a log that was given room keeps what was committed before and after, as a kill leaves it`()
    throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    func length() throws -> Int { try Data(contentsOf: URL(filePath: scratch.path + "-wal")).count }
    try store.commit([.hear(run: "r", event: "before")])
    #expect(try length() < 1 << 20)
    try store.makeRoomForLog()
    let given = try length()
    // Four thousand pages of 4096 bytes, each with 24 of its own.
    #expect(given >= 4000 * 4120)
    for number in 0..<20 { try store.commit([.hear(run: "r", event: "after \(number)")]) }
    #expect(try length() == given)
    // The bytes of now, without the end of the process that has them.
    let copy = scratch.folder.appending(path: "left.db").path
    for ending in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: scratch.path + ending, toPath: copy + ending)
    }
    let left = try SQLiteStore(path: copy, access: .writing(holder: "the test", patience: 0))
    for store in [store, left] {
      #expect(try store.knows(run: "r", event: "before"))
      for number in 0..<20 { #expect(try store.knows(run: "r", event: "after \(number)")) }
      #expect(try store.check().problems == [])
    }
    // Again, over what the one before has left.
    try left.makeRoomForLog()
    #expect(try left.knows(run: "r", event: "after 19"))
  }

  @Test func `what is put off until nobody waits carries the log into the file, and loses nothing`() throws {
    let scratch = try Scratch()
    // Its end has carried the tables.
    try scratch.open().close()
    let store = try scratch.open()
    /// Events that stand in the file itself, whatever its log has.
    func carried(_ numbers: Range<Int>) throws -> Int {
      let copy = scratch.folder.appending(path: UUID().uuidString).path
      try FileManager.default.copyItem(atPath: scratch.path, toPath: copy)
      let file = try SQLiteStore(path: copy, access: .reading)
      return try numbers.count { try file.knows(run: "r", event: "\($0)") }
    }
    try store.tidy()
    #expect(!store.isUntidy)
    for number in 0..<40 { try store.commit([.hear(run: "r", event: "\(number)")]) }
    #expect(store.isUntidy)
    #expect(try carried(0..<40) == 0)
    // What was added and is not committed comes first.
    try store.add([.hear(run: "r", event: "40")])
    #expect(!store.isUntidy)
    try store.tidy()
    #expect(try carried(0..<41) == 0)
    try store.flush()
    #expect(store.isUntidy)
    try store.tidy()
    #expect(!store.isUntidy)
    #expect(try carried(0..<41) == 41)
    for number in 41..<50 { try store.commit([.hear(run: "r", event: "\(number)")]) }
    #expect(try (0..<50).allSatisfy { try store.knows(run: "r", event: "\($0)") })
    try store.close()
    let again = try scratch.open()
    #expect(try (0..<50).allSatisfy { try again.knows(run: "r", event: "\($0)") })
    #expect(try again.check().problems == [])
  }

  @Test func `a second writer is told who holds the store, and a reader is not`() throws {
    let scratch = try Scratch()
    let first = try SQLiteStore(path: scratch.path, access: .writing(holder: "flow serve", patience: 0))
    let holder = "flow serve, process \(ProcessInfo.processInfo.processIdentifier)"
    #expect(throws: StoreError.locked(holder: holder)) { try scratch.open() }
    let reader = try SQLiteStore(path: scratch.path, access: .reading)
    #expect(try reader.pending(limit: 1) == [])
    try first.commit([
      .receive(InboxRow(incoming: Incoming(id: "e", at: .epoch, body: .run("r", .opened)), received: .epoch))
    ])
    #expect(try reader.pending(limit: 1).count == 1)
    #expect(throws: StoreError.self) { try reader.commit([.hear(run: "r", event: "e")]) }
  }

  /// One link stands before the file does, and another is made later; in folders of their own, so that nothing lies
  /// beside both.
  @Test func `who opens a store by a link meets whoever has it by its name`() throws {
    let scratch = try Scratch()
    let links = try ["before", "after"].map { name in
      let folder = scratch.folder.appending(path: name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      return folder.appending(path: "link.db").path
    }
    func open(_ path: String) throws -> SQLiteStore {
      try SQLiteStore(path: path, access: .writing(holder: "flow serve", patience: 0))
    }
    let holder = "flow serve, process \(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createSymbolicLink(atPath: links[0], withDestinationPath: "../flow.db")
    let first = try open(links[0])
    try FileManager.default.createSymbolicLink(atPath: links[1], withDestinationPath: links[0])
    for path in links + [scratch.path] {
      #expect(throws: StoreError.locked(holder: holder)) { try open(path) }
      #expect("\(try #require(SQLiteStore.holder(path: path)))" == holder)
    }
    try first.commit([.hear(run: "r", event: "e")])
    try first.close()
    let second = try open(scratch.path)
    for path in links { #expect(throws: StoreError.locked(holder: holder)) { try open(path) } }
    #expect(try second.knows(run: "r", event: "e"))
    for path in links { #expect(try SQLiteStore(path: path, access: .reading).knows(run: "r", event: "e")) }
  }

  @Test func `whether the log is to be carried is said at once, whoever has the file`() throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    // Whoever commits waits for it, for some seconds.
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: scratch.path, configuration: configuration)
    try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    let failure = Mutex<StoreError?>(nil)
    let committing = DispatchGroup()
    DispatchQueue.global().async(group: committing) {
      do throws(StoreError) { try store.commit([.hear(run: "r", event: "e")]) } catch {
        failure.withLock { $0 = error }
      }
    }
    usleep(200_000)
    #expect(!store.isUntidy)
    try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
    committing.wait()
    #expect(failure.withLock { $0 } == nil)
    #expect(try store.knows(run: "r", event: "e"))
  }

  @Test func `a store of a newer program is refused, and left as it is`() throws {
    let scratch = try Scratch()
    do {
      let store = try scratch.open()
      try store.close()
      let queue = try DatabaseQueue(path: scratch.path)
      try queue.write { db in
        try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('7 something new')")
      }
      try queue.close()
    }
    #expect(throws: StoreError.newer(found: "7 something new")) { try scratch.open() }
  }

  @Test func `a file that is no store is refused`() throws {
    let scratch = try Scratch()
    try Data(repeating: 65, count: 5000).write(to: URL(filePath: scratch.path))
    let error = #expect(throws: StoreError.self) { try scratch.open() }
    if case .corrupt = error {} else { Issue.record("\(String(describing: error))") }
  }

  @Test func `a database of something else is refused`() throws {
    let scratch = try Scratch()
    try DatabaseQueue(path: scratch.path).write { try $0.execute(sql: "CREATE TABLE songs (name TEXT)") }
    #expect(throws: StoreError.foreign("a database of something else")) { try scratch.open() }
  }

  @Test func `a commit is on the disk: write-ahead log, and every commit synced`() throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    try store.commit([.hear(run: "r", event: "e")])
    let queue = try DatabaseQueue(path: scratch.path)
    #expect(try queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    #expect(FileManager.default.fileExists(atPath: scratch.path + "-wal"))
  }
}

/// What changes of a run is there when the file is opened again.
struct MovedRunTests {
  @Test func `guarantee 4: a run that was moved is on its new version after a restart`() throws {
    let scratch = try Scratch()
    var record = RunRecord(
      id: "0123456789ab", workflow: "order", version: "aaaaaaaaaaaa", subject: "O-1", contact: "c-1", event: "e-1",
      sequence: 1, run: Run(key: ["O-1"], data: [:], started: .epoch, zone: "UTC"))
    do {
      let store = try scratch.open()
      try store.commit([.start(record)])
      record.version = "bbbbbbbbbbbb"
      record.sequence = 2
      try store.commit([.advance(record, from: 1)])
    }
    let again = try scratch.open()
    #expect(try again.run(record.id)?.version == "bbbbbbbbbbbb")
  }
}
