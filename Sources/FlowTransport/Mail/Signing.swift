import CCurl
import FlowPlugin

/// What was said while libcurl set a connection up and signed us in: pairs of what we said and what was
/// answered. libcurl's own last response code may belong to an earlier line; these do not.
///
/// Names and passwords are not kept: of each line of ours only its command.
final class Dialogue {
  struct Exchange {
    /// `EHLO`, `STARTTLS`, `AUTH` …; empty for the server's greeting.
    var command: String
    /// Lines without their ends.
    var answer: [[UInt8]] = []
  }

  private(set) var exchanges = [Exchange(command: "")]
  private let service: MailServer.Service
  private var bytes = 0

  init(_ service: MailServer.Service) { self.service = service }

  /// A line of ours, as libcurl wrote it.
  func say(_ line: UnsafeRawBufferPointer) {
    guard exchanges.count < 100 else { return }
    var words = line.prefix { $0 != 0x0D && $0 != 0x0A }.split(separator: 0x20).map {
      String(decoding: $0, as: UTF8.self)
    }
    // IMAP's lines begin with a tag.
    if service == .imap, !words.isEmpty { words.removeFirst() }
    let word = words.first ?? ""
    // Whatever else is said while a connection is set up belongs to the sign-in.
    exchanges.append(Exchange(command: Dialogue.commands.contains(word) ? word : "AUTH"))
  }

  private static let commands: Set = ["EHLO", "HELO", "STARTTLS", "CAPABILITY", "QUIT", "LOGOUT"]

  func hear(_ line: UnsafeRawBufferPointer) {
    bytes += line.count
    guard bytes < 1 << 18, !exchanges.isEmpty else { return }
    exchanges[exchanges.count - 1].answer.append(Array(line.prefix { $0 != 0x0D && $0 != 0x0A }))
  }

  /// The last answer of SMTP that is whole, and what it answers.
  var lastReply: (command: String, reply: SMTPReply)? {
    for exchange in exchanges.reversed() {
      if let reply = SMTPReply(lines: exchange.answer) { return (exchange.command, reply) }
    }
    return nil
  }

  /// The last answer of IMAP that says how a command went: `NO`, `BAD`, `BYE`, and the code behind it.
  var lastRefusal: (command: String, word: String, code: String)? {
    for exchange in exchanges.reversed() {
      for line in exchange.answer.reversed() {
        let words = line.split(separator: 0x20, maxSplits: 3).map { String(decoding: $0, as: UTF8.self) }
        guard words.count >= 2, ["NO", "BAD", "BYE"].contains(words[1].uppercased()) else { continue }
        let code =
          words.count > 2 && words[2].hasPrefix("[") ? words[2].filter { $0 != "[" && $0 != "]" } : ""
        return (exchange.command, words[1].uppercased(), HeaderText(code).text)
      }
    }
    return nil
  }

  /// What an SMTP server offers, by the last `EHLO` it answered: upper-case words and what follows them.
  var extensions: [String: String] {
    let last = exchanges.last { $0.command == "EHLO" && SMTPReply(lines: $0.answer)?.code == 250 }
    var found: [String: String] = [:]
    for line in (last?.answer ?? []).dropFirst() {
      let words = line.dropFirst(4).split(separator: 0x20, maxSplits: 1).map {
        String(decoding: $0, as: UTF8.self)
      }
      if let word = words.first { found[word.uppercased()] = words.count > 1 ? words[1] : "" }
    }
    return found
  }

  /// We are who we say we are.
  var isSignedIn: Bool {
    exchanges.contains { $0.command == "AUTH" && SMTPReply(lines: $0.answer)?.code == 235 }
  }

  static func of(_ pointer: UnsafeMutableRawPointer?) -> Dialogue? {
    pointer.map { Unmanaged<Dialogue>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// Why there is no connection.
extension Dialogue {
  /// `ours` where only a person can mend it (sign-in, certificates, no TLS), `temporary` where time may.
  func fault(_ code: CURLcode, _ text: String, _ server: MailServer) -> ChannelError {
    let at = server.shown
    if code == CURLE_USE_SSL_FAILED || Dialogue.isCertificate(code, text) {
      if let (command, reply) = lastReply, command == "STARTTLS", reply.code / 100 == 4 {
        return ChannelError(.temporary, "\(at) answered STARTTLS: \(reply.shown)")
      }
      return ChannelError(.ours, code == CURLE_USE_SSL_FAILED ? noTLS(at) : badTLS(at, text, server))
    }
    if service == .smtp, let (command, reply) = lastReply, (400...599).contains(reply.code) {
      return refused(command, reply, at)
    }
    if service == .imap, let refusal = lastRefusal { return refused(refusal, at) }
    if code == CURLE_LOGIN_DENIED {
      return ChannelError(.ours, "\(at) offers no way of signing in that we know; is it the right port?")
    }
    return ChannelError(
      .temporary, "\(at): \(text.isEmpty ? String(cString: curl_easy_strerror(code)) : text)")
  }

  private func refused(_ command: String, _ reply: SMTPReply, _ at: String) -> ChannelError {
    let kind: ChannelError.Kind = reply.code < 500 ? .temporary : .ours
    guard command == "AUTH" else {
      let to = command.isEmpty ? "our connection" : command
      return ChannelError(kind, "\(at) answered \(to): \(reply.shown)")
    }
    // Its words may repeat what it was told.
    let hint = kind == .ours ? "; are user: and password: right?" : ""
    return ChannelError(kind, "\(at) refused to sign us in: \(reply.shownCode)\(hint)")
  }

  private func refused(_ refusal: (command: String, word: String, code: String), _ at: String) -> ChannelError {
    // RFC 5530: what passes by itself.
    let passes =
      refusal.word == "BYE"
      || ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"].contains(refusal.code.uppercased())
    let code = refusal.code.isEmpty ? refusal.word : "\(refusal.word) [\(refusal.code)]"
    guard refusal.command == "AUTH" else {
      let to = refusal.command.isEmpty ? "our connection" : refusal.command
      return ChannelError(passes ? .temporary : .ours, "\(at) answered \(to): \(code)")
    }
    let hint = passes ? "" : "; are user: and password: right?"
    return ChannelError(passes ? .temporary : .ours, "\(at) refused to sign us in: \(code)\(hint)")
  }

  private func noTLS(_ at: String) -> String {
    if let (command, reply) = lastReply, command == "STARTTLS" {
      return "\(at) answered STARTTLS: \(reply.shown)"
    }
    return "\(at) does not offer STARTTLS, and nothing is said in the open;"
      + " does \(service.rawValue)s:// work there?"
  }

  private func badTLS(_ at: String, _ text: String, _ server: MailServer) -> String {
    let hint =
      server.authority == nil
      ? "; a private authority's certificate goes into ca:" : "; is ca: the right one?"
    return "\(at): no TLS: \(text)\(hint)"
  }

  /// A certificate, a protocol, a file of ours; and not a line that broke while TLS was set up.
  private static func isCertificate(_ code: CURLcode, _ text: String) -> Bool {
    if code == CURLE_SSL_CONNECT_ERROR {
      return !["SYSCALL", "reset", "eof", "Broken pipe", "timed out"].contains { text.contains($0) }
    }
    return [
      CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
      CURLE_SSL_ENGINE_INITFAILED,
    ].contains(code)
  }
}
