import FlowPlugin
import FlowTime
import FlowTransport
import Synchronization
import Testing

/// A mailbox behind a server that speaks as RFC 3501 has it.
private struct Box: Sendable {
  var validity = 17
  var mails: [UInt32: String] = [:]
  /// UIDs that the server finds and does not give out; that are gone when they are asked for.
  var refused: Set<UInt32> = []
  var gone: Set<UInt32> = []
  /// That are answered with another mail; that are found and are none.
  var confused: Set<UInt32> = []
  var invented: [UInt32] = []
  /// Whether it says which UID comes next.
  var saysNext = true
  var signsIn = true

  func answer(_ line: String) -> ScriptedServer.Answer {
    guard !line.isEmpty else { return .say("* OK ready\r\n") }
    let words = line.split(separator: " ").map(String.init)
    let tag = words[0]
    let rest = words.dropFirst().joined(separator: " ")
    switch true {
    case rest.hasPrefix("CAPABILITY"):
      return .say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n\(tag) OK done\r\n")
    case rest.hasPrefix("AUTHENTICATE"):
      return .say(signsIn ? "\(tag) OK in\r\n" : "\(tag) NO [AUTHENTICATIONFAILED] not \(rest)\r\n")
    case rest == "EXAMINE \"INBOX\"":
      let next = (mails.keys.max() ?? 0) + 1
      return .say(
        "* FLAGS (\\Seen)\r\n* \(mails.count) EXISTS\r\n* OK [UIDVALIDITY \(validity)] valid\r\n"
          + (saysNext ? "* OK [UIDNEXT \(next)] next\r\n" : "") + "\(tag) OK [READ-ONLY] done\r\n")
    case rest.hasPrefix("UID SEARCH UID "):
      let from = UInt32(rest.dropFirst(15).prefix { $0 != ":" }) ?? 0
      var found = mails.keys.filter { $0 >= from }.sorted(by: >)
      if found.isEmpty, let last = mails.keys.max() { found = [last] }
      found += invented
      return .say("* SEARCH" + found.map { " \($0)" }.joined() + "\r\n\(tag) OK done\r\n")
    case rest.hasPrefix("UID FETCH "):
      let uid = UInt32(words[3]) ?? 0
      if refused.contains(uid) { return .say("\(tag) NO it is broken\r\n") }
      guard let mail = mails[uid], !gone.contains(uid) else { return .say("\(tag) OK nothing\r\n") }
      return .say(
        "* 9 FETCH (FLAGS (\\Seen))\r\n* 3 FETCH (UID \(confused.contains(uid) ? uid + 77 : uid) INTERNALDATE \" 1-Nov-2026 23:41:11 +0100\" "
          + "BODY[]<0> {\(mail.utf8.count)}\r\n\(mail))\r\n\(tag) OK done\r\n")
    default: return .say("\(tag) BAD what\r\n")
    }
  }
}

private func account(_ server: ScriptedServer) throws -> MailServer {
  var account = try MailServer(.imap, address: "imap://127.0.0.1:\(server.port)", tls: "none")
  account.user = "answers"
  account.password = "s3cret"
  account.patience.connecting = 60_000
  account.patience.answer = 60_000
  account.patience.message = 60_000
  return account
}

private func reader(_ server: ScriptedServer, _ mailbox: String = "INBOX") throws -> MailboxReader {
  try MailboxReader(account(server), mailbox: mailbox)
}

private func texts(_ batch: MailboxBatch) -> [String] {
  batch.items.map { String(decoding: $0.bytes, as: UTF8.self) }
}

@Suite struct MailboxReaderTests {
  @Test func `mails come one by one behind the cursor, and nothing is changed`() async throws {
    let box = Mutex(Box(mails: [3: "Subject: a\r\n\r\na\r\n", 5: "Subject: b\r\n\r\nF3 OK {5}\r\n"]))
    let server = ScriptedServer { line, _ in box.withLock { $0.answer(line) } }
    defer { server.stop() }
    let reader = try reader(server)
    let first = try await reader.read(since: nil)
    #expect(texts(first) == ["Subject: a\r\n\r\na\r\n", "Subject: b\r\n\r\nF3 OK {5}\r\n"])
    #expect(first.cursor == "17:5")
    #expect(!first.hasMore)
    // 2026-11-01 22:41:11 in UTC, and the end of that second.
    #expect(first.items[0].receivedAt == Instant(milliseconds: 1_793_572_871_999))
    #expect(try await reader.read(since: "17:5").items.isEmpty)
    #expect(try await reader.read(since: "17:5").cursor == "17:5")
    #expect(texts(try await reader.read(since: "17:3")) == ["Subject: b\r\n\r\nF3 OK {5}\r\n"])
    box.withLock { $0.mails[6] = "c" }
    #expect(texts(try await reader.read(since: "17:5")) == ["c"])
    await reader.close()
    #expect(server.log.connections == 1)
    #expect(
      server.log.lines.allSatisfy { line in
        ["CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"].contains {
          line.contains($0)
        }
          && !line.contains("BODY[")
      })
  }

  @Test func `another UIDVALIDITY is another mailbox, read from its beginning`() async throws {
    let server = ScriptedServer { line, _ in Box(validity: 18, mails: [1: "a", 2: "b"]).answer(line) }
    defer { server.stop() }
    for cursor in ["17:2", nil, "", "x", "18", "18:", "18:x", "4294967296:1"] {
      let batch = try await reader(server).read(since: cursor)
      #expect(texts(batch) == ["a", "b"])
      #expect(batch.cursor == "18:2")
    }
    #expect(texts(try await reader(server).read(since: "18:1")) == ["b"])
  }

  @Test func `guarantee 15: a mail that is not given out is asked for five times, handed on, and stops no other`()
    async throws
  {
    let box = Mutex(Box(mails: [1: "a", 2: "b", 3: "c", 4: "d", 5: "e"], refused: [2], gone: [3], confused: [4]))
    let server = ScriptedServer { line, _ in box.withLock { $0.answer(line) } }
    defer { server.stop() }
    let first = try await reader(server).read(since: nil)
    #expect(texts(first) == ["a", "e"])
    #expect(first.cursor == "17:5/2x1,4x1")
    #expect(!first.hasMore)
    var cursor = first.cursor
    for times in 2...4 {
      // Each by another process: what was tried stands in the cursor.
      let batch = try await reader(server).read(since: cursor)
      #expect(batch.items.isEmpty)
      #expect(batch.cursor == "17:5/2x\(times),4x\(times)")
      cursor = batch.cursor
    }
    let last = try await reader(server).read(since: cursor)
    #expect(last.items.map(\.name) == ["17:2", "17:4"])
    #expect(texts(last) == ["", ""])
    #expect(
      last.items.map(\.problem) == [
        "the server gives out no 2: NO it is broken", "the server answers 4 with another mail",
      ])
    #expect(last.cursor == "17:5")
  }

  @Test func `guarantee 15: a mail that is given out at a later try is had, with what came meanwhile`() async throws {
    let box = Mutex(Box(mails: [1: "a", 2: "b"], refused: [1]))
    let server = ScriptedServer { line, _ in box.withLock { $0.answer(line) } }
    defer { server.stop() }
    let first = try await reader(server).read(since: nil)
    #expect(texts(first) == ["b"])
    box.withLock {
      $0.mails[3] = "c"
      $0.refused = []
    }
    let second = try await reader(server).read(since: first.cursor)
    #expect(texts(second) == ["a", "c"])
    #expect(second.cursor == "17:3")
  }

  @Test func `a server that gives out nothing is not asked for more and more`() async throws {
    let mails = Dictionary(uniqueKeysWithValues: (1...50).map { (UInt32($0), "\($0)") })
    let box = Mutex(Box(mails: mails, refused: Set(mails.keys)))
    let server = ScriptedServer { line, _ in box.withLock { $0.answer(line) } }
    defer { server.stop() }
    let first = try await reader(server).read(since: nil)
    #expect(first.items.isEmpty)
    #expect(!first.hasMore)
    #expect(server.log.lines.filter { $0.contains("UID FETCH") }.count == 20)
    box.withLock { $0.refused = [] }
    #expect(texts(try await reader(server).read(since: first.cursor)) == (1...50).map { "\($0)" })
  }

  @Test func `guarantee 15: numbers that no mail can have do not end the reading`() async throws {
    for saysNext in [true, false] {
      let box = Mutex(Box(mails: [1: "a"], invented: [.max, 7], saysNext: saysNext))
      let server = ScriptedServer { line, _ in box.withLock { $0.answer(line) } }
      defer { server.stop() }
      let first = try await reader(server).read(since: nil)
      #expect(texts(first) == ["a"])
      #expect(first.cursor == "17:1")
      box.withLock {
        $0.invented = []
        $0.mails[2] = "b"
      }
      #expect(texts(try await reader(server).read(since: first.cursor)) == ["b"])
    }
    // A place at which nothing can lie is none.
    let server = ScriptedServer { line, _ in Box(mails: [1: "a"]).answer(line) }
    defer { server.stop() }
    for cursor in ["17:4294967295", "17:2", "17:1/x", "17:1/1", "17:1/1x"] {
      #expect(texts(try await reader(server).read(since: cursor)) == ["a"])
    }
  }

  @Test func `a long list comes in batches`() async throws {
    let box = Box(mails: Dictionary(uniqueKeysWithValues: (1...150).map { (UInt32($0), "\($0)") }))
    let server = ScriptedServer { line, _ in box.answer(line) }
    defer { server.stop() }
    let reader = try reader(server)
    let first = try await reader.read(since: nil)
    #expect(texts(first) == (1...100).map { "\($0)" })
    #expect(first.hasMore)
    let second = try await reader.read(since: first.cursor)
    #expect(texts(second) == (101...150).map { "\($0)" })
    #expect(!second.hasMore)
  }

  @Test func `guarantee 15: a dialogue cut at every byte gives all or nothing`() async throws {
    let box = Box(mails: [1: "Subject: a\r\n\r\na\r\n", 2: ""])
    let whole = ScriptedServer { line, _ in box.answer(line) }
    #expect(texts(try await reader(whole).read(since: nil)) == ["Subject: a\r\n\r\na\r\n", ""])
    let sent = whole.log.sent
    whole.stop()
    #expect(sent > 300)
    for cut in 0..<sent {
      let server = ScriptedServer(cut: .afterSending(cut)) { line, _ in box.answer(line) }
      let reader = try reader(server)
      let error = await #expect(throws: ChannelError.self, "cut after \(cut)") {
        try await reader.read(since: nil)
      }
      #expect(error?.kind == .temporary, "cut after \(cut): \(error?.text ?? "")")
      server.stop()
    }
  }

  @Test func `a connection that has gone while it was idle costs nothing`() async throws {
    let count = Mutex(0)
    let server = ScriptedServer { line, _ in
      if line.contains("EXAMINE"),
        count.withLock({
          $0 += 1
          return $0
        }) == 2
      {
        return .sayLast("* BYE idle\r\n")
      }
      return Box(mails: [1: "a"]).answer(line)
    }
    defer { server.stop() }
    let reader = try reader(server)
    for _ in 1...2 { #expect(texts(try await reader.read(since: nil)) == ["a"]) }
    #expect(server.log.connections == 2)
  }

  @Test func `guarantee 25: who may not come in is told so, without a password`() async throws {
    let server = ScriptedServer { line, _ in Box(signsIn: false).answer(line) }
    defer { server.stop() }
    let error = await #expect(throws: ChannelError.self) { try await reader(server).read(since: nil) }
    #expect(
      error
        == ChannelError(
          .ours,
          "127.0.0.1:\(server.port) refused to sign us in: NO [AUTHENTICATIONFAILED];"
            + " are user: and password: right?"
        ))
    let missing = await #expect(throws: ChannelError.self) {
      let server = ScriptedServer { line, _ in Box().answer(line) }
      _ = try await reader(server, "Nowhere").read(since: nil)
    }
    #expect(missing?.kind == .ours)
    #expect(
      missing?.text.hasSuffix("answered EXAMINE: BAD what; is there a mailbox \"Nowhere\" (mailbox:)?")
        == true)
    for name in ["", "a\r\nF1 DELETE x", "Entwürfe"] {
      #expect(throws: ChannelError.self) { try reader(server, name) }
    }
  }

  @Test(arguments: 0..<40) func `what makes no sense is an error or a mail, and no trap`(_ seed: UInt64)
    async throws
  {
    let box = Box(mails: [1: "Subject: a\r\n\r\na\r\n", 2: "b"])
    let server = ScriptedServer { line, _ in Garbage.spoilt(box.answer(line), seed, line) }
    defer { server.stop() }
    var account = try account(server)
    account.patience.connecting = 300
    account.patience.answer = 100
    account.patience.message = 100
    let batch = try? await MailboxReader(account, mailbox: "INBOX").read(since: nil)
    #expect((batch?.items.count ?? 0) <= 2)
  }
}
