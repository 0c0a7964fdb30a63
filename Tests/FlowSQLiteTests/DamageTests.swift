import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSQLite
import FlowTesting
import FlowTime
import Foundation
import GRDB
import Synchronization
import Testing

/// A journal that is not as it was written, and an engine that goes on beside it.
struct DamageTests {
  enum Damage: String, CaseIterable {
    case bit, lost, ofAnother

    /// What happens to the first step of the first run's journal.
    func strike(_ path: String) throws {
      let queue = try DatabaseQueue(path: path)
      try queue.write { db in
        let sql = "SELECT journal.number FROM journal JOIN run ON run.number = run ORDER BY subject, journal.number"
        let first = try #require(try Int64.fetchOne(db, sql: sql))
        switch self {
        case .bit:
          let packed = "SELECT packed FROM journal WHERE number = ?"
          var bytes = try #require(try Data.fetchOne(db, sql: packed, arguments: [first]))
          bytes[bytes.count - 6] ^= 4
          try db.execute(sql: "UPDATE journal SET packed = ? WHERE number = ?", arguments: [bytes, first])
        case .lost: try db.execute(sql: "DELETE FROM journal WHERE number = ?", arguments: [first])
        case .ofAnother: try db.execute(sql: "UPDATE journal SET run = run + 1 WHERE number = ?", arguments: [first])
        }
      }
      try queue.close()
    }
  }

  static func engine(_ store: any Store, _ box: LetterBox, at hours: Int64) throws -> Engine {
    Engine(
      store: store, library: Library(try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)),
      outlets: box.outlets(), zones: EngineOnFileTests.zones, clock: FixedClock(EngineOnFileTests.at(hours)))
  }

  /// When it happens: before anything has left, between two processes after that, while one goes on.
  enum Time { case first, between, within }

  /// Ann and Bob are each written to twice on the first day, in this order, by an engine whose store is closed again.
  static func begin(_ scratch: Scratch, _ box: LetterBox, hasLeft: Bool = true) async throws {
    let store = try scratch.open()
    for (name, order) in [("Ann", "O-1"), ("Bob", "O-2")] {
      let data: JSONValue = [
        "contact": ["name": .string(name), "email": .string("\(name)@example.test")], "owner": ["name": "Olga"],
        "order": ["id": .string(order), "amount": .number("12.50"), "due": "2026-04-01"],
      ]
      try await engine(store, box, at: 0).receive(
        .event(type: "order.placed", id: order, at: EngineOnFileTests.at(0), subject: order, data: data))
    }
    if hasLeft { try await engine(store, box, at: 24).runDue() }
    try store.close()
  }

  static func letters(_ box: LetterBox, to name: String) -> Int {
    box.texts.count { $0.contains("Dear \(name)") }
  }

  static func told(_ store: SQLiteStore) throws -> [TaskRecord] {
    try store.tasks(TaskFilter(isOpen: true)).filter { $0.text.contains("its history is damaged") }
  }

  @Test(arguments: Damage.allCases, [Time.first, .between, .within])
  func `guarantee 21: a run with a damaged history sends nothing more, a task tells it, and all else goes on`(
    damage: Damage, time: Time
  ) async throws {
    let scratch = try Scratch()
    let box = LetterBox()
    try await Self.begin(scratch, box, hasLeft: time != .first)
    let before = time == .first ? 0 : 2
    #expect(Self.letters(box, to: "Ann") == before)
    if time != .within { try damage.strike(scratch.path) }
    let store = try scratch.open()
    try await Self.engine(store, box, at: 25).runDue()
    if time == .within { try damage.strike(scratch.path) }
    for day in 2..<8 { try await Self.engine(store, box, at: Int64(day) * 24).runDue() }
    #expect(Self.letters(box, to: "Ann") == before)
    #expect(Self.letters(box, to: "Bob") == 3)
    let ann = try #require(try store.runs(RunFilter(subject: "O-1")).first)
    #expect(ann.stuck?.contains("its history is damaged") == true)
    let tasks = try Self.told(store)
    #expect(tasks.count == 1 && tasks[0].run == ann.id && tasks[0].text.contains(ann.id))

    // What comes in for it is kept, once, and stops nobody else's.
    for _ in 0..<2 {
      let reply = Incoming.event(
        type: "reply", id: "r-1", at: EngineOnFileTests.at(200), subject: "O-1", data: ["text": "perhaps later"])
      #expect(try await Self.engine(store, box, at: 200).receive(reply).reached == [ann.id])
    }
    #expect(try InboxKey.kept(for: ann.id, in: store).count == 1)
    for day in 10..<20 { try await Self.engine(store, box, at: Int64(day) * 24).runDue() }
    #expect(Self.letters(box, to: "Ann") == before)
    #expect(try store.runs(RunFilter(subject: "O-2")).first?.outcome == "quiet")
    #expect(try Self.told(store).count == 1)

    // A person can end it all the same.
    let cancel = Incoming(
      source: "", id: "c-1", at: EngineOnFileTests.at(500), body: .run(ann.id, .cancel(because: "it is broken")))
    try await Self.engine(store, box, at: 500).receive(cancel)
    #expect(try store.run(ann.id)?.isLive == false)
    #expect(try Self.told(store).isEmpty)
  }

  @Test func `guarantee 21: a message that waits to be tried again does not leave, either`() async throws {
    let scratch = try Scratch()
    let box = LetterBox()
    box.answer(.temporary(after: nil, because: "the box is full"))
    try await Self.begin(scratch, box)
    // The first to Ann has not left, the next one has.
    #expect(box.texts.count == 3)
    try Damage.bit.strike(scratch.path)
    let store = try scratch.open()
    try await Self.engine(store, box, at: 25).runDue()
    #expect(box.texts.count == 3)
    #expect(try store.outbox(.held).map(\.because) == [try store.runs(RunFilter(subject: "O-1")).first?.stuck])
    #expect(try Self.told(store).count == 1)
  }

  /// Moved by hand, under an engine that goes on.
  private final class MovedClock: Clock {
    private let instant: Mutex<Instant>
    init(_ hours: Int64) { instant = Mutex(EngineOnFileTests.at(hours)) }
    func now() -> Instant { instant.withLock { $0 } }
    func move(to next: Instant) { instant.withLock { $0 = next } }
  }

  @Test func `guarantee 21: a run whose history is put back under a running engine goes on by itself`() async throws {
    let scratch = try Scratch()
    let box = LetterBox()
    try await Self.begin(scratch, box)
    try Damage.bit.strike(scratch.path)
    let store = try scratch.open()
    let clock = MovedClock(72)
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)),
      outlets: box.outlets(), zones: EngineOnFileTests.zones, clock: clock)
    try await engine.runDue()
    #expect(Self.letters(box, to: "Ann") == 2 && Self.letters(box, to: "Bob") == 3)
    #expect(try Self.told(store).count == 1)
    // The same bit once more.
    try Damage.bit.strike(scratch.path)
    #expect(try await engine.nextDue() == EngineOnFileTests.at(73))
    clock.move(to: EngineOnFileTests.at(72).adding(milliseconds: 59 * 60_000))
    try await engine.runDue()
    #expect(Self.letters(box, to: "Ann") == 2)
    clock.move(to: EngineOnFileTests.at(73))
    try await engine.runDue()
    #expect(Self.letters(box, to: "Ann") == 3)
    #expect(try Self.told(store).isEmpty)
  }
}
