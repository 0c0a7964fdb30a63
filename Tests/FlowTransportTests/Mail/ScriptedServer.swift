import Foundation
import Glibc
import Synchronization

/// A server on loopback that says what it is told to say, a line for each line it hears, and ends the line
/// where it is told to. It keeps what it has heard: an outside judge of what left the other side.
final class ScriptedServer: Sendable {
  /// Where the line is cut: after so many bytes of either direction, over all connections.
  enum Cut: Sendable {
    case never
    case afterSending(Int)
    case afterHearing(Int)
  }

  enum Answer: Sendable {
    /// Lines with their ends.
    case say(String)
    /// The same, and the line ends.
    case sayLast(String)
    case hangUp
    /// Nothing, and the line stays.
    case nothing
    /// These bytes, one at a time, with so many milliseconds between them.
    case drip(String, Int)
    /// So many milliseconds later.
    case late(String, Int)
  }

  struct Heard: Sendable {
    var connections = 0
    var lines: [String] = []
    /// Whole messages, the dots doubled as they came.
    var messages: [[UInt8]] = []
    var bytes = 0
    var sent = 0
    var isCut = false
  }

  let port: Int
  private let listener: Int32
  private let heard = Mutex(Heard())
  private let answer: @Sendable (_ line: String, _ connection: Int) -> Answer
  private let cut: Cut

  /// - Parameter answer: to a line; `""` is the connection itself, `"."` the end of a message.
  init(cut: Cut = .never, _ answer: @escaping @Sendable (_ line: String, _ connection: Int) -> Answer) {
    self.cut = cut
    self.answer = answer
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = bind(listener, address, length)
        _ = listen(listener, 16)
        getsockname(listener, address, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in serve() }
  }

  var log: Heard { heard.withLock { $0 } }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve() {
    signal(SIGPIPE, SIG_IGN)
    while true {
      let client = accept(listener, nil, nil)
      if client < 0 { break }
      var on: Int32 = 1
      setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
      let number = heard.withLock {
        $0.connections += 1
        return $0.connections
      }
      talk(client, number)
      close(client)
      heard.withLock { $0.isCut = true }
    }
    close(listener)
  }

  private func talk(_ client: Int32, _ number: Int) {
    var line: [UInt8] = []
    var message: [UInt8]?
    guard perform(answer("", number), client) else { return }
    while let byte = hear(client) {
      line.append(byte)
      guard byte == 0x0A else { continue }
      if message != nil, line != Array(".\r\n".utf8) {
        message?.append(contentsOf: line)
        line = []
        continue
      }
      let text = String(decoding: line.dropLast(2), as: UTF8.self)
      line = []
      if let whole = message {
        heard.withLock { $0.messages.append(whole) }
        message = nil
        guard perform(answer(".", number), client) else { return }
        continue
      }
      heard.withLock { $0.lines.append(text) }
      let answer = answer(text, number)
      if text == "DATA", case .say(let said) = answer, said.hasPrefix("354") { message = [] }
      guard perform(answer, client) else { return }
    }
  }

  private func perform(_ answer: Answer, _ client: Int32) -> Bool {
    switch answer {
    case .hangUp: return false
    case .nothing: return true
    case .say(let text): return say(Array(text.utf8), client)
    case .sayLast(let text):
      _ = say(Array(text.utf8), client)
      return false
    case .drip(let text, let pause):
      return text.utf8.allSatisfy {
        usleep(UInt32(pause) * 1000)
        return say([$0], client)
      }
    case .late(let text, let pause):
      usleep(UInt32(pause) * 1000)
      return say(Array(text.utf8), client)
    }
  }

  private func say(_ bytes: [UInt8], _ client: Int32) -> Bool {
    var room = bytes.count
    if case .afterSending(let limit) = cut { room = max(0, min(room, limit - heard.withLock { $0.sent })) }
    let count = room > 0 ? write(client, bytes, room) : 0
    heard.withLock { $0.sent += max(0, count) }
    return count == bytes.count
  }

  /// A byte at a time, so that what was not heard was not taken from the line.
  private func hear(_ client: Int32) -> UInt8? {
    if case .afterHearing(let limit) = cut, heard.withLock({ $0.bytes }) >= limit { return nil }
    if case .afterSending(let limit) = cut, heard.withLock({ $0.sent }) >= limit { return nil }
    var byte: UInt8 = 0
    guard read(client, &byte, 1) == 1 else { return nil }
    heard.withLock { $0.bytes += 1 }
    return byte
  }
}

extension ScriptedServer {
  /// A server that takes everything.
  static func willing(_ line: String) -> Answer {
    switch line.prefix(4) {
    case "": .say("220 mx.acme.test ESMTP\r\n")
    case "EHLO": .say("250-mx.acme.test\r\n250-SIZE 1000000\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES\r\n")
    case "AUTH": .say("334 \r\n")
    case "MAIL": .say("250 2.1.0 Ok\r\n")
    case "RCPT": .say("250 2.1.5 Ok\r\n")
    case "DATA": .say("354 End data with <CR><LF>.<CR><LF>\r\n")
    case ".": .say("250 2.0.0 Ok: queued as 1\r\n")
    case "RSET": .say("250 2.0.0 Ok\r\n")
    case "QUIT": .say("221 2.0.0 Bye\r\n")
    default: .say("235 2.7.0 Authentication successful\r\n")
    }
  }
}
