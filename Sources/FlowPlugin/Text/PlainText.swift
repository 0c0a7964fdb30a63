import FlowCore

/// Text for people as a channel without markup sends it.
public enum PlainText {
  /// ``clean(_:)``, and blanks and empty lines at the end go.
  public static func tidy(_ text: String) -> String {
    let text = clean(text)
    let end = text.utf8.lastIndex { $0 != 0x0A && $0 != 0x20 && $0 != 0x09 }
    guard let end else { return "" }
    let after = text.utf8.index(after: end)
    return after == text.endIndex ? text : String(text[..<after])
  }

  /// Line ends become LF (CR LF, CR, U+0085, U+2028, U+2029); every other control character but a tab goes.
  public static func clean(_ text: String) -> String {
    // Most text is clean, and this is done to every text that is sent.
    guard PlainText.needsCleaning(text) else { return text }
    var kept = String.UnicodeScalarView()
    var afterReturn = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A:
        if !afterReturn { kept.append("\n") }
      case 0x0D, 0x85, 0x2028, 0x2029: kept.append("\n")
      case 0x09: kept.append(scalar)
      case 0..<0x20, 0x7F...0x9F: break
      default: kept.append(scalar)
      }
      afterReturn = scalar.value == 0x0D
    }
    return String(kept)
  }

  /// Control characters, U+0080…U+009F (C2 80…9F), U+2028 and U+2029 (E2 80 A8, E2 80 A9).
  private static func needsCleaning(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { text in
      // Of most texts this is all. No early end: so several bytes are looked at together.
      var isOdd = false
      for byte in text { isOdd = isOdd || byte >= 0x7F || byte < 0x20 && byte != 0x0A && byte != 0x09 }
      if !isOdd { return false }
      for (index, byte) in text.enumerated() {
        if byte < 0x20 && byte != 0x0A && byte != 0x09 || byte == 0x7F { return true }
        // Most are ASCII. What follows 0xC2 is never the first byte.
        guard byte >= 0x80, byte < 0xC0, index > 0 else { continue }
        if text[index - 1] == 0xC2 && byte < 0xA0 { return true }
        guard index > 1, byte == 0xA8 || byte == 0xA9 else { continue }
        if text[index - 2] == 0xE2 && text[index - 1] == 0x80 { return true }
      }
      return false
    }
  }

  /// ``clean(_:)`` of each piece; which of them came from data stays known.
  public static func clean(_ text: RenderedText) -> RenderedText {
    guard text.pieces.contains(where: { needsCleaning($0.text) }) else { return text }
    return RenderedText(text.pieces.map { RenderedText.Piece(clean($0.text), isValue: $0.isValue) })
  }
}
