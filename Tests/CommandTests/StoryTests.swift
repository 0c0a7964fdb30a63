import Foundation
import Testing

/// The interpreter on a file, against what was simulated.
@Suite struct StoryTests {
  @Test func endsAsItWasSimulated() throws {
    let story = Story.proposal
    let folder = try story.folder()
    for command in story.commands {
      let ran = try folder.flow(try Story.words(command, in: folder))
      #expect(ran.code == 0, "\(command): \(ran.output)\(ran.errors)")
    }
    let simulated = try folder.flow(
      [
        "simulate", "Workflows/proposal.yaml", "--start", Story.at("2026-03-25 16:40"), "--input",
        "Workflows/fixtures/acme.json", "--format", "json",
      ] + story.events.flatMap { ["--event", $0] })
    #expect(simulated.code == 0, "\(simulated.errors)")
    let ending = try Ending(folder)
    #expect(ending.timeline == simulated.output)
    let sent = try JSON(parsing: ending.timeline)["timeline"].list.filter {
      ["sent", "task"].contains($0["type"].text)
    }
    #expect(sent.compactMap { $0["step"].text } == ["receipt", "objections", "last-offer", "book"])
    // Each message once: two mails and two calls, and the escalation of the one that was not made.
    #expect(ending.messages.count == 5, "\(ending.messages.count)")
    #expect(Set(ending.messages).count == 5)
    #expect(ending.tasks.count == 3, "two calls and the reply that was passed on: \(ending.tasks)")
    // The same in other formats.
    let id = try #require(
      try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"][0]["run"].text)
    let lines = try folder.flow("show", id, "--format", "jsonl").output.split(separator: "\n")
    #expect(lines.count == (try JSON(parsing: ending.timeline)["timeline"].list.count))
    #expect(try folder.flow("show", String(id.prefix(4))).output.contains("unreached"))
    #expect(try folder.flow("show", "nobody").code == 1)
    #expect(try folder.flow("runs", "--format", "csv").output.hasPrefix("run,workflow,key,"))
  }

  @Test func everyCommandTwice() throws {
    let story = Story.proposal
    let folder = try story.folder()
    for command in story.commands {
      let words = try Story.words(command, in: folder)
      _ = try folder.flow(words)
      let again = try folder.flow(words)
      #expect(again.code == 0 || command[0] == "done", "\(command): \(again.output)\(again.errors)")
    }
    #expect(try Ending(folder) == Kills.reference.ending)
  }

  /// Served only once at the very end: what is due is done in order, each from when it was really done.
  @Test func aLongStop() throws {
    let folder = try Story.proposal.folder()
    try folder.flow(Story.proposal.commands[0])
    let ran = try folder.flow(Story.serve("2026-05-04 10:00"))
    #expect(ran.code == 0)
    let timeline = try JSON(parsing: try Ending(folder).timeline)["timeline"].list
    #expect(
      timeline.filter { $0["type"].text == "sent" || $0["type"].text == "task" }.map { $0["step"].text } == [
        "receipt"
      ])
    #expect(
      timeline.last?["type"].text == "task" || timeline.last?["type"].text == "waiting"
        || timeline.last?["type"].text == "deferred", "\(timeline.map(\.written))")
  }
}
