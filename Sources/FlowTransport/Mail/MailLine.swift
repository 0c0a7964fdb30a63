import CCurl
import FlowPlugin
import Glibc

/// Why a line ended.
enum LineFault: Error {
  case closed
  case broken(String)
  /// Nothing came for so long.
  case silent
  /// What came is not of the protocol.
  case nonsense(String)
  /// We ended it.
  case stopped

  var text: String {
    switch self {
    case .closed: "the other side closed the line"
    case .broken(let text): "the line broke: \(text)"
    case .silent: "no answer came in time"
    case .nonsense(let text): "what came is no answer: \(text)"
    case .stopped: "we are ending"
    }
  }
}

/// A connection that libcurl has set up: the name resolved, TLS with its certificate verified, us signed
/// in. Over it the protocol's own lines are spoken, so that of every answer it is known what it answers. It
/// blocks, and is used on one thread.
final class MailLine {
  let dialogue: Dialogue
  private let easy: UnsafeMutableRawPointer
  private let socket: Int32
  private let timer: Int32
  /// Readable from the moment on at which waiting is to end.
  var stop: Int32
  private var input: [UInt8] = []
  private var position = 0

  /// - Parameter stop: a descriptor that becomes readable when waiting is to end.
  static func open(_ server: MailServer, stop: StopSignal) throws(ChannelError) -> MailLine {
    guard Library.isReady, let easy = curl_easy_init() else {
      throw ChannelError(.ours, "libcurl cannot be set up")
    }
    let dialogue = Dialogue(server.service)
    var said = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = said.withUnsafeMutableBufferPointer { said in
      MailLine.set(easy, server)
      MailLine.set(easy, dialogue, stop, said.baseAddress)
      return curl_easy_perform(easy)
    }
    flow_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, nil)
    flow_curl_set_long(easy, CURLOPT_VERBOSE, 0)
    var socket: curl_socket_t = -1
    let hasSocket = flow_curl_get_socket(easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK && socket >= 0
    guard code == CURLE_OK, hasSocket else {
      curl_easy_cleanup(easy)
      if stop.isGiven { throw ChannelError(.temporary, "the channel was closed") }
      let text = String(decoding: said.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw dialogue.fault(code, HeaderText(text).text, server)
    }
    let line = MailLine(easy, socket, dialogue, stop: stop.descriptor)
    // Without them waiting would never end.
    guard line.timer >= 0, stop.descriptor >= 0 else {
      throw ChannelError(.temporary, "no timer, or no signal, can be made here: too many files are open")
    }
    return line
  }

  private init(_ easy: UnsafeMutableRawPointer, _ socket: Int32, _ dialogue: Dialogue, stop: Int32) {
    self.easy = easy
    self.socket = socket
    self.dialogue = dialogue
    self.stop = stop
    timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK))
  }

  deinit {
    curl_easy_cleanup(easy)
    if timer >= 0 { close(timer) }
  }

  private static func set(_ easy: UnsafeMutableRawPointer, _ server: MailServer) {
    for (option, value): (CURLoption, Int) in [
      (CURLOPT_CONNECT_ONLY, 1), (CURLOPT_NOSIGNAL, 1), (CURLOPT_TCP_KEEPALIVE, 1),
      (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_USE_SSL, Int((server.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue)),
      (CURLOPT_TIMEOUT_MS, server.patience.connecting),
      (CURLOPT_CONNECTTIMEOUT_MS, server.patience.connecting),
    ] { flow_curl_set_long(easy, option, value) }
    flow_curl_set_text(easy, CURLOPT_URL, server.url)
    // None of the environment's.
    flow_curl_set_text(easy, CURLOPT_PROXY, "")
    if let authority = server.authority { flow_curl_set_text(easy, CURLOPT_CAINFO, authority) }
    if let user = server.user {
      flow_curl_set_text(easy, CURLOPT_USERNAME, user)
      flow_curl_set_text(easy, CURLOPT_PASSWORD, server.password ?? "")
    }
  }

  /// The callbacks, all of which are called within `curl_easy_perform`, on its thread.
  private static func set(
    _ easy: UnsafeMutableRawPointer, _ dialogue: Dialogue, _ stop: StopSignal,
    _ said: UnsafeMutablePointer<CChar>?
  ) {
    flow_curl_set_long(easy, CURLOPT_VERBOSE, 1)
    flow_curl_set_pointer(easy, CURLOPT_DEBUGDATA, Unmanaged.passUnretained(dialogue).toOpaque())
    flow_curl_set_debug(easy) { _, kind, bytes, count, dialogue in
      let line = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
      if kind == CURLINFO_HEADER_OUT { Dialogue.of(dialogue)?.say(line) }
      if kind == CURLINFO_HEADER_IN { Dialogue.of(dialogue)?.hear(line) }
      return 0
    }
    flow_curl_set_long(easy, CURLOPT_NOPROGRESS, 0)
    flow_curl_set_pointer(easy, CURLOPT_XFERINFODATA, Unmanaged.passUnretained(stop).toOpaque())
    flow_curl_set_progress(easy) { stop, _, _, _, _ in
      stop.map { Unmanaged<StopSignal>.fromOpaque($0).takeUnretainedValue().isGiven } == true ? 1 : 0
    }
    flow_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, said)
  }

  // MARK: Speaking

  /// Gives whatever follows so many milliseconds.
  func allow(_ milliseconds: Int) {
    var time = itimerspec()
    time.it_value.tv_sec = milliseconds / 1000
    time.it_value.tv_nsec = milliseconds % 1000 * 1_000_000
    timerfd_settime(timer, 0, &time, nil)
  }

  func say(_ line: String) throws(LineFault) { try write(Array((line + "\r\n").utf8)) }

  func write(_ bytes: [UInt8]) throws(LineFault) {
    // TLS wants to be given the same bytes at the same place until it has taken them.
    let fault: LineFault? = bytes.withUnsafeBytes { bytes in
      do throws(LineFault) {
        try self.write(bytes)
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(LineFault) {
    var done = 0
    while done < bytes.count {
      var count = 0
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let code = curl_easy_send(easy, rest.baseAddress, rest.count, &count)
      switch code {
      case CURLE_OK: done += count
      case CURLE_AGAIN: try wait(for: POLLOUT)
      default: throw .broken(String(cString: curl_easy_strerror(code)))
      }
    }
  }

  /// The next line without its end, which is LF, with CR before it or not.
  func readLine(limit: Int) throws(LineFault) -> [UInt8] {
    var searched = position
    while true {
      if let end = input[searched...].firstIndex(of: 0x0A) {
        var line = input[position..<end]
        if line.last == 0x0D { line.removeLast() }
        position = end + 1
        return Array(line)
      }
      guard input.count - position <= limit else { throw .nonsense("a line of more than \(limit) bytes") }
      let ahead = input.count - position
      try more()
      searched = position + ahead
    }
  }

  func read(_ count: Int) throws(LineFault) -> [UInt8] {
    while input.count - position < count { try more() }
    defer { position += count }
    return Array(input[position..<(position + count)])
  }

  /// Whether the other side has said something unasked, or gone; does not wait.
  func hasNews() -> Bool {
    if position < input.count { return true }
    var one = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&one, 1, 0) != 0 else { return false }
    // TLS has messages of its own; those are no news.
    do throws(LineFault) { return try take() } catch { return true }
  }

  private func more() throws(LineFault) {
    if position > 0 {
      input.removeFirst(position)
      position = 0
    }
    while try !take() { try wait(for: POLLIN) }
  }

  /// False where nothing is there yet.
  private func take() throws(LineFault) -> Bool {
    var count = 0
    let code = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
      let code = curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count)
      if code == CURLE_OK { input += buffer[..<count] }
      return code
    }
    if code == CURLE_AGAIN { return false }
    if code != CURLE_OK { throw .broken(String(cString: curl_easy_strerror(code))) }
    if count == 0 { throw .closed }
    return true
  }

  private func wait(for events: Int32) throws(LineFault) {
    var watched = [
      pollfd(fd: socket, events: Int16(events), revents: 0),
      pollfd(fd: timer, events: Int16(POLLIN), revents: 0),
      pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&watched, nfds_t(watched.count), -1) < 0 {
      guard errno == EINTR else { throw .broken(String(cString: strerror(errno))) }
    }
    if watched[2].revents != 0 { throw .stopped }
    if watched[0].revents == 0, watched[1].revents != 0 { throw .silent }
  }
}

/// Tells a thread that waits for a line to end; once given it stays.
final class StopSignal: Sendable {
  let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))

  func give() {
    var one: UInt64 = 1
    _ = Glibc.write(descriptor, &one, 8)
  }

  var isGiven: Bool {
    var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&one, 1, 0) > 0
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
