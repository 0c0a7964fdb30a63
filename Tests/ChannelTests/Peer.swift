import Glibc
import Synchronization

/// A far side on loopback: takes requests, keeps them, and answers byte for byte what it is told to. It knows HTTP only
/// as far as it takes to find a request's end.
final class Peer: Sendable {
  struct Request: Sendable {
    var line: String
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
    /// Which connection it came over, from 0.
    var connection: Int
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  struct Answer: Sendable {
    /// Pieces, with a pause in milliseconds before each.
    var pieces: [(pause: UInt32, bytes: [UInt8])]
    var keepsOpen = false
    /// Ends by RST.
    var resets = false

    static func raw(_ text: String) -> Answer { Answer(pieces: [(0, Array(text.utf8))]) }

    static func status(_ status: Int, _ body: String = "", _ headers: [String] = [], keeps: Bool = false) -> Answer {
      let head = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)"] + headers
      var answer = raw(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
      answer.keepsOpen = keeps
      return answer
    }

    /// Only the first so many bytes.
    func cut(after count: Int) -> Answer {
      Answer(pieces: [(0, Array(pieces.flatMap(\.bytes).prefix(count)))])
    }
  }

  private let listener: Int32
  let port: Int
  var url: String { "http://127.0.0.1:\(port)" }
  private let answer: @Sendable (Request) -> Answer
  private let seen = Mutex<[Request]>([])
  private let accepted = Mutex(0)

  var requests: [Request] { seen.withLock { $0 } }
  var connections: Int { accepted.withLock { $0 } }

  init(_ answer: @escaping @Sendable (Request) -> Answer) {
    signal(SIGPIPE, SIG_IGN)
    self.answer = answer
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = withUnsafeMutablePointer(to: &address) { [listener] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        guard bind(listener, $0, length) == 0, listen(listener, 64) == 0 else { return 0 }
        getsockname(listener, $0, &length)
        return Int(UInt16(bigEndian: pointer.pointee.sin_port))
      }
    }
    onThread { [self] in
      while true {
        let line = accept(listener, nil, nil)
        if line < 0 { return }
        let number = accepted.withLock { count in
          count += 1
          return count - 1
        }
        onThread { [self] in serve(line, number) }
      }
    }
  }

  convenience init(_ answer: Answer) { self.init { _ in answer } }

  /// Ends the listening; whoever asks is refused from then on. The port and the number of the socket stay ours, so that
  /// no other peer gets either.
  func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ line: Int32, _ number: Int) {
    var buffer: [UInt8] = []
    while let request = Peer.read(line, &buffer, number) {
      seen.withLock { $0.append(request) }
      let answer = answer(request)
      for piece in answer.pieces {
        if piece.pause > 0 { usleep(piece.pause * 1000) }
        var rest = piece.bytes[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes { send(line, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
          if count <= 0 { break }
          rest = rest.dropFirst(count)
        }
      }
      if answer.resets {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(line, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      }
      if !answer.keepsOpen { break }
    }
    Glibc.close(line)
  }

  private static func read(_ line: Int32, _ buffer: inout [UInt8], _ number: Int) -> Request? {
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
      let end = buffer.indices.dropFirst(3).first { buffer[($0 - 3)...$0].elementsEqual([13, 10, 13, 10]) }
      if let end {
        let lines = String(decoding: buffer[..<(end - 3)], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for header in lines.dropFirst() {
          let colon = header.firstIndex(of: ":") ?? header.endIndex
          let value = header[colon...].dropFirst().drop { $0 == " " }
          headers[header[..<colon].lowercased(), default: ""] += String(value)
        }
        let length = Int(headers["content-length"] ?? "0") ?? 0
        if buffer.count >= end + 1 + length {
          let body = Array(buffer[(end + 1)..<(end + 1 + length)])
          buffer.removeFirst(end + 1 + length)
          return Request(line: String(lines.first ?? ""), headers: headers, body: body, connection: number)
        }
      }
      let count = recv(line, &block, block.count, 0)
      if count <= 0 { return nil }
      buffer += block[..<count]
    }
  }
}

/// Runs it on a thread of its own: what blocks has no place on Swift's.
func onThread(_ body: @escaping @Sendable () -> Void) {
  final class Job: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { job in
      if let job { Unmanaged<Job>.fromOpaque(job).takeRetainedValue().body() }
      return nil
    }, Unmanaged.passRetained(Job(body)).toOpaque())
  pthread_detach(thread)
}

/// Counts how often a delivery was marked, and says whether it may go on.
actor Marks {
  private(set) var count = 0
  private let answer: Bool
  init(_ answer: Bool = true) { self.answer = answer }
  func mark() -> Bool {
    count += 1
    return answer
  }
}
