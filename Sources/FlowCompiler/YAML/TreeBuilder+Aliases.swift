import FlowCore

extension TreeBuilder {
  /// Where the value itself begins, after anchor and tag; a tag is reported.
  mutating func properties(_ event: YAMLEvent) -> Int {
    guard event.anchor != nil || event.isTagged else { return event.start }
    scanComments(to: event.start)
    var at = event.start
    while at < places.utf8.count {
      let byte = places.byte(at)
      if byte == UInt8(ascii: "&") {
        let end = propertyEnd(at)
        name(event.anchor ?? "", at..<end)
        at = end
      } else if byte == UInt8(ascii: "!") {
        let end = propertyEnd(at)
        tag(at..<end)
        at = end
      } else if byte.isBlank || byte.isBreak {
        at += 1
      } else if byte == UInt8(ascii: "#") {
        scanned = max(scanned, at)
        scanComments(to: places.lineEnd(at))
        at = places.lineEnd(at)
      } else {
        break
      }
    }
    scanned = max(scanned, min(at, places.utf8.count))
    if case .scalar = event.kind, event.end <= at, at > event.start {
      return min(at, max(event.end, event.start))
    }
    return at
  }

  private func propertyEnd(_ start: Int) -> Int {
    var at = start + 1
    let isVerbatim = places.byte(at) == UInt8(ascii: "<")
    while at < places.utf8.count, !places.byte(at).isBlank, !places.byte(at).isBreak {
      if !isVerbatim, TextExtent.endsFlowText(places.byte(at)), frames.last?.isFlow ?? false { break }
      at += 1
    }
    return at
  }

  private mutating func name(_ name: String, _ range: Range<Int>) {
    latestAnchor[name] = anchorPlaces.count
    anchorPlaces.append((name, range, false))
  }

  private mutating func tag(_ range: Range<Int>) {
    let written = places.text(range)
    findings.append(
      Diagnostic(
        .yamlTag, at: places.span(range), "a tag, \"\(written)\"",
        help:
          "leave it out: a text means what its place decides; one that begins with \"!\" stands in quotes"
      ))
  }

  mutating func alias(_ event: YAMLEvent, _ name: String) {
    let range = event.start..<max(event.start, event.end)
    let isFlow = frames.last?.isFlow ?? false
    scanComments(to: event.start)
    if openAnchors[name, default: 0] > 0 {
      return stop(
        Diagnostic(
          .yamlAlias, at: places.span(range), "\"*\(name)\" stands within what it names",
          help: "write out what is meant"))
    }
    guard let anchor = anchors[name] else {
      repair = Mender(places: places).unquoted(event.start, inFlow: isFlow, unknownAlias: name)
      return
    }
    if let place = latestAnchor[name] { anchorPlaces[place].isUsed = true }
    guard counted(anchor.nodes, at: range, byAlias: true) else { return }
    guard frames.count + anchor.height <= YAMLLimits.depth else { return tooDeep(event.start) }
    last = LastScalar(range: range, style: .plain, isKey: false, isFlow: isFlow)
    if frames.last?.expectsKey ?? false { return refuseKey(range, "an alias as a key") }
    if !frames.isEmpty {
      frames[frames.count - 1].lastPlain = nil
      frames[frames.count - 1].torn = nil
    }
    deliver(anchor.node, nodes: anchor.nodes, height: anchor.height, end: event.end)
  }

  /// An anchor without an alias is most likely the first word of a text: `&Co`.
  mutating func reportUnusedAnchors() {
    for anchor in anchorPlaces where !anchor.isUsed {
      findings.append(
        Diagnostic(
          .yamlUnquoted, at: places.span(anchor.range),
          "\"&\(anchor.name)\" names what follows, and nothing refers to it",
          help: "leave it out, or put the text in quotes, if it is one that begins with \"&\""))
    }
  }
}
