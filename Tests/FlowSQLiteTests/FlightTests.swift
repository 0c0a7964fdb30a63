import FlowCore
import FlowRuntime
import FlowSQLite
import FlowSimulation
import FlowTesting
import FlowTime
import Foundation
import Synchronization
import Testing

/// A group is written while the next one is made.
struct FlightTests {
  /// Each commit is only begun: whatever is read comes from memory, from the file, or from both.
  final class Begun: StoreInFront {
    let base: any Store
    init(_ base: any Store) { self.base = base }

    func commit(_ writes: [Write]) throws(StoreError) {
      try base.add(writes)
      try base.beginFlush()
    }
    func beginFlush() throws(StoreError) { try base.beginFlush() }
  }

  @Test(arguments: StoreConformance.checks)
  func `a store that is still writing keeps its promises`(check: StoreConformance.Check) throws {
    let scratch = try Scratch()
    #expect(try check.violations(of: Begun(scratch.open())) == [])
  }

  /// Each commit is made by who has just opened the file, and has begun a group before: of what stands in the file
  /// memory has nothing but which names there are.
  final class Opened: StoreInFront {
    private let path: String
    private let current: Mutex<any Store>
    var base: any Store { current.withLock { $0 } }

    init(_ scratch: Scratch) throws {
      path = scratch.path
      current = Mutex(try scratch.open())
    }

    func commit(_ writes: [Write]) throws(StoreError) {
      try (base as? SQLiteStore)?.close()
      let next = try SQLiteStore(path: path, access: .writing(holder: "test", patience: 0))
      current.withLock { $0 = next }
      try next.add([.remember("opened", "again")])
      try next.beginFlush()
      try next.add(writes)
      try next.beginFlush()
    }
  }

  @Test(arguments: StoreConformance.checks)
  func `what stood in the file before is found while groups overlap`(check: StoreConformance.Check) throws {
    let scratch = try Scratch()
    #expect(try withExtendedLifetime(scratch) { try check.violations(of: Opened(scratch)) } == [])
  }

  @Test func `a fact of which there are many is found while groups overlap, wherever it stands`() throws {
    let scratch = try Scratch()
    let store = try Opened(scratch)
    func messages() throws -> [String?] { try ["a", "b", "c"].map { try store.remembered("reference/\($0)") } }
    try store.commit([.remember("reference/a", "run a")])
    #expect(try messages() == ["run a", nil, nil])
    try store.commit([.remember("reference/b", "run b")])
    #expect(try messages() == ["run a", "run b", nil])
    try store.add([.remember("reference/c", "run c"), .remember("reference/a", nil)])
    #expect(try messages() == [nil, "run b", "run c"])
    try store.flush()
    #expect(try messages() == [nil, "run b", "run c"])
    withExtendedLifetime(scratch) {}
  }

  @Test func `what was begun is in the file when the next is begun, and whole at the flush`() throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let reader = try SQLiteStore(path: scratch.path, access: .reading)
    try store.add([.hear(run: "r", event: "first")])
    try store.beginFlush()
    try store.add([.hear(run: "r", event: "second")])
    try store.beginFlush()
    #expect(try reader.knows(run: "r", event: "first"))
    try store.add([.hear(run: "r", event: "third")])
    #expect(try store.knows(run: "r", event: "first"))
    #expect(try store.knows(run: "r", event: "second"))
    try store.flush()
    #expect(try reader.knows(run: "r", event: "second"))
    #expect(try reader.knows(run: "r", event: "third"))
    try store.add([.hear(run: "r", event: "fourth")])
    try store.beginFlush()
    try reader.close()
    try store.close()
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "-wal"))
    #expect(try SQLiteStore(path: scratch.path, access: .reading).knows(run: "r", event: "fourth"))
  }

  @Test func `more lines than are kept in memory wait, and each is answered once`() throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    func row(_ number: Int) -> InboxRow {
      let incoming = Incoming(id: "e-\(number)", at: .epoch, body: .run("r", .reply(text: "yes")))
      return InboxRow(incoming: incoming, received: .epoch)
    }
    for number in 0..<1500 { try store.add([.receive(row(number))]) }
    try store.flush()
    var answered: [String] = []
    while let first = try store.pending(limit: 1).first, answered.count <= 1500 {
      answered.append(first.incoming.id)
      try store.add([.answer(first.incoming.key, .unmatched("there is no run"))])
      if answered.count % 100 == 0 { try store.flush() }
    }
    #expect(answered == (0..<1500).map { "e-\($0)" })
  }

  /// Contacts that come together, in groups of a few, and what follows: the same over memory and over a file.
  @Test func `groups that overlap tell the story that one after the other tells`() async throws {
    let graphs = try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)
    func story(_ store: any Store, groupLimit: Int) async throws -> ([[Entry]], [String]) {
      let box = LetterBox()
      func engine(at hours: Int64) -> Engine {
        Engine(
          store: store, library: Library(graphs), outlets: box.outlets(), zones: EngineOnFileTests.zones,
          clock: FixedClock(EngineOnFileTests.at(hours)), groupLimit: groupLimit)
      }
      func event(_ type: String, _ number: Int, at hours: Int64, _ data: JSONValue) -> Incoming {
        .event(type: type, id: "\(type) \(number)", at: EngineOnFileTests.at(hours), subject: "O-\(number)", data: data)
      }
      let placed = (100..<140).map { number -> Incoming in
        event(
          "order.placed", number, at: 0,
          [
            "contact": ["name": "Ann", "email": .string("ann\(number)@example.test")], "owner": ["name": "Olga"],
            "order": ["id": .string("O-\(number)"), "amount": .number("12.50"), "due": "2026-04-01"],
          ])
      }
      let first = engine(at: 0)
      let results = try await first.receive(placed + placed.prefix(3))
      #expect(results.map(\.isKnown) == placed.map { _ in false } + [true, true, true])
      try await first.runDue()
      for hours in stride(from: Int64(24), to: 24 * 20, by: 24) {
        let next = engine(at: hours)
        try await next.runDue()
        let replies = (100..<140).filter { $0 % 20 == Int(hours / 24) }.map {
          event("reply", $0, at: hours, ["text": "yes"])
        }
        // Twice the same run in one call.
        try await next.receive(
          replies
            + replies.map { reply in
              var again = reply
              again.id += " again"
              return again
            })
      }
      return (try EngineOnFileTests.outcome(of: store), box.letters.map { "\($0.key) \($0.text)" }.sorted())
    }
    let scratch = try Scratch()
    let file = try scratch.open()
    let overlapping = try await story(file, groupLimit: 7)
    #expect(try file.check().problems == [])
    try file.close()
    let expected = try await story(MemoryStore(), groupLimit: 256)
    #expect(overlapping == expected)
    #expect(expected.1.count > 80)
    let again = try SQLiteStore(path: scratch.path, access: .reading)
    #expect(try EngineOnFileTests.outcome(of: again) == expected.0)
  }
}
