import FlowCore

/// A word of a message, or a value in it.
enum Token: Hashable, Sendable {
  /// In lower case, ’ as '.
  case word(String)
  /// One `{{ }}`, however long.
  case value(String)
}

enum Wording {
  static func tokens(_ template: Template) -> [Token] {
    template.pieces.flatMap { piece -> [Token] in
      switch piece {
      case .text(let text): words(text).map { .word($0) }
      case .value(let expression, let filters):
        [.value(([expression.canonical] + filters.map(\.rawValue)).joined(separator: "|"))]
      case .ask: [.value("ask")]
      }
    }
  }

  /// Letters and digits in a row, with apostrophes inside.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    func close() {
      while word.hasSuffix("'") { word.removeLast() }
      if !word.isEmpty { words.append(word.lowercased()) }
      word = ""
    }
    for character in text {
      if character.isLetter || character.isNumber {
        word.append(character)
      } else if apostrophes.contains(character) {
        if !word.isEmpty { word.append("'") }
      } else {
        close()
      }
    }
    close()
    return words
  }

  private static let apostrophes: Set<Character> = ["'", "’", "ʼ", "`"]

  /// Whether the tokens of `part` stand in `whole` in a row.
  static func contains(_ part: [Token], in whole: [Token]) -> Bool {
    whole.indices.contains { whole[$0...].starts(with: part) }
  }

  /// Every three neighbours, each text by itself.
  static func triples(_ texts: [Template]) -> [[Token]] {
    texts.flatMap { text -> [[Token]] in
      let tokens = tokens(text)
      guard tokens.count >= 3 else { return [] }
      return (0...tokens.count - 3).map { Array(tokens[$0..<$0 + 3]) }
    }
  }
}
