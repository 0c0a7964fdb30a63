/// Foreign text on its way to a terminal: nothing in it may move the cursor, colour the screen or turn the
/// line around.
enum Printable {
  /// One scalar for one: control characters as their pictures (U+2400), what reorders or hides text as
  /// U+FFFD. Tabs stay where `keepingTabs`.
  static func scalar(_ scalar: Unicode.Scalar, keepingTabs: Bool = false) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09 where keepingTabs: scalar
    case 0x00..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0x061C, 0xFEFF: "\u{FFFD}"
    default: scalar
    }
  }

  /// A text in one line: runs of blanks and line breaks become one blank.
  static func line(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var isBlank = true
    for scalar in text.unicodeScalars {
      if scalar == " " || scalar == "\n" || scalar == "\r" || scalar == "\t" {
        if !isBlank { out.append(" ") }
        isBlank = true
      } else {
        out.append(Self.scalar(scalar))
        isBlank = false
      }
    }
    if out.last == " " { out.removeLast() }
    return String(out)
  }

  /// The same with its line breaks seen: a cell of a table.
  static func cell(_ text: String, ascii: Bool = false) -> String {
    lines(text).map(line).filter { !$0.isEmpty }.joined(separator: ascii ? " / " : " ↵ ")
  }

  /// A text of several lines, each kept as it is.
  static func lines(_ text: String) -> [String] {
    var bytes = Array(text.utf8)
    // Swift takes CR LF for one letter, so lines are parted by bytes.
    bytes.removeAll { $0 == 0x0D }
    return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      var out = String.UnicodeScalarView()
      for scalar in String(decoding: line, as: UTF8.self).unicodeScalars { out.append(Self.scalar(scalar)) }
      return String(out)
    }
  }
}
