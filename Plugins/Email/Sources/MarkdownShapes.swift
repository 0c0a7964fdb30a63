import FlowCore
import Synchronization

/// What the author's texts come to, each parsed once: a thousand mails of one step differ in their values alone.
final class MarkdownShapes: Sendable {
  private struct Key: Hashable {
    let text: [UInt8]
    func hash(into hasher: inout Hasher) { text.withUnsafeBytes { hasher.combine(bytes: $0) } }
  }

  /// More than a project has steps that send mail.
  private static let most = 256
  private let known = Mutex<[Key: [Markdown.Piece]?]>([:])

  /// HTML of a text, as ``Markdown/html(_:)`` has it.
  func write(_ text: RenderedText, to out: inout [UInt8]) {
    let source = Markdown.source(text)
    // A line break at a value's end may stand for one that the tree would write there.
    guard !source.values.contains(where: { $0.utf8.last == 0x0A }), let shape = shape(source) else {
      return Markdown.render(source, to: &out)
    }
    for piece in shape {
      switch piece {
      case .text(let html): out.append(contentsOf: html)
      case .value(let index): MarkdownShapes.write(value: source.values[index], to: &out)
      }
    }
  }

  private func shape(_ source: Markdown.Source) -> [Markdown.Piece]? {
    let key = Key(text: source.text)
    if let known = known.withLock({ $0[key] }) { return known }
    let shape = Markdown.shape(source)
    known.withLock { known in
      if known.count >= MarkdownShapes.most { known.removeAll() }
      known[key] = .some(shape)
    }
    return shape
  }

  /// As the parser's tree writes text.
  private static func write(value: String, to out: inout [UInt8]) {
    var value = value
    value.withUTF8 { value in
      var rest = 0
      for (index, byte) in value.enumerated() {
        let instead: String
        switch byte {
        case UInt8(ascii: "&"): instead = "&amp;"
        case UInt8(ascii: "<"): instead = "&lt;"
        case UInt8(ascii: ">"): instead = "&gt;"
        case UInt8(ascii: "\""): instead = "&quot;"
        case 0x0A: instead = "<br />\n"
        default: continue
        }
        out.append(contentsOf: UnsafeBufferPointer(rebasing: value[rest..<index]))
        out.append(text: instead)
        rest = index + 1
      }
      out.append(contentsOf: UnsafeBufferPointer(rebasing: value[rest...]))
    }
  }
}
