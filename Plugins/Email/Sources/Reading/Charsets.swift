import Glibc

/// Bytes of a charset as text. Never fails: what fits no letter becomes U+FFFD.
enum Charsets {
  /// - Parameter label: as a mail names it, in any case; nil or unknown: UTF-8 where it is valid, else
  ///   windows-1252.
  static func decode(_ bytes: Bytes, _ label: String?) -> String {
    switch (label?.utf8).map({ Array($0)[...].trimmed.lowered }) {
    case "utf-8", "utf8", "utf_8", "unicode-1-1-utf-8": return String(decoding: bytes, as: UTF8.self)
    case "iso-8859-1", "iso8859-1", "iso88591", "iso_8859-1", "iso_8859-1:1987", "iso-ir-100", "csisolatin1", "latin1",
      "latin-1", "l1", "cp819", "ibm819", "windows-1252", "cp1252", "cp-1252", "x-cp1252":
      // What calls itself ISO 8859-1 has the quotes and the euro of windows-1252 (WHATWG Encoding, section
      // 4.2).
      return single(bytes, windows)
    case "iso-8859-15", "iso8859-15", "iso885915", "iso_8859-15", "csisolatin9", "latin9", "latin-9", "l9":
      return single(bytes, latin9)
    case "utf-16", "utf16": return utf16(bytes, isBig: nil)
    case "utf-16be": return utf16(bytes, isBig: true)
    case "utf-16le": return utf16(bytes, isBig: false)
    case "hz-gb-2312", "hz": return convert(unpackedHZ(bytes)[...], "GB18030") ?? guessed(bytes)
    case let label?:
      return CharsetLabels.converter(label).flatMap { convert(bytes, $0) } ?? guessed(bytes)
    case nil: return guessed(bytes)
    }
  }

  private static func guessed(_ bytes: Bytes) -> String {
    String(validating: bytes, as: UTF8.self) ?? single(bytes, windows)
  }

  private static func single(_ bytes: Bytes, _ high: [UInt8: Unicode.Scalar]) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(high[byte] ?? Unicode.Scalar(byte)) }
    return String(text)
  }

  /// 0x80 to 0x9F; the five that mean nothing stay what they are.
  private static let windows = table(
    0x80,
    "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ")

  private static let latin9: [UInt8: Unicode.Scalar] = [
    0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ",
  ]

  private static func table(_ first: UInt8, _ scalars: String) -> [UInt8: Unicode.Scalar] {
    var table: [UInt8: Unicode.Scalar] = [:]
    for (index, scalar) in scalars.unicodeScalars.enumerated() {
      table[first &+ UInt8(clamping: index)] = scalar
    }
    return table
  }

  /// A byte order mark decides; without one and without a name for it, big-endian (RFC 2781 section 4.3).
  private static func utf16(_ bytes: Bytes, isBig: Bool?) -> String {
    var rest = bytes
    var isBig = isBig ?? true
    if rest.starts(with: [0xFE, 0xFF]) || rest.starts(with: [0xFF, 0xFE]) {
      isBig = rest.first == 0xFE
      rest = rest.dropFirst(2)
    }
    var units: [UInt16] = []
    units.reserveCapacity(rest.count / 2)
    var at = rest.startIndex
    while at + 1 < rest.endIndex {
      let (first, second) = (UInt16(rest[at]), UInt16(rest[at + 1]))
      units.append(isBig ? first << 8 | second : second << 8 | first)
      at += 2
    }
    return String(decoding: units, as: UTF16.self)
  }

  /// HZ (RFC 1843) as GB 2312: between `~{` and `~}` the letters of two bytes lack their highest bits; `~~` is `~`, and
  /// a line that ends in `~` goes on. The C library does not read it.
  private static func unpackedHZ(_ bytes: Bytes) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var isDouble = false
    var at = bytes.startIndex
    while at < bytes.endIndex {
      let (byte, next) = (bytes[at], at + 1 < bytes.endIndex ? bytes[at + 1] : 0)
      at += 2
      switch (byte, next) {
      case (0x7E, 0x7D) where isDouble: isDouble = false
      case (0x7E, 0x7B) where !isDouble: isDouble = true
      case (0x7E, 0x7E) where !isDouble: out.append(byte)
      case (0x7E, 0x0A) where !isDouble: continue
      case (0x21..., 0x21...) where isDouble: out += [byte | 0x80, next | 0x80]
      default:
        // A line that ends within them ends them, too.
        if byte == 0x0A { isDouble = false }
        out.append(byte)
        at -= 1
      }
    }
    return out
  }

  /// Nil where the C library has no such module.
  private static func convert(_ bytes: Bytes, _ label: String) -> String? {
    let converter = iconv_open("UTF-8", label)
    guard let converter, Int(bitPattern: converter) != -1 else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output: [UInt8] = []
    var buffer = [CChar](repeating: 0, count: 8192)
    input.withUnsafeMutableBufferPointer { source in
      var (next, left): (UnsafeMutablePointer<CChar>?, Int) = (source.baseAddress, source.count)
      while true {
        let (made, isStuck) = buffer.withUnsafeMutableBufferPointer { room in
          var (to, free): (UnsafeMutablePointer<CChar>?, Int) = (room.baseAddress, room.count)
          let result = iconv(converter, &next, &left, &to, &free)
          // E2BIG: the buffer is full, and the rest comes in the next round.
          return (room.count - free, result == -1 && errno != E2BIG)
        }
        output += buffer.prefix(made).lazy.map { UInt8(bitPattern: $0) }
        if isStuck, left > 0 {
          output += "\u{FFFD}".utf8
          next = next?.advanced(by: 1)
          left -= 1
        }
        if left <= 0 || made == 0 && !isStuck { return }
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
