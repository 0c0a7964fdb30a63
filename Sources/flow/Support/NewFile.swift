import Glibc

/// A file that is not there yet.
enum NewFile {
  static func write(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure.broken("cannot write \"\(path)\": \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure.broken("cannot write \"\(path)\": \(String(cString: strerror(errno)))") }
      bytes = bytes.dropFirst(count)
    }
  }
}
