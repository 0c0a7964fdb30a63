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
    let hits = phrases.filter { Wording.contains($0.words, in: tokens) }
    return hits.filter { hit in
      !hits.contains {
        $0.words.count > hit.words.count && Wording.contains(hit.words, in: $0.words.map { .word($0) })
      }
    }.map(\.text)
  }

  private struct Phrase: Sendable {
    var text: String
    var words: [String]
  }

  /// Of every language: a text may be in another than the file. Each once.
  private static let phrases: [Phrase] = {
    var seen: Set<[String]> = []
    return PressingPhrases.all.flatMap { $0.split(whereSeparator: \.isNewline) }
      .map { Phrase(text: String($0), words: Wording.words(String($0))) }
      .filter { !$0.words.isEmpty && seen.insert($0.words).inserted }
  }()
}
