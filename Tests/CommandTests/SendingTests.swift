import Foundation
import Testing

/// What flow.yaml says of channels that send: with the command, and a far side that the test starts.
@Suite struct SendingTests {
  private static let peer = """
    import http.server, json, os, time
    class Peer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            while os.path.exists("hang"): time.sleep(0.02)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen = {"path": self.path, "headers": dict(self.headers), "body": body}
            with open("seen", "a") as file: file.write(json.dumps(seen) + "\\n")
            self.send_response(204)
            self.end_headers()
        def log_message(self, *_): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Peer)
    open("port.part", "w").write(str(server.server_address[1]))
    os.rename("port.part", "port")
    server.serve_forever()
    """

  private func project(_ webhook: String, port: String = "1") throws -> Folder {
    let folder = try Folder()
    try folder.write("language: 1\nchannels:\n  webhook: \(webhook)\n", to: "flow.yaml")
    try folder.write(
      """
      workflow: crm
      about: Tells another program.
      category: internal
      trigger: { event: deal.won, key: deal.id }
      input:
        contact: contact
        owner: person
        deal: { id: text }
      timezone: '"Europe/Berlin"'
      steps:
        - webhook: tell
          url: "http://127.0.0.1:\(port)/deals/{{ deal.id }}"
          data: { stage: '"won"' }
          within: 1 hour
          then: { ok: end told, failed: end untold, timeout: end late }

      """, to: "Workflows/crm.yaml")
    try folder.write(
      #"{"contact": {"id": "c", "name": "Ann"}, "owner": {"name": "Otto", "email": "o@a.test"}, "deal": {"id": "D 1"}}"#,
      to: "in.json")
    return folder
  }

  @Test func `whoever has a handle alone is told by it, and sent a message`() throws {
    let folder = try Folder()
    try folder.write(
      """
      workflow: chat
      about: Asks whether it arrived.
      category: internal
      trigger: { event: box.sent, key: box.id }
      input:
        contact: person
        owner: person
        box: { id: text }
      timezone: '"UTC"'
      owner: owner
      steps:
        - notify: begin
          to: owner
          say: Off it goes.
        - message: ask
          purpose: inform
          body: Has it arrived?
        - end: live

      """, to: "Workflows/chat.yaml")
    try folder.write(
      #"{"contact": {"name": "Ann", "handle": "500"}, "owner": {"name": "Ö", "handle": "oe"}, "box": {"id": "B-1"}}"#,
      to: "in.json")
    let ran = try folder.flow(["event", "box.sent", "--data", "in.json", "--id", "e-1"] + start)
    #expect(ran.code == 0, "\(ran.errors)")
    let run = try #require(try folder.runs().first?["run"].text)
    let told = try folder.flow("show", run).output
    // A live run's state is never another's outcome, where a person reads it; in JSON it is a value.
    #expect(try folder.flow("runs").output.contains("  ended live  "))
    #expect(try folder.runs().map { $0["state"].text } == ["live"])
    #expect(try folder.runs("--live").isEmpty)
    #expect(told.contains("notify to oe\n") && told.contains("message to 500\n"), "\(told)")
  }

  private let start = ["--start", "2026-03-25 10:00 Europe/Berlin"]

  /// - Returns: the peer, and the port at which it listens.
  private func peer(in folder: Folder) throws -> (peer: Going, port: String) {
    let peer = try Going(["-c", Self.peer], in: folder.path, program: "python3")
    var port: String?
    for _ in 0..<1000 where port == nil {
      port = try? folder.text("port")
      usleep(10_000)
    }
    return (peer, try #require(port))
  }

  /// A project that sends for real, and whom it sends to.
  private func sending() throws -> (folder: Folder, peerFolder: Folder, peer: Going) {
    let peerFolder = try Folder()
    let (peer, port) = try peer(in: peerFolder)
    return (try project(Self.real, port: port), peerFolder, peer)
  }

  private static let real = "{ send: true, private: allow, secret: \"${HOOK}\" }"
  private static let secrets = ["HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]

  @Test func aWebhookLeavesSignedAndTheRunHearsOfIt() throws {
    let (folder, peerFolder, peer) = try sending()
    defer { peer.stop() }
    #expect(try folder.flow(["event", "deal.won", "--data", "in.json"] + start, environment: Self.secrets).code == 0)
    let served = try folder.flow(["serve", "--once"] + start, environment: Self.secrets)
    #expect(served.code == 0, "\(served.errors)")
    let seen = try JSON(parsing: try peerFolder.text("seen"))
    #expect(seen["path"].text == "/deals/D%201")
    #expect(seen["body"].text == #"{"stage":"won"}"#)
    // 10:00 in Berlin.
    #expect(seen["headers"]["webhook-timestamp"].text == "1774429200")
    #expect(seen["headers"]["webhook-signature"].text?.hasPrefix("v1,") == true)
    #expect(folder.names(in: "outbox").isEmpty)
    #expect(try folder.flow("runs").output.contains(" told "))
  }

  @Test func `a command without the secrets takes the event in, and leaves the sending to who has them`() throws {
    let (folder, peerFolder, peer) = try sending()
    defer { peer.stop() }
    let ran = try folder.flow(["event", "deal.won", "--data", "in.json"] + start)
    #expect(ran.code == 0 && ran.output.hasPrefix("started "))
    #expect(
      ran.errors == "note: what goes by webhook is left to a server, or whoever has its secrets: HOOK is not set\n")
    #expect(try folder.flow("runs").errors.isEmpty)
    let served = try folder.flow(["serve", "--once"] + start, environment: Self.secrets)
    #expect(served.code == 0, "\(served.errors)")
    #expect(try JSON(parsing: try peerFolder.text("seen"))["path"].text == "/deals/D%201")
    #expect(try folder.flow("runs").output.contains(" told "))
  }

  @Test(arguments: [true, false])
  func `guarantee 11: what sends for real takes no instant that has not come yet`(isReal: Bool) throws {
    let folder = try project(isReal ? Self.real : "{ outbox: outbox }")
    for words in [
      ["event", "deal.won", "--data", "in.json"], ["serve", "--once"], ["done", "1234", "ok"], ["pause", "--all"],
    ] {
      let ran = try folder.flow(
        words + ["--start", "2999-12-31 23:59 Europe/Berlin"])
      let isRefused = ran.errors.contains("is later than now, and webhook sends for real")
      #expect(isRefused == isReal && (ran.code == 2) == isReal, "\(words): \(ran.errors)")
    }
    #expect(folder.names(in: "").contains("flow.db") == !isReal)
  }

  @Test func `guarantee 1: without a server, who asks is answered at the commit, and others while it hands over`()
    throws
  {
    let peerFolder = try Folder()
    try peerFolder.write("", to: "hang")
    let (peer, port) = try peer(in: peerFolder)
    defer { peer.stop() }
    let folder = try project(
      "{ send: true, private: allow, secret: { file: hook.secret } }", port: port)
    try folder.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", to: "hook.secret")
    let input = try folder.text("in.json")
    try folder.write(input.replacing("D 1", with: "D 2").replacing("\"c\"", with: "\"d\""), to: "second.json")
    let first = try folder.start("event", "deal.won", "--data", "in.json")
    try eventually("the first event is committed") { (try? folder.runs())?.isEmpty == false }
    let second = try folder.flow("event", "deal.won", "--data", "second.json")
    #expect(second.output.hasPrefix("started "), "\(second.errors)")
    let paused = try folder.flow("pause", "--all")
    #expect(paused.output == "all: paused\n", "\(paused.errors)")
    // All that while the first one's message was under way.
    #expect((try? peerFolder.text("seen")) == nil)
    let server = try folder.start("serve")
    let waiting = "flow.db: waiting for flow event, process \(first.pid), for 10 seconds at most"
    try eventually("the server says for whom it waits: \(server.errors)") { server.errors.contains(waiting) }
    unlink(peerFolder.path + "/hang")
    let ran = try first.wait()
    #expect(ran.code == 0 && ran.output.hasPrefix("started "), "\(ran.errors)")
    try eventually("it serves: \(server.errors)") { server.errors.contains("serving ") }
    kill(server.pid, SIGTERM)
    #expect(try server.wait().code == 0)
    // What came after the pause has not left.
    #expect(try peerFolder.text("seen").split(separator: "\n").count == 1)
  }

  @Test func whatNeedsASecretIsCheckedAndRunWithoutIt() throws {
    let folder = try project("{ send: true, secret: \"${HOOK}\" }")
    for command in [["check"], ["run"], ["simulate", "Workflows/crm.yaml", "--input", "in.json"] + start] {
      let ran = try folder.flow(command)
      #expect(ran.code == 0, "\(command): \(ran.output)\(ran.errors)")
    }
    // Held, and said, where it should leave.
    #expect(try folder.flow(["event", "deal.won", "--data", "in.json"] + start).code == 0)
    let served = try folder.flow(["serve", "--once"] + start)
    #expect((served.output + served.errors).contains("secret: is empty"), "\(served.output)\(served.errors)")
  }

  /// Who is to be told by it would hear nothing, and nobody would notice.
  @Test func `a step by a channel that flow.yaml does not name is a finding where others send`() throws {
    let folder = try Folder()
    let steps = "  - escalate: word\n    to: owner\n    via: notify\n    say: Silent.\n  - end: "
    let text = Nudge.workflow
    let cut = try #require(text.range(of: "  - end: ", options: .backwards))
    try folder.write(text.replacingCharacters(in: cut, with: steps), to: "Workflows/nudge.yaml")
    func check(_ channels: String) throws -> String {
      try folder.write("language: 1\nchannels:\n\(channels)", to: "flow.yaml")
      return try folder.flow("check").output
    }
    let hook = "  webhook: { send: true }\n"
    let told = "\"word\" goes by notify, which flow.yaml does not name"
    let found = try check(hook)
    #expect(found.contains(told) && found.contains("no-channel"), "\(found)")
    #expect(try !check(hook + "  notify: {}\n").contains("goes by notify"))
    #expect(try !check("  webhook: { send: false }\n").contains("no-channel"))
  }

  @Test func settingsThatCannotBeUsedAreFindings() throws {
    for (webhook, words) in [
      ("{ send: yes please }", "neither true nor false"), ("{ send: true, secert: x }", "did you mean secret:?"),
      ("{ send: true, timeout: 20 }", "write 1 minute"),
    ] {
      let ran = try project(webhook).flow("check")
      #expect(ran.code == 1)
      #expect(ran.output.contains("channel-setting") && ran.output.contains(words), "\(ran.output)")
    }
  }

  /// The request would go to the text as it stands.
  @Test(arguments: [
    "http://127.0.0.1:1/gw/${SMSKEY}/send", "${SCHEME}://gw.test", "${HOST}${PATH}", "key ${K}",
  ])
  func `what is kept elsewhere stands alone`(value: String) throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    try folder.write(
      "language: 1\nchannels:\n  message: { send: true, via: http, url: \"\(value)\" }\n", to: "flow.yaml")
    let ran = try folder.flow(["check"], environment: ["SMSKEY": "k", "SCHEME": "http", "HOST": "http://h", "K": "k"])
    #expect(ran.code == 1)
    let told = ran.output + ran.errors
    #expect(told.contains("flow.yaml:3") && told.contains("channel-setting"), "\(told)")
    #expect(told.contains("\"url\" has ${…} inside a longer value, where nothing is put in"), "\(told)")
    #expect(told.contains("write url: ${NAME} alone"), "\(told)")
    try folder.write(
      "language: 1\nchannels:\n  message: { send: true, via: slack, url: \"${URL}\" }\n", to: "flow.yaml")
    let whole = try folder.flow(["check"], environment: ["URL": "https://hooks.test/services/T0/B0/x"])
    #expect(!(whole.output + whole.errors).contains("channel-setting"), "\(whole.output)")
  }

  @Test func `guarantee 25: a secret that stands in flow.yaml is in nothing that is said of it`() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    for (entry, code) in [
      ("message: { send: true, via: slack, url: https://hooks.test/services/T0/B0/s3cret }", "plain-secret"),
      ("message: { send: true, via: teams, url: \"ftp://hooks.test/s3cret\" }", "channel-setting"),
      ("email: { smtp: \"smtp://mail.acme.test\", password: s3cret, send: perhaps, smpt: x }", "channel-setting"),
    ] {
      try folder.write("language: 1\nchannels:\n  \(entry)\n", to: "flow.yaml")
      for format in ["text", "json", "sarif", "junit", "github"] {
        let ran = try folder.flow("check", "--format", format)
        let told = ran.output + ran.errors
        #expect(told.contains("plain-secret") && told.contains(code), "\(told)")
        #expect(!told.contains("s3cret"), "\(told)")
      }
      let served = try folder.flow("serve", "--once")
      #expect(!(served.output + served.errors).contains("s3cret"), "\(served.errors)")
    }
  }

  @Test func `guarantee 25: a secret that a program tells is hidden in what is kept of it`() throws {
    let folder = try Fax.project()
    try folder.write(
      "language: 1\nchannels:\n  fax: { exec: plugins/fax.py, send: true, pin: { file: pin } }\n", to: "flow.yaml")
    try folder.write("s3cret\n", to: "pin")
    try folder.changeFax(
      "def deliver(request):",
      to: """
        def deliver(request):
            print("signing in with", SETTINGS["pin"], file=sys.stderr, flush=True)
            raise Refused("permanent", "login with " + SETTINGS["pin"] + " failed")
        """)
    let sent = try folder.flow(
      "event", "offer.sent", "--data", "input.json", "--start", "2026-03-25 10:00 Europe/Berlin")
    let exported = try folder.flow("store", "export")
    for said in [sent.output + sent.errors, exported.output] {
      #expect(!said.contains("s3cret"), "\(said)")
    }
    #expect(exported.output.contains("login with … failed"), "\(exported.output)")
    #expect(sent.errors.contains("signing in with …"), "\(sent.errors)")
  }

  @Test func aChannelIsTriedOnTheFolderWhateverItIsToldToSend() throws {
    // Nobody listens there: what was sent would fail.
    let folder = try Folder()
    try folder.write(
      "language: 1\nchannels:\n  sms: { send: true, url: \"http://127.0.0.1:1/\" }\n", to: "flow.yaml")
    let ran = try folder.flow("plugin", "check", "sms")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
  }

  /// A program that says it is `email` would stand in for the one that is built in, or not; nobody could tell.
  @Test func aProgramCannotTakeAVerbThatThereIs() throws {
    let folder = try Fax.project()
    let manifest = try folder.text("plugins/fax.manifest.yaml").replacing("verb: fax", with: "verb: email")
    try folder.write(manifest, to: "plugins/fax.manifest.yaml")
    let ran = try folder.flow("check")
    #expect(ran.code == 1)
    #expect(
      ran.output.contains("the channel \"fax\" cannot be set up: there is a channel \"email\" already"),
      "\(ran.output)")

    let twice = try Fax.project()
    try twice.write(
      "language: 1\nchannels:\n  fax: { exec: plugins/fax.py }\n  telefax: { exec: plugins/fax.py }\n", to: "flow.yaml")
    let both = try twice.flow("check")
    #expect(both.code == 1)
    #expect(
      both.output.contains("the channel \"telefax\" cannot be set up: there is a channel \"fax\" already"),
      "\(both.output)")
  }

  @Test func `guarantee 24: a flood of a program's log is cut off`() throws {
    let folder = try Fax.project()
    try folder.changeFax("def render(request):", to: "def render(request):\n    os.write(2, b'x' * 5_000_000)")
    let ran = try folder.flow("plugin", "check", "fax")
    #expect(ran.code == 0, "\(ran.output)")
    #expect(ran.errors.contains("logs too much"))
    // Some 160 requests, 64 KiB of each.
    let count = ran.errors.utf8.count { $0 == UInt8(ascii: "x") }
    #expect(count > 65_536 && count % 65_536 == 0, "\(count)")
    #expect(count < 20_000_000, "\(count)")
  }
}
