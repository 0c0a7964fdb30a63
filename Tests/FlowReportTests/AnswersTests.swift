import FlowCore
import FlowReport
import FlowTime
import Testing

/// What people ask of the store, as it is printed.
@Suite struct AnswersTests {
  private func delivery(_ state: String, attempts: Int, because: String? = nil) throws -> RunHistory.Delivery {
    RunHistory.Delivery(
      key: "k-1", sequence: 2, step: "receipt", verb: "email", touch: true, to: "ann@acme.test",
      digest: String(repeating: "ab", count: 32), planned: try Samples.at("2026-03-27T16:40:00+01:00"),
      next: try Samples.at("2026-03-27T16:42:00+01:00"), attempts: attempts, state: state, because: because,
      receipt: state == "accepted" ? "250 queued" : nil,
      settled: state == "accepted" ? try Samples.at("2026-03-27T16:40:01+01:00") : nil)
  }

  private func reasons() throws -> Reasons {
    let span = Span(
      file: "Workflows/proposal.yaml", start: Position(line: 54, column: 5, offset: 900),
      end: Position(line: 60, column: 1, offset: 1100))
    let (at, later) = (try Samples.at("2026-03-27T16:40:00+01:00"), try Samples.at("2026-03-30T09:00:00+02:00"))
    let leeway = Reasons.Leeway(window: true, gap: "1 day", caps: true, last: at, answered: false)
    let hops = [
      Reasons.Hop(step: "await-1", kind: .timeout, label: "timeout", at: later),
      Reasons.Hop(step: "objections", kind: .case, label: "connected"),
    ]
    var answers: [Reasons.Answer] = []
    for (state, attempts) in [
      ("accepted", 1), ("planned", 0), ("deferred", 2), ("held", 1), ("unknown", 1), ("failed", 8), ("cancelled", 0),
    ] {
      answers.append(
        Reasons.Answer(
          step: "receipt", round: 1, what: .sent, at: at, verb: "email", whom: "ann@acme.test", span: span,
          facts: [.due("day 2"), .inTime(leeway)],
          delivery: try delivery(
            state, attempts: attempts, because: ["accepted", "planned"].contains(state) ? nil : "the line broke")))
    }
    answers += [
      Reasons.Answer(
        step: "call", what: .assigned, at: at, until: later, verb: "call", whom: "owner@acme.test",
        facts: [.came(event: "reply", as: "interested", took: "interested"), .got("connected", at: later)]),
      Reasons.Answer(
        step: "second", what: .withheld, at: at, facts: [.because("email is suppressed for this contact")]),
      Reasons.Answer(
        step: "last-offer", what: .waiting, until: later,
        facts: [
          .due("day 10"), .deferred(at: at, until: later, because: "outside the window"),
          .held(at: at, until: later, because: "out of office until 2026-03-29"),
          .standsStill(because: "a person paused it"),
          .suppressed(verb: "email"),
        ]),
      Reasons.Answer(step: "thanks", what: .ahead, facts: [.needs(hops)]),
      Reasons.Answer(step: "lost", what: .ahead, facts: [.behind]),
      Reasons.Answer(step: nil, what: .ended, at: later, facts: [.over(outcome: "won \u{1B}[31m", at: later)]),
    ]
    return Reasons(
      run: "2c7cf322ffd9", workflow: "proposal", version: "bdeb7704f717", subject: "P-1",
      zone: try Samples.zone("Europe/Berlin"), started: try Samples.at("2026-03-25T16:40:00+01:00"), outcome: nil,
      answers: answers)
  }

  @Test func why() throws {
    let text = WhyReport.text(try reasons(), width: 80)
    expectSnapshot(text, "why.txt")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 } && !text.contains("\u{1B}"))
    expectSnapshot(WhyReport.json(try reasons()), "why.json")
  }

  /// What is planned and stopped by now does not promise to leave.
  @Test(arguments: [
    ("deferred", 1, "was to be tried again Fri 27 Mar 2026 16:42, after 1 attempt: the line broke"),
    ("planned", 0, "was to leave from Fri 27 Mar 2026 16:42 on: the line broke"),
  ])
  func whatIsSuppressed(state: String, attempts: Int, words: String) throws {
    var reasons = try reasons()
    reasons.answers = [
      Reasons.Answer(
        step: "receipt", what: .planned, at: try Samples.at("2026-03-27T16:40:00+01:00"), verb: "email",
        facts: [.suppressed(verb: "email")],
        delivery: try delivery(state, attempts: attempts, because: "the line broke"))
    ]
    let lines = WhyReport.text(reasons, width: 120).split(separator: "\n")
    #expect(lines.contains("  email is suppressed for this contact: it does not leave any more"), "\(lines)")
    #expect(lines.contains("  \(words)"), "\(lines)")
  }

  /// Nobody is called told before the word to them has left.
  @Test(arguments: [
    ("accepted", "told to sam@acme.test Fri 27 Mar 2026 16:40"),
    ("held", "held; planned Fri 27 Mar 2026 16:40 to sam@acme.test"),
  ])
  func whoIsTold(state: String, words: String) throws {
    var reasons = try reasons()
    reasons.answers = [
      Reasons.Answer(
        step: "alarm", what: .told, at: try Samples.at("2026-03-27T16:40:00+01:00"), whom: "sam@acme.test",
        delivery: try delivery(state, attempts: 1))
    ]
    #expect(WhyReport.text(reasons, width: 80).split(separator: "\n").contains("  \(words)"))
  }

  private func figures() -> [Figures] {
    var figures = Figures(workflow: "proposal <b>")
    (figures.runs, figures.live, figures.reached, figures.goal) = (10, 1, 3, ["won"])
    figures.outcomes = ["won": 3, "no-response": 4, "lost": 2]
    figures.replies = ["declined": 2, "interested": 4]
    figures.toReply = Figures.Times(count: 6, median: 65 * 60_000, p90: 3 * 86_400_000)
    var first = Figures.Step(name: "receipt", verb: "email", touch: true)
    (first.sent, first.delivered, first.bounced, first.opened) = (10, 9, 1, 5)
    first.replies = ["declined": 2, "interested": 1]
    first.credit = Figures.Credit(first: 3000, last: 1000, linear: 2000)
    first.toReply = Figures.Times(count: 3, median: 3_600_000, p90: 7_200_000)
    var second = Figures.Step(name: "objections", verb: "call", touch: true)
    (second.sent, second.delivered, second.skipped) = (6, 6, 2)
    second.outcomes = ["connected": 4, "timeout": 2]
    second.credit = Figures.Credit(first: 0, last: 2000, linear: 1000)
    figures.steps = [first, second]
    return [figures]
  }

  @Test func stats() {
    // 3 of the 9 that ended.
    #expect(figures()[0].goalRate == 333)
    expectSnapshot(StatsReport.text(figures()), "stats.txt")
    expectSnapshot(StatsReport.json(figures()), "stats.json")
    expectSnapshot(StatsReport.csv(figures()), "stats.csv")
    let page = StatsReport.html(figures(), since: "2026-01-01")
    expectSnapshot(page, "stats.html")
    #expect(!page.contains("<b>\"") && page.contains("proposal &lt;b&gt;"))
    #expect(StatsReport.text([]) == "no runs\n")
  }

  @Test func checks() {
    let checks: [ChecksReport.Check] = [
      .init("zones", .ok, "version 2026a"),
      .init("calendar DE", .warning, "ends on 2026-12-26", help: "put the coming years' holidays into it"),
      .init("secret email.password", .problem, "SMTP_PASSWORD is not set", help: "set it"),
    ]
    #expect(
      ChecksReport.text(checks) == """
        ok       zones                  version 2026a
        warning  calendar DE            ends on 2026-12-26
                                        help: put the coming years' holidays into it
        problem  secret email.password  SMTP_PASSWORD is not set
                                        help: set it
        1 problem, 1 warning

        """)
    #expect(ChecksReport.text([checks[0]]).hasSuffix("\neverything is in order\n"))
  }

  /// By hand: the longest common part of a b c d and a c e d is a c d.
  @Test func changes() throws {
    let change = Changes.Change(
      kind: .changed, step: "receipt", verb: "email", old: nil, new: nil,
      fields: [
        .init("body", old: "a\nb\nc\nd", new: "a\nc\ne\nd"), .init("purpose", old: "confirm", new: nil),
      ])
    let part = DiffReport.Part(
      changes: Changes(workflow: "proposal", old: "000000000000", new: "111111111111", changes: [change]),
      runs: [
        .init(run: "r-1", subject: "P-1", version: "000000000000", effect: .unaffected),
        .init(run: "r-2", subject: "P-2", version: "000000000000", effect: .differs(from: "receipt")),
        .init(run: "r-3", subject: "P-3", version: "000000000000", effect: .stranded(because: "it is gone")),
      ])
    #expect(
      DiffReport.text([part]) == """
        proposal: 1 change, 000000000000 -> 111111111111
        ~ receipt (email)
            body:
                a
              - b
                c
              + e
                d
            purpose: confirm -> nothing

        3 live runs: 1 unaffected, 1 differs, 1 stranded
          r-1  P-1  unaffected
          r-2  P-2  differs from receipt on
          r-3  P-3  stranded: it is gone

        """)
  }
}
