import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// How long runs last at most where that hangs on how holidays really fall, and on holds.
struct ReckonerTests {
  private func longest(_ limit: Int, _ graph: Graph) throws -> Int64? {
    guard case .proved(.time(let bound)?, _) = try verdict(on: .ends(within: .days(limit)), graph) else { return nil }
    return bound
  }

  private func graph(_ text: String) throws -> Graph {
    try #require(Draft().compile(text).workflows.first { $0.file == "test.yaml" }?.graph)
  }

  private func instant(_ text: String) throws -> Instant {
    try ZonedStart.parse("\(text) Europe/Berlin", zones: Draft.zones).instant
  }

  @Test(arguments: [("csat", 30), ("proposal", 35), ("inquiry", 30)])
  func `G4: a shipped process keeps its promise to have ended`(name: String, days: Int) throws {
    let workflow = try Shipped.workflow(name)
    #expect(workflow.guarantees.contains { $0.claim == .ends(within: .days(days)) })
    #expect(try longest(days, workflow.graph) != nil)
  }

  /// The window is read where the contact is by then: at 09:00 in Berlin it is over in Auckland, and so on. A run of a
  /// contact who moves each day was seen to last 29 days.
  @Test func `an end is not bounded where the contact's zone may change while a window is closed`() throws {
    func text(_ moves: String) -> String {
      """
      policy: { window: "mon-fri 09:00-17:00" }
      timezone: contact.timezone ?? "Europe/Berlin"
      events: { contact.moves: { zone: timezone } }
      anytime: { contact.moves: \(moves) }
      steps: [ { email: one, purpose: inform, subject: S, body: B. }, { end: done } ]

      """
    }
    func isProved(_ claim: Claim, _ set: String) throws -> Bool {
      if case .proved = try verdict(on: claim, graph(text("[{ set: { \(set): event.zone } }]"))) { true } else { false }
    }
    #expect(try !isProved(.ends(within: .days(9)), "contact.timezone"))
    #expect(try !isProved(.follows(.touch, within: .days(9), of: .started), "contact.timezone"))
    #expect(try isProved(.ends(within: .days(9)), "contact.company"))
    // Nobody who is silent moves; and it ends, whenever that is.
    #expect(try isProved(.firstTouch(within: .days(4)), "contact.timezone"))
    let moving = try graph(text("[{ set: { contact.timezone: event.zone } }]"))
    guard case .proved(nil, _) = try verdict(on: .ends(within: nil), moving) else {
      Issue.record("that it ends is not proved, or with a time")
      return
    }
  }

  @Test func `that every run ends is told with what a promise has reckoned`() throws {
    let graph = try Shipped.workflow("csat").graph
    func bounds(_ claims: [Claim]) -> [Bound?] {
      Prover(graph: graph, zones: Draft.zones).prove(claims.map { Claimed($0, span: .file("test.yaml")) }).map {
        if case .proved(let bound, _) = $0.verdict { bound } else { nil }
      }
    }
    let both = bounds([.ends(within: nil), .ends(within: .days(30))])
    #expect(both[0] != nil && both[0] == both[1])
    // Alone it counts the longest holidays at every step.
    guard case .time(let alone)? = bounds([.ends(within: nil)])[0], case .time(let reckoned)? = both[0] else {
      Issue.record("no time is told")
      return
    }
    #expect(reckoned <= 30 * 86_400_000 && alone > 40 * 86_400_000)
  }

  // MARK: One long run

  /// A client who is away, or asks something, just before each step, and goes on when the week ends or a holiday
  /// begins: at each of five steps he is left alone for some dates, and between them weekends and four holidays pass.
  private static let told: [(String, Event.Kind)] = {
    let question = Event.Kind.reply(text: "Could you send the drawing?")
    func away(_ date: String) -> Event.Kind { .outOfOffice(return: CivilDate(iso: date)) }
    return [
      ("2026-04-07 08:00", away("2026-04-08")), ("2026-04-08 22:00", question), ("2026-04-10 23:00", question),
      ("2026-04-14 23:30", question), ("2026-04-16 23:40", question), ("2026-04-20 23:45", question),
      ("2026-04-22 23:50", away("2026-04-23")), ("2026-04-29 08:00", question),
      ("2026-04-30 23:59", .reply(text: "No thanks.")), ("2026-05-04 08:00", away("2026-05-05")),
      ("2026-05-05 22:30", question), ("2026-05-07 23:00", question), ("2026-05-11 23:30", away("2026-05-12")),
      ("2026-05-18 08:59", .reply(text: "later, on 23 May 2026")), ("2026-05-22 23:59", .reply(text: "Sounds good")),
      ("2026-05-26 08:00", question), ("2026-05-27 16:59", question),
    ]
  }()

  /// What is held: the last offer, the wait for its answer, the thanks, the wait after them, the call.
  private static let held = [
    ("2026-04-07", "2026-04-25"), ("2026-04-29", "2026-05-01"), ("2026-05-04", "2026-05-14"),
    ("2026-05-18", "2026-05-23"), ("2026-05-26", "2026-05-30"),
  ]

  private func longRun(of graph: Graph, from start: Instant) throws -> [Entry] {
    let surroundings = Surroundings(zones: Draft.zones)
    let person: Value = .record(["name": .text("Sam"), "email": .text("sam@acme.test")])
    let data: [String: Value] = [
      "contact": .record(["name": .text("Ann"), "email": .text("ann@client.test"), "phone": .text("+4930550100")]),
      "owner": person,
      "proposal": .record([
        "id": .text("P-1"), "title": .text("Roof"), "amount": .integer(100), "sent": .instant(start),
      ]),
    ]
    var transition = Machine.start(graph, key: ["P-1"], data: data, at: start, surroundings)
    var entries = transition.entries
    var ahead = try Self.told.map { (try instant($0.0), $0.1) }[...]
    while let waiting = transition.run.waiting {
      var event = Event(id: "timer", at: waiting.wakes, kind: .timer)
      if let next = ahead.first, next.0 <= waiting.wakes {
        event = Event(id: "\(ahead.count)", at: next.0, kind: next.1)
        ahead = ahead.dropFirst()
      }
      transition = Machine.step(graph, transition.run, event, at: event.at, surroundings)
      entries += transition.entries
    }
    #expect(ahead.isEmpty)
    #expect(transition.run.heldDays == 30)
    return entries
  }

  @Test func `G4: the run that answers keep going for longest takes no longer than is proved`() throws {
    let graph = try Shipped.workflow("proposal").graph
    let start = try instant("2026-03-23 17:30")
    let entries = try longRun(of: graph, from: start)
    let end = try #require(entries.last)
    #expect(end.kind == .ended(outcome: "unreached"))
    #expect(end.at == (try instant("2026-06-01 12:59")))
    // 69 days, 19 hours and 29 minutes on the wall, 39 dates of them held.
    let taken: Int64 = 30 * 86_400_000 + (19 * 60 + 29) * 60_000
    let bound = try #require(try longest(35, graph))
    #expect(taken <= bound)
    #expect(bound <= 33 * 86_400_000)

    let zone = try #require(Draft.zones.zone(named: "Europe/Berlin"))
    let course = Course(
      zone: zone, data: [:], entries: entries,
      held: try Self.held.map { Course.Held(from: try instant("\($0.0) 00:00"), to: try instant("\($0.1) 00:00")) })
    func isBroken(_ days: Int) -> Bool {
      Monitor(.ends(within: .days(days)), graph: graph, zones: Draft.zones).judge(course).isBroken
    }
    #expect(isBroken(30))
    #expect(!isBroken(31))
  }

  // MARK: Small ones

  /// Two touches, each put off to the next opening, with an answer awaited between them.
  private func twoTouches(_ holidays: String) -> String {
    """
    policy: { window: "mon-fri 09:00-17:00", business: mon-fri, holidays: \(holidays) }
    timezone: contact.timezone ?? "Europe/Berlin"
    anytime: { out-of-office: end away }
    steps:
      - { wait: 1 day }
      - { email: one, purpose: inform, subject: S, body: B. }
      - { await: reply within 1 business day }
      - { wait: 1 day }
      - { email: two, purpose: inform, subject: S, body: B. }
      - { end: done }

    """
  }

  @Test func `a holiday that comes once a year puts off one of two steps`() throws {
    // From Wednesday 1 April 17:00 by a day, and to Tuesday 09:00; to Wednesday by a business day, to Thursday by a
    // day: 7 days 16 hours. Each step that meets the holidays by itself would take 16 days. Its clocks may be changed
    // by three hours, and it is reckoned in cells of two.
    let easter = try graph(twoTouches("[2026-04-03, 2026-04-06]"))
    let bound = try #require(try longest(9, easter))
    #expect(bound >= 7 * 86_400_000 + 16 * 3_600_000)
    #expect(bound <= 8 * 86_400_000 + 12 * 3_600_000)
    #expect(try longest(7, easter) == nil)
  }
}
