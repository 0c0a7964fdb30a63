import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What is computed of so many contacts that small differences are told apart.
struct ExactManyTests: ExactCase {
  @Test func `how long it takes is told to the minute at which somebody came`() throws {
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      policy: { window: "daily 09:00-10:00" }
      steps:
        - { email: one, purpose: inform, subject: One, body: One. }
        - await: reply within 30 hours
        - end: told

      """, Assumptions(), contacts: 10_000
    ).exactFigures()
    // Who comes from 10:00 to 15:00 waits for 18 hours at least, and ends on the third day of his run.
    let late = 10_000.0 * 301 / 1440
    #expect(abs(figures.times.days[2] - late) <= 12, "\(figures.times.days), \(late) by hand")
    #expect(abs(figures.times.days[1] - (10_000 - late)) <= 12, "\(figures.times.days)")
    let waits = (0..<1440).reduce(0) { $0 + ($1 < 540 ? 540 - $1 : $1 < 600 ? 0 : 1980 - $1) }
    let mean = 1800 + Double(waits) / 1440
    #expect(abs(figures.times.mean - mean) <= 1, "\(figures.times.mean), \(mean) by hand")
  }

  @Test func `who has come on one day is one where only the day counts, and no other`() throws {
    var assume = Assumptions()
    assume.reply = [share("reply", 5000)]
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      anytime: { reply: [{ task: read, by: owner, say: Read. }] }
      steps:
        - { email: one, at: day 1 at 10:00, purpose: inform, subject: One, body: One. }
        - await: reply until day 4 at 10:00
        - { email: two, if: run.day == 4, purpose: inform, subject: Two, body: Two. }
        - await: reply until day 6 at 10:00
        - end: told

      """, assume, contacts: 7000
    ).exactFigures()
    #expect(figures.steps.first { $0.name == "two" }.map { abs($0.count - 7000) <= 1e-3 } ?? false)
    // A thousand on each day, four days after they came, and as many two days earlier.
    let mails = figures.load.first { $0.verb == "email" }?.days.map(\.count).filter { $0 > 0 } ?? []
    let wanted = [1000.0, 1000, 1000, 2000, 2000, 2000, 2000, 1000, 1000, 1000]
    #expect(mails.count == wanted.count && zip(mails, wanted).allSatisfy { abs($0 - $1) <= 1 }, "\(mails)")
  }

  /// By verb or step and day or hour; and by how many days it took.
  private func cells(_ figures: CohortFigures) -> (days: [[String]: Double], hours: [[String]: Double]) {
    var (days, hours): ([[String]: Double], [[String]: Double]) = ([:], [:])
    for load in figures.load {
      for day in load.days { days[[load.verb, "\(day.date)"]] = day.count }
      for (hour, count) in load.hours.enumerated() { hours[[load.verb, "\(hour)"]] = count }
    }
    for (day, count) in figures.times.days.enumerated() { days[["ended", "\(day)"]] = count }
    for one in figures.outcomes { days[["end", one.name]] = one.count }
    for (touches, count) in figures.touches.enumerated() { days[["touches", "\(touches)"]] = count }
    for step in figures.steps {
      for outcome in step.outcomes { days[[step.name, outcome.name]] = outcome.count }
    }
    return (days, hours)
  }

  /// By how many standard errors of counting two figures differ at most.
  private func apart(_ one: [[String]: Double], _ other: [[String]: Double]) -> (errors: Double, cell: [String]) {
    Set(one.keys).union(other.keys).map { cell in
      let (expected, counted) = (max(0, one[cell] ?? 0), other[cell] ?? 0)
      return (abs(expected - counted) / max(4, expected).squareRoot(), cell)
    }.max { $0.0 < $1.0 } ?? (0, [])
  }

  @Test(arguments: ["interview-interviewer", "sprint-review", "trial"])
  func `of many contacts each day and each hour agrees with what is counted`(_ name: String) throws {
    let workflow = try Shipped.workflow(name)
    let scenario = try #require(workflow.scenarios.first)
    let cohort = Cohort(
      graph: workflow.graph, data: scenario.input, dated: scenario.start, assume: everything(of: workflow.graph),
      zones: Draft.zones, contacts: 20_000, seed: 3, start: scenario.start)
    let figures = cohort.exactFigures()
    // Nobody is lost on the way.
    #expect(abs(figures.outcomes.reduce(0) { $0 + $1.count } - 20_000) <= 1e-3)
    let (computed, counted) = (cells(figures), cells(cohort.figures()))
    // Some hundred cells of each are looked at.
    let (days, hours) = (apart(computed.days, counted.days), apart(computed.hours, counted.hours))
    #expect(days.errors <= 4, "\(days)")
    #expect(hours.errors <= 5, "\(hours)")
  }
}
