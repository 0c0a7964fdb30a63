import FlowCore

// Failures of colons, brackets and indentation.
extension Mender {
  /// A colon where no key can be: most likely it belongs to the text before it.
  func colon(_ place: Int, _ builder: TreeBuilder) -> Mended {
    guard let last = builder.last, last.range.upperBound <= place, !last.range.isEmpty,
      places.skipBlanks(last.range.upperBound) == place
    else {
      return Mended(
        finding: Diagnostic(
          .yamlColon, at: at(place), "a \": \" where no key can stand",
          help: "put the text in quotes, or begin a new line"),
        change: .none)
    }
    let lineStart = places.lineStart(place)
    let word = places.skipBlanks(lineStart)
    if last.range.lowerBound < lineStart, isWord(word..<place) { return tooDeep(word..<place, builder) }
    let range = TextExtent(places: places).text(
      from: last.range.lowerBound, inFlow: last.isFlow, searchFrom: place)
    return text(
      .yamlColon, at: place..<place + 1, range, inFlow: last.isFlow, "a \": \" inside an unquoted text",
      label: "reads as the end of a key")
  }

  /// Whether it looks like a key.
  private func isWord(_ range: Range<Int>) -> Bool {
    !range.isEmpty && places.utf8[range].allSatisfy { !$0.isBlank && !$0.isBreak }
  }

  private func tooDeep(_ word: Range<Int>, _ builder: TreeBuilder) -> Mended {
    let name = places.text(word)
    guard let frame = builder.open.last(where: { $0.isMapping }) else {
      // The file's first line has no colon: everything after it reads as its text.
      return noColon(builder.last?.range.lowerBound ?? word.lowerBound, builder)
    }
    let column = places.position(offset: frame.start).column
    return Mended(
      finding: Diagnostic(
        .yamlIndent, at: places.span(word),
        "the key \"\(name)\" stands deeper than its neighbours, so it reads as more of the text before it",
        help: "begin it in column \(column)"),
      change: .none)
  }

  /// A line that should be a key and has no colon.
  func noColon(_ start: Int, _ builder: TreeBuilder) -> Mended {
    let range = TextExtent(places: places).text(from: start, inFlow: false)
    let isASCII = places.byte(start) < 0x80
    if let colon = gluedColon(range) {
      let value = TextExtent(places: places).text(from: colon + 1, inFlow: false)
      let canStay = value.count >= 2 && places.byte(colon + 1) < 0x80
      return Mended(
        finding: Diagnostic(
          .yamlColon, at: at(colon), "no blank after the colon of \"\(shown(start..<colon))\"",
          help: "write a blank after the colon",
          fix: .init(replace: places.span(colon + 1..<colon + 1), with: " ")),
        change: canStay ? .blankBeforeText(colon: colon, value) : isASCII ? .comment(range) : .none)
    }
    return Mended(
      finding: Diagnostic(
        .yamlSyntax, at: places.span(range), "\"\(shown(range))\" is no key: it has no \": \"",
        help:
          "write \": \" after a key; if it goes on with the text above, indent it deeper than that text's key"
      ),
      change: isASCII ? .comment(range) : .none)
  }

  /// The colon of `key:Text`.
  private func gluedColon(_ range: Range<Int>) -> Int? {
    for offset in range {
      switch places.byte(offset) {
      case UInt8(ascii: ":"): return offset > range.lowerBound && offset + 1 < range.upperBound ? offset : nil
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        continue
      default: return nil
      }
    }
    return nil
  }

  /// Something other than a comma or the closing bracket.
  func inBrackets(_ place: Int, _ open: Int, _ builder: TreeBuilder) -> Mended {
    let bracket = places.byte(open) == UInt8(ascii: "{") ? "{" : "["
    let closing = bracket == "{" ? "}" : "]"
    let isOneLine = places.lineStart(open) == places.lineStart(place) && place < places.utf8.count
    if isOneLine, let last = builder.last, places.byte(place) == UInt8(ascii: ":"), last.style == .plain,
      !last.isKey,
      places.skipBlanks(last.range.upperBound) == place
    {
      let range = TextExtent(places: places).text(
        from: last.range.lowerBound, inFlow: true, searchFrom: place)
      return text(
        .yamlColon, at: place..<place + 1, range, inFlow: true, "a \": \" inside an unquoted text",
        label: "reads as the end of a key")
    }
    if !isOneLine { return unclosed(open, until: place) }
    return Mended(
      finding: Diagnostic(
        .yamlSyntax, at: at(place),
        "\"\(shown(place..<places.lineEnd(place)))\" follows where a \",\" or \"\(closing)\" should",
        help: "write a \",\" between entries; a text with signs in it stands in quotes"),
      change: .none)
  }

  func unclosed(_ open: Int, until place: Int) -> Mended {
    let bracket = places.byte(open) == UInt8(ascii: "{") ? "{" : "["
    let closing = bracket == "{" ? "}" : "]"
    return Mended(
      finding: Diagnostic(
        .yamlUnclosed, at: at(open), "this \"\(bracket)\" is never closed", label: "no \"\(closing)\"",
        notes: place < places.utf8.count ? [.init("reading ended here", at: at(place))] : [],
        help: "write \"\(closing)\" at its end"),
      change: .none)
  }

  /// A line that fits no collection around it, or something after a closing bracket or an alias.
  func misplaced(_ place: Int, _ context: Int, _ builder: TreeBuilder) -> Mended {
    let extent = TextExtent(places: places)
    let start = extent.contentStart(ofLineAt: place)
    if let last = builder.last, places.byte(last.range.lowerBound) == UInt8(ascii: "*"), last.style == .plain,
      places.skipBlanks(last.range.upperBound) == place
    {
      return unquoted(last.range.lowerBound, inFlow: last.isFlow)
    }
    if let brackets = builder.lastBrackets, places.skipBlanks(brackets.upperBound) == place {
      return unquoted(brackets.lowerBound, inFlow: false)
    }
    let isIndicator = places.byte(place) == UInt8(ascii: "-") && places.byte(place + 1).isBlank
    if start < place, !isIndicator {
      return Mended(
        finding: Diagnostic(
          .yamlSyntax, at: at(place),
          "\"\(shown(place..<places.lineEnd(place)))\" follows where the line should end",
          help: "a text with brackets or quotes at its start stands in quotes as a whole"),
        change: .none)
    }
    let column = places.position(offset: place).column
    let columns = columns(builder)
    if columns.contains(column) {
      let what = isIndicator ? "an entry of a list stands where a key should" : "a key is missing here"
      return Mended(
        finding: Diagnostic(
          .yamlSyntax, at: at(place), what,
          help: isIndicator
            ? "write a key here, or indent the list deeper than its key" : "write it as key: value"),
        change: .none)
    }
    let list = columns.map(String.init).joined(separator: " or ")
    return Mended(
      finding: Diagnostic(
        .yamlIndent, at: at(place), "this line begins in column \(column), where nothing above it begins",
        notes: [.init("what it would belong to begins here", at: at(context))],
        help: "begin it in column \(list)"),
      change: .none)
  }

  /// Where lines around the place that failed may begin.
  private func columns(_ builder: TreeBuilder) -> [Int] {
    let starts = builder.open.filter { !$0.isFlow }.map(\.start) + builder.closed
    return Set(starts.map { places.position(offset: $0).column }).sorted()
  }

  func dash(_ place: Int, _ builder: TreeBuilder) -> Mended {
    let range = TextExtent(places: places).text(from: place, inFlow: false)
    var mended = text(
      .yamlSyntax, at: place..<place + 1, range, inFlow: false, "a list cannot begin on the line of its key",
      label: "begins an entry of a list")
    mended.finding.help = "begin the list on the next line, or put the text in quotes"
    mended.finding.fix = nil
    return mended
  }

  func afterRoot(_ place: Int) -> Mended {
    Mended(
      finding: Diagnostic(
        .yamlSyntax, at: at(place),
        "\"\(shown(place..<places.lineEnd(place)))\" stands outside of the file's keys",
        help: "write it as key: value, in the column of the first key"),
      change: .none)
  }
}
