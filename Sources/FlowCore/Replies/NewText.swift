/// What somebody wrote themselves: without what is quoted, the lines that lead to it, and signatures. Answers
/// between quoted lines stay. Of a text that only quotes, nothing is left.
public enum NewText {
  /// Of a plain text as it came, whatever brought it. Takes time in proportion to the text.
  public static func of(_ text: String) -> String { of(TextLine.lines(of: text)) }

  public static func of(_ lines: [TextLine]) -> String {
    var finder = NewTextFinder(lines)
    return finder.find()
  }
}

private struct NewTextFinder {
  private let lines: [TextLine]
  private var at = 0
  private var kept: [String] = []
  private var isSigning = false

  init(_ lines: [TextLine]) { self.lines = lines }

  mutating func find() -> String {
    while at < lines.count {
      let line = lines[at]
      if QuoteMarks.isGroupWise(line) {
        break
      } else if line.isQuoted {
        // A signature ends where quoted text begins: below it an answer may go on.
        endBlock()
        at += 1
      } else if line.isBlank {
        if !isSigning { keep("") }
        at += 1
      } else if let lead = QuoteMarks.attribution(lines[at...].prefix(4)),
        lead.isCertain || isQuoted(at + lead.lines)
      {
        endBlock()
        at += lead.lines
        if !isQuoted(at) { break }
      } else if QuoteMarks.isEndOfNew(lines[at...].prefix(16)) {
        break
      } else {
        if line.text == "-- " || line.text == "--" { isSigning = true }
        if !isSigning { keep(line.text) }
        at += 1
      }
    }
    endBlock()
    if kept.last?.isEmpty == true { kept.removeLast() }
    return kept.joined(separator: "\n")
  }

  /// Whether the next line that is not blank is quoted.
  private func isQuoted(_ start: Int) -> Bool { lines[start...].first { !$0.isBlank }?.isQuoted == true }

  /// No blanks at the ends of lines, no blank lines around, never two together.
  private mutating func keep(_ line: String) {
    var scalars = Substring(line).unicodeScalars
    while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
    if scalars.isEmpty, kept.last?.isEmpty ?? true { return }
    kept.append(String(Substring(scalars)))
  }

  /// What a telephone adds, and rules of underscores, are none of the text that they end.
  private mutating func endBlock() {
    isSigning = false
    while let last = kept.lastIndex(where: { !$0.isEmpty }), isMark(kept[last]) {
      kept.removeSubrange(last...)
    }
  }

  private func isMark(_ line: String) -> Bool {
    let folded = QuoteMarks.fold(line)
    return QuoteMarks.isDevice(folded)
      || line.utf8.count >= 5 && line.utf8.allSatisfy { "-_=* ".utf8.contains($0) }
  }
}
