import FlowCore

/// `pressing`: a phrase of the lists `pressing.{en,de,fr,es}`.
struct Pressing: Rule {
  let code: Code = "pressing"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    workflow.touches(context).flatMap { touch -> [Diagnostic] in
      let source = StepSource(touch.node, in: workflow.root)
      let fields = touch.action.fields.compactMap { field in Touch.template(field).map { (field.name, $0) } }
      let texts = fields + (touch.action.ask.map { [("ask", $0)] } ?? [])
      return texts.flatMap { name, text in
        Pressing.found(in: text).map { phrase in
          Diagnostic(
            code, .warning, at: source.value(name), "\(touch.quoted) presses: \(Words.quoted(phrase))",
            label: "a phrase that pushes people away",
            help: "say what happens next and by when, without reproach")
        }
      }
    }
  }

  /// The phrases in a text; of two that lie in each other, the longer.
  private static func found(in text: Template) -> [String] {
    let tokens = Wording.tokens(text)
    var hits: [Phrase] = []
    for (index, token) in tokens.enumerated() {
      guard case .word(let word) = token, let candidates = phrases[word] else { continue }
      for phrase in candidates where tokens[index...].starts(with: phrase.tokens) && !hits.contains(phrase) {
        hits.append(phrase)
      }
    }
    return hits.filter { hit in
      !hits.contains { $0.tokens.count > hit.tokens.count && Wording.contains(hit.tokens, in: $0.tokens) }
    }.map(\.text)
  }

  private struct Phrase: Sendable, Hashable {
    var text: String
    var tokens: [Token]
  }

  /// Of every language, by the first word: a text may be in another than the file.
  private static let phrases: [String: [Phrase]] = {
    let lines = PressingPhrases.all.flatMap { $0.split(whereSeparator: \.isNewline) }
    let all = lines.map { line in
      let words = Wording.words(String(line))
      return (words.first ?? "", Phrase(text: String(line), tokens: words.map { .word($0) }))
    }
    return Dictionary(grouping: all, by: \.0).mapValues { $0.map(\.1) }
  }()
}
