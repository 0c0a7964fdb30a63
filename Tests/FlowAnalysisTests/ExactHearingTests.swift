import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What is computed of answers and outcomes that come after others, against what can be worked out by hand.
struct ExactHearingTests: ExactCase {
  /// Of those who are going to answer, with a median of a day, the share that has not after one minute more.
  private let stays = 0.9995187636226662

  @Test(arguments: [1000, 10_000])
  func `what is heard between an outcome and the next round counts from that outcome`(_ contacts: Int) throws {
    var assume = Assumptions()
    assume.reply = [share("red", 6000)]
    assume.after = .days(1)
    assume.steps = [.init(name: "ring", shares: [share("done", 2000), share("declined", 6000)])]
    let figures = try cohort(
      """
      timezone: '"UTC"'
      replies: { red: ["red"] }
      anytime: { red: urgent }
      steps:
        - { email: one, purpose: confirm, subject: One, body: One. }
        - repeat: calls
          times: 2
          every: 4 hours
          steps:
            - { task: ring, by: owner, say: R., within: 4 hours, then: { done: end reached, declined: next } }
        - end: silent
      paths:
        urgent:
          - { task: urgent, by: owner, say: Go. }
          - end: urgent

      """, assume, contacts: contacts
    ).exactFigures()
    // By minute of both rounds: who is not reached yet; nobody waits in the second who has declined in it.
    var (heard, left) = (0.0, 1.0)
    for minute in 0..<480 {
      let passed = Double(minute % 240) / 240
      heard += left * (1 - stays) * (minute < 240 ? 1 - 0.2 * passed : 0.8 * (1 - 0.8 * passed))
      left *= stays
    }
    let half = (0..<240).reduce(1.0) { left, _ in left * stays }
    let all = Double(contacts)
    func step(_ name: String) -> Double { figures.steps.first { $0.name == name }?.count ?? 0 }
    let (urgent, rung) = (0.6 * heard * all, all * (1 + 0.8 * (0.4 + 0.6 * half)))
    #expect(abs(step("urgent") - urgent) <= 1e-4 * all, "\(step("urgent")), \(urgent) by hand")
    #expect(abs(step("ring") - rung) <= 1e-4 * all, "\(step("ring")), \(rung) by hand")
  }

  @Test func `an outcome that is asked for goes on to come after an answer that changes nothing`() throws {
    var assume = Assumptions()
    assume.reply = [share("reply", 8000)]
    assume.after = .hours(4)
    assume.steps = [.init(name: "visit", shares: [share("done", 6000)])]
    let figures = try cohort(
      """
      timezone: '"UTC"'
      anytime: { reply: [{ task: read, by: owner, say: Read. }] }
      steps:
        - { email: one, purpose: confirm, subject: One, body: One. }
        - { task: visit, by: owner, say: Go., within: 1 day, then: { done: end done, timeout: end missed } }

      """, assume
    ).exactFigures()
    func count(_ name: String) -> Double { figures.outcomes.first { $0.name == name }?.count ?? 0 }
    #expect(abs(count("done") - 600) <= 0.1 && abs(count("missed") - 400) <= 0.1, "\(figures.outcomes)")
  }

  @Test func `an outcome that holds its step comes once, as all others do`() throws {
    var assume = Assumptions()
    assume.steps = [.init(name: "ring", shares: [share("connected", 5000), share("no-answer", 2000)])]
    let all = try cohort(
      """
      timezone: '"UTC"'
      steps:
        - call: ring
          by: owner
          within: 1 day
          then:
            connected: hold 2 days
            timeout: end told
        - end: quiet

      """, assume)
    for figures in [all.exactFigures(), all.figures()] {
      // The 500 whose step is held, and the 300 of whom nothing is heard, come to the timeout.
      let outcomes = figures.steps.first?.outcomes.map(\.count) ?? []
      let error = figures.seed == nil ? 0.1 : 60
      #expect(zip(outcomes, [500, 200]).allSatisfy { abs($0 - $1) <= error } && outcomes.count == 2, "\(outcomes)")
      let told = figures.outcomes.first { $0.name == "told" }?.count ?? 0
      #expect(abs(told - 800) <= error, "\(told)")
    }
  }

  @Test func `somebody is told within the hours that a step has, whenever it is that an answer comes`() throws {
    var assume = Assumptions()
    // So few that one minute stands for all of their answers.
    assume.reply = [share("reply", 50)]
    assume.after = .hours(3)
    var cohort = try cohort(
      """
      timezone: '"UTC"'
      anytime: { reply: tell }
      steps:
        - { sms: one, purpose: inform, body: One. }
        - await: reply within 2 days
        - end: quiet
      paths:
        tell:
          - { escalate: tell, to: owner, via: email, say: Tell., window: "mon-fri 09:00-17:00" }
          - wait: 1 day
          - end: told

      """, assume)
    cohort.start = cohort.start.adding(milliseconds: 10 * 3_600_000 + 1_800_000)
    cohort.spanMinutes = 1
    let figures = cohort.exactFigures(.init(starts: 1))
    let load = try #require(figures.load.first { $0.verb == "email" })
    let outside = load.hours.enumerated().filter { !(9..<17).contains($0.offset) && $0.element > 1e-6 }
    #expect(outside.isEmpty, "\(outside)")
  }
}
