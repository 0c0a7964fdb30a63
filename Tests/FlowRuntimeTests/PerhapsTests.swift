import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// What may have arrived and is not tried again: nobody says that it did not go out, and a person is asked (guarantees
/// 7, 8, 9 and 28).
struct PerhapsTests {
  let store = MemoryStore()
  let clock = HandClock("2026-03-02 09:00")
  let far = FarSide()

  func engine(isKeyed: Bool = false, isLive: Bool = true, retriesUnknown: Bool = false) throws -> Engine {
    let outlet = Outlet(far, isKeyed: isKeyed, isLive: isLive, retriesUnknown: retriesUnknown)
    return Engine(
      store: store, library: Library(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)),
      outlets: ["letter": outlet], zones: utcOnly, clock: clock)
  }

  func line() throws -> Outgoing {
    let run = try #require(store.runs(RunFilter(subject: "O-0")).first)
    return try #require(store.outbox(run: run.id).first)
  }

  func stop(_ engine: Engine, by what: String) async throws {
    let run = try line().run
    switch what {
    case "reply":
      try await engine.receive(
        .event(type: "reply", id: "r", at: clock.now(), subject: "O-0", data: ["text": "stop it"]))
    case "cancel": _ = await engine.carryOut(.cancel(run: run, because: "by mistake"))
    default:
      try await engine.receive(
        Incoming(id: "s", at: clock.now(), body: .suppress(contact: "c-0", channel: "letter", because: "asked")))
    }
  }

  static let reasons = [
    "reply": "reply came first", "cancel": "cancel came first",
    "suppression": "letter is suppressed for this contact",
  ]

  /// The tasks that ask what became of a message.
  var asked: [TaskRecord] {
    store.tasks(TaskFilter()).filter { $0.outcomes == ["arrived", "again"] && $0.isOpen }
  }

  private func expectUnknown(_ because: String, isAsked: Bool = true) throws {
    let line = try line()
    #expect(line.state == .unknown && line.because == because)
    #expect(asked.map(\.text) == (isAsked ? ["It is not known whether thanks reached Ann: \(because)"] : []))
    let record = try #require(store.run(line.run))
    let steps = store.journal(line.run)
    #expect(steps.flatMap(\.entries).allSatisfy { if case .withheld = $0.kind { false } else { true } })
    let sent = Timeline(record, steps, outbox: store.outbox(run: line.run), zones: utcOnly).entries
      .compactMap(\.handover).first
    #expect(sent?.delivery == "perhaps sent: \(because)")
  }

  @Test(arguments: ["reply", "cancel", "suppression"], [true, false])
  func `guarantees 9 and 28: what may have arrived and is stopped before it is tried again stays unknown`(
    what: String, isKeyed: Bool
  ) async throws {
    let engine = try engine(isKeyed: isKeyed, retriesUnknown: !isKeyed)
    far.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    #expect(try line().state == .planned && asked.isEmpty)
    try await stop(engine, by: what)
    clock.set("2026-03-02 10:00")
    try await engine.runDue()
    #expect(far.tries == 1)
    try expectUnknown("the line died; not tried again: \(Self.reasons[what] ?? "")")
    // The run waits for an answer to it, or has ended: it does not stand still for it.
    let run = try #require(store.runs(RunFilter()).first)
    #expect(run.stuck == nil && run.isLive == (what == "suppression"))
    try await engine.receive(.task(#require(asked.first).id, outcome: "arrived", at: clock.now()))
    #expect(try line().state == .accepted && far.tries == 1 && asked.isEmpty)
  }

  /// Stopped while it was to be tried once more, or when its fate was left to a person.
  @Test(arguments: ["reply", "cancel", "suppression"], [true, false])
  func `guarantees 8, 9 and 28: what is stopped stays unknown when a person sends it again, and they hear why`(
    what: String, retriesUnknown: Bool
  ) async throws {
    let engine = try engine(retriesUnknown: retriesUnknown)
    far.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    try await stop(engine, by: what)
    clock.set("2026-03-02 10:00")
    try await engine.runDue()
    let task = try #require(asked.first).id
    let reason = try #require(Self.reasons[what])
    let said = try await engine.receive(.task(task, outcome: "again", at: clock.now()))
    #expect(
      said.refused.map(\.because) == [["it is not sent again: \(reason); perhaps it was sent before"]])
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(far.tries == 1 && asked.isEmpty)
    try expectUnknown("the line died; not tried again: \(reason)", isAsked: false)
    let again = try await engine.receive(.task(task, outcome: "again", at: clock.now()))
    #expect(
      again.refused.map(\.because) == [["the task \(task) is withdrawn: it is not sent again: \(reason)"]])
  }

  /// It waits for its try, and the answer comes before that.
  @Test func `guarantee 28: what a person sends again, and an answer stops before it leaves, stays unknown`()
    async throws
  {
    let engine = try engine()
    far.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    try await engine.pauseAll(because: "lunch")
    try await engine.receive(.task(#require(asked.first).id, outcome: "again", at: clock.now()))
    #expect(asked.isEmpty)
    try await stop(engine, by: "reply")
    try await engine.resumeAll()
    try await engine.runDue()
    #expect(far.tries == 1)
    try expectUnknown("the line died; not tried again: reply came first")
  }

  /// It was told not to: the marker came back false.
  @Test func `what its channel accepts after all is asked of nobody any more`() async throws {
    let box = LetterBox()
    let deaf = Deaf(box)
    let outlet = Outlet(deaf, isKeyed: false, isLive: true, retriesUnknown: true)
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)),
      outlets: ["letter": outlet], zones: utcOnly, clock: clock)
    box.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    let clock = clock
    deaf.whenNext {
      _ = try? await engine.receive(
        .event(type: "reply", id: "r", at: clock.now(), subject: "O-0", data: ["text": "stop it"]))
    }
    clock.set("2026-03-02 10:00")
    try await engine.runDue()
    #expect(try line().state == .accepted && asked.isEmpty)
    let task = try #require(store.tasks(TaskFilter()).first { $0.outcomes == ["arrived", "again"] })
    #expect(task.state == .withdrawn(because: "it has arrived after all", at: clock.now()))
  }

  /// Hands over whatever it is told; does something before.
  private final class Deaf: Channel {
    private let box: LetterBox
    private let next = Mutex<(@Sendable () async -> Void)?>(nil)

    init(_ box: LetterBox) { self.box = box }
    func whenNext(_ body: @escaping @Sendable () async -> Void) { next.withLock { $0 = body } }
    var manifest: [UInt8] { [] }
    func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering { try await box.render(delivery) }

    func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
      let body = next.withLock { next in
        defer { next = nil }
        return next
      }
      await body?()
      if body == nil { _ = await marker() }
      return await box.deliver(rendering, key: key) { true }
    }
  }

  @Test func `guarantee 8: what a person sends again once it may leave again does leave`() async throws {
    let engine = try engine(retriesUnknown: true)
    far.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    try await stop(engine, by: "suppression")
    clock.set("2026-03-02 10:00")
    try await engine.runDue()
    _ = await engine.carryOut(
      .allow(contact: "c-0", channel: "letter", by: "Olga", because: "she asks for it", evenComplaints: false))
    try await engine.receive(.task(#require(asked.first).id, outcome: "again", at: clock.now()))
    #expect(try line().state == .accepted && far.tries == 2)
  }

  /// A process ended with it in hand; where no marker tells, its channel may have had it.
  @Test(arguments: [(false, true, Outgoing.State.marked), (true, true, .marked), (true, false, .claimed)])
  func `guarantee 28: what a crash has left in doubt and is stopped then stays unknown`(
    isKeyed: Bool, isLive: Bool, state: Outgoing.State
  ) async throws {
    try await engine(isKeyed: isKeyed, isLive: isLive).receive(GroupTests.orders(0..<1))
    var line = try line()
    line.state = state
    try store.commit([.change(line, from: .accepted)])
    far.answer(.temporary(after: nil, because: "busy"))
    let next = try engine(isKeyed: isKeyed, isLive: isLive, retriesUnknown: true)
    try await next.runDue()
    #expect(try self.line().state == .planned)
    try await stop(next, by: "reply")
    try expectUnknown("the process ended while it was handed over; not tried again: reply came first")
  }

  /// A claim alone is not a hand-over where a marker tells.
  @Test func `what had not left when the process ended is stopped before it left`() async throws {
    try await engine().receive(GroupTests.orders(0..<1))
    var line = try line()
    line.state = .claimed
    try store.commit([.change(line, from: .accepted)])
    far.answer(.temporary(after: nil, because: "busy"))
    let next = try engine(retriesUnknown: true)
    try await next.runDue()
    try await stop(next, by: "reply")
    #expect(try self.line().state == .cancelled && asked.isEmpty)
  }

  @Test func `guarantee 8: a second try that is refused before it left leaves the first in doubt`() async throws {
    let engine = try engine(retriesUnknown: true)
    far.answer(.unknown(because: "the line died"), .temporary(after: nil, because: "busy"))
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set("2026-03-02 09:15")
    try await engine.runDue()
    #expect(far.tries == 2)
    #expect(try line().state == .planned)
    try await stop(engine, by: "cancel")
    try expectUnknown("the line died; not tried again: cancel came first")
  }

  /// The first is as unknown as it was, whatever the far side says of the second: the run goes on as behind any other
  /// message that may have arrived, and nobody says that it did not go out.
  @Test(arguments: ["refused", "tried out"])
  func `guarantee 8: a second try that is refused for good leaves the first in doubt`(how: String) async throws {
    let engine = try engine(retriesUnknown: true)
    far.answer(.unknown(because: "the line died"))
    let isRefused = how == "refused"
    if isRefused { far.answer(.permanent(because: "550 no")) }
    for _ in 0..<7 where !isRefused { far.answer(.temporary(after: nil, because: "busy")) }
    try await engine.receive(GroupTests.orders(0..<1))
    // 15 minutes, then 2 + 4 + 8 … minutes and up to a quarter more: within 10 hours eight tries are made.
    for hour in 10...20 {
      for minute in 0..<60 {
        clock.advance(to: time("2026-03-02 \(hour):\(minute < 10 ? "0" : "")\(minute)"))
        try await engine.runDue()
      }
    }
    #expect(far.tries == (isRefused ? 2 : 8))
    let because = isRefused ? "550 no" : "tried 8 times: busy"
    try expectUnknown("the line died; tried again: \(because)")
    let run = try #require(store.runs(RunFilter()).first)
    #expect(run.isLive && run.stuck == nil)
    #expect(store.journal(run.id).flatMap(\.entries).allSatisfy { $0.type != "failed" })
    try await engine.receive(.task(#require(asked.first).id, outcome: "arrived", at: clock.now()))
    #expect(try line().state == .accepted)
  }

  /// Its address, or its far side by the key, says what follows for the run; that the first may be there is told, too.
  @Test(arguments: ["undeliverable", "keyed"])
  func `guarantee 28: what has failed after a try that may have arrived says so`(how: String) async throws {
    let engine = try engine(isKeyed: how == "keyed", retriesUnknown: true)
    far.answer(.unknown(because: "the line died"))
    far.answer(how == "keyed" ? .permanent(because: "550 no") : .undeliverable(because: "550 no"))
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set("2026-03-02 10:00")
    try await engine.runDue()
    #expect(far.tries == 2)
    let line = try line()
    #expect(line.state == .failed && line.because == "550 no; a try before may have arrived: the line died")
    #expect(asked.isEmpty)
    if how == "undeliverable" { #expect(store.run(line.run)?.run.outcome == "undeliverable") }
    if how == "keyed" {
      let text = store.tasks(TaskFilter()).first { $0.name == "failed" }?.text
      #expect(text == "thanks failed: 550 no; a try before may have arrived: the line died")
    }
  }

  /// The answer has come while the message was in hand: the run has ended by it, and it is not tried again in any case.
  @Test(arguments: [(false, false), (false, true), (true, false)])
  func `guarantees 8, 9 and 28: a message in hand when the answer came, whose fate is not known, is unknown at once`(
    isKeyed: Bool, retriesUnknown: Bool
  ) async throws {
    let engine = try engine(isKeyed: isKeyed, retriesUnknown: retriesUnknown)
    far.afterMarker { [self] in try? await stop(engine, by: "reply") }
    far.answer(.unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(0..<1))
    let run = try #require(store.runs(RunFilter()).first)
    #expect(run.run.outcome == "replied" && run.stuck == nil)
    try expectUnknown("the line died; not tried again: reply came first")
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(far.tries == 1)
    try await engine.receive(.task(#require(asked.first).id, outcome: "arrived", at: clock.now()))
    #expect(try line().state == .accepted && far.tries == 1)
  }
}
