/// A request as HTTP/1.1 has it (RFC 9112).
public struct HTTPRequest: Sendable {
  public var method: String
  /// `https://…` or `http://…`, of visible ASCII.
  public var url: String
  /// Names and values of visible ASCII and blanks; a line break in one is refused when it is sent.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(
    _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Host and port of an address, for people: what stands before them (`user:password@`) and behind may be a secret.
  public static func host(of url: String) -> String {
    let rest = url.utf8.firstIndex(of: UInt8(ascii: ":")).map { url[$0...].dropFirst(3) } ?? url[...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return authority.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init) ?? ""
  }

  /// The same with its scheme: `https://api.acme.test`.
  public static func origin(of url: String) -> String { "\(url.prefix { $0 != ":" })://\(host(of: url))" }
}

public struct HTTPResponse: Sendable, Hashable {
  public struct Header: Sendable, Hashable {
    /// In lower case.
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The status code of the final answer.
  public var status: Int
  public var headers: [Header]
  /// At most as long as ``HTTPLimits/bodyBytes``.
  public var body: [UInt8]
  /// False where the answer's head or body was cut off, by the line or by a limit.
  public var isWhole: Bool

  public init(status: Int, headers: [Header] = [], body: [UInt8] = [], isWhole: Bool = true) {
    self.status = status
    self.headers = headers
    self.body = body
    self.isWhole = isWhole
  }

  /// The first header of that name, which is in lower case.
  public subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// What became of a request.
public enum HTTPOutcome: Sendable, Hashable {
  /// The status line of the final answer came, whatever it says.
  case answered(HTTPResponse)
  /// Nothing of the request had left; time may help.
  case notSent(because: String)
  /// The address may not be called from here (``HTTPLimits/isPublicOnly``).
  case refused(because: String)
  /// The request's address is none that can be called.
  case noAddress(because: String)
  /// The request cannot be sent as it is, or nothing can from here.
  case ours(because: String)
  /// The marker said that it must not leave any more; nothing had left.
  case withheld
  /// The request may have left, and the line died before an answer's status line.
  case lost(because: String)
}

public struct HTTPLimits: Sendable, Hashable {
  /// From the beginning to the answer's last byte.
  public var seconds = 30
  public var connectSeconds = 10
  /// Of the answer's body; what comes after them is not read.
  public var bodyBytes = 1 << 20
  /// Of the answer's status line and headers.
  public var headBytes = 1 << 16
  /// Only addresses at which anybody may be (``NetworkAddress/isPublic``) are connected to.
  public var isPublicOnly = false
  /// A connection that stands is used again. Where a request that is sent twice does harm, better not: one that
  /// the far side is just closing loses the answer.
  public var keepsConnections = true
  /// `http://host:port` of a proxy; the environment's are not used. Where one stands, it, and nothing here, says
  /// which addresses may be called.
  public var proxy: String?

  public init() {}
}
