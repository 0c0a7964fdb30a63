import FlowCore

/// Values that YAML would tear, read as the text that their author meant, so that everything after them is
/// read as well. In the copy that libyaml gets, each has fillers in its place: as many bytes and scalars, so
/// that all marks stay true.
struct YAMLRepairs {
  /// Without the byte order mark.
  private(set) var bytes: [UInt8]
  private let base: Int
  private(set) var findings: [Diagnostic] = []
  /// For each place where libyaml sees a text: where that text really begins.
  private(set) var texts: [Int: Int] = [:]
  /// The source as quoted texts are read from it: escapes that are none begin with a filler.
  private(set) var quoted: [UInt8]

  init(_ places: SourcePlaces) {
    base = places.base
    quoted = places.utf8
    bytes = Array(places.utf8[base...])
  }

  mutating func apply(_ mended: Mended) {
    findings.append(mended.finding)
    switch mended.change {
    case .none: break
    case .text(let range):
      texts[range.lowerBound] = range.lowerBound
      fill(range)
    case .blankBeforeText(let colon, let range):
      // `key:Text`: the text's first byte makes room for the blank.
      fill(range)
      bytes[colon + 1 - base] = 0x20
      texts[range.lowerBound + 1] = range.lowerBound
    case .comment(let range):
      bytes[range.lowerBound - base] = UInt8(ascii: "#")
    case .plainByte(let offset):
      bytes[offset - base] = UInt8(ascii: "x")
      quoted[offset] = UInt8(ascii: "x")
    }
  }

  private mutating func fill(_ range: Range<Int>) {
    var isLineStart = false
    for offset in range.lowerBound - base..<range.upperBound - base {
      let byte = bytes[offset]
      if byte.isBreak {
        isLineStart = true
      } else if byte < 0x80, !(isLineStart && byte.isBlank) {
        bytes[offset] = UInt8(ascii: "x")
        isLineStart = false
      }
    }
  }
}

/// A finding, and how the rest of the file can be read in spite of it.
struct Mended {
  enum Change {
    /// Reading ends here.
    case none
    /// The range is a text.
    case text(Range<Int>)
    /// A colon that lacks its blank, and the text that begins right after it: an ASCII byte and at least one
    /// more.
    case blankBeforeText(colon: Int, Range<Int>)
    /// The rest of a line that is passed over; it begins with an ASCII byte.
    case comment(Range<Int>)
    /// One ASCII byte inside a quoted text.
    case plainByte(Int)
  }

  var finding: Diagnostic
  var change: Change
}
