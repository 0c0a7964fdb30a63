import FlowCore
import FlowTime

extension Planted {
  /// Two touches too close to each other.
  static let tooClose: [Planted] = [
    Planted(
      "twenty hours", .apart(.days(1)),
      """
      steps: [ E(one), E(two, after: «20 hours|1 day») ]
      """),
    Planted(
      "a gap of half a day", .apart(.days(1)),
      """
      policy: { gap: «12 hours|1 day» }
      steps: [ E(one), E(two), E(three) ]
      """),
    Planted(
      "24 hours in Berlin", .apart(.days(1)),
      """
      timezone: "Europe/Berlin"
      steps: [ E(one), E(two, after: «24 hours|1 day») ]
      """),
    Planted(
      "24 hours in New York", .apart(.days(1)),
      """
      timezone: "America/New_York"
      steps: [ E(one, at: day 3), E(two, after: «24 hours|1 day») ]
      """),
    Planted(
      "24 hours on Lord Howe", .apart(.days(1)),
      """
      timezone: "Australia/Lord_Howe"
      steps: [ E(one), E(two, after: «24 hours|25 hours») ]
      """),
    Planted(
      "24 hours in Casablanca", .apart(.days(1)),
      """
      timezone: "Africa/Casablanca"
      steps: [ E(one, at: day 1), E(two, after: «24 hours|1 day») ]
      """),
    Planted(
      "24 hours in Vancouver", .apart(.days(1)),
      """
      timezone: "America/Vancouver"
      steps: [ E(one, at: day 2), E(two, after: «24 hours|1 day») ]
      """),
    Planted(
      "the same day twice", .apart(.days(1)),
      """
      policy: { gap: «1 hour|1 day» }
      steps: [ E(one, at: day 1), E(two, at: day 1) ]
      """),
    Planted(
      "an hour earlier the next day", .apart(.days(1)),
      """
      policy: { window: "daily 08:00-20:00"«|, gap: 1 day» }
      steps: [ E(one, at: day 2 at 09:00), E(two, at: day 3 at 08:00) ]
      """),
    Planted(
      "rounds of twelve hours", .apart(.days(1)),
      """
      steps:
        - { repeat: round, times: 3, every: «12 hours|1 day», steps: [ E(one) ] }
      """),
    Planted(
      "Saturday is put off to Monday", .apart(.days(2)),
      """
      policy: { window: "mon-fri 09:00-17:00"«|, gap: 2 days» }
      steps: [ E(one), E(two, at: day 2) ]
      """),
    Planted(
      "Christmas is put off to the day after", .apart(.days(1)),
      """
      policy: { window: "daily 09:00-17:00", holidays: [2026-12-25, 2026-12-26]«|, gap: 1 day» }
      steps: [ E(one, at: day 1 at 10:00), E(two, at: day 2 at 10:00) ]
      """),
    Planted(
      "a hold of hours moves one and not the next", .apart(.days(1)),
      """
      events: { deal.moved: {} }
      policy: { gap: «1 hour|1 day» }
      anytime: { deal.moved: hold 5 hours }
      steps: [ E(one, at: day 1), E(two, at: day 2) ]
      """),
    Planted(
      "nobody answers, so a text goes out", .apart(.days(1)),
      """
      steps:
        - call: ring
          purpose: request
          by: owner
          within: 2 days
          then: { no-answer: [ S(a, after: «1 hour|1 day») ], timeout: end missed }
        - end: done
      """),
    Planted(
      "the date of the deal and day sixteen", .apart(.days(1)),
      """
      policy: { gap: «1 hour|1 day» }
      steps: [ E(one, at: deal.due at 09:00, if-past: skip), E(two, at: day 16) ]
      """),
    Planted(
      "an event cuts a wait short", .apart(.days(2)),
      """
      events: { deal.moved: {} }
      steps:
        - E(one)
        - { await: deal.moved within 3 days, then: { deal.moved: next, timeout: next } }
        - E(two«|, after: 2 days»)
      """),
    Planted(
      "a night is an hour shorter", .apart(.hours(20)),
      """
      policy: { window: "daily 09:00-13:00"«|, gap: 20 hours» }
      steps: [ E(one), E(two, after: 16 hours) ]
      """),
    Planted(
      "an interruption is early", .apart(.days(1)),
      """
      events: { deal.moved: {} }
      anytime: { deal.moved: moved }
      steps: [ E(one), { wait: 3 days }, end: done ]
      paths: { moved: [ S(note«|, after: 1 day»), end: done ] }
      """),
  ]

  /// Runs that last too long.
  static let tooLong: [Planted] = [
    Planted(
      "one await", .ends(within: .days(10)),
      """
      steps: [ E(one), { await: reply within «11 days|9 days» }, end: done ]
      """),
    Planted(
      "business days", .ends(within: .days(10)),
      """
      steps: [ E(one), { await: reply within «9 business days|5 business days» }, end: done ]
      """),
    Planted(
      "six weeks of rounds", .ends(within: .days(30)),
      """
      steps:
        - { repeat: round, times: «6|5», every: 1 week, steps: [ E(one) ] }
        - { wait: 1 day }
      """),
    Planted(
      "Christmas", .ends(within: .days(9)),
      """
      policy: { window: "mon-fri 09:00-17:00", holidays: «[2026-12-24, 2026-12-25, 2026-12-31, 2027-01-01]|[]» }
      steps: [ E(one), { await: reply within 4 business days }, end: done ]
      """),
    Planted(
      "a weekend", .ends(within: .days(3)),
      """
      policy: { window: "«mon-fri|daily» 09:00-17:00" }
      steps: [ E(one), { await: reply within 1 day }, end: done ]
      """),
    Planted(
      "an overdue call", .ends(within: .days(5)),
      """
      steps:
        - E(one)
        - call: ring
          purpose: request
          by: owner
          within: 2 days
          then: { timeout: [ { wait: «4 days|2 days» } ] }
        - end: done
      """),
    Planted(
      "a late answer", .ends(within: .days(10)),
      """
      replies: { interested: ["sounds good"] }
      anytime: { interested: book }
      steps: [ E(one), { await: reply within 6 days }, end: done ]
      paths: { book: [ C(ring), { wait: «5 days|3 days» }, end: booked ] }
      """),
    Planted(
      "a month", .ends(within: .days(30)),
      """
      steps: [ E(one), { wait: «1 month|30 days» }, end: done ]
      """),
    Planted(
      "a date far away", .ends(within: .days(60)),
      """
      steps: [ E(one), { await: reply «until deal.due|within 20 days»«, if-past: skip|» }, end: done ]
      """),
    Planted(
      "48 hours are no two days", .ends(within: .days(2)),
      """
      steps: [ E(one), { wait: «48 hours|2 days» }, end: done ]
      """),
    Planted(
      "two days are no 48 hours", .ends(within: .hours(48)),
      """
      steps: [ E(one), { wait: «2 days|48 hours» }, end: done ]
      """),
    Planted(
      "three who do not answer", .ends(within: .days(7)),
      """
      steps:
        - escalate: boss
          to: [ owner, owner, owner ]
          say: Look.
          each: «3 days|2 days»
          then: { acknowledged: end done, timeout: next }
        - end: late
      """),
    Planted(
      "a small deal waits longer", .ends(within: .days(10)),
      """
      steps:
        - E(one)
        - choose:
            - { when: deal.amount < 50, then: [ { wait: «12 days|8 days» } ] }
            - { otherwise: next }
        - end: done
      """),
    Planted(
      "a Saturday only", .ends(within: .days(7)),
      """
      policy: { window: "«sat 10:00-12:00|daily 10:00-12:00»" }
      steps: [ E(one), { wait: 2 days }, end: done ]
      """),
  ]

  /// First touches that are late.
  static let tooLate: [Planted] = [
    Planted(
      "day four", .firstTouch(within: .days(3)),
      """
      steps: [ E(one, at: day «4|2»), end: done ]
      """),
    Planted(
      "five days over a weekend", .firstTouch(within: .businessDays(3)),
      """
      policy: { window: "mon-fri 09:00-17:00" }
      steps: [ E(one, at: day «5|1»), end: done ]
      """),
    Planted(
      "Easter", .firstTouch(within: .days(3)),
      """
      policy: { window: "mon-fri 09:00-17:00", holidays: «[2026-04-03, 2026-04-06]|[]» }
      steps: [ E(one), end: done ]
      """),
    Planted(
      "large deals first", .firstTouch(within: .days(3)),
      """
      steps: [ E(one«, if: deal.amount > 700|»), E(two, at: day 10), end: done ]
      """),
    Planted(
      "before a date", .firstTouch(within: .days(3)),
      """
      steps: [ E(one, at: «deal.due - 2 days, if-past: now|day 1»), end: done ]
      """),
    Planted(
      "Mondays", .firstTouch(within: .days(3)),
      """
      steps: [ E(one, at: "«mon 09:00|09:00»"), end: done ]
      """),
    Planted(
      "an event that does not come", .firstTouch(within: .days(3)),
      """
      events: { deal.moved: {} }
      steps:
        - { await: deal.moved within «5 days|2 days», then: { deal.moved: next, timeout: next } }
        - E(one)
      """),
    Planted(
      "where there is a date", .firstTouch(within: .days(3)),
      """
      steps:
        - choose:
            - { when: deal.closed is present, then: [ { wait: «5 days|1 day» } ] }
            - { otherwise: next }
        - E(one)
      """),
    Planted(
      "three business days", .firstTouch(within: .days(4)),
      """
      steps: [ E(one, after: «3 business days|1 business day»), end: done ]
      """),
    Planted(
      "a task first", .firstTouch(within: .days(3)),
      """
      steps:
        - T(prepare, within: «4 days|1 day», then: { timeout: next })
        - E(one)
      """),
    Planted(
      "an arm that waits", .firstTouch(within: .days(3)),
      """
      steps:
        - split: trial
          arms: { now: 80%, later: 20% }
          then: { now: next, later: [ { wait: «5 days|2 days» } ] }
        - E(one)
      """),
    Planted(
      "the other side of the world", .firstTouch(within: .hours(12)),
      """
      policy: { window: "daily 09:00-«17:00|24:00»" }
      timezone: contact.timezone ?? "Europe/Berlin"
      steps: [ E(one), end: done ]
      """),
  ]
}
