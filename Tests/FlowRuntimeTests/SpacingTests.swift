import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// Gap and caps where a touch leaves later than it was planned.
struct SpacingTests {
  /// Two orders of one contact, a letter each after a day; whatever answers are given, the first letter gets them.
  func rig(_ policy: String, first: Receipt) async throws -> Rig {
    // The run waits longer than its letter is tried: one that has ended sends nothing more.
    let text = order(more: policy).replacing("within 2 days", with: "within 20 days")
    let rig = Rig(try Bench.graphs(text, zones: utcOnly), at: "2026-03-02 09:00")
    rig.box.answer(first)
    try await rig.place("O-1", id: "e-1")
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    rig.clock.set("2026-03-04 08:00")
    try await rig.place("O-2", id: "e-2")
    return rig
  }

  func line(_ rig: Rig, of subject: String) throws -> Outgoing? {
    guard let run = try rig.store.runs(RunFilter(subject: subject)).first else { return nil }
    return try rig.store.outbox(run: run.id).first
  }

  @Test func `guarantee 12: others keep the gap to when a delayed touch really left`() async throws {
    // Tried again a day later, on 4 March shortly after 9:00.
    let rig = try await rig("policy: { gap: 2 days }", first: .temporary(after: 86_400, because: "busy"))
    while try line(rig, of: "O-2") == nil {
      rig.clock.advance(to: try #require(try await rig.engine.nextDue()))
      try await rig.engine.runDue()
    }
    let first = try #require(try line(rig, of: "O-1")?.settled)
    let second = try #require(try line(rig, of: "O-2")?.planned)
    #expect(first >= time("2026-03-04 09:00") && first <= time("2026-03-04 09:01"))
    #expect(second == first.adding(milliseconds: 2 * 86_400_000))
  }

  @Test func `guarantee 12: a delayed touch keeps the gap to one that went out meanwhile`() async throws {
    // Tried again after two days and a half, on 5 March at 21:00; the other letter goes on that day at 9:00.
    let rig = try await rig("policy: { gap: 2 days }", first: .temporary(after: 216_000, because: "busy"))
    rig.clock.set("2026-03-05 09:00")
    try await rig.engine.runDue()
    #expect(try line(rig, of: "O-2")?.state == .accepted)
    rig.clock.set("2026-03-05 21:01")
    try await rig.engine.runDue()
    let delayed = try #require(try line(rig, of: "O-1"))
    #expect(delayed.state == .planned && delayed.next == time("2026-03-07 09:00"))
    #expect(try rig.lines(delayed.run).contains { $0.contains("deferred thanks: less than 2 days") })
    rig.clock.set("2026-03-07 09:00")
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 2)
  }

  /// A day of silence of the channel does not lead to two letters at once when it speaks again.
  @Test func `guarantee 12: what was delayed together does not leave together`() async throws {
    let rig = try await rig("policy: { gap: 1 day }", first: .temporary(after: 100_000, because: "busy"))
    rig.box.answer(.temporary(after: 30_000, because: "busy"))
    for _ in 0..<20 {
      guard rig.box.texts.count < 2, let next = try await rig.engine.nextDue() else { break }
      let before = rig.box.texts.count
      // Both may be tried by then, as after a stop.
      rig.clock.advance(to: max(next, time("2026-03-05 10:00")))
      try await rig.engine.runDue()
      #expect(rig.box.texts.count <= before + 1)
    }
    #expect(rig.box.texts.count == 2)
  }

  /// Two letters of one run, planned at once: both were delayed, and count as two.
  @Test func `guarantee 12: touches that were planned together and left late count each`() async throws {
    let twice = order(
      steps: """
          - letter: first
            purpose: inform
            body: "One"
          - letter: second
            purpose: inform
            body: "Two"
          - await: reply within 20 days
          - end: quiet
        """)
    let caps = Caps(touches: 3, span: .days(7))
    let rig = Rig(try Bench.graphs(twice, zones: utcOnly), at: "2026-03-02 09:00", caps: caps)
    // Tried again 90 minutes and three hours later.
    rig.box.answer(.temporary(after: 5400, because: "busy"), .temporary(after: 10_800, because: "busy"))
    try await rig.place("O-1", id: "e-1")
    while rig.box.texts.count < 2 {
      rig.clock.advance(to: try #require(try await rig.engine.nextDue()))
      try await rig.engine.runDue()
    }
    let second = try #require(try line(rig, of: "O-1")?.settled)
    #expect(second > time("2026-03-02 10:00"))
    // A third may go now; a fourth only seven days after the first.
    rig.clock.set("2026-03-03 09:00")
    try await rig.place("O-2", id: "e-2")
    #expect(rig.box.texts.count == 3)
    rig.clock.set("2026-03-09 09:30")
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 3)
    rig.clock.set("2026-03-10 09:30")
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 4)
    // An engine of later knows it, too.
    #expect(try rig.store.remembered(prefix: "late/").count == 2)
  }

  @Test func `guarantee 12: what is planned just before a late touch leaves keeps the gap to it`() async throws {
    let steps = """
        - letter: one
          purpose: inform
          body: "1"
        - await: order.changed within 20 days
        - letter: two
          purpose: inform
          body: "2"
        - await: reply within 5 days
        - end: quiet
      """
    let text = order(more: "events: { order.changed: {} }\npolicy: { gap: 1 day }", steps: steps)
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    rig.box.answer(.temporary(after: 172_800, because: "busy"))
    try await rig.place("O-1", id: "e-1")
    // The program stood still, and the first it hears is the event: both letters may be tried now.
    rig.clock.set("2026-03-04 12:00")
    try await rig.tell("order.changed", "O-1", id: "e-2")
    #expect(rig.box.texts.count == 1)
    rig.clock.set("2026-03-05 12:00")
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 2)
  }

  /// The process ended with the letter in hand, and the machine's clock was wrong by a day.
  @Test func `guarantee 12: what was in hand keeps its hours, also where the next process lives before it`()
    async throws
  {
    let graphs = try Bench.graphs(order(more: "policy: { window: 'daily 09:00-12:00' }"), zones: utcOnly)
    let rig = Rig(graphs, at: "2026-03-02 09:00")
    try await rig.place("O-1", id: "e-1")
    rig.clock.set("2026-03-03 09:30")
    try await rig.engine.runDue()
    var inHand = try #require(try line(rig, of: "O-1"))
    #expect(inHand.state == .accepted)
    inHand.state = .claimed
    try rig.store.commit([.change(inHand, from: .accepted)])
    for (now, state) in [
      ("2026-03-02 15:00", Outgoing.State.planned), ("2026-03-03 08:59", .planned), ("2026-03-03 09:00", .accepted),
    ] {
      rig.clock.set(now)
      try await rig.again(graphs).engine.runDue()
      #expect(try line(rig, of: "O-1")?.state == state, "\(now)")
    }
  }
}
