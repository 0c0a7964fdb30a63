import FlowCore
import FlowRuntime
import FlowSQLite
import FlowTesting
import FlowTime
import Foundation
import GRDB
import Testing

/// What stands in columns beside what is packed, changed by hand.
struct ColumnTests {
  private static let change = [
    ("journal", "at = at + 1000"), ("journal", "what = 'x'"), ("journal", "previous = 1"),
    ("line", "state = 0"), ("line", "next = 5"), ("line", "attempts = 0"), ("line", "settled = settled + 1"),
    ("line", "because = 'x'"), ("line", "receipt = 'x'"), ("line", "touch = 1 - touch"), ("line", "verb = 'x'"),
    ("line", "planned = planned + 1"), ("line", "key = 'x'"),
    ("run", "due = 5"), ("run", "started = started + 1"), ("run", "ended = NULL"), ("run", "outcome = 'x'"),
    ("run", "touches = 9"), ("run", "sequence = sequence + 1"), ("run", "stuck = 'x'"), ("run", "version = 'x'"),
    ("run", "subject = 'x'"), ("run", "contact = 'x'"), ("run", "event = 'x'"), ("run", "workflow = 'x'"),
    ("run", "exclusive = 'x'"), ("task", "open = 1 - open"), ("task", "name = 'x'"),
    ("incoming", "at = at + 1"), ("incoming", "state = 2"), ("incoming", "type = 'x'"),
  ]

  private static func execute(_ sql: String, _ path: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in
      try db.execute(sql: sql)
      #expect(db.changesCount == 1, "\(sql)")
    }
    try queue.close()
  }

  @Test func `guarantee 21: what is changed by hand in a column is found, and whose it is is told`() async throws {
    let scratch = try Scratch()
    try await CareTests.story(scratch)
    let whole = try Data(contentsOf: URL(filePath: scratch.path))
    for (table, change) in Self.change {
      let last = "number = (SELECT max(number) FROM \(table))"
      try Self.execute("UPDATE \(table) SET \(change) WHERE \(last)", scratch.path)
      let store = try SQLiteStore(path: scratch.path, access: .reading)
      let problems = try store.check().problems
      #expect(!problems.isEmpty, "\(table): \(change)")
      if table != "incoming" {
        #expect(problems.allSatisfy { $0.hasPrefix("run ") && $0.contains("(") }, "\(change): \(problems)")
      }
      try store.close()
      try whole.write(to: URL(filePath: scratch.path))
    }
    #expect(try scratch.open().check().problems == [])
  }

  // MARK: The engine

  private static let ann = "(SELECT number FROM run WHERE subject = 'O-1')"
  private static let first = "number = (SELECT min(number) FROM line WHERE run = \(ann))"

  /// What happens to Ann's run while nobody has the store open, who has been written to twice by then.
  private static let damages = [
    "UPDATE line SET state = 0, settled = NULL WHERE \(first)", "UPDATE line SET state = 7 WHERE \(first)",
    "UPDATE line SET packed = zeroblob(9) WHERE \(first)", "UPDATE line SET state = 3 WHERE \(first)",
    "UPDATE line SET packed = zeroblob(9), state = 0 WHERE \(first)", "UPDATE line SET previous = 7 WHERE \(first)",
    "UPDATE line SET state = 99 WHERE \(first)",
    "UPDATE run SET due = due - 3600000 WHERE number = \(ann)",
    "UPDATE run SET due = due + 3600000 WHERE number = \(ann)",
    "UPDATE run SET started = started + 60000 WHERE number = \(ann)",
    "UPDATE run SET sequence = sequence + 1 WHERE number = \(ann)",
    "UPDATE run SET packed = zeroblob(9) WHERE number = \(ann)",
    "UPDATE run SET version = 77777 WHERE number = \(ann)",
    "UPDATE journal SET at = at + 60000 WHERE number = (SELECT max(number) FROM journal WHERE run = \(ann))",
  ]

  @Test(arguments: damages)
  func `guarantee 21: nothing of a run leaves of which a row was changed by hand, a task tells it, all else goes on`(
    damage: String
  ) async throws {
    let scratch = try Scratch()
    let box = LetterBox()
    try await DamageTests.begin(scratch, box)
    try Self.execute(damage, scratch.path)
    let store = try scratch.open()
    for day in 2..<8 { try await DamageTests.engine(store, box, at: Int64(day) * 24).runDue() }
    #expect(DamageTests.letters(box, to: "Ann") == 2)
    #expect(DamageTests.letters(box, to: "Bob") == 3)
    let ann = try #require(try store.runs(RunFilter(subject: "O-1")).first)
    #expect(ann.stuck?.hasPrefix("its history is damaged: ") == true, "\(ann.stuck ?? "")")
    #expect(try DamageTests.told(store).map(\.run) == [ann.id])
    try store.close()

    // It stays so, and a person can end it.
    let again = try scratch.open()
    try await DamageTests.engine(again, box, at: 200).runDue()
    #expect(try DamageTests.told(again).count == 1)
    let cancel = Incoming(
      source: "", id: "c-1", at: EngineOnFileTests.at(201), body: .run(ann.id, .cancel(because: "it is broken")))
    try await DamageTests.engine(again, box, at: 201).receive(cancel)
    try again.close()
    let last = try scratch.open()
    for day in 10..<20 { try await DamageTests.engine(last, box, at: Int64(day) * 24).runDue() }
    #expect(try last.run(ann.id)?.run.outcome == "cancelled")
    #expect(try DamageTests.told(last).isEmpty)
    #expect(DamageTests.letters(box, to: "Ann") == 2)
    #expect(try last.runs(RunFilter(subject: "O-2")).first?.outcome == "quiet")
  }

  @Test func `guarantee 21: a message of a run that has ended does not leave once more`() async throws {
    let scratch = try Scratch()
    let box = LetterBox()
    try await DamageTests.begin(scratch, box)
    let store = try scratch.open()
    for day in 2..<20 { try await DamageTests.engine(store, box, at: Int64(day) * 24).runDue() }
    try store.close()
    #expect(box.texts.count == 6)
    try Self.execute("UPDATE line SET state = 0 WHERE \(Self.first)", scratch.path)
    for _ in 0..<2 {
      let again = try scratch.open()
      try await DamageTests.engine(again, box, at: 500).runDue()
      #expect(box.texts.count == 6)
      #expect(try DamageTests.told(again).count == 1)
      try again.close()
    }
  }

  @Test func `guarantees 15 and 21: what came in and is damaged is put where people see it, and stops no start`()
    async throws
  {
    let scratch = try Scratch()
    let box = LetterBox()
    try await DamageTests.begin(scratch, box)
    let store = try scratch.open()
    let reply = Incoming.event(
      type: "reply", id: "r-1", at: EngineOnFileTests.at(25), subject: "O-1", data: ["text": "perhaps later"])
    try store.commit([.receive(InboxRow(incoming: reply, received: EngineOnFileTests.at(25)))])
    try store.close()
    let last = "number = (SELECT max(number) FROM incoming)"
    try Self.execute("UPDATE incoming SET packed = zeroblob(9) WHERE \(last)", scratch.path)
    let again = try scratch.open()
    try await DamageTests.engine(again, box, at: 72).runDue()
    let seen = try again.inboxNeedingEyes()
    #expect(seen.map(\.incoming.id) == ["r-1"])
    #expect(seen.first?.result?.unmatched?.hasPrefix("it is damaged: ") == true)
    #expect(try again.check().problems.count == 1)
  }

  // MARK: Stores of before

  @Test func `guarantee 22: checksums of a store of before cover columns once it was opened for writing`() throws {
    let scratch = try Scratch()
    try FileManager.default.copyItem(
      at: FixtureTests.folder.appending(path: "1.db"), to: URL(filePath: scratch.path))
    // What only reads reads it as it is.
    let reader = try SQLiteStore(path: scratch.path, access: .reading)
    #expect(try reader.check().problems == [])
    for run in try reader.runs(RunFilter()) { #expect(try !reader.journal(run.id).isEmpty) }
    try reader.close()
    try Self.execute("UPDATE line SET packed = zeroblob(9) WHERE number = 1", scratch.path)
    let store = try scratch.open()
    #expect(try store.check().problems.count == 1)
    try store.close()
    try Self.execute("UPDATE line SET state = 0 WHERE number = 2", scratch.path)
    #expect(try scratch.open().check().problems.count == 2)
  }
}
