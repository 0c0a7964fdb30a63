import FlowCore
import FlowTime

extension Planted {
  /// Silences that end nowhere.
  static let silent: [Planted] = [
    Planted(
      "the steps run out", .silence(reaches: []),
      """
      steps: [ E(one), { await: reply within 2 days }, «N(told)|end: no-response» ]
      """),
    Planted(
      "another end", .silence(reaches: [.end("no-response")]),
      """
      steps: [ E(one), { await: reply within 2 days }, end: «quiet|no-response» ]
      """),
    Planted(
      "a branch that runs out", .silence(reaches: []),
      """
      steps:
        - E(one)
        - choose:
            - { when: deal.amount > 900, then: [ «N(told)|X(boss)» ] }
            - { otherwise: end small }
      """),
    Planted(
      "an overdue call goes nowhere", .silence(reaches: []),
      """
      steps:
        - call: ring
          purpose: request
          by: owner
          within: 1 day
          then: { connected: end done, timeout: «next|end missed» }
        - N(told)
      """),
    Planted(
      "a touch too many ends it", .silence(reaches: [.end("done")]),
      """
      policy: { max-touches: «1|2» }
      steps: [ E(one), E(two), end: done ]
      """),
    Planted(
      "the boss is told of large deals only",
      text: """
        steps: [ E(one), { await: reply within 2 days }, X(boss«, if: deal.amount > 1000|»), end: done ]
        """
    ) { .silence(reaches: [.step(try $0.step("boss"))]) },
    Planted(
      "a date that has passed", .silence(reaches: [.end("done")]),
      """
      steps: [ E(one, at: deal.due, if-past: «end stale|now»), end: done ]
      """),
    Planted(
      "closed on a holiday", .silence(reaches: [.end("done")]),
      """
      policy: { window: "daily 00:00-24:00", holidays: [2026-12-25] }
      steps: [ E(one, at: day 1, closed: «end shut|skip»), end: done ]
      """),
    Planted(
      "rounds that stop", .silence(reaches: [.end("tired")]),
      """
      steps:
        - { repeat: round, times: 2, every: 1 day, steps: [ E(one) ] }
        - choose:
            - { when: deal.amount > 3, then: end «lost|tired» }
            - { otherwise: end tired }
      """),
  ]

  /// Tasks of which nobody learns that they were not done.
  static let unseen: [Planted] = [
    Planted(
      "nobody is told",
      text: """
        steps:
          - { task: check, by: owner, say: Do., within: 1 day, then: { timeout: [ «{ wait: 1 day }|X(boss)» ] } }
          - end: done
        """
    ) { .overseen(step: try $0.step("check")) },
    Planted(
      "an overdue call just ends",
      text: """
        steps:
          - call: ring
            purpose: request
            by: owner
            within: 1 day
            then: { timeout: [ «S(sorry)|X(boss)», end: missed ] }
          - end: done
        """
    ) { .overseen(step: try $0.step("ring")) },
    Planted(
      "in an interruption",
      text: """
        replies: { interested: ["sounds good"] }
        anytime: { interested: book }
        steps: [ E(one), { await: reply within 2 days }, X(boss), end: done ]
        paths:
          book:
            - call: ring
              purpose: request
              by: owner
              within: 4 hours
              then: { connected: end engaged, timeout: [ «{ wait: 1 hour }|X(late)» ] }
            - end: unreached
        """
    ) { .overseen(step: try $0.step("ring")) },
    Planted(
      "the boss hears of no task of a small deal",
      text: """
        steps:
          - { task: check, by: owner, say: Do., within: 1 day, then: { timeout: [ X(boss«, if: deal.amount > 1000|») ] } }
          - end: done
        """
    ) { .overseen(step: try $0.step("check")) },
    Planted(
      "in one branch only",
      text: """
        steps:
          - T(check, within: 1 day, then: { timeout: next })
          - choose:
              - { when: deal.size == "large", then: [ X(boss) ] }
              - { otherwise: «end done|next» }
          - X(all)
        """
    ) { .overseen(step: try $0.step("check")) },
    Planted(
      "whoever did not do it is asked again",
      text: """
        steps:
          - T(check, within: 1 day, then: { timeout: next })
          - T(again, within: 1 day, then: { timeout: next })
          - «{ wait: 1 day }|X(boss)»
          - end: done
        """
    ) { .overseen(step: try $0.step("again")) },
    Planted(
      "in the last round",
      text: """
        steps:
          - repeat: round
            times: 2
            every: 3 days
            steps: [ «X(boss), T(check, within: 1 day, then: { timeout: next })|T(check, within: 1 day, then: { timeout: next }), X(boss)» ]
          - end: done
        """
    ) { .overseen(step: try $0.step("check")) },
  ]

  /// A after B, and B without A.
  static let disordered: [Planted] = [
    Planted(
      "written to after a no", .never(.touch, after: .reply("declined")),
      """
      replies: { declined: ["no thanks"] }
      steps:
        - E(one)
        - { await: reply within 2 days, then: { declined: «next|end lost», reply: end replied } }
        - E(two)
      """),
    Planted(
      "a word of thanks after a no", .never(.touch, after: .reply("declined")),
      """
      replies: { declined: ["no thanks"] }
      anytime: { declined: thanks }
      steps: [ E(one), { await: reply within 2 days }, E(two), end: done ]
      paths: { thanks: [ «E(bye)|N(bye)», end: lost ] }
      """),
    Planted(
      "the no is held, then forgotten", .never(.verb("email"), after: .reply("later")),
      """
      replies: { later: ["not now"] }
      anytime: { later: «hold 5 days|end later» }
      steps: [ E(one), E(two, at: day 3), end: done ]
      """),
    Planted(
      "called after the deal is closed", .never(.verb("call"), after: .event("deal.moved")),
      """
      events: { deal.moved: {} }
      «anytime: { deal.moved: [ N(look) ] }|anytime: { deal.moved: end moved }»
      steps: [ E(one), C(ring, at: day 3), end: done ]
      """),
    Planted(
      "told twice", .never(.verb("notify"), after: .escalation),
      """
      steps: [ E(one), X(boss), «N(told)|E(told)», end: done ]
      """),
    Planted(
      "a text after an escalation", .never(.verb("sms"), after: .escalation),
      """
      steps:
        - call: ring
          purpose: request
          by: owner
          within: 1 day
          then: { timeout: [ X(boss) ] }
        - «S|E»(two)
        - end: done
      """),
    Planted(
      "an email once it was opened", .never(.verb("email"), after: .event("opened")),
      """
      steps:
        - E(one)
        - { await: reply or opened within 2 days, then: { opened: «next|end read», reply: end replied } }
        - E(two)
      """),
    Planted(
      "an interruption of an interruption", .never(.verb("call"), after: .reply("price")),
      """
      replies: { price: ["too expensive"], interested: ["sounds good"] }
      anytime: { price: price, interested: book }
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      paths:
        price: [ E(a), «{ await: reply within 2 days }|N(b)», end: lost ]
        book: [ C(ring), end: done ]
      """),
    Planted(
      "lost without a call", .always(.verb("call"), before: .end("lost")),
      """
      replies: { declined: ["no thanks"] }
      anytime: { declined: end «lost|declined» }
      steps: [ E(one), { await: reply within 2 days }, C(ring), end: lost ]
      """),
    Planted(
      "unreached and nobody knows", .always(.escalation, before: .end("unreached")),
      """
      steps:
        - call: ring
          purpose: request
          by: owner
          within: 1 day
          then: { no-answer: end «unreached|silent», connected: end done, voicemail: end left, wrong-number: end wrong, timeout: [ X(boss) ] }
        - end: unreached
      """),
    Planted(
      "done without a word", .always(.verb("task"), before: .end("done")),
      """
      steps:
        - choose:
            - { when: deal.size == "small", then: «end done|end small» }
            - { otherwise: next }
        - T(one)
        - end: done
      """),
    Planted(
      "the second before the first",
      text: """
        steps: [ T(one«, if: deal.amount < 20|»), S(two, after: 1 day), end: done ]
        """
    ) { .always(.step(try $0.step("one")), before: .step(try $0.step("two"))) },
    Planted(
      "won without an answer", .always(.reply("interested"), before: .end("won")),
      """
      replies: { interested: ["sounds good"] }
      steps:
        - E(one)
        - { await: reply within 2 days, then: { interested: end won, reply: end «won|replied» } }
        - end: lost
      """),
    Planted(
      "the date has passed, so the first is left out",
      text: """
        steps: [ T(one, at: deal.due - 10 days, if-past: «skip|now»), S(two, after: 1 day), end: done ]
        """
    ) { .always(.step(try $0.step("one")), before: .step(try $0.step("two"))) },
  ]

  /// X not within T of Y.
  static let overdue: [Planted] = [
    Planted(
      "called too late", .follows(.verb("call"), within: .days(1), of: .reply("interested")),
      """
      replies: { interested: ["sounds good"] }
      anytime: { interested: book, out-of-office: end away }
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      paths: { book: [ C(ring, after: «2 days|1 day»), end: done ] }
      """),
    Planted(
      "a weekend lies between", .follows(.verb("call"), within: .days(2), of: .reply("interested")),
      """
      policy: { window: "«mon-fri|daily» 09:00-17:00" }
      replies: { interested: ["sounds good"] }
      anytime: { interested: book, out-of-office: end away }
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      paths: { book: [ C(ring), end: done ] }
      """),
    Planted(
      "the boss hears too late",
      text: """
        anytime: { out-of-office: end away }
        steps:
          - { task: check, by: owner, say: Do., within: «2 days|1 day», then: { timeout: [ X(boss) ] } }
          - end: done
        """
    ) { .follows(.escalation, within: .days(1), of: .step(try $0.step("check"))) },
    Planted(
      "the run lingers after a no", .follows(.end(nil), within: .days(1), of: .reply("declined")),
      """
      replies: { declined: ["no thanks"] }
      anytime: { declined: «[ N(told) ]|end lost», out-of-office: end away }
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      """),
    Planted(
      "an absence makes it last", .follows(.end(nil), within: .days(10), of: .started),
      """
      «|anytime: { out-of-office: end away }»
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      """),
    Planted(
      "a no for now makes it last", .follows(.end(nil), within: .days(10), of: .started),
      """
      replies: { later: ["not now"] }
      anytime: { out-of-office: end away, later: «hold 10 days|end later» }
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      """),
    Planted(
      "an event is waited for", .follows(.end(nil), within: .days(10), of: .started),
      """
      events: { deal.moved: {}, deal.back: {} }
      anytime: { out-of-office: end away, deal.moved: "hold until deal.back, or «20 days|2 days»" }
      steps: [ E(one), { await: reply within 5 days }, end: done ]
      """),
    Planted(
      "the second email is late", .follows(.verb("email"), within: .days(3), of: .verb("sms")),
      """
      anytime: { out-of-office: end away }
      steps: [ S(one), E(two, after: «5 days|3 days»), end: done ]
      """),
    Planted(
      "the phone rings late at night", .follows(.verb("call"), within: .hours(10), of: .event("deal.moved")),
      """
      policy: { window: "daily 09:00-«17:00|24:00»" }
      events: { deal.moved: {} }
      anytime: { deal.moved: ring, out-of-office: end away }
      steps: [ { wait: 5 days }, end: done ]
      paths: { ring: [ C(ring), end: done ] }
      """),
  ]

  /// Written to after a bounce.
  static let bounced: [Planted] = [
    Planted(
      "somebody is told, and it goes on", .stops,
      """
      anytime: { bounce: [ N(told)«|, end: bounced» ] }
      steps: [ E(one), E(two, at: day 3), end: done ]
      """),
    Planted(
      "the await goes on", .stops,
      """
      steps:
        - E(one)
        - { await: reply or bounce within 2 days, then: { bounce: «next|end bounced», reply: end replied } }
        - E(two)
        - end: done
      """),
    Planted(
      "where it leads is behind the run", .stops,
      """
      anytime: { bounce: repair }
      steps: [ E(one), { await: reply within 2 days }, end: done ]
      paths: { repair: [ «E|N»(again), { await: reply within 2 days }, «S|N»(text), end: done ] }
      """),
    Planted(
      "a hold is no answer to a bounce", .stops,
      """
      anytime: { bounce: «hold 3 days|end bounced» }
      steps: [ E(one), E(two, at: day 3), end: done ]
      """),
    Planted(
      "the next round goes out", .stops,
      """
      anytime: { bounce: «[ T(repair) ]|[ T(repair), end: bounced ]» }
      steps:
        - { repeat: round, times: 3, every: 2 days, steps: [ E(one) ] }
        - end: done
      """),
  ]
}
