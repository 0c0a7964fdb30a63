import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What is proved where a list may be empty, and where a limit is as long as what is waited for.
struct LimitTests {
  @Test(arguments: ["", ", each: 1 hour"])
  func `a list of people may be empty, and then nobody is told`(each: String) throws {
    func text(_ to: String) -> String {
      """
      input: { contact: contact, owner: person, doctors: list of person, id: text }
      trigger: { event: a.b, key: id }
      timezone: '"UTC"'
      steps: [{ escalate: tell, to: \(to), say: S.\(each) }, { end: done }]

      """
    }
    for claim in [Claim.silence(reaches: [.escalation]), .silence(reaches: [.step(0)])] {
      #expect(try !isProved(claim, text("doctors")))
      #expect(try isProved(claim, text("[doctors, owner]")))
      #expect(try isProved(claim, text("owner")))
    }
    // The owner of the run is.
    #expect(try isProved(.silence(reaches: []), text("doctors")))
  }

  @Test func `a touch after so long is in time where so long is promised`() throws {
    func text(_ wait: FlowTime.Duration, before: String = "") -> String {
      """
      timezone: '"Europe/Berlin"'
      steps: [\(before){ email: a, after: \(wait), purpose: inform, subject: S, body: B. }]

      """
    }
    for days in [1, 3] {
      #expect(try isProved(.firstTouch(within: .businessDays(days)), text(.businessDays(days))))
      #expect(try !isProved(.firstTouch(within: .businessDays(days)), text(.businessDays(days + 1))))
    }
    #expect(try isProved(.firstTouch(within: .months(1)), text(.months(1))))
    // After 1 February it is 28 days.
    #expect(try !isProved(.firstTouch(within: .months(1)), text(.days(31))))
    // From Sat 28 March 2026 02:30 to the 30th at 03:30: the time at which it is due on the way is missing.
    #expect(try !isProved(.firstTouch(within: .days(2)), text(.days(1), before: "{ wait: 1 day }, ")))
    #expect(try isProved(.firstTouch(within: .days(2)), text(.days(2))))
  }

  @Test func `a limit of days that seems to be kept and is not says why`() throws {
    // Four hours open a day: closed for 20, and 23 or 25 hours make a day twice a year.
    let text = """
      timezone: '"Europe/Berlin"'
      policy: { window: daily 20:00-24:00 }
      steps: [{ email: a, purpose: inform, subject: S, body: B. }]

      """
    guard case .undecided(let because, _) = try verdict(on: .firstTouch(within: .days(1)), text) else {
      Issue.record("it is decided")
      return
    }
    #expect(because.hasSuffix("; 1 day is less where clocks are changed, and counted so"), "\(because)")
    #expect(try isProved(.firstTouch(within: .days(2)), text))
  }
}
