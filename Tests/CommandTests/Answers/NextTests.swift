import Foundation
import Testing

/// `flow next`: what goes out if nobody answers, and nothing written for it.
@Suite struct NextTests {
  private static let begin = ["--start", Story.at("2026-03-26 09:00")]

  private func lines(_ folder: Folder, _ words: [String]) throws -> [String] {
    let ran = try folder.flow(["next", "--format", "json"] + words)
    guard ran.code == 0 else { throw Unstartable(program: "flow next", reason: ran.errors) }
    return try JSON(parsing: ran.output)["next"].list.map { item in
      ["at", "step", "verb", "to"].compactMap { item[$0].text }.joined(separator: " ")
    }
  }

  /// By the process: the receipt on day 2; the call when the reply until day 5 is not there; a business day later the
  /// manager; day 10 is Easter Saturday, and the Tuesday after it is the first day that is open.
  private static let expected = [
    "2026-03-27T16:40:00+01:00 receipt email ann@acme.test",
    "2026-03-30T16:40:00+02:00 objections call owner@acme.test",
    "2026-03-31T16:40:00+02:00 call-overdue escalate manager@acme.test",
    "2026-04-07T09:00:00+02:00 last-offer email ann@acme.test",
  ]

  @Test func theSilentContactIsToldAhead() throws {
    let folder = try Story.proposal.played(1)
    let store = folder.path + "/Workflows/flow.db"
    let before = try Data(contentsOf: URL(fileURLWithPath: store))
    #expect(try lines(folder, Self.begin + ["--days", "30"]) == Self.expected)
    // Until 2 April, 09:00.
    #expect(try lines(folder, Self.begin) == Array(Self.expected.prefix(3)))
    #expect(try lines(folder, Self.begin + ["--days", "30", "--workflow", "proposal"]) == Self.expected)
    let call = try JSON(parsing: folder.flow(["next", "--format", "json"] + Self.begin).output)["next"].list[2]
    #expect(call["says"].text == "Oliver Brandt has not called Ann Meyer about Roof repair.")
    #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == before)
    #expect(folder.names(in: "Workflows/outbox") == [])
  }

  @Test func aRunThatIsPausedIsToldWithANote() throws {
    let folder = try Story.proposal.played(1)
    let run = try folder.onlyRun()
    let pause = ["pause", run, "--because", "on holiday", "--by", "Olga", "--start", Story.at("2026-03-26 08:00")]
    #expect(try folder.flow(pause).code == 0)
    #expect(try lines(folder, Self.begin + ["--days", "30"]) == Self.expected)
    let ran = try folder.flow(["next", "--run", run] + Self.begin)
    #expect(
      ran.errors
        == "note: nothing of the run \(run) goes out for now: paused: on holiday, by Olga; "
        + "what follows holds once it goes on\n")
  }

  @Test func aFileWithAnErrorHidesNothingThatRuns() throws {
    let folder = try Story.proposal.played(1)
    let text = try folder.text("Workflows/proposal.yaml")
    try folder.write(text.replacing("- email: receipt", with: "- emial: receipt"), to: "Workflows/proposal.yaml")
    // The run goes on by the version that is kept with it.
    #expect(try lines(folder, Self.begin + ["--days", "30"]) == Self.expected)
    let ran = try folder.flow(["next"] + Self.begin)
    #expect(ran.errors.contains("emial") && ran.errors.contains("warning: files with errors are left out"))
  }

  @Test func whatIsOverdueGoesOutAtOnce() throws {
    let folder = try Story.proposal.played(1)
    // A server that stood still until Friday evening of the week after: the receipt on the Tuesday after Easter, and
    // all else from there: the call is due at once, a day after the touch before it.
    let late = try lines(folder, ["--start", Story.at("2026-04-03 20:00"), "--days", "6"])
    #expect(late.first == "2026-04-07T09:00:00+02:00 receipt email ann@acme.test")
    #expect(late.dropFirst().first == "2026-04-08T09:00:00+02:00 objections call owner@acme.test")
  }

  @Test func whatHappensAsForetold() throws {
    let folder = try Story.proposal.played(1)
    let foretold = try lines(folder, Self.begin + ["--days", "30"])
    for command in [
      Story.serve("2026-03-27 16:40"), Story.serve("2026-03-30 16:40"), Story.serve("2026-03-31 16:40"),
      Story.serve("2026-04-04 16:40"), Story.serve("2026-04-07 09:00"),
    ] {
      #expect(try folder.flow(command).code == 0)
    }
    let shown = try folder.flow("show", folder.onlyRun(), "--format", "json").output
    let sent = try JSON(parsing: shown)["timeline"].list.filter {
      ["sent", "task", "escalated"].contains($0["type"].text)
    }
    #expect(sent.compactMap { $0["at"].text } == foretold.map { String($0.prefix { $0 != " " }) })
  }

  /// Two offers to one person: a day lies between any two touches, and Sunday is no day for a call.
  @Test func `guarantee 12: gaps over several runs of a contact hold ahead, too`() throws {
    let folder = try nudge()
    try folder.write(Nudge.input.replacing("O-1", with: "O-2"), to: "second.json")
    for (file, time) in [("input.json", "10:00"), ("second.json", "11:00")] {
      let ran = try folder.flow(
        "event", "offer.sent", "--data", file, "--workflows", "nudge.yaml", "--start",
        "2026-03-02 \(time) Europe/Berlin")
      #expect(ran.code == 0, "\(ran.errors)")
    }
    let ran = try folder.flow(
      "next", "--workflows", "nudge.yaml", "--days", "20", "--format", "json", "--start",
      "2026-03-03 10:00 Europe/Berlin")
    let told = try JSON(parsing: ran.output)["next"].list.map { item in
      ["at", "key", "step"].compactMap { item[$0].text }.joined(separator: " ")
    }
    #expect(
      told == [
        "2026-03-04T10:00:00+01:00 O-1 first", "2026-03-05T10:00:00+01:00 O-2 first",
        "2026-03-09T09:00:00+01:00 O-1 talk", "2026-03-10T09:00:00+01:00 O-2 talk",
      ])
  }

  /// Five are due on Wednesday at 10:00, and two a day may go. The days of a capacity are those of UTC, which begin
  /// while the window is closed; so the others leave when it opens, and what follows counts from there: 10:00 on
  /// Wednesday, 09:00 on Thursday and on Friday, each and three days, are all no later than Monday 09:00.
  @Test func `guarantee 11: a channel's capacity holds ahead, too`() throws {
    let folder = try nudge()
    try folder.write("language: 1\ncapacity: { email: 2 a day }\n", to: "flow.yaml")
    for number in 1...5 {
      let data = Nudge.input.replacing("O-1", with: "O-\(number)").replacing("ann@", with: "ann\(number)@")
        .replacing("c-1", with: "c-\(number)").replacing("500142", with: "50014\(number)")
      try folder.write(data, to: "input.json")
      let ran = try folder.flow(
        "event", "offer.sent", "--data", "input.json", "--workflows", "nudge.yaml", "--id", "e-\(number)", "--start",
        "2026-03-02 10:00 Europe/Berlin")
      #expect(ran.code == 0, "\(ran.errors)")
    }
    func told(_ start: String) throws -> [String: Int] {
      let ran = try folder.flow(
        "next", "--workflows", "nudge.yaml", "--days", "8", "--format", "json", "--start", "\(start) Europe/Berlin")
      let lines = try JSON(parsing: ran.output)["next"].list.map { "\($0["at"].text ?? "") \($0["step"].text ?? "")" }
      return lines.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    let rest = ["2026-03-05T09:00:00+01:00 first": 2, "2026-03-06T09:00:00+01:00 first": 1]
    let calls = ["2026-03-09T09:00:00+01:00 talk": 5]
    let soon = ["2026-03-04T10:00:00+01:00 first": 2]
    #expect(try told("2026-03-02 12:00") == soon.merging(rest) { $1 }.merging(calls) { $1 })
    // Whoever came first goes first, as it will happen.
    let ran = try folder.flow(
      "next", "--workflows", "nudge.yaml", "--days", "8", "--format", "json", "--start", Story.at("2026-03-02 12:00"))
    let first = try JSON(parsing: ran.output)["next"].list.filter { $0["step"].text == "first" }
    let days = Dictionary(grouping: first) { $0["at"].text ?? "" }.sorted { $0.key < $1.key }
    #expect(days.map { Set($0.value.map { $0["key"].text }) } == [["O-1", "O-2"], ["O-3", "O-4"], ["O-5"]])
    // As it happens: two have left, three are planned, and the day is full.
    #expect(try folder.flow(["serve", "nudge.yaml", "--once", "--start", Story.at("2026-03-04 10:00")]).code == 0)
    #expect(folder.names(in: "outbox").count == 2)
    #expect(try told("2026-03-04 12:00") == rest.merging(calls) { $1 })
  }

  @Test func asTableAndCalendar() throws {
    let folder = try Story.proposal.played(1)
    let csv = try folder.flow(["next", "--format", "csv", "--days", "2"] + Self.begin).output
    let run = try folder.onlyRun()
    #expect(
      csv == "at,workflow,key,step,verb,to,run,says\r\n2026-03-27T16:40:00+01:00,proposal,P-2026-031,receipt,email,"
        + "ann@acme.test,\(run),Roof repair: did it reach you?\r\n")
    let ics = try folder.flow(["next", "--format", "ics", "--days", "2"] + Self.begin)
    // RFC 5545: CRLF, at most 75 octets a line, instants in UTC.
    let lines = ics.output.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(!ics.bytes.isEmpty && lines.allSatisfy { $0.utf8.count <= 75 && !$0.contains("\n") })
    #expect(lines.contains("DTSTART:20260327T154000Z"))
    #expect(lines.contains("UID:\(run)-receipt@flow"))
    let none = try folder.flow(["next", "--days", "1"] + Self.begin)
    #expect(none.output == "nothing goes out within a day\n")
    #expect(try folder.flow("next", "--days", "0").code == 2)
  }
}
