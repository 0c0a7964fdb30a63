import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What is found, and how: the simplest run that there is.
struct WitnessTests {
  private func graph(_ text: String) throws -> Graph {
    let compilation = Draft().compile(text)
    let errors = compilation.diagnostics.filter { $0.severity == .error }
    #expect(errors.map(\.message) == [])
    return try #require(compilation.workflows.first?.graph)
  }

  private func find(_ claim: Claim, _ graph: Graph) -> Witness? {
    WitnessSearch(graph: graph, zones: Draft.zones).find(claim)
  }

  private static let office = """
    timezone: "Europe/Berlin"
    replies: { declined: ["no thanks"], later: ["not now"] }
    steps:
      - { email: one, purpose: confirm, subject: S, body: B. }
      - { await: reply within 2 days, then: { later: next, declined: end lost, reply: end replied } }
      - { email: two, purpose: request, subject: S, body: B. }
      - { await: reply within 2 days, then: { later: end won, declined: end lost, reply: end replied } }
      - end: quiet

    """

  @Test func `as few things happen as can be`() throws {
    let graph = try graph(Self.office)
    let lost = try #require(find(.never(.end("lost"), after: .started), graph))
    #expect(lost.events.map(\.kind) == [.reply(text: "no thanks")])
    let quiet = try #require(find(.never(.end("quiet"), after: .started), graph))
    #expect(quiet.events.isEmpty)
    // Nobody is won who has not answered twice, or waited once.
    let won = try #require(find(.possible(outcome: "won"), graph))
    #expect(won.events.map(\.kind) == [.reply(text: "not now")])
    let twice = try #require(find(.never(.end("won"), after: .reply("later")), graph))
    #expect(twice.events.count == 1 && twice.timeline.last?.kind == .ended(outcome: "won"))
  }

  @Test func `what a run emits and hears itself stands in its witness, told by nobody`() throws {
    let graph = try graph(
      """
      timezone: "UTC"
      events: { deal.looked: {} }
      anytime: { deal.looked: end got }
      steps:
        - { email: one, purpose: confirm, subject: S, body: B. }
        - { await: reply within 1 day }
        - emit: deal.looked
        - { email: two, after: 1 day, purpose: request, subject: S, body: B. }
        - { await: reply within 1 day }
        - end: quiet

      """)
    let witness = try #require(find(.silence(reaches: [.end("quiet")]), graph))
    #expect(witness.events.isEmpty)
    #expect(witness.timeline.map(\.type) == ["started", "sent", "waiting", "timeout", "emitted", "received", "ended"])
    #expect(witness.timeline.last?.kind == .ended(outcome: "got"))
    // The second touch never goes out: a day after the first the event that it emits ends the run.
    #expect(find(.touches(atMost: 1, verb: nil, span: nil), graph) == nil)
    #expect(find(.ends(within: .days(1)), graph) == nil)
  }

  @Test func `answers that come at once bring touches together, and a long absence keeps one back`() throws {
    let quick = try graph(
      """
      timezone: "UTC"
      policy: { gap: 1 day }
      steps:
        - { email: one, purpose: confirm, subject: S, body: B. }
        - { await: reply within 2 days, then: { reply: next } }
        - { email: two, purpose: request, subject: S, body: B. }
        - { await: reply within 2 days, then: { reply: next } }
        - { email: three, purpose: request, subject: S, body: B. }
        - end: quiet

      """)
    #expect(find(.touches(atMost: 2, verb: nil, span: .hours(1)), quick)?.events.count == 2)
    let late = try graph(
      """
      timezone: "UTC"
      steps:
        - { email: one, purpose: confirm, subject: S, body: B. }
        - { await: reply within 2 days }
        - { email: two, purpose: request, subject: S, body: B. }
        - end: quiet

      """)
    let two = try #require(late.node(named: "two"))
    let one = try #require(late.node(named: "one"))
    #expect(find(.follows(.step(two), within: .days(20), of: .step(one)), late)?.events.count == 1)
  }

  /// Away by an automatic answer of 21:00 or later, five business days on: the touch goes out next morning, a day later
  /// than the dates of the rest have moved; and once more in that night.
  @Test func `night after night two touches of fixed days come together`() throws {
    let graph = try graph(
      """
      timezone: contact.timezone ?? "Europe/Berlin"
      policy: { window: "daily 08:00-20:00" }
      steps:
        - { email: one, at: day 1 at 10:00, purpose: confirm, subject: S, body: B. }
        - { await: reply until day 3 at 10:00 }
        - { email: two, at: day 3 at 10:00, purpose: request, subject: S, body: B. }
        - { await: reply within 2 days }
        - end: quiet

      """)
    let witness = try #require(find(.apart(.days(1)), graph))
    #expect(witness.events.allSatisfy { if case .outOfOffice = $0.kind { true } else { false } })
  }

  @Test func `a contact without an address is tried beside two conditions`() throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, deal: { id: text, seats: integer, vip: optional text, used: number } }
      timezone: "America/Chicago"
      policy: { window: "mon-fri 09:00-17:00" }
      steps:
        - { email: one, if: deal.used > 0.5, purpose: confirm, subject: S, body: B. }
        - { await: reply within 2 days }
        - choose:
            - { when: deal.seats > 100 and deal.vip is present, then: [ { call: ring, by: owner, within: 1 day } ] }
            - { otherwise: [ { wait: 1 day } ] }
        - { email: two, purpose: inform, subject: S, body: B. }
        - { await: reply within 2 days }
        - end: quiet

      """)
    #expect(find(.always(.verb("email"), before: .verb("call")), graph) != nil)
  }

  @Test func `four conditions on fields of their own hold at once`() throws {
    let graph = try graph(
      """
      input:
        contact: contact
        owner: person
        deal: { id: text, amount: number, country: one of de | fr | us, gift: boolean, note: optional text }
      timezone: contact.timezone ?? "Europe/Berlin"
      policy: { window: "mon-fri 09:00-17:00" }
      steps:
        - { email: one, if: deal.country == "us", purpose: confirm, subject: S, body: B. }
        - { await: reply within 2 days }
        - { email: two, if: deal.gift, purpose: inform, subject: S, body: B. }
        - { await: reply within 2 days }
        - { email: three, if: deal.amount > 500 and deal.gift, purpose: inform, subject: S, body: B. }
        - { await: reply within 2 days }
        - { email: four, if: deal.note is present and deal.amount > 500, purpose: inform, subject: S, body: B. }
        - { await: reply within 2 days }
        - end: quiet

      """)
    #expect(find(.touches(atMost: 3, verb: nil, span: nil), graph) != nil)
  }

  @Test func `what a set takes from an event is what a condition turns at`() throws {
    let graph = try graph(
      """
      input: { contact: contact, deal: { id: text, papers: integer } }
      timezone: "UTC"
      events: { papers.came: { left: integer } }
      anytime:
        papers.came:
          - set: { deal.papers: event.left }
          - choose: [ { when: deal.papers == 7, then: end complete } ]
      steps:
        - { email: one, purpose: confirm, subject: S, body: B. }
        - { await: reply within 2 days }
        - end: quiet

      """)
    #expect(find(.possible(outcome: "complete"), graph) != nil)
  }

  /// From Monday noon in Berlin the next Monday 09:00 is 03:00 in New York, where the window opens at 14:00 of Berlin.
  @Test func `starts are tried by the clock of the run, and by the contact's`() throws {
    let graph = try graph(
      """
      timezone: "Europe/Berlin"
      policy: { window: "mon-fri 08:00-18:00" }
      steps:
        - { email: one, at: mon 09:00, purpose: confirm, subject: S, body: B. }
        - { await: reply within 2 days }
        - end: quiet

      """)
    #expect(find(.firstTouch(within: .weeks(1)), graph) != nil)
    #expect(find(.firstTouch(within: .days(9)), graph) == nil)
  }

  /// 2026-10-24 18:00 and two hours are when the window closes; it opens 12 hours later by the clock, which is set back
  /// in that night: 15 hours.
  @Test func `a start from which hours lead to where the window closes is found`() throws {
    let graph = try graph(
      """
      timezone: contact.timezone ?? "Europe/Paris"
      policy: { window: "daily 08:00-20:00" }
      steps:
        - { email: one, after: 2 hours, purpose: confirm, subject: S, body: B. }
        - end: quiet

      """)
    #expect(find(.firstTouch(within: .hours(14)), graph) != nil)
  }

  @Test func `a start from which business hours lead to where the window closes is found`() throws {
    let graph = try graph(
      """
      timezone: contact.timezone ?? "Europe/Berlin"
      policy: { window: "mon-fri 09:00-17:00" }
      steps:
        - { email: one, after: 4 business hours, purpose: confirm, subject: S, body: B. }
        - end: quiet

      """)
    #expect(find(.firstTouch(within: .businessHours(4)), graph) != nil)
    #expect(find(.firstTouch(within: .businessHours(5)), graph) == nil)
  }

  @Test func `the same claim has the same witness`() throws {
    let graph = try graph(Self.office)
    let claim = Claim.never(.touch, after: .reply("later"))
    let (one, other) = (try #require(find(claim, graph)), try #require(find(claim, graph)))
    #expect(one.start == other.start && one.events == other.events && one.timeline == other.timeline)
    #expect(one.breach.map { one.timeline[$0].step } == [nil, "two"] || one.breach.count == 2)
    #expect(one.places.last?.step == "two")
  }

  @Test func `what cannot come about is not found`() throws {
    let graph = try graph(Self.office)
    #expect(find(.possible(outcome: "gone"), graph) == nil)
    #expect(find(.touches(atMost: 2, verb: nil, span: nil), graph) == nil)
  }

  @Test func `conditions that it needs are named, and how they turn out`() throws {
    let graph = try graph(
      """
      timezone: "UTC"
      steps:
        - choose:
            - { when: deal.amount > 5000, then: next }
            - { when: deal.size == "large", then: end large }
            - { otherwise: end small }
        - end: huge

      """)
    let large = try #require(find(.possible(outcome: "large"), graph))
    #expect(
      large.conditions == [
        Witness.Condition(text: "deal.amount > 5000", holds: false),
        Witness.Condition(text: "deal.size == \"large\"", holds: true),
      ])
    let huge = try #require(find(.possible(outcome: "huge"), graph))
    #expect(huge.conditions == [Witness.Condition(text: "deal.amount > 5000", holds: true)])
    // A second round needs that the first was not the last.
    let rounds = try self.graph(
      """
      timezone: "UTC"
      steps:
        - repeat: rounds
          times: 3
          every: 1 day
          stop-if: deal.amount > 5000
          steps: [{ email: one, purpose: confirm, subject: S, body: B. }]
        - end: over

      """)
    let twice = try #require(find(.touches(atMost: 1, verb: nil, span: nil), rounds))
    #expect(twice.conditions == [Witness.Condition(text: "deal.amount > 5000", holds: false)])
    #expect(huge.input["deal"]?[path: ["amount"]].decimal.map { $0 > Decimal(5000) } == true)
  }

  @Test func `each item of a list is a run; the first is followed`() throws {
    let graph = try graph(
      """
      timezone: "UTC"
      trigger: { event: sprint.closed, key: [ sprint.id, item.id ], each: item in sprint.items, contact: item.owner }
      input:
        owner: person
        sprint: { id: text, items: [ { id: text, owner: person, points: integer } ] }
      steps:
        - choose:
            - { when: item.points > 8, then: end big }
            - { otherwise: end small }

      """)
    let big = try #require(find(.possible(outcome: "big"), graph))
    #expect(big.item == 1)
    #expect(WitnessSearch(graph: graph, zones: Draft.zones).replay(big)?.entries == big.timeline)
  }

  @Test func `a zone from the data is one of those where the clocks do what breaks it`() throws {
    let graph = try graph(
      """
      timezone: contact.timezone ?? "UTC"
      steps:
        - { email: one, purpose: confirm, subject: S, body: B. }
        - { email: two, purpose: request, subject: S, body: B., after: 24 hours }
        - end: done

      """)
    // In UTC 24 hours are a day; elsewhere they are less, once a year.
    let witness = try #require(find(.apart(.days(1)), graph))
    #expect(witness.zone != "UTC")
    let zone = try #require(Draft.zones.zone(named: witness.zone))
    let touches = witness.timeline.filter { $0.handover?.touch == true }.map(\.at)
    #expect(touches.count == 2 && zone.offset(at: touches[0]) > zone.offset(at: touches[1]))
  }

  @Test func `a contact who cannot be reached at all is thought of, whatever else the file asks of its data`() throws {
    let graph = try graph(
      """
      timezone: contact.timezone ?? "UTC"
      policy: { window: "mon-fri 09:00-17:00" }
      steps:
        - { email: one, purpose: confirm, subject: S, body: B., if: deal.amount > 10 or deal.size == "large" }
        - { sms: two, purpose: request, body: B., at: deal.due + 3 days, if-past: now }
        - choose:
            - { when: deal.closed is present and deal.closed < deal.due, then: end closed }
            - { when: deal.title == "x" or deal.title == "y", then: end named }
            - { otherwise: end done }

      """)
    for outcome in ["closed", "named", "done"] {
      let claim = Claim.always(.touch, before: .end(outcome))
      let witness = try #require(WitnessSearch(graph: graph, zones: Draft.zones, steps: 12_000).find(claim))
      let failed = witness.timeline.filter { if case .failed = $0.kind { true } else { false } }
      #expect(failed.map(\.step).contains("two"), "\(outcome)")
    }
    let claim = Claim.always(.escalation, before: .step(try #require(graph.node(named: "two"))))
    #expect(find(claim, graph) != nil)
  }

  /// From Friday 17:00 to Monday 09:00 it is 64 hours, but where the clocks go back on that Sunday.
  @Test(arguments: [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Vancouver",
  ])
  func `a weekend is longest where the clocks go back, with as short a look as flow check takes`(zone: String) throws {
    let graph = try graph(
      """
      timezone: "\(zone)"
      policy: { window: "mon-fri 09:00-17:00" }
      steps: [ { email: one, purpose: confirm, subject: S, body: B. }, end: done ]

      """)
    let search = WitnessSearch(graph: graph, zones: Draft.zones, steps: 12_000)
    let witness = try #require(search.find(.firstTouch(within: .hours(64))))
    let touch = try #require(witness.timeline.first { $0.handover?.touch == true })
    #expect(touch.at > witness.start.adding(milliseconds: 64 * 3_600_000))
    // Nowhere do they go back by more than an hour.
    #expect(search.find(.firstTouch(within: .hours(65))) == nil)
  }

  // MARK: A wall time that is missing

  /// On such a date the clocks leave out the time at which something is then due: it comes later, and so does all that
  /// is counted from it, beside what is counted from the start.
  static let missing = [
    ("Europe/Berlin", "2026-03-29"), ("America/New_York", "2026-03-08"), ("Australia/Lord_Howe", "2026-10-04"),
    ("Africa/Casablanca", "2026-03-22"), ("America/Vancouver", "2026-03-08"),
  ]

  @Test(arguments: missing)
  func `days that end in the missing hour push on those behind them`(zone: String, date: String) throws {
    let graph = try graph(
      """
      timezone: "\(zone)"
      steps:
        - wait: 1 day
        - wait: 1 day
        - end: done

      """)
    let witness = try #require(find(.ends(within: .days(2)), graph))
    try expectMissing(witness.start, zone, 1, before: date)
    #expect(find(.ends(within: .days(3)), graph) == nil)
  }

  @Test(arguments: missing)
  func `a touch in the missing hour comes nearer to the next one that counts from the start`(
    zone: String, date: String
  ) throws {
    let graph = try graph(
      """
      timezone: "\(zone)"
      anytime: { out-of-office: end away }
      steps:
        - { email: one, purpose: confirm, subject: S, body: B., at: day 11 }
        - { email: two, purpose: request, subject: S, body: B., at: day 12 }
        - end: done

      """)
    for claim in [Claim.apart(.days(1)), .touches(atMost: 1, verb: nil, span: .days(1))] {
      try expectMissing(try #require(find(claim, graph)).start, zone, 11, before: date)
    }
  }

  @Test(arguments: missing)
  func `what is counted from an answer meets the missing hour as well`(zone: String, date: String) throws {
    let graph = try graph(
      """
      timezone: "\(zone)"
      anytime: { out-of-office: end away }
      steps:
        - { email: one, purpose: request, subject: S, body: B. }
        - { await: reply within 5 days, then: { reply: next, timeout: end quiet } }
        - wait: 1 day
        - wait: 1 day
        - end: done

      """)
    let claim = Claim.follows(.end("done"), within: .days(2), of: .reply("reply"))
    let witness = try #require(find(claim, graph))
    guard case .instant(let answered)? = witness.events.first?.at else {
      Issue.record("no answer")
      return
    }
    try expectMissing(answered, zone, 1, before: date)
  }

  /// At a time of day that is missing so many days later.
  private func expectMissing(_ instant: Instant, _ zone: String, _ days: Int, before date: String) throws {
    let zone = try #require(Draft.zones.zone(named: zone))
    let (civil, day) = (zone.civil(at: instant), try #require(CivilDate(iso: date)))
    #expect(civil.date == day.adding(days: -days))
    #expect(zone.civil(at: zone.instant(of: CivilDateTime(date: day, time: civil.time))).time != civil.time)
  }
}
