import FlowCore

/// Text for people as a channel without markup sends it.
public enum PlainText {
  /// ``clean(_:)``, and blanks and empty lines at the end go.
  public static func tidy(_ text: String) -> String {
    var kept = clean(text).unicodeScalars
    while let last = kept.last, last == "\n" || last == " " || last == "\t" { kept.removeLast() }
    return String(kept)
  }

  /// Line ends become LF (CR LF, CR, U+0085, U+2028, U+2029); every other control character but a tab goes.
  public static func clean(_ text: String) -> String {
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

  /// ``clean(_:)`` of each piece; which of them came from data stays known.
  public static func clean(_ text: RenderedText) -> RenderedText {
    RenderedText(text.pieces.map { RenderedText.Piece(clean($0.text), isValue: $0.isValue) })
  }
}
