/// What a mail answers, by its headers.
enum Answered {
  /// Message-IDs of In-Reply-To, then of References from the last to the first: the nearest first.
  static func threads(_ headers: MailHeaders) -> [String] {
    let direct = headers.all("in-reply-to").flatMap(MessageIDs.read)
    let references = headers.all("references").flatMap(MessageIDs.read)
    return once(direct + references.reversed())
  }

  /// Each once, where it stands first.
  static func once(_ ids: [String]) -> [String] {
    var seen: Set<String> = []
    return ids.filter { seen.insert($0).inserted }
  }

  static func sender(_ headers: MailHeaders) -> String? {
    for name in ["from", "sender", "return-path"] {
      if let address = headers.all(name).lazy.flatMap(MailAddresses.read).first { return address }
    }
    return nil
  }

  /// Every address that a mail says it went to, the most telling first.
  static func recipients(_ headers: MailHeaders) -> [String] {
    ["to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "resent-to"].flatMap {
      name in
      headers.all(name).prefix(20).flatMap(MailAddresses.read)
    }
  }

  /// Whether a mail went to an address as a copy only.
  static func isCopied(_ address: String, _ headers: MailHeaders) -> Bool {
    func has(_ name: String) -> Bool {
      headers.all(name).flatMap(MailAddresses.read).contains { $0.lowercased() == address.lowercased() }
    }
    return has("cc") && !has("to")
  }
}

/// By what we know our own mail, and what is sent to us.
struct OurMail: Sendable {
  /// An address of ours: `answers@acme.test`, the parts in lower case.
  private struct Address: Hashable, Sendable {
    var local: String
    var domain: String

    init?(_ text: String) {
      let text = text.lowercased()
      guard let sign = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
      local = String(text[..<sign])
      domain = String(text[text.utf8.index(after: sign)...])
    }

    /// What stands behind a plus in an address that is this one otherwise; empty where nothing does.
    func tag(of other: Address) -> String? {
      guard other.domain == domain, other.local.utf8.starts(with: local.utf8) else { return nil }
      let rest = other.local.utf8.dropFirst(local.utf8.count)
      if rest.isEmpty { return "" }
      return rest.first == UInt8(ascii: "+") ? String(Substring(rest.dropFirst())) : nil
    }
  }

  private let addresses: [Address]
  private let leaving: Address?
  private let domains: Set<String>

  init(_ settings: MailReader.Settings) {
    addresses = settings.addresses.compactMap(Address.init)
    leaving = settings.unsubscribe.flatMap(Address.init)
    let named = settings.messageIDDomains.map { $0.lowercased() }
    domains = Set(named.isEmpty ? addresses.map(\.domain) : named)
  }

  // MARK: Tokens

  func token(in headers: MailHeaders) -> String? { token(Answered.recipients(headers)) }

  /// Of a mail of ours that came back: where its answers were to go.
  func returnedToken(_ headers: MailHeaders) -> String? {
    token(["reply-to", "from", "return-path"].flatMap { headers.all($0).flatMap(MailAddresses.read) })
  }

  private func token(_ found: [String]) -> String? {
    for other in found.lazy.compactMap(Address.init) {
      for address in addresses + (leaving.map { [$0] } ?? []) {
        if let tag = address.tag(of: other), OurMail.isToken(tag) { return tag }
      }
    }
    return nil
  }

  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0.isDigit || (0x61...0x7A).contains($0) || "-_.".utf8.contains($0) }
  }

  // MARK: Our own

  /// Whether an id has the form of ours, `<32 hexadecimal digits@domain>`: the domain may have been another when
  /// it was sent. Whether we sent it is known by whoever keeps what was sent.
  static func isMessageID(_ id: String) -> Bool { parts(id).map { isDigest($0.digest) } ?? false }

  /// The same, and the domain is ours today.
  func isOfOurDomain(_ id: String) -> Bool {
    OurMail.parts(id).map { OurMail.isDigest($0.digest) && domains.contains($0.domain) } ?? false
  }

  private static func parts(_ id: String) -> (digest: Substring.UTF8View, domain: String)? {
    let inner = Substring(id.lowercased()).utf8.dropFirst().dropLast()
    guard let sign = inner.firstIndex(of: UInt8(ascii: "@")) else { return nil }
    return (inner[..<sign], String(Substring(inner[inner.index(after: sign)...])))
  }

  private static func isDigest(_ bytes: Substring.UTF8View) -> Bool {
    bytes.count == 32 && bytes.allSatisfy { $0.hexValue != nil }
  }

  /// Whether we sent it ourselves: by its Message-ID, its sender, or the token in its Reply-To, which nobody else
  /// writes there.
  func isOurs(_ headers: MailHeaders) -> Bool {
    if headers.all("message-id").flatMap(MessageIDs.read).contains(where: isOfOurDomain) { return true }
    if token(headers.all("reply-to").flatMap(MailAddresses.read)) != nil { return true }
    let sender = headers.all("from").lazy.flatMap(MailAddresses.read).first.flatMap(Address.init)
    return sender.map { sender in addresses.contains { $0.tag(of: sender) != nil } } ?? false
  }

  // MARK: Leaving

  /// Mail to the address of List-Unsubscribe, or with `unsubscribe` as its subject and at most a token behind
  /// it.
  func unsubscribe(_ headers: MailHeaders) -> (token: String?, threads: [String])? {
    let words = headers.text("subject").lowercased().split { $0.isWhitespace }.map(String.init)
    let isAddressed = leaving.map { leaving in
      !addresses.contains(leaving)
        && Answered.recipients(headers).lazy.compactMap(Address.init).contains { leaving.tag(of: $0) != nil }
    }
    let isSubject = words.first == "unsubscribe" && words.count <= 2
    guard isAddressed == true || isSubject else { return nil }
    let tag = words.last.flatMap { $0 != "unsubscribe" && words.count <= 2 && OurMail.isToken($0) ? $0 : nil }
    let isID = tag.map { OurMail.isDigest(Substring($0).utf8) } ?? false
    return (tag, isID ? domains.sorted().compactMap { domain in tag.map { "<\($0)@\(domain)>" } } : [])
  }
}
