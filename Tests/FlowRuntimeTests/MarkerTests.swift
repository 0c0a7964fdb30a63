import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// The last instant before a message is complete (guarantees 6, 8, 9 and 20).
struct MarkerTests {
  let store = MemoryStore()
  let clock = HandClock("2026-03-02 09:00")
  let far = FarSide()

  func engine(
    store: (any Store)? = nil, isKeyed: Bool = false, retriesUnknown: Bool = false
  ) throws -> Engine {
    let outlet = Outlet(far, isKeyed: isKeyed, isLive: true, retriesUnknown: retriesUnknown)
    return Engine(
      store: store ?? self.store, library: Library(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)),
      outlets: ["letter": outlet, "errand": outlet, "tell": outlet], zones: utcOnly, clock: clock)
  }

  var line: Outgoing? {
    store.runs(RunFilter(subject: "O-0")).first.flatMap { store.outbox(run: $0.id).first }
  }

  func reply(to engine: Engine) async throws {
    try await engine.receive(
      .event(type: "reply", id: "r", at: clock.now(), subject: "O-0", data: ["text": "stop it"]))
  }

  @Test func `guarantee 8: the marker is committed before the message is complete`() async throws {
    let engine = try engine()
    far.beforeMarker { [store] in
      #expect(store.outbox(.claimed).count == 1 && store.outbox(.marked).isEmpty)
    }
    far.afterMarker { [store] in #expect(store.outbox(.marked).count == 1) }
    try await engine.receive(GroupTests.orders(0..<1))
    #expect(far.arrived.count == 1 && line?.state == .accepted)
  }

  @Test func `guarantee 9: an answer before the last byte keeps it from leaving`() async throws {
    let engine = try engine()
    far.beforeMarker { try? await reply(to: engine) }
    try await engine.receive(GroupTests.orders(0..<1))
    #expect(far.arrived.isEmpty && far.refused == 1)
    #expect(line?.state == .cancelled && line?.because == "reply came first")
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(far.arrived.isEmpty)
  }

  @Test func `guarantee 9: what was complete when the answer came may arrive, and is not tried again`()
    async throws
  {
    let engine = try engine()
    far.afterMarker { try? await reply(to: engine) }
    far.answer(.temporary(after: nil, because: "the line is slow"))
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(far.arrived.isEmpty && far.tries == 1)
    #expect(line?.state == .cancelled)
  }

  @Test func `a pause or a suppression before the last byte keeps it from leaving`() async throws {
    let engine = try engine()
    far.beforeMarker { try? await engine.pauseAll(because: "stop") }
    try await engine.receive(GroupTests.orders(0..<1))
    #expect(far.arrived.isEmpty && line?.state == .planned)
    try await engine.resumeAll()
    far.beforeMarker { [clock] in
      _ = try? await engine.receive(
        Incoming(
          id: "s", at: clock.now(), body: .suppress(contact: "c-0", channel: "letter", because: "asked")))
    }
    try await engine.runDue()
    #expect(far.arrived.isEmpty && line?.state == .cancelled)
  }

  /// Ends the process at each commit: what was not marked leaves once, what was marked and has no key waits for a
  /// person, and never leaves twice.
  @Test(arguments: [false, true])
  func `guarantee 8: a crash before the mark is a free retry, after it the fate is unknown`(isKeyed: Bool)
    async throws
  {
    let whole = FaultyStore(MemoryStore(), failingAt: nil, .before)
    try await engine(store: whole, isKeyed: isKeyed).receive(GroupTests.orders(0..<1))
    var unknown = 0
    for commit in 1...whole.commits {
      for fault in FaultyStore.Fault.allCases {
        let base = MemoryStore()
        let far = FarSide()
        func engine(_ store: any Store) throws -> Engine {
          let outlet = Outlet(far, isKeyed: isKeyed, isLive: true)
          return Engine(
            store: store, library: Library(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)),
            outlets: ["letter": outlet], zones: utcOnly, clock: clock)
        }
        do {
          try await engine(FaultyStore(base, failingAt: commit, fault)).receive(GroupTests.orders(0..<1))
        } catch is StoreError {}
        let next = try engine(base)
        try await next.receive(GroupTests.orders(0..<1))
        try await next.runDue()
        let run = try #require(base.runs(RunFilter()).first)
        let line = try #require(base.outbox(run: run.id).first)
        let name = "commit \(commit), \(fault), \(line.state)"
        #expect(Set(far.arrived).count <= 1, "\(name)")
        if line.state == .unknown {
          unknown += 1
          #expect(!isKeyed && far.arrived.count <= 1, "\(name)")
          #expect(
            try base.tasks(TaskFilter(isOpen: true)).map(\.outcomes) == [["arrived", "again"]], "\(name)")
        } else {
          #expect(line.state == .accepted && far.arrived.count >= 1, "\(name)")
          if !isKeyed { #expect(far.arrived.count == 1, "\(name)") }
        }
      }
    }
    // The mark itself with nobody told, and the receipt that did not come to the disk.
    #expect(unknown == (isKeyed ? 0 : 2))
  }

  @Test func `a fate that is not known is tried once more after 15 minutes where the bytes are known again`()
    async throws
  {
    let engine = try engine(retriesUnknown: true)
    far.answer(.unknown(because: "the line died"), .unknown(because: "the line died again"))
    try await engine.receive(GroupTests.orders(0..<1))
    #expect(line?.state == .planned && line?.next == time("2026-03-02 09:15"))
    clock.set("2026-03-02 09:14")
    try await engine.runDue()
    #expect(far.tries == 1)
    clock.set("2026-03-02 09:15")
    try await engine.runDue()
    #expect(far.tries == 2 && Set(far.tried).count == 1)
    #expect(line?.state == .unknown)
    clock.set("2026-03-02 20:00")
    try await engine.runDue()
    #expect(far.tries == 2)
  }

  @Test(arguments: ["arrived", "again"])
  func `a person decides about what nobody knows`(word: String) async throws {
    let engine = try engine()
    far.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    let task = try #require(store.tasks(TaskFilter(isOpen: true)).first)
    #expect(task.text == "It is not known whether thanks reached Ann: the line died")
    try await engine.receive(.task(task.id, outcome: word, at: clock.now()))
    #expect(line?.state == .accepted && far.tries == (word == "again" ? 2 : 1))
    #expect(store.tasks(TaskFilter(isOpen: true)).isEmpty)
  }

  @Test func `guarantee 18: what was in hand at three crashes is set aside by name, and blocks no other`()
    async throws
  {
    try await engine(isKeyed: true).receive(GroupTests.orders(0..<1))
    var poison = try #require(line)
    for crash in 1...3 {
      // It never gets through.
      if crash < 3 { far.answer(.temporary(after: nil, because: "busy")) }
      // As a process leaves it that ends with the line in hand.
      if crash == 1 { try store.commit([.change(changed(poison, .claimed), from: .accepted)]) }
      if crash > 1 {
        poison = try #require(line)
        try store.commit([.change(changed(poison, .claimed), from: poison.state)])
      }
      try await engine(isKeyed: true).runDue()
    }
    #expect(line?.state == .held)
    #expect(line?.because == "set aside: the process ended 3 times with it in hand")
    let next = try engine(isKeyed: true)
    try await next.receive(GroupTests.orders(1..<2))
    #expect(
      store.runs(RunFilter(subject: "O-1")).first.map { store.outbox(run: $0.id).map(\.state) } == [.accepted]
    )
    #expect(line?.state == .held)
    let run = try #require(store.runs(RunFilter(subject: "O-0")).first)
    #expect(try await next.resume(run.id))
    try await next.runDue()
    #expect(line?.state == .accepted)
  }

  private func changed(_ line: Outgoing, _ state: Outgoing.State) -> Outgoing {
    var line = line
    line.state = state
    return line
  }

  @Test(arguments: FaultyStore.Fault.allCases)
  func `guarantee 20: a store that fails for a while leaves no line in hand`(fault: FaultyStore.Fault)
    async throws
  {
    let graphs = try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)
    let whole = FlakyStore(MemoryStore())
    let far = LetterBox()
    let engine = Engine(
      store: whole, library: Library(graphs), outlets: far.outlets(), zones: utcOnly,
      clock: HandClock("2026-03-02 09:00"))
    for commit in 1...60 {
      whole.fail(at: commit, fault)
      let orders = GroupTests.orders((commit * 3)..<(commit * 3 + 3))
      do { try await engine.receive(orders) } catch is StoreError {}
      whole.fail(at: nil, fault)
      // The same engine goes on by itself.
      try await engine.receive(orders)
      try await engine.runDue()
      #expect(
        try whole.outbox(.claimed).isEmpty && whole.outbox(.planned).isEmpty, "commit \(commit), \(fault)")
    }
    #expect(far.letters.count == 180)
  }
}
