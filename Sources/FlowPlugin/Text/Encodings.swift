import FlowCore

/// Bytes as printable text.
public enum Encodings {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// RFC 4648 section 4, padded, without line ends.
  public static func base64(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var at = 0
    while at < bytes.count {
      let group = bytes[at..<min(at + 3, bytes.count)]
      var word: UInt32 = 0
      for (index, byte) in group.enumerated() { word |= UInt32(byte) << (16 - 8 * UInt32(index)) }
      for index in 0..<4 {
        out.append(
          index <= group.count ? alphabet[Int(word >> (18 - 6 * UInt32(index))) & 63] : UInt8(ascii: "="))
      }
      at += 3
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Nil for anything but padded base64 without blanks, stray bits included (RFC 4648 section 3.5).
  public static func bytes(base64 text: String) -> [UInt8]? {
    let text = Array(text.utf8)
    guard text.count % 4 == 0 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 4 * 3)
    for start in stride(from: 0, to: text.count, by: 4) {
      let group = text[start..<start + 4]
      let padding = start + 4 == text.count ? group.reversed().prefix { $0 == UInt8(ascii: "=") }.count : 0
      guard padding <= 2 else { return nil }
      var word: UInt32 = 0
      for byte in group.dropLast(padding) {
        guard let value = value(of: byte) else { return nil }
        word = word << 6 | value
      }
      word <<= 6 * UInt32(padding)
      let bytes = [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
      guard bytes.suffix(padding).allSatisfy({ $0 == 0 }) else { return nil }
      out += bytes.dropLast(padding)
    }
    return out
  }

  private static func value(of byte: UInt8) -> UInt32? {
    switch byte {
    case 0x41...0x5A: UInt32(byte - 0x41)
    case 0x61...0x7A: UInt32(byte - 0x61) + 26
    case 0x30...0x39: UInt32(byte - 0x30) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  /// RFC 3986 section 2.1: everything but letters, digits and `-._~` as `%XX`.
  public static func percent(_ text: String) -> String {
    var out: [UInt8] = []
    let upper = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      if isLetterOrDigit(byte) || "-._~".utf8.contains(byte) {
        out.append(byte)
      } else {
        out += [UInt8(ascii: "%"), upper[Int(byte >> 4)], upper[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
