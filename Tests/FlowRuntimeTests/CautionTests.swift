import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// What ends the process is set aside by name, and only one engine sends (guarantees 10 and 18).
struct CautionTests {
  /// Ends the "process" as soon as one run's letter is rendered: nothing that was not committed stays.
  private final class Poison: Channel {
    let box = LetterBox()
    private let bites = Mutex(0)
    var bitten: Int { bites.withLock(\.self) }
    var manifest: [UInt8] { [] }
    func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
      if delivery.contact[path: ["id"]].text == "c-3" { bites.withLock { $0 += 1 } }
      return try await box.render(delivery)
    }
    func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
      await box.deliver(rendering, key: key, marker: marker)
    }
  }

  /// Fails from when the poison has bitten: what a process leaves that ends there.
  private final class Mortal: StoreInFront {
    let base: any Store
    let poison: Poison
    let start: Int
    init(_ base: any Store, _ poison: Poison) {
      (self.base, self.poison) = (base, poison)
      start = poison.bitten
    }
    private func live() throws(StoreError) {
      if poison.bitten > start { throw .failed("the process has ended") }
    }
    func commit(_ writes: [Write]) throws(StoreError) {
      try live()
      try base.commit(writes)
    }
    func add(_ writes: [Write]) throws(StoreError) { try commit(writes) }
  }

  @Test func `guarantee 18: a run whose step ends the process is set aside, and blocks no other`()
    async throws
  {
    let base = MemoryStore()
    let poison = Poison()
    let clock = HandClock("2026-03-02 09:00")
    let graphs = try Bench.graphs(order(), zones: utcOnly)
    let outlets = ["letter": Outlet(poison, isKeyed: true)]
    let engine = { @Sendable (store: any Store) -> Engine in
      Engine(store: store, library: Library(graphs), outlets: outlets, zones: utcOnly, clock: clock)
    }
    try await engine(base).receive(GroupTests.orders(0..<6))
    clock.set("2026-03-03 09:00")
    var lives = 0
    var hasEnded = true
    while hasEnded, lives < 10 {
      lives += 1
      let engine = engine(Mortal(base, poison))
      hasEnded = (try? await engine.runDue()) == nil
    }
    // Once without a suspect, three times with it in hand.
    #expect(lives == 5)
    #expect(poison.bitten == 4)
    #expect(poison.box.letters.count == 5)
    let stuck = base.runs(RunFilter()).filter { $0.stuck != nil }
    #expect(stuck.map(\.subject) == ["O-3"])
    #expect(stuck.map(\.stuck) == ["the process ended 3 times with it in hand"])
    // The engine after that knows nothing of it, and wakes all others.
    clock.set("2026-03-05 09:00")
    let woken = try await engine(base).runDue()
    #expect(woken == 5)
    let id = try #require(stuck.first).id
    let next = engine(base)
    let hasResumed = try await next.resume(id)
    #expect(hasResumed)
  }

  @Test func `guarantee 18: what came in and ended the process three times is shown to people`() async throws {
    let store = MemoryStore()
    let clock = HandClock("2026-03-02 09:00")
    let row = { (id: String) in
      InboxRow(
        incoming: Incoming(
          source: "post", id: id, at: clock.now(), body: .event(type: "x.y", subject: "1", data: "{}")),
        received: clock.now())
    }
    try store.commit([.receive(row("bad")), .receive(row("good"))])
    func engine(_ store: any Store) -> Engine {
      Engine(store: store, library: Library([]), outlets: [:], zones: utcOnly, clock: clock)
    }
    // Each engine comes to the first message, and no further.
    for _ in 0..<3 {
      #expect(store.pending(limit: 9).map(\.incoming.id) == ["bad", "good"])
      await #expect(throws: StoreError.self) { try await engine(Unanswering(store)).runDue() }
    }
    try await engine(store).runDue()
    #expect(store.pending(limit: 9).isEmpty)
    let eyes = store.inboxNeedingEyes().map { $0.result?.unmatched }
    #expect(eyes.first == "set aside: the process ended 3 times with it in hand")
    #expect(eyes.count == 2)
  }

  /// A store that ends the process as soon as a message is answered.
  private final class Unanswering: StoreInFront {
    let base: any Store
    init(_ base: any Store) { self.base = base }
    func commit(_ writes: [Write]) throws(StoreError) {
      let isAnswer = writes.contains {
        if case .answer(_, let result) = $0 { !isAside(result) } else { false }
      }
      if isAnswer { throw .failed("the process has ended") }
      try base.commit(writes)
    }
    func add(_ writes: [Write]) throws(StoreError) { try commit(writes) }
    private func isAside(_ result: Received) -> Bool { result.unmatched?.hasPrefix("set aside") == true }
  }

  @Test func `guarantee 10: an engine that another has followed on the store hands nothing over`()
    async throws
  {
    let first = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await first.place("O-1", id: "e-1")
    let second = first.again(try Bench.graphs(order(), zones: utcOnly))
    try await second.engine.runDue()
    first.clock.set("2026-03-03 09:00")
    await #expect(throws: StoreError.conflict("the store: another engine has taken it over")) {
      try await first.engine.runDue()
    }
    #expect(first.box.texts.isEmpty)
    try await second.engine.runDue()
    #expect(first.box.texts.count == 1 && first.box.repeats == 0)
  }

  @Test func `guarantee 10: a run is advanced from the state that was read, or not at all`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let stale = try rig.onlyRun()
    try await rig.tell("auto-reply", "O-1", id: "a")
    #expect(throws: StoreError.conflict("run \(stale.id)")) {
      try rig.store.commit([.advance(stale, from: stale.sequence)])
    }
  }

  @Test func `guarantee 12: by what zone data instants were reckoned is remembered`() async throws {
    let store = MemoryStore()
    let clock = HandClock("2026-03-02 09:00")
    for (version, at) in [
      ("2025b", "2026-03-02 09:00"), ("2025b", "2026-03-03 09:00"), ("2026a", "2026-03-04 09:00"),
    ] {
      clock.set(at)
      let engine = Engine(
        store: store, library: Library([]), outlets: [:], zones: FixedZones([], version: version),
        clock: clock)
      try await engine.runDue()
    }
    #expect(
      store.remembered(prefix: "zones/") == [
        Fact(name: "zones/2026-03-02T09:00:00+00:00", value: "2025b"),
        Fact(name: "zones/2026-03-04T09:00:00+00:00", value: "2026a"),
      ])
  }
}
