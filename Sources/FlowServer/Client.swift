import FlowRuntime
import Glibc

/// A command's end of the socket.
public final class Client {
  private var lines: Lines
  /// Who answers.
  public let holder: Holder

  /// - Parameter store: the store's file.
  /// - Throws: `.absent` where no server runs on it.
  public init(store: String, seconds: Int = 60) throws(SocketError) {
    guard let path = SocketAddress.path(ofStore: store), access(path, F_OK) == 0 else { throw .absent }
    let file = try SocketAddress.make()
    var lines = Lines(file, limit: SocketServer.Limits().line, seconds: seconds)
    do throws(SocketError) {
      try SocketAddress.use(path) { (address, length) throws(SocketError) in
        while connect(file, address, length) != 0 {
          switch errno {
          case EINTR: continue
          // Whoever made it has ended.
          case ECONNREFUSED, ENOENT, ECONNRESET: throw .absent
          case EAGAIN: throw .late(seconds: seconds)
          default: throw .failed("\(path): \(String(cString: strerror(errno)))")
          }
        }
      }
      guard let hello = try lines.read() else { throw .absent }
      holder = try Wire.readHello(hello)
    } catch {
      close(file)
      throw error
    }
    self.lines = lines
  }

  /// - Throws: `.gone` where the server ended meanwhile: the order may have been carried out, and may be sent
  ///   again.
  public func carryOut(_ order: Order) throws(SocketError) -> Answer {
    try lines.write(Wire.bytes(order.json))
    guard let line = try lines.read() else { throw .gone }
    return try Wire.readAnswer(line)
  }

  deinit { close(lines.file) }
}
