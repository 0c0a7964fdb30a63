import CWatch
import Glibc

/// Where the server of a store listens: a socket beside the store's file, called as it is with `.socket` at
/// the end.
enum SocketAddress {
  /// The store's file without links, so that all who mean it meet; nil where its folder is not there. The file itself
  /// may be gone, and its server live.
  static func path(ofStore store: String) -> String? {
    if let real = real(store) { return real + ".socket" }
    let cut = store.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = cut.map { String(store[store.utf8.index(after: $0)...]) } ?? store
    return real(cut.map { String(store[...$0]) } ?? ".").map { "\($0 == "/" ? "" : $0)/\(name).socket" }
  }

  private static func real(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// An address holds 108 bytes, and a folder's path may be longer: the folder is opened, and named by its
  /// descriptor.
  static func use<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SocketError) -> Result
  ) throws(SocketError) -> Result {
    let cut = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    let folder = open(
      cut == path.startIndex ? "/" : String(path[..<cut]), flow_o_path | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .failed("\(path): \(String(cString: strerror(errno)))") }
    defer { close(folder) }
    let name = "/proc/self/fd/\(folder)" + path[cut...]
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw .failed("\(path): the name is too long for a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    do {
      return try withUnsafePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    } catch let error as SocketError {
      throw error
    } catch {
      throw .failed("\(error)")
    }
  }

  static func make() throws(SocketError) -> Int32 {
    let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw .failed("socket: \(String(cString: strerror(errno)))") }
    return file
  }

  /// Reading and writing give up after so long.
  static func limit(_ file: Int32, seconds: Int) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &time, size)
    setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &time, size)
  }
}
