import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

private let span = Span.file("test")

/// Every class of reply and every outcome comes about, some now and then and some often.
/// - Parameter events: touches bounce, people are away, unsubscribe and complain, too; the user's events come.
func everything(of graph: Graph, events: Bool = false, own: Bool = false) -> Assumptions {
  var assume = Assumptions()
  let classes = graph.replies.map(\.name) + ["reply"]
  assume.reply = classes.enumerated().map {
    Assumptions.Share(name: $1, share: 6000 / classes.count + 100 * ($0 % 3), span: span)
  }
  assume.after = .hours(20)
  let names =
    (events ? ["bounce", "out-of-office", "unsubscribe", "complaint"] : []) + (own ? graph.events.map(\.name) : [])
  assume.events = names.map { .init(name: $0, share: 2000 / names.count, span: span) }
  for node in graph.nodes {
    guard case .channel(let action) = node.action, action.until != nil, !action.outcomes.isEmpty else { continue }
    let share = 8000 / action.outcomes.count
    assume.steps.append(
      .init(name: node.name, shares: action.outcomes.map { .init(name: $0, share: share, span: span) }))
  }
  return assume
}

private func berlin(_ text: String) throws -> Instant {
  try ZonedStart.parse("\(text) Europe/Berlin", zones: Draft.zones).instant
}

struct CohortTests {
  // MARK: The second implementation

  /// `flow-forecast-bench agree` does the same with 10,000.
  @Test(arguments: Shipped.names)
  func `the compiled walker does with each contact what the machine does`(_ name: String) throws {
    let workflow = try Shipped.workflow(name)
    let scenario = try #require(workflow.scenarios.first)
    for capacity in [[:], ["call": 5, "email": 12, "task": 3]] {
      let cohort = Cohort(
        graph: workflow.graph, data: scenario.input, dated: scenario.start, assume: everything(of: workflow.graph),
        capacity: capacity, zones: Draft.zones, contacts: 60, seed: 7, start: scenario.start)
      let compiled = cohort.followed(traced: true)
      let machine = cohort.followed(.machine, traced: true)
      #expect(compiled.traces == machine.traces)
      #expect(compiled.figures == machine.figures)
      #expect(compiled.traces.count == 60 && compiled.traces.allSatisfy { $0.outcome != nil && $0.digest != 0 })
    }
  }

  @Test(arguments: Shipped.names)
  func `what bounces, who is away, and what else a touch may bring is done with as the machine does`(_ name: String)
    throws
  {
    let workflow = try Shipped.workflow(name)
    let scenario = try #require(workflow.scenarios.first)
    for own in [false, true] {
      let cohort = Cohort(
        graph: workflow.graph, data: scenario.input, dated: scenario.start,
        assume: everything(of: workflow.graph, events: true, own: own), zones: Draft.zones, contacts: 60, seed: 7,
        start: scenario.start)
      let (compiled, machine) = (cohort.followed(traced: true), cohort.followed(.machine, traced: true))
      #expect(compiled.traces == machine.traces)
      #expect(compiled.figures == machine.figures)
      #expect(
        machine.figures.replies.contains { $0.name == "bounce" && $0.count > 0 } || machine.figures.meanTouches < 0.5)
    }
  }

  @Test(arguments: Shipped.names)
  func `each shipped workflow is compiled, and a contact that waits takes 64 bytes at most`(_ name: String) throws {
    let workflow = try Shipped.workflow(name)
    let scenario = try #require(workflow.scenarios.first)
    let followed = Cohort(
      graph: workflow.graph, data: scenario.input, dated: scenario.start, assume: everything(of: workflow.graph),
      zones: Draft.zones, contacts: 1, seed: 1, start: scenario.start
    ).followed()
    #expect(followed.fallback == nil)
    #expect(followed.bytesPerContact <= 64)
  }

  @Test func `what is not compiled is carried by the machine, and says why`() throws {
    // Two repeats, one in the other.
    let nested = try cohort(
      """
      timezone: '"Europe/Berlin"'
      steps:
        - repeat: outer
          times: 2
          every: 1 day
          steps:
            - repeat: inner
              times: 2
              every: 1 hour
              steps: [ { notify: told, to: owner, say: Told. } ]

      """, contacts: 2
    ).followed()
    #expect(nested.fallback == "a repeat within another")
    #expect(nested.figures.load.first?.total == 8)
    #expect(nested.figures.outcomes == [.init(name: "completed", count: 2)])
  }

  // MARK: Counted by hand

  private func cohort(
    _ text: String, reply: [(String, Int)] = [], after: Duration = .days(1), steps: [(String, String, Int)] = [],
    capacity: [String: Int] = [:], contacts: Int, seed: UInt64 = 1, start: String = "2026-03-02 00:00",
    over: Duration = .days(1)
  ) throws -> Cohort {
    var assume = Assumptions()
    assume.reply = reply.map { .init(name: $0.0, share: $0.1, span: span) }
    assume.after = after
    assume.steps = steps.map { .init(name: $0.0, shares: [.init(name: $0.1, share: $0.2, span: span)]) }
    let graph = try expectGraph(text)
    let start = try berlin(start)
    return Cohort(
      graph: graph, data: Sample.record(graph.triggerFields, at: start), assume: assume, capacity: capacity,
      zones: Draft.zones, contacts: contacts, seed: seed, start: start, over: over)
  }

  private func count(_ name: String, _ shares: [CohortFigures.Share]) -> Double {
    shares.first { $0.name == name }?.count ?? 0
  }

  /// Two mails, each with a wait for an answer.
  static let asking = """
    timezone: '"Europe/Berlin"'
    replies: { declined: ["no thanks"] }
    steps:
      - { email: one, purpose: confirm, subject: One, body: One. }
      - { await: reply within 24 hours, then: { declined: end lost, reply: end heard } }
      - { email: two, purpose: request, subject: Two, body: Two. }
      - { await: reply within 24 hours, then: { declined: end lost, reply: end heard } }
      - end: silent

    """

  @Test func `without assumptions nobody answers, and nothing is left to chance`() throws {
    let figures = try cohort(Self.asking, contacts: 50).figures()
    #expect(figures.outcomes == [.init(name: "silent", count: 50)])
    #expect(figures.touches == [0, 0, 50])
    #expect(figures.times.mean == 2880 && figures.times.median == 2880 && figures.times.longest == 2880)
    // 25 on Monday before noon and 25 after it; each is written to at once and 24 hours later.
    #expect(figures.load.map(\.verb) == ["email"])
    #expect(figures.load[0].days.map(\.count) == [50, 50])
    #expect(figures.load[0].hours.reduce(0, +) == 100 && figures.load[0].hours.max() == 6)
  }

  @Test func `half of those who answer do so within the median, and a touch asks whoever is silent once more`() throws {
    let count = 40_000
    let figures = try cohort(
      Self.asking, reply: [("declined", 4000), ("reply", 2000)], contacts: count
    ).figures()
    // 60 of 100 are going to answer the first mail, half of them in its 24 hours; of the 30 who are still going to,
    // half do so in the next 24; of the 40 who were not, 60 % are going to answer the second, half of those in time:
    // 30 + 15 + 12 = 57 of 100, two of three of them by `declined`.
    let (lost, heard) = (self.count("lost", figures.outcomes), self.count("heard", figures.outcomes))
    // Four standard errors of a share of 0.5 among 40,000 are one percentage point.
    #expect(abs(lost / Double(count) - 0.38) < 0.01)
    #expect(abs(heard / Double(count) - 0.19) < 0.01)
    #expect(self.count("declined", figures.replies) == lost && self.count("reply", figures.replies) == heard)
    #expect(abs(figures.meanTouches - 1.7) < 0.01)
  }

  @Test func `an outcome comes at any minute of the wait with equal chance`() throws {
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      steps:
        - { task: visit, by: owner, say: Go., within: 10 hours, then: { done: end done, timeout: end missed } }

      """, steps: [("visit", "done", 8000)], contacts: 20_000
    ).figures()
    let done = count("done", figures.outcomes)
    #expect(abs(done / 20_000 - 0.8) < 0.012)
    // 0.8 at 300.5 minutes on average, 0.2 at 600.
    #expect(abs(figures.times.mean - 360.4) < 6)
    #expect(figures.times.longest == 600)
    #expect(
      figures.steps == [.init(name: "visit", verb: "task", count: 20_000, outcomes: [.init(name: "done", count: done)])]
    )
  }

  @Test func `what happens at nine is counted at nine, to whatever minute the cohort begins`() throws {
    for minute in ["00:00", "00:07", "08:53", "08:59"] {
      let cohort = try cohort(
        """
        timezone: '"Europe/Berlin"'
        policy: { window: "daily 09:00-17:00" }
        steps:
          - { email: one, at: day 1 at 09:00, purpose: confirm, subject: One, body: One. }

        """, contacts: 50, start: "2026-03-02 \(minute)", over: .hours(2))
      for figures in [cohort.figures(), cohort.exactFigures(.init(starts: 5))] {
        let load = try #require(figures.load.first)
        #expect(abs(load.hours[9] - 50) < 1e-9 && load.hours[8] == 0, "\(minute)")
        #expect(load.days.count == 1 && load.days[0].date == CivilDate(year: 2026, month: 3, day: 3))
      }
    }
  }

  @Test func `what is beyond a day's capacity waits for the next day in UTC, for its outcome too`() throws {
    // 01:00 in Berlin is midnight in UTC; 24 contacts come one an hour.
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      steps:
        - { task: visit, by: owner, say: Go., within: 3 days, then: { done: end done, timeout: end missed } }

      """, capacity: ["task": 10], contacts: 24, start: "2026-03-02 01:00"
    ).figures()
    let load = try #require(figures.load.first)
    // Ten at once; ten at midnight in UTC, which is 01:00 of the next day; four a day later.
    #expect(load.days.map(\.count) == [10, 10, 4])
    #expect(load.days.map(\.waiting) == [13, 4, 0])
    #expect(load.hours[1] == 15)
    #expect(load.waited == 14 && load.lost == 0)
    // The contact of the hour h waits 24 - h hours, the last four 48 - h.
    #expect(load.longestWait == (48 - 20) * 60)
    let hours = (10..<20).map { 24 - $0 }.reduce(0, +) + (20..<24).map { 48 - $0 }.reduce(0, +)
    #expect(load.meanWait == Double(hours * 60) / 14)
    #expect(figures.outcomes == [.init(name: "missed", count: 24)])
  }

  @Test func `a task that waits for capacity when its run ends is handed over all the same`() throws {
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      steps:
        - { task: visit, by: owner, say: Go., within: 3 hours, then: { done: end done, timeout: end missed } }

      """, steps: [("visit", "done", 10_000)], capacity: ["task": 1], contacts: 3, start: "2026-03-02 01:00",
      over: .hours(3)
    ).figures()
    #expect(figures.load.first?.days.map(\.count) == [1, 1, 1])
    #expect(figures.load.first?.lost == 0)
    #expect(figures.outcomes == [.init(name: "done", count: 1), .init(name: "missed", count: 2)])
  }

  @Test func `dates in the data move along with the day on which a contact comes`() throws {
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      input: { contact: contact, owner: person, deal: { id: text, due: date } }
      steps:
        - { notify: soon, at: deal.due at 10:00, if-past: end late, to: owner, say: Soon. }
        - end: told

      """, contacts: 30, start: "2026-03-02 12:00", over: .days(30)
    ).figures()
    // Made-up dates lie 14 days ahead; contacts come once in 24 hours, from 29 March on at 13:00. For those 3, and
    // the 14 who come before that day and are told after it, 10:00 is an hour nearer.
    #expect(figures.outcomes == [.init(name: "told", count: 30)])
    #expect(figures.times.longest == (14 * 24 - 2) * 60)
    #expect(figures.times.median == (14 * 24 - 3) * 60)
    #expect(figures.times.mean == Double((30 * (14 * 24 - 2) - 17) * 60) / 30)
    #expect(figures.load.first?.days.map(\.count) == Array(repeating: 1, count: 30))
  }

  @Test func `the same seed gives the same figures, another one others`() throws {
    func figures(_ seed: UInt64) throws -> CohortFigures {
      try cohort(Self.asking, reply: [("declined", 3000)], contacts: 500, seed: seed).figures()
    }
    let first = try figures(1)
    #expect(try figures(1) == first)
    var second = try figures(2)
    second.seed = first.seed
    #expect(second != first)
  }
}
