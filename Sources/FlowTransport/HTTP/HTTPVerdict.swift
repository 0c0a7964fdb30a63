import FlowCore
import FlowPlugin
import FlowTime

/// From what became of a request to a channel's receipt.
extension HTTPOutcome {
  /// `judge` reads an answer; where none came, the receipt follows from how far the request got.
  /// - Parameter isOwnAddress: the message itself says where it goes; else the set-up does.
  public func receipt(isOwnAddress: Bool = false, _ judge: (HTTPResponse) -> Receipt) -> Receipt {
    switch self {
    case .answered(let response): judge(response)
    case .notSent(let reason): .temporary(after: nil, because: reason)
    case .refused(let reason): .permanent(because: reason)
    case .noAddress(let reason) where isOwnAddress: .permanent(because: reason)
    case .noAddress(let reason), .ours(let reason): .ours(because: reason)
    case .withheld: .withheld
    case .lost(let reason): .unknown(because: "sent, and no answer: \(reason)")
    }
  }
}

extension HTTPResponse {
  /// By the status alone, where the far side's documentation says no more:
  ///
  /// - 2xx accepted, as `id`;
  /// - 408, 425, 429 and 503 temporary, after `Retry-After` where it is there; they say that nothing was done;
  /// - every other 5xx temporary where the far side takes a key (`isKeyed`), else unknown: a gateway's error does not
  ///   say what became of the request behind it;
  /// - 401, 403 and 407 ours: a secret or a right is missing;
  /// - all else, redirects among it, permanent.
  public func receipt(id: String, isKeyed: Bool, now: Instant?) -> Receipt {
    let reason = "answered \(status)"
    switch status {
    case 200...299: return .accepted(id: id)
    case 300...399: return .permanent(because: reason + "; redirects are not followed")
    case 401, 403, 407: return .ours(because: reason)
    case 408, 425, 429, 503: return .temporary(after: retryAfter(now: now), because: reason)
    case 500...599 where isKeyed: return .temporary(after: retryAfter(now: now), because: reason)
    case 500...599: return .unknown(because: reason)
    default: return .permanent(because: reason)
    }
  }

  /// `Retry-After` in seconds (RFC 9110 section 10.2.3). A date counts from `now`, or else from the answer's own
  /// `Date`. Nil where there is none that can be read.
  public func retryAfter(now: Instant?) -> Int? {
    guard let text = self["retry-after"] else { return nil }
    if text.utf8.count <= 9, let seconds = Int(text), seconds >= 0 { return seconds }
    guard let now = now ?? self["date"].flatMap(Instant.init(httpDate:)), let date = Instant(httpDate: text)
    else { return nil }
    return Int(max(0, date.milliseconds(since: now) + 999) / 1000)
  }

  /// The body as strict JSON; nil where it is cut off or none.
  public var json: JSONValue? { isWhole ? try? JSONReader.read(body) : nil }
}

extension JSONValue {
  /// The text of an object's member.
  public func text(_ name: String) -> String? {
    if case .string(let text)? = self[name] { return text }
    return nil
  }

  /// The whole number of an object's member.
  public func integer(_ name: String) -> Int? {
    if case .number(let digits)? = self[name] { return Int(digits) }
    return nil
  }
}

extension HTTPLimits {
  /// The settings that ``init(_:isPublicOnly:keepsConnections:)`` reads.
  public static let settings: Set<String> = ["timeout", "private", "proxy"]

  /// `timeout` (`30 seconds`), `private` (`allow` or `refuse`, as `isPublicOnly` where it is left out) and `proxy`
  /// of flow.yaml.
  public init(_ settings: ChannelSettings, isPublicOnly: Bool, keepsConnections: Bool) throws(ChannelError) {
    self.init()
    self.keepsConnections = keepsConnections
    seconds = try settings.seconds("timeout", otherwise: seconds)
    connectSeconds = min(connectSeconds, seconds)
    switch settings["private"] {
    case nil: self.isPublicOnly = isPublicOnly
    case "allow": self.isPublicOnly = false
    case "refuse": self.isPublicOnly = true
    case let text?: throw ChannelError(.ours, "private: \"\(HeaderText(text))\" is neither allow nor refuse")
    }
    proxy = settings["proxy"]
  }
}

extension ChannelSettings {
  /// A setting that is the address of a service, `https://…` or `http://…`, without the `/` at its end; it may hold a
  /// secret, so that no error repeats it. `otherwise` where it is left out.
  public func service(_ name: String, otherwise: String? = nil) throws(ChannelError) -> String {
    guard let text = self[name] ?? otherwise, !text.isEmpty else { throw ChannelError(.ours, "\(name): is missing") }
    guard text.hasPrefix("https://") || text.hasPrefix("http://"),
      text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
    else { throw ChannelError(.ours, "\(name): is no address of a service; write https://example.com/path") }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  /// `Authorization` of `token` (a bearer's, RFC 6750) or `user` and `password` (RFC 7617); none where neither is
  /// there.
  public func authorization() throws(ChannelError) -> [(name: String, value: String)] {
    if let token = self["token"], !token.isEmpty { return [("Authorization", "Bearer \(token)")] }
    guard let user = self["user"], !user.isEmpty else { return [] }
    guard !user.utf8.contains(UInt8(ascii: ":")) else { throw ChannelError(.ours, "user: holds a colon") }
    return [("Authorization", "Basic " + Encodings.base64(Array("\(user):\(self["password"] ?? "")".utf8)))]
  }
}
