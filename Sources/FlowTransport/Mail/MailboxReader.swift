import FlowPlugin
import FlowTime
import Synchronization

/// What lay in a mailbox and had not been read.
public struct MailboxBatch: Sendable {
  public struct Item: Sendable {
    /// `VALIDITY:UID`
    public var name: String
    /// When the server got it (INTERNALDATE).
    public var receivedAt: Instant
    /// The mail as it lies there, or its first part where it is very long.
    public var bytes: [UInt8]
    /// Why the server would not give it out; `bytes` are empty then.
    public var problem: String?
  }

  public var items: [Item]
  /// Names the last of them; what the next call begins behind.
  public var cursor: String
  /// There was more than one call takes.
  public var hasMore: Bool
}

/// Reads a mailbox by IMAP (RFC 3501) and changes nothing in it: no flag, no mail.
///
/// A mail is known by the mailbox's UIDVALIDITY and its own UID, which only grow; the cursor `VALIDITY:UID`
/// says up to where they were read. A mailbox with another UIDVALIDITY is another mailbox, and is read from
/// its beginning: whoever takes the mails must know a mail again that he had.
public final class MailboxReader: Sendable {
  /// At most so many mails in one batch, and so many bytes, but one mail at least.
  public static let batchMails = 100
  public static let batchBytes = 32 << 20
  /// More of one mail is not read.
  public static let mailBytes = 25 << 20

  private let worker = Worker()
  private let conversation: Mutex<MailboxConversation>
  private let closing = StopSignal()

  /// - Parameter mailbox: its name in IMAP's own spelling (`INBOX`, `Lists/Acme`; modified UTF-7 beyond
  ///   ASCII).
  /// - Throws: where no mailbox can be called so.
  public init(_ server: MailServer, mailbox: String) throws(ChannelError) {
    guard !mailbox.isEmpty, mailbox.utf8.count <= 500, mailbox.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
    else {
      throw ChannelError(
        .ours, "mailbox: \"\(HeaderText(mailbox))\" is no mailbox's name; write INBOX, or as IMAP spells it")
    }
    conversation = Mutex(MailboxConversation(server, mailbox: mailbox, stop: closing))
  }

  /// Mails behind the cursor, the oldest first; from the beginning where there is none. The same cursor
  /// gives the same mails again.
  public func read(since cursor: String?) async throws(ChannelError) -> MailboxBatch {
    let result = await worker.run { [self] in conversation.withLock { $0.read(since: cursor) } }
    return try result.get()
  }

  /// Ends what is under way, and the connection.
  public func close() async {
    closing.give()
    await worker.run { [self] in conversation.withLock { $0.end() } }
  }
}

/// The connection and what is said over it.
struct MailboxConversation {
  private let server: MailServer
  private let mailbox: String
  private let stop: StopSignal
  private var session: IMAPSession?

  init(_ server: MailServer, mailbox: String, stop: StopSignal) {
    self.server = server
    self.mailbox = mailbox
    self.stop = stop
  }

  mutating func end() {
    try? session?.leave()
    session = nil
  }

  mutating func read(since cursor: String?) -> Result<MailboxBatch, ChannelError> {
    if stop.isGiven { return .failure(ChannelError(.temporary, "the channel is closed")) }
    // A connection that has been idle may be gone: a new one is tried once.
    if session != nil, case .success(let batch) = attempt(cursor) { return .success(batch) }
    return attempt(cursor)
  }

  private mutating func attempt(_ cursor: String?) -> Result<MailboxBatch, ChannelError> {
    do throws(IMAPFault) {
      let session = try connected()
      return .success(try MailboxConversation.batch(session, mailbox, Cursor(cursor)))
    } catch {
      session = nil
      switch error {
      case .channel(let error): return .failure(error)
      case .line(let fault): return .failure(ChannelError(.temporary, "\(server.shown): \(fault.text)"))
      case .refused(let command, let said):
        let hint = command == "EXAMINE" ? "; is there a mailbox \"\(mailbox)\" (mailbox:)?" : ""
        return .failure(ChannelError(.ours, "\(server.shown) answered \(command): \(said)\(hint)"))
      }
    }
  }

  private mutating func connected() throws(IMAPFault) -> IMAPSession {
    if let session { return session }
    do throws(ChannelError) {
      let new = IMAPSession(try MailLine.open(server, stop: stop), server.patience)
      session = new
      return new
    } catch {
      throw .channel(error)
    }
  }

  private struct Cursor {
    var validity: UInt32 = 0
    var uid: UInt32 = 0

    /// What is none begins at the beginning.
    init(_ text: String?) {
      let parts = (text ?? "").split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let validity = UInt32(parts[0]), let uid = UInt32(parts[1]) else { return }
      self.validity = validity
      self.uid = uid
    }
  }

  private static func batch(
    _ session: IMAPSession, _ mailbox: String, _ cursor: Cursor
  ) throws(IMAPFault) -> MailboxBatch {
    let state = try session.examine(mailbox)
    var last = state.validity == cursor.validity ? cursor.uid : 0
    var batch = MailboxBatch(items: [], cursor: "", hasMore: false)
    var bytes = 0
    if state.next.map({ $0 > last &+ 1 }) ?? true, last < .max {
      for uid in try session.search(from: last + 1) {
        if batch.items.count == MailboxReader.batchMails || bytes >= MailboxReader.batchBytes {
          batch.hasMore = true
          break
        }
        if let item = try session.fetch(uid, named: "\(state.validity):\(uid)") {
          batch.items.append(item)
          bytes += item.bytes.count
        }
        last = uid
      }
    }
    batch.cursor = "\(state.validity):\(last)"
    return batch
  }
}
