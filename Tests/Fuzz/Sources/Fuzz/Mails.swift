import EmailChannel
import FlowCore
import FlowPlugin
import FlowTime
import FuzzKit

/// Mails as they come from anybody.
enum Mails {
  private static let ours = "answers@acme.test"
  private static let reader = MailReader(
    MailReader.Settings(
      addresses: ["sales@acme.test", ours], messageIDDomains: ["acme.test"], unsubscribe: "leave@acme.test"))

  static func read(_ bytes: [UInt8]) {
    let reading = reader.read(bytes, id: "m", receivedAt: Samples.start)
    if reader.read(bytes, id: "m", receivedAt: Samples.start) != reading {
      Said.broken("a mail read twice is not the same")
    }
    switch reading {
    case .nothing(let because), .setAside(let because):
      if because.isEmpty { Said.broken("a mail is left aside, and nothing says why") }
    case .message(let message): hold(message, bytes)
    }
  }

  private static func hold(_ message: Inbound.Message, _ bytes: [UInt8]) {
    if message.raw != bytes { Said.broken("what is kept is not what came") }
    for text in message.threads + [message.token, message.address].compactMap(\.self)
    where text.isEmpty || text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      Said.broken("a control character in \(text.debugDescription)")
    }
    switch message.kind {
    case .reply(let text):
      if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A }) {
        Said.broken("a control character in \(text.debugDescription)")
      }
    case .bounce, .complaint:
      if message.token == nil, message.threads.isEmpty { Said.broken("a report that proves nothing counts") }
    case .outOfOffice, .autoReply, .unsubscribe: break
    default: Said.broken("a mail is no \(message.kind)")
    }
  }
}
