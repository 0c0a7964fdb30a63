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

  static func html(_ text: RenderedText) -> String {
    var values: [String] = []
    var source = ""
    for piece in text.pieces {
      if piece.isValue {
        hold(piece.text, in: &values, &source)
        continue
      }
      if !piece.text.utf8.contains(firstByte) {
        source += piece.text
        continue
      }
      for scalar in piece.text.unicodeScalars {
        // One of the author's own is a value that stands for itself.
        if isHolder(scalar) {
          hold(String(scalar), in: &values, &source)
        } else {
          source.unicodeScalars.append(scalar)
        }
      }
    }
    return render(source, values)
  }

  private static func isHolder(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= first && scalar.value < first + UInt32(room)
  }

  private static func hold(_ value: String, in values: inout [String], _ source: inout String) {
    // Beyond the room a value is left out; a mail of that many values does not exist.
    guard values.count < room, let scalar = Unicode.Scalar(first + UInt32(values.count)) else { return }
    values.append(value)
    source.unicodeScalars.append(scalar)
  }

  private static func render(_ source: String, _ values: [String]) -> String {
    var source = source
    let document = source.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_VALIDATE_UTF8)
      }
    }
    guard let document else { return "" }
    defer { cmark_node_free(document) }
    for node in nodes(of: document) { fill(node, values) }
    guard let html = cmark_render_html(document, CMARK_OPT_DEFAULT) else { return "" }
    defer { cmark_get_default_mem_allocator().pointee.free(html) }
    return String(cString: html)
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

  /// Nil where no value stands in the text, which is UTF-8: most texts of a tree hold none, and need no copy.
  private static func filled(_ text: UnsafePointer<CChar>?, _ values: [String]) -> String? {
    guard let text else { return nil }
    var out: [UInt8] = []
    var found = false
    var at = text
    // What follows the last value.
    var rest = text
    func copy(to end: UnsafePointer<CChar>) {
      out.append(contentsOf: UnsafeRawBufferPointer(start: rest, count: end - rest))
    }
    while at.pointee != 0 {
      if UInt8(bitPattern: at.pointee) == firstByte, let index = holder(at), index < values.count {
        copy(to: at)
        out.append(text: values[index])
        found = true
        rest = at + 4
        at = rest
      } else {
        at += 1
      }
    }
    if !found { return nil }
    copy(to: at)
    return String(decoding: out, as: UTF8.self)
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
