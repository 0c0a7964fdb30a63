import Foundation
import Testing

/// A month on a file in which the clocks change, at half past two at night.
@Suite struct MonthTests {
  private static let workflow = """
    workflow: month
    about: Four weeks of mail across the change of the clocks.
    category: internal
    trigger: { event: month.begun, key: contact.name }
    input: { contact: contact, owner: person }
    timezone: '"Europe/Berlin"'
    steps:
      - email: week-1
        at: day 7
        subject: "One, {{ contact.name }}"
        purpose: inform
        body: "One of three, {{ contact.name }}."
        ask: Is it well?
      - await: reply until day 13
      - email: week-2
        at: day 14
        thread: same
        purpose: request
        body: "Two of three, {{ contact.name }}."
        ask: Is it better?
      - notify: a-day-of-hours
        after: 24 hours
        to: owner
        say: Twenty-four hours.
      - await: reply until day 20
      - email: week-3
        at: day 21
        thread: same
        purpose: inform
        body: "Three of three, {{ contact.name }}."
        ask: Is it best?
      - await: reply within 1 week
      - end: done

    """

  /// On 29 March the hour from two to three does not exist: what was meant for it goes out an hour later, and
  /// 24 hours count from there. On 25 October it exists twice: the earlier is meant, and 24 hours later it is
  /// half past one.
  @Test(arguments: [
    (
      "2026-03-15",
      [
        "2026-03-15T02:30:00+01:00 started", "2026-03-22T02:30:00+01:00 sent week-1",
        "2026-03-22T02:30:00+01:00 waiting await-1", "2026-03-28T02:30:00+01:00 timeout await-1",
        "2026-03-29T03:30:00+02:00 sent week-2", "2026-03-30T03:30:00+02:00 sent a-day-of-hours",
        "2026-03-30T03:30:00+02:00 waiting await-2", "2026-04-04T02:30:00+02:00 timeout await-2",
        "2026-04-05T02:30:00+02:00 sent week-3", "2026-04-05T02:30:00+02:00 waiting await-3",
        "2026-04-12T02:30:00+02:00 timeout await-3", "2026-04-12T02:30:00+02:00 ended",
      ]
    ),
    (
      "2026-10-11",
      [
        "2026-10-11T02:30:00+02:00 started", "2026-10-18T02:30:00+02:00 sent week-1",
        "2026-10-18T02:30:00+02:00 waiting await-1", "2026-10-24T02:30:00+02:00 timeout await-1",
        "2026-10-25T02:30:00+02:00 sent week-2", "2026-10-26T01:30:00+01:00 sent a-day-of-hours",
        "2026-10-26T01:30:00+01:00 waiting await-2", "2026-10-31T02:30:00+01:00 timeout await-2",
        "2026-11-01T02:30:00+01:00 sent week-3", "2026-11-01T02:30:00+01:00 waiting await-3",
        "2026-11-08T02:30:00+01:00 timeout await-3", "2026-11-08T02:30:00+01:00 ended",
      ]
    ),
  ]) func theClocksChange(_ month: (start: String, entries: [String])) throws {
    let folder = try Folder()
    try folder.write(Self.workflow, to: "Workflows/month.yaml")
    try folder.write(
      """
      { "contact": { "id": "c-1", "name": "Ann", "email": "ann@acme.test" },
        "owner": { "name": "Otto", "email": "otto@acme.test" } }
      """, to: "data.json")
    let start = "\(month.start) 02:30 Europe/Berlin"
    let begun = try folder.flow("event", "month.begun", "--data", "data.json", "--start", start)
    #expect(begun.code == 0, "\(begun.errors)")
    // As one who comes exactly when something is due, whatever offset it is told in.
    for _ in 0..<20 {
      let run = try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"][0]
      guard run["state"].text == "live", let due = run["until"].text else { break }
      let early = try #require(ISO8601DateFormatter().date(from: due)).addingTimeInterval(-1)
      let nothing = try folder.flow("serve", "--once", "--start", ISO8601DateFormatter().string(from: early))
      #expect(nothing.errors.contains("woke 0 runs"), "a second early: \(nothing.errors)")
      #expect(try folder.flow("serve", "--once", "--start", due).code == 0)
    }
    let id = try #require(
      try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"][0]["run"].text)
    let shown = try folder.flow("show", id, "--format", "json").output
    let entries = try JSON(parsing: shown)["timeline"].list.map { entry in
      ["at", "type", "step"].compactMap { entry[$0].text }.joined(separator: " ")
    }
    #expect(entries == month.entries)
    let simulated = try folder.flow(
      "simulate", "Workflows/month.yaml", "--start", start, "--input", "data.json", "--format", "json")
    #expect(simulated.output == shown)
  }
}
