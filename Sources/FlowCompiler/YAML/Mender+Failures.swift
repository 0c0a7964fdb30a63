import FlowCore

// What libyaml's failures mean. It names the token that it did not expect; people look for the text they
// wrote.
extension Mender {
  func mended(_ failure: YAMLFailure, after builder: TreeBuilder) -> Mended {
    let place = min(failure.place, places.utf8.count)
    let sign = places.byte(place)
    if let template = template(near: place) ?? failure.contextPlace.flatMap(template(near:)) {
      return template
    }
    if failure.problem.contains("tab character") || sign == 0x09 && isTokenStart(failure) {
      return tab(place)
    }
    if isTokenStart(failure), "@`%".utf8.contains(sign) {
      let inFlow = isInFlow(place, builder)
      if let quoted = quotedText(before: place),
        let mended = textAfterQuote(quoted, isKey: false, inFlow: inFlow)
      {
        return mended
      }
      return unquoted(place, inFlow: inFlow)
    }
    if let context = failure.contextPlace, context < places.utf8.count {
      let what = failure.context ?? ""
      if what.contains("anchor") || what.contains("alias") || what.contains("tag")
        || what.contains("directive")
      {
        return property(context, builder)
      }
      if what.contains("block scalar") { return blockHeader(context, failure) }
      if what.contains("quoted scalar") { return quoted(context, place, failure) }
      if what.contains("simple key") { return noColon(context, builder) }
    }
    if failure.problem.contains("mapping values are not allowed") { return colon(place, builder) }
    if failure.problem.contains("expected ','") {
      return inBrackets(place, failure.contextPlace ?? place, builder)
    }
    if failure.problem.contains("expected key") || failure.problem.contains("expected '-'") {
      return misplaced(place, failure.contextPlace ?? place, builder)
    }
    if failure.problem.contains("sequence entries are not allowed") { return dash(place, builder) }
    if failure.problem.contains("<document start>") { return afterRoot(place) }
    if failure.problem.contains("tag handle") { return tag(place, builder) }
    if place >= places.utf8.count, let frame = builder.open.last, frame.isFlow {
      return unclosed(frame.start, until: place)
    }
    let isFlow = isInFlow(place, builder)
    if !isFlow, "]},?".utf8.contains(sign),
      failure.problem.contains("node content") || failure.problem.contains("keys are")
    {
      return unquoted(place, inFlow: false)
    }
    return other(place, failure)
  }

  private func isTokenStart(_ failure: YAMLFailure) -> Bool {
    failure.problem.contains("cannot start any token")
  }

  private func isInFlow(_ place: Int, _ builder: TreeBuilder) -> Bool {
    (builder.open.last?.isFlow ?? false) || TextExtent(places: places).isInFlow(place)
  }

  func at(_ place: Int, _ length: Int = 1) -> Span {
    places.span(min(place, places.utf8.count)..<min(place + length, places.utf8.count))
  }

  /// An unquoted `{{` at the start of a value on this line, where libyaml gave up before it told of it.
  private func template(near place: Int) -> Mended? {
    let extent = TextExtent(places: places)
    let end = places.lineEnd(place)
    var at = extent.contentStart(ofLineAt: place)
    var mayBegin = true
    while at < end, at <= place {
      let byte = places.byte(at)
      if mayBegin, byte == UInt8(ascii: "{"), places.byte(at + 1) == byte {
        return unquotedTemplate(at, inFlow: extent.isInFlow(at))
      }
      if mayBegin, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        at += 1
        while at < end, places.byte(at) != byte { at += 1 }
        mayBegin = false
      } else if byte == UInt8(ascii: ":") {
        mayBegin = places.byte(at + 1).isBlank
      } else if !byte.isBlank {
        mayBegin = "[{,".utf8.contains(byte) && extent.isInFlow(at + 1)
      }
      at += 1
    }
    return nil
  }

  /// The quoted text on this line that ends right before this place, blanks aside.
  private func quotedText(before place: Int) -> Range<Int>? {
    var end = place
    while end > places.base, places.byte(end - 1).isBlank { end -= 1 }
    let quote = places.byte(end - 1)
    guard end > places.base, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    let lineStart = places.lineStart(place)
    var start = end - 2
    while start >= lineStart {
      let isStart =
        start == lineStart || places.byte(start - 1).isBlank || "[{".utf8.contains(places.byte(start - 1))
      if places.byte(start) == quote, isStart { return start..<end }
      start -= 1
    }
    return nil
  }

  private func tab(_ place: Int) -> Mended {
    let stop = places.skipBlanks(place)
    var others = 0
    var line = places.lineEnd(place)
    while line < places.utf8.count {
      if places.byte(line) == 0x0A, places.byte(line + 1) == 0x09 { others += 1 }
      line += 1
    }
    let more = others == 1 ? "one more line begins with a tab" : "\(others) more lines begin with a tab"
    return Mended(
      finding: Diagnostic(
        .yamlTab, at: places.span(place..<max(stop, min(place + 1, places.utf8.count))),
        "a tab as indentation",
        notes: others == 0 ? [] : [.init(more)], help: "indent with spaces, two for each level"),
      change: .none)
  }

  /// `*`, `&`, `!` or `%` and then what cannot be a name.
  private func property(_ context: Int, _ builder: TreeBuilder) -> Mended {
    guard "*&!%".utf8.contains(places.byte(context)) else {
      return other(context, YAMLFailure(problem: "", place: context))
    }
    return unquoted(context, inFlow: isInFlow(context, builder))
  }

  private func tag(_ place: Int, _ builder: TreeBuilder) -> Mended {
    let range = TextExtent(places: places).text(from: place, inFlow: isInFlow(place, builder))
    var word = place
    while word < range.upperBound, !places.byte(word).isBlank { word += 1 }
    var mended = text(
      .yamlTag, at: place..<max(word, place + 1), range, inFlow: isInFlow(place, builder),
      "a tag, \"\(shown(place..<word))\"", label: "")
    mended.finding.help = "leave it out; a text that begins with \"!\" stands in quotes"
    mended.finding.fix = nil
    return mended
  }

  private func blockHeader(_ context: Int, _ failure: YAMLFailure) -> Mended {
    let sign = places.text(context..<context + 1)
    let range = TextExtent(places: places).text(from: context, inFlow: false)
    if places.lineEnd(context) < failure.place { return other(failure.place, failure) }
    var mended = text(
      .yamlUnquoted, at: context..<context + 1, range, inFlow: false,
      "the text begins with an unquoted \"\(sign)\", after which YAML wants a line break",
      label: "needs quotes")
    mended.finding.help += ", or begin it on the next line, indented"
    return mended
  }

  private func quoted(_ context: Int, _ place: Int, _ failure: YAMLFailure) -> Mended {
    if failure.problem.contains("escape") {
      let backslash = places.byte(place) == UInt8(ascii: "\\") ? place : max(place - 1, context)
      let written = shown(backslash..<min(backslash + 2, places.utf8.count))
      let isPlain = places.byte(backslash) == UInt8(ascii: "\\")
      return Mended(
        finding: Diagnostic(
          .yamlEscape, at: at(backslash, 2), "\"\(written)\" is no escape",
          help: "write \"\\\\\" for a backslash, or put the text in single quotes"),
        change: isPlain ? .plainByte(backslash) : .none)
    }
    let quote = places.text(context..<context + 1)
    return Mended(
      finding: Diagnostic(
        .yamlUnclosed, at: at(context), "the text that begins with this \(quote) is never closed",
        label: "no closing quote", help: "write \(quote) at its end"),
      change: .none)
  }

  private func other(_ place: Int, _ failure: YAMLFailure) -> Mended {
    let word = place < places.utf8.count ? shown(place..<places.lineEnd(place)) : "the end of the file"
    return Mended(
      finding: Diagnostic(
        .yamlSyntax, at: at(place), "YAML cannot read on at \"\(word)\"",
        notes: failure.problem.isEmpty ? [] : [.init("libyaml: \(failure.problem)")],
        help:
          "check indentation, colons and quotes here and in the line before; quote texts with signs"
      ),
      change: .none)
  }
}
