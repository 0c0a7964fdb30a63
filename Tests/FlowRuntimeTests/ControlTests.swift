import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// What people steer by hand.
struct ControlTests {
  func rig(_ steps: String? = nil, orders: Int = 1, isLive: Bool = false) async throws -> Rig {
    let rig = Rig(try Bench.graphs(order(steps: steps), zones: utcOnly), isLive: isLive)
    for number in 0..<orders { try await rig.place("O-\(number)", id: "e-\(number)", contact: "c-\(number)") }
    return rig
  }

  @Test func `what is paused stands still, and counts from when it really goes out`() async throws {
    let rig = try await rig()
    try await rig.engine.pauseAll(because: "a mistake in the price list")
    rig.clock.set("2026-03-03 09:00")
    #expect(try await rig.engine.runDue() == 0)
    // Overdue, and not looked at more than once a second.
    #expect(try await rig.engine.nextDue() == time("2026-03-03 09:00").adding(milliseconds: 1000))
    rig.clock.set("2026-03-10 12:00")
    try await rig.engine.runDue()
    #expect(rig.box.texts.isEmpty)
    try await rig.engine.resumeAll()
    try await rig.engine.runDue()
    #expect(rig.box.texts == ["thanks to Ann: Dear Ann"])
    // Two days from the letter, not from when it was due.
    #expect(try rig.onlyRun().due == time("2026-03-12 12:00"))
  }

  @Test func `a run whose version cannot be read any more can be cancelled`() async throws {
    let rig = try await rig(
      """
        - letter: thanks
          purpose: inform
          body: "Dear {{ contact.name }}"
        - errand: ask
          by: owner
          say: "Ask"
          within: 2 days
          then: { done: end asked, timeout: end late }
      """)
    let run = try rig.onlyRun().id
    try #require(try rig.store.tasks(TaskFilter(run: run, isOpen: true)).count == 1)
    let next = rig.again([])
    let answer = await next.engine.carryOut(.cancel(run: run, because: "a mistake"))
    #expect(answer == .done(run, isNew: true))
    #expect(try next.onlyRun().run.outcome == "cancelled")
    #expect(try next.store.tasks(TaskFilter(run: run, isOpen: true)).isEmpty)
    #expect(try next.lines(run).suffix(2) == ["03-02 09:00 cancelled", "03-02 09:00 ended cancelled"])
  }

  @Test func `an engine that takes orders only hands nothing over, and holds nothing`() async throws {
    let rig = try await rig(orders: 2)
    rig.clock.set("2026-03-03 09:00")
    let orders = Engine(
      store: rig.store, library: Library([]), outlets: [:], zones: utcOnly, clock: rig.clock, takesOrdersOnly: true)
    let runs = try rig.store.runs(RunFilter()).map(\.id)
    #expect(await orders.carryOut(.cancel(run: runs[0], because: "a mistake")) == .done(runs[0], isNew: true))
    try await orders.runDue()
    #expect(rig.box.texts.isEmpty)
    let next = rig.again(try Bench.graphs(order(), zones: utcOnly))
    try await next.engine.runDue()
    #expect(try await next.engine.holds().isEmpty)
    #expect(next.box.texts.count == 1)
  }

  @Test func `a pause lasts over a restart, and answers are heard meanwhile`() async throws {
    let rig = try await rig()
    try await rig.engine.pauseAll(because: "stop")
    let next = rig.again(try Bench.graphs(order(), zones: utcOnly))
    #expect(try await next.engine.holds().map(\.because) == ["stop"])
    next.clock.set("2026-03-03 09:00")
    try await next.engine.runDue()
    #expect(next.box.texts.isEmpty)
    try await next.tell("reply", "O-0", id: "r", data: ["text": "no thanks"])
    #expect(try next.onlyRun().run.outcome == "replied")
    try await next.engine.resumeAll()
    try await next.runOut()
    #expect(next.box.texts.isEmpty)
    #expect(try await next.engine.holds().isEmpty)
  }

  @Test func `a touch that an event leads to stands still while sending is held`() async throws {
    let rig = Rig(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly))
    try await rig.engine.pauseAll(because: "stop")
    try await rig.place("O-1", id: "e-1")
    #expect(rig.box.texts.isEmpty)
    let run = try rig.onlyRun()
    #expect(run.run.touches == 0 && run.due == nil)
    #expect(try rig.lines(run.id) == ["03-02 09:00 started", "03-02 09:00 deferred thanks: stop"])
    rig.clock.set("2026-03-05 10:00")
    try await rig.engine.resumeAll()
    try await rig.engine.runDue()
    #expect(rig.box.texts == ["thanks to Ann: Dear Ann"])
    #expect(try rig.onlyRun().due == time("2026-03-07 10:00"))
  }

  @Test func `pause all stops the hand-overs that have not begun, at once`() async throws {
    let graphs = try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)
    let store = MemoryStore()
    let box = LetterBox()
    let meddler = Meddler(box: box)
    let engine = Engine(
      store: store, library: Library(graphs),
      outlets: box.outlets().mapValues { Outlet(meddler, isKeyed: $0.isKeyed) }, zones: utcOnly,
      clock: HandClock("2026-03-02 09:00"))
    meddler.whenFirst { @Sendable in try? await engine.pauseAll(because: "stop") }
    try await engine.receive(GroupTests.orders(0..<5))
    // The first was in the channel's hands.
    #expect(box.letters.count == 1)
    #expect(store.outbox(.planned).count == 4 && store.outbox(.claimed).isEmpty)
    try await engine.resumeAll()
    try await engine.runDue()
    #expect(box.letters.count == 5 && box.repeats == 0)
  }

  @Test func `one run that is paused hears, and sends nothing`() async throws {
    let rig = try await rig(orders: 2)
    let runs = try rig.store.runs(RunFilter())
    #expect(try await rig.engine.pause(runs[0].id, because: "on holiday"))
    #expect(try await !rig.engine.pause("none", because: ""))
    rig.clock.set("2026-03-04 09:00")
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 1)
    try await rig.tell("auto-reply", runs[0].subject, id: "a")
    #expect(try rig.store.run(runs[0].id)?.due == nil)
    let next = rig.again(try Bench.graphs(order(), zones: utcOnly))
    let holds = try await next.engine.holds()
    #expect(holds.map(\.run) == [runs[0].id] && holds[0].reason == .paused)
    #expect(try await next.engine.resume(runs[0].id))
    #expect(try await !next.engine.resume(runs[0].id))
    try await next.engine.runDue()
    #expect(rig.box.texts.count == 2)
  }

  @Test func `a cancelled run has ended, and what it planned never leaves`() async throws {
    let rig = try await rig()
    rig.box.answer(.temporary(after: 3600, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let run = try rig.onlyRun().id
    #expect(await rig.engine.carryOut(.cancel(run: run, because: "wrong person")) == .done(run, isNew: true))
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
    #expect(try rig.onlyRun().run.outcome == "cancelled")
    #expect(try rig.store.outbox(run: run).map(\.state) == [.cancelled])
  }

  @Test func `the first live run of a workflow goes out to twenty runs until it is released`() async throws {
    let rig = try await rig(orders: 25, isLive: true)
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 20)
    let holds = try await rig.engine.holds()
    #expect(holds.map(\.reason) == [.firstRun] && holds[0].workflow == "order")
    func told() throws -> [String] { try rig.store.tasks(TaskFilter(isOpen: true)).map(\.text) }
    #expect(try told() == ["Sending is held: \(holds[0].because)."])
    // Those that went out go on; a restart counts no run anew.
    let next = rig.again(try Bench.graphs(order(), zones: utcOnly), isLive: true)
    next.clock.set("2026-03-05 09:00")
    try await next.engine.runDue()
    #expect(try next.store.runs(RunFilter(isLive: false)).count == 20)
    #expect(rig.box.texts.count == 20)
    #expect(try await next.engine.release("order"))
    #expect(try await !next.engine.release("orders"))
    #expect(try told() == [])
    try await next.engine.runDue()
    #expect(rig.box.texts.count == 25)
    // Two days from their letters.
    #expect(try Set(next.store.runs(RunFilter(isLive: true)).map(\.due)) == [time("2026-03-07 09:00")])
    #expect(try await next.engine.holds().isEmpty)
  }

  @Test func `guarantee 23: a store that is marked as restored sends nothing until it is told to`()
    async throws
  {
    let store = MemoryStore()
    let hold = Hold(.restored, because: "the store was copied", since: time("2026-03-01 00:00"))
    try store.commit([.remember(hold.fact, hold.value)])
    let rig = Rig(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly), store: store)
    try await rig.place("O-1", id: "e-1")
    #expect(rig.box.texts.isEmpty)
    #expect(try await rig.engine.holds() == [hold])
    try await rig.engine.resumeAll()
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 1)
  }

  /// Who copies a store writes no instant. It stood still from when this program has seen it first.
  @Test func `guarantee 28: what stood still on a copied store did so since the copy is used`() async throws {
    let store = MemoryStore()
    let hold = Hold(.restored, because: "the store was copied")
    try store.commit([.remember(hold.fact, hold.value)])
    let first = Rig(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly), store: store)
    let began = first.clock.now()
    try await first.place("O-1", id: "e-1")
    // Another process, an hour later.
    first.clock.advance(to: began.adding(milliseconds: 3_600_000))
    let next = Rig([], store: store, clock: first.clock, box: first.box)
    try await next.engine.resumeAll()
    let past = try store.remembered(prefix: "held/")
    let ended = began.milliseconds + 3_600_000
    #expect(past == [Fact(name: "held/\(began.milliseconds)", value: "\(ended) the store was copied")])
  }

  @Test func `guarantee 26: another set is used as a whole, and runs end on the version they began with`()
    async throws
  {
    let rig = try await rig()
    let letter = order().replacing("Dear", with: "Hello")
    let graphs = try Bench.graphs(
      letter, order("other").replacing("order.placed", with: "other.placed"), zones: utcOnly)
    try await rig.engine.reload(library: Library(graphs), outlets: rig.box.outlets(), caps: nil)
    try await rig.place("O-2", id: "e-2", contact: "c-2")
    try await rig.place("O-3", id: "e-3", contact: "c-3", type: "other.placed")
    try await rig.runOut()
    #expect(
      rig.box.texts.sorted() == [
        "thanks to Ann: Dear Ann", "thanks to Ann: Dear Ann", "thanks to Ann: Hello Ann",
      ])
  }

  @Test func `guarantee 19: a drained engine claims nothing, and what is in flight ends first`() async throws {
    let graphs = try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)
    let store = MemoryStore()
    let box = LetterBox()
    let meddler = Meddler(box: box)
    let engine = Engine(
      store: store, library: Library(graphs),
      outlets: box.outlets().mapValues { Outlet(meddler, isKeyed: $0.isKeyed) }, zones: utcOnly,
      clock: HandClock("2026-03-02 09:00"))
    let left = Drained()
    meddler.whenFirst { @Sendable in
      Task {
        let count = await engine.drain()
        left.count.withLock { $0 = count }
      }
      // The hand-over goes on while it drains.
      try? await Task.sleep(nanoseconds: 1_000_000_000)
    }
    try await engine.receive(GroupTests.orders(0..<5))
    for _ in 0..<6000 where left.count.withLock({ $0 }) == nil {
      try? await Task.sleep(nanoseconds: 10_000_000)
    }
    #expect(left.count.withLock { $0 } == 0)
    #expect(box.letters.count == 1)
    #expect(store.outbox(.planned).count == 4 && store.outbox(.claimed).isEmpty)
    #expect(try await engine.runDue() == 0)
    let next = Rig(graphs, store: store, clock: HandClock("2026-03-02 09:00"), box: box)
    try await next.engine.runDue()
    #expect(box.letters.count == 5 && box.repeats == 0)
  }
}

private final class Drained: Sendable {
  let count = Mutex<Int?>(nil)
}
