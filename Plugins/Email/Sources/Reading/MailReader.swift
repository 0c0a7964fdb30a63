import FlowCore
import FlowPlugin
import FlowTime

/// Reads a mail that came in: what kind of answer it is, what it answers, and a reply's new text.
///
/// A pure function of the mail's bytes: no network, no clock. No input can trap it; it takes time and memory
/// in proportion to the mail, whatever its structure.
///
/// What a mail is, is told by its headers and its structure (RFC 3834, 3464, 5965, 8098), never by words
/// alone; words say only which of two automatic answers it is, and when somebody is back.
public struct MailReader: Sendable {
  /// Where answers to our mail go, and by what we know our own.
  public struct Settings: Hashable, Sendable {
    /// Our own addresses: the sender, and where replies go (`answers@acme.test`). A reply token follows a
    /// plus in the local part of any of them: `answers+TOKEN@acme.test`.
    public var addresses: [String]
    /// What our Message-IDs end in, behind 32 hexadecimal digits and an `@`: `<…@acme.test>`. None: the
    /// domains of our addresses.
    public var messageIDDomains: [String]
    /// The address of our `List-Unsubscribe: <mailto:…>`, where it is one; mail to it is an unsubscribe. A
    /// token follows a plus in it, or stands in the subject: `unsubscribe TOKEN`.
    public var unsubscribe: String?
    /// The verb of the channel that an unsubscribe or a complaint concerns.
    public var verb: String

    public init(
      addresses: [String], messageIDDomains: [String] = [], unsubscribe: String? = nil, verb: String = "email"
    ) {
      self.addresses = addresses
      self.messageIDDomains = messageIDDomains
      self.unsubscribe = unsubscribe
      self.verb = verb
    }
  }

  /// What was made of a mail. Its raw bytes are kept in any case.
  public enum Reading: Hashable, Sendable {
    /// An event for whoever it belongs to.
    case message(Inbound.Message)
    /// No event, and nothing for anybody to do: our own copy, a receipt, a notice that a delivery takes
    /// longer.
    case nothing(because: String)
    /// It may matter and cannot be told for sure: people must see it (a bounce that names none of our mail).
    case setAside(because: String)
  }

  private let ours: OurMail
  private let verb: String

  public init(_ settings: Settings) {
    ours = OurMail(settings)
    verb = settings.verb
  }

  /// - Parameters:
  ///   - raw: the mail as it lies in the mailbox, lines ending in CRLF or LF. What stands behind its first
  ///     32 MiB is not looked at.
  ///   - id: what the source knows it by.
  ///   - receivedAt: when it arrived there (IMAP's INTERNALDATE). This is the event's time: the sender's `Date`
  ///     may say anything, and events are ordered by time.
  public func read(_ raw: [UInt8], id: String, receivedAt: Instant) -> Reading {
    guard let mail = MailPart(mail: raw) else { return .setAside(because: "it has no header") }
    var message = Inbound.Message(id: id, at: receivedAt, kind: .reply(text: ""), raw: raw)
    message.token = ours.token(in: mail.headers)
    message.threads = Answered.threads(mail.headers)
    message.address = Answered.sender(mail.headers)
    if let report = readReport(mail, message) { return report }
    let mark = Automatic.mark(mail.headers)
    if ours.isOurs(mail.headers) { return .nothing(because: "a copy of a mail of ours") }
    if isAnswerToInvitation(mail) { return .setAside(because: "an answer to an invitation") }
    if mark != .answer, let request = ours.unsubscribe(mail.headers) {
      message.token = message.token ?? request.token
      message.threads = request.threads + message.threads
      message.kind = .unsubscribe(channel: verb)
      return .message(message)
    }
    if isUnclearBounce(mail, mark) { return .setAside(because: "a bounce in no form that is known") }
    let text = NewText.of(MailText.lines(of: mail))
    let isAnswer = message.token != nil || message.threads.contains(where: ours.isOfOurDomain)
    let isPersonal = mark == nil || mark == .list && isAnswer
    message.kind =
      isPersonal
      ? .reply(text: text.isEmpty ? OnlyFiles.text(MailText.files(of: mail)) : text)
      : automatic(mail.headers, text, receivedAt)
    return .message(message)
  }

  private func automatic(_ headers: MailHeaders, _ text: String, _ receivedAt: Instant) -> Event.Kind {
    let received = CivilDate(dayNumber: Int(clamping: receivedAt.seconds.flooredDays))
    // A `Date` that is far from when the mail came is a wrong one.
    let written = MailDate.day(headers["date"]).flatMap { abs($0.days(since: received)) <= 30 ? $0 : nil }
    let absence = Absence(subject: headers.text("subject"), text: text, on: written ?? received)
    return absence.isNamed ? .outOfOffice(return: absence.returns) : .autoReply
  }

  // MARK: Reports

  /// What a mail server, a mailbox provider or a mail program reports of a mail of ours; nil where it is
  /// none.
  private func readReport(_ mail: MailPart, _ message: Inbound.Message) -> Reading? {
    if mail.first("message/disposition-notification") != nil { return .nothing(because: "a receipt") }
    let returned = mail.first(
      "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"
    )
    .map { MailHeaders.read($0.content.prefix(MailLimits.text)).headers }
    var message = message
    if let part = mail.first("message/delivery-status", "message/global-delivery-status") {
      let report = DeliveryReport(part) { address in returned.map { Answered.isCopied(address, $0) } ?? false
      }
      switch report.outcome {
      case .nothing(let because): return .nothing(because: because)
      case .unclear(let because): return .setAside(because: because)
      case .failed(let hard): message.kind = .bounce(hard: hard)
      }
      message.address = report.recipient
      return proven(message, returned, report.envelopeID)
        ?? .setAside(because: "a bounce that names no mail of ours")
    }
    guard let part = mail.first("message/feedback-report") else { return nil }
    switch FeedbackReport.kind(part) {
    case .nothing(let because): return .nothing(because: because)
    case .unclear(let because): return .setAside(because: because)
    case .complaint: message.kind = .complaint(channel: verb)
    case .unsubscribe: message.kind = .unsubscribe(channel: verb)
    }
    message.address = nil
    return proven(message, returned, nil) ?? .setAside(because: "a complaint that names no mail of ours")
  }

  /// Anybody can write a report. One counts that brings back what only who got our mail can know: its token
  /// or its Message-ID. Nil for any other.
  private func proven(
    _ message: Inbound.Message, _ returned: MailHeaders?, _ envelopeID: Bytes?
  ) -> Reading? {
    var message = message
    message.token = message.token ?? returned.flatMap(ours.returnedToken)
    let ids =
      (returned?.all("message-id") ?? []).flatMap(MessageIDs.read) + (envelopeID.map(MessageIDs.read) ?? [])
    message.threads = Answered.once(ids + message.threads).filter(OurMail.isMessageID)
    return message.token == nil && message.threads.isEmpty ? nil : .message(message)
  }

  /// A report that could not be read, or what a mail server writes.
  private func isUnclearBounce(_ mail: MailPart, _ mark: Automatic.Mark?) -> Bool {
    if mail.headers.has("x-failed-recipients") || mail.type.value == "multipart/report" { return true }
    switch Answered.sender(mail.headers)?.lowercased().prefix(while: { $0 != "@" }) {
    case "mailer-daemon", "mail-daemon", "mdaemon": return true
    // A postmaster may be a person, too.
    case "postmaster": return mark != nil
    default: return false
    }
  }

  /// iTIP (RFC 5546): what a calendar program sends when somebody accepts or declines.
  private func isAnswerToInvitation(_ mail: MailPart) -> Bool {
    guard let part = mail.first("text/calendar") else { return false }
    return ["reply", "counter", "refresh", "declinecounter"].contains(part.type["method"]?.lowercased())
  }
}

extension Int64 {
  /// Whole days of seconds, rounded down.
  fileprivate var flooredDays: Int64 { self >= 0 ? self / 86_400 : (self - 86_399) / 86_400 }
}
