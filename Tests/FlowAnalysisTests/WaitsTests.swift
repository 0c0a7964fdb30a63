import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What waits keep apart where days of the calendar alone do not show it: business days, months, the same wall time
/// over days on which clocks are changed elsewhere.
struct WaitsTests {
  private func isProved(_ claim: Claim, _ text: String, caps: Caps? = nil) throws -> Bool {
    let graph = try #require(Draft().compile(text).workflows.first { $0.file == "test.yaml" }?.graph)
    let proofs = Prover(graph: graph, zones: Draft.zones, caps: caps).prove([
      Claimed(claim, span: .file("test.yaml"))
    ])
    if case .proved = try #require(proofs.first).verdict { return true }
    return false
  }

  private func email(_ name: String) -> String { "{ email: \(name), purpose: inform, subject: S, body: B. }" }

  private func touches(_ count: Int, apart wait: String, zone: String, policy: String) -> String {
    let steps = (1...count).map { "\(email("touch-\($0)")), { await: reply within \(wait) }" }
    return """
      timezone: \(zone)
      policy: \(policy)
      steps: [\(steps.joined(separator: ", ")), { end: done }]

      """
  }

  /// Monday, Thursday, Tuesday: eight days; nine are more than that.
  @Test(arguments: ["'\"Europe/Berlin\"'", "contact.timezone ?? \"Europe/Berlin\""])
  func `two touches are as many business days apart as are waited for, and six of these are more than a week`(
    _ zone: String
  ) throws {
    let text = touches(3, apart: "3 business days", zone: zone, policy: "{ window: mon-fri 09:00-17:00 }")
    #expect(try isProved(.apart(.businessDays(3)), text))
    #expect(try !isProved(.apart(.businessDays(4)), text))
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .businessDays(3)), text))
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .businessDays(5)), text))
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .weeks(1)), text))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .days(9)), text))
  }

  /// Five business days are a week to the very hour where touches go out on business days alone, and may be less from a
  /// Sunday, on which somebody in another zone has his Monday.
  @Test func `ten business days are two weeks where the days are the contact's`() throws {
    func weekly(_ zone: String, holidays: String = "") -> String {
      """
      timezone: \(zone)
      policy: { window: mon-fri 09:00-17:00, business: mon-fri\(holidays) }
      steps:
        - repeat: asks
          times: 4
          every: 5 business days
          steps: [\(email("ask")), { await: reply within 3 business days }]
        - end: open

      """
    }
    let own = "contact.timezone ?? \"Europe/Berlin\""
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .weeks(2)), weekly(own)))
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .weeks(1)), weekly(own)))
    #expect(
      try isProved(.touches(atMost: 2, verb: nil, span: .weeks(2)), weekly(own, holidays: ", holidays: [2026-05-14]")))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .days(15)), weekly(own)))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .weeks(2)), weekly("'\"Europe/Berlin\"'")))
    let saturdays = weekly(own).replacing("window: mon-fri 09:00-17:00", with: "window: mon-sat 09:00-17:00")
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .weeks(2)), saturdays))
  }

  @Test func `business hours within a window's day are hours`() throws {
    let text = touches(
      2, apart: "3 business hours", zone: "contact.timezone ?? \"Europe/Berlin\"",
      policy: "{ window: mon-fri 09:00-17:00 }")
    #expect(try isProved(.apart(.hours(3)), text))
    #expect(try isProved(.apart(.businessHours(3)), text))
    #expect(try !isProved(.apart(.hours(4)), text))
  }

  /// A call is waited for from when it is assigned; one that is not answered comes to an end before that.
  @Test func `business days count from a touch that is waited for`() throws {
    func text(_ noAnswer: String) -> String {
      """
      timezone: '"Europe/Berlin"'
      policy: { window: mon-fri 09:00-17:00 }
      steps:
        - call: ring
          by: owner
          within: 2 business days
          then: { connected: end a, no-answer: \(noAnswer), voicemail: end c, wrong-number: end d }
        - \(email("two"))
        - end: done

      """
    }
    #expect(try isProved(.apart(.businessDays(2)), text("end b")))
    #expect(try !isProved(.apart(.businessDays(3)), text("end b")))
    #expect(try !isProved(.apart(.businessDays(2)), text("next")))
  }

  /// A reply on a Friday evening is answered on Saturday morning. A business day after that is Monday morning, not two
  /// after Thursday at 16:00.
  @Test func `a touch on a day that is none brings the next one closer`() throws {
    let text = """
      timezone: contact.timezone ?? "Europe/Berlin"
      policy: { window: "mon-fri 09:00-17:00, sat 09:00-12:00", business: mon-fri }
      steps:
        - \(email("one"))
        - { await: reply within 2 business days, then: { reply: next } }
        - \(email("two"))
        - { await: reply within 1 business day, then: { reply: end answered } }
        - \(email("three"))
        - end: done

      """
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: .businessDays(1)), text))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .businessDays(2)), text))
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .hours(20)), text))
  }

  /// From 31 January to 28 February, and from there to 28 March: two months from January end three days later.
  @Test func `a month is a month, and two of them need not be two`() throws {
    let text = """
      timezone: '"Europe/Berlin"'
      policy: { window: mon-fri 09:00-17:00 }
      steps:
        - repeat: months
          times: 6
          every: 1 month
          steps: [\(email("letter")), { await: reply within 10 days }]
        - end: done

      """
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .months(1)), text))
    #expect(try isProved(.apart(.months(1)), text))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .months(2)), text))
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: .days(32)), text))
  }

  /// Between Monday and Friday no clock of Europe is changed, wherever the contact is; of a window that is open on
  /// Sundays that is not so.
  @Test func `weeks between touches of a week's days add up, whatever zone the contact is in`() throws {
    func weekly(_ window: String) -> String {
      """
      timezone: '"Europe/Madrid"'
      policy: { window: \(window) }
      steps:
        - \(email("first"))
        - { await: reply within 7 days }
        - repeat: nudges
          times: 5
          every: 7 days
          steps: [\(email("nudge")), { await: reply within 3 days }]
        - end: silent

      """
    }
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .weeks(2)), weekly("mon-fri 09:00-18:00")))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .days(15)), weekly("mon-fri 09:00-18:00")))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .weeks(2)), weekly("daily 00:00-24:00")))
  }

  /// From Friday 17:00 where the contact is to Monday 09:00 are 64 hours; in Berlin that may begin at any hour.
  @Test func `a run whose days are not the contact's is reckoned over the calendar, too`() throws {
    let text = """
      timezone: '"Europe/Berlin"'
      policy: { window: mon-fri 09:00-17:00 }
      steps:
        - { email: one, at: day 1, purpose: inform, subject: S, body: B. }
        - { await: reply within 3 business days }
        - \(email("two"))
        - { await: reply within 3 business days }
        - end: done

      """
    #expect(try isProved(.firstTouch(within: .businessDays(3)), text))
    #expect(try isProved(.firstTouch(within: .days(4)), text))
    #expect(try !isProved(.firstTouch(within: .days(3)), text))
    #expect(try isProved(.ends(within: .days(21)), text))
    #expect(try !isProved(.ends(within: .days(12)), text))
  }

  /// What an await takes late has come in before it.
  @Test func `an event that a later await takes has come`() throws {
    let text = """
      timezone: '"UTC"'
      events: { order.came: {} }
      steps:
        - { await: order.came within 1 hour, then: { order.came: end came } }
        - \(email("one"))
        - { await: reply within 1 day }
        - { await: order.came within 1 day, then: { order.came: end came } }
        - end: done

      """
    #expect(try isProved(.always(.event("order.came"), before: .end("came")), text))
    #expect(try !isProved(.always(.event("order.came"), before: .end("done")), text))
  }

  /// The first two at once, the third and the fourth a week after the touch before them: nine days at most, and over a
  /// weekend each.
  @Test func `what the project's caps put off comes within their span`() throws {
    let caps = Caps(touches: 2, span: .days(7), then: .delay)
    let text = touches(
      4, apart: "1 day", zone: "contact.timezone ?? \"Europe/Berlin\"",
      policy: "{ window: mon-fri 09:00-17:00, gap: 1 day }")
    #expect(try isProved(.ends(within: .days(35)), text, caps: caps))
    #expect(try !isProved(.ends(within: .days(9)), text, caps: caps))
    #expect(try isProved(.apart(.days(1)), text, caps: caps))
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .weeks(1)), text, caps: caps))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .days(8)), text, caps: caps))
    #expect(try isProved(.silence(reaches: [.end("done")]), text, caps: caps))
    // Left out, or ended, it is no later.
    for rule in [Caps.Rule.skip, .end("capped")] {
      let caps = Caps(touches: 2, span: .days(7), then: rule)
      #expect(try isProved(.touches(atMost: 2, verb: nil, span: .weeks(1)), text, caps: caps))
      #expect(try isProved(.ends(within: .days(21)), text, caps: caps))
    }
    #expect(try isProved(.silence(reaches: [.end("done")]), text, caps: Caps(touches: 2, span: .days(7), then: .skip)))
    #expect(
      try !isProved(
        .silence(reaches: [.end("done")]), text, caps: Caps(touches: 2, span: .days(7), then: .end("capped"))))
  }

  /// What came half a day after the touch is taken on the second day, and holds the run for three more: to the fifth.
  @Test func `an await that is over when it is come to may yet begin with a hold`() throws {
    let text = """
      timezone: '"UTC"'
      events: { deal.looked: {} }
      anytime: { out-of-office: end away }
      steps:
        - \(email("one"))
        - { wait: 2 days }
        - { await: deal.looked until one + 1 day, then: { deal.looked: hold 3 days } }
        - { end: done }

      """
    #expect(try !isProved(.follows(.end(nil), within: .days(4), of: .started), text))
    #expect(try isProved(.follows(.end(nil), within: .days(40), of: .started), text))
  }

  /// Four hours of the window after a midnight in London are over at 18:00 in London for a contact in New York, and at
  /// 04:00 for one in Tokyo: who moves there at noon has missed them.
  @Test func `hours of a window pass where the contact has moved to`() throws {
    let text = """
      input: { contact: contact, deal: { id: text, at: instant } }
      timezone: '"Europe/London"'
      policy: { window: "mon-fri 09:00-17:00" }
      events: { contact.moved: {} }
      anytime: { contact.moved: [{ set: { contact.timezone: '"Asia/Tokyo"' } }] }
      steps:
        - { email: one, at: deal.at + 4 business hours, if-past: end gone, purpose: inform, subject: S, body: B. }
        - { end: done }

      """
    #expect(try !isProved(.never(.end("gone"), after: .event("contact.moved")), text))
    let days = text.replacing("4 business hours", with: "4 hours")
    #expect(try isProved(.never(.end("gone"), after: .event("contact.moved")), days))
  }
}
