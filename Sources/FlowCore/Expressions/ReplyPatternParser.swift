/// Why a text is no pattern for replies, and which bytes of it are wrong.
public struct ReplyPatternError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case empty
    case unclosedGroup
    case unopenedGroup
    case nestedGroup
    case emptyAlternative
    /// A star that begins a word, or stands inside one.
    case misplacedStar
    /// `|` outside parentheses.
    case misplacedBar
    /// A group in the middle of a word: `(in|un)able`.
    case groupInWord
    case tooLong
  }
  public var kind: Kind
  /// UTF-8 offsets in the pattern.
  public var range: Range<Int>

  public init(_ kind: Kind, _ range: Range<Int>) {
    self.kind = kind
    self.range = range
  }

  /// One sentence without a full stop.
  public var description: String {
    switch kind {
    case .empty: "this pattern has no word"
    case .unclosedGroup: "\"(\" is not closed"
    case .unopenedGroup: "\")\" closes nothing"
    case .nestedGroup: "\"(\" stands inside another"
    case .emptyAlternative: "an alternative is empty"
    case .misplacedStar: "\"*\" stands at the end of a word"
    case .misplacedBar: "\"|\" stands inside parentheses"
    case .groupInWord: "parentheses stand for whole words"
    case .tooLong: "this pattern is longer than \(PatternParser.limit) bytes"
    }
  }

  /// The way out.
  public var help: String? {
    switch kind {
    case .empty, .tooLong: nil
    case .unclosedGroup, .unopenedGroup, .misplacedBar: "alternatives are written (happy|glad) to"
    case .nestedGroup: "write all alternatives in one pair of parentheses, or two patterns"
    case .emptyAlternative: "write a word on both sides of |, or two patterns"
    case .misplacedStar: "write interest* for interest, interested and interesting"
    case .groupInWord: "write the whole word in each alternative"
    }
  }
}

struct PatternParser {
  static let limit = 4096

  let text: String
  let bytes: [UInt8]
  var at = 0
  var end: Int
  var steps: [ReplyPattern.Step] = []
  var states = 1
  /// The state that the pattern has come to.
  var current = 0

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
    end = bytes.count
  }

  func error(_ kind: ReplyPatternError.Kind, _ start: Int, _ end: Int? = nil) -> ReplyPatternError {
    ReplyPatternError(kind, start..<min(bytes.count, max(start, end ?? start + 1)))
  }

  mutating func parse() throws(ReplyPatternError) -> ReplyPattern {
    guard bytes.count <= PatternParser.limit else { throw error(.tooLong, 0, bytes.count) }
    _ = blanks()
    let isExact = byte == 0x3D
    if isExact {
      at += 1
      _ = blanks()
      dropFinalPunctuation()
    }
    var owesBlank = false
    while at < end {
      if blanks() { owesBlank = current > 0 }
      guard let byte else { break }
      switch byte {
      case 0x28:
        if owesBlank { current = sequence([.blank], from: current, to: nil) }
        owesBlank = false
        try group()
      case 0x29: throw error(.unopenedGroup, at)
      case 0x7C: throw error(.misplacedBar, at)
      default:
        let words = try words()
        // What cannot be seen is no word, and a blank on both sides of it is one.
        if words.isEmpty { continue }
        current = sequence(owesBlank ? [.blank] + words : words, from: current, to: nil)
        owesBlank = false
        if self.byte == 0x28, ReplyWords.isWord(words.last?.text.last ?? " ") {
          throw error(.groupInWord, at)
        }
      }
    }
    guard current > 0 else { throw error(.empty, 0, bytes.count) }
    return ReplyPattern(text: text, isExact: isExact, steps: reordered(), states: states)
  }

  /// A pattern for all of a text ignores punctuation at its end, as the text does.
  private mutating func dropFinalPunctuation() {
    while end > at {
      var start = end - 1
      while start > at, bytes[start] & 0xC0 == 0x80 { start -= 1 }
      let last = String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars.first
      guard let last, !["(", ")", "*"].contains(last),
        ReplyWords.isBlank(last) || ReplyWords.isPunctuation(last)
      else { return }
      end = start
    }
  }

  private var byte: UInt8? { at < end ? bytes[at] : nil }

  /// Passes over blanks, of whatever kind; whether there were any.
  private mutating func blanks() -> Bool {
    let start = at
    while blankLength > 0 { at += blankLength }
    return at > start
  }

  /// How many bytes the blank takes that stands here; 0 where there is none.
  private var blankLength: Int {
    guard let byte else { return 0 }
    if byte < 0x80 { return ReplyWords.isBlank(Unicode.Scalar(byte)) ? 1 : 0 }
    let scalar = String(decoding: bytes[at..<min(end, at + 4)], as: UTF8.self).unicodeScalars.first
    return scalar.map { ReplyWords.isBlank($0) ? UTF8.width($0) : 0 } ?? 0
  }

  private mutating func newState() -> Int {
    states += 1
    return states - 1
  }

  /// The words follow one another from a state, the last one to `end`; the state that they lead to.
  private mutating func sequence(_ words: [ReplyPattern.Word], from start: Int, to end: Int?) -> Int {
    var state = start
    for (index, word) in words.enumerated() {
      let next = index == words.count - 1 ? end ?? newState() : newState()
      steps.append(ReplyPattern.Step(from: state, word: word, to: next))
      state = next
    }
    return state
  }

  /// One run up to a blank, a bar or a parenthesis: its words and marks.
  private mutating func words() throws(ReplyPatternError) -> [ReplyPattern.Word] {
    let start = at
    while let byte, blankLength == 0, byte != 0x28, byte != 0x29, byte != 0x7C, byte != 0x2A { at += 1 }
    let split = ReplyWords(String(decoding: bytes[start..<at], as: UTF8.self)).words
    var words = split.map { ReplyPattern.Word(text: Array($0), isPrefix: false) }
    guard byte == 0x2A else { return words }
    guard let last = words.indices.last, let scalar = words[last].text.last, ReplyWords.isWord(scalar) else {
      throw error(.misplacedStar, at)
    }
    at += 1
    if isWordStart { throw error(.misplacedStar, at - 1) }
    words[last].isPrefix = true
    return words
  }

  /// Whether a word, a group or a star begins right here.
  private var isWordStart: Bool {
    guard let byte else { return false }
    if byte == 0x28 || byte == 0x2A { return true }
    return ReplyWords.fold(String(decoding: bytes[at..<min(end, at + 4)], as: UTF8.self)).first
      .map(ReplyWords.isWord) == true
  }

  private mutating func group() throws(ReplyPatternError) {
    let opening = at
    at += 1
    let last = newState()
    var words: [ReplyPattern.Word] = []
    var alternative = at
    while true {
      if blanks(), let last = words.last, last != .blank, byte != 0x7C, byte != 0x29 { words.append(.blank) }
      guard let byte else { throw error(.unclosedGroup, opening) }
      switch byte {
      case 0x28: throw error(.nestedGroup, at)
      case 0x7C, 0x29:
        guard !words.isEmpty else { throw error(.emptyAlternative, alternative - 1, at + 1) }
        _ = sequence(words, from: current, to: last)
        words = []
        at += 1
        alternative = at
        if byte == 0x7C { continue }
        current = last
        if isWordStart { throw error(.groupInWord, at) }
        return
      default: words += try self.words()
      }
    }
  }

  /// The final state becomes the last one, which is how a match is told.
  private func reordered() -> [ReplyPattern.Step] {
    let last = states - 1
    func swapped(_ state: Int) -> Int { state == current ? last : state == last ? current : state }
    return steps.map { ReplyPattern.Step(from: swapped($0.from), word: $0.word, to: swapped($0.to)) }
  }
}

extension ReplyPattern.Word {
  static let blank = ReplyPattern.Word(text: ReplyWords.blank, isPrefix: false)
}
