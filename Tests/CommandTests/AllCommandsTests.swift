import Foundation
import Testing

/// What is the same for all commands: in which form they print, and which files they mean.
@Suite struct AllCommandsTests {
  /// The commands that help lists under these words, a line each: two blanks, then the name.
  private func commands(_ words: [String], in folder: Folder) throws -> [[String]] {
    let help = try folder.flow(words + ["--help"]).output.components(separatedBy: "SUBCOMMANDS:\n")
    guard help.count == 2 else { return [words] }
    let names = help[1].split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
    return try names.flatMap { try commands(words + [$0], in: folder) }
  }

  @Test func `every command takes --format`() throws {
    let folder = try Folder()
    let all = try commands([], in: folder)
    #expect(all.count > 30 && all.contains(["store", "export"]) && all.contains(["serve"]), "\(all)")
    for words in all {
      #expect(try folder.flow(words + ["--help"]).output.contains("--format <format>"), "\(words)")
    }
  }

  @Test func `help, a new project, a plugin's checks and a turn of the server are told as JSON, too`() throws {
    let folder = try Folder()
    func json(_ words: String...) throws -> JSON {
      let ran = try folder.flow(words + ["--format", "json"])
      #expect(ran.code == 0, "\(words): \(ran.errors)")
      return try JSON(parsing: ran.output)
    }
    #expect(try json("init")["wrote"].list.compactMap(\.text).contains("./flow.yaml"))
    let page = try json("explain", "unknown-event")
    #expect(page["code"].text == "unknown-event" && page["severity"].text == "error")
    #expect(page["correction"].text?.contains("deal.moved: end moved") == true)
    #expect(try json("explain")["findings"].list.contains { $0["code"].text == "unknown-event" })
    let checks = try json("plugin", "check", "sms")
    #expect(checks["failed"].integer == 0)
    #expect(checks["checks"].list.count == checks["passed"].integer)
    #expect(checks["checks"][0]["outcome"].text == "ok")
    let turn = try json("serve", "--once", "--start", Fixtures.start)
    #expect(turn["woke"].integer == 0 && turn["troubles"].list.isEmpty)
    #expect(try folder.flow("serve", "--format", "json").code == 2)
  }

  @Test func `files and folders are named in one way`() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "more/a.yaml")
    try folder.write(Nudge.input, to: "event.json")
    let checked = try folder.flow("check", "more")
    for words in [["--workflows", "more"], ["--project", "more"], ["--workflows", "more/a.yaml"]] {
      #expect(try folder.flow(["check"] + words).output == checked.output)
    }
    let event = ["event", "offer.sent", "--data", "event.json", "--start", Fixtures.start]
    #expect(try folder.flow(event + ["--workflows", "more"]).code == 0)
    for words in [["--workflows", "more"], ["--project", "more/a.yaml"]] {
      #expect(try folder.flow(["runs"] + words).output.contains("nudge"))
    }
    #expect(try folder.flow("schema", "--workflows", "more").code == 0)
  }

  @Test func `what belongs to no run has its instants in the project's zone`() throws {
    let folder = try Folder()
    try folder.write("language: 1\ntimezone: Europe/Berlin\n", to: "flow.yaml")
    try folder.write(Nudge.workflow, to: "Workflows/a.yaml")
    try folder.write(Nudge.input, to: "event.json")
    for type in ["offer.sent", "offer.lost"] {
      _ = try folder.flow("event", type, "--data", "event.json", "--start", "2026-03-25 16:40 Europe/Berlin")
    }
    let contact = try #require(JSON(parsing: Nudge.input)["contact"]["id"].text)
    #expect(try folder.flow("contact", "suppress", contact, "--start", "2026-03-25 16:40 Europe/Berlin").code == 0)
    for words in [
      ["runs", "--unmatched"], ["contact", "show", contact], ["contact", "show", contact, "--format", "json"],
    ] {
      let said = try folder.flow(words).output
      #expect(said.contains("2026-03-25T16:40:00+01:00") && !said.contains("+00:00"), "\(said)")
    }
  }
}
