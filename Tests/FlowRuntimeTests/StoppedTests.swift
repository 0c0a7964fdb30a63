import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// What an ending stops of what reaches no contact: calls of machines, and words to people (guarantee 9; language,
/// section 6: what an event interrupts is cancelled).
struct StoppedTests {
  /// A call that the run waits for, or does not.
  static func calls(_ within: String, then: String = "") -> String {
    order(
      more: """
        events: { order.closed: {}, order.moved: {} }
        anytime:
          order.closed: end closed
          order.moved: elsewhere
        paths:
          elsewhere:
            - wait: 3 days
            - end: elsewhere
        """,
      steps: """
          - ring: bell\(within)
          - tell: olga
            to: owner
            say: "{{ contact.name }} was rung for"
          - wait: 4 days
          - end: quiet
        """)
  }

  static let waitsForIt = calls("\n    within: 2 days")

  func rig(_ text: String) async throws -> Rig {
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    for _ in 0..<2 { rig.box.answer(.temporary(after: 3600, because: "busy")) }
    try await rig.place("O-1", id: "e-1")
    return rig
  }

  func states(_ rig: Rig) throws -> [String] {
    try rig.store.outbox(run: rig.onlyRun().id).map { "\($0.step) \($0.state) \($0.because ?? "")" }
  }

  @Test(arguments: ["", "\n    within: 2 days"])
  func `guarantee 9: nothing that a cancelled run planned goes out any more`(within: String) async throws {
    let rig = try await rig(Self.calls(within))
    let run = try rig.onlyRun().id
    rig.clock.set("2026-03-02 09:10")
    guard case .done = await rig.engine.carryOut(.cancel(run: run, because: "by mistake")) else {
      Issue.record("it was not cancelled")
      return
    }
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
    let steps = within.isEmpty ? ["bell", "olga"] : ["bell"]
    #expect(try states(rig) == steps.map { "\($0) cancelled cancel came first" })
    let withheld = try rig.lines(run).filter { $0.contains("withheld") }
    #expect(withheld == steps.map { "03-02 09:10 withheld \($0): cancel came first" })
  }

  @Test(arguments: ["order.closed", "unsubscribe", "order.moved", "reply"])
  func `guarantee 9: a step that an event interrupts hands nothing over any more`(event: String) async throws {
    let rig = try await rig(Self.waitsForIt)
    rig.clock.set("2026-03-02 09:10")
    try await rig.tell(event, "O-1", id: "e-2", data: event == "reply" ? ["text": "stop it"] : [:])
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
    #expect(try states(rig) == ["bell cancelled \(event) came first"])
  }

  /// It is about the run, and for somebody else than the contact.
  @Test(arguments: ["order.closed", "unsubscribe", "order.moved", "reply"])
  func `what the run has left behind goes out whatever ends the run later`(event: String) async throws {
    let rig = try await rig(Self.calls(""))
    rig.clock.set("2026-03-02 09:10")
    try await rig.tell(event, "O-1", id: "e-2", data: event == "reply" ? ["text": "stop it"] : [:])
    try await rig.runOut()
    #expect(rig.box.texts.sorted() == ["bell to Ann: ", "olga to Olga: Ann was rung for"])
  }

  @Test func `what the ending itself says goes out`() async throws {
    let rig = Rig(
      try Bench.graphs(
        order(
          more: """
            events: { order.closed: {} }
            anytime:
              order.closed:
                - tell: owner-hears
                  to: owner
                  say: "closed"
                - end: closed
            """), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    rig.box.answer(.temporary(after: nil, because: "busy"))
    try await rig.tell("order.closed", "O-1", id: "e-2")
    #expect(try !rig.onlyRun().isLive)
    try await rig.runOut()
    #expect(rig.box.texts == ["owner-hears to Olga: closed"])
  }

  @Test func `guarantee 9: what is held when its run is cancelled is let go`() async throws {
    let rig = Rig(try Bench.graphs(Self.calls(""), zones: utcOnly))
    rig.box.answer(.ours(because: "no secret"))
    try await rig.place("O-1", id: "e-1")
    let run = try rig.onlyRun().id
    #expect(try states(rig).first?.hasPrefix("bell held") == true)
    _ = await rig.engine.carryOut(.cancel(run: run, because: "by mistake"))
    _ = await rig.engine.carryOut(.resumeAll)
    try await rig.runOut()
    #expect(!rig.box.texts.contains("bell to Ann: "))
    #expect(try states(rig).first == "bell cancelled cancel came first")
  }

  // MARK: In a channel's hands

  let store = MemoryStore()
  let clock = HandClock("2026-03-02 09:00")
  let far = FarSide()

  func engine() throws -> Engine {
    let outlet = Outlet(far, isKeyed: false, isLive: true)
    return Engine(
      store: store, library: Library(try Bench.graphs(Self.waitsForIt, zones: utcOnly)),
      outlets: ["ring": outlet, "tell": outlet], zones: utcOnly, clock: clock)
  }

  func cancel(_ engine: Engine) async {
    _ = await engine.carryOut(.cancel(run: store.runs(RunFilter())[0].id, because: "by mistake"))
  }

  var line: Outgoing? { store.runs(RunFilter()).first.flatMap { store.outbox(run: $0.id).first } }

  @Test func `guarantee 9: a cancellation before the last byte keeps a call from being made`() async throws {
    let engine = try engine()
    far.beforeMarker { await cancel(engine) }
    try await engine.receive(GroupTests.orders(0..<1))
    #expect(far.arrived.isEmpty && far.refused == 1 && line?.state == .cancelled)
  }

  @Test func `guarantee 9: a call that was complete when its run was cancelled is not made again`() async throws {
    let engine = try engine()
    far.afterMarker { await cancel(engine) }
    far.answer(.temporary(after: nil, because: "the line is slow"))
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(far.arrived.isEmpty && far.tries == 1 && line?.state == .cancelled)
  }

  @Test func `guarantee 9: nobody can send again what its run's cancellation has stopped`() async throws {
    let engine = try engine()
    far.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    let task = try #require(store.tasks(TaskFilter(isOpen: true)).first { $0.outcomes.contains("again") })
    #expect(task.workflow == "order")
    await cancel(engine)
    try await engine.receive(
      Incoming(id: "d", at: clock.now(), body: .task(task.id, outcome: "again", note: nil)))
    try await engine.runDue()
    #expect(far.tries == 1 && line?.state == .unknown)
    #expect(line?.because == "the line died; not tried again: cancel came first")
  }
}
