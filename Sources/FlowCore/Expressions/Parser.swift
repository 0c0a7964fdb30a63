/// Tokens to syntax. The first thing that makes no sense ends the parsing; depth and size are bounded, so
/// nothing that anybody writes overflows a stack.
struct Parser {
  let bytes: [UInt8]
  let tokens: [Token]
  var at = 0
  var depth = 0

  /// The syntax, or nil with what is wrong.
  static func parse(_ bytes: [UInt8], _ range: Range<Int>) -> (Syntax?, [ExpressionProblem]) {
    var start = range.lowerBound
    while start < range.upperBound, Lexer.isBlank(bytes[start]) { start += 1 }
    let first = start..<min(range.upperBound, start + 1)
    if range.count > ExpressionLimits.bytes {
      return (nil, [tooLong(first, "more than \(ExpressionLimits.bytes) bytes")])
    }
    if start == range.upperBound {
      return (
        nil,
        [
          ExpressionProblem(
            "expression-syntax", range, "an expression is missing", help: "name a value, such as contact.name")
        ]
      )
    }
    let (tokens, problems) = Lexer.tokens(bytes, range)
    var parser = Parser(bytes: bytes, tokens: tokens)
    do throws(ExpressionProblem) {
      let syntax = try parser.whole()
      if tokens.count > ExpressionLimits.tokens {
        return (nil, [tooLong(first, "more than \(ExpressionLimits.tokens) words and signs")])
      }
      return (problems.isEmpty ? syntax : nil, problems)
    } catch {
      if error.code != "expression-depth", tokens.count > ExpressionLimits.tokens {
        return (nil, [tooLong(first, "more than \(ExpressionLimits.tokens) words and signs")])
      }
      // What follows from a broken token is no finding of its own.
      return (nil, problems.isEmpty || error.code == "expression-depth" ? problems + [error] : problems)
    }
  }

  private static func tooLong(_ range: Range<Int>, _ what: String) -> ExpressionProblem {
    ExpressionProblem(
      "expression-size", range, "this expression is too long: it has \(what)",
      help: "compute it where the event comes from, and send the result as a field")
  }

  var token: Token { tokens[min(at, tokens.count - 1)] }

  func text(_ range: Range<Int>) -> String { Excerpt.of(bytes, range) }
  func quoted(_ range: Range<Int>) -> String { Excerpt.quoted(bytes, range) }

  mutating func accept(_ sign: String) -> Bool {
    guard token.sign == sign else { return false }
    at += 1
    return true
  }

  func unexpected(_ wanted: String) -> ExpressionProblem {
    let token = token
    if case .end = token.kind {
      return ExpressionProblem(
        "expression-syntax", token.range, "the expression ends where \(wanted) should follow",
        help: "write \(wanted) there, or take away what asks for it")
    }
    return ExpressionProblem(
      "expression-syntax", token.range, "\(quoted(token.range)) stands where \(wanted) should",
      help: "write \(wanted) here, or take this away; a text stands in quotes")
  }

  mutating func whole() throws(ExpressionProblem) -> Syntax {
    let syntax = try expression()
    guard case .end = token.kind else { throw unexpected("an operator or the end") }
    if syntax.height > ExpressionLimits.height {
      throw tooDeep(syntax.range.lowerBound..<syntax.range.lowerBound + 1)
    }
    return syntax
  }

  mutating func deeper<T>(
    _ range: Range<Int>, _ body: (inout Parser) throws(ExpressionProblem) -> T
  ) throws(ExpressionProblem) -> T {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ExpressionLimits.depth else {
      throw tooDeep(range)
    }
    return try body(&self)
  }

  private func tooDeep(_ range: Range<Int>) -> ExpressionProblem {
    ExpressionProblem(
      "expression-depth", range, "this expression is nested deeper than \(ExpressionLimits.depth)",
      help: "parentheses, \"not\" and calls may stand in one another \(ExpressionLimits.depth) times")
  }

  /// `or` binds least.
  mutating func expression() throws(ExpressionProblem) -> Syntax {
    var parts = [try conjunction()]
    while token.word == "or" {
      at += 1
      parts.append(try conjunction())
    }
    return joined(parts) { .or($0) }
  }

  mutating func conjunction() throws(ExpressionProblem) -> Syntax {
    var parts = [try negation()]
    while token.word == "and" {
      at += 1
      parts.append(try negation())
    }
    return joined(parts) { .and($0) }
  }

  func joined(_ parts: [Syntax], _ make: ([Syntax]) -> Syntax.Form) -> Syntax {
    guard parts.count > 1, let first = parts.first, let last = parts.last else { return parts[0] }
    return Syntax(form: make(parts), range: first.range.lowerBound..<last.range.upperBound)
  }

  mutating func negation() throws(ExpressionProblem) -> Syntax {
    guard token.word == "not" else { return try comparison() }
    let range = token.range
    at += 1
    let operand = try deeper(range) { (parser) throws(ExpressionProblem) in try parser.negation() }
    return Syntax(form: .not(operand), range: range.lowerBound..<operand.range.upperBound)
  }

  mutating func comparison() throws(ExpressionProblem) -> Syntax {
    let left = try coalescing()
    let operation = token
    var result = left
    if let sign = operation.sign, let comparison = Comparison(rawValue: sign) {
      at += 1
      let right = try coalescing()
      result = Syntax(
        form: .compare(comparison, left, right), range: left.range.lowerBound..<right.range.upperBound)
    } else if operation.word == "in" {
      at += 1
      let right = try coalescing()
      result = Syntax(form: .member(left, of: right), range: left.range.lowerBound..<right.range.upperBound)
    } else if operation.word == "is" {
      result = try presence(of: left)
    } else if operation.word == "not", tokens[min(at + 1, tokens.count - 1)].word == "in" {
      throw ExpressionProblem(
        "expression-syntax", operation.range.lowerBound..<tokens[at + 1].range.upperBound,
        "unknown operator \"not in\"", help: "write not \(text(left.range)) in …")
    }
    if let sign = token.sign, Comparison(rawValue: sign) != nil {
      throw ExpressionProblem(
        "expression-syntax", token.range, "a comparison has two sides",
        help: "join two comparisons with and: a < b and b < c")
    }
    return result
  }

  private mutating func presence(of left: Syntax) throws(ExpressionProblem) -> Syntax {
    let start = token.range.lowerBound
    at += 1
    if token.word == "not" {
      at += 1
      let end = isPresent ? token.range.upperBound : tokens[at - 1].range.upperBound
      let better = "not \(text(left.range)) is present"
      throw ExpressionProblem(
        "expression-syntax", start..<end, "unknown operator \(quoted(start..<end))", help: "write \(better)")
    }
    guard isPresent else { throw unexpected("\"present\"") }
    let end = token.range.upperBound
    at += 1
    return Syntax(form: .isPresent(left), range: left.range.lowerBound..<end)
  }

  private var isPresent: Bool {
    if case .path(let segments) = token.kind {
      segments.count == 1 && segments[0].text == "present"
    } else {
      false
    }
  }

  mutating func coalescing() throws(ExpressionProblem) -> Syntax {
    var parts = [try sum()]
    while accept("??") { parts.append(try sum()) }
    return joined(parts) { .coalesce($0) }
  }

  mutating func sum() throws(ExpressionProblem) -> Syntax {
    let first = try product()
    var rest: [(Arithmetic, Syntax)] = []
    while let sign = token.sign, sign == "+" || sign == "-" {
      if sign == "-" { try minusBetweenBlanks() }
      at += 1
      rest.append((sign == "+" ? .add : .subtract, try product()))
    }
    return chain(first, rest)
  }

  private func minusBetweenBlanks() throws(ExpressionProblem) {
    let next = tokens[min(at + 1, tokens.count - 1)]
    if token.blankBefore, next.blankBefore { return }
    throw ExpressionProblem(
      "expression-syntax", token.range, "a minus stands between blanks", help: "write a - b", fix: " - ")
  }

  mutating func product() throws(ExpressionProblem) -> Syntax {
    let first = try unary()
    var rest: [(Arithmetic, Syntax)] = []
    while let sign = token.sign, sign == "*" || sign == "/" {
      at += 1
      rest.append((sign == "*" ? .multiply : .divide, try unary()))
    }
    return chain(first, rest)
  }

  func chain(_ first: Syntax, _ rest: [(Arithmetic, Syntax)]) -> Syntax {
    guard let last = rest.last else { return first }
    return Syntax(
      form: .arithmetic(first, rest), range: first.range.lowerBound..<last.1.range.upperBound)
  }
}

/// The innermost parts.
extension Parser {
  mutating func unary() throws(ExpressionProblem) -> Syntax {
    guard token.sign == "-" else { return try primary() }
    let range = token.range
    at += 1
    let operand = try deeper(range) { (parser) throws(ExpressionProblem) in try parser.unary() }
    return Syntax(form: .negate(operand), range: range.lowerBound..<operand.range.upperBound)
  }

  mutating func primary() throws(ExpressionProblem) -> Syntax {
    let token = token
    switch token.kind {
    case .literal(let value, let type):
      at += 1
      return Syntax(form: .literal(value, type), range: token.range)
    case .broken:
      at += 1
      return Syntax(form: .broken, range: token.range)
    case .path(let segments):
      at += 1
      if self.token.sign == "(", !self.token.blankBefore, segments.count == 1 { return try call(segments[0]) }
      return Syntax(form: .path(segments), range: token.range)
    case .sign("("):
      at += 1
      let inner = try deeper(token.range) { (parser) throws(ExpressionProblem) in try parser.expression() }
      guard accept(")") else { throw unclosed("(", at: token.range, wanted: "\")\"") }
      return Syntax(form: inner.form, range: token.range.lowerBound..<tokens[at - 1].range.upperBound)
    case .sign("["):
      at += 1
      let items = try arguments(closing: "]", opening: token.range)
      return Syntax(form: .list(items), range: token.range.lowerBound..<tokens[at - 1].range.upperBound)
    default:
      throw unexpected("a value")
    }
  }

  private func unclosed(_ sign: String, at range: Range<Int>, wanted: String) -> ExpressionProblem {
    if case .end = token.kind {
      return ExpressionProblem(
        "expression-syntax", range, "\"\(sign)\" is not closed",
        help: "write \(wanted) where it ends")
    }
    return unexpected("an operator or \(wanted)")
  }

  private mutating func call(_ name: Syntax.Segment) throws(ExpressionProblem) -> Syntax {
    let opening = token.range
    at += 1
    let arguments = try arguments(closing: ")", opening: opening)
    return Syntax(
      form: .call(name, arguments), range: name.range.lowerBound..<tokens[at - 1].range.upperBound)
  }

  private mutating func arguments(
    closing: String, opening: Range<Int>
  ) throws(ExpressionProblem) -> [Syntax] {
    var items: [Syntax] = []
    if accept(closing) { return items }
    while true {
      items.append(try deeper(opening) { (parser) throws(ExpressionProblem) in try parser.expression() })
      if accept(closing) { return items }
      guard accept(",") else {
        throw unclosed(text(opening), at: opening, wanted: "\",\" or \"\(closing)\"")
      }
    }
  }
}
