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

  /// A run that begins on Saturday at 08:59 sends on Monday at 09:00 and ends on Friday at 09:00: a minute after five
  /// business days. Where the contact's clock hangs behind Berlin's, Monday at 09:00 is as late as 23:00 there.
  @Test(arguments: [("contact.timezone ?? \"Europe/Berlin\"", 6), ("'\"Europe/Berlin\"'", 7)])
  func `an end within business days is reckoned from date to date`(_ zone: String, _ days: Int) throws {
    let text = """
      timezone: \(zone)
      policy: { window: "mon-fri 09:00-17:00", business: mon-fri }
      anytime: { out-of-office: end away }
      steps: [{ email: a, purpose: inform, subject: S, body: B. }, { wait: 4 business days }, { end: done }]

      """
    #expect(try isProved(.ends(within: .businessDays(days)), text))
    #expect(try !isProved(.ends(within: .businessDays(5)), text))
  }

  /// From 1 December two months lead to 1 February, and 27 days and a half to 28 February at noon; 29 to 2 March. Two
  /// months may be 62 days, and three no more than 89.
  @Test func `an end within months is reckoned from date to date`() throws {
    func text(_ rest: String) -> String {
      """
      timezone: '"UTC"'
      anytime: { out-of-office: end away }
      steps: [{ wait: 1 month }, { wait: 1 month }, { wait: \(rest) }, { end: done }]

      """
    }
    #expect(try isProved(.ends(within: .months(3)), text("27 days 12 hours")))
    #expect(try !isProved(.ends(within: .months(3)), text("29 days")))
  }

  /// Where the contact's clock hangs 14 hours behind Berlin's, a run that begins there on Sunday at midnight meets a
  /// Saturday, and the window opens on Monday at 23:00 of Berlin: within two business days, and after one.
  @Test func `a first touch in a window of another zone comes within business days of the run's`() throws {
    let text = """
      timezone: '"Europe/Berlin"'
      policy: { window: "mon-fri 09:00-17:00", business: mon-fri }
      steps: [{ email: a, purpose: inform, subject: S, body: B. }]

      """
    #expect(try isProved(.firstTouch(within: .businessDays(2)), text))
    #expect(try !isProved(.firstTouch(within: .businessDays(1)), text))
  }

  @Test func `a limit of months or business days that is not proved says how little it may be`() throws {
    let text = "timezone: '\"UTC\"'\nsteps: [{ wait: 30 days }, { end: done }]\n"
    guard case .undecided(let because, _) = try verdict(on: .ends(within: .months(1)), text) else {
      Issue.record("it is decided")
      return
    }
    #expect(because.hasSuffix("; 1 month may be no more than 28 days"), "\(because)")
  }
}
