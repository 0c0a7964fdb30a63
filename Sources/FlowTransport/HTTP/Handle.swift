import CCurl
import Glibc

/// A handle of libcurl, made when it is first used; connections and what was resolved stay with it.
struct Handle: ~Copyable {
  private var easy: UnsafeMutableRawPointer?

  mutating func end() {
    if let easy { curl_easy_cleanup(easy) }
    easy = nil
  }

  deinit { if let easy { curl_easy_cleanup(easy) } }

  mutating func perform(
    _ request: HTTPRequest, _ limits: HTTPLimits, _ marker: @escaping @Sendable () async -> Bool,
    isEnding: @escaping @Sendable () -> Bool
  ) -> HTTPOutcome {
    if easy == nil, Library.isReady { easy = curl_easy_init() }
    guard let easy else { return .ours(because: "libcurl cannot be set up") }
    // Options go; connections and names stay.
    curl_easy_reset(easy)
    let transfer = Transfer(limits, marker: marker, isEnding: isEnding)
    let list = HeaderList(request)
    let code = request.body.withUnsafeBytes { body -> CURLcode in
      Handle.set(easy, limits)
      Handle.set(easy, request, list, body)
      Handle.set(easy, Unmanaged.passUnretained(transfer).toOpaque())
      return curl_easy_perform(easy)
    }
    return withExtendedLifetime((transfer, list)) { transfer.outcome(code) }
  }

  private static func set(_ easy: UnsafeMutableRawPointer, _ limits: HTTPLimits) {
    for (option, value): (CURLoption, Int) in [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)), (CURLOPT_NOPROGRESS, 0),
      (CURLOPT_TIMEOUT_MS, limits.seconds * 1000), (CURLOPT_CONNECTTIMEOUT_MS, limits.connectSeconds * 1000),
      (CURLOPT_FRESH_CONNECT, limits.keepsConnections ? 0 : 1),
      (CURLOPT_FORBID_REUSE, limits.keepsConnections ? 0 : 1),
      // One that has been idle for longer is likely to be closed just when it is used.
      (CURLOPT_MAXAGE_CONN, 20), (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1), (CURLOPT_NETRC, 0),
    ] {
      flow_curl_set_long(easy, option, value)
    }
    flow_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    flow_curl_set_text(easy, CURLOPT_PROXY, limits.proxy ?? "")
  }

  private static func set(
    _ easy: UnsafeMutableRawPointer, _ request: HTTPRequest, _ list: HeaderList, _ body: UnsafeRawBufferPointer
  ) {
    flow_curl_set_text(easy, CURLOPT_URL, request.url)
    flow_curl_set_text(easy, CURLOPT_USERAGENT, "flow")
    if request.method == "GET" {
      flow_curl_set_long(easy, CURLOPT_HTTPGET, 1)
    } else {
      flow_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      if body.isEmpty {
        flow_curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, "")
      } else {
        flow_curl_set_pointer(easy, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: body.baseAddress))
      }
      flow_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
    }
    flow_curl_set_pointer(easy, CURLOPT_HTTPHEADER, list.first)
  }

  /// The callbacks, all of which are called within `curl_easy_perform`, on its thread.
  private static func set(_ easy: UnsafeMutableRawPointer, _ transfer: UnsafeMutableRawPointer) {
    for option in [
      CURLOPT_OPENSOCKETDATA, CURLOPT_PREREQDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_XFERINFODATA,
    ] { flow_curl_set_pointer(easy, option, transfer) }
    flow_curl_set_open_socket(easy) { transfer, _, address in
      guard let transfer = Transfer.of(transfer), let address else { return CURL_SOCKET_BAD }
      return transfer.open(address)
    }
    flow_curl_set_prereq(easy) { transfer, _, _, _, _ in
      Transfer.of(transfer)?.mayLeave() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }
    flow_curl_set_data(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, transfer in
      Transfer.of(transfer)?.takeHeader(Transfer.buffer(bytes, size * count)) == true ? size * count : 0
    }
    flow_curl_set_data(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, transfer in
      Transfer.of(transfer)?.takeBody(Transfer.buffer(bytes, size * count)) == true ? size * count : 0
    }
    flow_curl_set_progress(easy) { transfer, _, _, _, _ in Transfer.of(transfer)?.isEnding() == false ? 0 : 1 }
  }
}

/// libcurl's list of headers.
private final class HeaderList {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  init(_ request: HTTPRequest) {
    for header in request.headers { add("\(header.name): \(header.value)") }
    // None of libcurl's own: no wait for `100 Continue`, no type for a body that says none, none for no body.
    add("Expect:")
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { add("Content-Type:") }
    add("Accept: */*")
  }

  private func add(_ line: String) { first = curl_slist_append(first, line) ?? first }

  deinit { curl_slist_free_all(first) }
}
