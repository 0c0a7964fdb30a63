/// How many columns of a terminal a text takes: none for what combines with the letter before it, two for
/// East Asian wide letters and emoji (Unicode standard annex 11; ambiguous letters are narrow).
enum Width {
  static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// One letter as people count them, which may be several scalars.
  static func of(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.value < 0x300 { return first.value < 0x20 || (0x7F..<0xA0).contains(first.value) ? 0 : 1 }
    // U+FE0F asks for the picture, two flags' letters make one flag.
    if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return isWide(first.value) ? 2 : 1
    }
  }

  /// W and F of EastAsianWidth.txt, version 16, runs of neighbouring blocks taken together.
  private static func isWide(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x1100 else { return false }
    return wide.contains { $0.contains(scalar) }
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08,
    0x1AFF0...0x1B2FB, 0x1D300...0x1D376, 0x1F200...0x1F320, 0x20000...0x3FFFD,
  ]

  /// `text` in at most `width` columns, cut with an ellipsis.
  static func truncated(_ text: String, to width: Int, ellipsis: String = "…") -> String {
    guard of(text) > width else { return text }
    let room = width - of(ellipsis)
    guard room >= 0 else { return "" }
    var (out, used) = ("", 0)
    for character in text {
      let more = of(character)
      if used + more > room { break }
      out.append(character)
      used += more
    }
    while out.last == " " { out.removeLast() }
    return out + ellipsis
  }

  /// `text` filled up with blanks.
  static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - of(text)))
    return right ? blanks + text : text + blanks
  }

  /// Lines of at most `width` columns, broken at blanks; a longer word is cut where it must be.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    let width = max(width, 2)
    var lines: [String] = []
    var (line, used) = ("", 0)
    for word in text.split(separator: " ").map(String.init) {
      let length = of(word)
      if used > 0, used + 1 + length <= width {
        line += " " + word
        used += 1 + length
        continue
      }
      if used > 0 { lines.append(line) }
      (line, used) = (word, length)
      while used > width {
        var (head, columns) = ("", 0)
        for character in line {
          let more = of(character)
          if columns + more > width { break }
          head.append(character)
          columns += more
        }
        if head.isEmpty { break }
        lines.append(head)
        line.removeFirst(head.count)
        used = of(line)
      }
    }
    if used > 0 || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// Parts one after the other, a new line where the next does not fit; one that is longer than a line is
  /// wrapped.
  static func filled(_ parts: [String], to width: Int) -> [String] {
    var lines: [String] = []
    for part in parts where !part.isEmpty {
      if let last = lines.last, of(last) + 1 + of(part) <= width {
        lines[lines.count - 1] = last + " " + part
      } else {
        lines += wrapped(part, to: width)
      }
    }
    return lines
  }
}

extension String {
  func replacingEach(_ old: Character, with new: String) -> String {
    reduce(into: "") { out, character in
      if character == old { out += new } else { out.append(character) }
    }
  }
}
