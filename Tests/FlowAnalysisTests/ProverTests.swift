import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What is proved of small workflows whose latest and closest instants can be reckoned by hand. The instants
/// around changes of the clock are those of Python's zoneinfo.
struct ProverTests {
  private func bound(_ claim: Claim, _ text: String) throws -> Bound? {
    guard case .proved(let bound, _) = try verdict(on: claim, text) else { return nil }
    return bound
  }

  private func email(_ name: String) -> String { "{ email: \(name), purpose: inform, subject: S, body: B. }" }

  // MARK: How much

  @Test(arguments: [200, 255, 256, 300, 1000])
  func `what comes after however many rounds is not taken to never come`(rounds: Int) throws {
    let text = """
      timezone: '"UTC"'
      steps:
        - { repeat: again, times: \(rounds), every: 1 day, steps: [{ escalate: tell, to: owner, say: S. }] }
        - \(email("late"))
        - { end: done }

      """
    #expect(try !isProved(.touches(atMost: 0, verb: nil, span: nil), text))
    #expect(try !isProved(.never(.touch, after: .escalation), text))
  }

  // MARK: How long

  @Test func `an end that the calendar names is proved to the day, and no day less`() throws {
    let text = "timezone: '\"Europe/Berlin\"'\nsteps: [{ wait: 3 days }, { end: done }]\n"
    #expect(try isProved(.ends(within: .days(3)), text))
    #expect(try !isProved(.ends(within: .days(2)), text))
  }

  @Test func `holidays that lie further apart than they are followed leave a claim open`() throws {
    func text(_ holidays: String) -> String {
      "policy: { holidays: \(holidays) }\ntimezone: '\"UTC\"'\nsteps: [{ wait: 1 business day }, { end: done }]\n"
    }
    // From a Friday before a weekend and a Monday off to Tuesday.
    #expect(try isProved(.ends(within: .days(4)), text("[2026-06-01, 2060-01-01]")))
    for far in ["[2026-06-01, 2070-01-01]", "[0026-06-01, 2026-06-01]", "[0001-01-01, 9999-12-31]"] {
      guard case .undecided(let because, _) = try verdict(on: .ends(within: .days(4)), text(far)) else {
        Issue.record("\(far) is decided")
        continue
      }
      #expect(because == "the first and the last of its holidays lie more than 40 years apart")
    }
    for edge in ["[0001-01-01]", "[9999-12-31]"] { #expect(try isProved(.ends(within: .days(4)), text(edge))) }
  }

  @Test func `hours that elapse are no days of the calendar where clocks are changed`() throws {
    // 24 hours from 2026-03-28 12:00 end at 13:00 the next day in Berlin.
    func text(_ zone: String) -> String {
      "timezone: '\"\(zone)\"'\nsteps: [{ wait: 24 hours }, { end: done }]\n"
    }
    #expect(try !isProved(.ends(within: .days(1)), text("Europe/Berlin")))
    #expect(try !isProved(.ends(within: .days(1)), text("Africa/Casablanca")))
    #expect(try isProved(.ends(within: .days(1)), text("UTC")))
  }

  @Test(arguments: [
    ("Europe/Berlin", 25, true), ("America/New_York", 25, true), ("America/Vancouver", 25, true),
    ("Africa/Casablanca", 25, true), ("Europe/Berlin", 24, false), ("America/New_York", 24, false),
  ])
  func `two touches so many hours apart are a day apart on every day`(zone: String, hours: Int, isApart: Bool)
    throws
  {
    let text = """
      timezone: '"\(zone)"'
      steps: [\(email("one")), { wait: \(hours) hours }, \(email("two")), { end: done }]

      """
    #expect(try isProved(.apart(.days(1)), text) == isApart)
  }

  @Test func `half an hour is what Lord Howe's clocks jump by`() throws {
    func text(_ minutes: Int) -> String {
      """
      timezone: '"Australia/Lord_Howe"'
      steps: [\(email("one")), { wait: \(minutes) minutes }, \(email("two")), { end: done }]

      """
    }
    #expect(try isProved(.apart(.days(1)), text(24 * 60 + 30)))
    #expect(try !isProved(.apart(.days(1)), text(24 * 60 + 29)))
  }

  @Test func `half an hour after an instant is no earlier date, whatever the clocks do`() throws {
    func text(_ day: Int) -> String {
      """
      input: { contact: contact, deal: { id: text } }
      timezone: contact.timezone ?? "Europe/Berlin"
      policy: { gap: 1 day }
      steps:
        - { email: one, at: day 29 at 10:00, purpose: inform, subject: S, body: B. }
        - { email: two, at: day 30 at 10:00, purpose: inform, subject: S, body: B. }
        - { wait: 30 minutes }
        - choose: [{ when: run.day < \(day), then: [\(email("three"))] }]
        - { end: done }

      """
    }
    // It goes on at 10:30 on day 30 or later, by whatever gap and clock.
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: nil), text(30)))
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: nil), text(31)))
  }

  @Test func `a hold that waits for its event moves two days by as much`() throws {
    let text = """
      events: { case.opened: {}, case.closed: {} }
      timezone: contact.timezone ?? "Europe/Berlin"
      anytime:
        case.opened: "hold until case.closed + 2 days, or 20 days"
      steps:
        - { email: one, at: day 3 at 10:00, purpose: inform, subject: S, body: B. }
        - { email: two, at: day 30 at 10:00, purpose: inform, subject: S, body: B. }
        - { end: done }

      """
    // However far the one has been moved, to 23:59 of its date at the latest, the other is due 27 dates later.
    #expect(try isProved(.apart(.days(24)), text))
    #expect(try !isProved(.apart(.days(27)), text))
  }

  @Test func `time held is left out of an end and of nothing else`() throws {
    let text = """
      timezone: '"Europe/Berlin"'
      anytime:
        reply: "hold 10 days"
      steps: [{ await: reply within 2 days }, { end: quiet }]

      """
    #expect(try isProved(.ends(within: .days(3)), text))
    #expect(try !isProved(.ends(within: .days(1)), text))
    #expect(try !isProved(.follows(.end(nil), within: .days(5), of: .started), text))
  }

  // MARK: The calendar

  private let easter = """
    timezone: contact.timezone ?? "Europe/Berlin"
    policy: { window: "mon-fri 09:00-17:00", business: mon-fri, holidays: [2026-04-03, 2026-04-06] }

    """

  @Test func `Easter is the longest that a window stays closed`() throws {
    // From Thursday 2 April 17:00 to Tuesday 7 April 09:00 are 4 days 16 hours.
    let text = easter + "steps: [\(email("one")), { end: done }]\n"
    #expect(try isProved(.firstTouch(within: .days(5)), text))
    #expect(try !isProved(.firstTouch(within: .days(4)), text))
  }

  @Test func `business days are counted over Easter as they fall`() throws {
    // Two days after Saturday 4 April 03:00 are Monday, a holiday; Tuesday 09:00 it goes out, and the second
    // business day after that Saturday is Wednesday the 8th. From Wednesday the 1st the window closes on
    // Friday, the third business day is Wednesday. One business day is passed by a start on a Saturday at
    // 03:00: Monday 03:00.
    let text =
      easter + "steps: [{ email: one, at: day 2, purpose: inform, subject: S, body: B. }, { end: done }]\n"
    #expect(try isProved(.firstTouch(within: .businessDays(3)), text))
    #expect(try !isProved(.firstTouch(within: .businessDays(1)), text))
  }

  @Test func `a window of eight hours a day is closed for sixteen, and a change of the clocks`() throws {
    // The most that any clock is changed by is three hours: Antarctica/Casey on 14 March 2021, 00:00, from +11 to +8.
    func text(_ zone: String, _ window: String) -> String {
      "timezone: \(zone)\npolicy: { window: \"\(window)\" }\nsteps: [\(email("one")), { end: done }]\n"
    }
    for zone in ["'\"UTC\"'", "'\"Europe/Berlin\"'", "contact.timezone ?? \"Europe/Berlin\""] {
      let daily = text(zone, "daily 09:00-17:00")
      #expect(try isProved(.firstTouch(within: .hours(19)), daily))
      #expect(try !isProved(.firstTouch(within: .hours(18)), daily))
      // The longer of the two parts that are closed is fifteen hours, from 18:00 to 09:00.
      let parts = text(zone, "daily 09:00-12:00, daily 14:00-18:00")
      #expect(try isProved(.firstTouch(within: .hours(18)), parts))
      #expect(try !isProved(.firstTouch(within: .hours(17)), parts))
    }
  }

  // MARK: At once

  private func alarm(_ answer: String, _ more: String = "") -> String {
    """
    timezone: '"Europe/Berlin"'
    policy: { window: mon-fri 07:30-15:30, gap: 1 hour }
    replies: { lost: [lost] }
    steps: [\(email("one")), { await: reply within 30 minutes\(answer) }, { end: none }]
    paths: { alarm: [\(more){ escalate: tell, to: owner, say: S. }, { end: alarm }] }

    """
  }

  @Test func `what follows an answer at once follows within any time, whatever the clocks do`() throws {
    let follows = Claim.follows(.escalation, within: .minutes(30), of: .reply("lost"))
    for text in [
      alarm(", then: { lost: alarm }"), "anytime: { lost: alarm }\n" + alarm(""),
      "anytime: { lost: [{ escalate: shout, to: owner, say: S. }, { go: alarm }] }\n" + alarm(""),
    ] {
      #expect(try bound(follows, text) == .time(0))
      #expect(try leftOut(follows, text) == [])
    }
    // Half an hour of waiting is half an hour, where nothing holds it; a touch waits for its window.
    let present = "anytime: { out-of-office: end away }\n"
    let waiting = present + alarm(", then: { lost: alarm }", "{ wait: 30 minutes }, ")
    #expect(try bound(follows, waiting) == .time(1_800_000))
    #expect(try !isProved(.follows(.escalation, within: .minutes(29), of: .reply("lost")), waiting))
    #expect(try !isProved(follows, present + alarm(", then: { lost: alarm }", email("two") + ", ")))
  }

  // MARK: What is left out

  private func leftOut(_ claim: Claim, _ text: String, caps: Caps? = nil) throws -> [Proof.LeftOut] {
    let graph = try #require(Draft().compile(text).workflows.first { $0.file == "test.yaml" }?.graph)
    let prover = Prover(graph: graph, zones: Draft.zones, caps: caps)
    let proof = try #require(prover.prove([Claimed(claim, span: .file("test.yaml"))]).first)
    guard case .proved = proof.verdict else {
      Issue.record("\(claim) is not proved")
      return []
    }
    return proof.leftOut
  }

  @Test func `time held is said to be left out where the language holds, too, and not where nothing does`() throws {
    let steps = "timezone: '\"UTC\"'\nsteps: [\(email("one")), { await: reply within 2 days }, { end: none }]\n"
    for claim in [Claim.ends(within: nil), .ends(within: .days(3))] {
      #expect(try leftOut(claim, steps) == [.timeHeld])
      #expect(try leftOut(claim, "anytime: { out-of-office: end away }\n" + steps) == [])
      #expect(try leftOut(claim, "anytime: { out-of-office: hold 2 days }\n" + steps) == [.timeHeld])
    }
    #expect(try leftOut(.firstTouch(within: .days(1)), steps) == [])
  }

  @Test func `touches of the contact's other runs are said to be left out where they put a touch off`() throws {
    let steps = """
      timezone: '"UTC"'
      anytime: { out-of-office: end away }
      steps: [\(email("one")), { email: two, at: day 4, purpose: inform, subject: S, body: B. }, { end: none }]

      """
    let gap = "policy: { gap: 1 day }\n" + steps
    for claim in [Claim.firstTouch(within: .days(1)), .ends(within: .days(5)), .apart(.days(3))] {
      #expect(try leftOut(claim, steps) == [])
      #expect(try leftOut(claim, gap) == [.otherRuns])
    }
    // The engine sees to these, whatever else the contact gets.
    #expect(try leftOut(.apart(.days(1)), gap) == [])
    #expect(try leftOut(.touches(atMost: 2, verb: nil, span: .days(9)), gap) == [])
    #expect(try leftOut(.firstTouch(within: .days(1)), steps, caps: Caps(gap: .days(1))) == [.otherRuns])
    let each = """
      trigger: { event: a.b, key: item.id, each: item in all, contact: item.who }
      input: { owner: person, all: [{ id: text, who: contact }] }

      """
    #expect(try leftOut(.firstTouch(within: .days(1)), each + gap) == [.otherItems, .otherRuns])
  }

  // MARK: How many, how close

  @Test func `the most touches of any way are counted`() throws {
    let text = """
      steps:
        - \(email("one"))
        - choose: [{ when: contact.email is present, then: [\(email("two")), \(email("three"))] }]
        - \(email("four"))
        - end: done

      """
    #expect(try bound(.touches(atMost: 4, verb: nil, span: nil), text) == .count(4))
    #expect(try !isProved(.touches(atMost: 3, verb: nil, span: nil), text))
  }

  @Test func `rounds two days apart put three touches into any five days and two into any four`() throws {
    let text = """
      timezone: '"America/Vancouver"'
      steps:
        - repeat: rounds
          times: 3
          every: 2 days
          steps: [\(email("one"))]
        - end: done

      """
    #expect(try !isProved(.touches(atMost: 2, verb: nil, span: .days(5)), text))
    #expect(try isProved(.touches(atMost: 1, verb: nil, span: .days(2)), text))
  }

  @Test func `what is counted from one date of the data keeps its distance, until the data change`() throws {
    func text(_ anytime: String) -> String {
      """
      timezone: '"UTC"'
      input: { contact: contact, deal: { id: text, due: date } }
      events: { deal.moved: { due: date }, deal.noted: { due: date } }
      anytime: { deal.moved: [\(anytime)], out-of-office: end away }
      steps:
        - { sms: one, at: deal.due - 1 day at 10:00, if-past: end late, purpose: inform, body: B. }
        - { sms: two, at: deal.due + 1 day at 10:00, if-past: now, purpose: inform, body: B. }
        - end: done

      """
    }
    #expect(try isProved(.apart(.days(2)), text("{ emit: deal.noted, data: { due: deal.due } }")))
    #expect(try !isProved(.apart(.days(2)), text("{ set: { deal.due: event.due } }")))
  }

  // MARK: What comes after what

  @Test func `a condition that has been decided stays so as long as its data do`() throws {
    func isProved(_ between: String) throws -> Bool {
      let text = """
        input: { contact: contact, deal: { id: text, open: boolean } }
        events: { deal.one: {}, deal.two: {} }
        steps:
          - choose: [{ when: deal.open, then: [{ emit: deal.one, name: first }] }]
          - \(between)
          - choose: [{ when: deal.open, then: [{ emit: deal.two, name: second }] }]
          - end: done

        """
      let graph = try #require(Draft().compile(text).workflows.first { $0.file == "test.yaml" }?.graph)
      let first = try #require(graph.node(named: "first"))
      let second = try #require(graph.node(named: "second"))
      if case .proved = try verdict(on: .always(.step(first), before: .step(second)), text) { return true }
      return false
    }
    #expect(try isProved("{ wait: 1 day }"))
    #expect(try !isProved("{ set: { deal.open: true } }"))
  }

  @Test func `silence reaches what every silent way comes to`() throws {
    let text = """
      anytime: { reply: end talked }
      steps: [\(email("one")), { await: reply within 2 days }, { end: quiet }]

      """
    #expect(try isProved(.silence(reaches: [.end("quiet")]), text))
    #expect(try !isProved(.silence(reaches: [.end("talked")]), text))
    #expect(try isProved(.never(.touch, after: .reply("reply")), text))
  }

  @Test func `a promise that the policy's limit keeps is kept, though a run may come to the limit`() throws {
    let text = """
      policy: { max-touches: 1 }
      steps: [\(email("one")), { wait: 1 day }, \(email("two")), { end: quiet }]

      """
    let graph = try #require(Draft().compile(text).workflows.first?.graph)
    func isProved(_ claim: Claim, _ source: Proof.Source) throws -> Bool {
      let stated = Claimed(claim, source: source, span: .file("test.yaml"))
      let proof = try #require(Prover(graph: graph, zones: Draft.zones).prove([stated]).first)
      if case .proved = proof.verdict { return true }
      return false
    }
    for verb in [nil, "email"] {
      for span in [nil, FlowTime.Duration.days(30)] {
        #expect(try isProved(.touches(atMost: 1, verb: verb, span: span), .file))
        #expect(try !isProved(.touches(atMost: 0, verb: verb, span: span), .file))
      }
    }
    // The language asks whether a run can end so.
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: nil), .language))
  }

  @Test func `a file that writes the end exhausted may end so before it comes there`() throws {
    let text = """
      policy: { max-touches: 1 }
      steps: [\(email("one")), { wait: 1 day }, \(email("two")), { escalate: told, to: owner, say: S. }, { end: exhausted }]

      """
    #expect(try !isProved(.always(.escalation, before: .end(nil)), text))
    #expect(try !isProved(.silence(reaches: [.escalation]), text))
  }

  // MARK: What a run emits

  @Test func `what a run emits comes back to it at once, and silence goes where that leads`() throws {
    let text = """
      timezone: '"UTC"'
      events: { deal.looked: {} }
      anytime: { deal.looked: later }
      steps:
        - emit: deal.looked
        - { wait: 1 day }
        - \(email("one"))
        - { escalate: silent, to: owner, say: S. }
        - { end: quiet }
      paths:
        later:
          - { email: late, after: 20 days, purpose: inform, subject: S, body: B. }
          - { end: late }

      """
    #expect(try !isProved(.firstTouch(within: .days(1)), text))
    #expect(try isProved(.firstTouch(within: .days(20)), text))
    #expect(try !isProved(.silence(reaches: [.escalation]), text))
    #expect(try isProved(.silence(reaches: [.end("late")]), text))
    #expect(try isProved(.always(.event("deal.looked"), before: .touch), text))
    #expect(try isProved(.ends(within: .days(20)), text))
  }

  @Test func `an await takes what the run emits as it comes to it, and what it emitted since its last touch`() throws {
    func text(_ between: String) -> String {
      """
      timezone: '"UTC"'
      events: { deal.looked: {} }
      steps:
        - \(email("one"))
        - emit: deal.looked
      \(between)
        - { await: deal.looked within 2 days, then: { deal.looked: end heard } }
        - { end: quiet }

      """
    }
    #expect(try isProved(.silence(reaches: [.end("heard")]), text("")))
    for between in ["", "  - { wait: 1 day }"] {
      #expect(try !isProved(.silence(reaches: [.end("quiet")]), text(between)), "\(between)")
      #expect(try isProved(.silence(reaches: [.end("heard"), .end("quiet")]), text(between)), "\(between)")
    }
  }

  @Test func `an event of the contact comes back only where the key is the contact's, and nobody knows that before`()
    throws
  {
    let text = """
      timezone: '"UTC"'
      events: { deal.looked: { of: contact } }
      anytime: { deal.looked: end heard }
      steps: [{ emit: deal.looked }, { wait: 1 day }, { end: quiet }]

      """
    #expect(try !isProved(.silence(reaches: [.end("quiet")]), text))
    #expect(try !isProved(.silence(reaches: [.end("heard")]), text))
    #expect(try isProved(.silence(reaches: [.end("heard"), .end("quiet")]), text))
  }

  /// A visit makes the run emit, and visits come as often as they like before the run hears of the first. A day, and
  /// twice a week.
  @Test func `what a run emits as often as somebody lets it keeps no promise open`() throws {
    let text = """
      input: { contact: contact, deal: { id: text, size: number } }
      timezone: '"UTC"'
      events: { deal.visited: {}, deal.noted: {} }
      anytime:
        deal.visited: [{ emit: deal.noted }]
        deal.noted: [{ set: { deal.size: 5 } }]
      steps:
        - { wait: 1 day }
        - \(email("one"))
        - { await: reply within 1 week }
        - \(email("two"))
        - { await: reply within 1 week }
        - { end: closed }

      """
    #expect(try isProved(.touches(atMost: 2, verb: nil, span: nil), text))
    #expect(try !isProved(.touches(atMost: 1, verb: nil, span: nil), text))
    #expect(try isProved(.ends(within: .days(15)), text))
    #expect(try !isProved(.ends(within: .days(14)), text))
  }

  @Test func `a task that nobody did is told, or is not`() throws {
    func text(_ then: String) -> String {
      """
      input: { contact: contact, owner: person, deal: { id: text } }
      steps:
        - { task: look, by: owner, say: Look., within: 1 day\(then) }
        - end: done

      """
    }
    #expect(
      try isProved(
        .overseen(step: 0), text(", then: { timeout: [{ escalate: told, to: owner, say: Late. }] }")))
    // The owner may lack an address: then that the message failed is what the owner is told.
    #expect(
      try isProved(.overseen(step: 0), text(", then: { timeout: [{ notify: told, to: owner, say: Late. }] }")))
    #expect(try !isProved(.overseen(step: 0), text("")))
  }

  @Test func `an outcome that no way leads to is said to be out of reach`() throws {
    let text = "steps: [{ wait: 1 day }, { end: done }]\n"
    guard case .impossible = try verdict(on: .possible(outcome: "lost"), text) else {
      Issue.record("not out of reach")
      return
    }
    guard case .undecided = try verdict(on: .possible(outcome: "done"), text) else {
      Issue.record("decided without a run that shows it")
      return
    }
  }
}
