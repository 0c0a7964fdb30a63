import Foundation
import Testing

/// What people name, and what they are told of it.
@Suite struct NamingTests {
  @Test(arguments: ["runs", "stats", "next", "replay", "migrate"])
  func `a workflow that is not there is told with what may have been meant`(command: String) throws {
    let folder = try Story.proposal.played(1)
    let ran = try folder.flow(command, "--workflow", "propsal")
    #expect(ran.code == 1 && ran.output.isEmpty)
    #expect(ran.errors.hasSuffix("there is no workflow \"propsal\"; did you mean \"proposal\"?\n"), "\(ran.errors)")
    #expect(try folder.flow(command, "--workflow", "proposal").code == 0)
    // The file is gone, and its runs are there still.
    try FileManager.default.removeItem(atPath: folder.path + "/Workflows/proposal.yaml")
    if ["runs", "stats", "replay"].contains(command) {
      #expect(try folder.flow(command, "--workflow", "proposal").code == 0)
    }
  }

  @Test(arguments: [false, true]) func `a task is named by the first letters of its id`(withServer: Bool) throws {
    let folder = try Story.proposal.played(3)
    let listed = try JSON(parsing: folder.flow("tasks", "--format", "json").output)["tasks"].list
    let task = try #require(listed.first)
    let id = try #require(task["task"].text)
    #expect(task["outcomes"].list.compactMap(\.text).contains("connected"), "\(task)")
    let server = withServer ? try Serving(folder) : nil
    let none = try folder.flow("done", "zz", "connected")
    #expect(none.code == 1 && none.errors.contains("there is no task \"zz\""))
    let done = try folder.flow("done", String(id.prefix(4)), "connected")
    #expect(done.code == 0 && done.output == "\(id): connected\n", "\(done.errors)")
    try server?.endsWell()
  }

  @Test func `why a run was cancelled is in its history, and among the reasons`() throws {
    let folder = try Story.proposal.played(2)
    let run = try folder.onlyRun()
    #expect(
      try folder.flow("cancel", run, "--because", "she has married", "--start", Story.at("2026-03-28 10:00")).code == 0)
    for command in ["show", "why"] {
      let told = try folder.flow(command, run).output
      #expect(told.contains("cancelled: she has married"), "\(told)")
    }
    // It is no failure of anything, for people and for programs.
    let timeline = try JSON(parsing: folder.flow("show", run, "--format", "json").output)["timeline"].list
    #expect(timeline.suffix(2).map { $0["type"].text } == ["cancelled", "ended"])
    #expect(timeline.suffix(2).first?["because"].text == "she has married")
    let tasks = try JSON(parsing: folder.flow("tasks", "--all", "--format", "json").output)["tasks"].list
    #expect(tasks.last?["step"].text == "cancelled" && tasks.last?["text"].text == "cancelled: she has married")
    #expect(!tasks.contains { $0["step"].text == "failed" })
    #expect(try folder.flow("replay", run).code == 0)
  }

  @Test func `a store that is a folder is told for what it is`() throws {
    let folder = try Story.proposal.played(1)
    for command in [["runs"], ["serve", "--once"], ["contact", "erase", "ann@acme.test"]] {
      let ran = try folder.flow(command + ["--store", "Workflows"])
      #expect(ran.code == 3)
      #expect(ran.errors.contains("Workflows: it is no store: a folder, where a file is wanted"), "\(ran.errors)")
    }
  }

  @Test(.enabled(if: geteuid() != 0, "nothing is forbidden to root"))
  func `a store that cannot be written says what must be`() throws {
    let folder = try Story.proposal.played(1)
    chmod(folder.path + "/Workflows", 0o500)
    defer { chmod(folder.path + "/Workflows", 0o700) }
    let ran = try folder.flow("serve", "--once", "--store", "Workflows/other.db")
    #expect(ran.code == 3 && ran.errors.contains("Permission denied"), "\(ran.errors)")
  }
}
