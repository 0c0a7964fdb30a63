/// A pattern of a class of reply (section 6): whole words in any case; blanks are one; `*` is the rest of a
/// word; `(a|b)` either; ’ is '; `= fine` matches only where it is all of the new text.
public struct ReplyPattern: Hashable, Sendable {
  /// As written.
  public let text: String
  /// It begins with `=`: it must be all of the new text.
  public let isExact: Bool
  /// Word by word, with what alternatives make of it: each step leads from a state to a later one by one
  /// word.
  private let steps: [Step]
  private let states: Int

  struct Word: Hashable, Sendable {
    var text: [Unicode.Scalar]
    /// `*`: a word that begins so.
    var isPrefix: Bool
  }

  struct Step: Hashable, Sendable {
    var from: Int
    var word: Word
    var to: Int
  }

  public static func parse(_ text: String) throws(ReplyPatternError) -> ReplyPattern {
    var parser = PatternParser(text)
    return try parser.parse()
  }

  init(text: String, isExact: Bool, steps: [Step], states: Int) {
    self.text = text
    self.isExact = isExact
    self.steps = steps
    self.states = states
  }

  /// A text that it matches: the first of each choice, nothing for `*`.
  public var sample: String {
    // States are no order of the text: a branch of two words leads through a state behind the one where it
    // ends.
    var passed = [Bool](repeating: false, count: states)
    passed[0] = true
    var path: [Step] = []
    var state = 0
    while state != states - 1 {
      if let step = steps.first(where: { $0.from == state && !passed[$0.to] }) {
        passed[step.to] = true
        path.append(step)
        state = step.to
      } else if let step = path.popLast() {
        state = step.from
      } else {
        break
      }
    }
    return String(String.UnicodeScalarView(path.flatMap(\.word.text)))
  }

  /// Whether it is found in the new text of a reply. Takes time in proportion to the text.
  public func matches(_ newText: String) -> Bool { matches(ReplyWords(newText)) }

  /// The same for a text that was split into words once, for many patterns.
  public func matches(_ words: ReplyWords) -> Bool {
    let words = isExact ? words.wholeText : words.words[...]
    let last = states - 1
    var active = [Bool](repeating: false, count: states)
    for index in words.indices {
      if !isExact || index == words.startIndex { active[0] = true }
      var next = [Bool](repeating: false, count: states)
      for step in steps where active[step.from] && step.word.fits(words[index]) { next[step.to] = true }
      if next[last], !isExact || index == words.endIndex - 1 { return true }
      active = next
    }
    return false
  }
}

extension ReplyPattern.Word {
  func fits(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    isPrefix ? word.starts(with: text) : word.elementsEqual(text)
  }
}

/// A text as patterns see it: words, single marks of punctuation, and blanks, each run of them one; all
/// folded.
public struct ReplyWords: Sendable {
  let words: [ArraySlice<Unicode.Scalar>]

  static let blank: [Unicode.Scalar] = [" "]

  public init(_ text: String) {
    let scalars = OnlyFiles.isSaid(by: text) ? [] : ReplyWords.fold(text)
    var words: [ArraySlice<Unicode.Scalar>] = []
    var at = 0
    while at < scalars.count {
      let start = at
      if ReplyWords.isWord(scalars[at], in: scalars, at: at) {
        while at < scalars.count, ReplyWords.isWord(scalars[at], in: scalars, at: at) { at += 1 }
        words.append(scalars[start..<at])
      } else if ReplyWords.isBlank(scalars[at]) {
        while at < scalars.count, ReplyWords.isBlank(scalars[at]) { at += 1 }
        words.append(ReplyWords.blank[...])
      } else {
        at += 1
        words.append(scalars[start..<at])
      }
    }
    self.words = words
  }

  /// Without blanks around, and without punctuation at the end: `Fine!` is all `fine`.
  var wholeText: ArraySlice<ArraySlice<Unicode.Scalar>> {
    var words = words[...]
    while let first = words.first?.first, ReplyWords.isBlank(first) { words.removeFirst() }
    while let last = words.last?.first, ReplyWords.isBlank(last) || ReplyWords.isPunctuation(last) {
      words.removeLast()
    }
    return words
  }

  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    // Of ASCII the space, and those from tab to carriage return.
    scalar.isASCII ? scalar == " " || (9...13).contains(scalar.value) : scalar.properties.isWhitespace
  }

  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .otherPunctuation, .closePunctuation, .finalPunctuation, .initialPunctuation, .dashPunctuation,
      .openPunctuation, .connectorPunctuation:
      true
    default: false
    }
  }

  /// An apostrophe belongs to a word where it stands between two letters: `don't`, but not `'yes'`.
  private static func isWord(_ scalar: Unicode.Scalar, in all: [Unicode.Scalar], at index: Int) -> Bool {
    if scalar != "'" { return isWord(scalar) }
    return index > 0 && index + 1 < all.count && isWord(all[index - 1]) && isWord(all[index + 1])
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
        || ("A"..."Z").contains(scalar)
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return false
    }
  }

  /// Unicode's case folding (the full one, without locale: `GRÖSSE` is `größe`), apostrophes straight, a letter with
  /// its marks in one spelling.
  static func fold(_ text: String) -> [Unicode.Scalar] {
    var out: [Unicode.Scalar] = []
    out.reserveCapacity(text.utf8.count)
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      for byte in text.utf8 { out.append(fold(ascii: byte)) }
      return out
    }
    for character in caseFolded(text) {
      // Characters are equal by canonical equivalence; the composed form is found through the one-scalar
      // table.
      for scalar in Composition.composed(character) {
        switch scalar {
        case "\u{2019}", "\u{2018}", "\u{02BC}", "\u{FF07}", "\u{00B4}", "`": out.append("'")
        case "\u{00AD}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{FEFF}", "\u{2060}": continue
        default: out.append(scalar)
        }
      }
    }
    return out
  }

  /// As CaseFolding.txt has it: small letters of the capitals of the small letters, so that `ß`, `ẞ` and `SS` are one,
  /// and both small sigmas. But for `ı`, which folding leaves alone, though its capital is `I`.
  private static func caseFolded(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.isASCII || scalar == "\u{131}" {
        out.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        continue
      }
      for small in scalar.properties.lowercaseMapping.unicodeScalars {
        for capital in small.properties.uppercaseMapping.unicodeScalars {
          out.append(contentsOf: capital.properties.lowercaseMapping.unicodeScalars)
        }
      }
    }
    return String(out)
  }

  private static func fold(ascii byte: UInt8) -> Unicode.Scalar {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Unicode.Scalar(byte | 0x20)
    case UInt8(ascii: "`"): "'"
    default: Unicode.Scalar(byte)
    }
  }
}

/// Composes a Latin letter and its combining mark, so that `é` is one letter however it was typed.
enum Composition {
  private static let table: [Character: Unicode.Scalar] = {
    var table: [Character: Unicode.Scalar] = [:]
    for value in (0xC0...0x24F as ClosedRange<UInt32>) {
      if let scalar = Unicode.Scalar(value) { table[Character(scalar)] = scalar }
    }
    for value in (0x1E00...0x1EFF as ClosedRange<UInt32>) {
      if let scalar = Unicode.Scalar(value) { table[Character(scalar)] = scalar }
    }
    return table
  }()

  static func composed(_ character: Character) -> [Unicode.Scalar] {
    let scalars = Array(character.unicodeScalars)
    if scalars.count == 1 { return scalars }
    return table[character].map { [$0] } ?? scalars
  }
}
