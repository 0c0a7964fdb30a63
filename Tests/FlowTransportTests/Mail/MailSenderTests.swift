import FlowPlugin
import FlowTransport
import Synchronization
import Testing

private let message = Array("Subject: x\r\n\r\n.one\r\n..\r\nGood afternoon\r\n".utf8)

private func mail(copies: [String] = [], _ bytes: [UInt8] = message) throws -> Mail {
  Mail(
    sender: EmailAddress("answers+t0@acme.test"),
    recipient: try #require(EmailAddress("ann@acme.test")),
    copies: copies.compactMap { EmailAddress($0) }, message: bytes)
}

/// - Parameters:
///   - answer: milliseconds for each answer. Whatever answers at all does so within it, however busy the machine is.
///   - message: of these, for the answer to the whole message.
private func account(
  _ server: ScriptedServer, user: String? = "sales", answer: Int = 60_000, message: Int? = nil
) throws -> MailServer {
  var account = try MailServer(.smtp, address: "smtp://127.0.0.1:\(server.port)", tls: "none")
  account.user = user
  account.password = user.map { _ in "s3cret" }
  account.patience.connecting = 60_000
  account.patience.answer = answer
  account.patience.message = message ?? answer
  return account
}

private enum Verdict: String { case accepted, temporary, permanent, undeliverable, ours, unknown }

private func verdict(_ receipt: Receipt) -> Verdict {
  switch receipt {
  case .accepted: .accepted
  case .temporary: .temporary
  case .permanent, .optedOut: .permanent
  case .undeliverable: .undeliverable
  case .ours: .ours
  case .unknown: .unknown
  }
}

@Suite struct MailSenderTests {
  @Test func `a mail is handed over, and the connection serves the next one`() async throws {
    let server = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    let marked = Mutex(0)
    for _ in 1...3 {
      let receipt = await sender.send(try mail()) {
        marked.withLock { $0 += 1 }
        return true
      }
      #expect(receipt == .accepted(id: "Ok: queued as 1"))
    }
    await sender.close()
    #expect(server.log.connections == 1)
    #expect(marked.withLock { $0 } == 3)
    // RFC 5321 section 4.5.2: dots at the head of a line are doubled.
    let carried = Array("Subject: x\r\n\r\n..one\r\n...\r\nGood afternoon\r\n".utf8)
    #expect(server.log.messages == [carried, carried, carried])
    #expect(
      server.log.lines.filter { $0.hasPrefix("MAIL") }
        == [String](repeating: "MAIL FROM:<answers+t0@acme.test> SIZE=40", count: 3))
    #expect(server.log.lines.filter { $0.hasPrefix("RCPT") }.first == "RCPT TO:<ann@acme.test>")
    // `\0sales\0s3cret`, RFC 4616.
    #expect(
      server.log.lines.contains { $0 == "AHNhbGVzAHMzY3JldA==" || $0 == "AUTH PLAIN AHNhbGVzAHMzY3JldA==" })
  }

  @Test func `guarantee 8: a dialogue cut at every byte that the server says`() async throws {
    let whole = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    _ = await MailSender(try account(whole)).send(try mail())
    let sent = whole.log.sent
    whole.stop()
    let last = "250 2.0.0 Ok: queued as 1\r\n".utf8.count
    #expect(sent > 200)
    for cut in 0...sent {
      let server = ScriptedServer(cut: .afterSending(cut)) { line, _ in ScriptedServer.willing(line) }
      let sender = MailSender(try account(server))
      let isMarked = Mutex(false)
      let receipt = await sender.send(try mail()) {
        isMarked.withLock { $0 = true }
        return true
      }
      // The byte before the last answer is the last of `354 …`; the line's end is LF. Cut right there, the whole may
      // have been handed over before the cut is noticed.
      let expected: Set<Verdict> =
        cut == sent - last
        ? [.temporary, .unknown] : cut == sent ? [.accepted] : cut > sent - last ? [.unknown] : [.temporary]
      #expect(expected.contains(verdict(receipt)), "cut after \(cut) of \(sent): \(receipt)")
      if cut < sent - last { #expect(!isMarked.withLock { $0 }, "cut after \(cut)") }
      #expect((server.log.messages.count == 1) == (cut > sent - last), "cut after \(cut)")
      server.stop()
    }
  }

  @Test func `guarantee 8: a dialogue cut at every byte that the server hears`() async throws {
    let whole = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    _ = await MailSender(try account(whole)).send(try mail())
    let heard = whole.log.bytes
    whole.stop()
    #expect(heard > 150)
    // The message and the dot are the last of what is heard: dots at the head of two lines are doubled.
    let carried = message.count + 2 + 3
    var late = 0
    for cut in 0...heard {
      let server = ScriptedServer(cut: .afterHearing(cut)) { line, _ in ScriptedServer.willing(line) }
      let sender = MailSender(try account(server))
      let isMarked = Mutex(false)
      let receipt = await sender.send(try mail()) {
        isMarked.withLock { $0 = true }
        // What is cut before the dot is cut by now, and nothing of the dot leaves after that.
        while cut <= heard - 3, !server.log.isCut { try? await Task.sleep(nanoseconds: 1_000_000) }
        try? await Task.sleep(nanoseconds: 5_000_000)
        return true
      }
      let found = verdict(receipt)
      switch cut {
      case heard: #expect(found == .accepted)
      case (heard - 2)..<heard: #expect(found == .unknown, "cut after \(cut) of \(heard): \(receipt)")
      // News of the end may come late; that costs a person's look, and no second mail.
      case (heard - carried)..<heard where found == .unknown: late += 1
      default: #expect(found == .temporary, "cut after \(cut) of \(heard): \(receipt)")
      }
      if cut < heard - carried { #expect(!isMarked.withLock { $0 }, "cut after \(cut)") }
      if found == .unknown { #expect(isMarked.withLock { $0 }, "cut after \(cut)") }
      #expect(server.log.messages.count == (cut == heard ? 1 : 0), "cut after \(cut)")
      server.stop()
    }
    #expect(late < carried / 2)
  }

  @Test func `a marker that says no keeps the message here`() async throws {
    let server = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    #expect(
      await sender.send(try mail(), marker: { false })
        == .temporary(after: 0, because: "stopped before it left"))
    #expect(await sender.send(try mail()) == .accepted(id: "Ok: queued as 1"))
    #expect(server.log.messages.count == 1)
    #expect(server.log.connections == 2)
  }

  @Test func `the marker is asked when the server has all but the dot`() async throws {
    let whole = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    _ = await MailSender(try account(whole)).send(try mail())
    let heard = whole.log.bytes
    whole.stop()
    let server = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    defer { server.stop() }
    let seen = Mutex(0)
    let sender = MailSender(try account(server))
    _ = await sender.send(try mail()) {
      // EHLO, AUTH and the like, then the message, doubled dots and all; and nothing after that.
      for _ in 0..<60_000 where server.log.bytes < heard - 3 { try? await Task.sleep(nanoseconds: 1_000_000) }
      try? await Task.sleep(nanoseconds: 50_000_000)
      seen.withLock { $0 = server.log.bytes }
      return true
    }
    #expect(seen.withLock { $0 } == heard - 3 && server.log.bytes == heard)
  }

  /// What the far side says, and to what; and what follows (RFC 5321 section 4.2, RFC 3463).
  @Test(
    arguments: [
      ("", "421 4.3.2 try later\r\n", "temporary"),
      ("", "554 5.7.1 you are on a list\r\n", "ours"),
      ("EHLO", "421 4.3.2 going down\r\n", "temporary"),
      ("AUTH", "535 5.7.8 no\r\n", "ours"),
      ("AUTH", "454 4.7.0 try later\r\n", "temporary"),
      ("MAIL", "451 4.3.0 try later\r\n", "temporary"),
      ("MAIL", "553 5.7.1 not your address\r\n", "ours"),
      ("MAIL", "530 5.7.0 Authentication required\r\n", "ours"),
      ("MAIL", "501 5.1.7 bad sender\r\n", "ours"),
      ("MAIL", "552 5.3.4 message too big\r\n", "permanent"),
      ("RCPT", "450 4.2.0 greylisted\r\n", "temporary"),
      ("RCPT", "452 4.2.2 mailbox full\r\n", "temporary"),
      ("RCPT", "550 5.1.1 no such user\r\n", "undeliverable"),
      ("RCPT", "550 no such user\r\n", "undeliverable"),
      ("RCPT", "551 5.1.6 gone elsewhere\r\n", "undeliverable"),
      ("RCPT", "556 5.1.10 takes no mail\r\n", "undeliverable"),
      ("RCPT", "554 5.7.1 <ann@acme.test>: Relay access denied\r\n", "ours"),
      ("RCPT", "550 relay not permitted\r\n", "ours"),
      ("RCPT", "550 5.7.25 no reverse name\r\n", "ours"),
      ("RCPT", "550 5.7.2 no list for you\r\n", "permanent"),
      ("RCPT", "550 5.2.1 closed\r\n", "undeliverable"),
      ("RCPT", "553 that is no mailbox name\r\n", "undeliverable"),
      ("RCPT", "552 5.2.2 mailbox full\r\n", "permanent"),
      ("RCPT", "550 5.2.2 mailbox full\r\n", "permanent"),
      ("RCPT", "550 5.0.0 no\r\n", "permanent"),
      ("RCPT", "552 full\r\n", "permanent"),
      ("RCPT", "554 no\r\n", "permanent"),
      ("RCPT", "503 5.5.1 bad sequence\r\n", "ours"),
      ("RCPT", "550-5.1.1 no such\r\n550 5.1.1 user\r\n", "undeliverable"),
      ("RCPT", "250-2.1.5 yes\r\n250 2.1.5 Ok\r\n", "accepted"),
      ("RCPT", "251 forwarded\r\n", "accepted"),
      ("RCPT", "999 what\r\n", "temporary"),
      ("RCPT", "354 go on\r\n", "temporary"),
      ("RCPT", "hello\r\n", "temporary"),
      ("DATA", "451 4.3.0 no room\r\n", "temporary"),
      ("DATA", "554 5.5.1 no valid recipients\r\n", "ours"),
      ("DATA", "250 Ok\r\n", "temporary"),
      (".", "451 4.3.0 try later\r\n", "temporary"),
      (".", "452 4.3.1 disk full\r\n", "temporary"),
      (".", "554 5.6.0 malformed\r\n", "permanent"),
      (".", "550 5.7.26 DMARC\r\n", "ours"),
      (".", "550 5.1.1 no such user\r\n", "undeliverable"),
      (".", "550 looks like spam\r\n", "permanent"),
      (".", "552 5.3.4 too big\r\n", "permanent"),
      (".", "250-2.0.0 Ok\r\n250 2.0.0 queued\r\n", "accepted"),
      (".", "250\r\n", "accepted"),
      (".", "354 what\r\n", "unknown"),
      (".", "hello\r\n", "unknown"),
      (".", "250-and no more\r\n", "unknown"),
    ] as [(String, String, String)])
  func `an answer means what it says to the line it answers`(
    _ line: String, _ said: String, _ expected: String
  )
    async throws
  {
    // `AUTH PLAIN` may carry all at once, and the line after it is base64.
    let server = ScriptedServer { heard, _ in
      // 421 is said by who goes.
      if line.isEmpty ? heard.isEmpty : heard.hasPrefix(line) {
        return said.hasPrefix("421") ? .sayLast(said) : .say(said)
      }
      return ScriptedServer.willing(heard)
    }
    defer { server.stop() }
    // One answer alone never ends.
    let sender = MailSender(try account(server, message: said.hasPrefix("250-and") ? 300 : nil))
    let receipt = await sender.send(try mail())
    #expect(verdict(receipt).rawValue == expected, "\(receipt)")
  }

  @Test func `a refused recipient leaves the connection fit for the next mail`() async throws {
    let mails = Mutex(0)
    let server = ScriptedServer { line, _ in
      if line.hasPrefix("RCPT"),
        mails.withLock({
          $0 += 1
          return $0
        }) < 3
      {
        return .say("550 5.1.1 no such user\r\n")
      }
      return ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    for expected in [Verdict.undeliverable, .undeliverable, .accepted] {
      #expect(verdict(await sender.send(try mail())) == expected)
    }
    #expect(server.log.connections == 1)
    #expect(server.log.lines.filter { $0 == "RSET" }.count == 2)
  }

  @Test func `what was answered to a mail before counts for nothing`() async throws {
    // 550 to the first mail's recipient; the second one's line is cut before anything of it is answered.
    let server = ScriptedServer { line, connection in
      if line.hasPrefix("RCPT") { return .say("550 5.1.1 no such user\r\n") }
      if line == "RSET" || connection > 1 && line.hasPrefix("MAIL") { return .hangUp }
      return ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    for expected in [Verdict.undeliverable, .temporary] {
      #expect(verdict(await sender.send(try mail())) == expected)
    }
  }

  @Test(arguments: ["closed", "421"])
  func `a connection that has gone while it was idle costs nothing`(_ how: String) async throws {
    let server = ScriptedServer { line, connection in
      if line == ".", connection == 1 {
        return .say("250 2.0.0 Ok: queued as 1\r\n" + (how == "421" ? "421 4.4.2 idle\r\n" : ""))
      }
      if line.hasPrefix("MAIL"), connection == 1, how == "closed" { return .say("250 Ok\r\n") }
      return ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    #expect(await sender.send(try mail()) == .accepted(id: "Ok: queued as 1"))
    #expect(await sender.send(try mail()) == .accepted(id: "Ok: queued as 1"))
    #expect(server.log.messages.count == 2)
  }

  @Test func `a connection that goes at the next mail's first line is replaced once`() async throws {
    let mails = Mutex(0)
    let server = ScriptedServer { line, connection in
      if line.hasPrefix("MAIL"),
        mails.withLock({
          $0 += 1
          return $0
        }) == 2
      {
        return .hangUp
      }
      return ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    for _ in 1...2 { #expect(await sender.send(try mail()) == .accepted(id: "Ok: queued as 1")) }
    #expect(server.log.connections == 2)
    #expect(server.log.messages.count == 2)
  }

  @Test(arguments: ["MAIL", "RCPT"])
  func `a server that takes so many mails over one connection gets the next one over another`(_ line: String)
    async throws
  {
    let mails = Mutex(0)
    let server = ScriptedServer { heard, _ in
      let isFull =
        heard.hasPrefix(line)
        && mails.withLock { count in
          count += 1
          return count == 3
        }
      return isFull ? .sayLast("421 4.7.0 too many messages\r\n") : ScriptedServer.willing(heard)
    }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    for _ in 1...4 { #expect(await sender.send(try mail()) == .accepted(id: "Ok: queued as 1")) }
    #expect(server.log.connections == 2)
    #expect(server.log.messages.count == 4)
  }

  @Test(arguments: [("454 4.7.0 no TLS now\r\n", "temporary"), ("501 no parameters\r\n", "ours")])
  func `TLS that is refused is waited for, or told`(_ said: String, _ expected: String) async throws {
    let server = ScriptedServer { line, _ in
      switch line {
      case "STARTTLS": .say(said)
      case _ where line.hasPrefix("EHLO"): .say("250-mx.acme.test\r\n250 STARTTLS\r\n")
      default: ScriptedServer.willing(line)
      }
    }
    defer { server.stop() }
    let account = try MailServer(.smtp, address: "smtp://127.0.0.1:\(server.port)")
    #expect(verdict(await MailSender(account).send(try mail())).rawValue == expected)
  }

  @Test func `a slow server is waited for, and one that is silent is not`() async throws {
    let slow = ScriptedServer { line, _ in
      line == "."
        ? .drip("250 2.0.0 Ok\r\n", 20)
        : line.hasPrefix("RCPT") ? .late("250 Ok\r\n", 100) : ScriptedServer.willing(line)
    }
    defer { slow.stop() }
    #expect(await MailSender(try account(slow)).send(try mail()) == .accepted(id: "Ok"))
    for (silence, expected) in [("RCPT", Verdict.temporary), (".", .unknown)] {
      let silent = ScriptedServer { line, _ in
        line.hasPrefix(silence) ? .nothing : ScriptedServer.willing(line)
      }
      let impatient = try account(silent, answer: silence == "." ? 60_000 : 200, message: 200)
      #expect(verdict(await MailSender(impatient).send(try mail())) == expected)
      silent.stop()
    }
    // A byte now and then is no answer in time.
    let dripping = ScriptedServer { line, _ in
      line == "." ? .drip("250 2.0.0 Ok, and so on and on\r\n", 200) : ScriptedServer.willing(line)
    }
    defer { dripping.stop() }
    #expect(verdict(await MailSender(try account(dripping, message: 1500)).send(try mail())) == .unknown)
  }

  @Test func `an answer that comes before the message is over is its answer`() async throws {
    let server = ScriptedServer { line, _ in
      line == "DATA" ? .say("354 go on\r\n552 5.3.4 too big\r\n") : ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let isMarked = Mutex(false)
    let receipt = await MailSender(try account(server)).send(try mail()) {
      isMarked.withLock { $0 = true }
      return true
    }
    #expect(verdict(receipt) == .permanent)
    #expect(!isMarked.withLock { $0 })
    #expect(server.log.messages.isEmpty)
  }

  @Test func `the contact's refusal is the mail's, a copy's is told`() async throws {
    let server = ScriptedServer { line, _ in
      line.hasPrefix("RCPT TO:<bob") ? .say("550 5.1.1 no such user\r\n") : ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    let receipt = await sender.send(try mail(copies: ["bob@acme.test", "owner@acme.test"]))
    #expect(receipt == .accepted(id: "Ok: queued as 1; no copy to bob@acme.test: 550 5.1.1 no such user"))
    var other = try mail(copies: ["ann@acme.test"])
    other.recipient = try #require(EmailAddress("bob@acme.test"))
    #expect(verdict(await sender.send(other)) == .undeliverable)
    #expect(server.log.messages.count == 1)
  }

  @Test func `guarantee 25: no password in what is said of a refusal`() async throws {
    // A server that repeats what it was told.
    let server = ScriptedServer { line, _ in
      line.hasPrefix("AUTH PLAIN ") || line.hasPrefix("AHNh")
        ? .say("535 5.7.8 \(line) s3cret\r\n") : ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let receipt = await MailSender(try account(server)).send(try mail())
    #expect(
      receipt
        == .ours(
          because: "127.0.0.1:\(server.port) refused to sign us in: 535 5.7.8; are user: and password: right?"
        ))
  }

  @Test func `who has a name and cannot give it does not send without`() async throws {
    let server = ScriptedServer { line, _ in
      line.hasPrefix("EHLO") ? .say("250 mx.acme.test\r\n") : ScriptedServer.willing(line)
    }
    defer { server.stop() }
    #expect(verdict(await MailSender(try account(server)).send(try mail())) == .ours)
    #expect(!server.log.lines.contains { $0.hasPrefix("MAIL") })
    #expect(verdict(await MailSender(try account(server, user: nil)).send(try mail())) == .accepted)
    // 8BITMIME is not offered.
    let eight = await MailSender(try account(server, user: nil)).send(try mail(Array("Subject: ä\r\n".utf8)))
    #expect(verdict(eight) == .ours)
  }

  @Test func `nothing is said in the open where TLS is not offered`() async throws {
    let server = ScriptedServer { line, _ in
      line.hasPrefix("EHLO") ? .say("250-mx.acme.test\r\n250 AUTH PLAIN\r\n") : ScriptedServer.willing(line)
    }
    defer { server.stop() }
    var account = try MailServer(.smtp, address: "smtp://127.0.0.1:\(server.port)")
    account.user = "sales"
    account.password = "s3cret"
    #expect(verdict(await MailSender(account).send(try mail())) == .ours)
    #expect(server.log.lines.allSatisfy { $0.hasPrefix("EHLO") || $0 == "QUIT" })
    // TLS from the first byte, and the other side speaks none.
    let direct = try MailServer(.smtp, address: "smtps://127.0.0.1:\(server.port)")
    #expect(verdict(await MailSender(direct).send(try mail())) == .ours)
  }

  @Test func `nobody there is for time to heal`() async throws {
    let server = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    server.stop()
    #expect(verdict(await MailSender(try account(server)).send(try mail())) == .temporary)
    let nowhere = try MailServer(.smtp, address: "smtp://mail.acme.invalid")
    #expect(verdict(await MailSender(nowhere).send(try mail())) == .temporary)
  }

  @Test func `line ends that are none never leave`() async throws {
    let server = ScriptedServer { line, _ in ScriptedServer.willing(line) }
    defer { server.stop() }
    let sender = MailSender(try account(server))
    for text in ["a\n.\nb\r\n", "a\rb\r\n", "a\r\n.\rb\r\n", "a\r\n\n", "a", "\r", "", "a\0b\r\n"] {
      #expect(verdict(await sender.send(try mail(Array(text.utf8)))) == .permanent, "\(Array(text.utf8))")
    }
    #expect(server.log.connections == 0)
  }

  @Test func `closing ends what is not marked at once`() async throws {
    let server = ScriptedServer { line, _ in line.hasPrefix("RCPT") ? .nothing : ScriptedServer.willing(line)
    }
    defer { server.stop() }
    let sender = MailSender(try account(server, answer: 60_000))
    let mail = try mail()
    let sending = Task { await sender.send(mail) }
    while !server.log.lines.contains(where: { $0.hasPrefix("RCPT") }) {
      try await Task.sleep(nanoseconds: 1_000_000)
    }
    await sender.close()
    #expect(verdict(await sending.value) == .temporary)
    #expect(verdict(await sender.send(mail)) == .temporary)
  }

  @Test(arguments: 0..<40) func `what makes no sense ends nothing but its own mail`(_ seed: UInt64)
    async throws
  {
    let server = ScriptedServer { line, _ in Garbage.spoilt(ScriptedServer.willing(line), seed, line) }
    defer { server.stop() }
    var account = try account(server, answer: 100)
    account.patience.connecting = 300
    let isMarked = Mutex(false)
    let receipt = await MailSender(account).send(try mail()) {
      isMarked.withLock { $0 = true }
      return true
    }
    if !isMarked.withLock({ $0 }) { #expect(![.accepted, .unknown].contains(verdict(receipt))) }
    if case .temporary = receipt, !server.log.messages.isEmpty { #expect(isMarked.withLock { $0 }) }
  }
}
