import EmailChannel
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowTime
import Foundation
import Testing

private let sales = ["from": "Acme Sales <sales@acme.test>"]

private func mail(token: String? = nil, cc: [Value] = [], touch: Bool = true) -> Delivery {
  var fields = [("subject", text("Hello")), ("body", text("Hello"))]
  if !cc.isEmpty { fields.append(("cc", .value(.list(cc)))) }
  var delivery = delivery("email", fields, address: "ann@acme.test", touch: touch)
  delivery.token = token
  return delivery
}

/// A header's value as it stands, folds taken out; nil where there is none.
private func header(_ name: String, _ rendering: Rendering) -> String? {
  let head = rendering.text.components(separatedBy: "\r\n\r\n")[0].replacingOccurrences(
    of: "\r\n ", with: " ")
  return head.components(separatedBy: "\r\n").first { $0.hasPrefix(name + ": ") }.map {
    String($0.dropFirst(name.count + 2))
  }
}

@Suite struct EmailSendingTests {
  private static let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Plugins/Email/README.md").path

  @Test func `the README's flow.yaml is one that can be used`() throws {
    let readme = String(decoding: try #require(bytes(of: Self.readme)), as: UTF8.self)
    let blocks = readme.components(separatedBy: "```yaml\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    let yaml = try #require(blocks.first { $0.hasPrefix("channels:") })
    let (project, findings) = Compiler.project(
      SourceText(file: "flow.yaml", utf8: Array(yaml.utf8)), files: MemoryFiles(), zones: SystemZones())
    #expect(findings.isEmpty)
    let entry = try #require(project.channels.first)
    var values = Dictionary(uniqueKeysWithValues: entry.settings.map { ($0.name, $0.text) })
    #expect(values["imap-password"] == "file: secrets/imap")
    // What stands elsewhere is put in by the command.
    values["user"] = "sales"
    values["password"] = "s3cret"
    values["imap-password"] = "s3cret"
    let scratch = Scratch()
    scratch.write("signature.md", "Acme")
    values["signature"] = "signature.md"
    let channel = try EmailChannel(scratch.settings(values))
    #expect(channel.destination == "mail.acme.test:587")
    #expect(channel.pollSeconds == 60)
    values["send"] = nil
    #expect(try EmailChannel(scratch.settings(values)).destination == nil)
  }

  @Test func `guarantee 17: a message says whom else it goes to`() async throws {
    let channel = try EmailChannel(Scratch().settings(sales))
    let people = ["Bo@acme.test", "cy@acme.test"].map { Value.record(["name": .text("x"), "email": .text($0)]) }
    #expect(channel.copies(of: try await channel.render(mail(cc: people))) == ["Bo@acme.test", "cy@acme.test"])
    #expect(channel.copies(of: try await channel.render(mail())) == [])
    let discreet = DiscreetChannel(channel, SecretValues())
    #expect(discreet.copies(of: try await channel.render(mail(cc: people))).count == 2)
  }

  @Test func `answers and bounces come back with the run's token`() async throws {
    var values = sales
    values["replies"] = "answers@acme.test"
    values["unsubscribe"] = "https://acme.test/leave?t={token}&m={id}, mailto:answers@acme.test"
    let channel = try EmailChannel(Scratch().settings(values))
    let rendering = try await channel.render(mail(token: "r1-0123abcd"))
    #expect(header("Reply-To", rendering) == "Acme Sales <answers+r1-0123abcd@acme.test>")
    #expect(header("Return-Path", rendering) == "<answers+r1-0123abcd@acme.test>")
    let id = try #require(rendering.reference?.dropFirst().prefix { $0 != "@" })
    #expect(
      header("List-Unsubscribe", rendering)
        == "<https://acme.test/leave?t=r1-0123abcd&m=\(id)>, "
        + "<mailto:answers@acme.test?subject=unsubscribe%20r1-0123abcd>"
    )
    #expect(header("List-Unsubscribe-Post", rendering) == "List-Unsubscribe=One-Click")
    // A dry run has no token.
    let dry = try await channel.render(mail())
    #expect(header("Reply-To", dry) == "Acme Sales <answers@acme.test>")
    #expect(
      header("List-Unsubscribe", dry)?.hasSuffix(
        "?subject=unsubscribe%20\(dry.reference?.dropFirst().prefix(32) ?? "")>") == true)
    // What is no touch is not for leaving.
    #expect(header("List-Unsubscribe", try await channel.render(mail(touch: false))) == nil)
    // Nor is a colleague's answer to it, or its bounce, the contact's.
    let escalation = try await channel.render(mail(token: "r1-0123abcd", touch: false))
    #expect(header("Reply-To", escalation) == "Acme Sales <answers@acme.test>")
    #expect(header("Return-Path", escalation) == "<answers@acme.test>")
    #expect(escalation.reference == nil)
    // A token that makes no address is our fault, and no header.
    #expect(await refusal(channel, mail(token: "a\r\nBcc: eve@evil.test"))?.kind == .ours)
    #expect(await refusal(channel, mail(token: String(repeating: "a", count: 64)))?.kind == .ours)
  }

  @Test func `the one click stands beside https only`() async throws {
    var values = sales
    values["unsubscribe"] = "mailto:leave@acme.test?subject=stop"
    let rendering = try await EmailChannel(Scratch().settings(values)).render(mail(token: "t"))
    #expect(header("List-Unsubscribe", rendering) == "<mailto:leave@acme.test?subject=stop>")
    #expect(header("List-Unsubscribe-Post", rendering) == nil)
  }

  @Test func `copies stand in the envelope`() async throws {
    let bob = Value.record([
      "name": .text("Bob, of \"Acme\" <eve@evil.test>"), "email": .text("bob@acme.test"),
    ])
    let rendering = try await EmailChannel(Scratch().settings(sales)).render(mail(cc: [bob, oliver]))
    #expect(
      rendering.text.hasPrefix(
        "Return-Path: <sales@acme.test>\r\nEnvelope-To: <bob@acme.test>\r\n"
          + "Envelope-To: <owner@acme.test>\r\nDate: "
      ))
  }

  @Test func `nothing is sent without send: true`() async throws {
    let scratch = Scratch()
    var values = sales
    values["smtp"] = "smtp://mail.acme.invalid"
    values["user"] = "sales"
    values["password"] = "s3cret"
    for send in [nil, "false"] {
      values["send"] = send
      let channel = try EmailChannel(scratch.settings(values))
      let rendering = try await channel.render(mail())
      #expect(channel.destination == nil)
      #expect(await channel.deliver(rendering, key: .init("k")) == .accepted(id: "k.eml"))
      #expect(
        await channel.deliver(rendering, key: .init("k2")) { false }
          == .temporary(after: 0, because: "stopped before it left"))
    }
    #expect(scratch.names(in: "outbox") == ["k.eml"])
  }

  @Test(arguments: [("", "user"), ("sales", "password")])
  func `who we are is told to be missing before anything is connected to`(_ user: String, _ missing: String)
    async throws
  {
    var values = sales
    values["smtp"] = "smtp://127.0.0.1:1"
    values["send"] = "true"
    values["user"] = user
    values["password"] = ""
    values["imap"] = "imap://127.0.0.1:1"
    values["imap-user"] = user
    let channel = try EmailChannel(Scratch().settings(values))
    let receipt = await channel.deliver(try await channel.render(mail()), key: .init("k"))
    #expect(
      receipt == .ours(because: "smtp: the \(missing) is empty; is its variable set, or its file there?"))
    let error = await #expect(throws: ChannelError.self) { try await channel.poll(since: nil) }
    #expect(
      error == ChannelError(.ours, "imap: the \(missing) is empty; is its variable set, or its file there?"))
  }

  @Test func `one server's password is not the other's`() async throws {
    var values = sales
    values["user"] = "sales"
    values["password"] = "s3cret"
    values["imap"] = "imap://127.0.0.1:1"
    values["imap-user"] = "answers"
    let error = await #expect(throws: ChannelError.self) {
      try await EmailChannel(Scratch().settings(values)).poll(since: nil)
    }
    #expect(error?.text.hasPrefix("imap: the password is empty") == true)
  }

  @Test(arguments: [
    ["send": "true"], ["send": "yes"], ["send": "true", "smtp": "smtp://mail.acme.test", "from": ""],
    ["smpt": "smtp://mail.acme.test"], ["smtp": "mail.acme.test"], ["smtp": "imap://mail.acme.test"],
    ["smtp": "smtp://mail.acme.test", "tls": "none"], ["imap": "smtp://mail.acme.test"],
    ["imap": "imap://mail.acme.test", "poll": "1 day"],
    ["imap": "imap://mail.acme.test", "poll": "0 seconds"],
    ["imap": "imap://mail.acme.test", "mailbox": "a\r\nb"], ["replies": "Acme <answers@acme.test>"],
    ["replies": "answers+x@acme.test"], ["replies": "answers@acme.test", "reply-to": "answers@acme.test"],
    ["replies": "a-very-long-name-for-answers@acme.test"], ["unsubscribe": "http://acme.test"],
    ["unsubscribe": "mailto:leave"], ["unsubscribe": "https://acme.test mailto:x"],
  ])
  func `a setting that cannot be is told when it is read`(_ wrong: [String: String]) throws {
    let values = sales.merging(wrong) { $1 }.filter { !$1.isEmpty }
    let error = #expect(throws: ChannelError.self) { try EmailChannel(Scratch().settings(values)) }
    #expect(error?.kind == .ours)
  }
}
