import CCurl
import FlowPlugin
import Synchronization

/// Sends requests one after the other over one handle of libcurl, on a thread of its own. Redirects are answers like
/// others and are not followed; certificates are verified; nothing is taken from the environment, from `.netrc` or
/// from cookies. A request is written at most once: libcurl's own second try over a new connection is stopped.
public final class HTTPClient: Sendable {
  private let limits: HTTPLimits
  private let worker = Worker()
  /// Used by the worker alone.
  private let handle = Mutex(Handle())
  private let ending = Mutex(false)

  public init(_ limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

  /// `marker` is called once the connection stands and before the first byte of the request is written; where
  /// there is no connection it is not called.
  public func send(
    _ request: HTTPRequest, marker: @escaping Marker = { true }
  ) async -> HTTPOutcome {
    if let problem = HTTPClient.problem(request) { return problem }
    return await worker.run { [self] in
      if isEnding { return .notSent(because: "the channel is closed") }
      return handle.withLock { $0.perform(request, limits, marker) { [self] in isEnding } }
    }
  }

  /// Ends what is under way, within a second, and the connections; every later request is `notSent`.
  public func close() async {
    ending.withLock { $0 = true }
    await worker.run { [self] in handle.withLock { $0.end() } }
  }

  private var isEnding: Bool { ending.withLock { $0 } }

  private static func problem(_ request: HTTPRequest) -> HTTPOutcome? {
    func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21..<0x7F).contains($0) } }
    for header in request.headers {
      guard isVisible(header.name), !header.name.isEmpty, !header.name.utf8.contains(UInt8(ascii: ":")),
        header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else { return .ours(because: "the header \"\(HeaderText(header.name))\" cannot be sent") }
    }
    guard isVisible(request.method) else { return .ours(because: "the request's method cannot be sent") }
    let isWeb = request.url.hasPrefix("https://") || request.url.hasPrefix("http://")
    return isWeb && isVisible(request.url) ? nil : .noAddress(because: "its address is none that can be called")
  }
}
