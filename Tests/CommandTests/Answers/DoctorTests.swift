import Foundation
import Glibc
import Testing

/// `flow doctor`: what of a set-up is in order.
@Suite struct DoctorTests {
  private static let start = ["--start", "2026-03-26 10:00 Europe/Berlin"]

  /// Each check as `LEVEL NAME`, with the exit code.
  private func checks(
    _ folder: Folder, _ words: [String] = [], environment: [String: String] = [:]
  ) throws -> (lines: [String], code: Int32?, output: String) {
    let ran = try folder.flow(["doctor", "--format", "json"] + words, environment: environment)
    let lines = try JSON(parsing: ran.output)["checks"].list.map {
      "\($0["level"].text ?? "") \($0["name"].text ?? "")"
    }
    return (lines, ran.code, ran.output)
  }

  @Test func aSoundSetUpIsInOrder() throws {
    let folder = try Story.proposal.played(2)
    let (lines, code, output) = try checks(folder, Self.start)
    #expect(code == 0)
    #expect(
      lines == [
        "ok flow", "ok flow.yaml", "ok workflows", "ok zones", "ok store", "ok runs", "ok server", "ok disk",
        "ok clock",
        "ok channels", "ok calendar DE",
      ], "\(output)")
    #expect(!output.contains(folder.path))
    // The calendar ends on the second Christmas day of 2027.
    let late = try checks(folder, ["--start", "2027-11-01 10:00 Europe/Berlin"])
    #expect(late.lines.contains("warning calendar DE") && late.code == 0)
  }

  @Test func `guarantee 25: a secret that is missing is named, one that is set is not shown`() throws {
    let folder = try Fixtures.proposal()
    let text = try folder.text("Workflows/flow.yaml")
    try folder.write(
      text + "    user: ${FLOW_TEST_USER}\n    password: ${FLOW_TEST_PASSWORD}\n", to: "Workflows/flow.yaml")
    let missing = try checks(folder, Self.start, environment: ["FLOW_TEST_USER": "sales"])
    #expect(missing.code == 1)
    #expect(missing.lines.contains("ok secret email.user"), "\(missing.output)")
    #expect(missing.lines.contains("problem secret email.password"))
    #expect(missing.output.contains("FLOW_TEST_PASSWORD"))
    let set = try checks(
      folder, Self.start, environment: ["FLOW_TEST_USER": "sales", "FLOW_TEST_PASSWORD": "correct-horse"])
    #expect(set.code == 0, "\(set.output)")
    #expect(set.lines.contains("ok secret email.password"))
    #expect(!set.output.contains("correct-horse"))
  }

  @Test func whatIsWrongInFlowYAMLIsSaidOfFlowYAML() throws {
    for (text, says) in [("", "flow.yaml:1: the file is empty"), ("langauge: 1\n", "flow.yaml:1: unknown key")] {
      let folder = try Folder()
      try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
      try folder.write(text, to: "flow.yaml")
      let (lines, code, output) = try checks(folder, Self.start)
      #expect(code == 1 && lines.contains("problem flow.yaml") && lines.contains("ok workflows"), "\(output)")
      #expect(output.contains(says), "\(output)")
    }
  }

  @Test func whatIsBrokenIsAProblemWithAWayOut() throws {
    let folder = try Fixtures.proposal()
    let text = try folder.text("Workflows/proposal.yaml")
    try folder.write(text.replacing("- email: receipt", with: "- emial: receipt"), to: "Workflows/proposal.yaml")
    try folder.write("no store at all, but long enough to be looked at", to: "Workflows/flow.db")
    let ran = try folder.flow(["doctor"] + Self.start)
    #expect(ran.code == 1)
    #expect(ran.output.contains("problem  workflows"), "\(ran.output)")
    #expect(ran.output.contains("help: `flow check` prints all of them"))
    #expect(ran.output.contains("problem  store"))
    #expect(ran.output.hasSuffix("2 problems\n"))
  }

  @Test func aBackupIsInOrderBeforeItIsUsed() throws {
    let folder = try Story.proposal.played(2)
    #expect(try folder.flow("store", "backup", "Workflows/copy.db").code == 0)
    let (lines, code, output) = try checks(folder, Self.start + ["--store", "Workflows/copy.db"])
    #expect(code == 0 && lines.contains("ok store"), "\(output)")
    #expect(lines.filter { $0.hasPrefix("warning") } == ["warning sending"], "\(output)")
    // In place of the store it holds all sending, and somebody has to know.
    for ending in ["-wal", "-shm"] { unlink(folder.path + "/Workflows/flow.db" + ending) }
    #expect(rename(folder.path + "/Workflows/copy.db", folder.path + "/Workflows/flow.db") == 0)
    let restored = try checks(folder, Self.start)
    #expect(restored.code == 1 && restored.lines.contains("problem sending"), "\(restored.output)")
  }

  @Test func `guarantee 21: damage is said once, and nothing is called whole beside it`() throws {
    let folder = try Story.proposal.played(2)
    let path = folder.path + "/Workflows/flow.db"
    var bytes = try Data(contentsOf: URL(filePath: path))
    // A letter of what the mail says: SQLite finds nothing wrong with it, the line's checksum does.
    let word = try #require(bytes.range(of: Data("Roof repair".utf8)))
    bytes[word.lowerBound] ^= 1
    try bytes.write(to: URL(filePath: path))
    let (lines, code, output) = try checks(folder, Self.start)
    #expect(code == 1)
    #expect(lines.filter { $0.hasSuffix(" store") } == ["problem store"], "\(output)")
    #expect(output.contains("a line cannot be read") && output.contains("put a backup back"), "\(output)")
  }

  @Test func whatIsNoStoreIsSaidToBeSomethingElse() throws {
    let folder = try Story.proposal.played(1)
    try folder.write(String(repeating: "no store at all. ", count: 60), to: "Workflows/notes.txt")
    for (path, says, help) in [
      ("Workflows", "Workflows: it is no store: a folder, where a file is wanted", "set `store:` in flow.yaml"),
      ("Workflows/notes.txt", "notes.txt: the store is damaged", "if the file is none of flow's, set `store:`"),
    ] {
      let (lines, code, output) = try checks(folder, Self.start + ["--store", path])
      #expect(code == 1 && lines.contains("problem store"))
      #expect(output.contains(says) && output.contains(help), "\(output)")
    }
  }

  @Test func `guarantee 20: a server that has lost its store is named, and refuses orders`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    for name in folder.names(in: "") where name.hasPrefix("flow.db") && !name.hasSuffix(".socket") {
      try FileManager.default.moveItem(atPath: folder.path + "/" + name, toPath: folder.path + "/was-" + name)
    }
    for words in [["event", "list.sent", "--data", "list-1.json"], ["pause", "--all"]] {
      let ran = try folder.flow(words)
      #expect(ran.code == 3 && ran.errors.contains("the file is gone"), "\(ran.errors)")
    }
    let (lines, code, output) = try checks(folder)
    #expect(code == 1)
    #expect(lines.contains("problem store") && lines.contains("problem server"), "\(output)")
    #expect(output.contains("flow serve, process \(server.going.pid) lives"), "\(output)")
    try server.endsWell()
  }

  @Test func webServersAreAskedForTheirRootAndForNothingElse() throws {
    let peer = try Folder()
    let server = try Going(
      [
        "-c",
        """
        import http.server, os
        class Peer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                open("seen", "a").write(self.requestline + str(self.headers))
                self.send_response(404)
                self.end_headers()
            do_POST = do_GET
            def log_message(self, *_): pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Peer)
        open("port.part", "w").write(str(server.server_address[1]))
        os.rename("port.part", "port")
        server.serve_forever()
        """,
      ], in: peer.path, program: "python3")
    defer {
      kill(server.pid, SIGKILL)
      _ = try? server.wait()
    }
    try eventually("the server is there") { peer.names(in: "").contains("port") }
    let folder = try Fixtures.proposal()
    let text = try folder.text("Workflows/flow.yaml")
    try folder.write(
      text + """
          message: { send: true, via: gateway, url: "http://127.0.0.1:\(try peer.text("port"))/send/s3cret", token: "${T}" }
          sms: { send: true, url: "http://127.0.0.1:1/send" }
          webhook: { send: true }

        """, to: "Workflows/flow.yaml")
    let (lines, code, output) = try checks(folder, Self.start + ["--connect"], environment: ["T": "s3cret"])
    #expect(code == 1)
    #expect(
      lines.filter { $0.contains("channel ") } == [
        "ok channel message", "ok channel message", "ok channel sms", "problem channel sms", "ok channel webhook",
        "ok channel webhook",
      ], "\(output)")
    #expect(output.contains("has no server that could be tried before a step names one"))
    let seen = try peer.text("seen")
    #expect(seen.hasPrefix("GET / HTTP/1.1") && !seen.contains("s3cret") && !output.contains("s3cret"))
  }

  @Test func aServerThatIsNotThereIsFoundOnlyWhenAsked() throws {
    let folder = try Fixtures.proposal()
    let text = try folder.text("Workflows/flow.yaml")
    // Nobody listens on port 1 of this machine.
    try folder.write(text + "    send: true\n    smtp: smtps://127.0.0.1:1\n", to: "Workflows/flow.yaml")
    let quiet = try checks(folder, Self.start)
    #expect(quiet.lines.contains("ok channel email"), "\(quiet.output)")
    let asked = try checks(folder, Self.start + ["--connect"])
    #expect(asked.code == 1)
    #expect(asked.lines.contains("problem channel email"), "\(asked.output)")
    #expect(asked.output.contains("127.0.0.1:1 cannot be reached"))
  }
}
