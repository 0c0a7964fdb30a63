import FlowCore

/// Names that the engine gives: digests of what they name, so that a crash and a second attempt give the
/// same.
enum Derived {
  /// The first `digits` hexadecimal digits of SHA-256 over the parts, each with its length, so that no two
  /// lists of parts run together.
  static func hex(_ parts: [String], digits: Int) -> String {
    var bytes: [UInt8] = []
    for part in parts {
      bytes += String(part.utf8.count).utf8
      bytes.append(UInt8(ascii: ":"))
      bytes += part.utf8
    }
    return String(hex(sha256(bytes)).prefix(digits))
  }

  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count * 2)
    for byte in bytes { out += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: out, as: UTF8.self)
  }
}
