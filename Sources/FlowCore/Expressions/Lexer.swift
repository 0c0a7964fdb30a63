import FlowTime

/// Bytes to tokens. What is wrong is reported, and a broken token stands in its place.
struct Lexer {
  let bytes: [UInt8]
  let end: Int
  var at: Int
  var tokens: [Token] = []
  var problems: [ExpressionProblem] = []

  static let keywords: Set<String> = ["and", "or", "not", "in", "is", "true", "false"]

  static func tokens(_ bytes: [UInt8], _ range: Range<Int>) -> ([Token], [ExpressionProblem]) {
    var lexer = Lexer(bytes: bytes, end: range.upperBound, at: range.lowerBound)
    lexer.run()
    return (lexer.tokens, lexer.problems)
  }

  var byte: UInt8? { at < end ? bytes[at] : nil }
  func peek(_ ahead: Int) -> UInt8? { at + ahead < end ? bytes[at + ahead] : nil }
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
  static func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
  static func isLetter(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F
  }

  mutating func problem(
    _ code: Code, _ range: Range<Int>, _ message: String, help: String, fix: String? = nil
  ) {
    // Somebody who sees ten of them needs no more.
    if problems.count < 10 { problems.append(ExpressionProblem(code, range, message, help: help, fix: fix)) }
  }

  mutating func run() {
    while true {
      let start = at
      while let byte, Lexer.isBlank(byte) { at += 1 }
      let blank = at > start || tokens.isEmpty
      guard let byte, tokens.count <= ExpressionLimits.tokens else {
        tokens.append(Token(kind: .end, range: at..<at, blankBefore: blank))
        return
      }
      let first = at
      let kind = token(byte)
      tokens.append(Token(kind: kind, range: first..<at, blankBefore: blank))
    }
  }

  /// Length in bytes of the letter of a name at `at`, or 0.
  func letter(at index: Int) -> Int {
    guard index < end else { return 0 }
    if bytes[index] < 0x80 { return Lexer.isLetter(bytes[index]) ? 1 : 0 }
    guard let scalar = scalar(at: index), scalar.properties.isAlphabetic else { return 0 }
    return UTF8.width(scalar)
  }

  func scalar(at index: Int) -> Unicode.Scalar? {
    String(decoding: bytes[index..<min(end, index + 4)], as: UTF8.self).unicodeScalars.first
  }

  mutating func token(_ byte: UInt8) -> Token.Kind {
    if letter(at: at) > 0 { return name() }
    if Lexer.isDigit(byte) { return number() }
    if byte == 0x22 || byte == 0x27 { return string(byte) }
    return sign()
  }

  mutating func name() -> Token.Kind {
    var segments: [Syntax.Segment] = []
    while true {
      let start = at
      word()
      segments.append(Syntax.Segment(text: text(start..<at), range: start..<at))
      guard byte == 0x2E, letter(at: at + 1) > 0 else { break }
      at += 1
    }
    if segments.count == 1, Lexer.keywords.contains(segments[0].text) {
      switch segments[0].text {
      case "true": return .literal(.boolean(true), .boolean)
      case "false": return .literal(.boolean(false), .boolean)
      default: return .word(segments[0].text)
      }
    }
    return .path(segments)
  }

  /// Letters, digits, and minuses inside: `last-offer`.
  mutating func word() {
    while at < end {
      let width = letter(at: at)
      if width > 0 {
        at += width
      } else if Lexer.isDigit(byte) || (byte == 0x2D && (letter(at: at + 1) > 0 || Lexer.isDigit(peek(1)))) {
        at += 1
      } else {
        return
      }
    }
  }

  mutating func string(_ quote: UInt8) -> Token.Kind {
    let start = at
    at += 1
    var out: [UInt8] = []
    while let byte {
      if byte == quote {
        at += 1
        return .literal(.text(String(decoding: out, as: UTF8.self)), .text)
      }
      if byte == 0x5C {
        switch peek(1) {
        case 0x22, 0x27, 0x5C: out.append(bytes[at + 1])
        case 0x6E: out.append(0x0A)
        case let other:
          let shown = other.map { _ in scalar(at: at + 1).map { String($0) } ?? "" } ?? ""
          problem(
            "expression-syntax", at..<min(end, at + 1 + shown.utf8.count),
            "unknown escape \"\\\(shown)\" in a text", help: "the escapes are \\\" \\' \\\\ and \\n")
        }
        at = min(end, at + 2)
        continue
      }
      out.append(byte)
      at += 1
    }
    at = end
    let shown = quote == 0x22 ? "\"" : "'"
    problem(
      "expression-syntax", start..<(start + 1), "this text is not closed",
      help: "write \(shown) at its end; a quote inside is written \\\(shown)")
    return .broken
  }

  mutating func sign() -> Token.Kind {
    let start = at
    let two = at + 1 < end ? text(at..<(at + 2)) : ""
    if ["==", "!=", "<=", ">=", "??"].contains(two) {
      at += 2
      return .sign(two)
    }
    if let better = ["&&": "and", "||": "or", "<>": "!=", "=<": "<=", "=>": ">="][two] {
      at += 2
      problem(
        "expression-syntax", start..<at, "unknown sign \"\(two)\"", help: "write \(better)", fix: better)
      return .broken
    }
    let scalar = scalar(at: at) ?? " "
    let one = String(scalar)
    at += max(1, min(end - at, UTF8.width(scalar)))
    if "<>+-*/()[],".unicodeScalars.contains(scalar) { return .sign(one) }
    if let better = ["=": "==", "!": "not", "≠": "!=", "≤": "<=", "≥": ">=", "–": "-", "−": "-"][one] {
      problem(
        "expression-syntax", start..<at, "unknown sign \"\(one)\"", help: "write \(better)", fix: better)
    } else if ["“", "”", "„", "‘", "’", "«", "»"].contains(one) {
      problem(
        "expression-syntax", start..<at, "unknown sign \"\(one)\"",
        help: "a text stands in straight quotes, \"so\" or 'so'")
    } else if one == "|" {
      problem(
        "expression-syntax", start..<at, "a filter stands only in a template",
        help: "write {{ … | date }} in the text of a message")
    } else {
      problem(
        "expression-syntax", start..<at, "unknown sign \"\(one)\"",
        help: "the signs are == != < <= > >= + - * / ?? ( ) [ ] and the comma; a text stands in quotes")
    }
    return .broken
  }
}
