import CCMark
import FlowCore

/// HTML from Markdown (CommonMark, by libcmark in its safe mode: no raw HTML, no `javascript:` links).
///
/// What came from data is no Markdown, wherever it stands: each value goes through the parser as one
/// private-use character, and takes its place in the parsed tree, so that neither its stars nor its line
/// breaks nor its brackets mean anything, in a code span and in a link's target either.
enum Markdown {
  /// The first of 65,534 private-use characters (plane 15).
  private static let first: UInt32 = 0xF0000
  private static let room = 65_534
  /// All of them begin with this byte.
  private static let firstByte: UInt8 = 0xF3

  /// A text as the parser gets it, in UTF-8, and the values that its private-use characters stand for.
  struct Source {
    fileprivate(set) var text: [UInt8] = []
    fileprivate(set) var values: [String] = []
  }

  /// A piece of what came of a text: as it stands, or the value with this index.
  enum Piece {
    case text([UInt8])
    case value(Int)
  }

  static func html(_ text: RenderedText) -> String {
    var out: [UInt8] = []
    render(source(text), to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  static func source(_ text: RenderedText) -> Source {
    var source = Source()
    source.text.reserveCapacity(text.pieces.reduce(0) { $0 + max(4, $1.text.utf8.count) })
    for piece in text.pieces {
      if piece.isValue {
        hold(piece.text, in: &source)
        continue
      }
      if piece.text.utf8.withContiguousStorageIfAvailable({ $0.contains(firstByte) }) == false {
        source.text.append(text: piece.text)
        continue
      }
      for scalar in piece.text.unicodeScalars {
        // One of the author's own is a value that stands for itself.
        if isHolder(scalar) {
          hold(String(scalar), in: &source)
        } else {
          source.text.append(text: String(scalar))
        }
      }
    }
    return source
  }

  private static func isHolder(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= first && scalar.value < first + UInt32(room)
  }

  private static func hold(_ value: String, in source: inout Source) {
    // Beyond the room a value is left out; a mail of that many values does not exist.
    guard source.values.count < room, let scalar = Unicode.Scalar(first + UInt32(source.values.count)) else { return }
    source.values.append(value)
    source.text.append(text: String(scalar))
  }

  static func render(_ source: Source, to out: inout [UInt8]) {
    guard let document = parse(source) else { return }
    defer { cmark_node_free(document) }
    for node in nodes(of: document) { fill(node, source.values) }
    guard let html = cmark_render_html(document, CMARK_OPT_DEFAULT) else { return }
    defer { cmark_get_default_mem_allocator().pointee.free(html) }
    for piece in cut(html, 0) { if case .text(let text) = piece { out.append(contentsOf: text) } }
  }

  /// What comes of all texts that differ in their values alone, where each value stands in text and becomes nothing but
  /// escaped text: nil where one stands in code, in a link's target, in an image, or beside a line break by an entity.
  static func shape(_ source: Source) -> [Piece]? {
    guard let document = parse(source) else { return nil }
    defer { cmark_node_free(document) }
    guard let held = valuesInText(of: document, source.values.count),
      let html = cmark_render_html(document, CMARK_OPT_DEFAULT)
    else { return nil }
    defer { cmark_get_default_mem_allocator().pointee.free(html) }
    let pieces = cut(html, source.values.count)
    return valueCount(pieces) == held ? pieces : nil
  }

  private static func parse(_ source: Source) -> OpaquePointer? {
    source.text.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        // An empty array may have no address.
        $0.isEmpty
          ? cmark_parse_document("", 0, CMARK_OPT_VALIDATE_UTF8)
          : cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_VALIDATE_UTF8)
      }
    }
  }

  private static func nodes(of document: OpaquePointer) -> [OpaquePointer] {
    guard let walk = cmark_iter_new(document) else { return [] }
    defer { cmark_iter_free(walk) }
    var nodes: [OpaquePointer] = []
    nodes.reserveCapacity(16)
    while true {
      let event = cmark_iter_next(walk)
      if event == CMARK_EVENT_DONE { return nodes }
      if event == CMARK_EVENT_ENTER, let node = cmark_iter_get_node(walk) { nodes.append(node) }
    }
  }

  /// How often a value stands in the text of a tree; nil where one may stand where it is more than escaped.
  private static func valuesInText(of document: OpaquePointer, _ count: Int) -> Int? {
    if count == 0 { return 0 }
    var held = 0
    for node in nodes(of: document) {
      switch cmark_node_get_type(node) {
      case CMARK_NODE_TEXT:
        let pieces = cut(cmark_node_get_literal(node), count)
        let values = valueCount(pieces)
        // The line breaks of a text with a value in it are kept, the author's too.
        if values > 0, pieces.contains(where: { if case .text(let text) = $0 { text.contains(0x0A) } else { false } }) {
          return nil
        }
        held += values
      // In a target a value is encoded, so that it would not be found in the HTML.
      case CMARK_NODE_LINK where valueCount(cut(cmark_node_get_url(node), count)) > 0: return nil
      case CMARK_NODE_IMAGE: return nil
      default: break
      }
    }
    return held
  }

  private static func valueCount(_ pieces: [Piece]) -> Int {
    pieces.count { if case .value = $0 { true } else { false } }
  }

  private static func fill(_ node: OpaquePointer, _ values: [String]) {
    switch cmark_node_get_type(node) {
    case CMARK_NODE_TEXT: fillText(node, values)
    case CMARK_NODE_CODE, CMARK_NODE_CODE_BLOCK:
      if let filled = filled(cmark_node_get_literal(node), values) { cmark_node_set_literal(node, filled) }
    case CMARK_NODE_LINK, CMARK_NODE_IMAGE:
      if let filled = filled(cmark_node_get_url(node), values) { cmark_node_set_url(node, filled) }
      if let filled = filled(cmark_node_get_title(node), values) { cmark_node_set_title(node, filled) }
    default: break
    }
  }

  /// A value's line breaks are kept.
  private static func fillText(_ node: OpaquePointer, _ values: [String]) {
    guard let text = filled(cmark_node_get_literal(node), values) else { return }
    guard text.utf8.contains(0x0A) else {
      cmark_node_set_literal(node, text)
      return
    }
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
    cmark_node_set_literal(node, lines.last ?? "")
    for line in lines.dropLast() {
      insert(CMARK_NODE_TEXT, line, before: node)
      insert(CMARK_NODE_LINEBREAK, nil, before: node)
    }
  }

  private static func insert(_ type: cmark_node_type, _ literal: String?, before node: OpaquePointer) {
    guard let new = cmark_node_new(type) else { return }
    if let literal { cmark_node_set_literal(new, literal) }
    if cmark_node_insert_before(node, new) == 0 { cmark_node_free(new) }
  }

  /// Nil where no value stands in the text, which is UTF-8: most texts of a tree hold none.
  private static func filled(_ text: UnsafePointer<CChar>?, _ values: [String]) -> String? {
    let pieces = cut(text, values.count)
    guard valueCount(pieces) > 0 else { return nil }
    var out: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .text(let text): out.append(contentsOf: text)
      case .value(let index): out.append(text: values[index])
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// A text of the parser's, cut where the first `count` values stand.
  private static func cut(_ text: UnsafePointer<CChar>?, _ count: Int) -> [Piece] {
    guard let text else { return [] }
    var pieces: [Piece] = []
    var at = text
    // What follows the last value.
    var rest = text
    func copy(to end: UnsafePointer<CChar>) {
      if end > rest { pieces.append(.text(Array(UnsafeRawBufferPointer(start: rest, count: end - rest)))) }
    }
    while at.pointee != 0 {
      if UInt8(bitPattern: at.pointee) == firstByte, let index = holder(at), index < count {
        copy(to: at)
        pieces.append(.value(index))
        rest = at + 4
        at = rest
      } else {
        at += 1
      }
    }
    copy(to: at)
    return pieces
  }

  /// Which value the four bytes of a scalar stand for; nil where they are before the first.
  private static func holder(_ text: UnsafePointer<CChar>) -> Int? {
    var scalar = UInt32(UInt8(bitPattern: text.pointee) & 7)
    for index in 1..<4 {
      let byte = UInt8(bitPattern: text[index])
      // The text ends early, which it never does.
      if byte & 0xC0 != 0x80 { return nil }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
    }
    return scalar < first ? nil : Int(scalar - first)
  }
}
