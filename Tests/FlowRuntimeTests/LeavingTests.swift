import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// What counts from a touch, or from a word to a person, counts from when that really left (guarantee 11): also where
/// the run has come to it in a later turn, while the touch was still on its way.
struct LeavingTests {
  static let busy = Receipt.temporary(after: 3 * 3600, because: "busy")
  static let asked = """
      - letter: ask
        purpose: inform
        body: "How are you?"
      - ring: told
        within: 1 hour
      - await: reply within 2 hours
      - letter: remind
        purpose: inform
        body: "We asked two hours ago"
      - end: quiet
    """
  /// Two people, half an hour each.
  static let alarm = """
      - escalate: alarm
        to: [owner, owner.manager ?? owner]
        each: 30 minutes
        say: "Nobody answers"
        then: { acknowledged: end told, timeout: end nobody }
    """

  func graphs(_ steps: String) throws -> [Graph] { try Bench.graphs(order(steps: steps), zones: utcOnly) }

  func line(_ rig: Rig, _ step: String) throws -> Outgoing {
    try #require(rig.store.outbox(run: rig.onlyRun().id).last { $0.step == step })
  }

  func place(_ rig: Rig) async throws {
    try await rig.engine.receive(
      .event(
        type: "order.placed", id: "e-1", at: rig.clock.now(), subject: "O-1",
        data: [
          "contact": ["name": "Ann", "id": "c-1"], "owner": ["name": "Olga", "manager": ["name": "Mia"]],
          "order": ["id": "O-1"],
        ]))
  }

  /// The machine says that all went well.
  func answer(_ rig: Rig) async throws {
    let body = Incoming.Body.run(try rig.onlyRun().id, .outcome("ok", step: nil, note: nil))
    try await rig.engine.receive(Incoming(id: "ok-1", at: rig.clock.now(), body: body))
  }

  /// The letter is tried again after three hours; the machine has answered a minute later, and the run awaits a reply.
  func late(_ steps: String, isRestarted: Bool = false) async throws -> Rig {
    var rig = Rig(try graphs(steps))
    rig.box.answer(Self.busy)
    try await place(rig)
    rig.clock.set("2026-03-02 09:01")
    try await answer(rig)
    let waiting = try #require(rig.onlyRun().run.waiting)
    #expect(waiting.stage == .listening && waiting.due == time("2026-03-02 11:01"))
    if isRestarted {
      rig = rig.again(try graphs(steps))
      try await rig.engine.runDue()
    }
    rig.clock.set("2026-03-02 11:01")
    try await rig.engine.runDue()
    #expect(try rig.onlyRun().stuck == "held: ask has not left yet: busy")
    rig.clock.advance(to: try line(rig, "ask").next)
    try await rig.engine.runDue()
    return rig
  }

  func hours(_ count: Int64, after instant: Instant) -> Instant { instant.adding(milliseconds: count * 3_600_000) }

  @Test(arguments: [false, true])
  func `guarantee 11: an await that began after an outcome counts from when the touch left`(isRestarted: Bool)
    async throws
  {
    let rig = try await late(Self.asked, isRestarted: isRestarted)
    let left = try #require(try line(rig, "ask").settled)
    #expect(left >= time("2026-03-02 12:00") && left < time("2026-03-02 12:01"))
    #expect(try rig.onlyRun().due == hours(2, after: left))
    #expect(rig.box.texts == ["told to Ann: ", "ask to Ann: How are you?"])
    try await rig.runOut()
    #expect(try line(rig, "remind").planned == hours(2, after: left))
    #expect(try rig.onlyRun().run.outcome == "quiet")
  }

  @Test func `guarantee 11: so it is in a round of a repeat, and the next round counts from then`() async throws {
    let rig = try await late(
      """
        - repeat: rounds
          times: 2
          every: 1 day
          steps:
            - letter: ask
              purpose: inform
              body: "How are you?"
            - ring: told
              within: 1 hour
            - await: reply within 2 hours
        - end: quiet
      """)
    let left = try #require(try line(rig, "ask").settled)
    #expect(try rig.onlyRun().due == hours(2, after: left))
    rig.clock.advance(to: hours(2, after: left))
    try await rig.engine.runDue()
    #expect(try rig.onlyRun().due == hours(24, after: left))
    try await rig.runOut()
    #expect(try line(rig, "ask").planned == hours(24, after: left))
    #expect(rig.box.texts.count == 4)
  }

  /// Shorter than the minute within which a touch counts as having left in time.
  @Test func `guarantee 11: an await that would have run out meanwhile counts from when the touch left`() async throws {
    let rig = Rig(try graphs(Self.asked.replacing("2 hours", with: "20 seconds")))
    rig.box.answer(HeldTests.wrong)
    try await place(rig)
    rig.clock.advance(to: rig.clock.now().adding(milliseconds: 10_000))
    try await answer(rig)
    rig.clock.advance(to: rig.clock.now().adding(milliseconds: 35_000))
    try await rig.engine.runDue()
    #expect(rig.box.texts == ["told to Ann: "])
    try await rig.engine.resumeAll()
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 2)
    #expect(try rig.onlyRun().due == rig.clock.now().adding(milliseconds: 20_000))
  }

  /// The letter leaves after 24 hours, somebody has done their part after 3: a day from then is 27 hours.
  @Test(arguments: [false, true])
  func `guarantee 11: what somebody has done begins a wait when it is done`(isEvent: Bool) async throws {
    let part =
      isEvent
      ? "  - await: order.paid within 2 days"
      : """
        - errand: look
          by: owner
          say: "Look at it"
          within: 2 days
      """
    let steps = """
        - letter: ask
          purpose: inform
          body: "How are you?"
      \(part)
        - wait: 1 day
        - letter: remind
          purpose: inform
          body: "We asked"
        - end: quiet
      """
    let text = order(more: "events:\n  order.paid: {}", steps: steps)
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    rig.box.answer(.temporary(after: 24 * 3600, because: "busy"))
    try await place(rig)
    rig.clock.set("2026-03-02 12:00")
    if isEvent {
      try await rig.tell("order.paid", "O-1", id: "e-2")
    } else {
      let task = try #require(rig.store.tasks(TaskFilter()).first)
      try await rig.engine.receive(.task(task.id, outcome: "done", at: rig.clock.now()))
    }
    #expect(try rig.onlyRun().due == time("2026-03-03 12:00"))
    let next = try line(rig, "ask").next
    #expect(next >= time("2026-03-03 09:00") && next < time("2026-03-03 10:00"))
    rig.clock.advance(to: next)
    try await rig.engine.runDue()
    #expect(try line(rig, "ask").settled == next)
    #expect(try rig.onlyRun().due == time("2026-03-03 12:00"))
    try await rig.runOut()
    #expect(try line(rig, "remind").planned == time("2026-03-03 12:00"))
  }

  @Test func `guarantee 4: what a journal of before says left late moves what it moved then`() async throws {
    let rig = Rig(try graphs(Self.asked))
    rig.box.answer(Self.busy)
    try await place(rig)
    rig.clock.set("2026-03-02 09:01")
    try await answer(rig)
    let graph = try graphs(Self.asked)[0]
    let run = try rig.onlyRun().run
    let left = time("2026-03-02 12:00")
    func due(_ withLater: Bool) throws -> Instant? {
      let node = try #require(graph.nodes.indices.first { graph.nodes[$0].name == "ask" })
      let kind = Event.Kind.left(step: node, counted: time("2026-03-02 09:00"), withLater: withLater)
      let event = Event(id: "left.3", at: left, kind: kind)
      return Machine.step(graph, run, event, at: left, Surroundings(zones: utcOnly)).run.waiting?.due
    }
    #expect(try due(false) == time("2026-03-02 11:01"))
    #expect(try due(true) == time("2026-03-02 14:00"))
  }

  // MARK: One after the other

  @Test(arguments: ["resume", "restart"])
  func `guarantee 11: each person of a chain has the time from when the word to them left`(_ way: String) async throws {
    var rig = Rig(try graphs(Self.alarm))
    rig.box.answer(HeldTests.wrong)
    try await place(rig)
    for hour in 10...12 {
      rig.clock.set("2026-03-02 \(hour):00")
      try await rig.engine.runDue()
    }
    let run = try rig.onlyRun()
    #expect(run.isLive && run.stuck?.hasPrefix("held: alarm has not left yet") == true)
    #expect(try rig.store.outbox(run: run.id).count == 1 && rig.box.texts.isEmpty)
    if way == "restart" { rig = rig.again(try graphs(Self.alarm)) } else { try await rig.engine.resumeAll() }
    try await rig.engine.runDue()
    #expect(rig.box.texts == ["alarm to Olga: Nobody answers"])
    #expect(try rig.onlyRun().due == time("2026-03-02 12:30") && rig.onlyRun().stuck == nil)
    rig.clock.set("2026-03-02 12:30")
    try await rig.engine.runDue()
    #expect(rig.box.texts.last == "alarm to Mia: Nobody answers")
    #expect(try rig.onlyRun().due == time("2026-03-02 13:00"))
    try await rig.runOut()
    #expect(try rig.onlyRun().run.ended == time("2026-03-02 13:00"))
    #expect(try rig.onlyRun().run.outcome == "nobody")
  }

  @Test func `guarantee 11: a person whose mailbox is full for now holds up no alarm`() async throws {
    let rig = Rig(try graphs(Self.alarm))
    rig.box.answer(Self.busy)
    try await place(rig)
    rig.clock.set("2026-03-02 09:30")
    try await rig.engine.runDue()
    #expect(rig.box.texts == ["alarm to Mia: Nobody answers"])
    rig.clock.set("2026-03-02 10:00")
    try await rig.engine.runDue()
    #expect(try rig.onlyRun().run.outcome == "nobody")
  }

  /// Nor does the last of them, or the only one.
  @Test(arguments: [("[owner, owner.manager ?? owner]", "10:00"), ("owner", "09:30")])
  func `guarantee 11: a chain comes to its end while the word to its last is put off`(to: String, end: String)
    async throws
  {
    let rig = Rig(try graphs(Self.alarm.replacing("[owner, owner.manager ?? owner]", with: to)))
    rig.box.answer(Self.busy, Self.busy)
    try await place(rig)
    rig.clock.set("2026-03-02 09:30")
    try await rig.engine.runDue()
    rig.clock.set("2026-03-02 \(end)")
    try await rig.engine.runDue()
    #expect(rig.box.texts.isEmpty)
    #expect(try rig.onlyRun().run.outcome == "nobody" && rig.onlyRun().run.ended == time("2026-03-02 \(end)"))
  }

  /// Its process has ended three times with the word to the first in hand, and the clock had come to the second
  /// meanwhile.
  @Test func `guarantee 18: a chain that stands for a word goes on when that is set aside`() async throws {
    let rig = Rig(try graphs(Self.alarm))
    try await place(rig)
    var word = try line(rig, "alarm")
    var record = try rig.onlyRun()
    word.state = .claimed
    record.stuck = "held: alarm has not left yet"
    try rig.store.commit([
      .change(word, from: .accepted), .remember("crash/\(word.key.text)", "2"),
      .advance(record, from: record.sequence), .remember("aside/\(record.id)", ""),
    ])
    rig.clock.set("2026-03-02 09:40")
    let next = rig.again(try graphs(Self.alarm))
    try await next.engine.runDue()
    let states = try rig.store.outbox(run: record.id).map { "\($0.rendering.to) \($0.state)" }
    #expect(states == ["Olga held", "Mia accepted"])
    #expect(try next.onlyRun().stuck == nil)
  }
}
