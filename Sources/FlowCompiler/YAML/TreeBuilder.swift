import FlowCore

/// Builds the tree from events, with a stack of its own: the depth of a file costs no stack of the process.
struct TreeBuilder {
  let places: SourcePlaces
  let extent: TextExtent
  /// See ``YAMLRepairs/texts``.
  let texts: [Int: Int]
  /// See ``YAMLRepairs/quoted``.
  let quoted: [UInt8]
  var findings: [Diagnostic] = []
  var comments: [YAMLComment] = []
  var root: YAMLNode?
  /// The rest of the file is not read.
  var isStopped = false
  var isTreeKept = true
  /// The file cannot be read on without this repair.
  var repair: Mended?
  var frames: [YAMLFrame] = []
  var last: LastScalar?
  /// The collections that were open where reading failed.
  private(set) var open: [YAMLFrame] = []
  /// Where block collections began that have ended since the last scalar.
  var closed: [Int] = []
  /// The last list or mapping in brackets.
  var lastBrackets: Range<Int>?
  var documents = 0
  var count = 0
  /// Up to where comments have been looked for.
  var scanned: Int
  var anchors: [String: YAMLAnchor] = [:]
  var openAnchors: [String: Int] = [:]
  var anchorPlaces: [(name: String, range: Range<Int>, isUsed: Bool)] = []
  var latestAnchor: [String: Int] = [:]

  /// The scalar before the place that is being read.
  struct LastScalar {
    var range: Range<Int>
    var style: YAMLScalar.Style
    var isKey: Bool
    var isFlow: Bool
  }

  init(_ places: SourcePlaces, _ repairs: YAMLRepairs) {
    self.places = places
    texts = repairs.texts
    quoted = repairs.quoted
    extent = TextExtent(places: places)
    scanned = places.base
  }

  /// Reads to the end, or to the first failure, which is returned.
  mutating func run(_ bytes: [UInt8]) -> YAMLFailure? {
    let failure: YAMLFailure? = bytes.withUnsafeBufferPointer { buffer in
      guard var stream = EventStream(buffer, places: places) else {
        return YAMLFailure(problem: "there is no memory for it", place: places.base)
      }
      while !isStopped, repair == nil {
        let event = stream.next()
        if case .failure(let failure) = event.kind { return failure }
        if case .end = event.kind { break }
        take(event)
      }
      return nil
    }
    open = frames
    while let frame = frames.popLast() { close(frame, at: nil) }
    if failure == nil, !isStopped, repair == nil {
      scanComments(to: places.utf8.count)
      reportUnusedAnchors()
    }
    return failure
  }

  private mutating func take(_ event: YAMLEvent) {
    switch event.kind {
    case .document:
      documents += 1
      if documents > 1 { secondDocument(event) }
    case .scalar(let text, let style): scalar(event, text, style)
    case .alias(let name): alias(event, name)
    case .mapping(let flow): open(event, isMapping: true, isFlow: flow)
    case .sequence(let flow): open(event, isMapping: false, isFlow: flow)
    case .close:
      guard let frame = frames.popLast() else { return }
      if frame.isFlow {
        lastBrackets = frame.start..<max(frame.start, event.end)
      } else {
        closed.append(frame.start)
      }
      close(frame, at: frame.isFlow ? event.end : nil)
    case .end, .failure, .other: break
    }
  }

  private mutating func secondDocument(_ event: YAMLEvent) {
    isStopped = true
    findings.append(
      Diagnostic(
        .yamlDocuments, at: places.span(event.start..<max(event.start, event.end)),
        "a second document begins here",
        help: "leave out the \"---\" and what follows, or move it into a file of its own"))
  }

  /// A limit: what has been read so far is of no use.
  mutating func stop(_ finding: Diagnostic) {
    findings.append(finding)
    isStopped = true
    isTreeKept = false
  }

  private mutating func open(_ event: YAMLEvent, isMapping: Bool, isFlow: Bool) {
    let start = properties(event)
    if isFlow, isMapping, places.byte(start) == UInt8(ascii: "{"), places.byte(start + 1) == UInt8(ascii: "{") {
      repair = Mender(places: places).unquotedTemplate(start, inFlow: frames.last?.isFlow ?? false)
      return
    }
    guard frames.count < YAMLLimits.depth else { return tooDeep(start) }
    guard counted(1, at: start..<start + 1) else { return }
    var frame = YAMLFrame(isMapping: isMapping, isFlow: isFlow, start: start, end: start)
    frame.anchor = event.anchor
    if let name = event.anchor { openAnchors[name, default: 0] += 1 }
    if let parent = frames.last, parent.expectsKey { frame.isKey = true }
    frames.append(frame)
  }

  mutating func tooDeep(_ start: Int) {
    stop(
      Diagnostic(
        .yamlDepth, at: places.span(start..<min(start + 1, places.utf8.count)),
        "lists and mappings more than \(YAMLLimits.depth) deep", help: "write it flatter"))
  }

  /// Whether there is room for so many more nodes; if not, reading stops.
  mutating func counted(_ nodes: Int, at range: Range<Int>, byAlias: Bool = false) -> Bool {
    count += nodes
    if count <= YAMLLimits.nodes { return true }
    let span = places.span(range.clamped(to: 0..<places.utf8.count))
    stop(
      byAlias
        ? Diagnostic(
          .yamlAliasLimit, at: span,
          "with what its aliases stand for, the file has more than \(YAMLLimits.nodes) values",
          help: "write out what is needed instead of aliases of aliases")
        : Diagnostic(
          .yamlNodes, at: span, "the file has more than \(YAMLLimits.nodes) values", help: "split the file"))
    return false
  }

  private mutating func close(_ frame: YAMLFrame, at end: Int?) {
    var frame = frame
    if case .text(let key) = frame.key {
      // The file ended within an entry.
      frame.append(key, empty(at: key.span.end.offset))
    }
    if let end { frame.end = end }
    let node = frame.node(places)
    if let name = frame.anchor {
      openAnchors[name, default: 1] -= 1
      anchors[name] = YAMLAnchor(node: node, nodes: frame.nodes, height: frame.height)
    }
    if frame.isKey {
      refuseKey(frame.start..<max(frame.start, frame.end))
      frames[frames.count - 1].end = frame.end
    } else {
      deliver(node, nodes: frame.nodes, height: frame.height, end: frame.end)
    }
  }

  /// Hands a finished value to the collection around it.
  mutating func deliver(_ node: YAMLNode, nodes: Int, height: Int, end: Int) {
    guard !frames.isEmpty else {
      if root == nil { root = node }
      return
    }
    let top = frames.count - 1
    frames[top].nodes += nodes
    frames[top].height = max(frames[top].height, height + 1)
    frames[top].end = max(frames[top].end, end)
    guard frames[top].isMapping else {
      frames[top].items.append(node)
      return
    }
    let key = frames[top].key
    frames[top].key = .none
    if case .text(let key) = key { entry(key, node) }
  }

  private mutating func entry(_ key: YAMLScalar, _ value: YAMLNode) {
    let top = frames.count - 1
    if key.style == .plain, key.text == "<<" { return merge(key, value) }
    if let first = frames[top].earlier(key.text) {
      findings.append(
        Diagnostic(
          .duplicateKey, at: key.span, "the key \"\(key.text)\" stands here a second time",
          notes: [.init("the first is here", at: first.keySpan)],
          help: "keep one of the two, or give this one another name"))
      return
    }
    frames[top].append(key, value)
  }

  /// Reports it, and does it, so that nothing seems to be missing.
  private mutating func merge(_ key: YAMLScalar, _ value: YAMLNode) {
    let top = frames.count - 1
    findings.append(
      Diagnostic(
        .yamlMergeKey, at: key.span, "a merge key, \"<<\"",
        help: "write out the keys that it would bring; a whole value may be an alias: key: *name"))
    for entry in value.entries ?? [] where frames[top].earlier(entry.keyText) == nil {
      frames[top].append(entry.key, entry.value)
    }
  }

  mutating func refuseKey(_ range: Range<Int>, _ message: String = "a key that is no text") {
    findings.append(
      Diagnostic(
        .yamlComplexKey, at: places.span(range), message,
        help: "write a plain word as the key, such as name: value"))
    if !frames.isEmpty { frames[frames.count - 1].key = .refused }
  }

  func empty(at offset: Int) -> YAMLNode {
    let span = places.span(offset..<offset)
    return YAMLNode(
      kind: .scalar(
        YAMLScalar(text: "", style: .plain, span: span, origin: .verbatim(offset), places: places)),
      span: span)
  }
}
