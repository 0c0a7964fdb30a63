import FlowAnalysis
import FlowCore
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

private struct FixedClock: Clock {
  let instant: Instant
  func now() -> Instant { instant }
}

/// What holds a touch between two tries, and what holds only its run, as a store has them (guarantee 28).
struct ExplainedHoldsTests {
  private let zones = FixedZones([.utc], version: "test")
  /// Wednesday, 25 March 2026, 15:00.
  private let start = Instant(seconds: 1_774_450_800)
  private let store = MemoryStore()
  private let box = LetterBox()

  private func graphs() throws -> [Graph] {
    try Bench.graphs(
      """
      workflow: small
      trigger: { event: deal.won, key: deal.id }
      input:
        contact: contact
        deal: { id: text }
      steps:
        - letter: ask
          purpose: inform
          body: "How are you?"
        - wait: 1 hour
        - end: done
      """, zones: zones)
  }

  private func engine(hour: Int64) throws -> Engine {
    Engine(
      store: store, library: Library(try graphs()), outlets: box.outlets(), caps: nil, zones: zones,
      clock: FixedClock(instant: start.adding(milliseconds: hour * 3_600_000)))
  }

  /// The letter is busy for two hours.
  private func begin() async throws {
    box.answer(.temporary(after: 7200, because: "busy"))
    let engine = try engine(hour: 0)
    _ = try await engine.receive(
      .event(
        type: "deal.won", id: "e", at: start, data: ["contact": ["name": "Sam", "id": "c"], "deal": ["id": "d"]]))
    try await engine.runDue()
  }

  /// What holds the letter, and what holds the run where it waits.
  private func standing() throws -> (ask: [String], run: [String]) {
    let record = try #require(store.runs(RunFilter()).first)
    let graph = try graphs()[0]
    let history = try RunHistory(record, in: store, graph: graph, zones: zones)
    #expect(history.deliveries.map(\.state) == ["deferred"] && history.deliveries.map(\.attempts) == [1])
    let answers = Explainer(history, graph: graph, zones: zones).reasons.answers
    func because(_ answer: Reasons.Answer?) throws -> [String] {
      try #require(answer).facts.compactMap { if case .standsStill(let because) = $0 { because } else { nil } }
    }
    return try (because(answers.first { $0.step == "ask" }), because(answers.first { $0.what == .waiting }))
  }

  @Test func `guarantee 28: a touch is not held by itself, though its run stands behind it`() async throws {
    try await begin()
    try await engine(hour: 1).runDue()
    let standing = try standing()
    #expect(standing.ask == [])
    #expect(standing.run == ["ask has not left yet: busy"])
  }

  /// By an opt-out in another run, or by hand: it is stopped at its next try, and that is known now.
  @Test(arguments: ["letter", "all", "card"])
  func `guarantee 28: a touch that is to be tried again and must not says so`(channel: String) async throws {
    try await begin()
    try store.add([.suppress(contact: ["c"], channel: channel, at: start, because: "asked")])
    let record = try #require(store.runs(RunFilter()).first)
    let graph = try graphs()[0]
    let history = try RunHistory(record, in: store, graph: graph, zones: zones)
    let answers = Explainer(history, graph: graph, zones: zones).reasons.answers
    let facts = try #require(answers.first { $0.step == "ask" }).facts
    #expect(facts.contains(.suppressed(verb: "letter")) == (channel != "card"))
  }

  @Test func `guarantee 28: a touch is held by a brake on its own channel, and by no other`() async throws {
    try await begin()
    let brakes = [
      Hold(.brake, verb: "letter", because: "too many letters came back"),
      Hold(.brake, verb: "card", because: "too many cards came back"),
    ]
    try store.add(brakes.map { .remember($0.fact, $0.value) })
    var standing = try standing()
    #expect(standing.ask == ["too many letters came back"])
    #expect(standing.run == [])
    try store.add([.remember(Hold(.paused, because: "on holiday").fact, "0 on holiday")])
    standing = try self.standing()
    #expect(standing.ask == ["on holiday", "too many letters came back"])
    #expect(standing.run == ["on holiday"])
  }
}
