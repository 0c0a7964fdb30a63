import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Timelines made by hand, each beside the one that just keeps the claim.
struct MonitorTests {
  private static let text = """
    events: { deal.closed: {} }
    policy: { window: "mon-fri 09:00-17:00", business: mon-fri, holidays: [2026-04-06], max-touches: 2 }
    timezone: contact.timezone ?? "Europe/Berlin"
    anytime: { deal.closed: end won, bounce: pause }
    steps:
      - { email: one, purpose: confirm, subject: One, body: One. }
      - { await: reply within 1 day, then: { reply: end replied } }
      - { sms: two, purpose: request, body: Two., gap: none }
      - { call: three, purpose: request, by: owner, within: 1 day }
      - { notify: told, to: owner, say: Not called. }
      - { email: four, purpose: inform, subject: Four, body: Four. }
    paths: { pause: [{ end: paused }] }

    """

  private let graph: Graph
  private let berlin: Zone

  init() throws {
    graph = try expectGraph(Self.text)
    berlin = try #require(Draft.zones.zone(named: "Europe/Berlin"))
  }

  // MARK: Words for timelines

  private func at(_ text: String) throws -> Instant {
    try ZonedStart.parse("\(text) Europe/Berlin", zones: Draft.zones).instant
  }

  private func course(
    _ entries: (String, String?, Entry.Kind)..., held: [(String, String)] = []
  ) throws -> Course {
    Course(
      zone: berlin, data: ["contact": .record(["name": .text("Ann")])],
      entries: try entries.map { Entry(at: try at($0.0), step: $0.1, kind: $0.2) },
      held: try held.map { Course.Held(from: try at($0.0), to: try at($0.1)) })
  }

  private func email() -> Entry.Kind { .sent(.init(verb: "email", touch: true, to: "ann@example.test")) }
  private func sms() -> Entry.Kind { .sent(.init(verb: "sms", touch: true, to: "+15550100")) }
  private let begun = Entry.Kind.started(event: "deal.won")
  private func answer(_ own: String = "reply") -> Entry.Kind {
    .received(event: "reply", class: own, outcome: nil, took: "reply")
  }

  private func breach(_ claim: Claim, _ course: Course) -> [Int] {
    Monitor(claim, graph: graph, zones: Draft.zones).judge(course).breach
  }

  // MARK: How long

  @Test func `an end is late by the calendar, whatever the clocks do between`() throws {
    // 28 March 2026, 12:00 + 1 day is 29 March, 12:00: 23 hours, for the clocks go forward.
    let late = try course(("2026-03-28 12:00", nil, begun), ("2026-03-29 12:01", nil, .ended(outcome: "x")))
    let inTime = try course(("2026-03-28 12:00", nil, begun), ("2026-03-29 12:00", nil, .ended(outcome: "x")))
    #expect(breach(.ends(within: .days(1)), late) == [1])
    #expect(breach(.ends(within: .days(1)), inTime) == [])
    // 24 hours are elapsed: they end at 13:00.
    #expect(breach(.ends(within: .hours(24)), late) == [])
    let later = try course(("2026-03-28 12:00", nil, begun), ("2026-03-29 13:01", nil, .ended(outcome: "x")))
    #expect(breach(.ends(within: .hours(24)), later) == [1])
  }

  @Test func `time held is left out of an end, and of nothing else`() throws {
    let held = try course(
      ("2026-06-01 12:00", nil, begun), ("2026-06-09 12:00", nil, .ended(outcome: "x")),
      held: [("2026-06-02 12:00", "2026-06-05 12:00")])
    #expect(breach(.ends(within: .days(5)), held) == [])
    #expect(breach(.ends(within: .days(4)), held) == [1])
    #expect(breach(.follows(.end(nil), within: .days(5), of: .started), held) == [0, 1])
  }

  @Test func `a run that shows no end never ends`() throws {
    let course = try course(("2026-06-01 12:00", nil, begun), ("2026-06-02 12:00", "one", email()))
    #expect(breach(.ends(within: nil), course) == [1])
  }

  @Test func `the first touch is late only where nothing has come in`() throws {
    // From Thursday 2 April over Easter: Tuesday 7 April is the second business day (3 April is none of the
    // file's holidays), so 7 April is the second and 8 April the third.
    let late = try course(
      ("2026-04-02 12:00", nil, begun), ("2026-04-08 12:01", "one", email()),
      ("2026-04-09 12:00", nil, .ended(outcome: "x")))
    #expect(breach(.firstTouch(within: .businessDays(3)), late) == [1])
    let inTime = try course(("2026-04-02 12:00", nil, begun), ("2026-04-08 12:00", "one", email()))
    #expect(breach(.firstTouch(within: .businessDays(3)), inTime) == [])
    let answered = try course(
      ("2026-04-02 12:00", nil, begun), ("2026-04-02 13:00", nil, answer()),
      ("2026-04-20 12:00", "one", email()))
    #expect(breach(.firstTouch(within: .businessDays(3)), answered) == [])
    let without = try course(
      ("2026-04-02 12:00", nil, begun), ("2026-04-20 12:00", nil, .ended(outcome: "x")))
    #expect(breach(.firstTouch(within: .businessDays(3)), without) == [1])
  }

  // MARK: How many, how close

  @Test func `one touch too many is counted in the run, in a span and by its verb`() throws {
    let three = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-03 12:00", "two", sms()),
      ("2026-06-08 12:00", "four", email()))
    #expect(breach(.touches(atMost: 2, verb: nil, span: nil), three) == [2])
    #expect(breach(.touches(atMost: 3, verb: nil, span: nil), three) == [])
    #expect(breach(.touches(atMost: 1, verb: "email", span: nil), three) == [2])
    // The third touch on 8 June, 12:00 is no longer within seven days of the first.
    #expect(breach(.touches(atMost: 2, verb: nil, span: .days(7)), three) == [])
    #expect(breach(.touches(atMost: 2, verb: nil, span: .days(8)), three) == [0, 1, 2])
    #expect(breach(.touches(atMost: 0, verb: "call", span: .days(8)), three) == [])
  }

  @Test func `a run that ends exhausted wanted one touch more than its policy allows`() throws {
    let exhausted = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-03 12:00", "two", sms()),
      ("2026-06-04 12:00", nil, .ended(outcome: "exhausted")))
    #expect(breach(.touches(atMost: 2, verb: nil, span: nil), exhausted) == [2])
    #expect(breach(.touches(atMost: 3, verb: nil, span: nil), exhausted) == [])
  }

  @Test func `a day between two touches is one of the calendar, 24 hours are elapsed`() throws {
    // 25 October 2026: the clocks go back, so 24 hours after 12:00 it is 11:00.
    let course = try course(("2026-10-24 12:00", "one", email()), ("2026-10-25 11:00", "four", email()))
    #expect(breach(.apart(.days(1)), course) == [0, 1])
    #expect(breach(.apart(.hours(24)), course) == [])
  }

  @Test func `an answer in between and a lifted gap are no pressing`() throws {
    let answered = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-01 13:00", nil, answer()),
      ("2026-06-01 14:00", "four", email()))
    #expect(breach(.apart(.days(1)), answered) == [])
    let lifted = try course(("2026-06-01 12:00", "one", email()), ("2026-06-01 14:00", "two", sms()))
    #expect(breach(.gap(.days(1)), lifted) == [])
    // Who promises it, promises it of what lifts the gap, too.
    #expect(breach(.apart(.days(1)), lifted) == [0, 1])
    let neither = try course(("2026-06-01 12:00", "one", email()), ("2026-06-01 14:00", "four", email()))
    #expect(breach(.apart(.days(1)), neither) == [0, 1])
  }

  // MARK: What comes after what

  @Test func `silence must come to what is named, or to an end that is written`() throws {
    let silent = try course(
      ("2026-06-01 12:00", nil, begun), ("2026-06-02 12:00", nil, .ended(outcome: "completed")))
    #expect(breach(.silence(reaches: []), silent) == [1])
    let written = try course(
      ("2026-06-01 12:00", nil, begun), ("2026-06-02 12:00", nil, .ended(outcome: "paused")))
    #expect(breach(.silence(reaches: []), written) == [])
    #expect(breach(.silence(reaches: [.end("won"), .step(0)]), written) == [1])
    let escalated = try course(
      ("2026-06-01 12:00", nil, begun), ("2026-06-01 13:00", "told", .escalated(to: "sam@example.test")),
      ("2026-06-02 12:00", nil, .ended(outcome: "completed")))
    #expect(breach(.silence(reaches: []), escalated) == [])
    let answered = try course(
      ("2026-06-01 12:00", nil, begun), ("2026-06-01 13:00", nil, answer()),
      ("2026-06-02 12:00", nil, .ended(outcome: "completed")))
    #expect(breach(.silence(reaches: []), answered) == [])
  }

  @Test func `after a bounce its channel is not used again, and none where nobody takes it`() throws {
    func bounce(_ took: String) -> Entry.Kind {
      .received(event: "bounce", class: nil, outcome: nil, took: took)
    }
    let again = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-01 12:01", nil, bounce("bounce")),
      ("2026-06-02 12:00", "four", email()))
    #expect(breach(.stops, again) == [1, 2])
    let other = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-01 12:01", nil, bounce("bounce")),
      ("2026-06-02 12:00", "two", sms()))
    #expect(breach(.stops, other) == [])
    let untaken = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-01 12:01", nil, bounce("nothing")),
      ("2026-06-02 12:00", "two", sms()))
    #expect(breach(.stops, untaken) == [1, 2])
  }

  @Test func `nothing goes out outside the window of the contact's clock, nor on a holiday`() throws {
    func sent(_ at: String) throws -> [Int] { breach(.insideWindow, try course((at, "one", email()))) }
    #expect(try sent("2026-04-07 09:00") == [])
    #expect(try sent("2026-04-07 08:59") == [0])
    #expect(try sent("2026-04-07 17:00") == [0])
    #expect(try sent("2026-04-06 12:00") == [0])
    #expect(try sent("2026-04-05 12:00") == [0])
    // 15:00 in Berlin is 09:00 in New York; 14:59 is before its window.
    var abroad = try course(("2026-06-01 15:00", "one", email()))
    abroad.data = ["contact": .record(["timezone": .text("America/New_York")])]
    #expect(breach(.insideWindow, abroad) == [])
    var early = try course(("2026-06-01 14:59", "one", email()))
    early.data = abroad.data
    #expect(breach(.insideWindow, early) == [0])
  }

  @Test func `a task that was not done in time must be told to somebody`() throws {
    let three = try #require(graph.node(named: "three"))
    let assigned = Entry.Kind.task(.init(verb: "call", touch: true, by: "owner@example.test"))
    let untold = try course(
      ("2026-06-01 12:00", "three", assigned), ("2026-06-02 12:00", "three", .timeout),
      ("2026-06-02 12:00", nil, .ended(outcome: "completed")))
    #expect(breach(.overseen(step: three), untold) == [1])
    let told = try course(
      ("2026-06-01 12:00", "three", assigned), ("2026-06-02 12:00", "three", .timeout),
      ("2026-06-02 12:00", "told", .sent(.init(verb: "notify", touch: false))),
      ("2026-06-02 12:00", nil, .ended(outcome: "completed")))
    #expect(breach(.overseen(step: three), told) == [])
    // Whoever should be told has no address: the owner learns of that instead. A touch that fails says nothing of it.
    let failed = { (step: String) in
      try course(
        ("2026-06-01 12:00", "three", assigned), ("2026-06-02 12:00", "three", .timeout),
        ("2026-06-02 12:00", step, .failed(because: "Owner has no email")),
        ("2026-06-02 12:00", nil, .ended(outcome: "completed")))
    }
    #expect(try breach(.overseen(step: three), failed("told")) == [])
    #expect(try breach(.overseen(step: three), failed("one")) == [1])
    // Whatever comes in first makes it needless.
    let answered = try course(
      ("2026-06-01 12:00", "three", assigned), ("2026-06-02 12:00", "three", .timeout),
      ("2026-06-03 12:00", nil, answer()), ("2026-06-03 12:00", nil, .ended(outcome: "replied")))
    #expect(breach(.overseen(step: three), answered) == [])
  }

  @Test func `order is judged by the order of the timeline, at one instant too`() throws {
    let course = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-01 13:00", nil, answer("declined")),
      ("2026-06-02 12:00", "two", sms()), ("2026-06-02 12:00", nil, .ended(outcome: "x")))
    #expect(breach(.never(.touch, after: .reply("declined")), course) == [1, 2])
    #expect(breach(.never(.verb("email"), after: .reply("reply")), course) == [])
    #expect(breach(.never(.touch, after: .end(nil)), course) == [])
    #expect(breach(.always(.verb("sms"), before: .verb("email")), course) == [0])
    #expect(breach(.always(.verb("email"), before: .verb("sms")), course) == [])
    #expect(breach(.always(.event("bounce"), before: .end("x")), course) == [3])
  }

  @Test func `what must follow follows in time, or the run has ended`() throws {
    let slow = try course(
      ("2026-06-01 12:00", "one", email()), ("2026-06-03 12:01", "two", sms()),
      ("2026-06-03 12:02", nil, .ended(outcome: "x")))
    #expect(breach(.follows(.verb("sms"), within: .days(2), of: .verb("email")), slow) == [0, 1])
    #expect(breach(.follows(.verb("sms"), within: .days(3), of: .verb("email")), slow) == [])
    #expect(breach(.follows(.verb("call"), within: .days(2), of: .verb("email")), slow) == [0, 2])
    #expect(breach(.follows(.verb("call"), within: .minutes(1), of: .verb("sms")), slow) == [])
  }
}
