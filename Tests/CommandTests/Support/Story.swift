import Foundation

/// A run of the proposal process carried through by one command after the other, as cron and people would.
struct Story: Sendable {
  /// A command; `TASK STEP` stands for the id of the open task of that step.
  var commands: [[String]]
  /// The same, as `flow simulate` is told it.
  var events: [String]

  static let zone = "Europe/Berlin"

  /// The call is made, the last offer waits for the end of Easter, the client wants to talk, and is called.
  static let proposal = Story(
    commands: [
      [
        "event", "proposal.sent", "--data", "Workflows/fixtures/acme.json", "--id", "e-1", "--start",
        at("2026-03-25 16:40"),
      ],
      serve("2026-03-27 16:40"), serve("2026-03-30 16:40"),
      [
        "done", "TASK objections", "connected", "--note", "wants it cheaper", "--start",
        at("2026-03-31 10:00"),
      ],
      serve("2026-04-04 16:40"), serve("2026-04-07 09:00"),
      [
        "event", "reply", "--data", "reply.json", "--subject", "P-2026-031", "--id", "r-1", "--start",
        at("2026-04-08 10:00"),
      ],
      serve("2026-04-08 10:00"), serve("2026-04-08 14:00"),
    ],
    events: [
      "2026-03-31 10:00: task connected", "2026-04-08 10:00: reply Sounds good, call me.",
    ])

  static func at(_ instant: String) -> String { "\(instant) \(zone)" }
  static func serve(_ instant: String) -> [String] { ["serve", "--once", "--start", at(instant)] }

  func folder() throws -> Folder {
    let folder = try Fixtures.proposal()
    try folder.write("{ \"text\": \"Sounds good, call me.\" }", to: "reply.json")
    return folder
  }

  /// A folder in which the first so many commands have been given; all, where no number is named.
  func played(_ count: Int? = nil) throws -> Folder {
    let folder = try folder()
    for command in commands.prefix(count ?? commands.count) {
      let ran = try folder.flow(try Story.words(command, in: folder))
      if ran.code != 0 { throw Unstartable(program: command.joined(separator: " "), reason: ran.errors) }
    }
    return folder
  }

  /// The words of a command, with the tasks' ids looked up.
  static func words(_ command: [String], in folder: Folder) throws -> [String] {
    try command.map { word in
      guard word.hasPrefix("TASK ") else { return word }
      let tasks = try JSON(parsing: folder.flow("tasks", "--all", "--format", "json").output)["tasks"].list
      return tasks.first { $0["step"].text == String(word.dropFirst(5)) }?["task"].text ?? "none"
    }
  }
}

extension Folder {
  /// The id of the one run that there is.
  func onlyRun() throws -> String {
    let runs = try JSON(parsing: flow("runs", "--format", "json").output)["runs"].list
    guard runs.count == 1, let id = runs[0]["run"].text else {
      throw Unstartable(program: "flow runs", reason: "\(runs.count) runs")
    }
    return id
  }
}

/// All that is left of a story, to be compared.
struct Ending: Equatable {
  var timeline: String
  /// What stands in the folder of messages: each file's bytes, sorted.
  var messages: [String]
  var tasks: [String]

  init(_ folder: Folder) throws {
    let runs = try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"].list
    let ids = runs.compactMap { $0["run"].text }
    timeline = try ids.map { try folder.flow("show", $0, "--format", "json").output }.joined()
    let outbox = folder.names(in: "Workflows/outbox")
    messages = try outbox.map { try folder.text("Workflows/outbox/" + $0) }.map(Ending.withoutKeys).sorted()
    tasks = try JSON(parsing: folder.flow("tasks", "--all", "--format", "json").output)["tasks"].list
      .map { task in
        ["step", "person", "state", "text"].map { task[$0].text ?? "" }.joined(separator: " ")
      }.sorted()
  }

  /// Ids made from the store's own secret differ from store to store.
  private static func withoutKeys(_ text: String) -> String {
    text.replacing(#/[0-9a-f]{12,}/#, with: "…")
  }
}
