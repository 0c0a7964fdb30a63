import FlowCore
import FlowPlugin
import FlowTime

/// One message, from a delivery to its bytes. The same delivery gives the same bytes: the Message-ID and the
/// boundaries are made from a digest of it.
struct EmailMessage {
  private let delivery: Delivery
  private let settings: EmailSettings
  private let from: Mailbox
  private let to: Mailbox
  private let cc: [Mailbox]
  private let subject: HeaderText
  private let attachments: [(name: HeaderText, bytes: [UInt8])]
  private let body: RenderedText
  private let plain: String
  /// Where answers to this very message come to, and its bounces.
  private let replies: EmailAddress?
  /// 32 hexadecimal digits.
  private let digest: String
  /// At the domain of flow.yaml, by which it is known again, whoever sends the step.
  private let messageID: String

  var rendering: Rendering {
    var shown = [
      Entry.NamedText("subject", subject.text), Entry.NamedText("body", plain),
      Entry.NamedText("from", from.shown),
    ]
    if !cc.isEmpty { shown.append(Entry.NamedText("cc", cc.map(\.shown).joined(separator: ", "))) }
    if isSameThread { shown.append(Entry.NamedText("thread", "same")) }
    if !attachments.isEmpty {
      shown.append(Entry.NamedText("attach", attachments.map(\.name.text).joined(separator: ", ")))
    }
    return Rendering(
      to: to.address.text, shown: shown, payload: payload, fileExtension: "eml",
      reference: delivery.touch ? messageID : nil
    )
  }

  private var isSameThread: Bool { delivery.text("thread") == "same" }

  // MARK: Text

  /// The text part: the body as written, and the signature after the line that mail programs know it by
  /// (RFC 3676 section 4.3).
  private static func plain(_ body: RenderedText, _ settings: EmailSettings) -> String {
    let text = PlainText.tidy(body.plain)
    return settings.signature.isEmpty ? text : text + "\n\n-- \n" + settings.signature
  }

  private var html: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(160 + plain.utf8.count * 5 / 4 + settings.signatureHTML.utf8.count)
    out.append(text: "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\" /></head>\n<body>\n")
    settings.shapes.write(body, to: &out)
    if !settings.signature.isEmpty {
      out.append(text: "<div>-- <br />\n")
      out.append(text: settings.signatureHTML)
      out.append(text: "</div>\n")
    }
    out.append(text: "</body>\n</html>")
    return out
  }

  private var payload: [UInt8] {
    let texts = Part.multipart(
      "alternative", [.text("plain", Array(plain.utf8)), .text("html", html)], boundary: "=_text_\(digest)")
    let whole =
      attachments.isEmpty
      ? texts
      : Part.multipart(
        "mixed", [texts] + attachments.map { Part.file($0.name, $0.bytes) }, boundary: "=_mixed_\(digest)")
    var bytes: [UInt8] = []
    // Most headers are shorter.
    bytes.reserveCapacity(640 + whole.size)
    Envelope(sender: replies ?? from.address, copies: cc.map(\.address)).write(to: &bytes)
    writeHeaders(to: &bytes)
    whole.write(to: &bytes)
    return bytes
  }

  // MARK: Headers

  private func writeHeaders(to out: inout [UInt8]) {
    out.append(text: "Date: ")
    EmailDate.write(delivery.at, to: &out)
    out.endLine()
    write("From: ", [from], to: &out)
    write("To: ", [to], to: &out)
    if !cc.isEmpty { write("Cc: ", cc, to: &out) }
    if let replyTo = replies.map({ Mailbox(name: from.name, address: $0) }) ?? settings.replyTo {
      write("Reply-To: ", [replyTo], to: &out)
    }
    write("Subject: ", HeaderWords.unstructured(subject, used: 9), to: &out)
    write("Message-ID: ", messageID, to: &out)
    for header in threadHeaders { write("", header, to: &out) }
    if delivery.touch { for header in unsubscribeHeaders { write("", header, to: &out) } }
    write("MIME-Version: ", "1.0", to: &out)
  }

  private func write(_ name: String, _ value: String, to out: inout [UInt8]) {
    out.append(text: name)
    out.append(text: value)
    out.endLine()
  }

  private func write(_ name: String, _ mailboxes: [Mailbox], to out: inout [UInt8]) {
    out.append(text: name)
    for (index, mailbox) in mailboxes.enumerated() {
      if index > 0 { out.append(text: ",\r\n ") }
      HeaderWords.write(mailbox, used: index == 0 ? name.utf8.count : 1, to: &out)
    }
    out.endLine()
  }

  private var unsubscribeHeaders: [String] {
    guard !settings.unsubscribe.isEmpty else { return [] }
    let addresses = settings.unsubscribe.map { "<\($0.address(id: digest, token: delivery.token))>" }
    // RFC 8058 wants the one-click header beside an https address only.
    return ["List-Unsubscribe: " + addresses.joined(separator: ",\r\n ")]
      + (settings.unsubscribe.contains(where: \.isLink)
        ? ["List-Unsubscribe-Post: List-Unsubscribe=One-Click"] : [])
  }

  /// RFC 5322 section 3.6.4; only what is a Message-ID, however it came to us.
  private var threadHeaders: [String] {
    guard isSameThread else { return [] }
    let references = (delivery.thread?.references ?? []).filter(EmailMessage.isMessageID)
    guard let last = references.last else { return [] }
    let kept = references.count > 20 ? [references[0]] + references.suffix(19) : references
    return ["In-Reply-To: \(last)", "References: " + kept.joined(separator: "\r\n ")]
  }

  private static func isMessageID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count <= 250 && bytes.first == UInt8(ascii: "<") && bytes.last == UInt8(ascii: ">")
      && bytes.dropFirst().dropLast().allSatisfy {
        $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
      } && bytes.contains(UInt8(ascii: "@"))
  }

  // MARK: What it is made from

  /// The step's sender, that of flow.yaml, or one who is plainly none.
  private static func sender(_ delivery: Delivery, _ settings: EmailSettings) throws(ChannelError) -> Mailbox {
    if let person = delivery.value("from") { return try Mailbox(person) }
    if let from = settings.from { return from }
    guard let nobody = Mailbox(setting: "flow@localhost") else { throw ChannelError(.ours, "no sender") }
    return nobody
  }

  /// With the run's token behind a plus, where there is one: a dry run has none, and what a colleague
  /// answers to an escalation, or a bounce of it, is none of the contact's.
  private static func replies(
    _ delivery: Delivery, _ settings: EmailSettings
  ) throws(ChannelError) -> EmailAddress? {
    guard let plain = settings.replies, delivery.touch, let token = delivery.token, !token.isEmpty else {
      return settings.replies
    }
    let local = plain.text.dropLast(plain.domain.count + 1)
    if let address = EmailAddress("\(local)+\(token)@\(plain.domain)") { return address }
    throw ChannelError(.ours, "replies: \(plain.text) with the run's token is no address any more")
  }

  private static func copies(_ delivery: Delivery) throws(ChannelError) -> [Mailbox] {
    guard let value = delivery.value("cc") else { return [] }
    var copies: [Mailbox] = []
    for person in value.list ?? [value] { copies.append(try Mailbox(person)) }
    return copies
  }

  private static func attachments(
    _ delivery: Delivery, _ settings: EmailSettings
  ) throws(ChannelError) -> [(name: HeaderText, bytes: [UInt8])] {
    var attachments: [(name: HeaderText, bytes: [UInt8])] = []
    for path in delivery.files("attach") {
      guard let bytes = settings.readFile(path) else {
        throw ChannelError(.permanent, "attach: there is no file \(HeaderText(path))")
      }
      attachments.append((HeaderText(path.split(separator: "/").last.map(String.init) ?? path), bytes))
    }
    return attachments
  }

  /// Its own, or `Re:` and that of the thread, or what says at least which step it is.
  private static func subject(_ delivery: Delivery) -> HeaderText {
    if case .text(let text)? = delivery.field("subject") { return HeaderText(text.plain) }
    if let before = delivery.thread?.subject {
      return HeaderText(before.utf8.starts(with: "Re: ".utf8) ? before : "Re: " + before)
    }
    return HeaderText("\(delivery.workflow): \(delivery.step)")
  }

  /// Everything that makes this message another than that one: whose it is, and what it says.
  private static func digest(_ delivery: Delivery, _ texts: [String], _ files: [[UInt8]]) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.reduce(160) { $0 + $1.utf8.count + 8 })
    // Each part behind its length, so that no two lists of parts run together.
    func add(_ text: String) {
      bytes.append(decimal: text.utf8.count)
      bytes.append(UInt8(ascii: ":"))
      bytes.append(text: text)
    }
    add(delivery.token ?? "")
    add(delivery.workflow)
    add(delivery.step)
    add(String(delivery.occurrence))
    add(String(delivery.at.milliseconds))
    for text in texts { add(text) }
    for file in files {
      bytes.append(text: "\(file.count):")
      bytes.append(contentsOf: file)
    }
    return hexadecimal(sha256(bytes), digits: 32)
  }
}

// In an extension: from what is handed to it all at once, a message is made in its place.
extension EmailMessage {
  init(_ delivery: Delivery, _ settings: EmailSettings) throws(ChannelError) {
    let to = try Mailbox(delivery.to, address: delivery.address.isEmpty ? nil : delivery.address)
    let from = try EmailMessage.sender(delivery, settings)
    let cc = try EmailMessage.copies(delivery)
    let attachments = try EmailMessage.attachments(delivery, settings)
    let subject = EmailMessage.subject(delivery)
    let replies = try EmailMessage.replies(delivery, settings)
    let body = PlainText.clean(delivery.template("body") ?? RenderedText())
    let plain = EmailMessage.plain(body, settings)
    let digest = EmailMessage.digest(
      delivery, [from.shown, to.address.text, subject.text, plain], attachments.map(\.bytes))
    self.init(
      delivery: delivery, settings: settings, from: from, to: to, cc: cc, subject: subject, attachments: attachments,
      body: body, plain: plain, replies: replies, digest: digest,
      messageID: "<\(digest)@\((settings.from ?? from).address.domain)>")
  }
}

/// RFC 5322 section 3.3, in UTC.
enum EmailDate {
  static func write(_ instant: Instant, to out: inout [UInt8]) {
    let seconds = Int(instant.seconds)
    let sinceMidnight = (seconds % 86_400 + 86_400) % 86_400
    let date = CivilDate(dayNumber: (seconds - sinceMidnight) / 86_400)
    let (year, month, dayOfMonth) = date.components
    // Wed, 25 Mar 2026 15:40:00 +0000
    out.append(text: date.weekday.name)
    out.append(text: ", ")
    write(dayOfMonth, digits: dayOfMonth < 10 ? 1 : 2, to: &out)
    out.append(UInt8(ascii: " "))
    out.append(text: CivilDate.months[month - 1])
    out.append(UInt8(ascii: " "))
    write(year, digits: 4, to: &out)
    out.append(UInt8(ascii: " "))
    write(sinceMidnight / 3600, digits: 2, to: &out)
    out.append(UInt8(ascii: ":"))
    write(sinceMidnight / 60 % 60, digits: 2, to: &out)
    out.append(UInt8(ascii: ":"))
    write(sinceMidnight % 60, digits: 2, to: &out)
    out.append(text: " +0000")
  }

  private static func write(_ number: Int, digits: Int, to out: inout [UInt8]) {
    var unit: UInt = 1
    for _ in 1..<digits { unit *= 10 }
    while unit > 0 {
      out.append(UInt8(ascii: "0") + UInt8(number.magnitude / unit % 10))
      unit /= 10
    }
  }
}
