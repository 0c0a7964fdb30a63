import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// What a receipt is to the run, and the pace of a channel (guarantees 7 and 11).
struct ReceiptTests {
  /// The far side says so in its answer: it is written down with it, before anything else can happen.
  @Test(arguments: ["Ann", "Bob"])
  func `guarantee 9: who has told the far side to stop is not written to again by it`(name: String) async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    func place(_ subject: String) async throws {
      // Known by their name, or by something else that the letter did not go to.
      let contact: JSONValue = name == "Ann" ? ["name": "Ann"] : ["name": "Bob", "id": "c-1"]
      try await rig.engine.receive(
        .event(
          type: "order.placed", id: subject, at: rig.clock.now(), subject: subject,
          data: ["contact": contact, "owner": ["name": "Olga"], "order": ["id": .string(subject)]]))
    }
    try await place("O-1")
    rig.box.answer(.optedOut(because: "STOP"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let run = try rig.onlyRun()
    let line = try #require(rig.store.outbox(run: run.id).first)
    #expect(line.state == .failed && line.because == "STOP")
    #expect(try rig.store.suppressed([name]) == ["letter"])
    #expect(run.run.outcome == (name == "Ann" ? "opted-out" : nil))
    // Whoever the letter was not addressed to by what they are known by has opted out of nothing.
    #expect(try rig.store.suppressed(["c-1"]) == [])
    if name == "Bob" { return }
    try await place("O-2")
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
  }

  /// What a report says days later, the server has said at once.
  @Test(arguments: ["", "anytime: { bounce: end bounced }"])
  func `an address that takes nothing is a bounce: nothing more goes to it`(own: String) async throws {
    let rig = Rig(try Bench.graphs(order(more: own), zones: utcOnly), areKeyed: false, isLive: true)
    try await rig.place("O-1", id: "e-1")
    rig.box.answer(.undeliverable(because: "550 5.1.1 no such user"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let run = try rig.onlyRun()
    let line = try #require(rig.store.outbox(run: run.id).first)
    #expect(line.state == .failed && line.because == "550 5.1.1 no such user" && line.settled == rig.clock.now())
    #expect(run.run.outcome == (own.isEmpty ? "undeliverable" : "bounced") && run.run.ended == rig.clock.now())
    #expect(try rig.lines(run.id).contains("03-03 09:00 received bounce took \(own.isEmpty ? "default" : "bounce")"))
    #expect(try rig.store.tasks(TaskFilter()).map(\.name) == (own.isEmpty ? ["undeliverable"] : []))
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
  }

  @Test func `addresses that take nothing pull the brake as bounces do`() async throws {
    let rig = Rig(
      try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly), areKeyed: false, isLive: true)
    try await rig.engine.release("order")
    for number in 0..<5 {
      #expect(try await rig.engine.holds().isEmpty)
      rig.box.answer(.undeliverable(because: "550 5.1.1 no such user"))
      try await rig.engine.receive(GroupTests.orders(number..<number + 1))
    }
    #expect(
      try await rig.engine.holds().map(\.because) == [
        "the brake: 5 of 5 by letter came back; `flow resume --all` lets it go on"
      ])
  }

  /// The run cannot take it any more: its journal and its owner are told.
  @Test func `of a run that has ended an address that takes nothing is told to its owner`() async throws {
    let text = order(steps: "  - letter: thanks\n    purpose: inform\n    body: hello\n  - end: quiet\n")
    let rig = Rig(try Bench.graphs(text, zones: utcOnly), areKeyed: false, isLive: true)
    rig.box.answer(.undeliverable(because: "550 5.1.1 no such user"))
    try await rig.place("O-1", id: "e-1")
    let run = try rig.onlyRun()
    #expect(run.run.outcome == "quiet")
    #expect(try rig.lines(run.id).last == "03-02 09:00 failed thanks: 550 5.1.1 no such user")
    #expect(try rig.store.tasks(TaskFilter()).map(\.name) == ["failed"])
  }

  static let text = order(
    steps: """
        - ring: bell
          within: 2 days
          then:
            ok: end rung
            failed: end silent
            timeout: end late
      """)

  let store = MemoryStore()
  let box = LetterBox()
  let clock = HandClock("2026-03-02 09:00")

  func engine(_ text: String, _ change: (inout Outlet) -> Void) throws -> Engine {
    let outlets = box.outlets().mapValues { outlet in
      var outlet = outlet
      change(&outlet)
      return outlet
    }
    return Engine(
      store: store, library: Library(try Bench.graphs(text, zones: utcOnly)), outlets: outlets,
      zones: utcOnly,
      clock: clock)
  }

  @Test(arguments: [
    (Receipt.accepted(id: "1"), "rung"), (.permanent(because: "no bell"), "silent"),
  ])
  func `ok and failed are told by the receipt, where the channel says so`(receipt: Receipt, outcome: String)
    async throws
  {
    box.answer(receipt)
    try await engine(Self.text) { $0.outcomes = ["ok", "failed"] }.receive(GroupTests.orders(0..<1))
    #expect(store.runs(RunFilter()).map(\.run.outcome) == [outcome])
  }

  @Test func `where the channel does not say so, the run waits to be told`() async throws {
    try await engine(Self.text) { _ in }.receive(GroupTests.orders(0..<1))
    #expect(store.runs(RunFilter()).map(\.due) == [time("2026-03-04 09:00")])
  }

  @Test func `guarantee 11: what has piled up goes out at the channel's rate, the oldest first`() async throws {
    let engine = try engine(GroupTests.letterAtOnce) { $0.rate = 60 }
    try await engine.receive(GroupTests.orders(0..<10))
    #expect(box.letters.count == 1)
    for second in 1..<10 {
      clock.set("2026-03-02 09:00")
      clock.advance(to: time("2026-03-02 09:00").adding(milliseconds: Int64(second) * 1000 - 1))
      try await engine.runDue()
      #expect(box.letters.count == second)
      clock.advance(to: time("2026-03-02 09:00").adding(milliseconds: Int64(second) * 1000))
      try await engine.runDue()
      #expect(box.letters.count == second + 1)
    }
    #expect(try await engine.nextDue() == time("2026-03-04 09:00"))
  }

  @Test func `guarantee 11: no more than its capacity goes out by a channel in a day`() async throws {
    let engine = try engine(GroupTests.letterAtOnce) { $0.capacity = 4 }
    try await engine.receive(GroupTests.orders(0..<10))
    #expect(box.letters.count == 4)
    #expect(try await engine.nextDue() == time("2026-03-03 00:00"))
    clock.set("2026-03-03 00:00")
    try await engine.runDue()
    #expect(box.letters.count == 8)
    clock.set("2026-03-04 00:00")
    try await engine.runDue()
    #expect(box.letters.count == 10)
  }

  @Test func `guarantee 11: what must not leave any more takes no other's place in the day`() async throws {
    let first = try engine(GroupTests.letterAtOnce) { $0.capacity = 1 }
    _ = await first.drain()
    try await first.receive(GroupTests.orders(0..<2))
    #expect(store.outbox(.planned).count == 2)
    try store.commit([.suppress(contact: ["c-0"], channel: "all", at: clock.now(), because: "she asked")])
    try await engine(GroupTests.letterAtOnce) { $0.capacity = 1 }.runDue()
    #expect(box.letters.count == 1 && store.outbox(.cancelled).count == 1 && store.outbox(.accepted).count == 1)
  }

  @Test(arguments: [nil, 60])
  func `guarantee 11: a place on a later day is another's where its line is cancelled`(rate: Int?) async throws {
    let engine = try engine(GroupTests.letterAtOnce) {
      $0.capacity = 2
      $0.rate = rate
    }
    // Two today, two tomorrow, one the day after.
    try await engine.receive(GroupTests.orders(0..<2))
    clock.set("2026-03-02 09:01")
    try await engine.receive(GroupTests.orders(2..<5))
    #expect(box.letters.count == 2)
    // One of tomorrow's, and nobody has that place.
    let tomorrow = store.outbox(.planned).filter { $0.next < time("2026-03-04 00:00") }
    #expect(tomorrow.count == 2 && store.outbox(.planned).count == 3)
    let subject = try #require(try store.run(tomorrow[0].run)).subject
    try await engine.receive(
      .event(type: "reply", id: "r-1", at: clock.now(), subject: subject, data: ["text": "It is here."]))
    try await engine.receive(GroupTests.orders(5..<6))
    let planned = store.outbox(.planned)
    #expect(planned.count == 3 && planned.filter { $0.next < time("2026-03-04 00:00") }.count == 2)
    // One that must not leave when its time has come: its place is free all day, where there is no rate.
    try store.commit([.suppress(contact: tomorrow[1].contact, channel: "all", at: clock.now(), because: "she asked")])
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(box.letters.count == 3 && store.outbox(.planned).count == 1)
    try await engine.receive(GroupTests.orders(6..<7))
    #expect(box.letters.count == (rate == nil ? 4 : 3))
    for second in 1...2 {
      clock.set("2026-03-04 00:0\(second)")
      try await engine.runDue()
    }
    #expect(store.outbox(.planned).isEmpty)
  }

  @Test(arguments: [false, true])
  func `guarantee 11: a restart after a full day waits for the next`(isLive: Bool) async throws {
    func engine() throws -> Engine {
      try self.engine(GroupTests.letterAtOnce) {
        $0.capacity = 2
        $0.isLive = isLive
      }
    }
    try await engine().receive(GroupTests.orders(0..<2))
    clock.set("2026-03-02 15:00")
    let next = try engine()
    try await next.receive(GroupTests.orders(2..<3))
    #expect(box.letters.count == 2)
    #expect(try await next.nextDue() == time("2026-03-03 00:00"))
  }

  @Test(arguments: [false, true])
  func `guarantee 11: a restart gives the day no second capacity`(isLive: Bool) async throws {
    func engine() throws -> Engine {
      try self.engine(GroupTests.letterAtOnce) {
        $0.capacity = 4
        $0.isLive = isLive
      }
    }
    try await engine().receive(GroupTests.orders(0..<3))
    clock.set("2026-03-02 15:00")
    let next = try engine()
    try await next.receive(GroupTests.orders(3..<10))
    #expect(box.letters.count == 4)
    #expect(try await next.nextDue() == time("2026-03-03 00:00"))
  }
}
