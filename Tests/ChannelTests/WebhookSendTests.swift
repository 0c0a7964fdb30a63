import FlowCore
import FlowPlugin
import FlowTime
import Glibc
import Testing
import WebhookChannel

/// Webhooks that leave, against a peer on loopback.
@Suite(.timeLimit(.minutes(15))) struct WebhookSendTests {
  /// The secret, id, time and body of Standard Webhooks' own test of signing.
  private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  private static let now = Instant(seconds: 1_614_265_330)

  private func channel(_ values: [String: String] = [:]) throws -> WebhookChannel {
    var settings = Scratch().settings(
      ["send": "true", "private": "allow", "timeout": "100 seconds"].merging(values) { $1 })
    settings.now = { Self.now }
    return try WebhookChannel(settings)
  }

  private func hook(_ url: String, data: Value = .record(["a": .integer(1)])) -> Delivery {
    delivery("webhook", [("url", text(url)), ("data", .value(data))], touch: false)
  }

  private func receipt(_ answer: Peer.Answer, _ values: [String: String] = [:]) async throws -> Receipt {
    let peer = Peer(answer)
    let channel = try channel(values)
    let receipt = await channel.deliver(try await channel.render(hook(peer.url)), key: .init("k"))
    await channel.close()
    return receipt
  }

  @Test func aSignatureIsTheSpecifications() async throws {
    let peer = Peer(.status(200))
    let channel = try channel(["secret": Self.secret])
    let body = #"{"test": 2432232314}"#
    let rendering = Rendering(
      to: peer.url, shown: [], payload: Array("POST / HTTP/1.1\r\nHost: x\r\n\r\n\(body)".utf8), fileExtension: "http")
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    #expect(await channel.deliver(rendering, key: .init(id)) == .accepted(id: id))
    let request = try #require(peer.requests.first)
    #expect(request.text == body)
    #expect(request.headers["webhook-id"] == id)
    #expect(request.headers["webhook-timestamp"] == "1614265330")
    #expect(request.headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func aRequestIsWhatWasRenderedAndSigned() async throws {
    let peer = Peer(.status(204))
    let other = "whsec_" + "YSBuZXcgc2VjcmV0IG9mIDI0IGJ5dGVz"  // "a new secret of 24 bytes"
    let channel = try channel(["secret": "\(Self.secret) \(other)"])
    let rendering = try await channel.render(
      delivery(
        "webhook",
        [
          ("url", text("\(peer.url)/deals/7?x=1")), ("data", .value(.record(["stage": .text("won ü")]))),
          ("method", .word("PUT")),
        ], touch: false))
    #expect(await channel.deliver(rendering, key: .init("abc123")) == .accepted(id: "abc123"))
    let request = try #require(peer.requests.first)
    #expect(request.line == "PUT /deals/7?x=1 HTTP/1.1")
    #expect(request.text == #"{"stage":"won ü"}"#)
    #expect(request.headers["content-type"] == "application/json")
    #expect(request.headers["idempotency-key"] == #""abc123""#)
    #expect(request.headers["host"] == "127.0.0.1:\(peer.port)")
    #expect(rendering.text.hasSuffix(request.text))
    // Checked by Python's own HMAC over what arrived.
    let script = """
      import base64, hashlib, hmac, sys
      secrets, id, time = sys.argv[1].split(), sys.argv[2], sys.argv[3]
      body = sys.stdin.buffer.read()
      keys = [base64.b64decode(s[6:]) for s in secrets]
      signed = f"{id}.{time}.".encode() + body
      print(" ".join("v1," + base64.b64encode(hmac.new(k, signed, hashlib.sha256).digest()).decode() for k in keys))
      """
    let wanted = run(
      "python3", ["-c", script, "\(Self.secret) \(other)", "abc123", "1614265330"], input: request.body)
    #expect(request.headers["webhook-signature"].map { $0 + "\n" } == wanted)
  }

  @Test func withoutASecretNothingIsSigned() async throws {
    let peer = Peer(.status(200))
    let channel = try channel()
    _ = await channel.deliver(try await channel.render(hook(peer.url)), key: .init("k"))
    #expect(peer.requests.first?.headers["webhook-signature"] == nil)
    #expect(peer.requests.first?.headers["webhook-id"] == "k")
  }

  @Test(arguments: ["x", "whsec_", "whsec_QQ==", "whsec_!!!!", "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", " "])
  func `guarantee 25: a secret that is none is ours, and is not repeated`(_ secret: String) throws {
    let error = #expect(throws: ChannelError.self) { try channel(["secret": secret]) }
    #expect(error?.kind == .ours)
    if secret.count > 6 { #expect(error?.text.contains(secret) == false) }
  }

  /// README.md's table.
  @Test func theStatusDecides() async throws {
    #expect(try await receipt(.status(200)) == .accepted(id: "k"))
    #expect(try await receipt(.status(202)) == .accepted(id: "k"))
    #expect(try await receipt(.status(429, "", ["Retry-After: 30"])) == .temporary(after: 30, because: "answered 429"))
    #expect(try await receipt(.status(408)) == .temporary(after: nil, because: "answered 408"))
    #expect(try await receipt(.status(425)) == .temporary(after: nil, because: "answered 425"))
    #expect(
      try await receipt(.status(503, "", ["Retry-After: Thu, 25 Feb 2021 15:03:10 GMT"]))
        == .temporary(after: 60, because: "answered 503"))
    #expect(try await receipt(.status(500)) == .temporary(after: nil, because: "answered 500"))
    #expect(try await receipt(.status(410)) == .permanent(because: "answered 410"))
    #expect(try await receipt(.status(404)) == .permanent(because: "answered 404"))
    #expect(try await receipt(.status(401)) == .permanent(because: "answered 401"))
    #expect(try await receipt(.status(403)) == .permanent(because: "answered 403"))
    #expect(
      try await receipt(.status(301, "", ["Location: http://127.0.0.1:1/"]))
        == .permanent(because: "answered 301; redirects are not followed"))
  }

  /// The answer cut off after each of its bytes: as soon as the status line is there it is known what became of it, and
  /// before that it is not.
  @Test func `guarantee 8: an answer cut at every byte`() async throws {
    let answer = Peer.Answer.status(200, "thanks", ["X-A: b"])
    let whole = answer.pieces[0].bytes.count
    // "HTTP/1.1 200 X\r\n"
    let line = 16
    let cuts = Peer { $0.headers["webhook-id"].flatMap { Int($0) }.map { answer.cut(after: $0) } ?? .raw("") }
    let channel = try channel()
    let rendering = try await channel.render(hook(cuts.url))
    for count in 0...whole {
      let marks = Marks()
      let receipt = await channel.deliver(rendering, key: .init("\(count)")) { await marks.mark() }
      #expect(await marks.count == 1)
      if count < line {
        guard case .unknown = receipt else {
          Issue.record("\(count) bytes: \(receipt)")
          continue
        }
      } else {
        #expect(receipt == .accepted(id: "\(count)"), "\(count) bytes")
      }
    }
    #expect(cuts.requests.count == whole + 1)
  }

  @Test func aResetIsUnknown() async throws {
    var answer = Peer.Answer.raw("")
    answer.resets = true
    guard case .unknown = try await receipt(answer) else {
      Issue.record("nobody knows")
      return
    }
  }

  @Test func whatIsSlowIsUnknownAndWhatIsHugeIsNot() async throws {
    guard case .unknown = try await receipt(Peer.Answer(pieces: [(60_000, [])]), ["timeout": "10 seconds"]) else {
      Issue.record("nobody knows")
      return
    }
    #expect(try await receipt(.status(200, String(repeating: "x", count: 3_000_000))) == .accepted(id: "k"))
  }

  @Test func noBodyThereIsTemporary() async throws {
    let peer = Peer(.status(200))
    peer.close()
    let channel = try channel()
    let marks = Marks()
    let receipt = await channel.deliver(try await channel.render(hook(peer.url)), key: .init("k")) {
      await marks.mark()
    }
    guard case .temporary(nil, _) = receipt else {
      Issue.record("\(receipt)")
      return
    }
    #expect(await marks.count == 0)
  }

  /// Names and numbers that lead here: what counts is the address of the connection, so that a name which was
  /// harmless when somebody looked gains nothing by leading elsewhere now.
  @Test(arguments: [
    "http://127.0.0.1", "http://localhost", "http://2130706433", "http://0x7f000001", "http://127.1", "http://0",
    "http://[::ffff:127.0.0.1]",
  ])
  func noPrivateAddressIsCalled(_ root: String) async throws {
    let peer = Peer(.status(200))
    for private_ in [nil, "refuse"] {
      var values = ["send": "true"]
      values["private"] = private_
      var settings = Scratch().settings(values)
      settings.now = { Self.now }
      let channel = try WebhookChannel(settings)
      let marks = Marks()
      let receipt = await channel.deliver(
        try await channel.render(hook("\(root):\(peer.port)/")), key: .init("k")
      ) { await marks.mark() }
      guard case .permanent(let because) = receipt, because.contains("is no public address") else {
        Issue.record("\(root): \(receipt)")
        continue
      }
      #expect(await marks.count == 0)
    }
    #expect(peer.connections == 0)
  }

  @Test func noProxyOfTheEnvironmentIsUsed() async throws {
    let proxy = Peer(.status(200))
    let peer = Peer(.status(200))
    setenv("http_proxy", proxy.url, 1)
    setenv("ALL_PROXY", proxy.url, 1)
    defer {
      unsetenv("http_proxy")
      unsetenv("ALL_PROXY")
    }
    let direct = try channel()
    _ = await direct.deliver(try await direct.render(hook(peer.url)), key: .init("k"))
    #expect(proxy.requests.isEmpty)
    let through = try channel(["proxy": proxy.url])
    #expect(await through.deliver(try await through.render(hook(peer.url)), key: .init("k")) == .accepted(id: "k"))
    #expect(proxy.requests.map(\.line) == ["POST \(peer.url)/ HTTP/1.1"])
    #expect(peer.requests.count == 1)
  }

  @Test func settingsThatCannotBeUsedAreOurs() throws {
    for (name, value) in [
      ("send", "yes"), ("timeout", "0 seconds"), ("timeout", "20"), ("tiemout", "1 second"), ("timeout", "soon"),
      ("private", "maybe"),
    ] {
      let error = #expect(throws: ChannelError.self) { try channel([name: value]) }
      #expect(error?.kind == .ours, "\(name)")
    }
  }

  @Test func withoutSendItStaysInTheFolder() async throws {
    let scratch = Scratch()
    let peer = Peer(.status(200))
    let channel = try WebhookChannel(scratch.settings())
    #expect(channel.destination == nil)
    let receipt = await channel.deliver(try await channel.render(hook(peer.url)), key: .init("k"))
    #expect(receipt == .accepted(id: "k.http"))
    #expect(peer.connections == 0)
    #expect(scratch.names(in: "outbox") == ["k.http"])
    #expect(try self.channel().destination != nil)
  }

  /// As one that was rendered by an earlier version; the last is one that this version takes, too.
  @Test(arguments: ["http://127.0.0.1:99999/", "gopher://127.0.0.1/", "x", "http://[1:2:3:4:5:6:7:8:9]/"])
  func `guarantee 18: an address that cannot be called is its own message's failure`(url: String) async throws {
    let channel = try channel()
    let rendering = Rendering(
      to: url, shown: [], payload: Array("POST / HTTP/1.1\r\nHost: x\r\n\r\n{}".utf8), fileExtension: "http")
    #expect(
      await channel.deliver(rendering, key: .init("k"))
        == .permanent(because: "its address is none that can be called"))
  }

  @Test func theSchemeMayBeInCapitals() async throws {
    let peer = Peer(.status(200))
    let rendering = try await channel().render(hook("HTTP" + peer.url.dropFirst(4)))
    #expect(await (try channel()).deliver(rendering, key: .init("k")) == .accepted(id: "k"))
  }

  @Test func aSecretThatIsNotSetHoldsWhatIsSent() async throws {
    let peer = Peer(.status(200))
    let channel = try channel(["secret": ""])
    let rendering = try await channel.render(hook(peer.url))
    #expect(
      await channel.deliver(rendering, key: .init("k")) == .ours(because: "secret: is empty; is its variable set?"))
    #expect(peer.connections == 0)
  }

  @Test func itKeepsTheContractWhereItReallySends() async {
    let peer = Peer(.status(200, "", keeps: true))
    var settings = Scratch().settings(["send": "true", "private": "allow", "proxy": peer.url])
    settings.now = { Self.now }
    let checks = await ChannelConformance(manifest: Manifests.webhook, settings: settings) {
      settings throws(ChannelError) in
      // The samples' address is an https: one, which would be tunnelled; the peer takes the request itself.
      Plain(inner: try WebhookChannel(settings))
    }.run()
    #expect(checks.filter(\.isFailure) == [])
    // Two keys, one of them twice, and a third; the fourth was held back.
    #expect(peer.requests.count == 4)
  }

  /// Asks for `http:` where the samples say `https:`.
  private struct Plain: Channel {
    let inner: WebhookChannel
    var manifest: [UInt8] { inner.manifest }
    func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
      var rendering = try await inner.render(delivery)
      rendering.to = rendering.to.replacing("https:", with: "http:")
      return rendering
    }
    func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
      await inner.deliver(rendering, key: key, marker: marker)
    }
    func close() async { await inner.close() }
  }
}
