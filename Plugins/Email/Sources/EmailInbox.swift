import FlowCore
import FlowPlugin
import FlowTransport

/// The mailbox that answers come to.
struct EmailInbox: Sendable {
  struct Settings: Sendable {
    var server: MailServer
    var mailbox: String
    /// Between two looks into it.
    var seconds: Int
  }

  private let settings: Settings
  private let mailbox: MailboxReader
  private let reader: MailReader

  init(_ settings: Settings, _ reading: MailReader.Settings) throws(ChannelError) {
    self.settings = settings
    mailbox = try MailboxReader(settings.server, mailbox: settings.mailbox)
    reader = MailReader(reading)
  }

  func close() async { await mailbox.close() }

  /// What lies behind the cursor. A mail that cannot be read, or had, is handed on all the same.
  func read(since cursor: String?) async throws(ChannelError) -> Inbound {
    if let problem = EmailSettings.signInProblem(settings.server) { throw ChannelError(.ours, problem) }
    let batch = try await mailbox.read(since: cursor)
    var inbound = Inbound(messages: [], cursor: batch.cursor, hasMore: batch.hasMore)
    for mail in batch.items {
      let id = mail.bytes.isEmpty ? "imap:\(mail.name)" : EmailInbox.identity(mail.bytes)
      func raw(_ because: String) -> Inbound.Unread {
        Inbound.Unread(id: id, at: mail.receivedAt, because: because, raw: mail.bytes)
      }
      if let problem = mail.problem {
        inbound.unread.append(raw(problem))
        continue
      }
      switch reader.read(mail.bytes, id: id, receivedAt: mail.receivedAt) {
      case .message(let message): inbound.messages.append(message)
      case .setAside(let because): inbound.unread.append(raw(because))
      case .nothing(let because): inbound.kept.append(raw(because))
      }
    }
    return inbound
  }

  /// The same for the same mail, also where it came twice, by other ways, or lies in another mailbox now: a
  /// digest of who wrote it, when, its Message-ID and what stands in it. What servers wrote on it on its
  /// way is left out.
  static func identity(_ mail: [UInt8]) -> String {
    var told: [UInt8] = []
    told.reserveCapacity(mail.count)
    var rest = mail[...]
    var isKept = false
    while let end = rest.firstIndex(of: 0x0A) {
      let line = rest[..<end].last == 0x0D ? rest[..<end].dropLast() : rest[..<end]
      rest = rest[(end + 1)...]
      if line.isEmpty { break }
      if line.first != 0x20, line.first != 0x09 {
        let name = line.prefix { $0 != UInt8(ascii: ":") }.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        isKept = EmailInbox.kept.contains(name)
      }
      if isKept { told += line + [0x0A] }
    }
    told.append(0x0A)
    told += rest.lazy.filter { $0 != 0x0D }
    return hexadecimal(sha256(told), digits: 32)
  }

  private static let kept = Set(["from", "date", "message-id", "subject"].map { Array($0.utf8) })
}
