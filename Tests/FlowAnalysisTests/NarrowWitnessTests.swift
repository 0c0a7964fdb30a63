import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Runs that one or two events show, in files in which much else may come.
struct NarrowWitnessTests {
  private func graph(_ text: String) throws -> Graph {
    let compilation = Draft().compile(text)
    #expect(compilation.diagnostics.filter { $0.severity == .error }.map(\.message) == [])
    return try #require(compilation.workflows.first?.graph)
  }

  private func find(_ claim: Claim, _ graph: Graph) -> Witness? {
    WitnessSearch(graph: graph, zones: Draft.zones).find(claim)
  }

  private static let patient = """
    input: { contact: contact, owner: person, test: { id: text, level: number } }
    trigger: { event: test.taken, key: test.id }
    timezone: contact.timezone ?? "Europe/Berlin"
    policy: { window: "mon-fri 09:00-17:00", gap: 1 day }
    events: { result.ready: { level: number }, visit.booked: { at: instant } }
    replies: { worse: ["= worse", "= pain"], better: ["= better"] }
    anytime:
      result.ready: [ { set: { test.level: event.level } } ]
      visit.booked: hold until event.at + 1 day, or 2 days
      worse: alarm
      reply: [ { task: read, by: owner, say: S. }, { hold: 36 hours } ]
    steps:
      - { sms: notice, purpose: confirm, body: B. }
      - { await: result.ready or reply within 3 business days, then: { result.ready: next, reply: next } }
      - choose:
          - when: test.level > 10
            then: [ { sms: high, purpose: request, body: B. }, { await: reply within 1 day } ]
          - when: test.level < 1
            then: [ { sms: low, purpose: request, body: B. }, { await: reply within 1 day } ]
      - { sms: last, purpose: request, body: B. }
      - { await: visit.booked or reply within 2 days }
      - end: closed
    paths:
      alarm:
        - { call: ring, by: owner, window: any, gap: none, within: 45 minutes, then: { connected: end helped } }
        - { escalate: alarmed, to: owner, say: S. }
        - end: alarmed

    """

  @Test func `a first touch that is late is late, however long the run is held after it`() throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, quote: { id: text } }
      trigger: { event: quote.sent, key: quote.id }
      timezone: Europe/Berlin
      steps:
        - { sms: hello, after: 90 minutes, purpose: request, body: B. }
        - { await: reply within 6 hours, then: { timeout: hold 1 day } }
        - end: closed

      """)
    #expect(find(.firstTouch(within: .hours(1)), graph)?.breach.isEmpty == false)
    #expect(find(.firstTouch(within: .minutes(90)), graph) == nil)
  }

  @Test func `what comes of a task of less than an hour is found behind an answer`() throws {
    let witness = try #require(find(.possible(outcome: "helped"), graph(Self.patient)))
    #expect(witness.events.map(\.kind) == [.reply(text: "worse"), .outcome("connected", step: nil, note: nil)])
  }

  /// Whatever answer comes while the call waits holds it for 36 hours; a second one of the class leads to no second
  /// call.
  @Test func `a second answer that holds what the first one asked for is found`() throws {
    let graph = try graph(Self.patient)
    let search = WitnessSearch(graph: graph, zones: Draft.zones)
    let ring = try #require(graph.node(named: "ring"))
    for claim in [
      Claim.follows(.escalation, within: .hours(3), of: .reply("worse")),
      .follows(.step(ring), within: .hours(1), of: .reply("worse")),
    ] {
      let witness = try #require(search.find(claim))
      #expect(witness.events.count == 2 && witness.events.first?.kind == .reply(text: "worse"))
      let course = try #require(search.replay(witness))
      #expect(Monitor(claim, graph: graph, zones: Draft.zones).judge(course).isBroken)
    }
  }

  @Test func `a letter that a task leads to before the one it follows is found`() throws {
    let graph = try graph(
      """
      timezone: contact.timezone ?? "Europe/Berlin"
      policy: { window: "mon-fri 08:00-20:00", business: mon-fri, gap: 1 day }
      events: { debt.paid: {}, debt.disputed: { why: text }, dispute.settled: {} }
      replies: { promise: ["will pay", "paying on"], dispute: ["do not owe", "wrong"] }
      anytime:
        debt.paid: end paid
        debt.disputed: hold until dispute.settled + 2 business days, or 20 days
        promise: hold until reply.date + 1 business day, or 1 week
        dispute: lawyer
        reply: [ { task: read, by: owner, say: S. } ]
      steps:
        - { email: letter-one, after: 1 business day, purpose: request, subject: S, body: B. }
        - { await: reply within 10 days }
        - repeat: rings
          times: 3
          every: 4 business days
          steps:
            - call: ring
              by: owner
              within: 1 business day
              then: { connected: letter-two, wrong-number: letter-two }
        - { email: letter-two, purpose: inform, subject: S, body: B. }
        - { await: reply until day 45 }
        - end: agency
      paths:
        lawyer:
          - task: check
            by: owner
            say: S.
            within: 5 business days
            then: { done: end withdrawn, declined: letter-two }
          - end: disputed

      """)
    let one = try #require(graph.node(named: "letter-one"))
    let two = try #require(graph.node(named: "letter-two"))
    let witness = try #require(find(.always(.step(one), before: .step(two)), graph))
    #expect(
      witness.events.map(\.kind) == [.reply(text: "do not owe"), .outcome("declined", step: nil, note: nil)])
  }

  /// No number stands in the condition: the sample has one and the same in both fields.
  @Test(arguments: [("deal.paid >= deal.amount", "number"), ("deal.paid == deal.amount", "text")])
  func `a condition between two fields turns out both ways`(_ condition: String, _ type: String) throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, deal: { id: text, paid: \(type), amount: \(type) } }
      timezone: "UTC"
      steps:
        - repeat: rounds
          times: 3
          every: 2 days
          stop-if: \(condition)
          steps: [ { email: mail, purpose: request, subject: S, body: B. }, { await: reply within 1 day } ]
        - choose: [ { when: \(condition), then: [ { end: paid } ] } ]
        - end: quiet

      """)
    for outcome in ["paid", "quiet"] { #expect(find(.possible(outcome: outcome), graph) != nil, "\(outcome)") }
    #expect(find(.touches(atMost: 2, verb: nil, span: nil), graph) != nil)
  }

  /// What has been paid comes in later: with the first payment less than what is owed, with the second as much.
  @Test func `a number that an event brings is tried against a field`() throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, deal: { id: text, paid: optional number, amount: number } }
      timezone: "UTC"
      events: { part.paid: { sum: number } }
      anytime: { part.paid: [ { set: { deal.paid: event.sum } } ] }
      steps:
        - { email: one, purpose: request, subject: S, body: B. }
        - { await: reply within 2 days }
        - choose: [ { when: deal.paid is present and (deal.paid ?? 0) > deal.amount, then: [ { end: back } ] } ]
        - end: quiet

      """)
    let witness = try #require(find(.never(.end("back"), after: .event("part.paid")), graph))
    #expect(witness.events.map(\.kind) == [.named("part.paid", data: ["sum": .number(Decimal(101))])])
  }

  /// Nobody says anything: what an await takes is what the run has emitted before, when nothing took it.
  @Test func `a contact is silent, too, where an await takes what the run emitted before`() throws {
    let graph = try graph(
      """
      timezone: "UTC"
      events: { deal.looked: {} }
      steps:
        - emit: deal.looked
        - { task: ask, by: owner, say: S., within: 1 day }
        - { await: deal.looked within 1 day, then: { deal.looked: late, timeout: end quiet } }
      paths:
        late: [ { email: one, purpose: confirm, subject: S, body: B. }, { end: looked } ]

      """)
    let ask = try #require(graph.node(named: "ask"))
    for claim in [
      Claim.silence(reaches: [.end("quiet")]), .firstTouch(within: .hours(23)), .overseen(step: ask),
    ] {
      let witness = try #require(find(claim, graph), "\(claim)")
      #expect(witness.events.isEmpty)
      #expect(witness.timeline.map(\.type).filter { $0 == "received" }.count == 2)
    }
    #expect(find(.firstTouch(within: .days(1)), graph) == nil)
    #expect(find(.silence(reaches: [.end("looked")]), graph) == nil)
  }
}
