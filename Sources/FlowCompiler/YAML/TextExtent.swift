import FlowCore

/// How far the text goes that somebody meant to write, where YAML reads something else.
struct TextExtent {
  let places: SourcePlaces

  /// From the start of an unquoted text to the end of its line, or to a comment; inside brackets to a comma
  /// or a bracket outside of `{{ }}`.
  func text(from start: Int, inFlow: Bool, searchFrom: Int? = nil) -> Range<Int> {
    let lineEnd = places.lineEnd(searchFrom ?? start)
    var at = searchFrom ?? start
    while at < lineEnd {
      let byte = places.byte(at)
      if inFlow, byte == UInt8(ascii: "{"), places.byte(at + 1) == byte, let close = closing(at, lineEnd) {
        at = close
        continue
      }
      if inFlow, Self.endsFlowText(byte) { break }
      if byte == UInt8(ascii: "#"), at > start, places.byte(at - 1).isBlank, isComment(at) { break }
      at += 1
    }
    return start..<max(places.trimmedEnd(start..<at), min(start + 1, lineEnd))
  }

  /// A `#` that people write before a comment: with a blank or nothing after it.
  func isComment(_ offset: Int) -> Bool {
    let next = places.byte(offset + 1)
    return offset + 1 >= places.utf8.count || next.isBlank || next.isBreak
  }

  private func closing(_ open: Int, _ end: Int) -> Int? {
    var at = open + 2
    while at + 1 < end {
      if places.byte(at) == UInt8(ascii: "}"), places.byte(at + 1) == UInt8(ascii: "}") { return at + 2 }
      at += 1
    }
    return nil
  }

  static func endsFlowText(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
  }

  /// Where a line's own words begin: after its indentation and the dashes of lists.
  func contentStart(ofLineAt offset: Int) -> Int {
    var at = places.skipBlanks(places.lineStart(offset))
    while places.byte(at) == UInt8(ascii: "-"), places.byte(at + 1) == 0x20 { at = places.skipBlanks(at + 1) }
    return at
  }

  /// Whether brackets are open where a line comes to this offset, as far as the line itself tells.
  func isInFlow(_ offset: Int) -> Bool {
    var depth = 0
    var at = contentStart(ofLineAt: offset)
    var quote: UInt8 = 0
    while at < offset {
      let byte = places.byte(at)
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        if !isWord(places.byte(at - 1)) { quote = byte }
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        depth += 1
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        depth -= 1
      }
      at += 1
    }
    return depth > 0
  }

  private func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  /// Whether the line after this one may belong to a text that begins on this one.
  func goesOn(_ offset: Int) -> Bool {
    var next = places.lineEnd(offset)
    if places.byte(next) == 0x0D { next += 1 }
    next += 1
    guard next < places.utf8.count else { return false }
    let word = places.skipBlanks(next)
    if word >= places.utf8.count || places.byte(word).isBreak { return false }
    return word - next > contentStart(ofLineAt: offset) - places.lineStart(offset)
  }

  /// The text in quotes, such that YAML reads it back as it stands here.
  static func quoted(_ text: String) -> String {
    var body = ""
    let hasDouble = text.utf8.contains(UInt8(ascii: "\"")) || text.utf8.contains(UInt8(ascii: "\\"))
    if hasDouble, !text.utf8.contains(UInt8(ascii: "'")) { return "'\(text)'" }
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { body += "\\" }
      body.unicodeScalars.append(scalar)
    }
    return "\"\(body)\""
  }

  /// What to say of a text that has to be quoted, and the change that does it, where one is certain.
  func quoting(_ range: Range<Int>, inFlow: Bool) -> (help: String, fix: Diagnostic.Fix?) {
    let isOneLine = places.lineEnd(range.lowerBound) >= range.upperBound
    guard isOneLine, range.count <= 1000, inFlow || !goesOn(range.lowerBound) else {
      return ("put the whole text in quotes", nil)
    }
    let quoted = Self.quoted(places.text(range))
    let fix = Diagnostic.Fix(replace: places.span(range), with: quoted)
    return (
      quoted.utf8.count > 72 ? "put the whole text in quotes" : "put the text in quotes: \(quoted)", fix
    )
  }
}
