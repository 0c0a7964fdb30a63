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
  /// There was more than one call takes. False while a mail is refused: it is not asked for again at once.
  public var hasMore: Bool
}

/// Reads a mailbox by IMAP (RFC 3501) and changes nothing in it: no flag, no mail.
///
/// A mail is known by the mailbox's UIDVALIDITY and its own UID, which only grow; the cursor `VALIDITY:UID`
/// says up to where they were read. A mailbox with another UIDVALIDITY, or one whose next UID is not beyond what was
/// read, is another mailbox, and is read from its beginning: whoever takes the mails must know a mail again that he
/// had.
///
/// A mail that the server does not give out is asked for again with the next calls, and handed on as a problem when
/// that was in vain ``tries`` times; those behind it are read meanwhile. The cursor tells: `7:12/10x2,11x1` has been
/// read up to 12, but for 10, refused twice, and 11, refused once.
public final class MailboxReader: Sendable {
  /// At most so many mails in one batch, and so many bytes, but one mail at least.
  public static let batchMails = 100
  public static let batchBytes = 32 << 20
  /// More of one mail is not read.
  public static let mailBytes = 25 << 20
  /// So many times a mail is asked for that the server does not give out.
  public static let tries = 5

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
      return .success(try MailboxConversation.batch(session, mailbox, MailboxCursor(cursor)))
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

  private static func batch(
    _ session: IMAPSession, _ mailbox: String, _ cursor: MailboxCursor
  ) throws(IMAPFault) -> MailboxBatch {
    let state = try session.examine(mailbox)
    let next = state.next ?? .max
    var reading = MailboxReading(cursor.isOf(state.validity, next: next) ? cursor : MailboxCursor(state.validity))
    for uid in reading.cursor.refused.keys.sorted() { reading.take(try session.fetch(uid), uid) }
    if next > reading.cursor.uid &+ 1 {
      // What came since EXAMINE, or is called as no mail can be, is not read yet.
      for uid in try session.search(from: reading.cursor.uid + 1) where uid < next {
        guard reading.hasRoom else { break }
        reading.take(try session.fetch(uid), uid)
      }
    }
    return reading.batch
  }
}

/// Up to where a mailbox was read.
struct MailboxCursor {
  let validity: UInt32
  /// Never the largest there is.
  var uid: UInt32 = 0
  /// Those up to there that the server did not give out, and how many times.
  var refused: [UInt32: Int] = [:]

  init(_ validity: UInt32) { self.validity = validity }

  /// What is none begins at the beginning.
  init(_ text: String?) {
    self.init(0)
    let parts = (text ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let place = (parts.first ?? "").split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
    guard place.count == 2, let validity = place[0], let uid = place[1], uid < .max else { return }
    var refused: [UInt32: Int] = [:]
    for one in parts.dropFirst().joined().split(separator: ",") {
      let numbers = one.split(separator: "x", omittingEmptySubsequences: false).map { UInt32($0) }
      guard numbers.count == 2, let uid = numbers[0], let times = numbers[1] else { return }
      refused[uid] = Int(times)
    }
    self.init(validity)
    self.uid = uid
    self.refused = refused
  }

  /// UIDs only grow: what was read before lies before the next one.
  func isOf(_ validity: UInt32, next: UInt32) -> Bool { self.validity == validity && uid < next }

  var text: String {
    let refused = refused.sorted { $0.key < $1.key }.map { "\($0.key)x\($0.value)" }.joined(separator: ",")
    return "\(validity):\(uid)" + (refused.isEmpty ? "" : "/" + refused)
  }
}

/// One batch in the making.
private struct MailboxReading {
  private(set) var cursor: MailboxCursor
  private var items: [MailboxBatch.Item] = []
  private var bytes = 0
  private var hasMore = false

  /// So many refused mails at once, and the mailbox is read no further.
  private static let refusals = 20

  init(_ cursor: MailboxCursor) { self.cursor = cursor }

  /// Whether one more is taken; where not, there is more.
  var hasRoom: Bool {
    mutating get {
      hasMore =
        items.count >= MailboxReader.batchMails || bytes >= MailboxReader.batchBytes
        || cursor.refused.count >= MailboxReading.refusals
      return !hasMore
    }
  }

  mutating func take(_ fetched: IMAPSession.Fetched, _ uid: UInt32) {
    let refusals = cursor.refused.removeValue(forKey: uid) ?? 0
    var item = MailboxBatch.Item(name: "\(cursor.validity):\(uid)", receivedAt: Instant(seconds: 0), bytes: [])
    switch fetched {
    // Nobody finds it again; and where it was no mail, nothing behind it was read.
    case .nothing: return
    case .mail(let mail, let at):
      item.bytes = mail
      item.receivedAt = at ?? item.receivedAt
      item.problem = at == nil ? "the server does not say when \(uid) came" : nil
      items.append(item)
      bytes += mail.count
    case .refused(let because) where refusals + 1 >= MailboxReader.tries:
      item.problem = because
      items.append(item)
    case .refused: cursor.refused[uid] = refusals + 1
    }
    cursor.uid = max(cursor.uid, uid)
  }

  var batch: MailboxBatch {
    MailboxBatch(items: items, cursor: cursor.text, hasMore: hasMore && cursor.refused.isEmpty)
  }
}
