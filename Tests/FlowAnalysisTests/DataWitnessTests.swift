import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Runs that begin with other data than the plainest, or on another day.
struct DataWitnessTests {
  private func graph(_ text: String) throws -> Graph {
    let compilation = Draft().compile(text)
    #expect(compilation.diagnostics.filter { $0.severity == .error && $0.code != "no-purpose" }.map(\.message) == [])
    return try #require(compilation.workflows.first?.graph)
  }

  /// That the run which is found breaks the claim is judged by itself.
  private func find(_ claim: Claim, _ graph: Graph) throws -> Witness {
    let search = WitnessSearch(graph: graph, zones: Draft.zones)
    let witness = try #require(search.find(claim), "\(claim)")
    let course = try #require(search.replay(witness))
    #expect(Monitor(claim, graph: graph, zones: Draft.zones).judge(course).isBroken)
    return witness
  }

  /// The first text goes to one arm, the second of either to whoever says yes; the dated mail to who has a small offer
  /// with a date, and only the other arm gets the long mail before it.
  @Test func `an arm, a condition and a date are tried together, beside much that may come`() throws {
    let graph = try graph(
      """
      input:
        contact: contact
        owner: person
        offer: { id: text, kwp: number, valid: optional date, visit: optional instant, grace: duration }
      trigger: { event: offer.made, key: offer.id }
      timezone: contact.timezone ?? "Australia/Lord_Howe"
      policy: { window: "mon-thu 09:00-17:00, fri 09:00-13:00", gap: 1 day }
      events: { visit.agreed: { at: instant }, visit.cancelled: {}, roof.checked: {} }
      replies: { no: ["= no"], wait: ["= wait"], yes: ["= yes"] }
      anytime:
        visit.agreed: [ { set: { offer.visit: event.at } }, { go: visit } ]
        visit.cancelled: hold until roof.checked + 2 days, or 2 weeks
        wait: hold 10 days
        no: end lost
        yes: visit
      steps:
        - split: style
          arms: { short: 30%, long: 70% }
          then:
            short: [ { sms: hello-short, after: 36 hours, purpose: request, body: B. } ]
            long: [ { email: hello-long, after: 2 business days, purpose: request, subject: S, body: B. } ]
        - { await: reply or roof.checked within 4 business hours, then: { roof.checked: next } }
        - choose:
            - when: offer.kwp > 10
              then:
                - call: big
                  by: owner
                  within: 1 day 4 hours
                  then: { connected: next, no-answer: retry, timeout: retry }
            - when: offer.valid is present
              then:
                - { email: dated, at: offer.valid - 3 business days, if-past: skip, subject: S, body: B. }
        - { call: retry, by: owner, gap: none, window: any, within: 6 business hours, then: { connected: visit } }
        - { await: reply or visit.agreed until run.started + offer.grace, if-past: skip, then: { reply: next } }
        - end: closed
      paths:
        visit:
          - { email: confirm, purpose: confirm, subject: S, body: B. }
          - { wait: until offer.visit ?? run.started, if-past: now }
          - { task: survey, by: owner, say: S., within: 2 days, then: { done: end surveyed } }
          - { sms: bye, purpose: inform, body: B., after: 1 month }
          - end: later
      """)
    func step(_ name: String) throws -> Milestone { .step(try #require(graph.node(named: name))) }
    for claim in [
      Claim.touches(atMost: 1, verb: "sms", span: nil), .touches(atMost: 2, verb: "email", span: nil),
      .always(try step("hello-long"), before: try step("dated")),
      .never(try step("hello-short"), after: .event("visit.cancelled")),
    ] { _ = try find(claim, graph) }
  }

  /// From a Thursday one month leads to a Thursday from February to March alone: both texts go out then, and else the
  /// second one comes outside the window.
  @Test func `a touch more that only another month brings is found`() throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, gift: { id: text, on: date, monthly: boolean } }
      trigger: { event: gift.received, key: gift.id }
      timezone: contact.timezone ?? "Africa/Casablanca"
      policy: { window: "tue-thu 10:00-12:00" }
      steps:
        - { email: news, at: day 30 at 10:30, purpose: inform, subject: S, body: B. }
        - { await: opened or reply until thu 11:00, then: { reply: next, opened: next } }
        - repeat: asks
          times: 2
          every: 1 month
          stop-if: gift.monthly
          steps:
            - { sms: monthly, closed: skip, purpose: request, body: B. }
            - { await: reply within 3 days, then: { reply: next } }
        - end: one-time
      """)
    let witness = try find(.touches(atMost: 1, verb: "sms", span: nil), graph)
    let zone = try #require(Draft.zones.zone(named: witness.zone))
    let texts = witness.timeline.filter { $0.handover?.verb == "sms" }.map { zone.civil(at: $0.at).date }
    #expect(texts.map(\.month) == [2, 3])
  }

  /// On Sunday at 02:30 in Vancouver the window is open in Tokyo alone.
  @Test func `a zone that an event brings is one in which windows are open`() throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, case: { id: text, list: text } }
      trigger: { event: papers.asked, key: case.id }
      timezone: "America/Vancouver"
      policy: { window: "mon-fri 09:00-17:00" }
      events: { papers.part: { left: text, zone: timezone } }
      anytime:
        out-of-office: end away
        papers.part: [ { set: { case.list: event.left, contact.timezone: event.zone } } ]
      steps:
        - { email: ask, purpose: request, subject: S, body: B. }
        - { await: reply within 3 days }
        - { wait: until sun 02:30 }
        - { call: ring, closed: end given-up, window: "daily 18:00-19:00", by: owner, within: 1 day }
        - end: done
      """)
    let ring = try #require(graph.node(named: "ring"))
    _ = try find(.never(.step(ring), after: .event("papers.part")), graph)
  }

  @Test func `an instant that an event brings lies ahead of it, too`() throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, visit: { id: text, at: optional instant } }
      trigger: { event: visit.asked, key: visit.id }
      timezone: UTC
      events: { visit.booked: { at: instant } }
      anytime:
        visit.booked: [ { set: { visit.at: event.at } }, { go: booked } ]
      steps:
        - { email: ask, purpose: request, subject: S, body: B. }
        - { await: reply within 3 days }
        - end: done
      paths:
        booked:
          - { wait: until visit.at ?? run.started, if-past: end missed }
          - { sms: remind, purpose: remind, body: B. }
          - end: reminded
      """)
    _ = try find(.never(.verb("sms"), after: .event("visit.booked")), graph)
  }
}
