import FlowCore
import FlowPlugin
import FlowTransport

/// What flow.yaml says under `channels: email:`.
final class EmailSettings: Sendable {
  let from: Mailbox?
  let replyTo: Mailbox?
  /// Where answers and bounces come to, with the run's token behind a plus (RFC 5233).
  let replies: EmailAddress?
  /// Text that ends every mail; Markdown.
  let signature: String
  let signatureHTML: String
  let shapes = MarkdownShapes()
  let unsubscribe: [Unsubscribe]
  let readFile: @Sendable (String) -> [UInt8]?

  /// Nil where mail goes into the folder.
  let sendsTo: MailServer?
  let mailbox: EmailInbox.Settings?

  private static let known: Set = [
    "from", "reply-to", "replies", "signature", "unsubscribe", "outbox", "send", "smtp", "user", "password",
    "tls", "ca", "rate", "imap", "imap-user", "imap-password", "mailbox", "poll",
  ]

  init(_ settings: ChannelSettings) throws(ChannelError) {
    try settings.allowOnly(EmailSettings.known)
    readFile = settings.readFile
    from = try EmailSettings.mailbox(settings, "from")
    replyTo = try EmailSettings.mailbox(settings, "reply-to")
    replies = try EmailSettings.replies(settings)
    signature = try EmailSettings.signature(settings)
    signatureHTML = Markdown.html(RenderedText(signature))
    unsubscribe = try Unsubscribe.read(settings["unsubscribe"])
    let smtp = try EmailSettings.server(settings, .smtp)
    sendsTo = try settings.sends ? smtp : nil
    mailbox = try EmailSettings.server(settings, .imap).map { imap throws(ChannelError) in
      EmailInbox.Settings(
        server: imap, mailbox: settings["mailbox"] ?? "INBOX",
        seconds: try settings.seconds("poll", otherwise: 60))
    }
    try EmailSettings.check(settings, hasServer: smtp != nil, hasSender: from != nil)
  }

  private static func check(_ settings: ChannelSettings, hasServer: Bool, hasSender: Bool)
    throws(ChannelError)
  {
    guard try settings.sends else { return }
    guard hasServer else {
      throw ChannelError(.ours, "send: true needs a server; write smtp: smtp://mail.acme.test:587")
    }
    guard hasSender else {
      throw ChannelError(.ours, "send: true needs a sender; write from: Acme Sales <sales@acme.test>")
    }
  }

  /// How mail that comes in is told.
  var reading: MailReader.Settings {
    let ours = [from?.address, replyTo?.address, replies].compactMap { $0?.text }
    return MailReader.Settings(addresses: ours, unsubscribe: unsubscribe.lazy.compactMap(\.mailbox).first)
  }

  /// What is given and empty has a variable that is not set, or a file that is not there. A dry run needs
  /// neither.
  static func signInProblem(_ server: MailServer) -> String? {
    let name = server.service.rawValue
    guard let user = server.user else { return nil }
    let missing = user.isEmpty ? "user" : server.password == nil ? "password" : nil
    return missing.map { "\(name): the \($0) is empty; is its variable set, or its file there?" }
  }

  // MARK: Settings one by one

  private static func mailbox(_ settings: ChannelSettings, _ name: String) throws(ChannelError) -> Mailbox? {
    guard let text = settings[name] else { return nil }
    if let mailbox = Mailbox(setting: text) { return mailbox }
    throw ChannelError(
      .ours, "\(name): \"\(HeaderText(text))\" is no sender; write Acme Sales <sales@acme.test>")
  }

  private static func replies(_ settings: ChannelSettings) throws(ChannelError) -> EmailAddress? {
    guard let text = settings["replies"] else { return nil }
    if settings["reply-to"] != nil {
      throw ChannelError(.ours, "replies: and reply-to: are two places for one thing; leave one out")
    }
    // A token of 40 characters, and the plus, have room in the local part (RFC 5321 section 4.5.3.1.1).
    guard let address = EmailAddress(text), text.utf8.prefix(while: { $0 != UInt8(ascii: "@") }).count <= 23,
      !text.utf8.contains(UInt8(ascii: "+"))
    else {
      throw ChannelError(
        .ours,
        "replies: \"\(HeaderText(text))\" is no plain address; write answers@acme.test: what stands before"
          + " the @ is at most 23 characters, and a plus and the run's token follow it")
    }
    return address
  }

  /// A path of one line that ends in `.md` or `.txt`, or the text itself.
  private static func signature(_ settings: ChannelSettings) throws(ChannelError) -> String {
    guard let setting = settings["signature"] else { return "" }
    let isPath =
      (setting.hasSuffix(".md") || setting.hasSuffix(".txt")) && !setting.utf8.contains { $0 <= 0x20 }
    guard isPath else { return PlainText.tidy(setting) }
    guard let bytes = settings.readFile(setting) else {
      throw ChannelError(.ours, "signature: there is no file \(setting)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ChannelError(.ours, "signature: \(setting) is not UTF-8")
    }
    return PlainText.tidy(text)
  }

  private static func server(
    _ settings: ChannelSettings, _ service: MailServer.Service
  ) throws(ChannelError) -> MailServer? {
    guard let address = settings[service.rawValue] else { return nil }
    var server = try MailServer(service, address: address, tls: settings["tls"])
    // Who gives a name of his own there gives a password of his own: that of the one server is none of the
    // other's.
    let own = service == .imap && (settings["imap-user"] ?? settings["imap-password"]) != nil ? "imap-" : ""
    server.user = settings[own + "user"] ?? settings["user"]
    server.password = filled(settings[own + "password"])
    if service == .imap {
      // A mailbox that does not answer holds up sending.
      server.patience.answer = 60_000
      server.patience.message = 300_000
    }
    server.authority = settings["ca"].map { path in
      path.utf8.first == UInt8(ascii: "/") ? path : settings.folder + "/" + path
    }
    return server
  }

  /// A variable that is not set is an empty text.
  private static func filled(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

/// An address of List-Unsubscribe (RFC 2369, RFC 8058): `https:` or `mailto:`, of printable ASCII; `{id}`
/// in it is the message's own id, `{token}` the run's.
struct Unsubscribe: Sendable, Hashable {
  let text: String
  var isLink: Bool { text.hasPrefix("https://") }

  /// Of a `mailto:`, where its mail goes.
  var mailbox: String? {
    isLink ? nil : String(text.dropFirst("mailto:".count).prefix { $0 != "?" })
  }

  /// One address, or several with blanks or commas between them.
  static func read(_ setting: String?) throws(ChannelError) -> [Unsubscribe] {
    var found: [Unsubscribe] = []
    let texts = (setting ?? "").utf8.split { $0 == 0x20 || $0 == UInt8(ascii: ",") }.map {
      String(Substring($0))
    }
    for text in texts {
      let address = Unsubscribe(text: text)
      let isPlain = text.utf8.allSatisfy {
        $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
      }
      let isMailbox = text.hasPrefix("mailto:") && address.mailbox.map { EmailAddress($0) != nil } == true
      guard isPlain, text.utf8.count <= 800, address.isLink || isMailbox else {
        throw ChannelError(
          .ours, "unsubscribe: \"\(HeaderText(text))\" is neither an https: nor a mailto: address")
      }
      found.append(address)
    }
    return found
  }

  /// A `mailto:` without a subject of its own gets one by which the run is known again.
  func address(id: String, token: String?) -> String {
    let text =
      isLink || text.utf8.contains(UInt8(ascii: "?"))
      ? text : text + "?subject=unsubscribe%20" + (token == nil ? "{id}" : "{token}")
    return text.replacing("{id}", with: id).replacing("{token}", with: token ?? id)
  }
}
