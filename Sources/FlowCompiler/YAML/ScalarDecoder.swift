/// Reads a scalar's source a second time, to learn where each byte of its value comes from. It follows
/// libyaml byte by byte, so without repairs both come to the same value (fuzzed).
struct ScalarDecoder {
  private let utf8: [UInt8]
  private var at: Int
  private let end: Int
  /// Where the line that `at` stands in begins.
  private var lineStart: Int
  private(set) var value: [UInt8] = []
  private(set) var pieces: [ScalarOrigin.Piece] = []
  /// The first escape that stands for a control character.
  private(set) var control: Range<Int>?

  /// An unquoted text.
  static func plain(_ utf8: [UInt8], _ range: Range<Int>) -> ScalarDecoder {
    var decoder = ScalarDecoder(utf8, range)
    decoder.flow(quote: 0)
    return decoder
  }

  /// What stands between the quotes; `quote` is the byte of the quotes.
  static func quoted(_ utf8: [UInt8], _ range: Range<Int>, quote: UInt8) -> ScalarDecoder {
    var decoder = ScalarDecoder(utf8, range)
    decoder.flow(quote: quote)
    return decoder
  }

  /// A block text from its `|` or `>` on, or nil where it does not come to this value.
  static func block(_ utf8: [UInt8], _ range: Range<Int>, isFolded: Bool, value: String) -> ScalarDecoder? {
    guard let header = BlockHeader(utf8, range) else { return nil }
    for indent in header.indents {
      var decoder = ScalarDecoder(utf8, header.body..<range.upperBound)
      decoder.block(indent: indent, isFolded: isFolded, chomping: header.chomping)
      if decoder.value.elementsEqual(value.utf8) { return decoder }
    }
    return nil
  }

  func origin(end: Int) -> ScalarOrigin { .pieces(pieces, end: end) }

  private init(_ utf8: [UInt8], _ range: Range<Int>) {
    self.utf8 = utf8
    at = range.lowerBound
    lineStart = range.lowerBound
    end = range.upperBound
  }

  private func byte(_ offset: Int) -> UInt8 { offset < end ? utf8[offset] : 0 }

  private mutating func copy(to stop: Int) {
    guard stop > at else { return }
    verbatim(at..<stop)
    at = stop
  }

  private mutating func verbatim(_ source: Range<Int>) {
    guard !source.isEmpty else { return }
    let joins: Bool
    if let last = pieces.last, last.atom == nil {
      joins = last.source + value.count - last.value == source.lowerBound
    } else {
      joins = false
    }
    if !joins { pieces.append(.init(value: value.count, source: source.lowerBound, atom: nil)) }
    value.append(contentsOf: utf8[source])
  }

  /// Bytes that stand in the value for this stretch of the source.
  private mutating func atom(_ bytes: some Sequence<UInt8>, for source: Range<Int>) {
    let before = value.count
    value.append(contentsOf: bytes)
    if value.count > before {
      pieces.append(.init(value: before, source: source.lowerBound, atom: source.count))
    }
  }

  private mutating func lineFeeds(_ count: Int, for source: Range<Int>) {
    atom(repeatElement(0x0A, count: count), for: source)
  }
}

// Unquoted and quoted texts: line breaks fold.
extension ScalarDecoder {
  private mutating func flow(quote: UInt8) {
    while at < end {
      let byte = utf8[at]
      if byte.isBlank || byte.isBreak {
        whitespace(escapedBreak: nil)
      } else if quote == UInt8(ascii: "'"), byte == quote, self.byte(at + 1) == quote {
        atom([quote], for: at..<at + 2)
        at += 2
      } else if quote == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") {
        if self.byte(at + 1).isBreak {
          let start = at
          at += 1
          skipBreak()
          whitespace(escapedBreak: start)
        } else {
          escape()
        }
      } else {
        var stop = at + 1
        while stop < end, isOrdinary(utf8[stop], quote: quote) { stop += 1 }
        copy(to: stop)
      }
    }
  }

  private func isOrdinary(_ byte: UInt8, quote: UInt8) -> Bool {
    !byte.isBlank && !byte.isBreak && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "'")
  }

  private mutating func skipBreak() { at += byte(at) == 0x0D && byte(at + 1) == 0x0A ? 2 : 1 }

  /// Blanks within a line are kept; with one line break they become one blank, with n they become n - 1 line
  /// feeds.
  private mutating func whitespace(escapedBreak: Int?) {
    let start = escapedBreak ?? at
    let first = at
    var breaks = 0
    while at < end, utf8[at].isBlank || utf8[at].isBreak {
      if utf8[at].isBreak {
        breaks += 1
        skipBreak()
      } else {
        at += 1
      }
    }
    at = min(at, end)
    if escapedBreak != nil {
      lineFeeds(breaks, for: start..<at)
    } else if breaks == 0 {
      verbatim(first..<at)
    } else if breaks == 1 {
      atom([0x20], for: start..<at)
    } else {
      lineFeeds(breaks - 1, for: start..<at)
    }
  }

  private mutating func escape() {
    let start = at
    let letter = byte(at + 1)
    var scalar: UInt32
    var digits = 0
    switch letter {
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    default: break
    }
    scalar = digits == 0 ? Self.named(letter) : 0
    for offset in at + 2..<at + 2 + digits { scalar = scalar &* 16 &+ Self.hexadecimal(byte(offset)) }
    at = min(end, at + 2 + digits)
    let isControl =
      scalar < 0x20 && ![0x09, 0x0A, 0x0D].contains(scalar) || 0x7F..<0xA0 ~= scalar && scalar != 0x85
    if isControl, control == nil { control = start..<at }
    atom(String(Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")).utf8, for: start..<at)
  }

  private static func named(_ letter: UInt8) -> UInt32 {
    switch letter {
    case UInt8(ascii: "0"): 0
    case UInt8(ascii: "a"): 7
    case UInt8(ascii: "b"): 8
    case UInt8(ascii: "t"), 0x09: 9
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "v"): 11
    case UInt8(ascii: "f"): 12
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "e"): 27
    case UInt8(ascii: "N"): 0x85
    case UInt8(ascii: "_"): 0xA0
    case UInt8(ascii: "L"): 0x2028
    case UInt8(ascii: "P"): 0x2029
    default: UInt32(letter)
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt32 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: 0
    }
  }
}

// Block texts.
extension ScalarDecoder {
  fileprivate mutating func block(indent: Int, isFolded: Bool, chomping: BlockHeader.Chomping) {
    var leadingBreak: Range<Int>?
    var emptyLines = emptyLines(indent)
    var wasBlank = false
    while at < end, column == indent {
      let isBlank = utf8[at].isBlank
      if let lineBreak = leadingBreak {
        if isFolded, !wasBlank, !isBlank {
          if emptyLines.isEmpty { atom([0x20], for: lineBreak) }
        } else {
          lineFeeds(1, for: lineBreak)
        }
      }
      leadingBreak = nil
      for line in emptyLines { lineFeeds(1, for: line) }
      wasBlank = isBlank
      var stop = at
      while stop < end, !utf8[stop].isBreak { stop += 1 }
      copy(to: stop)
      if at < end {
        let start = at
        skipBreak()
        leadingBreak = start..<min(at, end)
      }
      lineStart = at
      emptyLines = self.emptyLines(indent)
    }
    if chomping != .strip, let leadingBreak { lineFeeds(1, for: leadingBreak) }
    if chomping == .keep { for line in emptyLines { lineFeeds(1, for: line) } }
  }

  private var column: Int { at - lineStart }

  /// Takes the indentation, and lines that hold no more than it.
  private mutating func emptyLines(_ indent: Int) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    lineStart = at
    while true {
      while column < indent, byte(at) == 0x20 { at += 1 }
      guard at < end, utf8[at].isBreak else { return lines }
      let start = at
      skipBreak()
      at = min(at, end)
      lines.append(start..<at)
      lineStart = at
    }
  }
}

/// The first line of a block text: `|`, `>2-`, `|+ # comment`.
struct BlockHeader {
  enum Chomping { case strip, clip, keep }

  var chomping = Chomping.clip
  /// Where the first line of the text begins.
  var body: Int
  /// The end of the indicators, from where a comment may follow.
  var indicatorsEnd: Int
  /// Indentations that the text may have, the likeliest first.
  var indents: [Int]

  init?(_ utf8: [UInt8], _ range: Range<Int>) {
    guard !range.isEmpty else { return nil }
    var at = range.lowerBound + 1
    var isExplicit = false
    while at < range.upperBound, !utf8[at].isBlank, !utf8[at].isBreak {
      if utf8[at] == UInt8(ascii: "-") { chomping = .strip }
      if utf8[at] == UInt8(ascii: "+") { chomping = .keep }
      if UInt8(ascii: "1")...UInt8(ascii: "9") ~= utf8[at] { isExplicit = true }
      at += 1
    }
    indicatorsEnd = at
    while at < range.upperBound, utf8[at] != 0x0A { at += 1 }
    body = min(at + 1, range.upperBound)
    let deepest = Self.indentation(utf8, body..<range.upperBound)
    indents = isExplicit ? Array((0...min(deepest, YAMLLimits.indentation)).reversed()) : [deepest]
  }

  /// The blanks before the first line that holds anything else; where all are empty, of the longest.
  private static func indentation(_ utf8: [UInt8], _ range: Range<Int>) -> Int {
    var longest = 0
    var count = 0
    for offset in range {
      if utf8[offset] == 0x20 {
        count += 1
      } else if utf8[offset].isBreak {
        longest = max(longest, count)
        count = 0
      } else {
        return count
      }
    }
    return max(longest, count)
  }
}
