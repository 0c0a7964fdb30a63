import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What holds because the engine sees to it, because a wait is as long as is promised, or because a condition and its
/// contrary do not hold at once.
struct EnforcedTests {
  private func email(_ name: String) -> String { "{ email: \(name), purpose: inform, subject: S, body: B. }" }

  private func touches(_ count: Int, apart wait: String, zone: String = "Europe/Berlin", policy: String = "{}")
    -> String
  {
    let steps = (1...count).map { "\(email("touch-\($0)")), { await: reply within \(wait) }" }
    return """
      timezone: '"\(zone)"'
      policy: \(policy)
      steps: [\(steps.joined(separator: ", ")), { end: done }]

      """
  }

  @Test(arguments: ["1 business day", "1 month", "1 day 2 hours", "2 weeks", "24 hours", "3 business hours"])
  func `the file's own gap holds, however short the waits between`(_ gap: String) throws {
    let text = touches(3, apart: "1 hour", policy: "{ gap: \(gap), window: daily 09:00-17:00 }")
    #expect(try isProved(.apart(Duration.parse(gap)), text))
  }

  /// A month may be 28 days, and 2 business days begin on a Friday and end on a Tuesday, or last 2 days.
  @Test func `a gap keeps what is no longer, and nothing that is`() throws {
    let month = touches(2, apart: "1 hour", policy: "{ gap: 1 month 2 days }")
    #expect(try isProved(.apart(.months(1)), month))
    #expect(try !isProved(.apart(Duration.parse("1 month 3 days")), month))
    #expect(try !isProved(.apart(.months(2)), month))
    let business = touches(2, apart: "1 hour", policy: "{ gap: 2 business days }")
    #expect(try isProved(.apart(.businessDays(1)), business))
    #expect(try isProved(.apart(.businessDays(2)), business))
    #expect(try !isProved(.apart(.businessDays(3)), business))
  }

  /// The second follows the first at once. `policy.gap` says so itself; who promises a distance, for this file or from
  /// flow.yaml, promises it of every touch.
  @Test func `a step that lifts the gap does not weaken what is promised`() throws {
    let lifted = "{ email: b, gap: none, purpose: inform, subject: S, body: B. }"
    let text =
      "policy: { gap: 1 day }\nsteps: [\(email("a")), \(lifted), { await: reply within 1 day }, { end: done }]\n"
    #expect(try isProved(.gap(.days(1)), text))
    #expect(try !isProved(.apart(.days(1)), text))
  }

  @Test(arguments: [Caps.Rule.delay, .skip, .end("capped")])
  func `the project's caps hold for each file`(_ rule: Caps.Rule) throws {
    let text = touches(5, apart: "1 day", zone: "UTC")
    let caps = Caps(touches: 2, span: .days(7), then: rule)
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .days(7)), text, caps: caps))
    #expect(try isProved(.touches(atMost: 3, verb: nil, span: .days(6)), text, caps: caps))
    #expect(try isProved(.touches(atMost: 2, verb: "email", span: .weeks(1)), text, caps: caps))
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: .days(7)), text, caps: caps))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .days(8)), text, caps: caps))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .days(7)), text))
    // A gap of the caps holds after an answer, too.
    let gap = Caps(gap: .days(2), then: rule)
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .days(2)), text, caps: gap))
    #expect(try isProved(.apart(.days(2)), text, caps: gap))
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: .days(3)), text, caps: gap))
  }

  /// The second touch is put off by the file's gap, and by then the caps have nothing against it.
  @Test(arguments: [Caps.Rule.delay, .skip, .end("capped")])
  func `what a longer gap of the file puts off is not left out for the caps' gap`(_ rule: Caps.Rule) throws {
    let text = touches(2, apart: "1 hour", zone: "UTC", policy: "{ gap: 3 days }")
    for gap in [FlowTime.Duration.hours(12), .days(1)] {
      let caps = Caps(gap: gap, then: rule)
      #expect(try !isProved(.touches(atMost: 1, verb: nil, span: nil), text, caps: caps))
      #expect(try !isProved(.touches(atMost: 1, verb: nil, span: .days(7)), text, caps: caps))
      // But for what an answer lifts.
      #expect(try isProved(.gap(gap), text, caps: caps))
    }
  }

  /// From a Friday, 12:00, 36 hours last to Sunday, the caps' 2 days to Sunday noon, and the file's 2 business days to
  /// Tuesday noon: 4 days. Nothing holds the run.
  @Test func `of the file's gap and the caps' the later puts a touch off`() throws {
    let caps = Caps(gap: .days(2), then: .delay)
    for wait in ["1 hour", "36 hours", "50 hours"] {
      let text = """
        timezone: '"UTC"'
        policy: { gap: 2 business days }
        anytime: { out-of-office: end away }
        steps: [\(email("one")), { wait: \(wait) }, \(email("two")), { end: done }]

        """
      #expect(try !isProved(.ends(within: .days(3)), text, caps: caps), "\(wait)")
      #expect(try isProved(.ends(within: .days(4)), text, caps: caps), "\(wait)")
    }
    // What the file's gap puts off keeps the caps', too.
    let short = touches(2, apart: "1 hour", zone: "UTC", policy: "{ gap: 1 day }")
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .hours(40)), short, caps: caps))
  }

  /// The third touch is due an hour after the second: that it would be one too many is found before the caps are asked.
  @Test(arguments: [Caps.Rule.skip, .end("capped")])
  func `a run that the caps would end so early ends by its limit`(_ rule: Caps.Rule) throws {
    let text = """
      timezone: '"UTC"'
      policy: { max-touches: 2 }
      steps:
        - \(email("one"))
        - { wait: 3 days }
        - \(email("two"))
        - { wait: 1 hour }
        - \(email("three"))
        - end: done

      """
    let caps = Caps(gap: .days(2), then: rule)
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: nil), text, caps: caps))
    #expect(try isProved(.touches(atMost: 3, verb: nil, span: nil), text, caps: caps))
  }

  /// The third touch waits for the seventh day, and for the day after the second.
  @Test func `what is put off for the touches before it keeps the gap to the last of them`() throws {
    let caps = Caps(touches: 2, span: .days(7), gap: .days(1), then: .delay)
    let text = touches(5, apart: "1 hour", zone: "UTC")
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .hours(20)), text, caps: caps))
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: .hours(40)), text, caps: caps))
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: .hours(25)), text, caps: caps))
    let own = touches(5, apart: "1 hour", zone: "UTC", policy: "{ gap: 1 day }")
    let counted = Caps(touches: 2, span: .days(7), then: .delay)
    #expect(try isProved(.apart(.hours(20)), own, caps: counted))
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: .hours(25)), own, caps: counted))
  }

  /// 24 hours from 2026-03-28 12:00 end at 13:00 in Berlin, from 2026-10-24 12:00 at 11:00.
  @Test func `a wait as long as is promised keeps two touches apart where clocks are changed`() throws {
    let day = touches(2, apart: "1 day")
    #expect(try isProved(.apart(.days(1)), day))
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .days(1)), day))
    #expect(try isProved(.apart(.hours(23)), day))
    #expect(try !isProved(.apart(.hours(24)), day))
    let hours = touches(2, apart: "24 hours")
    #expect(try isProved(.apart(.hours(24)), hours))
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .hours(24)), hours))
    #expect(try !isProved(.apart(.days(1)), hours))
    #expect(try !isProved(.apart(Duration.parse("24 hours 1 second")), hours))
    #expect(try isProved(.ends(within: .hours(48)), "timezone: '\"Europe/Berlin\"'\nsteps: [{ wait: 48 hours }]\n"))
    #expect(try !isProved(.ends(within: .days(2)), "timezone: '\"Europe/Berlin\"'\nsteps: [{ wait: 48 hours }]\n"))
  }

  @Test func `what is proved by the calendar is not said to last longer than that by the clock`() throws {
    guard case .proved(let bound, _) = try verdict(on: .apart(.days(1)), touches(2, apart: "1 day")) else {
      Issue.record("a day is not proved")
      return
    }
    #expect(bound == nil)
    guard case .proved(.time(let time)?, _) = try verdict(on: .apart(.days(1)), touches(2, apart: "2 days")) else {
      Issue.record("two days are not more than one")
      return
    }
    // Two days over the change of the clocks.
    #expect(time == 47 * 3_600_000)
  }

  @Test(arguments: [
    ("deal.n > 10", "not (deal.n > 10)", true), ("deal.n > 10", "deal.n <= 10", true),
    ("deal.n >= 10", "deal.n < 10", true),
    ("deal.n == 10", "deal.n != 10", true), ("not (deal.n == 10)", "deal.n == 10", true),
    ("not deal.open", "deal.open", true),
    ("deal.n > 10", "deal.n <= 11", false), ("deal.n > 10", "deal.n < 10", false),
    ("deal.n > 10", "deal.n > 10", false),
    ("deal.n != 10", "not (deal.n == 10)", false),
  ])
  func `of a condition and its contrary one holds`(_ one: String, _ other: String, _ isContrary: Bool) throws {
    let text = """
      input: { contact: contact, deal: { id: text, n: number, open: boolean } }
      timezone: '"UTC"'
      steps:
        - { email: one, if: "\(one)", purpose: inform, subject: S, body: B. }
        - { await: reply within 1 day }
        - { email: two, if: "\(other)", purpose: inform, subject: S, body: B. }
        - { end: done }

      """
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: nil), text) == isContrary)
  }
}
