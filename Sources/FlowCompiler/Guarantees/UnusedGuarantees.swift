import FlowCore

/// A line of flow.yaml speaks of every file, and few files have all that it names. What no file has is most likely
/// misspelt.
enum UnusedGuarantees {
  static func findings(_ guarantees: [Guarantee], _ graphs: [Graph], _ manifests: [Manifest]) -> [Diagnostic] {
    guard !graphs.isEmpty else { return [] }
    let names = graphs.map { GuaranteeNames($0, manifests) }
    return guarantees.flatMap { guarantee in
      words(of: guarantee).filter { word in !names.contains { word.isKnown($0) } }.map { word in
        .unusedGuarantee(Located(word.word), known: word.known(names))
      }
    }
  }

  private struct Wanted {
    enum Kind { case outcome, step, reply, event, verb, counted, any }
    var word: Guarantee.Word
    var kind: Kind

    func set(_ names: GuaranteeNames) -> [String] {
      switch kind {
      case .outcome: names.outcomes
      case .step: names.steps
      case .reply: names.classes
      case .event: names.events
      case .verb: names.verbs
      case .counted: names.countedVerbs + names.touchVerbs
      case .any: names.all + names.steps
      }
    }

    func isKnown(_ names: GuaranteeNames) -> Bool { set(names).contains(word.text) }
    func known(_ names: [GuaranteeNames]) -> [String] { Set(names.flatMap(set)).sorted() }
  }

  private static func words(of guarantee: Guarantee) -> [Wanted] {
    if case .touches(_, let word?, _) = guarantee.form { return [Wanted(word: word, kind: .counted)] }
    return guarantee.subjects.compactMap { subject in
      guard let word = subject.word else { return nil }
      switch subject {
      case .end: return Wanted(word: word, kind: .outcome)
      case .step: return Wanted(word: word, kind: .step)
      case .reply: return Wanted(word: word, kind: .reply)
      case .event: return Wanted(word: word, kind: .event)
      case .verb: return Wanted(word: word, kind: .verb)
      default: return Wanted(word: word, kind: .any)
      }
    }
  }
}
