extension Template {
  /// Compiles the text of a message. All problems at once; a template only if there are none.
  public static func compile(_ text: String, in naming: Naming) -> (Template?, [ExpressionProblem]) {
    var reader = TemplateReader(bytes: Array(text.utf8), naming: naming)
    reader.read()
    let template = reader.problems.isEmpty ? Template(pieces: reader.pieces, uses: reader.uses) : nil
    return (template, reader.problems)
  }
}

/// Finds the braces and what stands between them.
private struct TemplateReader {
  let bytes: [UInt8]
  let naming: Naming
  var pieces: [Template.Piece] = []
  var uses: [Use] = []
  var problems: [ExpressionProblem] = []

  init(bytes: [UInt8], naming: Naming) {
    self.bytes = bytes
    self.naming = naming
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func isDouble(_ byte: UInt8, at index: Int) -> Bool {
    index + 1 < bytes.count && bytes[index] == byte && bytes[index + 1] == byte
  }

  mutating func read() {
    var start = 0
    var at = 0
    while at < bytes.count {
      guard isDouble(0x7B, at: at) else {
        at += 1
        continue
      }
      if start < at { pieces.append(.text(text(start..<at))) }
      guard let parts = inside(from: at + 2) else {
        problems.append(
          ExpressionProblem(
            "unclosed-template", at..<(at + 2), "\"{{\" is not closed", help: "write }} where the value ends")
        )
        return
      }
      value(parts)
      at = parts[parts.count - 1].upperBound + 2
      start = at
    }
    if start < bytes.count { pieces.append(.text(text(start..<bytes.count))) }
  }

  /// The expression and its filters, up to `}}`; texts in quotes are passed over. Nil when it is not closed.
  ///
  /// A quote without its partner (`{{ it's }}`) opens no text: then the braces count, and the quote is
  /// reported.
  private func inside(from start: Int) -> [Range<Int>]? {
    inside(from: start, passingQuotes: true) ?? inside(from: start, passingQuotes: false)
  }

  private func inside(from start: Int, passingQuotes: Bool) -> [Range<Int>]? {
    var parts: [Range<Int>] = []
    var from = start
    var at = start
    while at < bytes.count {
      switch bytes[at] {
      case 0x22 where passingQuotes, 0x27 where passingQuotes:
        guard let end = closing(at) else { return nil }
        at = end
      // As inside a text: so every quote has one reading wherever the search begins, and the search stays
      // linear.
      case 0x5C where at + 1 < bytes.count && [0x22, 0x27, 0x5C].contains(bytes[at + 1]): at += 1
      case 0x7B where isDouble(0x7B, at: at): return nil
      case 0x7D where isDouble(0x7D, at: at): return parts + [from..<at]
      case 0x7C where !isDouble(0x7C, at: at) && (at == 0 || bytes[at - 1] != 0x7C):
        parts.append(from..<at)
        from = at + 1
      default: break
      }
      at += 1
    }
    return nil
  }

  /// The place of the quote that closes the one at `start`, in the same line.
  private func closing(_ start: Int) -> Int? {
    var at = start + 1
    while at < bytes.count, bytes[at] != 0x0A {
      if bytes[at] == bytes[start] { return at }
      at += bytes[at] == 0x5C ? 2 : 1
    }
    return nil
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var range = range
    while let first = range.first, Lexer.isBlank(bytes[first]) { range.removeFirst() }
    while let last = range.last, Lexer.isBlank(bytes[last]) { range.removeLast() }
    return range
  }

  private mutating func value(_ parts: [Range<Int>]) {
    let range = trimmed(parts[0])
    guard !range.isEmpty else {
      let whole = (parts[0].lowerBound - 2)..<min(bytes.count, parts[parts.count - 1].upperBound + 2)
      problems.append(
        ExpressionProblem(
          "expression-syntax", whole, "nothing stands between the braces", help: "name a value"))
      return
    }
    if naming.allowsAsk, text(range) == "ask", naming.steps["ask"] == nil,
      !naming.inputs.contains(where: { $0.name == "ask" })
    {
      return ask(range, parts)
    }
    let (syntax, found) = Parser.parse(bytes, range)
    problems += found
    let filters = parts.dropFirst().map { filter(trimmed($0), whole: $0) }
    guard let syntax else { return }
    var checker = Checker(bytes: bytes, naming: naming, mixes: true)
    let checked = checker.discharged(checker.check(syntax))
    if checker.problems.isEmpty, !filters.contains(where: { $0 == nil }) {
      checker.print(checked, zip(filters.compactMap(\.self), parts.dropFirst().map(trimmed)).map { ($0, $1) })
    }
    problems += checker.problems
    uses += checker.uses
    guard checker.problems.isEmpty else { return }
    pieces.append(
      .value(
        checker.expression(checked, text: text(range), base: range.lowerBound), filters.compactMap(\.self)))
  }

  private mutating func ask(_ range: Range<Int>, _ parts: [Range<Int>]) {
    guard parts.count == 1 else {
      problems.append(
        ExpressionProblem(
          "wrong-type", trimmed(parts[1]), "\"ask\" takes no filter", help: "put the filter into the ask"))
      return
    }
    uses.append(Use(.ask, range: range))
    pieces.append(.ask)
  }

  private mutating func filter(_ range: Range<Int>, whole: Range<Int>) -> Filter? {
    let known = Filter.allCases.map(\.rawValue)
    let list = "the filters are " + known.joined(separator: ", ")
    if range.isEmpty {
      problems.append(
        ExpressionProblem(
          "expression-syntax", (whole.lowerBound - 1)..<whole.lowerBound, "a filter is missing after \"|\"",
          help: list))
      return nil
    }
    let name = text(range)
    if let filter = Filter(rawValue: name) { return filter }
    let nearest = Spelling.nearest(to: name, in: known)
    problems.append(
      ExpressionProblem(
        "unknown-filter", range, "unknown filter \"\(Excerpt.of(name))\"",
        help: (nearest.map { "did you mean \"\($0)\"? " } ?? "") + list, fix: nearest))
    return nil
  }
}

extension Checker {
  /// Holds a template's value against its filters, in order: what is printed must have a printed form.
  mutating func print(_ checked: Checked, _ filters: [(Filter, Range<Int>)]) {
    var types = alternatives(checked)
    if types.contains(.none) { return }
    for (filter, range) in filters {
      guard types.contains(where: filter.accepts) else {
        problem(
          "wrong-type", range,
          "\"\(filter.rawValue)\" is applied to \(types[0].phrase), where \(filter.wanted) is wanted",
          help: "leave the filter out, or name \(filter.wanted)")
        return
      }
      types = types.map { filter.accepts($0) ? .text : $0 }
    }
    guard let bad = types.first(where: { !$0.isPrintable }) else { return }
    let fields = bad.fields?.map { "\(text(checked.range)).\($0.name)" } ?? []
    problem(
      "wrong-type", checked.range,
      "\(quoted(checked.range)) is \(bad.phrase), where something to print is wanted",
      help: fields.isEmpty
        ? "name a field of it, or a value such as a text, a number or a date"
        : "name a field of it, such as " + fields[0])
  }

  /// The types that a template's value may have.
  private func alternatives(_ checked: Checked) -> [ValueType] {
    guard checked.isMixed else { return [checked.type.present] }
    return checked.choices.flatMap { alternatives($0) }
  }
}

extension ValueType {
  var isPrintable: Bool {
    switch self {
    case .contact, .person, .record: false
    case .optional(let type), .list(let type): type.isPrintable
    default: true
    }
  }
}
