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
  private func find(_ claim: Claim, _ graph: Graph, steps: Int = 60_000) throws -> Witness {
    let search = WitnessSearch(graph: graph, zones: Draft.zones, steps: steps)
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

  /// As many steps as `flow check` takes for a promise.
  @Test func `a first touch that the holidays at the end of the year keep back is found`() throws {
    let letters = (1...6).map { "  - { sms: letter-\($0), after: 1 month, purpose: inform, body: B. }\n" }.joined()
    let graph = try graph(
      """
      timezone: contact.timezone ?? "Europe/Berlin"
      policy:
        window: "mon-fri 09:00-17:00"
        holidays: [2026-04-03, 2026-04-06, 2026-05-01, 2026-05-14, 2026-05-25, 2026-12-24, 2026-12-25, 2026-12-28]
      steps:
        - { sms: thanks, after: 1 business day, purpose: inform, body: B. }
      \(letters)
      """)
    // From Wednesday the 23rd, 18:00, on: the next business day is Tuesday the 29th, and 09:00 Wednesday.
    let witness = try find(.firstTouch(within: .days(5)), graph, steps: 12_000)
    let touch = witness.timeline.first { $0.handover?.touch == true }
    #expect(touch.map { $0.at.milliseconds(since: witness.start) > 5 * 86_400_000 } == true)
    #expect(WitnessSearch(graph: graph, zones: Draft.zones).find(.firstTouch(within: .days(7))) == nil)
  }

  @Test func `a touch more that an event brings to the most that data bring is found`() throws {
    let graph = try graph(
      """
      input:
        contact: contact
        owner: person
        sub: { id: text, plan: one of free | pro, seats: integer, ends: instant }
      trigger: { event: sub.failed, key: sub.id }
      timezone: contact.timezone ?? "America/New_York"
      policy: { window: "daily 09:00-20:00", gap: 36 hours }
      events: { card.updated: {}, sub.extended: { ends: instant } }
      replies: { cancel: ["= cancel"], promise: ["= soon"] }
      anytime:
        card.updated: thanks
        cancel: end cancelled
        promise: hold until reply.date + 2 days, or 4 days
        sub.extended: [ { set: { sub.ends: event.ends } } ]
      steps:
        - { sms: declined, purpose: inform, body: B. }
        - { await: reply within 2 days, then: { reply: next } }
        - repeat: nudges
          times: 2
          every: 3 days
          stop-if: sub.plan == "free"
          steps:
            - { sms: nudge, if: sub.seats > 1, purpose: inform, body: B. }
            - { await: reply within 12 hours, then: { reply: next } }
        - choose:
            - when: sub.seats >= 10
              then: [ { call: account, by: owner, within: 1 day } ]
        - { sms: last, at: sub.ends - 2 days, if-past: now, purpose: inform, body: B. }
        - { await: reply until sub.ends, if-past: end lapsed, then: { reply: end answered } }
        - end: lapsed
      paths:
        thanks:
          - { sms: thanks, purpose: inform, body: B. }
          - end: paid

      """)
    let witness = try find(.touches(atMost: 5, verb: nil, span: nil), graph, steps: 12_000)
    #expect(witness.timeline.count { $0.handover?.touch == true } == 6)
    #expect(WitnessSearch(graph: graph, zones: Draft.zones, steps: 12_000).hasSeen(touches: 6))
  }

  @Test(arguments: [("v.level > 3", "v.level < 4"), ("length(v.notes) > 3", "v.level > 0")])
  func `what lies between two numbers, and a longer list, are tried`(_ one: String, _ two: String) throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, v: { id: text, level: number, notes: list of text } }
      trigger: { event: v.made, key: v.id }
      steps:
        - { sms: one, if: \(one), purpose: inform, body: B. }
        - { sms: two, if: \(two), purpose: inform, body: B. }
        - end: done

      """)
    _ = try find(.touches(atMost: 1, verb: nil, span: nil), graph)
  }

  @Test func `data are tried that let a touch out when there have been others already`() throws {
    let graph = try graph(
      """
      input: { contact: contact, owner: person, loan: { id: text, copies: integer, reserved: optional date } }
      trigger: { event: book.lent, key: loan.id }
      replies: { gone: ["= lost"] }
      steps:
        - repeat: chase
          times: 4
          every: 1 week
          stop-if: loan.copies < 1
          steps:
            - { sms: overdue, if: loan.reserved is present or run.touches < 3, purpose: inform, body: B. }
            - { await: reply within 2 days, then: { gone: fees, reply: next } }
        - end: lost
      paths:
        fees:
          - { sms: bill, purpose: inform, body: B. }
          - end: billed

      """)
    let witness = try find(.touches(atMost: 4, verb: nil, span: nil), graph, steps: 12_000)
    #expect(witness.timeline.count { $0.handover?.touch == true } == 5)
  }
}
