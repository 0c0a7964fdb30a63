import Foundation
import Testing

/// `flow replay`: a journal against its graph.
@Suite struct ReplayTests {
  @Test func `guarantee 3: the story's journal folds to the same transitions`() throws {
    let folder = try Story.proposal.played()
    let ran = try folder.flow("replay")
    #expect(ran.code == 0, "\(ran.errors)")
    let id = try folder.onlyRun()
    // Started, receipt, the timeout with the call, the task, the deferral, the offer, the answer, the end.
    #expect(ran.output == "\(id) (proposal): same, 8 transitions\n1 run, all the same\n")
    let json = try JSON(parsing: folder.flow("replay", String(id.prefix(5)), "--format", "json").output)
    #expect(json["runs"][0]["verdict"].text == "same")
    #expect(json["runs"][0]["transitions"].integer == 8)
  }

  @Test func `guarantee 4: a version is kept with its calendar, and a run ends on it`() throws {
    let folder = try Story.proposal.played(3)
    // The calendar that both offers wait for is gone, and so is the call; neither is known to the run.
    try folder.write("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", to: "Workflows/calendars/de.ics")
    let text = try folder.text("Workflows/proposal.yaml")
    try folder.write(
      text.replacing("at: day 10", with: "at: day 20"), to: "Workflows/proposal.yaml")
    for command in Story.proposal.commands.dropFirst(3) {
      let ran = try folder.flow(try Story.words(command, in: folder))
      #expect(ran.code == 0, "\(command): \(ran.output)\(ran.errors)")
    }
    let untouched = try Story.proposal.played()
    #expect(try Ending(folder).timeline == Ending(untouched).timeline)
    #expect(try folder.flow("replay").code == 0)
  }

  @Test func `a version holds no data of its scenarios`() throws {
    let folder = try Story.proposal.played(1)
    let lines = try folder.flow("store", "export").output.split(separator: "\n")
    let version = try #require(lines.first { $0.contains("\"type\":\"version\"") })
    #expect(version.contains("proposal.yaml\"") && version.contains("de.ics\""), "\(version)")
    #expect(!version.contains("fixtures/") && !version.contains(".scenarios.yaml"), "\(version)")
  }

  @Test func whatIsNotThere() throws {
    let folder = try Story.proposal.played(1)
    let ran = try folder.flow("replay", "ffff")
    #expect(ran.code == 1)
    #expect(ran.errors.contains("there is no run \"ffff\""))
    #expect(try Folder().flow("replay").code == 3)
  }
}
