import FlowPlugin
import FlowTime

enum IMAPFault: Error {
  case channel(ChannelError)
  case line(LineFault)
  /// The server said no to a command, and why.
  case refused(command: String, String)
}

/// IMAP (RFC 3501) as far as reading a mailbox needs it, over a connection that is signed in.
final class IMAPSession {
  struct Mailbox {
    var validity: UInt32
    /// The UID that the next mail will have, where the server says so.
    var next: UInt32?
  }

  /// One response: its text with each literal as `{}`, and the literals.
  private struct Response {
    var text: [UInt8] = []
    var literals: [[UInt8]] = []
  }

  private let line: MailLine
  private let patience: MailServer.Patience
  private var commands = 0

  init(_ line: MailLine, _ patience: MailServer.Patience) {
    self.line = line
    self.patience = patience
  }

  /// Opens a mailbox for reading only.
  func examine(_ mailbox: String) throws(IMAPFault) -> Mailbox {
    var name = ""
    for scalar in mailbox.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { name += "\\" }
      name.unicodeScalars.append(scalar)
    }
    let responses = try ask("EXAMINE", "\"\(name)\"", patience.answer)
    var validity: UInt32?
    var next: UInt32?
    for response in responses {
      validity = IMAPSession.number(after: "[UIDVALIDITY ", in: response.text) ?? validity
      next = IMAPSession.number(after: "[UIDNEXT ", in: response.text) ?? next
    }
    guard let validity else {
      throw .refused(command: "EXAMINE", "no UIDVALIDITY, without which no mail has a name")
    }
    return Mailbox(validity: validity, next: next)
  }

  /// UIDs from this one on, in their order.
  func search(from uid: UInt32) throws(IMAPFault) -> [UInt32] {
    var found: Set<UInt32> = []
    for response in try ask("UID SEARCH", "UID \(uid):*", patience.answer) {
      let words = response.text.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard words.count >= 2, words[0] == "*", words[1].uppercased() == "SEARCH" else { continue }
      // `N:*` names the last mail, too, where that is before N.
      found.formUnion(words.dropFirst(2).compactMap { UInt32($0) }.filter { $0 >= uid })
    }
    return found.sorted()
  }

  enum Fetched {
    case mail([UInt8], receivedAt: Instant?)
    /// One mail that cannot be had stops no other. Why.
    case refused(String)
    /// It is gone.
    case nothing
  }

  func fetch(_ uid: UInt32) throws(IMAPFault) -> Fetched {
    let wanted = "\(uid) (UID INTERNALDATE BODY.PEEK[]<0.\(MailboxReader.mailBytes)>)"
    let responses: [Response]
    do throws(IMAPFault) { responses = try ask("UID FETCH", wanted, patience.message) } catch {
      guard case .refused(_, let said) = error else { throw error }
      return .refused("the server gives out no \(uid): \(said)")
    }
    let mails = responses.filter { IMAPSession.place(of: "BODY[]", in: $0.text) != nil }
    guard let mail = mails.first(where: { IMAPSession.number(after: "(UID ", " UID ", in: $0.text) == uid }) else {
      return mails.isEmpty ? .nothing : .refused("the server answers \(uid) with another mail")
    }
    return .mail(mail.literals.first ?? [], receivedAt: IMAPSession.internalDate(mail.text))
  }

  func leave() throws(IMAPFault) {
    line.allow(1000)
    do throws(LineFault) { try line.say("F0 LOGOUT") } catch { throw .line(error) }
  }

  // MARK: A command and its responses

  /// What came before the server said that it had done the command.
  private func ask(_ command: String, _ arguments: String, _ time: Int) throws(IMAPFault) -> [Response] {
    commands += 1
    let responses: [Response]
    let said: String
    do throws(LineFault) {
      line.allow(time)
      try line.say("F\(commands) \(command) \(arguments)")
      (responses, said) = try answer(to: "F\(commands) ")
    } catch {
      throw .line(error)
    }
    guard said.uppercased().hasPrefix("OK") else { throw .refused(command: command, said) }
    return responses
  }

  private func answer(to tag: String) throws(LineFault) -> ([Response], String) {
    var responses: [Response] = []
    while responses.count < 100_000 {
      let response = try read()
      if response.text.starts(with: Array(tag.utf8)) {
        let text = response.text.dropFirst(tag.utf8.count).prefix(300)
        return (responses, HeaderText(String(decoding: text, as: UTF8.self)).text)
      }
      responses.append(response)
    }
    throw .nonsense("more than 100000 responses")
  }

  private func read() throws(LineFault) -> Response {
    var response = Response()
    while true {
      let part = try line.readLine(limit: 8 << 20)
      guard let (text, count) = IMAPSession.literal(part) else {
        response.text += part
        return response
      }
      guard count <= MailboxReader.mailBytes + 1024, response.literals.count < 100 else {
        throw .nonsense("a literal of \(count) bytes")
      }
      response.text += text + Array("{}".utf8)
      response.literals.append(try line.read(count))
    }
  }

  // MARK: Reading responses

  /// `text {123}`: what stands before a literal, and its length.
  private static func literal(_ part: [UInt8]) -> ([UInt8], Int)? {
    guard part.last == UInt8(ascii: "}"), let open = part.lastIndex(of: UInt8(ascii: "{")) else { return nil }
    let digits = part[(open + 1)...].dropLast()
    guard (1...10).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return (Array(part[..<open]), digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
  }

  /// Where a word stands, in any case of letters.
  private static func place(of word: String, in text: [UInt8]) -> Int? {
    let word = Array(word.utf8)
    guard text.count >= word.count else { return nil }
    return (0...(text.count - word.count)).first { start in
      zip(word, text[start...]).allSatisfy { $0 == upper($1) }
    }
  }

  private static func upper(_ byte: UInt8) -> UInt8 { (0x61...0x7A).contains(byte) ? byte - 0x20 : byte }

  /// The number behind the first of these words that is there.
  private static func number(after words: String..., in text: [UInt8]) -> UInt32? {
    for word in words {
      guard let start = place(of: word, in: text) else { continue }
      let digits = text[(start + word.utf8.count)...].prefix { (0x30...0x39).contains($0) }
      return UInt32(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }

  /// `INTERNALDATE " 1-Nov-2026 23:41:11 +0100"` (RFC 3501 section 9, date-time).
  private static func internalDate(_ text: [UInt8]) -> Instant? {
    guard let start = place(of: "INTERNALDATE \"", in: text) else { return nil }
    let date = Array(text[(start + 14)...].prefix(26))
    guard date.count == 26 else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      let digits = date[range].drop { $0 == 0x20 }
      guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    let name = String(decoding: date[3..<6].map(upper), as: UTF8.self)
    guard let month = months.firstIndex(of: name), let day = number(0..<2), let year = number(7..<11),
      let hour = number(12..<14), let minute = number(15..<17), let second = number(18..<20),
      let zoneHours = number(22..<24), let zoneMinutes = number(24..<26),
      let civil = CivilDate(year: year, month: month + 1, day: day)
    else { return nil }
    let offset = (zoneHours * 60 + zoneMinutes) * (date[21] == UInt8(ascii: "-") ? -60 : 60)
    let seconds = Int64(civil.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
    // It came within that second; an answer to a mail of the same second came after it.
    return Instant(milliseconds: seconds * 1000 + 999)
  }
}
