import FlowPlugin
import Glibc
import Synchronization

/// A message with its envelope (RFC 5321).
public struct Mail: Sendable, Hashable {
  /// Where bounces go; nil: nowhere.
  public var sender: EmailAddress?
  /// Whose acceptance counts.
  public var recipient: EmailAddress
  /// Who gets the same message besides; a refusal of one of them is told with the receipt.
  public var copies: [EmailAddress]
  /// The message (RFC 5322), lines ending in CR LF.
  public var message: [UInt8]

  public init(sender: EmailAddress?, recipient: EmailAddress, copies: [EmailAddress] = [], message: [UInt8]) {
    self.sender = sender
    self.recipient = recipient
    self.copies = copies
    self.message = message
  }
}

/// Hands mail over to one server under one account: one after the other, over one connection that stays open.
///
/// What is certain: where the line is cut before the marker has said yes, the server has no whole message
/// and the receipt is `temporary`; from then on until its whole answer is there, it is `unknown`; an answer
/// counts for the line that it answers, and for no other. TLS is required and certificates are verified,
/// but for ``MailServer/Security/none``.
public final class MailSender: Sendable {
  private let server: MailServer
  private let worker = Worker()
  /// Used by the worker alone.
  private let conversation: Mutex<Conversation>
  private let closing = StopSignal()
  private let ending = StopSignal()

  public init(_ server: MailServer) {
    self.server = server
    conversation = Mutex(Conversation(server, closing: closing, ending: ending))
  }

  /// `marker` is called when the server has everything but the dot that ends the message.
  public func send(_ mail: Mail, marker: @escaping Marker = { true }) async -> Receipt {
    if let problem = MailSender.problem(mail) { return .permanent(because: problem) }
    return await worker.run { [self] in conversation.withLock { $0.send(mail, marker) } }
  }

  /// Ends what is under way: what is not marked, at once; what is, after its answer or 20 seconds.
  /// Everything later is `temporary`.
  public func close() async {
    closing.give()
    let last = Task { [ending] in
      try? await Task.sleep(nanoseconds: 20_000_000_000)
      ending.give()
    }
    await worker.run { [self] in conversation.withLock { $0.end() } }
    last.cancel()
  }

  /// What no server may be sent: a bare CR or LF means the end of the message to some servers.
  private static func problem(_ mail: Mail) -> String? {
    var before: UInt8 = 0
    for byte in mail.message {
      if byte == 0 { return "the message holds a NUL" }
      if (byte == 0x0A) != (before == 0x0D) { return "the message holds a line end that is not CR LF" }
      before = byte
    }
    return before == 0x0A ? nil : "the message does not end with a line end"
  }
}

/// The connection and what is said over it.
struct Conversation {
  private let server: MailServer
  private let closing: StopSignal
  private let ending: StopSignal
  private var line: MailLine?

  init(_ server: MailServer, closing: StopSignal, ending: StopSignal) {
    self.server = server
    self.closing = closing
    self.ending = ending
  }

  mutating func end() {
    guard let line else { return }
    line.allow(1000)
    try? line.say("QUIT")
    self.line = nil
  }

  mutating func send(_ mail: Mail, _ marker: @escaping Marker) -> Receipt {
    // A connection that has been idle may be gone, which shows only when it is used: a new one is tried once.
    let isOld = line != nil
    var result = attempt(mail, marker)
    if isOld, case .lost = result { result = attempt(mail, marker) }
    switch result {
    case .answered(let receipt): return receipt
    case .lost(let because): return .temporary(after: nil, because: because)
    }
  }

  private enum Attempt {
    case answered(Receipt)
    /// The line was gone before anything of the message had been said.
    case lost(because: String)
  }

  private mutating func attempt(_ mail: Mail, _ marker: @escaping Marker) -> Attempt {
    let line: MailLine
    do throws(ChannelError) { line = try connected() } catch {
      return .answered(
        error.kind == .ours ? .ours(because: error.text) : .temporary(after: nil, because: error.text))
    }
    var transaction = Transaction(line, server, mail)
    defer { settle(transaction) }
    do throws(LineFault) {
      line.stop = closing.descriptor
      if let refusal = try transaction.announce() {
        // A server may take so many mails over one connection and no more.
        return transaction.isLeft ? .lost(because: transaction.said) : .answered(refusal)
      }
      return .answered(try transaction.transfer(marker, ending: ending))
    } catch {
      let text = "\(server.shown): \(error.text)"
      switch transaction.stage {
      case .announcing: return .lost(because: text)
      case .transferring: return .answered(.temporary(after: nil, because: text))
      case .marked:
        return .answered(.unknown(because: "\(text), after the whole message had been handed over"))
      case .over: return .answered(.temporary(after: nil, because: text))
      }
    }
  }

  private mutating func connected() throws(ChannelError) -> MailLine {
    if closing.isGiven { throw ChannelError(.temporary, "the channel is closed") }
    // What it says unasked is that it goes: 421, or nothing more.
    if let line, !line.hasNews() { return line }
    line = nil
    let new = try MailLine.open(server, stop: closing)
    if server.user != nil, !new.dialogue.isSignedIn {
      throw ChannelError(
        .ours,
        "\(server.shown) takes no sign-in (AUTH) over this line, and user: is given; is it the right port?")
    }
    line = new
    return new
  }

  /// A connection on which a transaction is not over in good order is not used again.
  private mutating func settle(_ transaction: borrowing Transaction) {
    if transaction.stage != .over || closing.isGiven { line = nil }
  }
}
