import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What a run waits for while a touch of it has not left (guarantee 28).
struct ExplainerTests {
  private let zones = FixedZones([.utc], version: "test")
  /// Wednesday, 25 March 2026, 15:00.
  private let start = Instant(seconds: 1_774_450_800)

  /// A letter at once that has not left, then these steps; an hour later the run is told that it was paid, where it
  /// awaits that.
  private func facts(_ steps: String) throws -> [Reasons.Fact] {
    try #require(answers(steps).first { $0.what == .waiting }).facts
  }

  private func answers(_ steps: String, holds: [String] = []) throws -> [Reasons.Answer] {
    let graph = try Bench.graphs(
      """
      workflow: small
      trigger: { event: deal.won, key: deal.id }
      input:
        contact: contact
        deal: { id: text }
      events: { deal.paid: {} }
      steps:
        - letter: ask
          purpose: inform
          body: "How are you?"
      \(steps)
        - end: done
      """, zones: zones)[0]
    let surroundings = Surroundings(zones: zones)
    var transition = Machine.start(
      graph, key: ["d"], data: ["contact": .record(["name": .text("Sam")]), "deal": .record(["id": .text("d")])],
      at: start, surroundings)
    var journal = [RunHistory.Step(sequence: 1, at: start, event: nil, entries: transition.entries)]
    if steps.contains("deal.paid") {
      let at = start.adding(milliseconds: 3_600_000)
      let event = Event(id: "e", at: at, kind: .named("deal.paid", data: [:]))
      transition = Machine.step(graph, transition.run, event, at: at, surroundings)
      journal.append(RunHistory.Step(sequence: 2, at: at, event: event, entries: transition.entries))
    }
    var history = RunHistory(
      id: "0", workflow: "small", version: graph.fingerprint, subject: "d", contact: "Sam", run: transition.run,
      steps: journal, beginning: [:])
    history.deliveries = [
      RunHistory.Delivery(
        key: "k", sequence: 1, step: "ask", verb: "letter", touch: true, to: "Sam", digest: "", planned: start,
        next: start.adding(milliseconds: 7_200_000), attempts: 1, state: "deferred", because: "busy")
    ]
    history.holds = holds
    return Explainer(history, graph: graph, zones: zones).reasons.answers
  }

  @Test func `guarantee 28: a touch between two tries says what holds it meanwhile`() throws {
    let steps = "  - wait: 2 days"
    let ask = try #require(answers(steps, holds: ["paused: on holiday"]).first { $0.step == "ask" })
    #expect(ask.facts.last == .standsStill(because: "paused: on holiday"))
    let free = try #require(answers(steps).first { $0.step == "ask" })
    #expect(!free.facts.contains { if case .standsStill = $0 { true } else { false } })
  }

  private static let paid = "  - await: deal.paid within 3 days\n    then: { deal.paid: next, timeout: end unpaid }\n"

  @Test(arguments: [
    "  - wait: 2 days", "  - await: reply within 2 days", "  - wait: until mon 09:00",
  ])
  func `guarantee 28: what a touch that has not left moves counts from when it leaves`(steps: String) throws {
    #expect(try facts(steps).contains(.counts(from: "ask")))
  }

  /// A day of the run's own stays where it is, and so does what follows upon an event that somebody has told.
  @Test(arguments: ["  - wait: until day 5", "  - await: reply until day 5", paid + "  - wait: 1 day"])
  func `guarantee 28: what it does not move waits for it, and its own instant stays`(steps: String) throws {
    let facts = try facts(steps)
    #expect(facts.contains(.notLeft(step: "ask")) && !facts.contains(.counts(from: "ask")))
  }
}
