import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation
import FlowTesting
import FlowTime
import Testing

/// Several transitions in one transaction (guarantees 2, 6, 8 and 9).
struct GroupTests {
  static let letterAtOnce = order(
    steps: """
        - letter: thanks
          purpose: inform
          body: "Dear {{ contact.name }}"
        - await: reply within 2 days
        - letter: hint
          purpose: inform
          body: "Dear {{ contact.name }} again"
        - end: quiet
      """)

  static func orders(_ numbers: Range<Int>) -> [Incoming] {
    numbers.map { number in
      .event(
        type: "order.placed", id: "e-\(number)", at: time("2026-03-02 09:00"), subject: "O-\(number)",
        data: [
          "contact": ["name": "Ann", "id": .string("c-\(number)")], "owner": ["name": "Olga"],
          "order": ["id": .string("O-\(number)")],
        ])
    }
  }

  static func story(_ store: any Store) throws -> [[String]] {
    try store.runs(RunFilter()).sorted { $0.subject < $1.subject }.map { record in
      try [record.subject] + store.journal(record.id).flatMap(\.entries).map(line)
    }
  }

  @Test func `what comes and is due together shares transactions, and ends as one by one`() async throws {
    let graphs = try Bench.graphs(Self.letterAtOnce, zones: utcOnly)
    let alone = Rig(graphs)
    for order in Self.orders(0..<50) { try await alone.engine.receive(order) }
    let store = FaultyStore(MemoryStore(), failingAt: nil, .before, isGrouping: true)
    let together = Rig(graphs, store: store)
    let received = try await together.engine.receive(Self.orders(0..<50))
    #expect(received.allSatisfy { $0.started.count == 1 && !$0.isKnown })
    #expect(try await together.engine.receive(Self.orders(0..<50)).allSatisfy(\.isKnown))
    for rig in [alone, together] {
      try await rig.tell("reply", "O-7", id: "r", data: ["text": "yes"])
      try await rig.runOut()
    }
    #expect(try Self.story(together.store) == Self.story(alone.store))
    #expect(together.box.letters.map(\.key).sorted() == alone.box.letters.map(\.key).sorted())
    #expect(together.box.repeats == 0)
    #expect(store.commits < 30, "\(store.commits) commits for 50 contacts")
  }

  @Test(arguments: FaultyStore.Fault.allCases)
  func `a group that a crash takes away is carried through again, and sends nothing twice`(
    fault: FaultyStore.Fault
  ) async throws {
    let graphs = try Bench.graphs(Self.letterAtOnce, zones: utcOnly)
    let whole = Rig(graphs, store: FaultyStore(MemoryStore(), failingAt: nil, .before))
    try await whole.engine.receive(Self.orders(0..<5))
    try await whole.runOut()
    let commits = try #require(whole.store as? FaultyStore).commits
    for commit in 1...commits {
      let base = MemoryStore()
      var rig = Rig(graphs, store: FaultyStore(base, failingAt: commit, fault))
      while true {
        do {
          try await rig.engine.receive(Self.orders(0..<5))
          try await rig.runOut()
          break
        } catch is StoreError {
          rig = Rig(graphs, store: base, clock: rig.clock, box: rig.box)
        }
      }
      #expect(try Self.story(base) == Self.story(whole.store), "ended at commit \(commit), \(fault)")
      #expect(rig.box.letters.count == whole.box.letters.count)
      #expect(rig.box.changed == 0)
      #expect(base.outbox(.claimed).isEmpty && base.outbox(.planned).isEmpty)
    }
  }

  @Test func `an answer that is committed while a group is handed over stops what has not begun`()
    async throws
  {
    let graphs = try Bench.graphs(Self.letterAtOnce, zones: utcOnly)
    let store = MemoryStore()
    let box = LetterBox()
    let meddler = Meddler(box: box)
    let engine = Engine(
      store: store, library: Library(graphs),
      outlets: box.outlets().mapValues { Outlet(meddler, isKeyed: $0.isKeyed) }, zones: utcOnly,
      clock: HandClock("2026-03-02 09:00"))
    meddler.whenFirst { @Sendable in
      _ = try? await engine.receive(
        .event(
          type: "reply", id: "r", at: time("2026-03-02 09:00"), subject: "O-2", data: ["text": "no more"]))
    }
    try await engine.receive(Self.orders(0..<5))
    #expect(box.letters.count == 4)
    let lines = try store.outbox(run: #require(store.runs(RunFilter(subject: "O-2")).first).id)
    #expect(lines.map(\.state) == [.cancelled])
    #expect(store.outbox(.claimed).isEmpty && store.outbox(.planned).isEmpty)
  }

  /// What it has put off cannot be done, as on a full disk.
  private final class Untidy: StoreInFront {
    let base: any Store
    init(_ base: any Store) { self.base = base }
    var isUntidy: Bool { true }
    func tidy() throws(StoreError) { throw .failed("the disk is full") }
  }

  @Test func `what the store puts off and cannot do fails no group that is on its way`() async throws {
    let graphs = try Bench.graphs(Self.letterAtOnce, zones: utcOnly)
    let box = LetterBox()
    let meddler = Meddler(box: box)
    let engine = Engine(
      store: Untidy(MemoryStore()), library: Library(graphs),
      outlets: box.outlets().mapValues { Outlet(meddler, isKeyed: $0.isKeyed) }, zones: utcOnly,
      clock: HandClock("2026-03-02 09:00"))
    meddler.whenFirst { @Sendable in await engine.tidy() }
    try await engine.receive(Self.orders(0..<2000))
    try await engine.runDue()
    #expect(box.letters.count == 2000)
  }
}
