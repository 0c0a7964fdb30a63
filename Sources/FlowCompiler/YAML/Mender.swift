import FlowCore

/// Tells what an author most likely meant where YAML reads something else or gives up: a finding in their
/// words, and a change with which the rest of the file can be read.
struct Mender {
  let places: SourcePlaces
  private var extent: TextExtent { TextExtent(places: places) }

  init(places: SourcePlaces) { self.places = places }

  func unquotedTemplate(_ start: Int, inFlow: Bool) -> Mended {
    let range = extent.text(from: start, inFlow: inFlow)
    return text(
      .yamlUnquoted, at: start..<start + 2, range, inFlow: inFlow,
      "the text begins with an unquoted \"{{\", which YAML reads as a mapping", label: "needs quotes")
  }

  /// A value that begins with one of `@ * & ! %` and the backtick.
  func unquoted(_ start: Int, inFlow: Bool, unknownAlias: String? = nil) -> Mended {
    let range = extent.text(from: start, inFlow: inFlow)
    let sign = places.text(start..<start + 1)
    let reading =
      unknownAlias.map { ": YAML reads an alias, and nothing is named \"\($0)\"" }
      ?? ", which YAML keeps for itself"
    return text(
      .yamlUnquoted, at: start..<start + 1, range, inFlow: inFlow,
      "the text begins with an unquoted \"\(sign)\"\(reading)", label: "needs quotes")
  }

  /// A `#` with a blank before and a word after it.
  func commentAtWord(_ hash: Int, _ range: Range<Int>, inFlow: Bool) -> Mended {
    let message =
      range.lowerBound == hash
      ? "the text begins with an unquoted \"#\": the rest of the line would be a comment"
      : "the text ends before this \"#\": the rest of the line would be a comment"
    var mended = text(
      .yamlComment, at: hash..<hash + 1, range, inFlow: inFlow, message, label: "begins a comment")
    mended.finding.help += "; a comment has a blank after its \"#\""
    return mended
  }

  /// Something other than an end after the closing quote, or nil.
  func textAfterQuote(_ range: Range<Int>, isKey: Bool, inFlow: Bool) -> Mended? {
    let next = places.skipBlanks(range.upperBound)
    let byte = places.byte(next)
    if next >= places.utf8.count || byte.isBreak { return nil }
    if byte == UInt8(ascii: "#"), next > range.upperBound { return nil }
    if isKey, byte == UInt8(ascii: ":") { return nil }
    if inFlow, TextExtent.endsFlowText(byte) { return nil }
    let whole = extent.text(from: range.lowerBound, inFlow: inFlow, searchFrom: max(next, range.upperBound))
    let rest = next..<max(whole.upperBound, next + 1)
    var mended = text(
      .yamlQuote, at: rest, whole, inFlow: inFlow,
      "the text ends at its closing quote, and \"\(shown(rest))\" follows", label: "outside of the quotes")
    if let fix = mended.finding.fix, let inner = innerQuotes(whole) {
      mended.finding.fix = .init(replace: fix.span, with: inner)
      mended.finding.help = inner.utf8.count > 72 ? "escape the quotes within the text" : "write \(inner)"
    }
    return mended
  }

  /// `"The "new" one"` is most likely a text with quotes in it: the same with these escaped.
  private func innerQuotes(_ range: Range<Int>) -> String? {
    let quote = places.byte(range.lowerBound)
    guard range.count > 2, places.byte(range.upperBound - 1) == quote else { return nil }
    let inner = places.text(range.lowerBound + 1..<range.upperBound - 1)
    let isDouble = quote == UInt8(ascii: "\"")
    if isDouble, inner.utf8.contains(UInt8(ascii: "\\")) { return nil }
    var body = ""
    for scalar in inner.unicodeScalars {
      if isDouble, scalar == "\"" { body += "\\" }
      if !isDouble, scalar == "'" { body += "'" }
      body.unicodeScalars.append(scalar)
    }
    return isDouble ? "\"\(body)\"" : "'\(body)'"
  }

  /// A finding about a text that should be quoted, read as that text.
  func text(
    _ code: Code, at place: Range<Int>, _ range: Range<Int>, inFlow: Bool, _ message: String, label: String
  ) -> Mended {
    let quoting = extent.quoting(range, inFlow: inFlow)
    let finding = Diagnostic(
      code, at: places.span(place), message, label: label, help: quoting.help, fix: quoting.fix)
    return Mended(finding: finding, change: .text(range))
  }

  /// A piece of the source that is short enough for a message.
  func shown(_ range: Range<Int>) -> String {
    let line = places.text(range.lowerBound..<min(range.upperBound, places.lineEnd(range.lowerBound)))
    let scalars = line.unicodeScalars
    return scalars.count <= 32 ? line : String(String.UnicodeScalarView(scalars.prefix(31))) + "…"
  }
}
