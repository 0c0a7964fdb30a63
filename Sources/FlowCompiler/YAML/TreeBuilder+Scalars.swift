import FlowCore

extension TreeBuilder {
  mutating func scalar(_ event: YAMLEvent, _ text: String, _ style: YAMLScalar.Style) {
    let start = properties(event)
    let end = max(start, event.end)
    let isKey = frames.last?.expectsKey ?? false
    guard counted(1, at: start..<max(end, start + 1)) else { return }
    if style == .plain, text.isEmpty { return emptyScalar(start, isKey: isKey) }
    scanComments(to: start)
    guard let scalar = made(start..<end, text, style, isKey: isKey) else { return }
    if let name = event.anchor {
      let node = YAMLNode(kind: .scalar(scalar), span: scalar.span)
      anchors[name] = YAMLAnchor(node: node, nodes: 1, height: 0)
    }
    if isKey { key(scalar) } else { value(scalar) }
  }

  /// The scalar, with what is wrong in it reported; nil where the file has to be read again.
  private mutating func made(
    _ range: Range<Int>, _ text: String, _ style: YAMLScalar.Style, isKey: Bool
  ) -> YAMLScalar? {
    let isFlow = frames.last?.isFlow ?? false
    last = LastScalar(range: range, style: style, isKey: isKey, isFlow: isFlow)
    closed = []
    scanned = range.upperBound
    switch style {
    case .plain:
      if let start = texts[range.lowerBound] { return plain(start..<range.upperBound) }
      if !isKey, let hash = commentAtWord(range.upperBound) {
        let whole = extent.text(from: range.lowerBound, inFlow: isFlow, searchFrom: hash + 1)
        let mended = Mender(places: places).commentAtWord(hash, whole, inFlow: isFlow)
        if isFlow {
          repair = mended
          return nil
        }
        findings.append(mended.finding)
        scanned = whole.upperBound
        return plain(whole)
      }
      if places.utf8[range].elementsEqual(text.utf8) {
        return checked(text, style, range, .verbatim(range.lowerBound))
      }
      return plain(range)
    case .single, .double:
      if let mended = Mender(places: places).textAfterQuote(range, isKey: isKey, inFlow: isFlow) {
        repair = mended
        return nil
      }
      return inQuotes(range, text, style)
    case .literal, .folded: return block(range, text, style)
    }
  }

  /// An unquoted text straight from the source: libyaml may have seen fillers, and does not tell where lines
  /// were folded.
  private mutating func plain(_ range: Range<Int>) -> YAMLScalar {
    let decoder = ScalarDecoder.plain(places.utf8, range)
    let text = String(decoding: decoder.value, as: UTF8.self)
    return checked(text, .plain, range, decoder.origin(end: range.upperBound))
  }

  private mutating func inQuotes(_ range: Range<Int>, _ text: String, _ style: YAMLScalar.Style) -> YAMLScalar {
    let inner = min(range.lowerBound + 1, range.upperBound)..<max(range.upperBound - 1, range.lowerBound + 1)
    if inner.upperBound <= range.upperBound, inner.count == text.utf8.count,
      quoted[inner].elementsEqual(text.utf8)
    {
      return checked(text, style, range, .verbatim(inner.lowerBound))
    }
    guard inner.upperBound <= range.upperBound else { return checked(text, style, range, .whole) }
    let decoder = ScalarDecoder.quoted(quoted, inner, quote: UInt8(ascii: style == .single ? "'" : "\""))
    if style == .double, let control = decoder.control {
      let written = places.text(control)
      findings.append(
        Diagnostic(
          text.utf8.contains(0) ? .yamlNUL : .yamlControl, at: places.span(control),
          "\"\(written)\" stands for a control character", help: "leave it out"))
    }
    let read = String(decoding: decoder.value, as: UTF8.self)
    return checked(read, style, range, decoder.origin(end: inner.upperBound))
  }

  private mutating func block(_ range: Range<Int>, _ text: String, _ style: YAMLScalar.Style) -> YAMLScalar {
    let visible = range.lowerBound..<places.trimmedEnd(range)
    if let header = BlockHeader(places.utf8, range) {
      scanned = header.indicatorsEnd
      scanComments(to: min(places.lineEnd(scanned), range.upperBound))
    }
    scanned = range.upperBound
    let decoder = ScalarDecoder.block(places.utf8, range, isFolded: style == .folded, value: text)
    return checked(text, style, visible, decoder?.origin(end: visible.upperBound) ?? .whole)
  }

  private mutating func checked(
    _ text: String, _ style: YAMLScalar.Style, _ range: Range<Int>, _ origin: ScalarOrigin
  ) -> YAMLScalar {
    let span = places.span(range)
    if text.utf8.count > YAMLLimits.scalar {
      findings.append(
        Diagnostic(
          .yamlScalarSize, at: span, "a text of \(text.utf8.count) bytes, more than \(YAMLLimits.scalar)",
          help: "move it into a file of its own, or shorten it"))
    }
    return YAMLScalar(text: text, style: style, span: span, origin: origin, places: places)
  }

  private mutating func key(_ scalar: YAMLScalar) {
    let top = frames.count - 1
    frames[top].end = max(frames[top].end, scalar.span.end.offset)
    frames[top].nodes += 1
    if isExplicitKey(scalar.span.start.offset) {
      let range = scalar.span.start.offset..<scalar.span.end.offset
      refuseKey(range, "a key that begins with \"?\"")
    } else {
      frames[top].key = .text(scalar)
    }
  }

  /// Whether `? ` stands before the key.
  private func isExplicitKey(_ start: Int) -> Bool {
    var at = start
    while at > places.base, places.byte(at - 1).isBlank { at -= 1 }
    return at < start && at > places.base && places.byte(at - 1) == UInt8(ascii: "?")
  }

  private mutating func value(_ scalar: YAMLScalar) {
    let range = scalar.span.start.offset..<scalar.span.end.offset
    if !frames.isEmpty {
      frames[frames.count - 1].lastPlain = scalar.style == .plain ? range : nil
      frames[frames.count - 1].torn = nil
    }
    deliver(YAMLNode(kind: .scalar(scalar), span: scalar.span), nodes: 1, height: 0, end: range.upperBound)
  }

  private mutating func emptyScalar(_ start: Int, isKey: Bool) {
    if isKey {
      let end = min(start + 1, places.utf8.count)
      return refuseKey(start..<max(start, end), "a key is missing before the \":\"")
    }
    var place = start
    if let frame = frames.last, frame.isMapping, case .text(let key) = frame.key {
      let keyEnd = key.span.end.offset
      let colon = places.skipBlanks(keyEnd)
      if places.byte(colon) == UInt8(ascii: ":") {
        place = max(colon + 1, keyEnd)
      } else {
        place = keyEnd
        if frame.isFlow, tear(key) { return }
      }
      // A property, such as an anchor, may stand between.
      if start > place, places.skipBlanks(place) < start,
        places.byte(places.skipBlanks(place)) == UInt8(ascii: "&")
      {
        place = start
      }
    }
    if let hash = commentAtWord(place) {
      let isFlow = frames.last?.isFlow ?? false
      let mended = Mender(places: places).commentAtWord(
        hash, extent.text(from: hash, inFlow: isFlow, searchFrom: hash + 1), inFlow: isFlow)
      repair = mended
      return
    }
    last = LastScalar(range: place..<place, style: .plain, isKey: false, isFlow: frames.last?.isFlow ?? false)
    if !frames.isEmpty { frames[frames.count - 1].lastPlain = nil }
    deliver(empty(at: place), nodes: 1, height: 0, end: place)
  }

  /// A word without a value inside `{ }` is what a comma has torn off the value before it. Whether it was put
  /// back.
  private mutating func tear(_ key: YAMLScalar) -> Bool {
    let top = frames.count - 1
    guard key.style == .plain, let before = frames[top].lastPlain, !frames[top].entries.isEmpty else {
      return false
    }
    let comma = commaAfter(before.upperBound)
    guard let comma, comma < key.span.start.offset else { return false }
    let whole = before.lowerBound..<key.span.end.offset
    if whole.count > 1000, let torn = frames[top].torn {
      findings[torn.finding].fix = nil
      // So many pieces are no text that anybody will quote; each would be read anew with the next.
      frames[top].key = .none
      return true
    }
    let quoting = extent.quoting(whole, inFlow: true)
    if let torn = frames[top].torn {
      findings[torn.finding].help = quoting.help
      findings[torn.finding].fix = quoting.fix
    } else {
      findings.append(
        Diagnostic(
          .yamlComma, at: places.span(comma..<comma + 1),
          "the text \"\(places.text(before))\" ends at this comma, and \"\(key.text)\" is read as a key",
          label: "ends the text", help: quoting.help, fix: quoting.fix))
      frames[top].torn = (before, findings.count - 1)
    }
    let entry = frames[top].entries.count - 1
    let scalar = plain(whole)
    frames[top].entries[entry].value = YAMLNode(kind: .scalar(scalar), span: scalar.span)
    frames[top].key = .none
    frames[top].lastPlain = whole
    return true
  }

  private func commaAfter(_ end: Int) -> Int? {
    var at = end
    while places.byte(at).isBlank || places.byte(at).isBreak { at += 1 }
    return places.byte(at) == UInt8(ascii: ",") ? at : nil
  }

  /// The `#` that follows a text on its line, with a blank before it and none after it.
  private func commentAtWord(_ end: Int) -> Int? {
    let hash = places.skipBlanks(end)
    guard hash > end, places.byte(hash) == UInt8(ascii: "#"), !extent.isComment(hash) else { return nil }
    return hash
  }

  /// Between scalars stand only indicators, blanks and comments, so a `#` there begins a comment.
  mutating func scanComments(to end: Int) {
    while scanned < end {
      guard places.byte(scanned) == UInt8(ascii: "#") else {
        scanned += 1
        continue
      }
      let stop = places.lineEnd(scanned)
      comments.append(YAMLComment(span: places.span(scanned..<stop), text: places.text(scanned + 1..<stop)))
      scanned = stop
    }
  }
}
