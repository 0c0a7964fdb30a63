import FlowCore
import FlowPlugin
import FlowTime
import NotificationChannel
import Testing

/// Notifications that leave: ntfy against a peer on loopback, the desktop by a program in notify-send's place.
@Suite(.timeLimit(.minutes(15))) struct NotificationSendTests {
  private let told = delivery(
    "notify", [("say", text("Nobody called.\n*x*"))], address: "owner@acme.test", to: oliver, touch: false)

  private func ntfy(_ peer: Peer, _ more: [String: String] = [:]) throws -> NotificationChannel {
    try NotificationChannel(
      Scratch().settings(["send": "true", "via": "ntfy", "url": peer.url, "topic": "ops"].merging(more) { $1 }))
  }

  private func send(_ channel: NotificationChannel, _ delivery: Delivery? = nil) async throws -> Receipt {
    await channel.deliver(try await channel.render(delivery ?? told), key: .init("k"))
  }

  @Test func ntfyIsAskedAsItIsDocumented() async throws {
    let peer = Peer(.status(200, #"{"id": "sPs71M8A2T", "event": "message", "topic": "ops"}"#))
    #expect(try await send(try ntfy(peer, ["token": "tk_1"])) == .accepted(id: "sPs71M8A2T"))
    let request = try #require(peer.requests.first)
    #expect(request.line == "POST / HTTP/1.1")
    #expect(request.headers["authorization"] == "Bearer tk_1")
    let sent = try JSONReader.read(request.text)
    #expect(sent == ["topic": "ops", "title": "proposal: receipt", "message": "Nobody called.\n*x*"])
  }

  @Test func aPersonsHandleIsTheirTopic() async throws {
    let peer = Peer(.status(200, "{}"))
    let channel = try NotificationChannel(Scratch().settings(["send": "true", "via": "ntfy", "url": peer.url]))
    let mona = Value.record(["name": .text("Mona"), "handle": .text("mona-k")])
    _ = try await send(channel, delivery("notify", [("say", text("x"))], to: mona, touch: false))
    #expect(peer.requests.first?.text.contains(#""topic": "mona-k""#) == true)
    #expect(await refusal(channel, told)?.kind == .permanent)
  }

  @Test func ntfysAnswersAreHeard() async throws {
    func says(_ answer: Peer.Answer) async throws -> Receipt { try await send(try ntfy(Peer(answer))) }
    #expect(try await says(.status(401)) == .ours(because: "answered 401"))
    #expect(try await says(.status(403)) == .permanent(because: "answered 403"))
    #expect(try await says(.status(404)) == .ours(because: "answered 404: there is no ntfy"))
    #expect(
      try await says(.status(400, #"{"code": 40009, "http": 400, "error": "topic invalid"}"#))
        == .permanent(because: "answered 400: topic invalid"))
    #expect(try await says(.status(429, "", ["Retry-After: 5"])) == .temporary(after: 5, because: "answered 429"))
    #expect(try await says(.status(507)) == .temporary(after: nil, because: "answered 507"))
    #expect(try await says(.status(500)) == .temporary(after: nil, because: "answered 500"))
    guard case .unknown = try await says(.raw("")) else {
      Issue.record("nobody knows")
      return
    }
  }

  @Test func theDesktopIsTold() async throws {
    let scratch = Scratch()
    // By another process: while this one had it open for writing, whatever another test starts just then would have it
    // open too, and a file that is open for writing cannot be started.
    func write(_ script: String) {
      run("sh", ["-c", #"printf '%s' "$1" > "$2"; chmod 755 "$2""#, "sh", script, scratch.path + "/notify"])
    }
    write("#!/bin/sh\nprintf '%s\\n' \"$@\" > '\(scratch.path)/said'\n")
    let channel = try NotificationChannel(
      scratch.settings(["send": "true", "via": "desktop", "program": scratch.path + "/notify"]))
    #expect(channel.destination == "the desktop")
    #expect(try await send(channel) == .accepted(id: ""))
    #expect(
      bytes(of: scratch.path + "/said").map { String(decoding: $0, as: UTF8.self) }
        == "--app-name=flow\n--\nproposal: receipt\nNobody called.\n*x*\n")
    let marks = Marks(false)
    let rendering = try await channel.render(told)
    #expect(await channel.deliver(rendering, key: .init("k")) { await marks.mark() } == .withheld)
    write("#!/bin/sh\nexit 1\n")
    guard case .temporary = try await send(channel) else {
      Issue.record("it failed")
      return
    }
    let none = try NotificationChannel(
      scratch.settings(["send": "true", "via": "desktop", "program": "no-such-program"]))
    guard case .ours = try await send(none) else {
      Issue.record("there is none")
      return
    }
  }

  @Test func standardErrorIsALine() async throws {
    let channel = try NotificationChannel(Scratch().settings(["send": "true", "via": "stderr"]))
    #expect(try await send(channel) == .accepted(id: ""))
    #expect(channel.destination == "standard error")
  }

  @Test func settingsThatCannotBeUsedAreOurs() throws {
    for values in [["via": "pigeon"], [:], ["via": "ntfy", "topic": "a b"], ["via": "ntfy", "url": "x"]] {
      let settings = Scratch().settings(["send": "true"].merging(values) { $1 })
      #expect(throws: ChannelError.self) { try NotificationChannel(settings) }
    }
  }

  @Test func anotherWayThanFlowYamlsHolds() async throws {
    let channel = try NotificationChannel(Scratch().settings(["send": "true", "via": "stderr"]))
    let told = delivery("notify", [("say", text("x")), ("via", .word("ntfy"))], to: oliver, touch: false)
    #expect(
      try await send(channel, told)
        == .permanent(because: "flow.yaml says how to tell people by stderr, and not by ntfy"))
  }
}
