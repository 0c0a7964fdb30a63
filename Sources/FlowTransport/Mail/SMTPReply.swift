import FlowPlugin

/// An answer of an SMTP server (RFC 5321 section 4.2): all its lines.
struct SMTPReply: Hashable {
  /// Three digits, of the last line.
  let code: Int
  /// Class, subject and detail (RFC 3463), where the text begins with them (RFC 2034).
  let enhanced: [Int]?
  /// The last line's text without the enhanced code, fit for a line of text.
  let text: String
  /// Fit for a line of text: `550 5.1.1 <bob@acme.test>: user unknown`.
  let shown: String

  /// Nil where the last line is not there: `250-more` is not the end of an answer.
  init?(lines: [[UInt8]]) {
    let replies = lines.filter { SMTPReply.code($0) != nil }
    guard let last = replies.last, let code = SMTPReply.code(last), !SMTPReply.isContinued(last) else {
      return nil
    }
    self.code = code
    let words = replies.map { SMTPReply.readable($0.dropFirst(4)) }
    (enhanced, text) = SMTPReply.enhanced(words.last ?? "")
    // The same enhanced code stands at the head of each line.
    let rest = words.map { SMTPReply.enhanced($0).text }.filter { !$0.isEmpty }.joined(separator: " ")
    let head = [String(code)] + (enhanced.map { [$0.map(String.init).joined(separator: ".")] } ?? [])
    shown = (head + (rest.isEmpty ? [] : [rest])).joined(separator: " ")
  }

  /// Without the server's words, which may repeat what it was told.
  var shownCode: String {
    ([String(code)] + (enhanced.map { [$0.map(String.init).joined(separator: ".")] } ?? [])).joined(
      separator: " ")
  }

  /// The code of a line, nil for one that is no line of an answer.
  static func code(_ line: [UInt8]) -> Int? {
    guard line.count >= 3, line.prefix(3).allSatisfy({ (0x30...0x39).contains($0) }),
      line.count == 3 || line[3] == 0x20 || line[3] == UInt8(ascii: "-")
    else { return nil }
    return line.prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  static func isContinued(_ line: [UInt8]) -> Bool { line.count > 3 && line[3] == UInt8(ascii: "-") }

  private static func readable(_ bytes: ArraySlice<UInt8>) -> String {
    HeaderText(String(decoding: bytes.prefix(300), as: UTF8.self)).text
  }

  /// `5.1.1 text`
  private static func enhanced(_ text: String) -> ([Int]?, text: String) {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = (words.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, ["2", "4", "5"].contains(parts[0]),
      parts.allSatisfy({
        (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
      })
    else { return (nil, text) }
    return (parts.compactMap { Int($0) }, words.count > 1 ? String(words[1]) : "")
  }
}

/// What an answer means for the message (RFC 5321 section 4.2.1, RFC 3463).
enum SMTPCommand: String {
  case mail = "MAIL FROM"
  case recipient = "RCPT TO"
  case data = "DATA"
  case message = "the message"
}

extension SMTPReply {
  /// - Parameter host: who answered.
  func receipt(to command: SMTPCommand, from host: String) -> Receipt {
    let said = "\(host) answered \(command.rawValue): \(shown)"
    switch code {
    case 200...299 where command == .message: return .accepted(id: text.isEmpty ? String(code) : text)
    case 400...499: return .temporary(after: nil, because: said)
    case 500...599:
      guard let hint = oursHint(command) else {
        return isOfBadAddress(command) ? .undeliverable(because: said) : .permanent(because: said)
      }
      return .ours(because: hint.isEmpty ? said : "\(said); \(hint)")
    default:
      // Nobody can say what became of it.
      let text = "\(said), which is no answer to that"
      return command == .message ? .unknown(because: text) : .temporary(after: nil, because: text)
    }
  }

  /// What to do about a refusal that is no recipient's fault: our sign-in, our sender, our right to relay,
  /// our dialogue. Nil where it is the recipient's or the message's.
  private func oursHint(_ command: SMTPCommand) -> String? {
    switch code {
    case 530, 534, 535, 538: return "are user: and password: right?"
    case 500...504, 555: return ""
    default: break
    }
    if command == .mail { return isTooBig ? nil : "may this account send as that sender (from:, replies:)?" }
    if saysRelay {
      return "it relays nothing for us: are user: and password: given, and is it the right server?"
    }
    guard let enhanced else { return nil }
    switch (enhanced[1], enhanced[2]) {
    // The sender's address.
    case (1, 7), (1, 8): return "may this account send as that sender (from:, replies:)?"
    // A server that is set up wrongly.
    case (3, 5): return ""
    // Protocol: the dialogue is ours.
    case (5, _): return ""
    // A list that takes no mail from outside, a mailbox with another owner.
    case (7, 2), (7, 17), (7, 18): return nil
    // Security and policy (RFC 7372, RFC 7505): of sender and host more often than of the recipient.
    case (7, _): return "its policy refuses us: sender, DKIM, SPF, or what is written"
    default: return nil
    }
  }

  /// It says that the address is none: no such mailbox or host, moved, takes no mail (RFC 3463 section 3.2, RFC 7505),
  /// or a mailbox that is closed (5.2.1). Without an enhanced code, that the recipient is refused (RFC 5321 section
  /// 4.2.3).
  private func isOfBadAddress(_ command: SMTPCommand) -> Bool {
    guard let enhanced else { return command == .recipient && [550, 551, 553, 556].contains(code) }
    return enhanced[0] == 5 && (enhanced[1] == 1 || [enhanced[1], enhanced[2]] == [2, 1]) && command != .mail
  }

  private var isTooBig: Bool { code == 552 || enhanced.map { [$0[1], $0[2]] == [3, 4] } == true }

  private var saysRelay: Bool {
    let text = text.lowercased()
    return text.contains("relay") || text.contains("rcpthosts")
  }
}
