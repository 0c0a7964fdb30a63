/// A line of what somebody wrote, and whether it is marked as quoted from what it answers.
public struct TextLine: Hashable, Sendable {
  /// Without control characters; a form feed and a tab are blanks.
  public let text: String
  public let isQuoted: Bool
  /// As marks of mail programs are compared; nil where it is quoted, or longer than any such mark.
  let folded: String?

  /// No mark of a mail program is longer, in bytes.
  private static let longestMark = 500

  public init(text: String, isQuoted: Bool) {
    let text = TextLine.clean(text)
    self.text = text
    self.isQuoted = isQuoted
    let isLong = text.utf8.count > TextLine.longestMark
    folded = isQuoted || isLong && text.utf8.contains { !$0.isBlank } ? nil : QuoteMarks.fold(text)
  }

  /// The lines of a plain text. Quoted is what begins with `>`; some programs put blanks before it.
  public static func lines(of text: String) -> [TextLine] {
    split(text).map { line in
      let start = line.utf8.drop { $0.isBlank }
      let isQuoted = start.first == 0x3E && line.utf8.count - start.count <= 3
      return TextLine(text: String(line), isQuoted: isQuoted)
    }
  }

  /// A text at its line ends, LF or CRLF, which are left out.
  public static func split(_ text: String) -> [Substring] {
    text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      Substring(line.last == 0x0D ? line.dropLast() : line)
    }
  }

  /// Nothing stands in it, and it is not quoted.
  public var isBlank: Bool { folded?.isEmpty ?? false }

  private static func clean(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0C, 0x0B: out.append(" ")
      case 0..<0x20, 0x7F: continue
      default: out.append(scalar)
      }
    }
    return String(out)
  }
}

extension UInt8 {
  /// A blank or a tab.
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isDigit: Bool { (0x30...0x39).contains(self) }
}
