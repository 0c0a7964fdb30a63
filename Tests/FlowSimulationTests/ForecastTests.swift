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

  /// The machine has answered after a minute, the letter is tried again after three hours: two hours for an answer are
  /// counted from then.
  @Test func `what counts from a touch that has not left is told of when it leaves`() async throws {
    let text = story("  []")
    let head = String(text[..<(try #require(text.firstRange(of: "steps:")).lowerBound)])
    let steps = """
      steps:
        - letter: ask
          purpose: inform
          body: "How are you?"
        - ring: told
          within: 1 hour
        - await: reply within 2 hours
        - letter: remind
          purpose: inform
          body: "We asked"
        - await: reply within 1 hour
        - escalate: alarm
          to: [owner, contact]
          each: 30 minutes
          say: "Nobody answers"
        - end: quiet
      """
    let graph = try Bench.workflows([head + steps], zones: utcOnly)[0].graph
    let store = MemoryStore()
    let begin = Zone.utc.instant(of: try #require(CivilDateTime(text: "2026-03-02 09:00")))
    let box = LetterBox()
    let clock = VirtualClock(begin)
    let engine = Engine(
      store: store, library: Library([graph]), outlets: box.outlets(), zones: utcOnly, clock: clock)
    box.answer(.temporary(after: 3 * 3600, because: "busy"))
    try await engine.receive(
      .event(
        type: "order.placed", id: "e-1", at: begin,
        data: ["contact": ["name": "Ann"], "owner": ["name": "Olga"], "order": ["id": "O-1"]]))
    #expect(box.texts == ["told to Ann: "])
    let left = try #require(store.outbox(.planned).first).next
    let run = try #require(store.runs(RunFilter()).first).id
    clock.advance(to: begin.adding(milliseconds: 60_000))
    try await engine.receive(
      Incoming(id: "ok-1", at: clock.now(), body: .run(run, .outcome("ok", step: nil, note: nil))))

    let forecast = Forecast(library: Library([graph]), outlets: box.outlets(), zones: utcOnly)
    let items = try await forecast.items(in: store, from: clock.now(), to: begin.adding(milliseconds: 86_400_000))
    let told = items.map { "\($0.entry.step ?? "") \($0.at.milliseconds(since: left) / 60_000)" }
    #expect(told == ["ask 0", "remind 120", "alarm 180", "alarm 210"])
  }

  @Test func `what the cap on first runs holds is told: it goes out when that is lifted`() async throws {
    let graph = try Bench.workflows([story("  []")], zones: utcOnly)[0].graph
    let store = MemoryStore()
    let clock = VirtualClock(Zone.utc.instant(of: try #require(CivilDateTime(text: "2026-03-02 09:00"))))
    let outlets = LetterBox().outlets().mapValues { Outlet($0.channel, isKeyed: true, isLive: true) }
    let engine = Engine(store: store, library: Library([graph]), outlets: outlets, zones: utcOnly, clock: clock)
    for number in 0..<21 {
      try await engine.receive(
        .event(
          type: "order.placed", id: "e-\(number)", at: clock.now(),
          data: [
            "contact": ["name": "Ann", "id": .string("c-\(number)")], "owner": ["name": "Olga"],
            "order": ["id": .string("O-\(number)")],
          ]))
    }
    clock.advance(to: clock.now().adding(milliseconds: 86_400_000))
    try await engine.runDue()
    let held = store.runs(RunFilter()).filter { $0.standstill != nil }.map(\.id)
    #expect(held.count == 1)
    let items = try await Forecast(library: Library([graph]), outlets: outlets, zones: utcOnly).items(
      in: store, from: clock.now(), to: clock.now().adding(milliseconds: 3_600_000))
    #expect(items.filter { $0.entry.step == "thanks" }.map(\.run) == held)
  }
}
