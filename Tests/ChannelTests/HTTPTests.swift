import FlowPlugin
import FlowTime
import FlowTransport
import Testing

private func limits(_ change: (inout HTTPLimits) -> Void = { _ in }) -> HTTPLimits {
  var limits = HTTPLimits()
  limits.seconds = 100
  change(&limits)
  return limits
}

/// The client between a channel and the network.
@Suite(.timeLimit(.minutes(15))) struct HTTPTests {
  private func post(_ url: String, body: String = "{}") -> HTTPRequest {
    HTTPRequest("POST", url, headers: [(name: "X-A", value: "1")], body: Array(body.utf8))
  }

  @Test func aRequestIsWrittenAsItIs() async {
    let peer = Peer(.status(201, "done", ["X-B: 2"]))
    let outcome = await HTTPClient(limits()).send(post(peer.url + "/a?b=c", body: "héllo"))
    let answered = HTTPResponse(
      status: 201, headers: [.init(name: "content-length", value: "4"), .init(name: "x-b", value: "2")],
      body: Array("done".utf8))
    #expect(outcome == .answered(answered))
    #expect(peer.requests.count == 1)
    #expect(peer.requests.first?.line == "POST /a?b=c HTTP/1.1")
    #expect(peer.requests.first?.text == "héllo")
    #expect(
      peer.requests.first?.headers == [
        "host": "127.0.0.1:\(peer.port)", "x-a": "1", "user-agent": "flow", "accept": "*/*", "content-length": "6",
      ])
  }

  @Test(arguments: [
    "https://acme.test:8443/hook?key=geheim", "https://ann:geheim@acme.test:8443", "https://geheim@acme.test:8443/x@y",
    "http://a@geheim@acme.test:8443#geheim",
  ]) func `guarantee 25: of an address people are shown host and port alone`(_ url: String) {
    #expect(HTTPRequest.host(of: url) == "acme.test:8443")
  }

  @Test(arguments: ["GET", "PUT", "PATCH", "DELETE", "POST"]) func everyMethodIsItself(_ method: String) async {
    let peer = Peer(.status(200))
    _ = await HTTPClient(limits()).send(HTTPRequest(method, peer.url))
    #expect(peer.requests.map(\.line) == ["\(method) / HTTP/1.1"])
  }

  @Test func aConnectionIsUsedAgain() async {
    let peer = Peer(.status(200, "", keeps: true))
    let client = HTTPClient(limits())
    for _ in 0..<3 { _ = await client.send(post(peer.url)) }
    #expect(peer.requests.map(\.connection) == [0, 0, 0])
    let fresh = HTTPClient(limits { $0.keepsConnections = false })
    for _ in 0..<2 { _ = await fresh.send(post(peer.url)) }
    #expect(peer.requests.map(\.connection) == [0, 0, 0, 1, 2])
    await client.close()
    guard case .notSent = await client.send(post(peer.url)) else {
      Issue.record("it sends after its end")
      return
    }
  }

  @Test func `guarantee 8: a request over an old connection is not written a second time`() async {
    // The first answer keeps the connection; the second request finds it closed without a word.
    let peer = Peer { $0.text == "1" ? .status(200, "", keeps: true) : .raw("") }
    let client = HTTPClient(limits())
    _ = await client.send(post(peer.url, body: "1"))
    let marks = Marks()
    guard case .lost = await client.send(post(peer.url, body: "2"), marker: { await marks.mark() }) else {
      Issue.record("it should be lost")
      return
    }
    #expect(await marks.count == 1)
    #expect(peer.requests.map(\.text) == ["1", "2"])
  }

  @Test func redirectsAreNotFollowed() async {
    let other = Peer(.status(200))
    let peer = Peer(.status(302, "", ["Location: \(other.url)/"]))
    guard case .answered(let response) = await HTTPClient(limits()).send(post(peer.url)) else {
      Issue.record("no answer")
      return
    }
    #expect(response.status == 302)
    #expect(
      response.receipt(id: "", isKeyed: true, now: nil)
        == .permanent(because: "answered 302; redirects are not followed"))
    #expect(other.connections == 0)
  }

  @Test func aHugeAnswerIsCutOff() async {
    let peer = Peer(.status(200, String(repeating: "x", count: 5_000_000)))
    let client = HTTPClient(limits { $0.bodyBytes = 1000 })
    guard case .answered(let response) = await client.send(post(peer.url)) else {
      Issue.record("no answer")
      return
    }
    #expect(response.body.count == 1000)
    #expect(!response.isWhole)
    #expect(response.json == nil)
  }

  @Test func aHeadWithoutEndIsCutOff() async {
    let header = "X-A: " + String(repeating: "a", count: 1000) + "\r\n"
    let peer = Peer(.raw("HTTP/1.1 200 OK\r\n" + String(repeating: header, count: 200) + "\r\n"))
    guard case .answered(let response) = await HTTPClient(limits()).send(post(peer.url)) else {
      Issue.record("no answer")
      return
    }
    #expect(!response.isWhole)
    #expect(response.headers.count <= 66)
  }

  @Test func anAnswerByTheDropRunsOutOfTime() async {
    let drops = (0..<100).map { _ in (pause: UInt32(400), bytes: Array("x".utf8)) }
    let peer = Peer(Peer.Answer(pieces: [(0, Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n".utf8))] + drops))
    guard case .answered(let response) = await HTTPClient(limits { $0.seconds = 12 }).send(post(peer.url)) else {
      Issue.record("no answer")
      return
    }
    #expect(!response.isWhole)
    let silent = Peer(Peer.Answer(pieces: [(40_000, [])]))
    guard case .lost = await HTTPClient(limits { $0.seconds = 12 }).send(post(silent.url)) else {
      Issue.record("a silent peer has the request")
      return
    }
  }

  @Test func interimAnswersAreNone() async {
    let peer = Peer(.raw("HTTP/1.1 103 Early\r\nA: b\r\n\r\n"))
    guard case .lost = await HTTPClient(limits()).send(post(peer.url)) else {
      Issue.record("103 is no answer")
      return
    }
    let whole = Peer(.raw("HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 204 X\r\nC: d\r\n\r\n"))
    let outcome = await HTTPClient(limits()).send(post(whole.url))
    #expect(outcome == .answered(HTTPResponse(status: 204, headers: [.init(name: "c", value: "d")])))
  }

  @Test func nobodyThereIsNotSent() async {
    let peer = Peer(.status(200))
    peer.close()
    let marks = Marks()
    for url in [peer.url, "http://no-such-host.invalid/"] {
      guard case .notSent = await HTTPClient(limits()).send(post(url), marker: { await marks.mark() }) else {
        Issue.record("\(url)")
        return
      }
    }
    #expect(await marks.count == 0)
  }

  @Test func aMarkerThatRefusesKeepsItBack() async {
    let peer = Peer(.status(200))
    let marks = Marks(false)
    #expect(await HTTPClient(limits()).send(post(peer.url), marker: { await marks.mark() }) == .withheld)
    #expect(await marks.count == 1)
    #expect(peer.requests.isEmpty)
  }

  @Test func `the marker is called before anything is written`() async throws {
    let peer = Peer(.status(200))
    let client = HTTPClient(limits())
    let outcome = await client.send(post(peer.url)) { [peer] in
      for _ in 0..<5000 where peer.connections == 0 { try? await Task.sleep(for: .milliseconds(10)) }
      try? await Task.sleep(for: .milliseconds(100))
      return peer.requests.isEmpty && peer.connections == 1
    }
    guard case .answered = outcome else {
      Issue.record("something had come before: \(outcome)")
      return
    }
  }

  @Test func aCertificateThatNobodySignedIsNotTrusted() async {
    // TLS asked of a peer that speaks none, as a stand-in for a handshake that fails: nothing is written.
    let peer = Peer(.status(200))
    let url = peer.url.replacing("http:", with: "https:")
    let marks = Marks()
    guard case .notSent = await HTTPClient(limits { $0.seconds = 3 }).send(post(url), marker: { await marks.mark() })
    else {
      Issue.record("sent without TLS")
      return
    }
    #expect(await marks.count == 0)
  }

  @Test func noByteBreaksOutOfAHeader() async {
    let peer = Peer(.status(200))
    for (name, value) in [("A", "b\r\nC: d"), ("A\r\nB", "c"), ("A: b", "c"), ("", "x"), ("A", "\u{0}")] {
      let request = HTTPRequest("POST", peer.url, headers: [(name: name, value: value)])
      guard case .ours = await HTTPClient(limits()).send(request) else {
        Issue.record("\(name) was sent")
        return
      }
    }
    for url in [peer.url + "/ x", peer.url + "/\r\nA: b", "file:///etc/passwd", "gopher://127.0.0.1:1/", "x"] {
      switch await HTTPClient(limits()).send(HTTPRequest("POST", url)) {
      case .noAddress: continue
      default: Issue.record("\(url) was sent")
      }
    }
    #expect(peer.requests.isEmpty)
  }

  @Test func closingEndsWhatIsUnderWay() async {
    let peer = Peer(Peer.Answer(pieces: [(100_000, [])]))
    let client = HTTPClient(limits { $0.seconds = 100 })
    async let outcome = client.send(post(peer.url))
    while peer.requests.isEmpty { try? await Task.sleep(for: .milliseconds(10)) }
    await client.close()
    #expect(await outcome == .lost(because: "the channel was closed"))
  }
}

@Suite struct NetworkAddressTests {
  private func address(_ text: String) -> NetworkAddress? {
    let bytes: [UInt8]
    if text.contains(":") {
      bytes = run(
        "python3", ["-c", "import socket,sys;sys.stdout.buffer.write(socket.inet_pton(10,'\(text)').hex().encode())"]
      )
      .utf8.map { $0 }.chunks(2).compactMap { UInt8(String(decoding: $0, as: UTF8.self), radix: 16) }
    } else {
      bytes = text.split(separator: ".").compactMap { UInt8($0) }
    }
    return NetworkAddress(bytes: bytes)
  }

  /// The registries of special purposes (RFC 6890 and IANA's), with the first and last address of a block.
  @Test(arguments: [
    "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
    "127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:8.8.8.8",
    "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::", "3fff::1", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1", "5f00::1",
  ])
  func aSpecialAddressIsNotPublic(_ text: String) throws {
    #expect(try #require(address(text)).isPublic == false)
  }

  @Test(arguments: [
    "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
    "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "64:ff9b::8.8.8.8",
  ])
  func anotherIs(_ text: String) throws {
    let found = try #require(address(text))
    #expect(found.isPublic)
    if !text.contains("64:") { #expect(found.description == text) }
  }
}

extension Array {
  fileprivate func chunks(_ size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}

@Suite struct HTTPVerdictTests {
  private func receipt(_ status: Int, isKeyed: Bool, _ headers: [HTTPResponse.Header] = []) -> Receipt {
    HTTPResponse(status: status, headers: headers).receipt(
      id: "k", isKeyed: isKeyed, now: Instant(seconds: 784_111_700))
  }

  @Test func theStatusSaysWhatBecameOfIt() {
    for status in [200, 201, 202, 204, 299] { #expect(receipt(status, isKeyed: false) == .accepted(id: "k")) }
    for status in [401, 403, 407] { #expect(receipt(status, isKeyed: true) == .ours(because: "answered \(status)")) }
    for status in [400, 404, 405, 409, 410, 413, 422, 451] {
      #expect(receipt(status, isKeyed: true) == .permanent(because: "answered \(status)"))
    }
    for status in [408, 425, 429, 503] {
      #expect(receipt(status, isKeyed: false) == .temporary(after: nil, because: "answered \(status)"))
    }
    for status in [500, 502, 504] {
      #expect(receipt(status, isKeyed: true) == .temporary(after: nil, because: "answered \(status)"))
      #expect(receipt(status, isKeyed: false) == .unknown(because: "answered \(status)"))
    }
  }

  @Test func aPauseIsHeard() {
    func after(_ value: String) -> Int? {
      guard case .temporary(let after, _) = receipt(429, isKeyed: true, [.init(name: "retry-after", value: value)])
      else { return -1 }
      return after
    }
    #expect(after("0") == 0)
    #expect(after("120") == 120)
    // RFC 9110's example: 1994-11-06 08:49:37 is second 784111777.
    #expect(after("Sun, 06 Nov 1994 08:49:37 GMT") == 77)
    #expect(after("Sun, 06 Nov 1994 08:00:00 GMT") == 0)
    for odd in ["", "-1", "soon", "9999999999999999999", "1.5", "Sun, 31 Feb 1994 08:49:37 GMT"] {
      #expect(after(odd) == nil, "\(odd)")
    }
  }

  @Test func dates() {
    #expect(Instant(httpDate: "Fri, 13 Aug 2010 01:16:24 +0000") == Instant(seconds: 1_281_662_184))
    #expect(Instant(httpDate: "Thu, 01 Jan 1970 00:00:00 GMT") == Instant(seconds: 0))
    for odd in [
      "", "Fri, 13 Aug 2010", "Fri, 13 Aug 2010 25:16:24 GMT", "Fri, 13 Aug 2010 01:60:24 GMT",
      "13 Aug 2010 01:16:24 GMT",
      "Fri, 13 Aug 2010 01:16:24 +0200", "Fri, 00 Aug 2010 01:16:24 GMT", "Fri, 13 Aou 2010 01:16:24 GMT",
    ] { #expect(Instant(httpDate: odd) == nil, "\(odd)") }
  }
}

@Suite struct OptOutTests {
  @Test(arguments: [
    "STOP", "stop", " Stop. ", "STOP!", "“Stop”", "stop\r\n", "Stop stop STOP", "STOPALL", "stop all", "UNSUBSCRIBE",
    "Cancel", "END", "quit", "/stop", "Opt-out", "STOPP", "abmelden", "Abbestellen!", "ARRET", "Arrêt", "arre\u{302}t",
    "DÉSABONNER", "Baja", "ALTO", "cancelar",
    "STOP\n\nOn 2 Mar 2026 at 09:00, Otto <otto@acme.test> wrote:\n> Shall we?",
    "Stop.\n-- \nAnn Meyer\nAcme", "> Shall we?\nSTOP", "stop\n\nSent from my iPhone",
  ])
  func itIsAsked(_ text: String) { #expect(OptOut.isAsked(by: text)) }

  @Test(arguments: [
    "", " ", "?!", "please stop by at noon", "STOP 2", "I will not cancel", "end of May", "yes", "bajar", "nonstop",
    "don't stop", "👍", "1", "Yes, gladly.\n\n> Answer STOP to hear no more", "> STOP", "Not now\n-- \nSTOP",
  ])
  func itIsNot(_ text: String) { #expect(!OptOut.isAsked(by: text)) }
}
