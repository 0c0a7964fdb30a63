import FlowCore
import FlowPlugin
import FlowTime
import SMSChannel
import Testing

/// Text messages that leave, against a peer on loopback.
@Suite(.timeLimit(.minutes(15))) struct SMSSendTests {
  private static let account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  private static let root = "/2010-04-01/Accounts/\(account)/Messages.json"

  private func twilio(_ peer: Peer, _ more: [String: String] = [:]) throws -> SMSChannel {
    var settings = Scratch().settings(
      [
        "send": "true", "via": "twilio", "api": peer.url, "account": Self.account, "password": "sesame",
        "from": "+49 40 555 009",
      ].merging(more) { $1 })
    settings.now = { friday }
    return try SMSChannel(settings)
  }

  private let sms = delivery("sms", [("body", text("Grüße & 1+1=2\nbis 9:00"))], address: "+49 40 55500142")

  private func send(_ channel: SMSChannel) async throws -> Receipt {
    await channel.deliver(try await channel.render(sms), key: .init("k"))
  }

  @Test func twilioIsAskedAsItIsDocumented() async throws {
    let peer = Peer(.status(201, #"{"sid": "SM1", "status": "queued", "error_code": null}"#))
    #expect(try await send(try twilio(peer)) == .accepted(id: "SM1"))
    let request = try #require(peer.requests.first)
    #expect(request.line == "POST \(Self.root) HTTP/1.1")
    #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
    // printf 'ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:sesame' | base64 -w0
    #expect(
      request.headers["authorization"] == "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTpzZXNhbWU=")
    // What arrived, as Python reads a form.
    let read = run(
      "python3",
      [
        "-c",
        "import json,sys,urllib.parse as u; print(json.dumps(u.parse_qs(sys.stdin.read()), sort_keys=True, ensure_ascii=False))",
      ],
      input: request.body)
    #expect(
      read
        == #"{"Body": ["Grüße & 1+1=2\nbis 9:00"], "From": ["+4940555009"], "To": ["+494055500142"]}"# + "\n")
  }

  @Test func aServicePicksTheNumber() async throws {
    let peer = Peer(.status(201, #"{"sid": "SM2"}"#))
    let service = "MGbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    let channel = try twilio(peer, ["service": service, "user": "SKkey"])
    #expect(try await send(channel) == .accepted(id: "SM2"))
    #expect(peer.requests.first?.text.contains("MessagingServiceSid=\(service)") == true)
    #expect(peer.requests.first?.text.contains("From=") == false)
    // printf 'SKkey:sesame' | base64
    #expect(peer.requests.first?.headers["authorization"] == "Basic U0trZXk6c2VzYW1l")
  }

  private func twilioSays(_ status: Int, _ code: Int?, _ headers: [String] = []) async throws -> Receipt {
    let body = code.map { #"{"code": \#($0), "message": "why", "status": \#(status)}"# } ?? "<html>"
    return try await send(try twilio(Peer(.status(status, body, headers))))
  }

  /// README.md's table.
  @Test func twiliosCodesAreHeard() async throws {
    for code in [21214, 21408, 21612, 21617, 30003] {
      #expect(try await twilioSays(400, code) == .permanent(because: "Twilio \(code): why"))
    }
    for code in [21211, 21614, 21635, 30005, 30006] {
      #expect(try await twilioSays(400, code) == .undeliverable(because: "Twilio \(code): why"))
    }
    for (status, code) in [(401, 20003), (404, 20404), (400, 21606), (400, 21212)] {
      #expect(try await twilioSays(status, code) == .ours(because: "Twilio \(code): why"))
    }
    #expect(try await twilioSays(429, 20429, ["Retry-After: 3"]) == .temporary(after: 3, because: "Twilio 20429: why"))
    #expect(try await twilioSays(400, 21611) == .temporary(after: nil, because: "Twilio 21611: why"))
    #expect(try await twilioSays(503, nil) == .temporary(after: nil, because: "answered 503"))
    #expect(try await twilioSays(500, 20500) == .unknown(because: "Twilio 20500: why"))
    #expect(try await twilioSays(502, nil) == .unknown(because: "answered 502"))
    #expect(try await twilioSays(302, nil) == .permanent(because: "answered 302; redirects are not followed"))
  }

  @Test func `guarantee 8: an answer that is cut off`() async throws {
    let answer = Peer.Answer.status(201, #"{"sid": "SM1"}"#)
    for (count, wanted) in [
      (0, nil), (10, nil), (30, Receipt.accepted(id: "")), (45, .accepted(id: "")), (52, .accepted(id: "SM1")),
    ] {
      let receipt = try await send(try twilio(Peer(answer.cut(after: count))))
      if let wanted {
        #expect(receipt == wanted)
      } else if case .unknown = receipt {
      } else {
        Issue.record("\(count): \(receipt)")
      }
    }
  }

  @Test func whatPeopleWriteIsRead() async throws {
    @Sendable func item(_ id: String, _ body: String, _ direction: String = "inbound", _ day: String = "27") -> String {
      #"{"sid": "\#(id)", "from": "+494055500142", "to": "+4940555009", "body": "\#(body)", "direction": "\#(direction)", "date_sent": "Fri, \#(day) Mar 2026 15:40:00 +0000"}"#
    }
    let second = "\(Self.root)?PageToken=x"
    let peer = Peer { request in
      if request.line.contains("PageToken") {
        return .status(200, #"{"messages": [\#(item("SM1", "Yes, please", "inbound", "26"))], "next_page_uri": null}"#)
      }
      let items = [item("SM3", "stop"), item("SM2", "Hello", "outbound-api")]
      return .status(200, #"{"messages": [\#(items.joined(separator: ","))], "next_page_uri": "\#(second)"}"#)
    }
    let channel = try twilio(peer)
    #expect(channel.pollSeconds != nil)
    let inbound = try await channel.poll(since: nil)
    #expect(inbound.cursor == "2026-03-27")
    #expect(inbound.messages.map(\.id) == ["SM1", "SM3"])
    #expect(inbound.messages.map(\.address) == ["+494055500142", "+494055500142"])
    #expect(inbound.messages.map(\.kind) == [.reply(text: "Yes, please"), .unsubscribe(channel: nil)])
    #expect(inbound.messages.last?.at == friday)
    #expect(
      peer.requests.map(\.line) == [
        "GET \(Self.root)?PageSize=1000&To=%2B4940555009 HTTP/1.1", "GET \(second) HTTP/1.1",
      ])
    _ = try await channel.poll(since: inbound.cursor)
    #expect(
      peer.requests[2].line == "GET \(Self.root)?PageSize=1000&To=%2B4940555009&DateSent%3E=2026-03-27 HTTP/1.1")
  }

  /// As many messages as are asked for at once, each as long as Twilio takes one (1600 characters).
  @Test func aLongPageOfWhatPeopleWriteIsReadWhole() async throws {
    let body = String(repeating: "x", count: 1600)
    let items = (1...1000).map { id in
      #"{"sid": "SM\#(id)", "from": "+494055500142", "body": "\#(body)", "direction": "inbound", "#
        + #""date_sent": "Fri, 27 Mar 2026 15:40:00 +0000"}"#
    }
    let peer = Peer(.status(200, #"{"messages": [\#(items.joined(separator: ","))], "next_page_uri": null}"#))
    #expect(try await twilio(peer).poll(since: nil).messages.count == 1000)
  }

  @Test func aPageElsewhereIsNotRead() async throws {
    let other = Peer(.status(200, #"{"messages": []}"#))
    let peer = Peer(.status(200, #"{"messages": [], "next_page_uri": "\#(other.url)/2010-04-01/x"}"#))
    let inbound = try await twilio(peer).poll(since: "2026-03-27")
    #expect(inbound == Inbound(messages: [], cursor: "2026-03-27"))
    #expect(other.connections == 0)
  }

  @Test func pollingThatFailsSaysSo() async throws {
    for (answer, kind) in [
      (Peer.Answer.status(401), ChannelError.Kind.ours), (.status(500), .temporary),
      (.status(200, "<html>"), .temporary),
      (.raw(""), .temporary), (.status(200, "{}"), .temporary),
    ] {
      let channel = try twilio(Peer(answer))
      let error = await #expect(throws: ChannelError.self) { try await channel.poll(since: nil) }
      #expect(error?.kind == kind)
    }
  }

  /// Whoever has told Twilio to stop is told of, so that nothing else is sent to them either.
  @Test func aRefusalBecauseOfStopIsHeard() async throws {
    let peer = Peer { request in
      request.line.hasPrefix("POST")
        ? .status(400, #"{"code": 21610, "message": "unsubscribed"}"#) : .status(200, #"{"messages": []}"#)
    }
    let channel = try twilio(peer)
    #expect(try await send(channel) == .optedOut(because: "Twilio 21610: unsubscribed"))
  }

  @Test func settingsThatCannotBeUsedAreOurs() throws {
    let peer = Peer(.status(200))
    for (name, value) in [
      ("account", "AC1"), ("service", "x"), ("from", "a name that is too long"), ("via", "pigeon"),
      ("api", "ftp://x"),
    ] {
      let error = #expect(throws: ChannelError.self) { try twilio(peer, [name: value]) }
      #expect(error?.kind == .ours, "\(name)")
    }
    for values in [
      ["send": "true"], ["send": "true", "url": "https://x.test", "body": "{to}"],
      ["send": "true", "url": "https://x.test", "body": "{\"a\": {to}, \"b\": {text}}"],
      ["send": "true", "url": "https://x.test", "format": "xml"],
      ["send": "true", "url": "https://x.test", "method": "GET"],
    ] {
      #expect(throws: ChannelError.self) { try SMSChannel(Scratch().settings(values)) }
    }
  }

  // MARK: A gateway

  private func gateway(_ peer: Peer, _ more: [String: String]) throws -> SMSChannel {
    try SMSChannel(
      Scratch().settings(["send": "true", "url": peer.url + "/send", "from": "Acme"].merging(more) { $1 }))
  }

  @Test func aGatewayIsAskedAsFlowYamlSays() async throws {
    let peer = Peer(.status(200, #"{"message": {"id": 17}}"#))
    let channel = try gateway(
      peer,
      [
        "body": #"{"recipients": ["{to}"], "sms": {"sender": "{from}", "content": "{text}"}}"#, "id": "message.id",
        "token": "sesame",
      ])
    #expect(try await send(channel) == .accepted(id: "17"))
    let request = try #require(peer.requests.first)
    #expect(request.line == "POST /send HTTP/1.1")
    #expect(request.headers["authorization"] == "Bearer sesame")
    #expect(request.headers["content-type"] == "application/json")
    #expect(request.headers["idempotency-key"] == #""k""#)
    #expect(
      request.text
        == #"{"recipients": ["+494055500142"], "sms": {"sender": "Acme", "content": "Grüße & 1+1=2\nbis 9:00"}}"#)
  }

  @Test func aFormHasItsOwnEscapes() async throws {
    let peer = Peer(.status(200, "OK 17"))
    let channel = try gateway(peer, ["format": "form", "body": "n={to}&m={text}&u=x", "user": "a", "password": "b"])
    #expect(try await send(channel) == .accepted(id: ""))
    let request = try #require(peer.requests.first)
    #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
    #expect(request.headers["authorization"] == "Basic YTpi")
    #expect(request.text == "n=%2B494055500142&m=Gr%C3%BC%C3%9Fe%20%26%201%2B1%3D2%0Abis%209%3A00&u=x")
  }

  @Test(arguments: [#"{to} "} , "x": "{text}"#, "\\", "\"", "{\"a\": 1}"])
  func noTextBreaksOutOfItsPlace(_ words: String) async throws {
    let peer = Peer(.status(200))
    let channel = try gateway(peer, [:])
    let sms = delivery("sms", [("body", text((words, true)))], address: "+494055500142")
    _ = await channel.deliver(try await channel.render(sms), key: .init("k"))
    let request = try #require(peer.requests.first)
    let read = run(
      "python3", ["-c", "import json,sys; d=json.load(sys.stdin); print(sorted(d), d['text'], sep='|', end='')"],
      input: request.body)
    #expect(read == "['from', 'text', 'to']|\(words)")
  }

  @Test func aGatewaysStatusDecides() async throws {
    func says(_ answer: Peer.Answer) async throws -> Receipt { try await send(try gateway(Peer(answer), [:])) }
    #expect(try await says(.status(200)) == .accepted(id: ""))
    #expect(try await says(.status(401)) == .ours(because: "answered 401"))
    #expect(try await says(.status(422)) == .permanent(because: "answered 422"))
    #expect(try await says(.status(429, "", ["Retry-After: 9"])) == .temporary(after: 9, because: "answered 429"))
    #expect(try await says(.status(500)) == .unknown(because: "answered 500"))
    guard case .unknown = try await says(.raw("")) else {
      Issue.record("nobody knows")
      return
    }
  }
}
