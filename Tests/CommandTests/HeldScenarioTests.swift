import Testing

/// What `flow scenarios` and `flow mutate` make of a hold that waits for an event.
@Suite struct HeldScenarioTests {
  /// - Parameters:
  ///   - opened: what the case `case.opened` of `anytime` leads to.
  ///   - data: what that event brings.
  ///   - scenarios: of the file itself.
  private func folder(_ opened: String, bringing data: String = "{}", scenarios: String = "") throws -> Folder {
    let folder = try Folder()
    try folder.write(
      """
      workflow: case
      about: Nothing is written while a case is open.
      category: service
      trigger: { event: thing.started, key: thing.id }
      input:
        contact: contact
        owner: person
        thing: { id: text, title: text }
      events: { case.opened: \(data), case.closed: {} }
      timezone: UTC
      owner: owner
      anytime:
        case.opened:\(opened)
      steps:
        - sms: told
          purpose: inform
          body: "{{ contact.name }}, about {{ thing.title }}."
          ask: Is it fine?
        - await: reply within 3 days
        - sms: soon
          purpose: request
          body: "{{ contact.name }}, and now {{ thing.title }} again."
          ask: Is it done?
        - await: reply within 1 day
        - end: quiet
      \(scenarios)
      """, to: "case.yaml")
    return folder
  }

  private static let hold = " hold until case.closed + 2 days, or 20 days"
  private static let list = "\n    - hold: until case.closed + 2 days, or 20 days"
  private static let start = "2026-03-24 10:00 UTC"

  private static let story = """
    scenarios:
      - name: nothing comes
        start: 2026-03-24 10:00 UTC
        input:
          contact: { name: Ann Example, phone: "+15550100" }
          owner: { name: Sam Example, email: owner@example.test }
          thing: { id: t-1, title: a thing }
        expect: [ told, soon, end quiet ]

    """

  private static func shift(_ place: String) -> String {
    "\(place)until case.closed + 2 days becomes case.closed + 3 days"
  }

  /// Opened on 24 March at 11:00, an hour after the start, the case holds until 13 April at 11:00. Closed a second
  /// before that or right then it holds the second message until two days later; a second after it says nothing any
  /// more.
  @Test(arguments: [hold, list])
  func `the event that ends a hold comes before its bound, at it and after it`(_ opened: String) throws {
    let folder = try folder(opened)
    let made = try folder.flow("scenarios", "case.yaml", "--start", Self.start, "--format", "json")
    #expect(made.code == 0, "\(made.errors)")
    let soon = try JSON(parsing: made.output)["scenarios"].list.reduce(into: [String: String]()) { soon, one in
      guard let name = one["name"].text, name.hasPrefix("case.opened"), name.contains("case.closed") else { return }
      soon[name] = one["expect"].list.compactMap(\.text).first { $0.hasSuffix("  soon") }
    }
    #expect(
      soon == [
        "case.opened after told, case.closed a second before the hold is over, ends quiet": "2026-04-15 10:59  soon",
        "case.opened after told, case.closed as the hold ends, ends quiet": "2026-04-15 11:00  soon",
        "case.opened after told, case.closed a second after the hold, ends quiet": "2026-04-13 11:00  soon",
      ])
  }

  @Test(arguments: [(hold, "anytime: case.opened "), (list, "hold-1: ")])
  func `a change of what comes after the event is noticed by them`(_ opened: String, _ place: String) throws {
    let missing = try folder(opened, scenarios: Self.story).flow("mutate", "case.yaml", "--format", "json")
    let missed = try JSON(parsing: missing.output)["workflows"][0]["missed"].list.compactMap { $0["what"].text }
    #expect(missed.contains(Self.shift(place)), "\(missed)")

    let folder = try folder(opened)
    #expect(try folder.flow("scenarios", "case.yaml", "--start", Self.start, "--write").code == 0)
    let ran = try folder.flow("run", "case.yaml", "--min-coverage", "100")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    let noticed = try folder.flow("mutate", "case.yaml", "--strict")
    #expect(noticed.code == 0, "\(noticed.output)\(noticed.errors)")
  }

  @Test(arguments: [
    ("event.until + 2 days", "event.until + 2 days: 2 days becomes 3 days"),
    ("event.until", "event.until becomes event.until + 1 day"),
    ("event.until at 10:00", "event.until at 10:00: at 10:00 becomes at 11:00"),
  ])
  func `a change of the date that a hold lasts until is noticed by them`(_ until: String, _ change: String) throws {
    let opened = " hold until \(until), or 20 days"
    let missing = try folder(opened, bringing: "{ until: date }", scenarios: Self.story)
      .flow("mutate", "case.yaml", "--format", "json")
    let missed = try JSON(parsing: missing.output)["workflows"][0]["missed"].list.compactMap { $0["what"].text }
    #expect(missed.contains("anytime: case.opened until \(change)"), "\(missed)")

    let folder = try folder(opened, bringing: "{ until: date }")
    #expect(try folder.flow("scenarios", "case.yaml", "--start", Self.start, "--write").code == 0)
    let noticed = try folder.flow("mutate", "case.yaml", "--strict")
    #expect(noticed.code == 0, "\(noticed.output)\(noticed.errors)")
  }
}
