import FlowCore

/// A text that knows where each of its bytes stands: a value of a YAML file, the text of a message's own
/// file, or a part of one.
struct Located: Sendable {
  private enum Origin: Sendable {
    case scalar(YAMLScalar)
    case source(SourceText)
    case fixed(Span)
  }

  let text: String
  private let origin: Origin
  private let base: Int

  init(_ scalar: YAMLScalar) { self.init(scalar.text, .scalar(scalar), base: 0) }

  /// The whole of a file, without a byte order mark.
  init(_ source: SourceText) {
    let start = source.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    self.init(String(decoding: source.utf8[start...], as: UTF8.self), .source(source), base: start)
  }

  /// A part of a file.
  init(source: SourceText, at range: Range<Int>) {
    let lower = min(max(0, range.lowerBound), source.utf8.count)
    let upper = min(max(lower, range.upperBound), source.utf8.count)
    self.init(String(decoding: source.utf8[lower..<upper], as: UTF8.self), .source(source), base: lower)
  }

  /// A text that stands nowhere: a default. Its findings point at `span`.
  init(_ text: String, at span: Span) { self.init(text, .fixed(span), base: 0) }

  private init(_ text: String, _ origin: Origin, base: Int) {
    self.text = text
    self.origin = origin
    self.base = base
  }

  var whole: Span { text.isEmpty ? span(0..<0) : span(0..<text.utf8.count) }

  /// Where UTF-8 offsets of the text stand.
  func span(_ range: Range<Int>) -> Span {
    let moved = range.lowerBound + base..<range.upperBound + base
    return switch origin {
    case .scalar(let scalar): scalar.span(of: moved)
    case .source(let source): source.span(moved)
    case .fixed(let span): span
    }
  }

  /// A part, by UTF-8 offsets.
  func part(_ range: Range<Int>) -> Located {
    let utf8 = text.utf8
    let lower = min(max(0, range.lowerBound), utf8.count)
    let upper = min(max(lower, range.upperBound), utf8.count)
    let start = utf8.index(utf8.startIndex, offsetBy: lower)
    let slice = utf8[start..<utf8.index(start, offsetBy: upper - lower)]
    return Located(String(decoding: slice, as: UTF8.self), origin, base: base + lower)
  }

  /// Without blanks at both ends.
  var trimmed: Located {
    let bytes = Array(text.utf8)
    var lower = 0
    var upper = bytes.count
    while lower < upper, Located.isBlank(bytes[lower]) { lower += 1 }
    while upper > lower, Located.isBlank(bytes[upper - 1]) { upper -= 1 }
    return part(lower..<upper)
  }

  /// A name with a dot, such as the field of a record.
  var isPath: Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 1
      && parts.allSatisfy { part in
        part.first?.isLetter == true && part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      }
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  /// The words between blanks.
  var words: [Located] { wordRanges.map { part($0) } }

  /// Where they stand, as UTF-8 offsets.
  var wordRanges: [Range<Int>] {
    let bytes = Array(text.utf8)
    var out: [Range<Int>] = []
    var start: Int?
    for (index, byte) in bytes.enumerated() {
      if Located.isBlank(byte) {
        if let from = start { out.append(from..<index) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let from = start { out.append(from..<bytes.count) }
    return out
  }

  /// What follows `word` and a blank at the beginning; nil where the text does not begin so.
  func after(_ word: String) -> Located? {
    let bytes = Array(text.utf8)
    let prefix = Array(word.utf8)
    guard bytes.starts(with: prefix), bytes.count > prefix.count, Located.isBlank(bytes[prefix.count]) else {
      return nil
    }
    return part(prefix.count..<bytes.count).trimmed
  }

  /// Before and after the first (or last) `separator` that stands outside quotes and brackets.
  func split(at separator: String, last: Bool = false) -> (Located, Located)? {
    let bytes = Array(text.utf8)
    let wanted = Array(separator.utf8)
    var found: Int?
    var depth = 0
    var quoted = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if quoted {
        if byte == 0x5C { index += 1 } else if byte == 0x22 { quoted = false }
      } else if byte == 0x22 {
        quoted = true
      } else if depth == 0, bytes[index...].starts(with: wanted) {
        found = index
        if !last { break }
      } else if byte == 0x28 || byte == 0x5B {
        depth += 1
      } else if byte == 0x29 || byte == 0x5D {
        depth -= 1
      }
      index += 1
    }
    guard let found else { return nil }
    return (part(0..<found).trimmed, part(found + wanted.count..<bytes.count).trimmed)
  }

  /// Where a word stands; the whole where there are not so many.
  func word(_ index: Int) -> Span {
    let words = words
    return index < words.count ? words[index].whole : whole
  }

  var isEmpty: Bool { text.isEmpty }
}
