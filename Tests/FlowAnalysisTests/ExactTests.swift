import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What is computed, against what can be worked out by hand and against what is counted.
struct ExactTests: ExactCase {
  private func near(_ value: Double?, _ wanted: Double, _ most: Double = 1e-6) -> Bool {
    value.map { abs($0 - wanted) <= most } ?? false
  }

  @Test func `answers that take a median of one wait each are halves of halves`() throws {
    var assume = Assumptions()
    assume.reply = [share("declined", 4000), share("reply", 2000)]
    assume.after = .days(1)
    let figures = try cohort(CohortTests.asking, assume).exactFigures(.init(starts: 7))
    // As CohortTests works it out: 57 of 100 are heard of, two of three by `declined`; the rest are silent.
    #expect(figures.outcomes.map(\.name) == ["heard", "lost", "silent"])
    #expect(near(figures.outcomes[0].count, 190) && near(figures.outcomes[1].count, 380))
    #expect(near(figures.outcomes[2].count, 430))
    #expect(near(figures.meanTouches, 1.7) && near(figures.touches[1], 300) && near(figures.touches[2], 700))
    #expect(near(figures.steps.first?.count, 1000) && near(figures.steps.last?.count, 700))
    #expect(near(figures.load.first?.total, 1700) && figures.seed == nil)
  }

  @Test func `who waits from the same minute on is told apart where an answer leads elsewhere`() throws {
    var assume = Assumptions()
    assume.reply = [share("declined", 4000), share("reply", 2000)]
    assume.after = .days(1)
    let text = """
      timezone: '"Europe/Berlin"'
      replies: { declined: ["no thanks"] }
      steps:
        - { email: one, purpose: confirm, subject: One, body: One. }
        - { await: reply within 24 hours, then: { declined: end early, reply: end heard } }
        - { email: two, purpose: request, subject: Two, body: Two. }
        - { await: reply within 24 hours, then: { declined: end late, reply: end heard } }
        - end: silent

      """
    // Seven starts, a day apart: the first mail of one is at the minute of the second of another.
    let figures = try cohort(text, assume).exactFigures(.init(starts: 7))
    // Of 60 who are going to answer 30 do in the first wait; 24 more of 40 are going to after the second mail, and half
    // of those 54 do. Two of three decline.
    #expect(figures.outcomes.map(\.name) == ["early", "heard", "late", "silent"])
    #expect(near(figures.outcomes[0].count, 200) && near(figures.outcomes[2].count, 180))
    #expect(near(figures.outcomes[1].count, 190) && near(figures.outcomes[3].count, 430))
    #expect(near(figures.touches[1], 300) && near(figures.touches[2], 700))
    // By minute of a wait: 60 of whom ever fewer have not answered, and 40; then 54, and 16.
    var (still, left) = (0.0, 1.0)
    for _ in 0..<1440 {
      still += 0.6 * left + 0.4 + 0.54 * left + 0.16
      left *= 0.9995187636226662
    }
    #expect(near(figures.times.mean, still, still * 1e-4), "\(figures.times.mean), \(still) by hand")
  }

  @Test func `an answer and an outcome run against each other, and nobody is lost on the way`() throws {
    var assume = Assumptions()
    assume.reply = [share("declined", 10_000)]
    assume.after = .hours(1)
    assume.steps = [.init(name: "visit", shares: [share("done", 10_000)])]
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      replies: { declined: ["no thanks"] }
      anytime: { declined: end lost }
      steps:
        - { email: one, purpose: confirm, subject: One, body: One. }
        - { task: visit, by: owner, say: Go., within: 1 hour, then: { done: end done, timeout: end missed } }

      """, assume
    ).exactFigures(.init(starts: 3))
    // Every minute m of 60 has the outcome with a chance of 1/60; nobody has answered by then with 2^(-m/60). An
    // answer in the same minute comes first.
    let done = (1...60).reduce(0.0) { sum, minute in
      sum + (1...minute).reduce(1.0) { product, _ in product * 0.988514020352896 } / 60
    }
    #expect(near(figures.outcomes.first { $0.name == "done" }?.count, 1000 * done, 1e-5))
    #expect(near(figures.outcomes.first { $0.name == "lost" }?.count, 1000 * (1 - done), 1e-5))
  }

  @Test func `what comes back ends a run at once, and who is away holds it`() throws {
    var assume = Assumptions()
    assume.events = [share("bounce", 1000)]
    let figures = try cohort(CohortTests.asking, assume).exactFigures(.init(starts: 7))
    // A tenth of the first mails, and a tenth of the others' second ones.
    #expect(figures.outcomes.map(\.name) == ["silent", "undeliverable"])
    #expect(near(figures.outcomes[0].count, 810) && near(figures.outcomes[1].count, 190))
    #expect(near(figures.replies.first?.count, 190) && figures.replies.first?.name == "bounce")
    assume.events = [share("out-of-office", 10_000)]
    let away = try cohort(CohortTests.asking, assume).exactFigures(.init(starts: 7))
    // Everybody is away, twice. Five business days from a note are a week, from one on a Sunday five days; the second
    // comes on a Friday then.
    #expect(near(away.outcomes[0].count, 1000) && away.times.tenth >= 12 * 1440 && away.times.longest <= 15 * 1440)
  }

  /// Mails a day apart, with answers that end the run, lead to a task, or hold it.
  private func chain(_ mails: Int) -> String {
    let steps = (1...mails).map { number in
      "  - { email: mail-\(number), after: 1 day, purpose: inform, subject: One, body: One. }\n"
        + "  - await: reply within 2 days\n"
    }
    return """
      timezone: '"Europe/Berlin"'
      policy: { window: "mon-fri 09:00-17:00", gap: 1 day }
      replies: { declined: ["no thanks"], interested: ["call me"] }
      anytime: { declined: end lost, interested: talk, reply: end heard }
      steps:
      \(steps.joined())  - end: silent
      paths:
        talk:
          - task: talk
            by: owner
            say: Call.
            within: 1 day
            then: { done: end won, timeout: end missed }
          - end: missed

      """
  }

  private func chained(_ mails: Int, away: Int) throws -> Cohort {
    var assume = Assumptions()
    assume.reply = [share("declined", 300), share("interested", 600), share("reply", 100)]
    assume.events = [share("bounce", 50), share("out-of-office", away)]
    assume.steps = [.init(name: "talk", shares: [share("done", 6000)])]
    return try cohort(chain(mails), assume, contacts: 2000)
  }

  /// The largest share of contacts, touches or people's work by which two figures differ.
  private func distance(_ one: CohortFigures, _ other: CohortFigures) -> [String: Double] {
    func worst(_ pairs: [(Double, Double)]) -> Double { pairs.map { abs($0 - $1) }.max() ?? 0 }
    let outcomes = Set(one.outcomes.map(\.name)).union(other.outcomes.map(\.name)).map { name in
      func count(_ figures: CohortFigures) -> Double { figures.outcomes.first { $0.name == name }?.count ?? 0 }
      return (count(one), count(other))
    }
    func days(_ figures: CohortFigures) -> [[String]: Double] {
      var days: [[String]: Double] = [:]
      for load in figures.load { for day in load.days { days[[load.verb, "\(day.date)"]] = day.count } }
      return days
    }
    let (ours, theirs) = (days(one), days(other))
    let load = Set(ours.keys).union(theirs.keys).map { (ours[$0] ?? 0, theirs[$0] ?? 0) }
    return [
      "outcomes": worst(outcomes) / 2000, "touches": abs(one.meanTouches - other.meanTouches) / other.meanTouches,
      "duration": abs(one.times.mean - other.times.mean) / other.times.mean, "load": worst(load) / 2000,
    ]
  }

  /// The finest: whatever is told at different minutes of two quarters of an hour is told apart, nobody is too few, and
  /// the limit of holds counts.
  @Test(arguments: [200, 2000])
  func `a forecast is as fine as it has to be: the finest is the same to a ten-thousandth`(_ away: Int) throws {
    let cohort = try chained(5, away: away)
    let usual = cohort.exactFigures(.init(starts: 13))
    let finest = cohort.exactFigures(.init(starts: 13, stretch: 0, answers: 0, holds: 0, work: .max))
    let distance = distance(usual, finest)
    #expect(distance["outcomes"] ?? 1 <= 1e-4 && distance["touches"] ?? 1 <= 1e-4, "\(distance)")
    #expect(distance["duration"] ?? 1 <= 1e-4 && distance["load"] ?? 1 <= 5e-3, "\(distance)")
  }

  /// With a hundredth of the work: what is rounded is said, and so far off are the outcomes at most.
  @Test func `where too much can come, few go on as those near them, and it is said how many`() throws {
    let cohort = try chained(10, away: 2000)
    let full = cohort.exactFigures(.init(starts: 13, work: .max))
    let coarse = cohort.exactFigures(.init(starts: 13, work: 2000))
    #expect(coarse.rounded > full.rounded + 1, "\(coarse.rounded)")
    let distance = distance(full, coarse)
    #expect(distance["outcomes"] ?? 1 <= coarse.rounded / 2000 + 1e-4, "\(distance)")
    #expect(distance["outcomes"] ?? 1 <= 0.03 && distance["touches"] ?? 1 <= 0.05, "\(distance)")
    #expect(abs(coarse.outcomes.reduce(0) { $0 + $1.count } - 2000) < 1e-3)
  }

  @Test func `holds that come to more than thirty days are counted as they are drawn`() throws {
    let cohort = try chained(10, away: 6000)
    let (counted, computed) = (cohort.figures(), cohort.exactFigures(.init(starts: 61)))
    for outcome in computed.outcomes {
      let share = outcome.count / 2000
      let sampled = counted.outcomes.first { $0.name == outcome.name }?.count ?? 0
      #expect(abs(sampled - outcome.count) <= 4 * (2000 * share * (1 - share)).squareRoot() + 0.5, "\(outcome)")
    }
    // It takes some fifty days, and from contact to contact twenty more or less.
    #expect(abs(counted.times.mean - computed.times.mean) <= 4 * 20 * 1440 / 2000.0.squareRoot())
    #expect(abs(counted.meanTouches - computed.meanTouches) <= 4 * 3 / 2000.0.squareRoot())
  }

  /// Of answers with a median of a day the share that takes exactly so many minutes.
  private func answers(at minute: Int) -> Double {
    // 2^(-1/1440), to the last digit of a double.
    let stays = 0.9995187636226662
    return (1..<minute).reduce(1 - stays) { share, _ in share * stays }
  }

  @Test func `what an answer leads to is looked at in between, not only where a wait begins and ends`() throws {
    var assume = Assumptions()
    assume.reply = [share("declined", 8000)]
    assume.after = .days(1)
    var cohort = try cohort(
      """
      timezone: '"Europe/Berlin"'
      replies: { declined: ["no thanks"] }
      anytime: { declined: offer }
      steps:
        - { email: one, purpose: inform, subject: One, body: One. }
        - await: reply within 4 days
        - end: quiet
      paths:
        offer:
          - { email: offer, window: "mon-fri 09:00-17:00", closed: end shut, purpose: inform, subject: A, body: A. }
          - end: offered

      """, assume)
    // Monday 20:00, and Friday 20:00: both are outside of the window.
    cohort.start = cohort.start.adding(milliseconds: 20 * 3_600_000)
    cohort.spanMinutes = 1
    let figures = cohort.exactFigures()
    var (inside, share) = (0.0, 800 * answers(at: 1))
    for minute in 1...4 * 1440 {
      if (9 * 60..<17 * 60).contains((20 * 60 + minute) % 1440) { inside += share }
      share *= 0.9995187636226662
    }
    func count(_ name: String) -> Double? { figures.outcomes.first { $0.name == name }?.count }
    // A fifth never answers, and a sixteenth of the others not in four days.
    #expect(near(count("quiet"), 250, 1e-3) && near(count("offered"), inside, 0.1))
    #expect(near(count("shut"), 750 - inside, 0.1) && inside > 200)
  }

  @Test func `of thirty mails each is answered as often, whatever was held before`() throws {
    var assume = Assumptions()
    assume.reply = [share("declined", 300), share("later", 300)]
    assume.after = .hours(1)
    let steps = (1...30).map { number in
      "  - { email: mail-\(number), purpose: inform, subject: One, body: One. }\n  - await: reply within 1 day\n"
    }
    let figures = try cohort(
      """
      timezone: '"UTC"'
      replies: { declined: ["no thanks"], later: ["later"] }
      anytime: { declined: end lost, later: hold 5 days }
      steps:
      \(steps.joined())  - end: quiet

      """, assume
    ).exactFigures()
    // Whoever has not answered within 24 half-lives has the next mail before: 0.97 to the thirtieth are left.
    #expect(near(figures.outcomes.first { $0.name == "quiet" }?.count, 401.007, 0.1))
    #expect(figures.rounded <= 0.2)
  }

  @Test func `days, quantiles and the mean are those of the answers' own times`() throws {
    var assume = Assumptions()
    assume.reply = [share("reply", 9000)]
    assume.after = .days(1)
    let figures = try cohort(
      """
      timezone: '"UTC"'
      anytime: { reply: end answered }
      steps:
        - { email: one, purpose: inform, subject: One, body: One. }
        - await: reply within 7 days
        - end: quiet

      """, assume
    ).exactFigures()
    for (day, wanted) in [450, 225, 112.5, 56.25, 28.125, 14.0625, 7.03125, 107.03125].enumerated() {
      #expect(near(figures.times.days[day], wanted, 0.1), "day \(day): \(figures.times.days)")
    }
    // 0.9 (1 - 2^-t) is a tenth after 0.1699 days, and half after 1.1699; the mean is the sum of who is left.
    #expect(abs(figures.times.tenth - 245) <= 5 && abs(figures.times.median - 1685) <= 5)
    #expect(near(figures.times.mean, 2863.572, 0.28))
  }

  @Test func `the mean is right where an answer and an outcome run against each other`() throws {
    var assume = Assumptions()
    assume.reply = [share("reply", 2000)]
    assume.after = .days(1)
    assume.steps = [.init(name: "visit", shares: [share("done", 8000)])]
    let figures = try cohort(
      """
      timezone: '"UTC"'
      anytime: { reply: end answered }
      steps:
        - { email: one, purpose: confirm, subject: One, body: One. }
        - await: reply within 1 hour
        - { task: visit, by: owner, say: Go., within: 2 days, then: { done: end done, timeout: end missed } }

      """, assume
    ).exactFigures()
    // By minute: who has not answered, and of whom the task has no outcome yet.
    var (mean, left) = (0.0, 1.0)
    for minute in 0..<60 + 2880 {
      let open = 1 - 0.8 * Double(max(0, minute - 60)) / 2880
      mean += open * (0.8 + 0.2 * left)
      left *= 0.9995187636226662
    }
    #expect(near(figures.times.mean, mean, mean * 1e-4), "\(figures.times.mean), \(mean) by hand")
  }

  @Test func `what answers bring is given when they come, and its outcomes count from then`() throws {
    var assume = Assumptions()
    assume.reply = [share("reply", 9000)]
    assume.after = .days(1)
    assume.steps = [.init(name: "visit", shares: [share("done", 10000)])]
    func figures(_ reply: String, _ paths: String = "") throws -> CohortFigures {
      var cohort = try cohort(
        """
        timezone: '"UTC"'
        anytime: { reply: \(reply) }
        steps:
          - { email: one, purpose: inform, subject: One, body: One. }
          - await: reply within 7 days
          - end: quiet
        \(paths)
        """, assume)
      cohort.start = cohort.start.adding(milliseconds: 3_600_000)
      cohort.spanMinutes = 1
      return cohort.exactFigures()
    }
    // From a midnight on half of all answers come by the next.
    let given = try #require(figures("[{ task: read, by: owner, say: Read. }]").load.first { $0.verb == "task" })
    for (day, wanted) in [450, 225, 112.5, 56.25, 28.125, 14.0625, 7.03125].enumerated() {
      #expect(near(given.days[day].count, wanted, 0.5), "day \(day): \(given.days.map(\.count))")
    }
    // Who has answered by t has an outcome evenly within two days from then: the integral of 1 - 2^-t from t - 2 to t.
    let visit = "{ task: visit, by: owner, say: Go., within: 2 days, then: { done: end done, timeout: end missed } }"
    let ended = try figures("go", "paths: { go: [\(visit), { end: other }] }\n").times.days
    func by(_ day: Int) -> Double {
      let from = max(0, day - 2)
      let answered = (1 / Double(1 << from) - 1 / Double(1 << day)) / 0.693_147_180_559_945_3
      return 450 * (Double(day - from) - answered)
    }
    for day in 0..<7 {
      let wanted = by(day + 1) - by(day)
      #expect(near(ended[day], wanted, 1), "day \(day): \(ended), \(wanted) by hand")
    }
  }

  @Test func `who comes evenly is written to evenly, on each day and in each hour`() throws {
    let figures = try cohort(
      """
      timezone: '"UTC"'
      steps:
        - { email: one, purpose: inform, subject: One, body: One. }
        - end: told

      """, Assumptions()
    ).exactFigures()
    let load = try #require(figures.load.first)
    // From Sunday 23:00 UTC on, when it is midnight in Berlin.
    #expect(load.days.count == 8 && near(load.days[0].count, 1000 / 168.0, 0.1))
    for day in load.days[1...6] { #expect(near(day.count, 1000 / 7.0, 0.1)) }
    for hour in load.hours { #expect(near(hour, 1000 / 24.0, 0.1)) }
  }

  @Test func `who comes while a window is closed is written to on the day on which it opens`() throws {
    var cohort = try cohort(
      """
      timezone: '"Europe/Berlin"'
      policy: { window: "mon-fri 09:00-17:00" }
      steps:
        - { email: one, purpose: inform, subject: One, body: One. }
        - await: reply within 1 day
        - end: told

      """, Assumptions(), contacts: 60)
    cohort.spanMinutes = 30 * 1440
    // One in twelve hours: from Monday midnight until 17:00, on each day from 17:00 to 17:00, on Mondays from Friday
    // on; the clock goes forward on the last Sunday, and the thirty days end on a Wednesday at one.
    let hours = [17.0, 24, 24, 24, 24, 72, 24, 24, 24, 24, 72, 24, 24, 24, 24, 72, 24, 24, 24, 24, 71, 24, 8]
    let days = try #require(cohort.exactFigures().load.first).days.map(\.count).filter { $0 > 0 }
    #expect(days.count == hours.count && zip(days, hours).allSatisfy { near($0, $1 / 12) }, "\(days)")
  }

  @Test func `arms of a split have their shares to the last contact`() throws {
    let figures = try cohort(
      """
      timezone: '"Europe/Berlin"'
      steps:
        - split: try
          arms: { a: 30%, b: 70% }
          then: { a: end left, b: end right }

      """, Assumptions()
    ).exactFigures(.init(starts: 5))
    #expect(near(figures.outcomes[0].count, 300) && near(figures.outcomes[1].count, 700))
  }

  private func at(_ days: [Double], _ day: Int) -> Double { day < days.count ? max(0, days[day]) : 0 }

  /// What is asked of each verb on each day, how often steps come about, and what comes of them.
  private func work(_ figures: CohortFigures) -> [[String]: Double] {
    var work: [[String]: Double] = [:]
    for load in figures.load { for day in load.days { work[[load.verb, "\(day.date)"]] = day.count } }
    for step in figures.steps {
      work[[step.name]] = step.count
      for outcome in step.outcomes { work[[step.name, outcome.name]] = outcome.count }
    }
    for reply in figures.replies { work[["answered", reply.name]] = reply.count }
    return work
  }

  @Test(arguments: Shipped.names)
  func `what is computed agrees with what is counted, within the error of counting`(_ name: String) throws {
    let workflow = try Shipped.workflow(name)
    let scenario = try #require(workflow.scenarios.first)
    let count = 1500
    let cohort = Cohort(
      graph: workflow.graph, data: scenario.input, dated: scenario.start, assume: everything(of: workflow.graph),
      zones: Draft.zones, contacts: count, seed: 3, start: scenario.start)
    let (counted, computed) = (cohort.figures(), cohort.exactFigures())
    #expect(near(computed.outcomes.reduce(0) { $0 + $1.count }, Double(count), 1e-3))
    for outcome in Set(counted.outcomes.map(\.name)).union(computed.outcomes.map(\.name)) {
      let sampled = counted.outcomes.first { $0.name == outcome }?.count ?? 0
      let expected = computed.outcomes.first { $0.name == outcome }?.count ?? 0
      let share = min(1, expected / Double(count))
      // Four standard errors, and half a contact; some sixty outcomes are looked at.
      let most = 4 * (Double(count) * share * (1 - share)).squareRoot() + 0.5
      #expect(abs(sampled - expected) <= most, "\(outcome): \(sampled) counted, \(expected) computed")
    }
    // Touches differ by less than one and a half from contact to contact.
    #expect(near(counted.meanTouches, computed.meanTouches, 4 * 1.5 / Double(count).squareRoot()))
    let (ours, theirs) = (work(computed), work(counted))
    for day in Set(ours.keys).union(theirs.keys) {
      let (expected, sampled) = (max(0, ours[day] ?? 0), theirs[day] ?? 0)
      // Five, and three contacts: some thousand days and steps are looked at, and what comes of few comes together.
      #expect(abs(sampled - expected) <= 5 * expected.squareRoot() + 3, "\(day): \(sampled), \(expected) computed")
    }
    for day in 0..<max(computed.times.days.count, counted.times.days.count) {
      let (expected, sampled) = (at(computed.times.days, day), at(counted.times.days, day))
      #expect(abs(sampled - expected) <= 5 * expected.squareRoot() + 3, "ended after \(day) days")
    }
  }
}
