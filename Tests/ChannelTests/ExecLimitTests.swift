import ExecChannel
import FlowCore
import FlowPlugin
import Glibc
import Testing

/// What a program may take of the machine, and when a delivery is marked.
@Suite(.timeLimit(.minutes(15))) struct ExecLimitTests {
  private static let page = Rendering(to: "+49", shown: [], payload: [0x78], fileExtension: "txt")

  /// A program that answers `describe`, and then does `rest` with each request in `r`.
  private func channel(_ rest: String, _ values: [String: String] = [:]) throws -> (ExecChannel, Scratch) {
    let scratch = Scratch()
    let lines = rest.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    scratch.write(
      "fax.py",
      """
      #!/usr/bin/env python3
      import json, os, resource, sys, time
      def out(value): print(json.dumps(value), flush=True)
      for line in sys.stdin:
          r = json.loads(line)
          if r["op"] == "describe":
              out({"id": r["id"], "ok": {"version": 1, "verb": "fax"}})
              continue
      \(lines)
      """, mode: 0o755)
    scratch.write("fax.manifest.yaml", "verb: fax\ntouch: true\nfields: {}\n")
    var limits = ExecLimits()
    limits.start = .seconds(600)
    limits.deliver = .seconds(600)
    limits.firstPause = .milliseconds(1)
    limits.longestPause = .milliseconds(2)
    let settings = scratch.settings(["exec": "fax.py", "send": "true"].merging(values) { $1 }, name: "fax")
    return (try ExecChannel(settings, limits: limits), scratch)
  }

  private func deliver(_ channel: ExecChannel, _ key: String = "k") async -> Receipt {
    await channel.deliver(Self.page, key: .init(key))
  }

  /// Tried until the pause after a failure is over.
  private func again(_ channel: ExecChannel) async throws -> Receipt {
    for _ in 0..<1000 {
      let receipt = await deliver(channel, "good")
      guard case .temporary = receipt else { return receipt }
      try await Task.sleep(for: .milliseconds(20))
    }
    return await deliver(channel, "good")
  }

  @Test func `guarantee 24: memory beyond its limit ends the program's own attempt`() async throws {
    let (channel, _) = try channel(
      "if r['key'] == 'bad': x = bytearray(200 << 20)\nout({'id': r['id'], 'ok': {'id': 'fine'}})", ["memory": "64"])
    guard case .unknown(let because) = await deliver(channel, "bad") else {
      Issue.record("it had 200 MiB")
      return
    }
    #expect(because.contains("ended with code 1"))
    #expect(try await again(channel) == .accepted(id: "fine"))
    await channel.close()
  }

  @Test func `guarantee 24: a program that spins is ended`() async throws {
    let (channel, _) = try channel(
      "while r['key'] == 'bad': pass\nout({'id': r['id'], 'ok': {'id': 'fine'}})", ["cpu": "1"])
    guard case .unknown(let because) = await deliver(channel, "bad") else {
      Issue.record("it spun")
      return
    }
    // SIGXCPU.
    #expect(because.contains("ended by signal 24"))
    #expect(try await again(channel) == .accepted(id: "fine"))
    await channel.close()
  }

  @Test func theSecondsAreForEachRequest() async throws {
    // Three requests of 0.7 seconds each, of which each may have one.
    let (channel, _) = try channel(
      """
      end = time.process_time() + 0.7
      while time.process_time() < end: pass
      out({'id': r['id'], 'ok': {'id': str(os.getpid())}})
      """, ["cpu": "1"])
    let first = await deliver(channel)
    for _ in 0..<3 { #expect(await deliver(channel) == first) }
    await channel.close()
  }

  @Test func filesAreCountedAndNoDumpIsWritten() async throws {
    let (channel, _) = try channel(
      """
      limits = [resource.getrlimit(x)[0] for x in (resource.RLIMIT_NOFILE, resource.RLIMIT_DATA, resource.RLIMIT_CORE)]
      out({'id': r['id'], 'ok': {'id': ' '.join(str(x) for x in limits)}})
      """, ["files": "32", "memory": "128"])
    #expect(await deliver(channel) == .accepted(id: "32 134217728 0"))
    await channel.close()
  }

  @Test func onlyNamedVariablesAreThere() async throws {
    setenv("FLOW_TEST_NAMED", "yes", 1)
    setenv("FLOW_TEST_OTHER", "no", 1)
    let script = "out({'id': r['id'], 'ok': {'id': ' '.join(sorted(x for x in os.environ if x.startswith('FLOW')))}})"
    let (channel, _) = try channel(script, ["environment": "FLOW_TEST_NAMED FLOW_TEST_NONE"])
    #expect(await deliver(channel) == .accepted(id: "FLOW_TEST_NAMED"))
    await channel.close()
    #expect(throws: ChannelError.self) { try self.channel(script, ["environment": "A=b"]) }
  }

  @Test func numbersThatAreNoneAreOurs() {
    for (name, value) in [("memory", "1"), ("memory", "lots"), ("cpu", "0"), ("files", "-1"), ("timeout", "601")] {
      let error = #expect(throws: ChannelError.self) { try channel("pass", [name: value]) }
      #expect(error?.kind == .ours, "\(name)")
    }
  }

  // MARK: The marker

  @Test func `guarantee 8: it is marked before the request is written, and held back where it may not leave`()
    async throws
  {
    let (channel, scratch) = try channel(
      "open('seen', 'a').write(r['key'])\nout({'id': r['id'], 'ok': {'id': r['key']}})")
    let path = scratch.path + "/seen"
    let marks = Marks()
    let receipt = await channel.deliver(Self.page, key: .init("a")) {
      try? await Task.sleep(for: .milliseconds(100))
      return await marks.mark() && access(path, F_OK) != 0
    }
    #expect(receipt == .accepted(id: "a"))
    #expect(await marks.count == 1)
    let refusing = Marks(false)
    #expect(await channel.deliver(Self.page, key: .init("b")) { await refusing.mark() } == .withheld)
    #expect(await refusing.count == 1)
    #expect(await deliver(channel, "c") == .accepted(id: "c"))
    #expect(bytes(of: path) == Array("ac".utf8))
    await channel.close()
  }

  @Test func whatDoesNotStartIsNotMarked() async throws {
    let (channel, scratch) = try channel("pass")
    scratch.write("fax.py", "#!/bin/sh\nexit 1\n", mode: 0o755)
    let marks = Marks()
    guard case .temporary = await channel.deliver(Self.page, key: .init("a"), marker: { await marks.mark() }) else {
      Issue.record("nothing had left")
      return
    }
    #expect(await marks.count == 0)
  }
}
