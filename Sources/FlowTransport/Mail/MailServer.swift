import FlowPlugin

/// A server that takes mail (SMTP, RFC 6409) or gives it out (IMAP, RFC 3501), and who we are there.
public struct MailServer: Sendable, Hashable {
  public enum Service: String, Sendable { case smtp, imap }

  public enum Security: Sendable {
    /// A plain beginning, and TLS before anything is said (RFC 3207, RFC 3501 section 6.2.1): required.
    case startTLS
    /// TLS from the first byte (RFC 8314).
    case tls
    /// None at all: to this very machine only.
    case none
  }

  /// How long we wait, in milliseconds.
  public struct Patience: Sendable, Hashable {
    /// For name, connection, TLS and sign-in together.
    public var connecting = 60_000
    /// For each answer (RFC 5321 section 4.5.3.2).
    public var answer = 300_000
    /// For the answer to a whole message.
    public var message = 600_000
    public init() {}
  }

  public let service: Service
  /// A name, an IPv4 address, or an IPv6 address without brackets.
  public let host: String
  public let port: Int
  public let security: Security
  public var user: String?
  public var password: String?
  /// Path of a PEM file with certificates of authorities that are trusted besides the system's.
  public var authority: String?
  public var patience = Patience()

  /// - Parameters:
  ///   - address: `smtp://HOST:PORT` or `smtps://HOST:PORT` (`imap:`, `imaps:`); without a port 587, 465,
  ///     143, 993.
  ///   - tls: `none` for a line without TLS, which only a host that is this machine may have; else nil.
  /// - Throws: what is wrong with the address, in a sentence that does not repeat it: it may hold a password.
  public init(_ service: Service, address: String, tls: String? = nil) throws(ChannelError) {
    let name = service.rawValue
    func wrong(_ text: String) -> ChannelError {
      ChannelError(.ours, "\(name): \(text); write \(name)://\(service == .smtp ? "mail" : "imap").acme.test")
    }
    guard let (scheme, rest) = MailServer.split(address, at: "://"), [name, name + "s"].contains(scheme)
    else {
      throw wrong("the address begins with neither \(name):// nor \(name)s://")
    }
    if rest.utf8.contains(UInt8(ascii: "@")) {
      throw wrong("who we are stands in user: and password:, not in the address")
    }
    guard let (host, port) = MailServer.hostAndPort(rest) else {
      throw wrong("the address is no HOST or HOST:PORT")
    }
    self.service = service
    self.host = host
    let isDirect = scheme == name + "s"
    self.port = port ?? (service == .smtp ? (isDirect ? 465 : 587) : (isDirect ? 993 : 143))
    switch tls {
    case nil: security = isDirect ? .tls : .startTLS
    case "none" where isDirect: throw ChannelError(.ours, "tls: none and \(scheme):// contradict each other")
    case "none" where MailServer.isThisMachine(host): security = .none
    case "none":
      throw ChannelError(
        .ours, "tls: none is for a server on this machine (localhost, 127.0.0.1, ::1), not for \(host)")
    default: throw ChannelError(.ours, "tls: is none, or left out: TLS is required then")
    }
  }

  /// For people: `mail.acme.test:587`.
  public var shown: String { (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + ":\(port)" }

  /// `smtp://mail.acme.test:587`
  public var url: String { "\(service.rawValue)\(security == .tls ? "s" : "")://\(shown)" }

  private static func split(_ text: String, at separator: String) -> (String, Substring)? {
    guard let range = text.firstRange(of: separator) else { return nil }
    return (String(text[..<range.lowerBound]), text[range.upperBound...])
  }

  private static func hostAndPort(_ text: Substring) -> (String, Int?)? {
    var bytes = Array(text.utf8)
    if bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    var host: ArraySlice<UInt8>
    var rest: ArraySlice<UInt8>
    if bytes.first == UInt8(ascii: "["), let end = bytes.firstIndex(of: UInt8(ascii: "]")) {
      host = bytes[1..<end]
      rest = bytes[(end + 1)...]
      guard host.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }),
        host.contains(UInt8(ascii: ":"))
      else { return nil }
    } else {
      let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
      host = bytes[..<end]
      rest = bytes[end...]
      guard host.allSatisfy(isNameByte), host.first != UInt8(ascii: "-") else { return nil }
    }
    guard !host.isEmpty, host.count <= 253 else { return nil }
    let name = String(decoding: host, as: UTF8.self)
    if rest.isEmpty { return (name, nil) }
    guard rest.first == UInt8(ascii: ":"), (2...6).contains(rest.count),
      let port = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), (1...65_535).contains(port),
      rest.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return (name, port)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"): true
    default: false
    }
  }

  private static func isThisMachine(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    let isLoopback4 =
      parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.utf8.count <= 3 }
    return host.lowercased() == "localhost" || host == "::1" || isLoopback4
  }
}
