import FlowCore

extension Planted {
  private static let limit = Claim.touches(atMost: 3, verb: nil, span: nil)

  /// One touch too many in the run.
  static let tooMany: [Planted] = [
    Planted(
      "four in a row", limit,
      """
      policy: { max-touches: 3 }
      steps: [ E(one), E(two, after: 1 day), E(three, after: 1 day), «E(four, after: 1 day)|N(told)» ]
      """),
    Planted(
      "rounds", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - { repeat: round, times: «4|3», every: 2 days, steps: [ E(one) ] }
      """),
    Planted(
      "one before the rounds", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - E(one)
        - { repeat: round, times: «3|2», every: 2 days, steps: [ E(two) ] }
      """),
    Planted(
      "rounds in rounds", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - repeat: outer
          times: «2|1»
          every: 1 week
          steps:
            - { repeat: inner, times: 2, every: 1 day, steps: [ E(one) ] }
      """),
    Planted(
      "a case leads to two more", limit,
      """
      policy: { max-touches: 3 }
      replies: { interested: ["sounds good"] }
      steps:
        - E(one)
        - { await: reply within 2 days, then: { interested: more, reply: end replied } }
        - E(two)
        - end: done
      paths:
        more: [ E(a, after: 1 day), E(b, after: 1 day), «E(c, after: 1 day)|N(c)», end: done ]
      """),
    Planted(
      "an interruption leads to two more", limit,
      """
      policy: { max-touches: 3 }
      replies: { interested: ["sounds good"] }
      anytime: { interested: book }
      steps: [ E(one), E(two, after: 2 days), { await: reply within 2 days }, end: done ]
      paths:
        book: [ C(a), «C(b, after: 1 day)|N(b)», end: done ]
      """),
    Planted(
      "an event leads to one more", limit,
      """
      policy: { max-touches: 3 }
      events: { deal.moved: {} }
      anytime: { deal.moved: moved }
      steps: [ E(one), E(two, after: 2 days), E(three, after: 1 day), «{ wait: 1 day }|N(told)», end: done ]
      paths: { moved: [ S(note), end: done ] }
      """),
    Planted(
      "a large deal gets more", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - E(one)
        - choose:
            - { when: deal.amount > 5000, then: [ E(a), E(b), «E(c)|N(c)» ] }
            - { otherwise: next }
        - end: done
      """),
    Planted(
      "an overdue call adds two", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - E(one)
        - call: ring
          purpose: request
          by: owner
          within: 1 day
          then: { timeout: [ S(a), «S(b)|N(b)» ] }
        - end: done
      """),
    Planted(
      "nobody answers the phone", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - E(one)
        - call: ring
          purpose: request
          by: owner
          within: 1 day
          then: { no-answer: [ S(a), «E(b)|N(b)» ], timeout: end missed }
        - end: done
      """),
    Planted(
      "a condition on a word", limit,
      """
      policy: { max-touches: 3 }
      steps: [ E(one), E(two), S(three), «S|N»(four, if: deal.size == "large") ]
      """),
    Planted(
      "one arm of an experiment", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - E(one)
        - split: trial
          arms: { short: 90%, long: 10% }
          then: { short: next, long: [ S(a), S(b), «S(c)|N(c)» ] }
        - end: done
      """),
    Planted(
      "an absence sends three texts", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - E(one)
        - { await: reply or out-of-office within 3 days, then: { reply: end replied, out-of-office: away } }
        - end: done
      paths: { away: [ S(a), S(b), «S(c)|N(c)», end: done ] }
      """),
    Planted(
      "nobody acknowledges", limit,
      """
      policy: { max-touches: 3 }
      steps:
        - E(one)
        - escalate: boss
          to: [ owner, owner ]
          say: Look.
          each: 4 hours
          then: { acknowledged: end done, timeout: [ E(a), E(b), «E(c)|N(c)» ] }
        - end: late
      """),
    Planted(
      "emails by themselves", .touches(atMost: 2, verb: "email", span: nil),
      """
      steps: [ E(one), S(two), E(three), C(four), «E|S»(five), end: done ]
      """),
    Planted(
      "a date that is there", limit,
      """
      policy: { max-touches: 3 }
      steps: [ E(one), E(two), S(three), «S|N»(four, if: deal.closed is present) ]
      """),
    Planted(
      "two interruptions", limit,
      """
      policy: { max-touches: 3 }
      replies: { price: ["too expensive"], interested: ["sounds good"] }
      anytime: { price: price, interested: book }
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      paths:
        price: [ E(a), { await: reply within 2 days }, end: lost ]
        book: [ C(b), «S(c)|N(c)», end: done ]
      """),
  ]

  /// Too many in a span of days.
  static let tooSoon: [Planted] = [
    Planted(
      "three in seven days", .touches(atMost: 2, verb: nil, span: .days(7)),
      """
      steps: [ E(one), E(two, at: day 2), E(three, at: day «6|7») ]
      """),
    Planted(
      "every two days", .touches(atMost: 3, verb: nil, span: .days(7)),
      """
      steps:
        - { repeat: round, times: 5, every: «2 days|3 days», steps: [ E(one) ] }
      """),
    Planted(
      "the gap is lifted", .touches(atMost: 1, verb: nil, span: .days(1)),
      """
      policy: { gap: 1 day }
      steps: [ E(one), S(two«, gap: none|») ]
      """),
    Planted(
      "24 hours are no day", .touches(atMost: 1, verb: nil, span: .days(1)),
      """
      steps: [ E(one), E(two, after: «24 hours|1 day») ]
      """),
    Planted(
      "a weekend brings them together", .touches(atMost: 1, verb: nil, span: .days(1)),
      """
      policy: { window: "mon-fri 09:00-17:00"«|, gap: 1 day» }
      steps: [ E(one, at: day 1), E(two, at: day 2), E(three, at: day 3) ]
      """),
    Planted(
      "a holiday brings them together", .touches(atMost: 1, verb: nil, span: .days(1)),
      """
      policy: { window: "daily 08:00-20:00", holidays: [2026-12-25]«|, gap: 1 day» }
      steps: [ E(one, at: day 1 at 12:00), E(two, at: day 2 at 12:00), E(three, at: day 3 at 12:00) ]
      """),
    Planted(
      "a date of the deal", .touches(atMost: 1, verb: nil, span: .days(1)),
      """
      policy: { gap: «1 hour|1 day» }
      steps: [ E(one, at: day 2), E(two, at: deal.due - 3 days, if-past: now) ]
      """),
    Planted(
      "emails in three days", .touches(atMost: 1, verb: "email", span: .days(3)),
      """
      steps: [ E(one), S(two, at: day 1), E(three, at: day «2|3») ]
      """),
    Planted(
      "whoever answers is called at once", .touches(atMost: 1, verb: nil, span: .days(1)),
      """
      policy: { gap: 1 day }
      replies: { interested: ["sounds good"] }
      steps:
        - E(one)
        - { await: reply within 2 days, then: { interested: book, reply: end replied } }
        - end: done
      paths: { book: [ C(ring«|, after: 1 day»), end: done ] }
      """),
    Planted(
      "February is short", .touches(atMost: 1, verb: nil, span: .days(30)),
      """
      steps:
        - { repeat: round, times: 4, every: «1 month|30 days», steps: [ E(one) ] }
      """),
    Planted(
      "four business days are not seven", .touches(atMost: 1, verb: nil, span: .days(7)),
      """
      steps:
        - { repeat: round, times: 3, every: «4 business days|6 business days», steps: [ E(one) ] }
      """),
    Planted(
      "just before nine", .touches(atMost: 1, verb: nil, span: .hours(2)),
      """
      steps: [ E(one), E(two, «at: "09:00"|after: 2 hours») ]
      """),
    Planted(
      "a text after the voicemail", .touches(atMost: 1, verb: nil, span: .days(1)),
      """
      steps:
        - call: ring
          purpose: request
          by: owner
          within: 1 day
          then: { voicemail: [ S(a«|, after: 1 day») ], timeout: end missed }
        - end: done
      """),
  ]
}
