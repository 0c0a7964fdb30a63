import FlowCore

/// What is wrong with the lines of `guarantees:`.
extension Diagnostic {
  /// - Parameter begun: the sentence that it begins as, and the word that does not come.
  static func badGuarantee(_ text: Located, begun: (shape: String, missing: String)?) -> Diagnostic {
    guard let begun else {
      return Diagnostic(
        .badGuarantee, at: text.whole, "\(Words.quoted(text.text)) is no sentence that can be proved",
        help: GuaranteeForm.help)
    }
    return Diagnostic(
      .badGuarantee, at: text.whole, "\(Words.quoted(text.text)) lacks the word \"\(begun.missing)\"",
      help: "it reads \"\(begun.shape)\"; \(GuaranteeForm.help)")
  }

  static func misspeltGuarantee(_ word: Located, meant: String) -> Diagnostic {
    Diagnostic(
      .badGuarantee, at: word.whole, "\(Words.quoted(word.text)) stands where \"\(meant)\" should",
      help: "did you mean \"\(meant)\"? \(GuaranteeForm.help)", fix: Fix(replace: word.whole, with: meant))
  }

  static func badSubject(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badGuarantee, at: text.whole, "\(Words.quoted(text.text)) is nothing that comes about in a run",
      help: "write the name of a step, a class of reply, an event or a verb; touch, start, escalation, end, or end "
        + "OUTCOME")
  }

  /// What follows `at most N`.
  static func badSpan(_ text: Located) -> Diagnostic {
    let words = text.words
    let rest = words.count > 1 ? text.part(text.wordRanges[1].lowerBound..<text.text.utf8.count) : text
    let isSpan = words.count > 2 && ["in", "within", "per", "every"].contains(words[1].text)
    let length = isSpan ? words.dropFirst(words[2].text == "any" ? 3 : 2).map(\.text) : []
    let span = length.isEmpty ? nil : length.joined(separator: " ")
    return Diagnostic(
      .badGuarantee, at: rest.whole, "\(Words.quoted(rest.text)) says no span of time",
      help: "write \"in any \(span ?? "7 days")\", or nothing where the whole run is meant",
      fix: span.map { Fix(replace: rest.whole, with: "in any \($0)") })
  }

  static func countedFromStart(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badGuarantee, at: text.whole, "\(Words.quoted(text.text)) says from when, which is always the start",
      help: "take it away; from something else it reads \"A within D of B\"")
  }

  static func emptyGuarantee(_ text: Located, because: String) -> Diagnostic {
    Diagnostic(
      .emptyGuarantee, at: text.whole, "\(Words.quoted(text.text)) says nothing of this workflow: \(because)",
      help: "take the line away, or name something else in it")
  }

  static func unknownInGuarantee(_ name: Located, known: [String], _ what: String) -> Diagnostic {
    Diagnostic(
      .guaranteeName, at: name.whole, "there is no \(Words.quoted(name.text)) in this file",
      help: Words.help(name.text, known, what), fix: Words.fix(name.text, known, name.whole))
  }

  static func ambiguousInGuarantee(_ name: Located, _ meanings: [String]) -> Diagnostic {
    Diagnostic(
      .guaranteeName, at: name.whole, "\(Words.quoted(name.text)) can be more than one thing in this file",
      help: "say which: \(Words.list(meanings.map { "\"\($0)\"" }))")
  }

  static func noTouchVerb(_ word: Located, _ verb: String, touches: [String]) -> Diagnostic {
    Diagnostic(
      .guaranteeName, at: word.whole, "\(Words.quoted(verb)) reaches no contact, and is not counted",
      help: "what reaches the contact is \(Words.list(touches)), and touches are all of these")
  }

  static func unusedGuarantee(_ name: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unusedGuarantee, .warning, at: name.whole, "no workflow that was checked knows \(Words.quoted(name.text))",
      help: (Words.nearest(name.text, known).map { $0 + " " } ?? "")
        + "a line of flow.yaml speaks of what some workflow of the project has",
      fix: Words.fix(name.text, known, name.whole))
  }
}
