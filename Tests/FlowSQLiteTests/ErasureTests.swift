import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSQLite
import FlowTesting
import FlowTime
import Foundation
import Synchronization
import Testing

/// Who is erased while the engine runs.
struct ErasureTests {
  /// A store of its own, and an engine on it.
  private func begun(in scratch: Scratch) throws -> (store: SQLiteStore, engine: Engine) {
    let store = try scratch.open()
    let graphs = try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)
    let engine = Engine(
      store: store, library: Library(graphs), outlets: LetterBox().outlets(), zones: EngineOnFileTests.zones,
      clock: FixedClock(EngineOnFileTests.at(0)))
    return (store, engine)
  }

  @Test func `who is erased is found by whatever any of the runs knows them by`() async throws {
    let scratch = try Scratch()
    let (store, engine) = try begun(in: scratch)
    // Each of the first three is known by a name of the one before; the last one found is the first that came.
    let contacts: [JSONValue] = [
      ["name": "Ann", "email": "third@example.test", "phone": "+4930111"],
      ["name": "Ann", "email": "second@example.test", "phone": "+4930111"],
      ["name": "Ann", "id": "c-1", "email": "second@example.test"], ["name": "Bob", "id": "c-2"],
    ]
    for (number, contact) in contacts.enumerated() {
      let data: JSONValue = [
        "contact": contact, "owner": ["name": "Olga"],
        "order": ["id": .string("O-\(number)"), "amount": .number("1"), "due": "2026-04-01"],
      ]
      let event = Incoming.event(
        type: "order.placed", id: "e-\(number)", at: EngineOnFileTests.at(0), subject: "O-\(number)", data: data)
      try await engine.receive(event)
    }
    let erasure = try await engine.erase("c-1")
    #expect(erasure.runs.count == 3 && erasure.events == 3)
    #expect(try store.runs(RunFilter()).map(\.contact) == ["c-2"])
    try store.close()
  }

  /// Bob's order is delivered to Ann's address; Cleo's to that of a namesake.
  @Test func `the runs of others that name who is erased are told`() async throws {
    let scratch = try Scratch()
    let (store, engine) = try begun(in: scratch)
    for (id, email, place) in [
      ("c-1", "ann@example.test", "Main Street"), ("c-2", "bob@example.test", "with ann@example.test"),
      ("c-3", "cleo@example.test", "with joann@example.test"),
    ] {
      let data: JSONValue = [
        "contact": ["name": .string(id), "id": .string(id), "email": .string(email), "company": .string(place)],
        "owner": ["name": "Olga"], "order": ["id": .string("O-\(id)"), "amount": .number("1"), "due": "2026-04-01"],
      ]
      let event = Incoming.event(
        type: "order.placed", id: "e-\(id)", at: EngineOnFileTests.at(0), subject: "O-\(id)", data: data)
      try await engine.receive(event)
    }
    let bobs = try #require(store.runs(RunFilter()).first { $0.contact == "c-2" }).id
    guard case .erased(1, 2, 0, let naming) = await engine.carryOut(.erase(contact: "c-1")) else {
      Issue.record("it is not erased")
      return
    }
    #expect(naming == [bobs])
    #expect(try store.runs(RunFilter()).map(\.contact).sorted() == ["c-2", "c-3"])
    try store.close()
  }

  @Test func `guarantees 5 and 27: what is told again of who was erased starts nothing, and nobody is named`()
    async throws
  {
    let scratch = try Scratch()
    var store = try scratch.open()
    let graphs = try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)
    func engine() -> Engine {
      Engine(
        store: store, library: Library(graphs), outlets: LetterBox().outlets(), zones: EngineOnFileTests.zones,
        clock: FixedClock(EngineOnFileTests.at(0)))
    }
    func event(_ id: String, key: String, source: String = "shop") -> Incoming {
      let data: JSONValue = [
        "contact": ["name": "Ann", "email": "ann@example.test"], "owner": ["name": "Olga"],
        "order": ["id": .string(key), "amount": .number("1"), "due": "2026-04-01"],
      ]
      return .event(type: "order.placed", id: id, source: source, at: EngineOnFileTests.at(0), subject: key, data: data)
    }
    let first = event("ann@example.test/1", key: "ann@example.test")
    #expect(try await engine().receive(first).started.count == 1)
    #expect(try await engine().erase("ann@example.test").events == 1)
    for attempt in 1...3 {
      // By each of the ways in, and by another process.
      let answers =
        switch attempt {
        case 1: [try await engine().receive(first)]
        case 2: try await engine().receive([first])
        default: try await engine().accept([first])
        }
      #expect(answers == [Received(isKnown: true)])
      try store.close()
      store = try scratch.open()
    }
    #expect(try store.runs(RunFilter()).isEmpty && store.pending(limit: 1).isEmpty)
    // The trigger says `again: never` of a key, whatever the event.
    let other = try await engine().receive(event("2", key: "ann@example.test"))
    #expect(
      other.refused.map(\.because) == [
        ["a run that was erased has had the key \"ann@example.test\", and the trigger says `again: never`"]
      ])
    // The same id of another source is another event, and another key another order.
    let new = try await engine().receive(event("ann@example.test/1", key: "O-2", source: "till"))
    #expect(new.started.count == 1 && !new.isKnown)
    try await engine().erase("ann@example.test")
    #expect(try store.check().problems == [])
    try store.close()
    #expect(try CareTests.bytes(scratch).range(of: Data("ann@".utf8)) == nil)
  }

  @Test func `guarantee 27: who is erased is gone in whatever bytes the letters of the name came`() async throws {
    let scratch = try Scratch()
    let (store, engine) = try begun(in: scratch)
    // é as one scalar, and as e with an accent; the second time in an event that nobody waits for.
    for (type, name) in [("order.placed", "Ren\u{E9}"), ("order.lost", "Rene\u{301}")] {
      let data: JSONValue = [
        "contact": ["name": "Ann", "id": .string(name)], "owner": ["name": "Olga"],
        "order": ["id": "O-1", "amount": .number("1"), "due": "2026-04-01"],
      ]
      try await engine.receive(.event(type: type, id: type, at: EngineOnFileTests.at(0), subject: "S-1", data: data))
    }
    #expect(try await engine.erase("Rene\u{301}").events == 2)
    #expect(try store.inboxNeedingEyes().isEmpty)
  }

  @Test func `guarantee 27: who is named as a member of data is erased with it`() async throws {
    let scratch = try Scratch()
    let (store, engine) = try begun(in: scratch)
    let scores: [JSONValue] = [
      ["scores": ["joe@example.test": .number("5")]], ["joe@example.test": .number("5")],
      ["scores": ["mojoe@example.test": .number("5")]],
    ]
    for (number, data) in scores.enumerated() {
      try await engine.receive(
        .event(type: "order.lost", id: "e-\(number)", at: EngineOnFileTests.at(0), subject: "S-1", data: data))
    }
    #expect(try await engine.erase("joe@example.test").events == 2)
    #expect(try store.inbox(InboxKey(source: "shop", id: "e-0")) == nil)
  }

  /// The contact is called as a channel, its key as a step, and both as members of everybody's JSON.
  @Test func `guarantee 27: who is called as a channel is erased without the channel, and nobody else's is touched`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let graphs = try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)
    func engine(at hours: Int64) -> Engine {
      Engine(
        store: store, library: Library(graphs), outlets: LetterBox().outlets(), zones: EngineOnFileTests.zones,
        clock: FixedClock(EngineOnFileTests.at(hours)))
    }
    for (id, order) in [("letter", "thanks"), ("c-2", "O-2")] {
      let data: JSONValue = [
        "contact": ["name": "Ann", "id": .string(id)], "owner": ["name": "Olga"], "letter": "x", "thanks": "y",
        "order": ["id": .string(order), "amount": .number("1"), "due": "2026-04-01"],
      ]
      try await engine(at: 0).receive(
        .event(type: "order.placed", id: "e-\(order)", at: EngineOnFileTests.at(0), subject: order, data: data))
    }
    try await engine(at: 30).runDue()
    let message = Incoming.Message(
      verb: "letter", token: nil, threads: [], address: "bob@example.test", content: .unread(because: "garbled"),
      raw: [])
    try await engine(at: 31).receive(
      Incoming(source: "channel/letter", id: "m-1", at: EngineOnFileTests.at(31), body: .message(message)))
    let kept = ["pace/letter", "cursor/letter", "hold/brake/letter", "crash/in/shop#a-letter-1"]
    try store.commit(kept.map { .remember($0, "1 1") } + [.remember("joined/ann", "letter")])
    let erasure = try await engine(at: 31).erase("letter")
    #expect(erasure.runs.count == 1 && erasure.events == 1)
    let run = try #require(try store.runs(RunFilter()).first)
    #expect(run.contact == "c-2" && run.workflow == "order")
    #expect(try store.outbox(run: run.id).map { [$0.step, $0.verb] } == [["thanks", "letter"], ["hint", "letter"]])
    #expect(try store.journal(run.id).count > 1 && store.remembered("joined/ann") == nil)
    for fact in kept { #expect(try store.remembered(fact) == "1 1", "\(fact)") }
    #expect(try store.inbox(InboxKey(source: "channel/letter", id: "m-1")) != nil)
    #expect(try store.check().problems == [])
    try store.close()
  }

  /// While a message of theirs is with its channel; `isKeyed`: what the channel says of it is written down later.
  @Test(arguments: [true, false])
  func `guarantee 27: who is erased while something is on its way to them is gone, and the engine goes on`(
    isKeyed: Bool
  ) async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let graphs = try Bench.graphs(EngineOnFileTests.text, zones: EngineOnFileTests.zones)
    let channel = Meddler()
    func engine(at hours: Int64) -> Engine {
      Engine(
        store: store, library: Library(graphs),
        outlets: ["letter": Outlet(channel, isKeyed: isKeyed), "errand": Outlet(channel, isKeyed: true)],
        zones: EngineOnFileTests.zones, clock: FixedClock(EngineOnFileTests.at(hours)))
    }
    for order in ["O-1", "O-2"] {
      let data: JSONValue = [
        "contact": ["name": "Ann", "email": .string(order == "O-1" ? "ann@example.test" : "bob@example.test")],
        "owner": ["name": "Olga"], "order": ["id": .string(order), "amount": .number("1"), "due": "2026-04-01"],
      ]
      try await engine(at: 0).receive(
        .event(type: "order.placed", id: order, at: EngineOnFileTests.at(0), subject: order, data: data))
    }
    let later = engine(at: 30)
    channel.meddle { _ = try? await later.erase("ann@example.test") }
    try await later.runDue()
    try await later.receive([])
    // One to her, and all two to him.
    #expect(channel.count == 3)
    #expect(try store.runs(RunFilter()).map(\.contact) == ["bob@example.test"])
    #expect(try store.outbox(.accepted).map(\.contact) == [["bob@example.test"], ["bob@example.test"]])
    #expect(try store.outbox(.claimed).isEmpty && store.outbox(.marked).isEmpty)
    #expect(try store.check().problems == [])
    try store.close()
    #expect(try CareTests.bytes(scratch).range(of: Data("ann@".utf8)) == nil)
  }
}

/// Does something while the first message is handed over, after its marker.
private final class Meddler: FlowPlugin.Channel {
  private let box = LetterBox()
  private let state = Mutex<(body: (@Sendable () async -> Void)?, count: Int)>((nil, 0))

  var manifest: [UInt8] { [] }
  var count: Int { state.withLock { $0.count } }
  func meddle(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.body = body } }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering { try await box.render(delivery) }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    let body = state.withLock { state in
      defer { state.body = nil }
      state.count += 1
      return state.body
    }
    await body?()
    return .accepted(id: "post")
  }
}
