import FlowRuntime
import Glibc

/// Lines over a socket: each ends with a line feed, and none is longer than a limit.
struct Lines {
  let file: Int32
  /// Bytes of a line, its end not counted.
  let limit: Int
  /// After so long without a byte, reading and writing give up.
  let seconds: Int
  private var buffer: [UInt8] = []
  /// Up to here there is no line feed in the buffer.
  private var searched = 0

  init(_ file: Int32, limit: Int, seconds: Int) {
    self.file = file
    self.limit = limit
    self.seconds = seconds
    SocketAddress.limit(file, seconds: seconds)
  }

  /// The next line without its end; nil where the other side has ended.
  mutating func read() throws(SocketError) -> [UInt8]? {
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        guard end <= limit else { throw .tooLong(limit: limit) }
        let line = Array(buffer[..<end])
        buffer.removeSubrange(...end)
        searched = 0
        return line
      }
      searched = buffer.count
      guard buffer.count <= limit else { throw .tooLong(limit: limit) }
      if try !fill() { return nil }
    }
  }

  /// Returns when something is there to be read, or after so many seconds, without having slept.
  func awaitAwake(seconds: Double) {
    guard buffer.isEmpty else { return }
    let end = SystemClock.seconds + seconds
    var byte: UInt8 = 0
    // Others that want the processor have it.
    while recv(file, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0, SystemClock.seconds < end { sched_yield() }
  }

  private mutating func fill() throws(SocketError) -> Bool {
    // Most lines are short: room that is not needed would be wiped for each.
    let chunk = min(64 << 10, max(4 << 10, buffer.count))
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: chunk))
    let count = buffer.withUnsafeMutableBytes { recv(file, $0.baseAddress.map { $0 + start }, chunk, 0) }
    let code = errno
    buffer.removeLast(chunk - max(0, count))
    if count >= 0 { return count > 0 }
    switch code {
    case EINTR: return true
    case EAGAIN: throw .late(seconds: seconds)
    case ECONNRESET: return false
    default: throw .failed(String(cString: strerror(code)))
    }
  }

  func write(_ line: [UInt8]) throws(SocketError) {
    let bytes = line + [0x0A]
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(file, $0.baseAddress.map { $0 + start }, bytes.count - start, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        start += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: throw .late(seconds: seconds)
      case EPIPE, ECONNRESET: throw .gone
      default: throw .failed(String(cString: strerror(errno)))
      }
    }
  }
}
