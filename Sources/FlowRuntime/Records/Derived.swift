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
    for var part in parts {
      part.withUTF8 { part in
        put(part.count, &bytes)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: part)
      }
    }
    return bytes
  }

  /// In decimal digits.
  private static func put(_ number: Int, _ bytes: inout [UInt8]) {
    if number >= 10 { put(number / 10, &bytes) }
    bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
