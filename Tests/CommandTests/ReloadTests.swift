import Foundation
import Testing

/// Workflows that change while a server runs.
@Suite struct ReloadTests {
  private let later = News.workflow.replacing("the new rooms are open", with: "the garden is open, too")

  private func send(_ list: Int, _ folder: Folder) throws {
    let ran = try folder.flow("event", "list.sent", "--data", "list-\(list).json", "--id", "l-\(list)")
    #expect(ran.code == 0, "\(ran.errors)")
  }

  private func bodies(_ folder: Folder) throws -> [String] {
    try folder.mails.map { try folder.text("outbox/" + $0) }
  }

  @Test func `guarantee 26: a good edit takes new runs, a bad one leaves the old set running`() throws {
    let folder = try News.project([0..<1, 1..<2, 2..<3])
    let server = try Serving(folder)
    try send(1, folder)
    try eventually("a mail") { folder.mails.count == 1 }

    try folder.write(later.replacing("end: silent", with: "end: sil ent"), to: "Workflows/news.yaml")
    try eventually("it is told: \(server.going.errors)") {
      server.going.errors.contains("the workflows before go on")
    }
    #expect(server.going.errors.contains("Workflows/news.yaml:"), "the place is named")
    try send(2, folder)
    try eventually("a mail") { folder.mails.count == 2 }
    #expect(try bodies(folder).allSatisfy { $0.contains("new rooms") && !$0.contains("garden") })

    try folder.write(later, to: "Workflows/news.yaml")
    try eventually("it is told: \(server.going.errors)") { server.going.errors.contains("from now on") }
    try send(3, folder)
    try eventually("a mail") { folder.mails.count == 3 }
    #expect(try bodies(folder).filter { $0.contains("garden") }.count == 1)
    try server.endsWell()
  }

  @Test func `another store is for the next start: until then no command writes to it or reads it`() throws {
    let folder = try News.project([0..<1, 1..<2, 2..<3])
    let server = try Serving(folder)
    try send(1, folder)
    try folder.write("language: 1\nstore: other.db\n", to: "flow.yaml")
    for words in [
      ["event", "list.sent", "--data", "list-2.json", "--id", "l-2"], ["runs"], ["serve", "--once"],
    ] {
      let ran = try folder.flow(words)
      #expect(ran.code == 3, "\(words): \(ran.output)")
      #expect(
        ran.errors.contains(
          "flow.yaml names the store \"other.db\", and flow serve, process \(server.going.pid) serves this project with "
            + "flow.db: start it anew, or say --store"), "\(words): \(ran.errors)")
    }
    #expect(!folder.names(in: "").contains("other.db"))
    // Who says which one is meant is heard.
    #expect(
      try folder.flow("event", "list.sent", "--data", "list-2.json", "--id", "l-2", "--store", "flow.db").code == 0)
    #expect(try folder.flow("runs", "--store", "flow.db", "--format", "json").output.contains("R-1"))
    try server.endsWell()
    try send(3, folder)
    #expect(folder.names(in: "").contains("other.db"))
  }

  @Test func `guarantee 4: runs end on the version they started with`() throws {
    let folder = try News.project([0..<1, 1..<2])
    let server = try Serving(folder)
    try send(1, folder)
    // To the new version an answer is another end.
    try folder.write(later.replacing("end answered", with: "end told"), to: "Workflows/news.yaml")
    try eventually("it is told: \(server.going.errors)") { server.going.errors.contains("from now on") }
    try send(2, folder)
    for reader in ["R-0", "R-1"] {
      try folder.write(#"{ "text": "I will come." }"#, to: "reply.json")
      #expect(
        try folder.flow("event", "reply", "--subject", reader, "--data", "reply.json", "--id", reader).code
          == 0)
    }
    #expect(try folder.runs().map { $0["state"].text } == ["answered", "told"])
    try server.endsWell()
  }

  @Test func `a workflow that is added, and one that is taken away`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    try folder.write(Nudge.workflow, to: "Workflows/offers/nudge.yaml")
    try eventually("it is told: \(server.going.errors)") {
      server.going.errors.contains("serving 2 workflows from now on")
    }
    try folder.write(Nudge.input, to: "offer.json")
    #expect(try folder.flow("event", "offer.sent", "--data", "offer.json", "--id", "e-1").code == 0)
    try FileManager.default.removeItem(atPath: folder.path + "/Workflows/offers/nudge.yaml")
    try eventually("it is told: \(server.going.errors)") {
      server.going.errors.contains("serving 1 workflow from now on")
    }
    // Its run goes on.
    #expect(try folder.flow("event", "offer.accepted", "--subject", "O-1", "--data", "by.json").code == 2)
    try folder.write(#"{ "by": "Ann" }"#, to: "by.json")
    let ran = try folder.flow("event", "offer.accepted", "--subject", "O-1", "--data", "by.json")
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(try folder.runs().first?["state"].text == "won")
    try server.endsWell()
  }

  /// As one that is listed, and removed before it is read: all that is known of it is an error.
  @Test func `guarantee 26: a workflow that cannot be read, and is then taken away`() throws {
    let folder = try News.project([0..<1])
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    let server = try Serving(folder)
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    #expect(rename(folder.path + "/pipe", folder.path + "/Workflows/nudge.yaml") == 0)
    try eventually("it is told: \(server.going.errors)") {
      server.going.errors.contains("the workflows before go on")
    }
    #expect(unlink(folder.path + "/Workflows/nudge.yaml") == 0)
    try eventually("it is told: \(server.going.errors)") {
      server.going.errors.contains("serving 1 workflow from now on")
    }
    try server.endsWell()
  }

  @Test func `SIGHUP reads the files again`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    kill(server.going.pid, SIGHUP)
    try eventually("it is told: \(server.going.errors)") { server.going.errors.contains("from now on") }
    try server.endsWell()
  }

  @Test func `what refuses by our own mistake is tried with the secrets of now when everything is resumed`() throws {
    let folder = try Fax.project()
    try folder.write(Fax.workflow.replacing("window: mon-fri 09:00-17:00, ", with: ""), to: "Workflows/fax.yaml")
    try folder.write(
      "language: 1\nchannels:\n  fax: { exec: plugins/fax.py, send: true, pin: { file: secrets/pin } }\n",
      to: "flow.yaml")
    try folder.changeFax(
      "def deliver(request):",
      to: """
        def deliver(request):
            if SETTINGS["pin"] != "right":
                raise Refused("ours", "the sign-in is refused")
        """)
    try folder.write("wrong\n", to: "secrets/pin")
    let server = try Serving(folder)
    let came = try folder.flow("event", "offer.sent", "--data", "input.json")
    #expect(came.code == 0, "\(came.errors)")
    func doctor() throws -> String { try folder.flow("doctor").output }
    try eventually("it is held: \(server.going.errors)") { try doctor().contains("the sign-in is refused") }
    try folder.write("right\n", to: "secrets/pin")
    #expect(try folder.flow("resume", "--all").code == 0)
    try eventually("it has left: \(server.going.errors)") { !folder.names(in: "outbox").isEmpty }
    #expect(try !doctor().contains("the sign-in is refused"))
    #expect(try !folder.flow("tasks").output.contains("is held"))
    try server.endsWell()
  }

  @Test func `a project with errors does not start`() throws {
    let folder = try News.project([0..<1])
    try folder.write("workflow: [", to: "Workflows/bad.yaml")
    let ran = try folder.flow("serve")
    #expect(ran.code == 1)
    #expect(ran.errors.contains("Workflows/bad.yaml:1"))
    #expect(!folder.names(in: "").contains("flow.db"))
  }
}
