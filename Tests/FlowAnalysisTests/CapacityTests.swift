import FlowAnalysis
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation
import FlowTesting
import FlowTime
import Testing

/// What people and mailboxes can do in a day is used by the forecast as by production: what waits lets no time of its
/// run pass.
struct CapacityTests {
  private let span = Span.file("test")

  private func cohort(
    _ text: String, reply: Int = 0, steps: [(String, String, Int)] = [], capacity: [String: Int], contacts: Int,
    start: String, over: Duration
  ) throws -> Cohort {
    var assume = Assumptions()
    if reply > 0 { assume.reply = [.init(name: "reply", share: reply, span: span)] }
    assume.after = .minutes(1)
    assume.steps = steps.map { .init(name: $0.0, shares: [.init(name: $0.1, share: $0.2, span: span)]) }
    let graph = try expectGraph(text)
    let start = try ZonedStart.parse(start, zones: Draft.zones).instant
    return Cohort(
      graph: graph, data: Sample.record(graph.triggerFields, at: start), assume: assume, capacity: capacity,
      zones: Draft.zones, contacts: contacts, seed: 3, start: start, over: over)
  }

  // MARK: By hand

  static let mails = """
    timezone: '"Europe/Berlin"'
    policy: { window: mon-fri 09:00-17:00 }
    steps:
      - { email: one, after: 1 hour, purpose: inform, subject: One, body: One. }
      - await: reply within 2 days
      - end: quiet

    """

  static let calls = """
    timezone: '"UTC"'
    steps:
      - wait: 1 hour
      - { call: one, by: owner, script: Hello., ask: All right?, within: 1 day, then: { connected: end talked } }
      - end: quiet

    """

  @Test(arguments: [Cohort.Way.compiled, .machine])
  func `ten mails, two a day, leave on five working days, and each is waited for`(_ way: Cohort.Way) throws {
    // Monday; one a minute from 10:00 on.
    let cohort = try cohort(
      Self.mails, capacity: ["email": 2], contacts: 10, start: "2026-03-02 10:00 Europe/Berlin", over: .minutes(10))
    let followed = cohort.followed(way, traced: true)
    let load = try #require(followed.figures.load.first)
    #expect(load.days.map(\.count) == [2, 2, 2, 2, 2] && load.lost == 0 && load.waited == 8)
    #expect(load.hours[11] == 2 && load.hours[9] == 8)
    #expect(followed.figures.outcomes == [.init(name: "quiet", count: 10)])
    #expect(followed.figures.touches == [0, 10])
    // Two days after 11:00 and 11:01; then two days after 09:00 of Tuesday to Friday.
    let later: [Int32] = [3, 3, 4, 4, 5, 5, 6, 6].map { $0 * 1440 - 60 }
    let ended: [Int32] = [2940, 2941] + later
    #expect(followed.traces.map(\.ended) == ended)
  }

  @Test(arguments: [Cohort.Way.compiled, .machine])
  func `four calls, one a day, are made on four days, and none is given up before`(_ way: Cohort.Way) throws {
    let cohort = try cohort(
      Self.calls, capacity: ["call": 1], contacts: 4, start: "2026-03-02 10:00 UTC", over: .minutes(4))
    let followed = cohort.followed(way, traced: true)
    let load = try #require(followed.figures.load.first)
    #expect(load.days.map(\.count) == [1, 1, 1, 1] && load.lost == 0)
    // A day after 11:00; then a day after midnight in UTC, 14 hours after the start and later.
    let ended: [Int32] = [1500, 2280, 3720, 5160]
    #expect(followed.traces.map(\.ended) == ended)
    let reached = try self.cohort(
      Self.calls, steps: [("one", "connected", 10_000)], capacity: ["call": 1], contacts: 4,
      start: "2026-03-02 10:00 UTC", over: .minutes(4)
    ).followed(way)
    #expect(reached.figures.outcomes == [.init(name: "talked", count: 4)])
  }

  @Test(arguments: [Cohort.Way.compiled, .machine])
  func `an answer stops the touch that waits, and nothing else`(_ way: Cohort.Way) throws {
    // Within minutes everybody answers the mail.
    let text = """
      timezone: '"UTC"'
      anytime: { reply: end heard }
      steps:
        - { email: one, purpose: inform, subject: One, body: One. }
        - { task: read, by: owner, say: Look. }
        - { call: two, by: owner, script: Hello., ask: All right?, within: 1 day }
        - end: quiet

      """
    let figures = try cohort(
      text, reply: 10_000, capacity: ["call": 1, "task": 1], contacts: 3, start: "2026-03-02 10:00 UTC",
      over: .minutes(3)
    ).followed(way).figures
    let load = Dictionary(uniqueKeysWithValues: figures.load.map { ($0.verb, $0) })
    #expect(load["call"]?.total == 1 && load["call"]?.lost == 2)
    #expect(load["task"]?.days.map(\.count) == [1, 1, 1] && load["task"]?.lost == 0)
    // What never left is no touch.
    #expect(figures.touches == [0, 2, 1])
    #expect(figures.outcomes == [.init(name: "heard", count: 3)])
  }

  @Test(arguments: [Cohort.Way.compiled, .machine])
  func `what answers an answer keeps no gap, also where it waits`(_ way: Cohort.Way) throws {
    // Answered within minutes on the first day; the second mail leaves as soon as the next day begins.
    let text = """
      timezone: '"UTC"'
      policy: { gap: 5 days }
      steps:
        - { email: one, purpose: inform, subject: One, body: One. }
        - { await: reply within 20 days, then: { reply: next, timeout: end quiet } }
        - { email: two, purpose: inform, subject: Two, body: Two. }
        - await: reply within 2 days
        - end: done

      """
    let figures = try cohort(
      text, reply: 10_000, capacity: ["email": 1], contacts: 1, start: "2026-03-02 10:00 UTC", over: .minutes(1)
    ).followed(way).figures
    let load = try #require(figures.load.first)
    #expect(load.days.map(\.count) == [1, 1] && load.hours[0] == 1 && figures.touches == [0, 0, 1])
  }

  @Test(arguments: [Cohort.Way.compiled, .machine])
  func `a wait that an outcome begins while a mail waits counts from the mail, but where somebody gave it`(
    _ way: Cohort.Way
  ) throws {
    func ended(_ step: String, _ outcome: String) throws -> [Int32] {
      let text = """
        timezone: '"UTC"'
        steps:
          - { email: one, purpose: inform, subject: One, body: One. }
          - { \(step), within: 1 hour, then: { \(outcome): next } }
          - await: reply within 2 hours
          - end: quiet

        """
      return try cohort(
        text, steps: [("told", outcome, 10_000)], capacity: ["email": 1], contacts: 2, start: "2026-03-02 10:00 UTC",
        over: .minutes(2)
      ).followed(way, traced: true).traces.map(\.ended)
    }
    // The second mail leaves at midnight, 840 minutes after ten; a machine has answered by eleven, and so has a person.
    #expect(try ended(#"webhook: told, url: "https://example.test/told""#, "ok").last == 840 + 120)
    #expect(try ended("task: told, by: owner, say: Look.", "done").last == 840)
  }

  // MARK: By the engine

  static let spaced = """
    timezone: '"Europe/Berlin"'
    policy: { window: "mon-fri 09:00-17:00", gap: 1 day }
    steps:
      - { email: one, purpose: inform, subject: One, body: One. }
      - { email: two, after: 6 hours, purpose: request, subject: Two, body: Two. }
      - { await: reply until day 4, then: { timeout: next } }
      - { email: three, gap: none, purpose: request, subject: Three, body: Three. }
      - { call: four, by: owner, script: Hello., ask: All right?, within: 1 business day }
      - end: quiet

    """

  static let rounds = """
    timezone: '"Europe/Berlin"'
    steps:
      - repeat: reminders
        every: 30 hours
        times: 3
        steps:
            - { email: again, purpose: inform, subject: One, body: One. }
      - { task: look, by: owner, say: Look., within: 5 hours, then: { timeout: end overlooked } }

    """

  static let twice = """
    timezone: '"UTC"'
    policy: { gap: 2 hours }
    steps:
      - { email: one, purpose: inform, subject: One, body: One. }
      - { email: two, gap: none, purpose: inform, subject: Two, body: Two. }
      - { email: late, if: run.day < 3, after: 1 day, purpose: inform, subject: Three, body: Three. }
      - { escalate: word, to: owner, via: email, say: Silent. }
      - { email: bye, at: one + 5 days, purpose: inform, subject: Bye, body: Bye. }

    """

  static let pair = """
    timezone: '"UTC"'
    policy: { gap: 3 days }
    steps:
      - { email: one, purpose: inform, subject: One, body: One. }
      - { email: two, gap: none, if: run.touches < 2, purpose: inform, subject: Two, body: Two. }
      - { email: three, after: 1 day, purpose: inform, subject: Three, body: Three. }
      - end: quiet

    """

  /// From a Friday on, whose room is soon taken: the second might leave on Saturday.
  static let weekend = """
    timezone: '"UTC"'
    policy: { window: mon-fri 09:00-17:00 }
    steps:
      - { email: one, after: 24 hours, purpose: inform, subject: One, body: One. }
      - { email: two, window: any, purpose: inform, subject: Two, body: Two. }
      - end: quiet

    """

  /// A text, and how many mails a day: such that it makes no difference who comes first of several whose clocks come to
  /// the same instant, which the engine's store decides by the runs' ids.
  static let played = [
    (mails, 1), (mails, 2), (mails, 3), (calls, 1), (spaced, 1), (spaced, 2), (rounds, 1), (rounds, 3), (twice, 1),
    (twice, 2), (twice, 3), (pair, 1), (pair, 2), (pair, 3), (weekend, 1), (weekend, 2), (weekend, 3),
  ]

  /// Every contact is a contact of its own, and nobody answers.
  @Test(arguments: played)
  func `each contact fares as in production`(_ text: String, _ most: Int) async throws {
    let cohort = try cohort(
      text, capacity: ["email": most, "call": 1, "task": 2], contacts: 7, start: "2026-03-05 08:17 UTC",
      over: .days(2))
    let followed = cohort.followed(traced: true)
    let machine = cohort.followed(.machine, traced: true)
    #expect(followed.traces == machine.traces && followed.figures == machine.figures)
    let engine = try await Production(cohort).play()
    #expect(followed.traces.map { $0.outcome ?? "" } == engine.map(\.outcome))
    #expect(followed.traces.map(\.ended) == engine.map(\.ended))
    #expect(followed.traces.map { Int($0.touches) } == engine.map(\.touches))
    let left = engine.flatMap(\.left).reduce(into: [:]) { $0[$1, default: 0.0] += 1 }
    let days = followed.figures.load.flatMap { load in
      load.days.filter { $0.count > 0 }.map { ("\(load.verb) \($0.date)", $0.count) }
    }
    #expect(Dictionary(uniqueKeysWithValues: days) == left)
  }
}

/// The contacts of a cohort, under the engine.
private struct Production {
  struct Contact {
    var outcome: String
    /// In minutes after the cohort's start.
    var ended: Int32
    var touches: Int
    /// By which verb, and on which day in the run's zone.
    var left: [String]
  }

  let cohort: Cohort
  private let clock: VirtualClock
  private let store = MemoryStore()
  private let engine: Engine

  init(_ cohort: Cohort) {
    self.cohort = cohort
    clock = VirtualClock(cohort.start)
    let outlets = ["email", "call", "task"].map { verb in
      (verb, Outlet(LetterBox(), isKeyed: true, capacity: cohort.capacity[verb]))
    }
    engine = Engine(
      store: store, library: Library([cohort.graph]), outlets: Dictionary(uniqueKeysWithValues: outlets),
      zones: cohort.zones, clock: clock)
  }

  func play() async throws -> [Contact] {
    var runs: [String] = []
    for number in 0..<cohort.contacts {
      try await go(
        until: cohort.start.adding(milliseconds: Int64(number * cohort.spanMinutes / cohort.contacts) * 60_000))
      var input = cohort.data
      input["contact"] = .record([
        "id": .text("c-\(number)"), "name": .text("Ann"), "email": .text("c\(number)@example.test"),
        "phone": .text("+49 30 1000\(number)"),
      ])
      input["deal"] = input["deal"]?.setting(["id"], to: .text("d-\(number)"))
      let received = try await engine.receive(
        Incoming(id: "e-\(number)", at: clock.now(), body: .enrol(workflow: cohort.graph.workflow, input: input)))
      runs += received.started.map(\.run)
    }
    try await go(until: cohort.start.adding(milliseconds: 300 * 86_400_000))
    return runs.compactMap { store.run($0) }.map(contact)
  }

  private func go(until end: Instant) async throws {
    while let due = try await engine.nextDue(), due <= end {
      clock.advance(to: due)
      try await engine.runDue()
    }
    clock.advance(to: end)
  }

  private func contact(_ record: RunRecord) -> Contact {
    let zone = cohort.zones.zone(named: record.run.zone) ?? .utc
    let lines = store.outbox(run: record.id).filter { $0.state == .accepted }
    return Contact(
      outcome: record.run.outcome ?? "",
      ended: record.run.ended.map { Int32($0.milliseconds(since: cohort.start) / 60_000) } ?? -1,
      touches: lines.count(where: \.touch),
      left: lines.map { "\($0.verb) \(zone.civil(at: $0.settled ?? .epoch).date)" })
  }
}
