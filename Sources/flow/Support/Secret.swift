import FlowCore
import Glibc

/// The one thing that must not follow from anything else: what a new store alone knows.
enum Secret {
  /// 64 hexadecimal digits from the system.
  static func make() -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let file = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    precondition(count == bytes.count, "the system gives no chance: /dev/urandom cannot be read")
    return hexadecimal(bytes)
  }
}
