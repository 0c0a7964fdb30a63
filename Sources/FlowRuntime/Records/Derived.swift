import FlowCore

/// Names that the engine gives: digests of what they name, so that a crash and a second attempt give the
/// same.
enum Derived {
  /// The first `digits` hexadecimal digits of SHA-256 over the parts, each with its length, so that no two
  /// lists of parts run together.
  static func hex(_ parts: [String], digits: Int) -> String {
    hexadecimal(sha256(bytes(parts)), digits: digits)
  }

  /// The same for who knows the key alone.
  static func hex(_ parts: [String], key: HMACKey, digits: Int) -> String {
    hexadecimal(key.code(of: bytes(parts)), digits: digits)
  }

  private static func bytes(_ parts: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(parts.reduce(0) { $0 + $1.utf8.count + 6 })
    for part in parts {
      bytes.append(contentsOf: String(part.utf8.count).utf8)
      bytes.append(UInt8(ascii: ":"))
      bytes.append(contentsOf: part.utf8)
    }
    return bytes
  }
}
