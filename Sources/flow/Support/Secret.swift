import FlowCore
import FlowRuntime
import Glibc

/// The one thing that must not follow from anything else: what a new store alone knows.
enum Secret {
  /// 64 hexadecimal digits from the system.
  /// - Throws: where the system gives none: nothing is sent with a secret that could be guessed.
  static func make() throws(StoreError) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let file = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw .failed("the store needs a secret, and /dev/urandom cannot be read") }
    return hexadecimal(bytes)
  }
}
