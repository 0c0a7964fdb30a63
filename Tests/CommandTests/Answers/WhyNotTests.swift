import Foundation
import Testing

/// `flow why` of what a run came to and did not do: an answer came first, or a rule of the file left it out.
@Suite struct WhyNotTests {
  private static let project = """
    caps: { touches: 1 in 7 days, then: end capped }
    """

  /// On Mondays from ten to eleven: what is due at another time is put off.
  private static func workflow(_ name: String, policy: String = "", closed: String = "") -> String {
    """
    workflow: \(name)
    about: A bicycle that is repaired is fetched.
    category: service
    trigger: { event: \(name).repaired, key: bike.id }
    input:
      contact: contact
      owner: person
      bike: { id: text, since: date }
    events: { bike.fetched: {}, bike.lost: {} }
    timezone: '"UTC"'
    policy: { window: "mon 10:00-11:00"\(policy) }
    anytime: { bike.fetched: end fetched, bike.lost: look }
    steps:
      - email: ready
        at: day 2
        window: any
        purpose: inform
        subject: "{{ bike.id }} is ready, {{ contact.name }}"
        body: "{{ contact.name }}, {{ bike.id }} is repaired."
        ask: When do you fetch it?
      - await: reply within 1 day
      - email: again
        purpose: request
        subject: "{{ bike.id }} waits, {{ contact.name }}"
        body: "{{ contact.name }}, {{ bike.id }} has been ready since {{ bike.since | date }}."
        ask: When do you fetch it?
    \(closed)
      - email: late
        at: bike.since + 20 days
        if-past: end forgotten
        window: any
        purpose: request
        subject: "{{ bike.id }} still waits, {{ contact.name }}"
        body: "{{ contact.name }}, {{ bike.id }} has been ready since {{ bike.since | date }}, for weeks."
        ask: Shall we keep it?
      - end: kept
    paths:
      look:
        - task: search
          by: owner
          say: "Where is {{ bike.id }}?"
        - await: reply within 2 days
        - end: gone

    """
  }

  private func folder(_ workflow: String, project: String = "", since: String = "2026-03-02") throws -> Folder {
    let folder = try Folder()
    try folder.write(workflow, to: "Workflows/bike.yaml")
    if !project.isEmpty { try folder.write(project + "\n", to: "flow.yaml") }
    try folder.write(
      """
      { "contact": { "id": "c-1", "name": "Ann", "email": "ann@acme.test" },
        "owner": { "name": "Otto", "email": "otto@acme.test" }, "bike": { "id": "B-1", "since": "\(since)" } }
      """, to: "event.json")
    try folder.write("{}", to: "empty.json")
    return folder
  }

  /// Carried out one after the other, each with its hour of March 2026, UTC.
  private func play(_ folder: Folder, _ commands: [(hour: String, words: [String])]) throws {
    for (hour, words) in commands {
      let ran = try folder.flow(words + ["--start", "2026-03-\(hour) UTC"])
      #expect(ran.code == 0, "\(words): \(ran.errors)")
    }
  }

  private func why(_ folder: Folder, _ step: String, run: String? = nil) throws -> [String] {
    let ran = try folder.flow("why", try run ?? folder.onlyRun(), step, "--format", "json")
    #expect(ran.code == 0, "\(ran.errors)")
    let answer = try #require(JSON(parsing: ran.output)["answers"].list.last)
    return [answer["what"].text, answer["at"].text].compactMap(\.self) + answer["because"].list.compactMap(\.text)
  }

  private func serve(_ hour: String) -> (hour: String, words: [String]) { (hour, ["serve", "--once"]) }
  private func tell(_ event: String, at hour: String) -> (hour: String, words: [String]) {
    (hour, ["event", event, "--subject", "B-1", "--data", "empty.json"])
  }
  private let begin = ("02 10:00", ["event", "bike.repaired", "--data", "event.json"])

  @Test func `guarantee 28: a touch that an event came before says so, wherever the run went then`() throws {
    let folder = try folder(Self.workflow("bike"))
    try play(folder, [begin, tell("bike.lost", at: "03 12:00")])
    #expect(
      try why(folder, "ready") == [
        "interrupted", "2026-03-03T12:00:00+00:00", "because bike.lost came", "its time had not come: day 2",
      ])
    try play(folder, [tell("bike.fetched", at: "03 13:00")])
    #expect(try why(folder, "await-2") == ["interrupted", "2026-03-03T13:00:00+00:00", "because bike.fetched came"])
    #expect(try why(folder, "ready")[2] == "because bike.lost came")
    let text = try folder.flow("why", folder.onlyRun()).output
    #expect(text.contains("interrupted Tue 3 Mar 2026 12:00: it did not go out\n"), "\(text)")
    #expect(text.contains("interrupted Tue 3 Mar 2026 13:00\n"), "\(text)")
  }

  @Test func `guarantee 28: a touch that was put off, and then came no more, says both`() throws {
    let folder = try folder(Self.workflow("bike"))
    try play(folder, [begin, serve("04 10:00"), serve("05 10:00")])
    let putOff = "put off on Thu 5 Mar 2026 10:00 to Mon 9 Mar 2026 10:00: outside the window"
    let run = try folder.onlyRun()
    try play(folder, [("06 10:00", ["cancel", run, "--because", "sold"])])
    #expect(
      try why(folder, "again") == [
        "interrupted", "2026-03-06T10:00:00+00:00", "because it was cancelled: sold", putOff,
      ])
  }

  @Test(arguments: [
    (", max-touches: 1", "", "it would be touch 2 of at most 1", "exhausted"),
    ("", "    closed: end shut", "outside the window", "shut"),
  ])
  func `guarantee 28: a touch that a rule of the file left out says by which`(
    policy: String, closed: String, because: String, outcome: String
  ) throws {
    let folder = try folder(Self.workflow("bike", policy: policy, closed: closed))
    try play(folder, [begin, serve("04 10:00"), serve("05 10:00")])
    #expect(
      try why(folder, "again") == [
        "skipped", "2026-03-05T10:00:00+00:00", "because await-1 timed out", "because \(because)",
      ])
    let text = try folder.flow("why", folder.onlyRun()).output
    #expect(text.contains("  because again was left out\n  the outcome is \(outcome)\n"), "\(text)")
  }

  private static let ways = """
    workflow: bike
    about: A bicycle that is repaired is fetched.
    category: service
    trigger: { event: bike.repaired, key: bike.id }
    input:
      contact: contact
      owner: person
      bike: { id: text, since: date }
    timezone: '"UTC"'
    steps:
      - choose:
          - when: bike.id == "B-2"
            then: [ { notify: rare, to: owner, say: "It is here." } ]
      - repeat: ask
        times: 3
        every: 1 day
        stop-if: run.day >= 1
        steps:
          - email: ready
            purpose: inform
            subject: "{{ bike.id }} is ready, {{ contact.name }}"
            body: "{{ contact.name }}, {{ bike.id }} is repaired."
            ask: When do you fetch it?
      - await: reply within 1 hour
        then:
          reply: [ { task: answer, by: owner, say: "Answer {{ contact.name }}." }, { end: answered } ]
          timeout: next
      - end: kept

    """

  @Test func `guarantee 28: a step on another way than the run's says what chose, a repeat why it was over`() throws {
    let folder = try folder(Self.ways)
    try play(folder, [begin])
    try play(folder, [serve("03 10:00"), serve("03 11:00")])
    #expect(try why(folder, "rare") == ["ahead", "because no condition held"])
    #expect(try why(folder, "answer") == ["ahead", "because await-1 timed out"])
    #expect(
      try why(folder, "ask") == [
        "passed", "2026-03-03T10:00:00+00:00", "because run.day >= 1, so there is no further round",
      ])
  }

  @Test func `guarantee 28: so does one that the caps, or an instant that has passed, left out`() throws {
    let folder = try folder(Self.workflow("bike"), project: Self.project)
    try play(folder, [begin, serve("04 10:00"), serve("05 10:00"), serve("09 10:00")])
    #expect(
      try why(folder, "again") == [
        "skipped", "2026-03-05T10:00:00+00:00", "because await-1 timed out",
        "because the cap on touches of this contact",
      ])
    let old = try self.folder(Self.workflow("bike"), since: "2026-02-02")
    try play(old, [begin, serve("04 10:00"), serve("05 10:00"), serve("09 10:00")])
    #expect(
      try why(old, "late") == [
        "skipped", "2026-03-09T10:00:00+00:00", "because it follows again",
        "because bike.since + 20 days has passed",
      ])
  }
}
