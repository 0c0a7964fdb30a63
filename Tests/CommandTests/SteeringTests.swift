import Foundation
import Testing

/// What people steer by hand: the same with a server and without one.
@Suite struct SteeringTests {
  private func project() throws -> Folder { try News.project([0..<3]) }

  private func send(_ folder: Folder) throws -> [String] {
    #expect(try folder.flow("event", "list.sent", "--data", "list-1.json", "--id", "l-1").code == 0)
    return try folder.runs().compactMap { $0["run"].text }
  }

  private func states(_ folder: Folder) throws -> [String: String] {
    try folder.runs().reduce(into: [:]) { $0[$1["run"].text ?? ""] = $1["state"].text }
  }

  @Test func `who gives no reason is told to have given none`() throws {
    let folder = try project()
    let runs = try send(folder)
    let by = ["--by", "olga"]
    #expect(try folder.flow(["pause", runs[0]] + by).code == 0)
    #expect(try folder.flow("why", runs[0]).output.contains("no reason given, by olga"))
    #expect(try folder.flow("show", runs[0]).output.contains("paused: no reason given, by olga"))
    #expect(try folder.flow(["resume", runs[0], "--because", " "] + by).code == 0)
    #expect(try folder.flow("show", runs[0]).output.contains("goes on: by olga; was paused: no reason"))
    #expect(try folder.flow(["pause", "--all", "--because", ""] + by).code == 0)
    #expect(try folder.flow("why", runs[0]).output.contains("no reason given, by olga"))
    #expect(try folder.flow("cancel", runs[1], "--because", "").code == 0)
    #expect(try folder.flow("show", runs[1]).output.contains("cancelled: a person cancelled it"))
  }

  @Test(arguments: [true, false]) func `runs are paused, go on and are cancelled`(withServer: Bool) throws {
    let folder = try project()
    let server = withServer ? try Serving(folder) : nil
    let runs = try send(folder)
    #expect(runs.count == 3)

    let paused = try folder.flow("pause", runs[0], String(runs[1].prefix(8)), "--because", "on holiday")
    #expect(paused.code == 0, "\(paused.errors)")
    #expect(paused.output == "\(runs[0]): paused\n\(runs[1]): paused\n")
    #expect(try states(folder) == [runs[0]: "paused", runs[1]: "paused", runs[2]: "live"])
    #expect(try folder.flow("pause", runs[0]).output == "\(runs[0]): was paused already\n")
    #expect(try folder.flow("why", runs[0]).output.contains("on holiday"))

    let on = try folder.flow("resume", runs[0], runs[2], "--format", "json")
    #expect(on.code == 0)
    let told = try JSON(parsing: on.output)
    #expect(told["resume"].list.map { $0["run"].text } == [runs[0], runs[2]])
    #expect(told["resume"][0]["new"].value as? Bool == true)
    #expect(told["resume"][1]["new"].value as? Bool == false)
    #expect(told["refused"].list.isEmpty)

    #expect(try folder.flow("cancel", runs[1], "--because", "a mistake").output == "\(runs[1]): cancelled\n")
    #expect(try states(folder) == [runs[0]: "live", runs[1]: "cancelled", runs[2]: "live"])
    let again = try folder.flow("cancel", runs[1])
    #expect(again.code == 1)
    #expect(again.errors == "error: the run \(runs[1]) has ended: cancelled\n")
    try server?.endsWell()
  }

  /// The 10,000 runs of a user are three here; each is in another state, one by an outcome that is called as one.
  @Test func `runs are listed by state and start, the last few of them`() throws {
    let folder = try project()
    let runs = try send(folder)
    #expect(try folder.flow("pause", runs[1]).code == 0 && folder.flow("cancel", runs[2]).code == 0)
    func ids(_ words: String...) throws -> [String] {
      let ran = try folder.flow(["runs", "--format", "json"] + words)
      return try JSON(parsing: ran.output)["runs"].list.compactMap { $0["run"].text }
    }
    #expect(try ids("--state", "live") == [runs[0]] && ids("--state", "paused") == [runs[1]])
    #expect(try ids("--state", "cancelled") == [runs[2]] && ids("--state", "held").isEmpty)
    #expect(try ids("--since", "2000-01-01 00:00 UTC").count == 3 && ids("--since", "2999-01-01 00:00 UTC").isEmpty)
    #expect(try ids("--limit", "2") == Array(try ids().suffix(2)) && ids("--limit", "3").count == 3)
    #expect(try folder.flow("runs", "--limit", "2").errors == "the last 2 of 3; --limit takes more\n")
    for words in [["--limit", "0"], ["--since", "yesterday"], ["--unmatched", "--limit", "1"]] {
      #expect(try folder.flow(["runs"] + words).code == 2, "\(words)")
    }
    // What a live run is in and how one has ended are two things for a program.
    let listed = try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"].list
    #expect(listed.map { $0["outcome"].text } == [nil, nil, "cancelled"])
    #expect(try folder.flow("runs", "--format", "csv").output.hasPrefix("run,workflow,key,contact,started,state,"))
    #expect(try folder.flow("runs").output.contains("outcome") == false)
  }

  @Test(arguments: [true, false]) func `what is not there is told with what is`(withServer: Bool) throws {
    let folder = try project()
    let server = withServer ? try Serving(folder) : nil
    let runs = try send(folder)
    let none = try folder.flow("pause", "zzzz", runs[0], "R-1", String(runs[2].dropLast(2)) + "zz")
    // One that is wrong keeps no other from being done.
    #expect(none.code == 1)
    #expect(none.output == "\(runs[0]): paused\n")
    #expect(none.errors.contains("there is no run \"zzzz\"; `flow runs` lists them"))
    #expect(none.errors.contains("is the last with the key \"R-1\""))
    #expect(none.errors.contains("did you mean \(runs[2])?"))

    let released = try folder.flow("release", "new")
    #expect(released.code == 1)
    #expect(released.errors == "error: there is no workflow \"new\"; did you mean \"news\"?\n")
    #expect(try folder.flow("release", "news").output == "news: released\n")

    let done = try folder.flow("done", "12345678", "arrived")
    #expect(done.code == 1)
    #expect(done.errors.contains("there is no task \"12345678\""))
    try server?.endsWell()
  }

  /// What is to be stopped can be stopped, also on the day on which somebody has broken the files.
  @Test(arguments: ["Workflows/news.yaml", "flow.yaml", "gone"])
  func `without a server, whoever is to be stopped is stopped whatever is wrong with the files`(broken: String) throws {
    let folder = try project()
    try folder.write("language: 1\n", to: "flow.yaml")
    let runs = try send(folder)
    if broken == "gone" {
      try FileManager.default.removeItem(atPath: folder.path + "/Workflows/news.yaml")
    } else {
      try folder.write("what: [is this\n", to: broken)
    }
    for (words, output) in [
      (["pause", runs[0]], "\(runs[0]): paused\n"), (["resume", runs[0]], "\(runs[0]): goes on\n"),
      (["pause", "--all"], "all: paused\n"), (["resume", "--all"], "all: goes on\n"),
      (["cancel", runs[1]], "\(runs[1]): cancelled\n"),
      (["contact", "suppress", "reader-2@acme.test"], "reader-2@acme.test: never again, on any channel\n"),
    ] {
      let ran = try folder.flow(words)
      #expect(ran.code == 0 && ran.output == output, "\(words): \(ran.output)\(ran.errors)")
      #expect(ran.errors.hasPrefix("warning: done on flow.db alone, and nothing is handed over"), "\(ran.errors)")
    }
    #expect(try states(folder)[runs[1]] == "cancelled")
    #expect(try folder.flow("contact", "show", "reader-2@acme.test").output.contains("by hand"))
    // What needs the files says so.
    for words in [["event", "list.sent", "--data", "list-1.json"], ["release", "news"], ["done", "1234", "arrived"]] {
      let ran = try folder.flow(words)
      #expect(ran.code == 1 && ran.output.isEmpty, "\(ran.output)")
      #expect(ran.errors.contains("needs the workflows, which have errors") || words[0] == "done", "\(ran.errors)")
    }
  }

  @Test func `a store that a broken flow.yaml may name elsewhere is asked for`() throws {
    let folder = try project()
    try folder.write("language: 1\nstore: data.db\n", to: "flow.yaml")
    let runs = try send(folder)
    try folder.write("language: 1\nstore: [data.db\n", to: "flow.yaml")
    let none = try folder.flow("pause", "--all")
    #expect(none.code == 3)
    #expect(none.errors.contains("flow.yaml, which may name another, has errors: say --store"), "\(none.errors)")
    #expect(try folder.flow("pause", "--all", "--store", "data.db").code == 0)
    #expect(try folder.flow("cancel", runs[0], "--store", "data.db").code == 0)
  }

  @Test func `wrong usage is told apart from what is not there`() throws {
    let folder = try project()
    #expect(try folder.flow("pause").code == 2)
    #expect(try folder.flow("pause", "abc", "--all").code == 2)
    #expect(try folder.flow("cancel").code == 2)
    // No store: nothing can be steered.
    let none = try folder.flow("pause", "--all")
    #expect(none.code == 3)
    #expect(none.errors.contains("there is no store at \"flow.db\""))
  }
}
