import CCurl
import Glibc

/// One request under way: what libcurl's callbacks see and leave.
final class Transfer {
  private let limits: HTTPLimits
  private let marker: @Sendable () async -> Bool
  let isEnding: @Sendable () -> Bool

  private var refused: NetworkAddress?
  private var isMarked = false
  private var isWithheld = false
  private var status: Int?
  private var headers: [HTTPResponse.Header] = []
  private var headBytes = 0
  private var hasHead = false
  private var body: [UInt8] = []

  init(
    _ limits: HTTPLimits, marker: @escaping @Sendable () async -> Bool, isEnding: @escaping @Sendable () -> Bool
  ) {
    self.limits = limits
    self.marker = marker
    self.isEnding = isEnding
  }

  static func of(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
    pointer.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  static func buffer(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
  }

  /// A socket for an address that may be connected to; else none, and libcurl tries the name's next address.
  func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    if limits.isPublicOnly, limits.proxy == nil {
      let length = Int(address.pointee.addrlen)
      let place = UnsafeRawPointer(address).advanced(by: MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
      let found = NetworkAddress(UnsafeRawBufferPointer(start: place, count: length), family: address.pointee.family)
      guard let found, found.isPublic else {
        refused = found ?? refused
        return CURL_SOCKET_BAD
      }
    }
    let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(address.pointee.family, type, address.pointee.protocol)
  }

  /// The connection stands, and nothing has been written. A second time, libcurl has had no answer over an old
  /// connection and would write it again over a new one.
  func mayLeave() -> Bool {
    guard !isMarked, !isEnding() else { return false }
    guard Worker.wait(for: marker) else {
      isWithheld = true
      return false
    }
    isMarked = true
    return true
  }

  /// Whole lines, the status line and the empty one at the end among them; trailers, too.
  func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    headBytes += line.count
    guard headBytes <= limits.headBytes else { return false }
    let text = String(decoding: line.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      guard line.last == 0x0A else { return true }
      // An interim answer (1xx) is none yet.
      let code = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      status = (200...599).contains(code) ? code : nil
      headers = []
    } else if text.isEmpty {
      hasHead = status != nil
    } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let value = text[text.utf8.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      headers.append(HTTPResponse.Header(name: text[..<colon].lowercased(), value: String(value)))
    }
    return true
  }

  /// False, which ends the transfer, beyond the limit.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let room = limits.bodyBytes - body.count
    body += bytes.prefix(room)
    return bytes.count <= room
  }

  func outcome(_ code: CURLcode) -> HTTPOutcome {
    if isWithheld { return .withheld }
    if let status {
      return .answered(
        HTTPResponse(status: status, headers: headers, body: body, isWhole: code == CURLE_OK && hasHead))
    }
    let reason = isEnding() ? "the channel was closed" : String(cString: curl_easy_strerror(code))
    if isMarked { return .lost(because: code == CURLE_OK ? "no answer came" : reason) }
    if let refused { return .refused(because: "\(refused) is no public address") }
    if [CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL].contains(code) {
      return .noAddress(because: "its address is none that can be called")
    }
    return Transfer.isOurs(code) ? .ours(because: reason) : .notSent(because: reason)
  }

  /// What time does not heal.
  private static func isOurs(_ code: CURLcode) -> Bool {
    [
      CURLE_NOT_BUILT_IN, CURLE_SSL_CACERT_BADFILE, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION,
      CURLE_COULDNT_RESOLVE_PROXY,
    ].contains(code)
  }
}
