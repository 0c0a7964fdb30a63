import Glibc

/// What reading a mail may cost, whatever its structure. Beyond a limit the rest is left out, and what was
/// read before it counts.
enum MailLimits {
  static let mail = 32 << 20
  static let field = 64 << 10
  static let fields = 2000
  /// Multiparts within multiparts, and parts in all.
  static let depth = 16
  static let parts = 400
  /// Text to read, in bytes, in its charset and when it is decoded.
  static let text = 512 << 10
  /// No mail program writes a longer encoded word (RFC 2047 allows 75 bytes); bounds the search for its end.
  static let encodedWord = 1000
  static let addresses = 200
  static let messageIDs = 100
}

typealias Bytes = ArraySlice<UInt8>

extension UInt8 {
  /// A blank or a tab.
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isDigit: Bool { (0x30...0x39).contains(self) }
  var lowered: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
  /// Of a hexadecimal digit in any case.
  var hexValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
}

extension Collection<UInt8> where Self: BidirectionalCollection, SubSequence == Bytes {
  /// Without blanks, tabs and line ends around.
  var trimmed: Bytes {
    var rest = self[startIndex..<endIndex]
    while let byte = rest.first, byte.isBlank || byte == 0x0D || byte == 0x0A { rest = rest.dropFirst() }
    while let byte = rest.last, byte.isBlank || byte == 0x0D || byte == 0x0A { rest = rest.dropLast() }
    return rest
  }

  /// Letters of ASCII in lower case.
  var lowered: String { String(decoding: map(\.lowered), as: UTF8.self) }
}

extension Bytes {
  /// Where the line that begins at `start` ends: at its LF, or at the end of all.
  func lineEnd(from start: Int) -> Int {
    guard start >= startIndex, start < endIndex else { return endIndex }
    return withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = memchr(base + (start - startIndex), 0x0A, endIndex - start)
      else { return endIndex }
      return startIndex + (UnsafeRawPointer(found) - base)
    }
  }

  /// Whether it begins so, letters of ASCII in any case; `text` is in lower case.
  func begins(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { prefix in zip(self, prefix).allSatisfy { $0.lowered == $1 } }
  }
}

/// The lines of a text, ended by CRLF or LF, without these.
struct Lines: Sequence, IteratorProtocol {
  private let bytes: Bytes
  /// Where the next line begins.
  private(set) var at: Int

  init(_ bytes: Bytes) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  mutating func next() -> Bytes? {
    guard at < bytes.endIndex else { return nil }
    let end = bytes.lineEnd(from: at)
    let line = bytes[at..<end]
    at = Swift.min(end + 1, bytes.endIndex)
    return line.last == 0x0D && end < bytes.endIndex ? line.dropLast() : line
  }
}
