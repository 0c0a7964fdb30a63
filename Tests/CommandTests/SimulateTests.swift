import Foundation
import Testing

/// `flow simulate`: the event stream, to the letter.
@Suite struct SimulateTests {
  private let file = "Workflows/proposal.yaml"

  private func simulate(_ folder: Folder, _ more: String...) throws -> Ran {
    try folder.flow(
      ["simulate", file, "--start", Fixtures.start, "--input", "Workflows/fixtures/acme.json"] + more)
  }

  /// The process of the language's description against the stream of the command line's: every key named
  /// there has that value, in that order of entries. Others may be there; `version` means nothing, `…` stands
  /// for any text.
  @Test func theExampleOfTheDescription() throws {
    let ran = try simulate(try Fixtures.proposal(), "--format", "json")
    #expect(ran.code == 0)
    let found = try JSON(parsing: ran.output)
    let wanted = try JSON(parsing: Fixtures.text("proposal/timeline.json"))
    for key in wanted.keys where key != "timeline" && key != "version" {
      #expect(
        found[key].isSame(as: wanted[key]), "\(key): \(found[key].written), wanted \(wanted[key].written)")
    }
    #expect(found["version"].text?.isEmpty == false)
    let entries = found["timeline"].list
    #expect(entries.map { $0["type"].text } == wanted["timeline"].list.map { $0["type"].text })
    for (entry, example) in zip(entries, wanted["timeline"].list) {
      for key in example.keys where example[key].text != "…" {
        #expect(entry[key].isSame(as: example[key]), "\(key) of \(entry.written), wanted \(example.written)")
      }
    }
    #expect(try #require(entries[1]["body"].text).contains("Did it reach you, and is there one question"))
  }

  @Test func jsonLinesAreTheSameEntries() throws {
    let folder = try Fixtures.proposal()
    let entries = try JSON(parsing: simulate(folder, "--format", "json").output)["timeline"].list
    let lines = try simulate(folder, "--format", "jsonl").output
    #expect(lines.hasSuffix("\n"))
    let read = try lines.split(separator: "\n").map { try JSON(parsing: String($0)) }
    #expect(read.count == entries.count)
    #expect(zip(read, entries).allSatisfy { $0.isSame(as: $1) })
  }

  @Test func svg() throws {
    let picture = try simulate(try Fixtures.proposal(), "--format", "svg")
    #expect(picture.code == 0)
    let root = try XML.read(picture.output)
    #expect(root.name == "svg")
    let texts = root.all("text").map { $0.text + $0.all("tspan").map(\.text).joined() }.joined(
      separator: "\n")
    for word in ["receipt", "objections", "last-offer", "no-response"] {
      #expect(texts.contains(word), "\(word)")
    }
  }

  @Test(arguments: [60, 80, 120]) func textKeepsWithin(_ width: Int) throws {
    let ran = try simulate(try Fixtures.proposal(), "--width", "\(width)")
    #expect(ran.code == 0)
    for line in ran.output.split(separator: "\n") { #expect(line.unicodeScalars.count <= width, "\(line)") }
    for word in ["receipt", "deferred", "outside the window", "escalated"] {
      #expect(ran.output.contains(word))
    }
    #expect(!ran.output.contains("\u{1B}"))
  }

  @Test func eventsAsAScenarioHasThem() throws {
    let folder = try Fixtures.proposal()
    let one = try simulate(
      folder, "--event", "receipt + 1 hour: reply Sounds good, call me tomorrow.", "--event",
      "book + 1 hour: task connected", "--format", "json")
    #expect(one.code == 0, "\(one.errors)")
    let timeline = try JSON(parsing: one.output)
    #expect(timeline["outcome"].text == "engaged")
    #expect(timeline["ended"].text == "2026-03-30T10:00:00+02:00")
    let received = timeline["timeline"].list.filter { $0["type"].text == "received" }
    #expect(received.map { $0["took"].text } == ["interested", "connected"])
    #expect(received[0]["class"].text == "interested")
    #expect(received[0]["event"].text == "reply")
    #expect(received[1]["outcome"].text == "connected")

    try folder.write(
      """
      [ { "at": "receipt + 1 hour", "reply": "Sounds good, call me tomorrow." },
        { "at": "book + 1 hour", "task": "connected" } ]
      """, to: "events.json")
    #expect(try simulate(folder, "--events", "events.json", "--format", "json").bytes == one.bytes)

    let won = try simulate(folder, "--event", "day 6: proposal.accepted", "--format", "json")
    #expect(won.code == 1, "proposal.accepted brings by, and none is given: \(won.errors)")
    try folder.write(
      "[ { \"at\": \"day 6\", \"event\": \"proposal.accepted\", \"data\": { \"by\": \"mail\" } } ]",
      to: "events.json")
    let accepted = try JSON(parsing: simulate(folder, "--events", "events.json", "--format", "json").output)
    #expect(accepted["outcome"].text == "won")
    #expect(accepted["ended"].text == "2026-03-31T16:40:00+02:00")
    let withdrawn = try simulate(folder, "--event", "day 6: proposal.withdrawn", "--format", "json")
    #expect(try JSON(parsing: withdrawn.output)["outcome"].text == "withdrawn")

    try folder.write(
      "[ { \"at\": \"2026-03-28 09:00\", \"event\": \"out-of-office\", \"return\": \"2026-04-09\" } ]",
      to: "events.json")
    let away = try JSON(parsing: simulate(folder, "--events", "events.json", "--format", "json").output)
    let call = try #require(
      away["timeline"].list.first { $0["step"].text == "objections" && $0["type"].text == "task" })
    #expect(call["at"].text == "2026-04-10T09:00:00+02:00")
  }

  /// What else starts on the same event is another run: its touches would put these off, and not be shown.
  @Test func oneRunAlone() throws {
    let folder = try nudge()
    let words = ["simulate", "nudge.yaml", "--start", Fixtures.start, "--input", "input.json"]
    let alone = try folder.flow(words)
    #expect(alone.code == 0, "\(alone.errors)")
    try folder.write(
      folder.text("nudge.yaml").replacing("workflow: nudge", with: "workflow: a-rival"), to: "a-rival.yaml")
    #expect(try folder.flow(words).output == alone.output)
  }

  @Test func secondsOfAShortRun() throws {
    let folder = try Folder()
    try folder.write(
      """
      workflow: short
      about: Over in twenty seconds.
      trigger: { event: a.b, key: id }
      input: { contact: contact, id: text }
      steps:
        - wait: 20 seconds
        - end: over
      """, to: "short.yaml")
    let ran = try folder.flow("simulate", "short.yaml", "--start", Fixtures.start)
    #expect(ran.output.contains("0 touches in 20 seconds"), "\(ran.output) \(ran.errors)")
  }

  @Test func aSeedOfOneRun() throws {
    let folder = try Fixtures.proposal()
    #expect(try simulate(folder, "--seed", "3").code == 2)
    let exact = try simulate(folder, "--exact", "--seed", "3")
    #expect(exact.code == 2)
    #expect(exact.errors.hasPrefix("error: what is computed is the same with every seed; leave --seed out\n"))
  }

  /// Instants are the run's: in New York it is nine o'clock when it is three in the afternoon in Berlin.
  @Test func instantsOfEventsInTheRunsZone() throws {
    let folder = try Fixtures.proposal()
    let input = try folder.text("Workflows/fixtures/acme.json")
    try folder.write(
      input.replacing("Europe/Berlin", with: "America/New_York"), to: "Workflows/fixtures/acme.json")
    let ran = try simulate(folder, "--event", "2026-04-02 09:00: proposal.withdrawn", "--format", "json")
    #expect(try JSON(parsing: ran.output)["ended"].text == "2026-04-02T09:00:00-04:00")
  }

  @Test func eventsThatAreNone() throws {
    let folder = try Fixtures.proposal()
    for text in [
      "", "receipt", "receipt + 3 dyas: reply x", "recipt: reply x", "day 6: proposal.acepted",
      "day: reply x",
      "book: task conected", "book: task", "day 1: unsubscribed",
    ] {
      let ran = try simulate(folder, "--event", text)
      #expect(ran.code == 1, "\(text): \(String(describing: ran.code)) \(ran.errors)")
      #expect(!ran.errors.isEmpty, "\(text)")
    }
    for text in [
      "", "{}", "[ 1 ]", "[ { \"at\": \"day 1\" } ]", "[ { \"reply\": \"x\" } ]", "[",
      "[ { \"at\": \"day 1\", \"reply\": 1, \"reply\": 2 } ]",
    ] {
      try folder.write(text, to: "events.json")
      let ran = try simulate(folder, "--events", "events.json")
      #expect(ran.code == 1, "\(text): \(String(describing: ran.code)) \(ran.errors)")
    }
    // One that comes after the end is said to have had no effect.
    let late = try simulate(folder, "--event", "day 200: proposal.withdrawn")
    #expect(late.code == 1)
    #expect(late.errors.contains("day 200"), "\(late.errors)")
  }

  @Test func itemsOfAList() throws {
    let folder = try Folder()
    try folder.write(
      Nudge.workflow.replacing(
        "  key: offer.id\n  when: offer.amount > 0",
        with: "  key: [offer.id, item.id]\n  each: item in offer.parts"
      )
      .replacing("    due: date\n", with: "    due: date\n    parts: [ { id: text, name: text } ]\n")
      .replacing("{{ offer.title }}: did", with: "{{ item.name }}: did"), to: "nudge.yaml")
    try folder.write(
      Nudge.input.replacing(
        "\"due\":",
        with:
          #""parts": [ { "id": "a", "name": "Roof" }, { "id": "b", "name": "Door" } ], "due":"#
      ),
      to: "input.json")
    for (item, name) in [("1", "Roof"), ("2", "Door")] {
      let ran = try folder.flow(
        "simulate", "nudge.yaml", "--start", Fixtures.start, "--input", "input.json", "--item", item,
        "--format", "json")
      #expect(ran.code == 0, "\(ran.errors)")
      let sent = try JSON(parsing: ran.output)["timeline"].list.first { $0["type"].text == "sent" }
      #expect(sent?["subject"].text == "\(name): did it reach you?")
    }
    let ran = try folder.flow(
      "simulate", "nudge.yaml", "--start", Fixtures.start, "--input", "input.json", "--item", "3")
    #expect(ran.code == 1)
    #expect(try folder.flow("simulate", "nudge.yaml", "--input", "input.json", "--item", "0").code == 2)
  }

  @Test func everyPath() throws {
    let folder = try nudge()
    let words = ["simulate", "nudge.yaml", "--start", Fixtures.start, "--input", "input.json", "--all"]
    let ran = try folder.flow(words + ["--format", "json"])
    #expect(ran.code == 0, "\(ran.errors)")
    let tree = try JSON(parsing: ran.output)
    let outcomes = Set(tree["outcomes"].keys)
    #expect(outcomes.isSuperset(of: ["won", "lost", "no-response"]), "\(outcomes)")
    #expect(try #require(tree["paths"].integer) >= 4)
    let text = try folder.flow(words)
    #expect(text.code == 0)
    for outcome in outcomes { #expect(text.output.contains(outcome)) }
    #expect(try folder.flow(words + ["--format", "svg"]).code == 2)
    #expect(try folder.flow(words + ["--event", "day 1: offer.seen"]).code == 2)
  }

  /// No time of day in what is printed: the same an hour later, without a start only the days differ.
  @Test func withoutStartOrInput() throws {
    let folder = try nudge()
    #expect(try folder.flow("simulate", "nudge.yaml").code == 0)
    let ran = try folder.flow(
      "simulate", "nudge.yaml", "--start", "2026-03-25T16:40:00+01:00", "--format", "json")
    #expect(ran.code == 0)
    #expect(try JSON(parsing: ran.output)["start"].text == "2026-03-25T16:40:00+01:00")
    let odd = try folder.flow("simulate", "nudge.yaml", "--start", "2026-03-25T15:40:00Z", "--format", "json")
    #expect(odd.output == ran.output)
  }

  @Test func inputThatDoesNotFit() throws {
    let folder = try nudge()
    try folder.write(Nudge.input.replacing("18400", with: "\"much\""), to: "input.json")
    let ran = try folder.flow("simulate", "nudge.yaml", "--start", Fixtures.start, "--input", "input.json")
    #expect(ran.code == 1)
    #expect(ran.errors.contains("offer.amount"), "\(ran.errors)")
  }

  /// Beside it lies an older version of the same name, first by its letters.
  @Test func theFileThatWasNamed() throws {
    let folder = try Folder()
    let text = Nudge.workflow
    let old = text.replacing("end: no-response", with: "end: nobody")
    #expect(old != text)
    try folder.write(old, to: "a.yaml")
    try folder.write(text, to: "b.yaml")
    for (file, outcome) in [("a.yaml", "nobody"), ("b.yaml", "no-response")] {
      let ran = try folder.flow("simulate", file, "--start", Fixtures.start, "--format", "json")
      #expect(ran.code == 0, "\(ran.errors)")
      #expect(try JSON(parsing: ran.output)["outcome"].text == outcome)
    }
  }
}
