import EmailChannel
import FlowCore
import FlowPlugin
import Testing

/// What Python's `email` module reads from a message: a second opinion on every header and part.
private func parsed(_ rendering: Rendering) throws -> JSONValue {
  let script = """
    import email, email.policy, json, sys
    raw = sys.stdin.buffer.read()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    def defects(part):
        return [repr(d) for d in part.defects] + [repr(d) for _, h in part.items() for d in h.defects]
    parts = []
    for part in message.walk():
        if part.is_multipart():
            parts.append({"type": part.get_content_type(), "defects": defects(part)})
            continue
        content = part.get_content()
        if isinstance(content, bytes):
            content = content.hex()
        content = content.replace("\\r\\n", "\\n")
        parts.append({"type": part.get_content_type(), "text": content, "name": part.get_filename() or "",
                      "defects": defects(part)})
    print(json.dumps({
        "names": [n for n, _ in message.items()],
        "headers": {n.lower(): str(v) for n, v in message.items()},
        "parts": parts,
        "longest": max(len(l) for l in raw.split(b"\\r\\n")),
        "bare": raw.replace(b"\\r\\n", b"").count(b"\\n") + raw.replace(b"\\r\\n", b"").count(b"\\r"),
        "date": message["date"].datetime.isoformat(),
        "ascii": raw.isascii()}))
    """
  return try JSONReader.read(run("python3", ["-c", script], input: rendering.payload))
}

extension JSONValue {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
  fileprivate var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
}

/// The names of the headers by bytes: lines end at CR LF, one that begins with a blank goes on with the one
/// before, and no CR or LF stands alone.
private func headerNames(_ rendering: Rendering) -> [String] {
  let bytes = rendering.payload
  var names: [String] = []
  var start = 0
  for index in bytes.indices.dropFirst() where bytes[index] == 0x0A || bytes[index - 1] == 0x0D {
    guard bytes[index] == 0x0A, bytes[index - 1] == 0x0D else { return names + ["a line end that is none"] }
    let line = bytes[start..<(index - 1)]
    start = index + 1
    if line.isEmpty { return names }
    if line.first == 0x20 { continue }
    names.append(String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self))
  }
  return names
}

private let settings = ["from": "Acme Sales <sales@acme.test>"]

private func mail(_ fields: [(String, Delivery.Content)], to: Value = ann, thread: Delivery.Thread? = nil)
  -> Delivery
{
  delivery("email", fields, address: "ann@acme.test", to: to, thread: thread)
}

private let hello = [("subject", text("Hello")), ("body", text("Hello"))]

@Suite struct EmailTests {
  @Test func aMessageReadsAsItWasWritten() async throws {
    let scratch = Scratch()
    scratch.write("signature.md", "Acme · 12 Harbour Street\n")
    var values = settings
    values["signature"] = "signature.md"
    values["unsubscribe"] = "https://acme.test/leave?m={id}"
    values["reply-to"] = "answers@acme.test"
    let channel = try EmailChannel(scratch.settings(values))
    let rendering = try await channel.render(
      mail([
        ("subject", text(("Dachreparatur für ", false), ("Ünal", true), (": did it reach you?", false))),
        (
          "body",
          text(
            ("Good afternoon ", false), ("Ann", true),
            (",\n\n*please* see [this](https://acme.test).\n", false))
        ),
      ]))
    let message = try parsed(rendering)
    let headers = message["headers"]
    #expect(
      message["names"]?.items.compactMap(\.text) == [
        "Return-Path", "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "MIME-Version", "Content-Type",
      ])
    #expect(headers?["from"]?.text == "Acme Sales <sales@acme.test>")
    #expect(headers?["to"]?.text == "Ann Meyer <ann@acme.test>")
    #expect(headers?["reply-to"]?.text == "answers@acme.test")
    #expect(headers?["subject"]?.text == "Dachreparatur für Ünal: did it reach you?")
    #expect(headers?["date"]?.text == "Fri, 27 Mar 2026 15:40:00 +0000")
    #expect(message["date"]?.text == "2026-03-27T15:40:00+00:00")
    #expect(headers?["message-id"]?.text == rendering.reference)
    #expect(headers?["list-unsubscribe-post"]?.text == "List-Unsubscribe=One-Click")
    let id = try #require(rendering.reference?.dropFirst().prefix { $0 != "@" })
    #expect(id.count == 32)
    #expect(rendering.reference == "<\(id)@acme.test>")
    #expect(headers?["list-unsubscribe"]?.text == "<https://acme.test/leave?m=\(id)>")

    let parts = message["parts"]?.items ?? []
    #expect(parts.compactMap { $0["type"]?.text } == ["multipart/alternative", "text/plain", "text/html"])
    #expect(parts.allSatisfy { $0["defects"]?.items.isEmpty == true })
    let plain =
      "Good afternoon Ann,\n\n*please* see [this](https://acme.test).\n\n-- \nAcme · 12 Harbour Street"
    #expect(parts[1]["text"]?.text == plain + "\n")
    let html = parts[2]["text"]?.text ?? ""
    #expect(html.contains("<p><em>please</em> see <a href=\"https://acme.test\">this</a>.</p>"))
    #expect(html.contains("<p>Acme · 12 Harbour Street</p>"))
    #expect(message["bare"] == .number("0"))
    #expect(message["ascii"] == .bool(true))
    #expect(rendering.fileExtension == "eml")
    #expect(rendering.to == "ann@acme.test")
    #expect(rendering.shown.map(\.name) == ["subject", "body", "from"])
    #expect(rendering["body"] == plain)
    #expect(rendering["subject"] == "Dachreparatur für Ünal: did it reach you?")
  }

  @Test func nothingOfALineIsLongerThanMailCarries() async throws {
    let channel = try EmailChannel(Scratch().settings(settings))
    for subject in [
      String(repeating: "word ", count: 400), String(repeating: "x", count: 3000),
      String(repeating: "🙂ß", count: 500),
    ] {
      let rendering = try await channel.render(mail([("subject", text(subject)), ("body", text(subject))]))
      let message = try parsed(rendering)
      guard case .number(let longest)? = message["longest"] else {
        Issue.record("no message")
        continue
      }
      #expect(Int(longest) ?? 1000 <= 78)
      let expected = HeaderText(subject).text
      #expect(message["headers"]?["subject"]?.text == expected)
    }
  }

  @Test func textThatLooksLikeAnEncodedWordIsText() async throws {
    let channel = try EmailChannel(Scratch().settings(settings))
    let rendering = try await channel.render(
      mail([("subject", text("=?UTF-8?Q?=41?= x")), ("body", text("x"))]))
    #expect(try parsed(rendering)["headers"]?["subject"]?.text == "=?UTF-8?Q?=41?= x")
  }

  @Test(arguments: (0...31).map { UInt8($0) } + [127])
  func noByteBreaksOutOfAHeader(_ byte: UInt8) async throws {
    let channel = try EmailChannel(Scratch().settings(settings))
    let control = Unicode.Scalar(byte)
    let plain = try await channel.render(mail(hello))
    let names = headerNames(plain)
    for attack in [
      "\(control)Bcc: eve@evil.test", "\r\(control)\nBcc: eve@evil.test", "\(control)\(control)\(control)x",
    ] {
      let person = Value.record(["name": .text("Ann" + attack), "email": .text("ann@acme.test")])
      let rendering = try await channel.render(
        mail(
          [
            ("subject", text(("Hi ", false), ("Ann" + attack, true))), ("body", text("x")),
            ("cc", .value(person)), ("from", .value(person)),
          ], to: person))
      #expect(headerNames(rendering).filter { $0 != "Cc" && $0 != "Envelope-To" } == names)
      #expect(headerNames(rendering).filter { $0 == "Cc" } == ["Cc"])
      #expect(headerNames(rendering).filter { $0 == "Envelope-To" } == ["Envelope-To"])
      for place in ["ann@acme.test\(attack)", "\(attack)ann@acme.test", "ann\(attack)@acme.test"] {
        var hostile = mail(hello)
        hostile.address = place
        #expect(await refusal(channel, hostile)?.kind == .permanent)
        let copy = Value.record(["name": .text("x"), "email": .text(place)])
        #expect(await refusal(channel, mail(hello + [("cc", .value(copy))]))?.kind == .permanent)
      }
    }
  }

  @Test func unicodeLineBreaksBreakNothing() async throws {
    let channel = try EmailChannel(Scratch().settings(settings))
    let attack = "a\u{2028}Bcc: x@y.z\u{2029}b\u{85}c"
    let rendering = try await channel.render(mail([("subject", text(attack)), ("body", text(attack))]))
    let message = try parsed(rendering)
    #expect(message["headers"]?["subject"]?.text == "a Bcc: x@y.z b c")
    #expect(message["parts"]?.items[1]["text"]?.text == "a\nBcc: x@y.z\nb\nc\n")
  }

  @Test func namesAreQuotedOrEncodedAsNeedBe() async throws {
    let channel = try EmailChannel(Scratch().settings(settings))
    for name in [
      "Meyer, Ann", "Ann \"Q\" Meyer", "Ann <eve@evil.test>", "Zoë Żółć", "a\\b", "Ann (x)", "=?x?=", "",
    ] {
      let person = Value.record(["name": .text(name), "email": .text("ann@acme.test")])
      let rendering = try await channel.render(mail(hello, to: person))
      let script = """
        import email, email.policy, json, sys
        to = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)["to"].addresses
        print(json.dumps([[a.display_name, a.addr_spec] for a in to]))
        """
      let seen = try JSONReader.read(run("python3", ["-c", script], input: rendering.payload))
      #expect(seen == [[.string(name), "ann@acme.test"]], "\(name)")
    }
  }

  @Test func aThreadIsKept() async throws {
    let channel = try EmailChannel(Scratch().settings(settings))
    let thread = Delivery.Thread(
      references: ["<1@acme.test>", "no id\r\nBcc: x", "<2@acme.test>"], subject: "Roof repair")
    let same = [("thread", Delivery.Content.word("same")), ("body", text("x"))]
    let rendering = try await channel.render(mail(same, thread: thread))
    let headers = try parsed(rendering)["headers"]
    #expect(headers?["subject"]?.text == "Re: Roof repair")
    #expect(headers?["in-reply-to"]?.text == "<2@acme.test>")
    #expect(headers?["references"]?.text == "<1@acme.test> <2@acme.test>")
    #expect(headers?["bcc"] == nil)
    let again = try await channel.render(
      mail(same, thread: .init(references: ["<1@acme.test>"], subject: "Re: Roof repair")))
    #expect(again["subject"] == "Re: Roof repair")
    let fresh = try await channel.render(mail(hello, thread: thread))
    #expect(try parsed(fresh)["headers"]?["references"] == nil)
  }

  @Test func filesAreAttached() async throws {
    let scratch = Scratch()
    scratch.write("offer.pdf", "%PDF-1.4 x")
    scratch.write("Ängebot \"1\".csv", "a;b\n")
    let channel = try EmailChannel(scratch.settings(settings))
    let rendering = try await channel.render(
      mail(hello + [("attach", .files(["offer.pdf", "Ängebot \"1\".csv"]))]))
    let parts = try parsed(rendering)["parts"]?.items ?? []
    #expect(
      parts.compactMap { $0["type"]?.text } == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf", "text/csv",
      ])
    #expect(parts.suffix(2).compactMap { $0["name"]?.text } == ["offer.pdf", "Ängebot \"1\".csv"])
    #expect(parts[4]["text"]?.text == "255044462d312e342078")
    #expect(parts.allSatisfy { $0["defects"]?.items.isEmpty == true })
    let missing = await refusal(channel, mail(hello + [("attach", .files(["none.pdf"]))]))
    #expect(missing == ChannelError(.permanent, "attach: there is no file none.pdf"))
  }

  @Test func messagesHaveIdentitiesOfTheirOwn() async throws {
    let channel = try EmailChannel(Scratch().settings(settings))
    let one = try await channel.render(mail(hello))
    var later = mail(hello)
    later.occurrence = 1
    #expect(try await channel.render(mail(hello)) == one)
    #expect(try await channel.render(later).reference != one.reference)
    #expect(
      try await channel.render(mail([("subject", text("Hello")), ("body", text("Hellö"))])).reference
        != one.reference)
  }

  @Test func anEscalationSaysWhatItSays() async throws {
    let channel = try EmailChannel(Scratch().settings())
    let rendering = try await channel.render(
      delivery(
        "email", [("say", text("Nobody called."))], address: "m@acme.test", to: oliver, touch: false,
        isEscalation: true))
    #expect(rendering["subject"] == "proposal: receipt")
    #expect(rendering["body"] == "Nobody called.")
    #expect(rendering["from"] == "flow@localhost")
  }

  @Test func badSettingsAreOurs() throws {
    for (name, value) in [
      ("from", "Acme"), ("from", "a@b\r\nBcc: c@d"), ("unsubscribe", "http://x"),
      ("unsubscribe", "https://x\r\ny"),
      ("signature", "none.md"), ("reply-to", "<>"),
    ] {
      #expect(throws: ChannelError.self) { try EmailChannel(Scratch().settings([name: value])) }
    }
  }
}
