import FlowCore
import FlowPlugin
import FlowTime

/// Reads a mail that came in: what kind of answer it is, what it answers, and a reply's new text.
///
/// A pure function of the mail's bytes: no network, no clock. No input can trap it; it takes time and memory in
/// proportion to the mail, whatever its structure.
///
/// What a mail is, is told by its headers and its structure (RFC 3834, 3464, 5965, 8098), never by words alone;
/// words say only which of two automatic answers it is, and when somebody is back.
public struct MailReader: Sendable {
  /// Where answers to our mail go, and by what we know our own.
  public struct Settings: Hashable, Sendable {
    /// Our own addresses: the sender, and where replies go (`answers@acme.test`). A reply token follows a plus
    /// in the local part of any of them: `answers+TOKEN@acme.test`.
    public var addresses: [String]
    /// What our Message-IDs end in, behind 32 hexadecimal digits and an `@`: `<…@acme.test>`.
    public var messageIDDomains: [String]
    /// The address of our `List-Unsubscribe: <mailto:…>`, where it is one; mail to it is an unsubscribe. A token
    /// follows a plus in it, or stands in the subject: `unsubscribe TOKEN`.
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
    /// No event, and nothing for anybody to do: our own copy, a receipt, a notice that a delivery takes longer.
    case nothing(because: String)
    /// It may matter and cannot be told for sure: people must see it (a bounce that names none of our mail).
    case setAside(because: String)
  }

  let settings: Settings

  public init(_ settings: Settings) {
    self.settings = settings
  }

  /// - Parameters:
  ///   - raw: the mail as it lies in the mailbox, lines ending in CRLF or LF.
  ///   - id: what the source knows it by.
  ///   - receivedAt: when it arrived there (IMAP's INTERNALDATE); this, not the sender's `Date`, is the event's time.
  public func read(_ raw: [UInt8], id: String, receivedAt: Instant) -> Reading {
    .setAside(because: "nothing is read yet")
  }
}
