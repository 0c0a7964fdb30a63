import ExecChannel
import FlowCore
import FlowPlugin
import Glibc
import Synchronization
import Testing

/// A project with a program in it.
private struct Bench {
  let scratch = Scratch()

  init(_ script: String, manifest: String = "verb: fax\ntouch: true\nfields: {}\n") {
    scratch.write("fax.py", "#!/usr/bin/env python3\n" + script, mode: 0o755)
    scratch.write("fax.manifest.yaml", manifest)
  }

  func channel(_ values: [String: String] = [:], render: Swift.Duration = .seconds(600)) throws -> ExecChannel {
    var limits = ExecLimits()
    limits.render = render
    limits.deliver = render
    limits.start = .seconds(600)
    limits.firstPause = .milliseconds(1)
    limits.longestPause = .milliseconds(2)
    return try ExecChannel(
      scratch.settings(["exec": "fax.py", "send": "true"].merging(values) { $1 }, name: "fax"), limits: limits)
  }
}

/// Answers `describe`, then does as `rest` says with each further request in `r`.
private func program(_ rest: String) -> String {
  """
  import json, os, signal, sys, time
  def out(value): sys.stdout.write(json.dumps(value) + "\\n"); sys.stdout.flush()
  RENDERED = {"to": "+49", "shown": {}, "payload": "x", "extension": "txt"}
  for line in sys.stdin:
      r = json.loads(line)
      if r["op"] == "describe":
          out({"id": r["id"], "ok": {"version": 1, "verb": "fax"}})
          continue
  \(rest.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
  """
}

private let fax = delivery(
  "fax", [("headline", text("hi")), ("body", text("Hello"))], address: "+494055500142")
private let page = Rendering(to: "+49", shown: [], payload: [0x78], fileExtension: "txt")

@Suite(.timeLimit(.minutes(15))) struct ExecTests {
  static let examples =
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Plugins/Exec/Examples"

  private func faxProject() -> Scratch {
    let scratch = Scratch()
    for (name, mode) in [("fax.py", mode_t(0o755)), ("fax.manifest.yaml", 0o644)] {
      let text = bytes(of: Self.examples + "/" + name) ?? []
      scratch.write(name, String(decoding: text, as: UTF8.self), mode: mode)
    }
    return scratch
  }

  @Test func theExampleInPythonKeepsTheContract() async {
    let scratch = faxProject()
    let checks = await ChannelConformance(
      manifest: Manifests.fax, settings: scratch.settings(["exec": "fax.py", "send": "true"], name: "fax")
    ) { settings throws(ChannelError) in try ExecChannel(settings) }.run()
    #expect(checks.filter(\.isFailure) == [])
    #expect(scratch.names(in: "outbox") == ["conformance-1.txt", "conformance-2.txt", "conformance-3.txt"])
  }

  @Test func aFaxGoesOut() async throws {
    let scratch = faxProject()
    let channel = try ExecChannel(
      scratch.settings(["exec": "./fax.py", "outbox": "faxes", "send": "true"], name: "fax"))
    try await channel.check()
    let rendering = try await channel.render(fax)
    #expect(rendering.text == "TO +494055500142\nHI\n\nHello\n")
    #expect(rendering.shown.map(\.name) == ["headline", "body", "pages"])
    #expect(await channel.deliver(rendering, key: .init("k1")) == .accepted(id: "k1.txt"))
    #expect(await channel.deliver(rendering, key: .init("k1")) == .accepted(id: "k1.txt"))
    #expect(scratch.names(in: "faxes") == ["k1.txt"])
    let polled = await #expect(throws: ChannelError.self) { try await channel.poll(since: nil) }
    #expect(polled == ChannelError(.ours, "unknown op 'poll'"))
    await channel.close()
    #expect(await refusal(channel, fax)?.kind == .ours)
  }

  @Test func whereTheManifestStands() {
    #expect(ExecChannel.manifestPath(of: "plugins/fax.py") == "plugins/fax.manifest.yaml")
    #expect(ExecChannel.manifestPath(of: "./fax") == "./fax.manifest.yaml")
    #expect(ExecChannel.manifestPath(of: "a.b/fax") == "a.b/fax.manifest.yaml")
    #expect(ExecChannel.manifestPath(of: "a.b.py") == "a.b.manifest.yaml")
    #expect(ExecChannel.manifestPath(of: ".fax") == ".fax.manifest.yaml")
  }

  @Test func noProgramOutsideTheProjectIsRun() throws {
    let bench = Bench("")
    symlink("/bin/true", bench.scratch.path + "/link")
    bench.scratch.write("link.manifest.yaml", "x")
    bench.scratch.write("plain.py", "x")
    bench.scratch.write("plain.manifest.yaml", "x")
    for path in ["", "/bin/true", "../fax.py", "a/../../fax.py", "link", "plain.py", "none.py", "fax.py\n"] {
      let error = #expect(throws: ChannelError.self) { try bench.channel(["exec": path]) }
      #expect(error?.kind == .ours, "\(path)")
    }
    #expect(throws: ChannelError.self) { try bench.channel(["timeout": "soon"]) }
  }

  @Test func onlyDescribeBringsTheSettings() async throws {
    let bench = Bench(
      """
      import json, os, sys
      for line in sys.stdin:
          r = json.loads(line)
          if r["op"] == "describe":
              seen = r["settings"]
              print(json.dumps({"id": r["id"], "ok": {"version": 1, "verb": "fax"}}), flush=True)
          else:
              says = json.dumps([seen, sorted(os.environ), os.getcwd() == sys.argv[0].rsplit("/", 1)[0], os.getpgid(0) == os.getpid()])
              print(json.dumps({"id": r["id"], "ok": {"to": "", "shown": {}, "payload": says, "extension": "t"}}), flush=True)
      """)
    setenv("FLOW_TEST_SECRET", "x", 1)
    let channel = try bench.channel(["password": "secret", "plugin": "x", "timeout": "5"])
    let seen = try JSONReader.read(try await channel.render(fax).payload)
    guard case .array(let items) = seen, case .array(let names)? = items.dropFirst().first else {
      Issue.record("\(seen)")
      return
    }
    #expect(items[0] == ["password": "secret"])
    #expect(names.contains("PATH"))
    #expect(!names.contains("FLOW_TEST_SECRET"))
    #expect(items[3] == true)
    await channel.close()
  }

  struct Fault: Sendable, CustomStringConvertible {
    var description: String
    var script: String
    /// What `deliver` says, by kind.
    var receipt: String
    var why: String
  }

  static let faults = [
    Fault(description: "hangs", script: "time.sleep(3600)", receipt: "unknown", why: "did not answer within"),
    Fault(
      description: "hangs with the signal ignored",
      script: "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(3600)", receipt: "unknown",
      why: "did not answer within"),
    Fault(
      description: "writes garbage", script: "sys.stdout.write('hello\\n'); sys.stdout.flush()",
      receipt: "unknown",
      why: "no frame"),
    Fault(
      description: "writes bytes that are no text", script: "os.write(1, b'\\xff\\xfe\\n')",
      receipt: "unknown",
      why: "no frame"),
    Fault(
      description: "writes a huge line", script: "sys.stdout.write('a' * (1 << 21))",
      receipt: "unknown", why: "longer than 1 MiB"),
    Fault(
      description: "ends with a code", script: "sys.exit(3)", receipt: "unknown", why: "ended with code 3"),
    Fault(
      description: "ends by a signal", script: "os.kill(os.getpid(), 9)", receipt: "unknown",
      why: "ended by signal 9"),
    Fault(
      description: "ends in the middle of a line", script: "os.write(1, b'{\"id\": '); sys.exit(0)",
      receipt: "unknown",
      why: "ended with code 0"),
    Fault(
      description: "closes its output", script: "os.close(1)\ntime.sleep(3600)", receipt: "unknown",
      why: "closed its output"),
    Fault(
      description: "answers another id", script: "out({'id': r['id'] + 1, 'ok': {}})", receipt: "unknown",
      why: "nobody had asked"),
    Fault(
      description: "says neither", script: "out({'id': r['id']})", receipt: "unknown",
      why: "either \"ok\" or \"error\""),
    Fault(
      description: "gives no id", script: "out({'id': r['id'], 'ok': {}})", receipt: "unknown",
      why: "gave no \"id\""),
    Fault(
      description: "is busy",
      script: "out({'id': r['id'], 'error': {'kind': 'temporary', 'text': 'busy', 'after': 5}})",
      receipt: "temporary",
      why: "busy"),
    Fault(
      description: "will not", script: "out({'id': r['id'], 'error': {'kind': 'permanent', 'text': 'no'}})",
      receipt: "permanent", why: "no"),
  ]

  @Test(arguments: faults) func aProgramThatMisbehavesHarmsItsOwnAttemptOnly(_ fault: Fault) async throws {
    let script = fault.script.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    let bench = Bench(
      program(
        "if r['op'] == 'deliver' and r['key'] == 'bad':\n\(script)\n    continue\n"
          + "out({'id': r['id'], 'ok': {'id': 'fine'}})"))
    let channel = try bench.channel(
      render: fault.why.hasPrefix("did not answer") ? .seconds(5) : .seconds(600))
    let receipt = await channel.deliver(page, key: .init("bad"))
    let (kind, why): (String, String) =
      switch receipt {
      case .accepted: ("accepted", "")
      case .temporary(_, let why): ("temporary", why)
      case .permanent(let why), .undeliverable(let why), .optedOut(let why): ("permanent", why)
      case .ours(let why): ("ours", why)
      case .unknown(let why): ("unknown", why)
      }
    #expect(kind == fault.receipt, "\(receipt)")
    #expect(why.contains(fault.why), "\(why)")
    // The next attempt has a program again; the first start after a failure waits a moment.
    var next = await channel.deliver(page, key: .init("good"))
    for _ in 0..<1000 {
      guard case .temporary = next else { break }
      try await Task.sleep(for: .milliseconds(20))
      next = await channel.deliver(page, key: .init("good"))
    }
    #expect(next == .accepted(id: "fine"))
    await channel.close()
  }

  @Test func aSecondAnswerEndsTheProgram() async throws {
    let bench = Bench(
      program("out({'id': r['id'], 'ok': {'id': str(os.getpid())}})\nout({'id': r['id'], 'ok': {'id': 'b'}})"))
    let channel = try bench.channel()
    let first = await channel.deliver(page, key: .init("k"))
    guard case .accepted(let id) = first, pid_t(id) != nil else {
      Issue.record("\(first)")
      return
    }
    // What is asked before the second answer is read ends with it; the next is another program's.
    var next = await channel.deliver(page, key: .init("k"))
    for _ in 0..<1000 {
      if case .accepted = next { break }
      try await Task.sleep(for: .milliseconds(20))
      next = await channel.deliver(page, key: .init("k"))
    }
    guard case .accepted(let other) = next, other != id, pid_t(other) != nil else {
      Issue.record("it was not started again: \(first), \(next)")
      return
    }
    await channel.close()
  }

  /// The engine's turn, which a marker waits for, may be taken by somebody who renders by the same program.
  @Test func whileItIsAskedWhetherItMayLeaveTheProgramRenders() async throws {
    let channel = try Bench(
      program("out({'id': r['id'], 'ok': {'id': 'a'} if r['op'] == 'deliver' else RENDERED})")
    ).channel()
    let receipt = Mutex<Receipt?>(nil)
    let delivery = Task {
      let said = await channel.deliver(page, key: .init("k")) { (try? await channel.render(fax)) != nil }
      receipt.withLock { $0 = said }
    }
    for _ in 0..<12_000 where receipt.withLock({ $0 }) == nil { try await Task.sleep(for: .milliseconds(10)) }
    #expect(receipt.withLock { $0 } == .accepted(id: "a"))
    guard receipt.withLock({ $0 }) != nil else { return }
    await delivery.value
    #expect(await channel.deliver(page, key: .init("k")) { false } == .withheld)
    #expect(await channel.deliver(page, key: .init("k")) == .accepted(id: "a"))
    await channel.close()
  }

  @Test func whatHadNotLeftMayBeTriedAgain() async throws {
    // Reads no more after its first line: what is larger than the pipe has not left when the time is up.
    let bench = Bench(
      """
      import json, os, time
      line = b""
      while not line.endswith(b"\\n"): line += os.read(0, 1)
      out = {"id": json.loads(line)["id"], "ok": {"version": 1, "verb": "fax"}}
      print(json.dumps(out), flush=True)
      time.sleep(3600)
      """)
    let channel = try bench.channel(render: .milliseconds(400))
    let big = Rendering(
      to: "", shown: [], payload: [UInt8](repeating: 0x61, count: 900_000), fileExtension: "txt")
    let receipt = await channel.deliver(big, key: .init("k"))
    guard case .temporary(_, let why) = receipt else {
      Issue.record("\(receipt)")
      return
    }
    #expect(why.contains("did not answer within"))
    await channel.close()
  }

  @Test func whatDoesNotFitInALineIsRefused() async throws {
    let channel = try Bench(program("out({'id': r['id'], 'ok': {'id': 'a'}})")).channel()
    let huge = Rendering(
      to: "", shown: [], payload: [UInt8](repeating: 0x61, count: 1 << 20), fileExtension: "txt")
    guard case .permanent = await channel.deliver(huge, key: .init("k")) else {
      Issue.record("it was taken")
      return
    }
    #expect(await channel.deliver(page, key: .init("k")) == .accepted(id: "a"))
    await channel.close()
  }

  /// Whoever has a broken address stops nobody else's messages.
  @Test func anAddressOfTwoLinesFailsItsOwnMessage() async throws {
    let broken = program("out({'id': r['id'], 'ok': {**RENDERED, 'to': '+49\\n1'}})")
    let channel = try Bench(broken).channel()
    #expect(await refusal(channel, fax)?.kind == .permanent)
    await channel.close()
  }

  @Test func aProgramThatCannotStartIsOurs() async throws {
    let bench = Bench("")
    bench.scratch.write("fax.py", "#!/no/such/interpreter\n", mode: 0o755)
    let channel = try bench.channel()
    #expect(await refusal(channel, fax)?.kind == .ours)
    guard case .ours = await channel.deliver(page, key: .init("k")) else {
      Issue.record("it is not ours")
      return
    }
  }

  @Test func anotherVersionOrVerbIsOurs() async throws {
    for answer in ["{'version': 2, 'verb': 'fax'}", "{'version': 1}", "{'version': 1, 'verb': 'telex'}"] {
      let bench = Bench(program("pass").replacing("{\"version\": 1, \"verb\": \"fax\"}", with: answer))
      let channel = try bench.channel()
      #expect(await refusal(channel, fax)?.kind == .ours, "\(answer)")
      await channel.close()
    }
  }

  @Test func anEndWithinDescribeIsTemporaryAndPausesGrow() async throws {
    let bench = Bench("import sys\nsys.exit(1)")
    var limits = ExecLimits()
    limits.firstPause = .seconds(10_000)
    limits.longestPause = .seconds(100_000)
    let channel = try ExecChannel(
      bench.scratch.settings(["exec": "fax.py", "send": "true"], name: "fax"), limits: limits)
    #expect(
      await channel.deliver(page, key: .init("k")) == .temporary(after: nil, because: "fax ended with code 1")
    )
    #expect(
      await channel.deliver(page, key: .init("k"))
        == .temporary(after: 10_000, because: "fax ended with code 1; it is started again within 10000 s"))
  }

  @Test func oneThatAnswersOnceAndGoesIsFine() async throws {
    let channel = try Bench(
      program("out({'id': r['id'], 'ok': {'id': str(os.getpid())}})\nsys.exit(0)")
    ).channel()
    for _ in 0..<3 {
      let receipt = await channel.deliver(page, key: .init("k"))
      guard case .accepted(let id) = receipt, pid_t(id) != nil else {
        Issue.record("\(receipt)")
        break
      }
      // Reaped, and that has been heard of: its pause is for failures.
      while access("/proc/\(id)", F_OK) == 0 { try await Task.sleep(for: .milliseconds(20)) }
      try await Task.sleep(for: .milliseconds(500))
    }
    await channel.close()
  }

  @Test func itsChildrenGoWithIt() async throws {
    let bench = Bench(
      program(
        """
        child = os.fork()
        if child == 0:
            time.sleep(3600)
        out({'id': r['id'], 'ok': {'id': str(child)}})
        """))
    let channel = try bench.channel()
    guard case .accepted(let id) = await channel.deliver(page, key: .init("k")), let child = pid_t(id) else {
      Issue.record("not delivered")
      return
    }
    #expect(kill(child, 0) == 0)
    await channel.close()
    // A zombie until its new parent has looked; a running one would stay for an hour.
    var state = "R"
    for _ in 0..<6000 where state != "" && state != "Z" {
      try await Task.sleep(for: .milliseconds(20))
      let words = String(decoding: bytes(of: "/proc/\(child)/stat") ?? [], as: UTF8.self).split(
        separator: " ")
      state = words.count > 2 ? String(words[2]) : ""
    }
    #expect(state == "" || state == "Z")
  }

  @Test func callsInFlightEndWithTheChannel() async throws {
    let bench = Bench(program("os.mkdir('asked')\ntime.sleep(3600)"))
    let channel = try bench.channel(render: .seconds(600))
    async let receipt = channel.deliver(page, key: .init("k"))
    while access(bench.scratch.path + "/asked", F_OK) != 0 { try await Task.sleep(for: .milliseconds(20)) }
    await channel.close()
    guard case .unknown = await receipt else {
      Issue.record("\(await receipt)")
      return
    }
  }

  @Test func `guarantee 24: who renders waits with patience only for a program that is busy or hangs`() async throws {
    let bench = Bench(
      program(
        """
        open('asked-' + r['op'], 'w').close()
        while os.path.exists('hang-' + r['op']): time.sleep(0.02)
        out({'id': r['id'], 'ok': RENDERED if r['op'] == 'render' else {'id': 'a'}})
        """))
    var channel = try bench.channel()
    #expect(try await channel.render(fax).to == "+49")
    channel.patience = .milliseconds(300)
    for operation in ["render", "deliver"] {
      let block = bench.scratch.path + "/hang-" + operation
      bench.scratch.write("hang-" + operation, "")
      let delivering = channel
      async let receipt = operation == "deliver" ? delivering.deliver(page, key: .init("k")) : .withheld
      // The delivery is ahead of what is rendered.
      while operation == "deliver", access(bench.scratch.path + "/asked-deliver", F_OK) != 0 {
        try await Task.sleep(for: .milliseconds(20))
      }
      for _ in 0..<50 {
        let refusal = await refusal(channel, fax)
        #expect(refusal?.kind == .temporary && refusal?.text == "fax has not answered yet")
      }
      unlink(block)
      #expect(await receipt == (operation == "deliver" ? .accepted(id: "a") : .withheld))
      // Once it has answered, it is asked as before.
      var rendered: Rendering?
      for _ in 0..<3000 where rendered == nil {
        rendered = try? await channel.render(fax)
        if rendered == nil { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(rendered?.to == "+49")
    }
    await channel.close()
  }

  @Test func withoutSendItIsAskedForTheMessageAloneWhichGoesIntoTheFolder() async throws {
    let bench = Bench(program("out({'id': r['id'], 'ok': RENDERED})\nopen(r['op'], 'w')"))
    let channel = try bench.channel(["send": "false"])
    #expect(channel.destination == nil && channel.pollSeconds == nil)
    let rendering = try await channel.render(fax)
    #expect(await channel.deliver(rendering, key: .init("k")) == .accepted(id: "k.txt"))
    #expect(bytes(of: bench.scratch.path + "/outbox/k.txt") == [0x78])
    await channel.close()
    #expect(access(bench.scratch.path + "/render", F_OK) == 0)
    #expect(access(bench.scratch.path + "/deliver", F_OK) != 0)
  }

  @Test func manyCallersTakeTurns() async throws {
    let channel = try Bench(program("out({'id': r['id'], 'ok': {'id': r['key']}})")).channel()
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<50 {
        group.addTask { await channel.deliver(page, key: .init("k\(index)")) == .accepted(id: "k\(index)") }
      }
      for await fine in group { #expect(fine) }
    }
    await channel.close()
  }
}
