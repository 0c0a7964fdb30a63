import FlowCore

/// The closed set of sentences of `guarantees:`.
struct GuaranteeForm {
  enum Part {
    case word(String)
    case slot
  }

  enum Kind {
    case firstTouch, ends, touchesInSpan, touches, apart, silence, never, always, follows
  }

  let kind: Kind
  /// As the help and the reference write it.
  let shape: String
  let parts: [Part]

  init(_ kind: Kind, _ shape: String) {
    self.kind = kind
    self.shape = shape
    parts = shape.split(separator: " ").compactMap { word in
      guard let first = word.utf8.first, word != "…" else { return nil }
      return Bench.isLower(first) ? .word(String(word)) : .slot
    }
  }

  /// What is more particular comes first: `at most N touches in any D` before `at most N touches`.
  static let all = [
    GuaranteeForm(.firstTouch, "first touch within D"),
    GuaranteeForm(.ends, "ends within D"),
    GuaranteeForm(.touchesInSpan, "at most N TOUCHES in any D"),
    GuaranteeForm(.touches, "at most N TOUCHES"),
    GuaranteeForm(.apart, "touches at least D apart"),
    GuaranteeForm(.silence, "silence reaches A …"),
    GuaranteeForm(.never, "never A after B"),
    GuaranteeForm(.always, "always A before B"),
    GuaranteeForm(.follows, "A within D of B"),
  ]

  /// For the help of a finding: every sentence there is.
  static let help =
    "the sentences are: first touch within D; ends within D; at most N touches, or a verb's (calls), in any D, or "
    + "without it in the whole run; touches at least D apart; silence reaches A or B; never A after B; always A "
    + "before B; A within D of B. A and B are a step, a class of reply, an event, a verb, touch, start, escalation, "
    + "or end OUTCOME"

  /// What stands in the slots, and the words that are misspelt.
  struct Match {
    var slots: [Located] = []
    var misspelt: [(word: Located, meant: String)] = []
  }

  /// - Parameter leniently: a misspelt word counts as what it was meant to be.
  func match(_ text: Located, leniently: Bool) -> Match? {
    let ranges = text.wordRanges
    var match = Match()
    var index = 0
    for (number, part) in parts.enumerated() {
      switch part {
      case .word(let wanted):
        guard index < ranges.count else { return nil }
        let word = text.part(ranges[index])
        if word.text != wanted {
          guard leniently, Spelling.nearest(to: word.text, in: [wanted]) != nil else { return nil }
          match.misspelt.append((word, wanted))
        }
        index += 1
      case .slot:
        let end = self.end(of: number, from: index, text, ranges, leniently)
        guard let end, index < end, end <= ranges.count else { return nil }
        match.slots.append(text.part(ranges[index].lowerBound..<ranges[end - 1].upperBound))
        index = end
      }
    }
    return index == ranges.count ? match : nil
  }

  /// A slot of one word is a number; another goes on to the next word of the form.
  private func end(
    of slot: Int, from index: Int, _ text: Located, _ ranges: [Range<Int>], _ leniently: Bool
  ) -> Int? {
    guard slot + 1 < parts.count else { return ranges.count }
    guard case .word(let next) = parts[slot + 1] else { return index + 1 }
    let rest = ranges.indices.dropFirst(index + 1)
    return rest.first { text.part(ranges[$0]).text == next }
      ?? (leniently ? rest.first { Spelling.nearest(to: text.part(ranges[$0]).text, in: [next]) != nil } : nil)
  }

  /// How many of its first words a text begins with, and which should come then.
  func progress(_ text: Located) -> (words: Int, missing: String)? {
    let words = text.words.map(\.text)
    var index = 0
    var found = 0
    for part in parts {
      guard case .word(let wanted) = part else {
        index += 1
        continue
      }
      guard let at = words.indices.dropFirst(index).first(where: { words[$0] == wanted }), found > 0 || at == index
      else { return found > 0 ? (found, wanted) : nil }
      found += 1
      index = at + 1
    }
    return nil
  }
}
