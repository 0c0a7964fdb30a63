import FlowCore
import FlowPlugin
import FlowTime
import MessengerChannel
import Testing

/// Messages that leave, against a peer on loopback.
@Suite(.timeLimit(.minutes(15))) struct MessengerSendTests {
  private func channel(_ values: [String: String]) throws -> MessengerChannel {
    try MessengerChannel(Scratch().settings(["send": "true", "timeout": "100 seconds"].merging(values) { $1 }))
  }

  private func message(_ words: String, handle: String = "C024BE91L", thread: [String] = [], via: String? = nil)
    -> Delivery
  {
    var fields = [("body", text((words, true)))]
    if let via { fields.append(("via", .word(via))) }
    return delivery(
      "message", fields, to: ann.setting(["handle"], to: .text(handle)),
      thread: thread.isEmpty ? nil : Delivery.Thread(references: thread))
  }

  private func send(_ channel: MessengerChannel, _ delivery: Delivery? = nil) async throws -> Receipt {
    await channel.deliver(try await channel.render(delivery ?? message("Hello")), key: .init("k"))
  }

  /// What arrived, as JSON is read by Python: sorted, in one line.
  private func json(_ request: Peer.Request?) -> String {
    run(
      "python3",
      ["-c", "import json,sys; print(json.dumps(json.load(sys.stdin), sort_keys=True, ensure_ascii=False), end='')"],
      input: request?.body ?? [])
  }

  // MARK: Slack

  private func slack(_ peer: Peer, _ more: [String: String] = [:]) throws -> MessengerChannel {
    try channel(["via": "slack", "api": peer.url + "/api", "token": "xoxb-1"].merging(more) { $1 })
  }

  @Test func slackIsAskedAsItIsDocumented() async throws {
    let peer = Peer(.status(200, #"{"ok": true, "channel": "C024BE91L", "ts": "1503435956.000247"}"#))
    let receipt = try await send(try slack(peer), message("a < b & *c* <@U1>\n_d_"))
    #expect(receipt == .accepted(id: "C024BE91L/1503435956.000247"))
    let request = try #require(peer.requests.first)
    #expect(request.line == "POST /api/chat.postMessage HTTP/1.1")
    #expect(request.headers["authorization"] == "Bearer xoxb-1")
    #expect(request.headers["content-type"] == "application/json; charset=utf-8")
    #expect(
      json(request)
        == #"{"channel": "C024BE91L", "mrkdwn": false, "text": "a &lt; b &amp; *c* &lt;@U1&gt;\n_d_"}"#)
  }

  @Test func slackKeepsTheThread() async throws {
    let peer = Peer(.status(200, #"{"ok": true, "channel": "C1", "ts": "3.0"}"#))
    _ = try await send(try slack(peer), message("x", thread: ["C1/1.5", "C1/2.5"]))
    #expect(json(peer.requests.first) == #"{"channel": "C024BE91L", "mrkdwn": false, "text": "x", "thread_ts": "1.5"}"#)
    _ = try await send(try slack(peer), message("x", thread: ["<a@b>", "x"]))
    #expect(peer.requests[1].text.contains("thread_ts") == false)
  }

  @Test func slacksErrorsAreHeard() async throws {
    func says(_ status: Int, _ body: String, _ headers: [String] = []) async throws -> Receipt {
      try await send(try slack(Peer(.status(status, body, headers))))
    }
    func error(_ name: String) async throws -> Receipt { try await says(200, #"{"ok": false, "error": "\#(name)"}"#) }
    for name in ["invalid_auth", "token_revoked", "missing_scope", "account_inactive"] {
      let receipt = try await error(name)
      #expect(receipt == .ours(because: "Slack: \(name)"))
    }
    for name in ["channel_not_found", "not_in_channel", "is_archived", "msg_too_long", "no_text", "something_new"] {
      #expect(try await error(name) == .permanent(because: "Slack: \(name)"))
    }
    #expect(try await error("ratelimited") == .temporary(after: nil, because: "Slack: ratelimited"))
    for name in ["fatal_error", "internal_error"] {
      #expect(try await error(name) == .unknown(because: "Slack: \(name)"))
    }
    #expect(try await says(429, "", ["Retry-After: 30"]) == .temporary(after: 30, because: "answered 429"))
    // A date counts from the answer's own: half an hour and a second.
    let dates = ["Date: Mon, 23 Nov 2026 23:59:59 GMT", "Retry-After: Tue, 24 Nov 2026 00:30:00 GMT"]
    #expect(try await says(429, "", dates) == .temporary(after: 1801, because: "answered 429"))
    #expect(try await says(429, "", [dates[1]]) == .temporary(after: nil, because: "answered 429"))
    #expect(try await says(503, "") == .temporary(after: nil, because: "answered 503"))
    #expect(try await says(500, "") == .unknown(because: "answered 500"))
    for body in ["", "ok", "{}", "[]", #"{"ok": 1}"#] {
      #expect(
        try await says(200, body)
          == .unknown(because: "Slack answered, and did not say whether it was posted"))
    }
  }

  /// The verdict stands in the body: until its last byte nobody knows.
  @Test func `guarantee 8: Slack's answer cut at every byte`() async throws {
    let answer = Peer.Answer.status(200, #"{"ok":true,"channel":"C","ts":"1.2"}"#)
    let whole = answer.pieces[0].bytes.count
    for count in Array(0...whole) {
      let receipt = try await send(try slack(Peer(answer.cut(after: count))))
      if count == whole {
        #expect(receipt == .accepted(id: "C/1.2"))
      } else if case .unknown = receipt {
      } else {
        Issue.record("\(count): \(receipt)")
      }
    }
  }

  @Test func anIncomingWebhookOfSlack() async throws {
    func says(_ status: Int, _ body: String) async throws -> (Receipt, Peer.Request?) {
      let peer = Peer(.status(status, body))
      let channel = try channel(["via": "slack", "url": peer.url + "/services/T0/B0/secret"])
      return (try await send(channel), peer.requests.first)
    }
    let (receipt, request) = try await says(200, "ok")
    #expect(receipt == .accepted(id: ""))
    #expect(request?.line == "POST /services/T0/B0/secret HTTP/1.1")
    #expect(json(request) == #"{"mrkdwn": false, "text": "Hello"}"#)
    #expect(try await says(404, "no_service").0 == .ours(because: "Slack: no_service"))
    #expect(try await says(410, "channel_is_archived").0 == .ours(because: "Slack: channel_is_archived"))
    #expect(try await says(400, "invalid_payload").0 == .permanent(because: "Slack: invalid_payload"))
    #expect(try await says(500, "rollup_error").0 == .unknown(because: "answered 500"))
  }

  // MARK: Telegram

  private func telegram(_ peer: Peer) throws -> MessengerChannel {
    try channel(["via": "telegram", "api": peer.url, "token": "123:AA-bb_C"])
  }

  @Test func telegramIsAskedAsItIsDocumented() async throws {
    let peer = Peer(.status(200, #"{"ok": true, "result": {"message_id": 7, "chat": {"id": 42, "type": "private"}}}"#))
    let receipt = try await send(try telegram(peer), message("*a* <b>", handle: "42", thread: ["42/5", "42/6"]))
    #expect(receipt == .accepted(id: "42/7"))
    #expect(peer.requests.first?.line == "POST /bot123:AA-bb_C/sendMessage HTTP/1.1")
    #expect(
      json(peer.requests.first)
        == #"{"chat_id": 42, "reply_parameters": {"allow_sending_without_reply": true, "message_id": 6}, "text": "*a* <b>"}"#
    )
    _ = try await send(try telegram(peer), message("x", handle: "@acme"))
    #expect(json(peer.requests.last) == #"{"chat_id": "@acme", "text": "x"}"#)
  }

  /// Ten digits and more may be the number of somebody else's chat.
  @Test func telegramKnowsNobodyByATelephoneNumber() async throws {
    let peer = Peer(.status(200))
    let channel = try telegram(peer)
    let phoned = delivery("message", [("body", text(("x", true)))], to: ann)
    let error = await #expect(throws: ChannelError.self) { try await channel.render(phoned) }
    #expect(
      error
        == ChannelError(.permanent, "\(phoned.recipientName) has no handle, by which alone Telegram knows people"))
    // A chat's number stays what it is, however long.
    let rendering = try await channel.render(message("x", handle: "4917011111"))
    #expect(rendering.to == "4917011111")
    // Another messenger knows the same person by the number, whatever handle there is.
    let other = try self.channel(["via": "signal", "url": peer.url, "token": "t"])
    #expect(try await other.render(message("x", handle: "42")).to == ann.text(at: "phone"))
  }

  @Test func telegramsOwnButtonIsNoReplyAndACommandMayNameTheBot() async throws {
    let words = ["/start", "/start ref123", "/stop@acme_bot", "/started", "mail me at a@b"]
    let updates = words.enumerated().map { index, word in
      #"{"update_id": \#(index), "message": {"message_id": 1, "date": 1, "text": "\#(word)", "chat": {"id": 4}}}"#
    }
    let peer = Peer(.status(200, #"{"ok": true, "result": [\#(updates.joined(separator: ","))]}"#))
    let inbound = try await telegram(peer).poll(since: nil)
    #expect(inbound.kept.map(\.id) == ["0", "1"])
    #expect(
      inbound.messages.map(\.kind) == [
        .unsubscribe(channel: nil), .reply(text: "/started"), .reply(text: "mail me at a@b"),
      ])
  }

  @Test func telegramsErrorsAreHeard() async throws {
    func says(_ status: Int, _ more: String = "") async throws -> Receipt {
      let body = #"{"ok": false, "error_code": \#(status), "description": "why"\#(more)}"#
      return try await send(try telegram(Peer(.status(status, body))), message("x", handle: "42"))
    }
    #expect(try await says(400) == .permanent(because: "Telegram answered 400: why"))
    #expect(try await says(403) == .permanent(because: "Telegram answered 403: why"))
    #expect(try await says(401) == .ours(because: "Telegram answered 401: why"))
    #expect(try await says(404) == .ours(because: "Telegram answered 404: why"))
    #expect(
      try await says(429, #", "parameters": {"retry_after": 17}"#)
        == .temporary(after: 17, because: "Telegram answered 429: why"))
    #expect(try await says(500) == .unknown(because: "answered 500"))
  }

  @Test func telegramTakesSoMuchAndNoMore() async throws {
    let channel = try telegram(Peer(.status(200)))
    #expect(await refusal(channel, message(String(repeating: "x", count: 4096), handle: "42")) == nil)
    #expect(await refusal(channel, message(String(repeating: "x", count: 4097), handle: "42"))?.kind == .permanent)
    #expect(await refusal(channel, message(" ", handle: "42"))?.kind == .permanent)
  }

  @Test func whatPeopleWriteIsRead() async throws {
    let peer = Peer(
      .status(
        200,
        #"""
        {"ok": true, "result": [
          {"update_id": 10, "message": {"message_id": 8, "date": 1774626000, "text": "Yes",
            "from": {"id": 42, "is_bot": false}, "chat": {"id": 42, "type": "private"},
            "reply_to_message": {"message_id": 7, "date": 1, "chat": {"id": 42}}}},
          {"update_id": 11, "message": {"message_id": 9, "date": 1774626000, "text": "/stop",
            "from": {"id": 42, "is_bot": false}, "chat": {"id": 42}}},
          {"update_id": 12, "message": {"message_id": 9, "date": 1774626000, "text": "beep",
            "from": {"id": 1, "is_bot": true}, "chat": {"id": 43}}},
          {"update_id": 13, "edited_message": {}}
        ]}
        """#))
    let channel = try telegram(peer)
    #expect(channel.pollSeconds != nil)
    let inbound = try await channel.poll(since: "10")
    #expect(
      json(peer.requests.first) == #"{"allowed_updates": ["message"], "limit": 100, "offset": 10, "timeout": 0}"#)
    #expect(peer.requests.first?.line == "POST /bot123:AA-bb_C/getUpdates HTTP/1.1")
    #expect(inbound.cursor == "14")
    #expect(!inbound.hasMore)
    #expect(inbound.messages.map(\.id) == ["10", "11"])
    #expect(inbound.messages.map(\.address) == ["42", "42"])
    #expect(inbound.messages.map(\.threads) == [["42/7"], []])
    #expect(inbound.messages.map(\.kind) == [.reply(text: "Yes"), .unsubscribe(channel: nil)])
    #expect(inbound.messages.map(\.at) == [friday, friday])
    let quiet = Peer(.status(200, #"{"ok": true, "result": []}"#))
    #expect(try await telegram(quiet).poll(since: "14") == Inbound(messages: [], cursor: "14"))
    #expect(try await telegram(quiet).poll(since: nil).cursor == nil)
    for (answer, kind) in [
      (Peer.Answer.status(401), ChannelError.Kind.ours), (.status(409), .temporary), (.status(200, "x"), .temporary),
      (.raw(""), .temporary),
    ] {
      let error = await #expect(throws: ChannelError.self) { try await telegram(Peer(answer)).poll(since: nil) }
      #expect(error?.kind == kind)
    }
  }

  /// As the Bot API's documentation shows messages: an animation comes as a document, too, a venue as a location.
  @Test func `guarantee 16: what has no text says what came, and what is said of the chat is nobody's answer`()
    async throws
  {
    let sent = [
      (#""photo": [{"file_id": "x"}]"#, "(a photo)"), (#""photo": [{"file_id": "x"}], "caption": "Here""#, "Here"),
      (#""document": {}, "animation": {}"#, "(an animation)"), (#""location": {}, "venue": {}"#, "(a place)"),
      (#""voice": {}"#, "(a voice message)"), (#""something_new": {}"#, ""),
    ]
    let quiet = [#""new_chat_members": []"#, #""left_chat_member": {}"#, #""pinned_message": {"text": "x"}"#]
    let updates = (sent.map(\.0) + quiet).enumerated().map { index, what in
      #"{"update_id": \#(index), "message": {"message_id": 1, "date": 1, \#(what), "chat": {"id": 4}}}"#
    }
    let peer = Peer(.status(200, #"{"ok": true, "result": [\#(updates.joined(separator: ","))]}"#))
    let inbound = try await telegram(peer).poll(since: nil)
    #expect(inbound.messages.map(\.kind) == sent.map { .reply(text: $0.1) })
    #expect(inbound.kept.map(\.id) == ["6", "7", "8"])
    #expect(inbound.unread.isEmpty)
  }

  /// A hundred messages as long as Telegram takes them, each letter in six bytes of JSON.
  @Test func aLongPageOfWhatPeopleWriteIsReadWhole() async throws {
    let text = String(repeating: #"\u00e9"#, count: 4096)
    let updates = (1...100).map { id in
      #"{"update_id": \#(id), "message": {"message_id": \#(id), "date": 1, "text": "\#(text)", "chat": {"id": 4}}}"#
    }
    let peer = Peer(.status(200, #"{"ok": true, "result": [\#(updates.joined(separator: ","))]}"#))
    let inbound = try await telegram(peer).poll(since: nil)
    #expect(inbound.messages.count == 100)
    #expect(inbound.cursor == "101")
    #expect(inbound.hasMore)
  }

  @Test func `guarantee 25: a token is in no error`() async throws {
    let gone = Peer(.status(200))
    gone.close()
    let channel = try telegram(gone)
    guard case .temporary(_, let because) = try await send(channel, message("x", handle: "42")) else {
      Issue.record("nobody was there")
      return
    }
    let error = await #expect(throws: ChannelError.self) { try await channel.poll(since: nil) }
    for text in [because, error?.text ?? "", channel.destination ?? ""] { #expect(!text.contains("AA-bb")) }
    let malformed = #expect(throws: ChannelError.self) { try self.channel(["via": "telegram", "token": "12 3/x"]) }
    #expect(malformed?.text.contains("12 3") == false)
    #expect(try self.channel(["via": "slack", "url": "https://h.test/services/secret"]).destination == "h.test")
  }

  // MARK: Teams, and the others

  @Test func teamsIsAskedAsItIsDocumented() async throws {
    let peer = Peer(.status(202))
    let channel = try channel(["via": "teams", "url": peer.url + "/workflows/x?sig=y"])
    #expect(try await send(channel, message("**a** [b](c)\nd\n\ne")) == .accepted(id: ""))
    #expect(peer.requests.first?.line == "POST /workflows/x?sig=y HTTP/1.1")
    let card = #""$schema": "http://adaptivecards.io/schemas/adaptive-card.json""#
    func block(_ words: String, _ spacing: String) -> String {
      #"{"inlines": [{"text": "\#(words)", "type": "TextRun"}], "spacing": "\#(spacing)", "type": "RichTextBlock"}"#
    }
    #expect(
      json(peer.requests.first)
        == #"{"attachments": [{"content": {\#(card), "body": [\#(block("**a** [b](c)", "default")), \#(block("d", "none")), \#(block("e", "default"))], "type": "AdaptiveCard", "version": "1.4"}, "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null}], "type": "message"}"#
    )
    #expect(await refusal(channel, message(String(repeating: "x", count: 29_000)))?.kind == .permanent)
  }

  @Test func teamsErrorsAreHeard() async throws {
    func says(_ status: Int, _ body: String = "") async throws -> Receipt {
      try await send(try channel(["via": "teams", "url": Peer(.status(status, body)).url]))
    }
    #expect(try await says(200, "1") == .accepted(id: ""))
    let limit =
      "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x"
    #expect(try await says(200, limit) == .temporary(after: nil, because: "Teams: \(limit)"))
    let bad = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 400"
    #expect(try await says(200, bad) == .permanent(because: "Teams: \(bad)"))
    #expect(try await says(404) == .ours(because: "answered 404: there is no such webhook"))
    #expect(try await says(401) == .ours(because: "answered 401"))
    #expect(try await says(400) == .permanent(because: "answered 400"))
    #expect(try await says(502) == .unknown(because: "answered 502"))
  }

  @Test(arguments: [(#""m1""#, "m1"), ("71", "71"), ("null", "")])
  func aGatewayTakesTheMessageAsItIs(said: String, id: String) async throws {
    let peer = Peer(.status(200, #"{"id": \#(said)}"#))
    let channel = try channel(["via": "signal", "url": peer.url + "/send", "token": "t"])
    let receipt = try await channel.deliver(
      channel.render(delivery("message", [("body", text("Hi"))], address: "+49 40 55500142")), key: .init("k"))
    #expect(receipt == .accepted(id: id))
    #expect(json(peer.requests.first) == #"{"text": "Hi", "to": "+494055500142", "via": "signal"}"#)
    #expect(peer.requests.first?.headers["authorization"] == "Bearer t")
    #expect(peer.requests.first?.headers["idempotency-key"] == #""k""#)
  }

  @Test func anotherMessengerThanFlowYamlsHolds() async throws {
    let peer = Peer(.status(200, #"{"ok": true}"#))
    let receipt = try await send(try slack(peer), message("x", via: "teams"))
    #expect(receipt == .permanent(because: "flow.yaml says how to send by slack, and not by teams"))
    #expect(peer.connections == 0)
  }

  @Test func settingsThatAreMissingAreOurs() throws {
    for values in [[:], ["via": "slack"], ["via": "teams"], ["via": "telegram"], ["via": "signal"]] {
      let error = #expect(throws: ChannelError.self) { try channel(values) }
      #expect(error?.kind == .ours, "\(values)")
    }
  }
}
