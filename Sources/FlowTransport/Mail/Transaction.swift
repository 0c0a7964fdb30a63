import FlowPlugin

/// One message's way through an SMTP session (RFC 5321 section 3.3).
struct Transaction {
  enum Stage {
    case announcing, transferring
    /// The server may have the whole message.
    case marked
    /// The session is where it was before, and the next message may follow.
    case over
  }

  private(set) var stage = Stage.announcing
  /// The server has said that it goes (421), and what exactly.
  private(set) var isLeft = false
  private(set) var said = ""
  private let line: MailLine
  private let server: MailServer
  private let mail: Mail
  private var refusedCopies: [String] = []

  init(_ line: MailLine, _ server: MailServer, _ mail: Mail) {
    self.line = line
    self.server = server
    self.mail = mail
  }

  /// Sender, recipients, and leave to send the message; a receipt where there is none.
  mutating func announce() throws(LineFault) -> Receipt? {
    let offered = line.dialogue.extensions
    var from = "MAIL FROM:<\(mail.sender?.text ?? "")>"
    if offered["SIZE"] != nil { from += " SIZE=\(mail.message.count)" }
    if !mail.message.allSatisfy({ $0 < 0x80 }) {
      guard offered["8BITMIME"] != nil else {
        stage = .over
        return .ours(because: "\(server.shown) takes ASCII only, and the message is not (8BITMIME)")
      }
      from += " BODY=8BITMIME"
    }
    if let refusal = try ask(from, .mail, wanted: 200...299) { return refusal }
    if let refusal = try ask("RCPT TO:<\(mail.recipient.text)>", .recipient, wanted: 200...299) {
      return refusal
    }
    for copy in mail.copies {
      try say("RCPT TO:<\(copy.text)>")
      let reply = try answer(server.patience.answer)
      if reply.code == 421 { return refusal(reply, .recipient) }
      if reply.code / 100 != 2 { refusedCopies.append("\(copy.text): \(reply.shown)") }
    }
    return try ask("DATA", .data, wanted: 354...354)
  }

  /// The message; the marker; the dot that ends it, and its answer.
  ///
  /// - Parameter ending: until the marker the line ends as it was set to; from then on by this.
  mutating func transfer(_ marker: @escaping Marker, ending: StopSignal) throws(LineFault) -> Receipt {
    stage = .transferring
    line.allow(server.patience.answer)
    do throws(LineFault) {
      try line.write(Transaction.stuffed(mail.message))
    } catch {
      // It may have said why before it went.
      if case .some(.some(let reply)) = try? early() { return refusal(reply, .message) }
      throw error
    }
    if let reply = try early() { return refusal(reply, .message) }
    guard Worker.wait(for: marker) else { return .withheld }
    // The marker takes its time.
    if let reply = try early() { return refusal(reply, .message) }
    stage = .marked
    line.stop = ending.descriptor
    try line.write(Array(".\r\n".utf8))
    let reply = try answer(server.patience.message)
    let receipt = reply.receipt(to: .message, from: server.shown)
    // 421: it answers, and goes.
    if (200...599).contains(reply.code), reply.code != 421 { stage = .over }
    guard case .accepted(let id) = receipt, !refusedCopies.isEmpty else { return receipt }
    return .accepted(id: "\(id); no copy to \(refusedCopies.joined(separator: ", "))")
  }

  /// What the server says before it has all: it takes nothing. A line that has gone throws.
  private func early() throws(LineFault) -> SMTPReply? {
    guard line.hasNews() else { return nil }
    line.allow(1000)
    return try read()
  }

  /// Nil where the answer is as wanted; else what it means, and the session is as it was before the message.
  private mutating func ask(
    _ text: String, _ command: SMTPCommand, wanted: ClosedRange<Int>
  ) throws(LineFault) -> Receipt? {
    try say(text)
    let reply = try answer(server.patience.answer)
    if wanted.contains(reply.code) { return nil }
    return refusal(reply, command)
  }

  private mutating func refusal(_ reply: SMTPReply, _ command: SMTPCommand) -> Receipt {
    var receipt = reply.receipt(to: command, from: server.shown)
    // It has not got the dot: whatever it says, it has no message.
    switch receipt {
    case .accepted, .unknown:
      receipt = .temporary(
        after: nil, because: "\(server.shown) answered before it had the message: \(reply.shown)")
    default: break
    }
    isLeft = reply.code == 421
    said = "\(server.shown) answered \(command.rawValue): \(reply.shown)"
    // It goes (421), or nobody knows what it waits for now (an answer to DATA that is no refusal).
    guard stage == .announcing, !isLeft, command != .data || reply.code >= 400 else {
      return receipt
    }
    line.allow(5000)
    if (try? line.say("RSET")) != nil, (try? read())?.code == 250 { stage = .over }
    return receipt
  }

  private func say(_ text: String) throws(LineFault) {
    line.allow(server.patience.answer)
    try line.say(text)
  }

  private func answer(_ patience: Int) throws(LineFault) -> SMTPReply {
    line.allow(patience)
    return try read()
  }

  private func read() throws(LineFault) -> SMTPReply {
    var lines: [[UInt8]] = []
    while lines.count < 200 {
      let next = try line.readLine(limit: 4096)
      guard SMTPReply.code(next) != nil else {
        throw .nonsense(HeaderText(String(decoding: next.prefix(80), as: UTF8.self)).text)
      }
      lines.append(next)
      if let reply = SMTPReply(lines: lines) { return reply }
    }
    throw .nonsense("an answer of more than 200 lines")
  }

  /// RFC 5321 section 4.5.2: a dot at the head of a line is doubled.
  static func stuffed(_ message: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(message.count + 64)
    var isHead = true
    for byte in message {
      if isHead, byte == UInt8(ascii: ".") { bytes.append(byte) }
      bytes.append(byte)
      isHead = byte == 0x0A
    }
    return bytes
  }
}
