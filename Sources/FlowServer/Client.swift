import FlowRuntime
import Glibc

/// A command's end of the socket.
public final class Client {
  private var lines: Lines
  /// Who answers.
  public let holder: Holder
  /// The folder whose flow.yaml named the store when the server began; nil where it was named otherwise.
  public let project: String?

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
      (holder, project) = try Wire.readHello(hello)
    } catch {
      close(file)
      throw error
    }
    self.lines = lines
  }

  /// Who serves a project by another store than the one that its flow.yaml names now, as far as that store lies in the
  /// project's folder.
  /// - Parameters:
  ///   - project: the folder.
  ///   - store: the file that is named now.
  /// - Returns: the store that is served, by its name in the folder, and who serves it.
  public static func other(project: String, than store: String) -> (store: String, holder: Holder)? {
    guard let folder = opendir(project) else { return nil }
    defer { closedir(folder) }
    let own = SocketAddress.path(ofStore: store)
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      let file = String(name.dropLast(7))
      guard name.hasSuffix(".socket"), SocketAddress.path(ofStore: "\(project)/\(file)") != own,
        let client = try? Client(store: "\(project)/\(file)", seconds: 5), client.project == project
      else { continue }
      return (file, client.holder)
    }
    return nil
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
