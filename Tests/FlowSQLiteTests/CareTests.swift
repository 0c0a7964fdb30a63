import FlowCore
import FlowRuntime
import FlowSQLite
import FlowTesting
import FlowTime
import Foundation
import GRDB
import Testing

/// What keeps a store whole, and what takes somebody out of it.
struct CareTests {
  /// A store in which `Ann` and `Bob` have been followed up as in ``EngineOnFileTests``, Ann first.
  static func story(_ scratch: Scratch) async throws {
    let graphs = try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)
    let store = try scratch.open()
    let box = LetterBox()
    func engine(at hours: Int64) -> Engine {
      Engine(
        store: store, library: Library(graphs), outlets: box.outlets(), zones: EngineOnFileTests.zones,
        clock: FixedClock(EngineOnFileTests.at(hours)))
    }
    for (name, order) in [("Ann", "O-1"), ("Bob", "O-2"), ("Eve", "O-3")] {
      let data: JSONValue = [
        "contact": ["name": .string("\(name) Meyer"), "email": .string("\(name.lowercased())@example.test")],
        "owner": ["name": "Olga"], "order": ["id": .string(order), "amount": .number("12.50"), "due": "2026-04-01"],
      ]
      try await engine(at: 0).receive(
        .event(
          type: "order.placed", id: "placed-\(order)", at: EngineOnFileTests.at(0), subject: order, data: data))
    }
    for order in ["O-1", "O-2"] {
      try await engine(at: 30).receive(
        .event(
          type: "reply", id: "reply-\(order)", at: EngineOnFileTests.at(30), subject: order,
          data: ["text": "perhaps later"]))
    }
    for day in 2..<20 { try await engine(at: Int64(day) * 24).runDue() }
    try store.close()
  }

  /// All that the store's files hold, with what they are called.
  static func bytes(_ scratch: Scratch) throws -> Data {
    try ["", "-wal", "-shm"].map { scratch.path + $0 }.filter(FileManager.default.fileExists)
      .reduce(Data()) { try $0 + Data(contentsOf: URL(filePath: $1)) }
  }

  // MARK: Check

  @Test func `a sound store has no problems`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let check = try scratch.open().check()
    #expect(check.problems == [])
    #expect(check.lines > 30)
  }

  @Test(arguments: ["incoming", "run", "journal", "line", "task"])
  func `guarantee 21: a bit that has changed in a packed line is found`(table: String) async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let queue = try DatabaseQueue(path: scratch.path)
    try await queue.write { db in
      let sql = "SELECT packed FROM \(table) WHERE packed IS NOT NULL ORDER BY number DESC LIMIT 1"
      var packed = try #require(try Data.fetchOne(db, sql: sql))
      packed[packed.count - 6] ^= 4
      try db.execute(
        sql: "UPDATE \(table) SET packed = ? WHERE number = (SELECT max(number) FROM \(table))", arguments: [packed])
    }
    try queue.close()
    let store = try scratch.open()
    #expect(try store.check().problems.count == 1)
    if table == "journal" || table == "line" {
      let last = try #require(try store.runs(RunFilter(subject: "O-3")).first ?? store.runs(RunFilter()).last)
      #expect(throws: StoreError.self) {
        for run in try store.runs(RunFilter()) + [last] {
          _ = try store.journal(run.id)
          _ = try store.outbox(run: run.id)
        }
      }
    }
  }

  @Test func `a step that is lost is found`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let queue = try DatabaseQueue(path: scratch.path)
    try await queue.write { try $0.execute(sql: "DELETE FROM journal WHERE number = 2") }
    try queue.close()
    #expect(try scratch.open().check().problems.count == 1)
  }

  // MARK: Backup

  @Test func `guarantee 23: a backup holds what the store held, and all sending until it is told to go on`()
    async throws
  {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let store = try scratch.open()
    let reader = try SQLiteStore(path: scratch.path, access: .reading)
    let path = scratch.folder.appending(path: "copy.db").path
    try reader.backup(to: path)
    #expect(throws: StoreError.self) { try reader.backup(to: path) }
    let copy = try SQLiteStore(path: path, access: .writing(holder: "the test", patience: 0))
    #expect(try copy.runs(RunFilter()) == store.runs(RunFilter()))
    for run in try store.runs(RunFilter()) {
      #expect(try copy.journal(run.id) == store.journal(run.id))
      #expect(try copy.outbox(run: run.id) == store.outbox(run: run.id))
    }
    #expect(
      try copy.remembered(prefix: FlowRuntime.Hold.prefix).compactMap(FlowRuntime.Hold.init).map(\.reason) == [
        .restored
      ])
    #expect(try store.remembered(prefix: FlowRuntime.Hold.prefix) == [])
    #expect(try copy.check().problems == [])
  }

  @Test func `guarantee 23: a file that was copied by hand, or put back, holds all sending`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let manager = FileManager.default
    let copy = scratch.folder.appending(path: "copy.db").path
    try manager.copyItem(atPath: scratch.path, toPath: copy)
    func reasons(_ path: String) throws -> [FlowRuntime.Hold.Reason] {
      let store = try SQLiteStore(path: path, access: .writing(holder: "the test", patience: 0))
      defer { try? store.close() }
      return try store.remembered(prefix: FlowRuntime.Hold.prefix).compactMap(FlowRuntime.Hold.init).map(\.reason)
    }
    #expect(try reasons(scratch.path) == [])
    #expect(try reasons(copy) == [.restored])
    // The bytes of before into the very file.
    let old = try Data(contentsOf: URL(filePath: scratch.path))
    #expect(try reasons(scratch.path) == [])
    #expect(try reasons(scratch.path) == [])
    for ending in ["-wal", "-shm"] { try? manager.removeItem(atPath: scratch.path + ending) }
    let file = try FileHandle(forWritingTo: URL(filePath: scratch.path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: old)
    try file.close()
    #expect(try reasons(scratch.path) == [.restored])
    // Another name in the same folder is no copy.
    let third = try Scratch()
    try await Self.story(third)
    try manager.moveItem(atPath: third.path, toPath: third.path + ".moved")
    #expect(try reasons(third.path + ".moved") == [])
  }

  @Test func `a store and its backup are their owner's alone`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let store = try scratch.open()
    try store.backup(to: scratch.path + ".copy")
    for path in [scratch.path, scratch.path + "-wal", scratch.path + ".copy"] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(path)")
    }
    try store.close()
  }

  // MARK: Erasure

  @Test func `guarantee 27: of who is erased nothing is left in the file, its free pages and its log`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let store = try scratch.open()
    try store.commit([
      .suppress(contact: ["ann@example.test"], channel: "all", at: .epoch, because: "asked by ann@example.test"),
      .touch(contact: "ann@example.test", run: "elsewhere", at: .epoch),
    ])
    let bob = try store.runs(RunFilter(subject: "O-2"))
    let journal = try store.journal(bob[0].id)
    let outbox = try store.outbox(run: bob[0].id)
    #expect(try Self.bytes(scratch).range(of: Data("Ann Meyer".utf8)) != nil)
    let ann = try store.runs(RunFilter(subject: "O-1")).map(\.id)
    let erasure = try store.erase("Ann@example.test")
    #expect(erasure == Erasure(runs: Set(ann), events: 2, suppressions: 1))
    for text in ["Ann", "ann@", "O-1"] {
      #expect(try Self.bytes(scratch).range(of: Data(text.utf8)) == nil, "\(text) is left")
    }
    #expect(try store.runs(RunFilter()).count == 2)
    #expect(try store.runs(RunFilter(subject: "O-2")) == bob)
    #expect(try store.journal(bob[0].id) == journal)
    #expect(try store.outbox(run: bob[0].id) == outbox)
    #expect(try store.suppressed(["ann@example.test"]) == ["all"])
    #expect(try store.suppressed(["bob@example.test"]) == [])
    #expect(try store.check().problems == [])
    try store.close()
    let again = try scratch.open()
    #expect(try again.suppressed(["ann@example.test"]) == ["all"])
    #expect(try again.erase(" ") == Erasure())
  }

  @Test func `who is erased takes no hold and nothing of others along`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let store = try scratch.open()
    let run = try #require(store.runs(RunFilter(subject: "O-1")).first?.id)
    let kept = [
      "hold/paused": "1780678200000 O-1 was wrong", "cursor/email": "17:O-1", "contact/joann@example.test": "c-9",
      "reference/<O-1@acme.test>": "other", "released/O-1": "1", "perhaps/0a": "the line died",
    ]
    let key = try #require(store.outbox(run: run).first).key.text
    let gone = [
      "perhaps/\(key)": "250 ann@example.test …", "stopped/\(key)": "reply came first", "unknown/\(key)": "1",
      "crash/\(key)": "1", "hold/paused/.\(run)": "1 wait", "aside/\(run)": "", "first-run/proposal/\(run)": "1",
      "reference/<1@acme.test>": run, "contact/ann.meyer": "ann@example.test", "late/ann@example.test/\(run)/1.ab": "2",
    ]
    try store.commit(kept.merging(gone) { $1 }.map { .remember($0.key, $0.value) })
    _ = try store.erase("ann@example.test")
    for (name, value) in kept { #expect(try store.remembered(name) == value, "\(name)") }
    for name in gone.keys { #expect(try store.remembered(name) == nil, "\(name)") }
    try store.close()
  }

  /// The first part of a fact's name is its kind, whoever is called so.
  @Test(arguments: ["erased", "contact", "joined", "late"])
  func `who is called as a kind of facts takes none of others along`(name: String) throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let kept = ["erased/0a": "", "contact/ann": "c-1", "joined/c-2": "c-1", "late/c-1/7/1.ab": "2"]
    let gone = ["contact/\(name)": "c-3", "late/\(name)/7/1.ab": "2", "allowed/\(name)/email/1": "{}"]
    try store.commit(kept.merging(gone) { $1 }.map { .remember($0.key, $0.value) })
    _ = try store.erase(name)
    for (name, value) in kept { #expect(try store.remembered(name) == value, "\(name)") }
    for name in gone.keys { #expect(try store.remembered(name) == nil, "\(name)") }
    try store.close()
  }

  @Test func `who is erased takes no event of others along`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let store = try scratch.open()
    func event(_ id: String, _ subject: String, _ text: String) -> Write {
      let incoming = Incoming.event(
        type: "reply", id: id, at: .epoch, subject: subject, data: ["text": .string(text), "amount": .number("1")])
      return .receive(InboxRow(incoming: incoming, received: .epoch, result: .unmatched("nobody")))
    }
    try store.commit([
      event("theirs-1", "O-10", "O-1 is cheap"), event("theirs-2", "O-2", "from joann@example.test"),
      event("hers-1", "O-1", "again"), event("hers-2", "elsewhere", "write to ann@example.test, please"),
    ])
    _ = try store.erase("ann@example.test")
    for id in ["theirs-1", "theirs-2"] { #expect(try store.inbox(InboxKey(source: "", id: id)) != nil, "\(id)") }
    for id in ["hers-1", "hers-2"] { #expect(try store.inbox(InboxKey(source: "", id: id)) == nil, "\(id)") }
    try store.close()
  }

  // MARK: Views

  @Test func `people read the views`() async throws {
    let scratch = try Scratch()
    try await Self.story(scratch)
    let queue = try DatabaseQueue(path: scratch.path)
    func rows(_ sql: String) throws -> [String] {
      try queue.read { db in
        try Row.fetchAll(db, sql: sql).map { row in
          row.databaseValues.map { "\($0.storage.value ?? "-")" }.joined(separator: "|")
        }
      }
    }
    #expect(
      try rows("SELECT workflow, key, contact, started, outcome, touches FROM runs WHERE key = 'O-1'") == [
        "order|O-1|ann@example.test|2026-03-02 09:00:00.000|quiet|3"
      ])
    let history = try rows("SELECT at, what FROM history WHERE key = 'O-1' ORDER BY at LIMIT 3")
    #expect(
      history == [
        "2026-03-02 09:00:00.000|started", "2026-03-03 15:00:00.000|received, task read-it, held thanks",
        "2026-03-06 09:00:00.000|sent thanks, sent hint",
      ])
    #expect(
      try rows("SELECT step, verb, state, attempts FROM outbox WHERE contact = 'ann@example.test' ORDER BY number")
        .first == "read-it|errand|accepted|1")
    #expect(try rows("SELECT id, type, state FROM inbox WHERE id = 'reply-O-2'") == ["reply-O-2|reply|done"])
    #expect(
      try rows("SELECT name, open FROM tasks WHERE contact = 'bob@example.test' ORDER BY name").contains("read-it|1"))
    #expect(
      try rows("SELECT contact, runs, live, touches FROM contacts ORDER BY contact").first == "ann@example.test|1|0|3")
    #expect(try rows("SELECT count(*) FROM touches WHERE contact = 'ann@example.test'") == ["3"])
    #expect(try rows("SELECT * FROM suppressions") == [])
    // The views and columns that the room's README names.
    let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/FlowSQLite/README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    for view in try rows("SELECT name FROM sqlite_master WHERE type = 'view'") {
      let columns = try rows("SELECT name FROM pragma_table_info('\(view)')").joined(separator: ", ")
      #expect(text.contains("| `\(view)` |") && text.contains("| \(columns) |"), "\(view): \(columns)")
    }
  }
}
