import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation
import FlowTesting
import FlowTime
import Testing

struct ForecastTests {
  /// As a store of before may hold it: there, two ways to write é were two keys.
  @Test func `what will go out is told of keys, too, that are the same letters in other bytes`() async throws {
    let graph = try Bench.workflows([story("  []")], zones: utcOnly)[0].graph
    let store = MemoryStore()
    let begin = Zone.utc.instant(of: try #require(CivilDateTime(text: "2026-03-02 09:00")))
    let box = LetterBox()
    let clock = VirtualClock(begin)
    let engine = Engine(
      store: store, library: Library([graph]), outlets: box.outlets(), zones: utcOnly, clock: clock)
    try await engine.receive(
      .event(
        type: "order.placed", id: "e-1", at: begin,
        data: ["contact": ["name": "Ann"], "owner": ["name": "Olga"], "order": ["id": "caf\u{E9}"]]))
    let one = try #require(store.runs(RunFilter()).first)
    let other = RunRecord(
      id: "0123456789ab", workflow: one.workflow, version: one.version, subject: "cafe\u{301}", contact: one.contact,
      event: one.event, sequence: 1, run: one.run)
    let step = JournalStep(run: other.id, sequence: 1, at: begin, event: nil, entries: [])
    try store.commit([.start(other), .append(step)])

    let items = try await Forecast(library: Library([graph]), outlets: box.outlets(), zones: utcOnly).items(
      in: store, from: begin, to: begin.adding(milliseconds: 2 * 86_400_000))
    #expect(Set(items.filter { $0.entry.step == "thanks" }.map(\.run)) == [one.id, other.id])
  }
}
