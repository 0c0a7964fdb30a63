/// One line of text that cannot break out of its line, whatever it was made from: there is no way to make one
/// that holds a CR, an LF, a NUL or any other control character.
///
/// The check is on scalars, not on characters: `"\r\n"` is one `Character`, and a check for `"\n"` misses it.
public struct HeaderText: Hashable, Sendable, CustomStringConvertible {
  /// Without control characters (U+0000…U+001F, U+007F…U+009F) and without Unicode's own line breaks (U+2028,
  /// U+2029).
  public let text: String

  /// Each run of control characters, line breaks and blanks around them becomes one blank; blanks at the ends
  /// go.
  public init(_ text: String) {
    // Most texts are what they should be, byte after byte.
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.allSatisfy { 0x20..<0x7F ~= $0 } && bytes.first != 0x20 && bytes.last != 0x20
    }
    if isPlain == true {
      self.text = text
      return
    }
    var kept = String.UnicodeScalarView()
    var gap = false
    for scalar in text.unicodeScalars {
      if HeaderText.breaks(scalar) {
        gap = true
        continue
      }
      if gap {
        while kept.last == " " { kept.removeLast() }
        if scalar != " " { kept.append(" ") }
        gap = false
      }
      kept.append(scalar)
    }
    var result = Substring(String(kept))
    while result.unicodeScalars.first == " " { result.unicodeScalars.removeFirst() }
    while result.unicodeScalars.last == " " { result.unicodeScalars.removeLast() }
    self.text = String(result)
  }

  public var description: String { text }
  public var isEmpty: Bool { text.isEmpty }
  /// Every byte is printable ASCII or a blank.
  public var isASCII: Bool {
    text.utf8.withContiguousStorageIfAvailable { $0.allSatisfy { $0 < 0x80 } } ?? text.utf8.allSatisfy { $0 < 0x80 }
  }

  /// Whether a scalar ends a line somewhere, or is a control character.
  static func breaks(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
    default: false
    }
  }
}
