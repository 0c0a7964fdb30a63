import FlowTime

/// Numbers, and what begins with one: dates and durations.
extension Lexer {
  mutating func digits() {
    while Lexer.isDigit(byte) { at += 1 }
  }

  mutating func number() -> Token.Kind {
    let start = at
    digits()
    if byte == 0x2D, Lexer.isDigit(peek(1)) { return date(start) }
    if byte == 0x2E, Lexer.isDigit(peek(1)) {
      at += 1
      digits()
      if durationWord(at) != nil { return duration(start) }
      return decimal(start)
    }
    if durationWord(at) != nil { return duration(start) }
    guard let integer = Int64(text(start..<at)) else { return decimal(start) }
    return .literal(.integer(integer), .integer)
  }

  private mutating func decimal(_ start: Int) -> Token.Kind {
    let literal = text(start..<at)
    do throws(DecimalError) {
      let number = try Decimal.parse(literal)
      return .literal(.number(number), .number)
    } catch {
      problem(
        "expression-syntax", start..<at, "\"\(Excerpt.of(literal))\" is \(error)",
        help: "write it with fewer digits; up to nine may follow the point")
      return .broken
    }
  }

  /// Digits, then a minus and digits: a date, or a subtraction that wants blanks.
  private mutating func date(_ start: Int) -> Token.Kind {
    let year = at - start
    var groups = 1
    while byte == 0x2D, Lexer.isDigit(peek(1)) {
      at += 1
      digits()
      groups += 1
    }
    let literal = text(start..<at)
    guard groups == 3 else {
      let spaced = literal.split(separator: "-").joined(separator: " - ")
      problem(
        "expression-syntax", start..<at, "a minus stands between blanks", help: "write \(spaced)", fix: spaced
      )
      return .broken
    }
    if letter(at: at) > 0 {
      word()
      while byte == 0x3A || Lexer.isDigit(byte) { at += 1 }
      problem(
        "bad-date", start..<at, "\"\(Excerpt.of(bytes, start..<at))\" is no date",
        help: "an instant is not written in an expression; compare with a date, such as \(literal)")
      return .broken
    }
    if let date = CivilDate(iso: literal) { return .literal(.date(date), .date) }
    let wide = year == 4 && literal.utf8.count == 10
    problem(
      "bad-date", start..<at, "\"\(Excerpt.of(literal))\" is no date",
      help: wide ? "there is no such day in the calendar" : "a date is written 2027-02-28")
    return .broken
  }

  /// The end of the word after a number that makes it a duration: whatever follows a number and is no
  /// operator.
  private func durationWord(_ index: Int) -> Range<Int>? {
    var start = index
    while start < end, Lexer.isBlank(bytes[start]) { start += 1 }
    var stop = start
    while true {
      let width = letter(at: stop)
      if width == 0 { break }
      stop += width
    }
    guard stop > start, !Lexer.keywords.contains(text(start..<stop)) else { return nil }
    return start..<stop
  }

  private mutating func duration(_ start: Int) -> Token.Kind {
    while let word = durationWord(at) {
      at = word.upperBound
      if text(word) == "business", let unit = durationWord(at) { at = unit.upperBound }
      var next = at
      while next < end, Lexer.isBlank(bytes[next]) { next += 1 }
      let digits = next
      while next < end, Lexer.isDigit(bytes[next]) { next += 1 }
      guard next > digits, durationWord(next) != nil else { break }
      at = next
    }
    let literal = text(start..<at)
    do throws(DurationError) {
      return .literal(.duration(try Duration.parse(literal)), .duration)
    } catch {
      problem(
        "bad-duration", start..<at, error.description, help: error.help, fix: error.fix)
      return .broken
    }
  }
}
