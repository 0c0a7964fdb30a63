import FlowCore
import FlowTime

/// What is proved of workflows, for people and for programs.
public enum ProofReport {
  /// What does not hold, and what could not be decided, as findings. What is proved raises none.
  ///
  /// What the language's rule `late` says of the first touch is not said again.
  public static func findings(_ proofs: [Proof], of graph: Graph, zones: any ZoneSource) -> [Diagnostic] {
    proofs.compactMap { proof in
      switch proof.verdict {
      case .proved: nil
      case .broken(let witness): broken(proof, witness, graph, zones)
      case .impossible(let because): impossible(proof, because, graph)
      case .undecided(let because, let decidedBy): undecided(proof, because, decidedBy, graph)
      }
    }
  }

  private static func broken(
    _ proof: Proof, _ witness: Witness, _ graph: Graph, _ zones: any ZoneSource
  ) -> Diagnostic? {
    guard let (code, severity) = code(of: proof, graph) else { return nil }
    let words = ProofWords(proof, witness, graph, zones: zones)
    let place = place(proof, witness, graph)
    let story = ProofStory(witness, of: proof.claim, graph, zones: zones, width: FindingText.room(place)).lines
    var message = words.sentence
    if proof.source == .project { message = "\(graph.workflow): " + message }
    return Diagnostic(
      code, severity, at: place, message, label: words.label,
      notes: story.isEmpty ? [] : [Diagnostic.Note(story.joined(separator: "\n"))], help: words.help)
  }

  /// What should come about and cannot: there is no run to tell.
  private static func impossible(_ proof: Proof, _ because: String, _ graph: Graph) -> Diagnostic? {
    guard case .possible(let outcome) = proof.claim, let (code, severity) = code(of: proof, graph) else { return nil }
    return Diagnostic(
      code, severity, at: proof.span.onFirstLine, ProofWords.impossible(outcome), notes: [Diagnostic.Note(because)],
      help: "take it away, or let something lead there")
  }

  private static func undecided(
    _ proof: Proof, _ because: String, _ decidedBy: String, _ graph: Graph
  ) -> Diagnostic? {
    let isOwn = proof.source != .language
    if !isOwn, code(of: proof, graph) == nil { return nil }
    let what = isOwn ? "\"\(proof.text)\"" : claim(proof, of: graph)
    return Diagnostic(
      "unproved", .hint, at: proof.span.onFirstLine,
      "not decided: \(proof.source == .project ? graph.workflow + ": " : "")\(what)",
      notes: because.isEmpty ? [] : [Diagnostic.Note(because)], help: decidedBy)
  }

  /// Nil for what a rule of the compiler says already.
  private static func code(of proof: Proof, _ graph: Graph) -> (Code, Severity)? {
    guard proof.source == .language else { return ("guarantee", .error) }
    return switch proof.claim {
    case .ends: ("endless", .error)
    case .touches: ("max-touches", .warning)
    case .apart, .gap: ("gap", .error)
    case .insideWindow: ("outside-window", .error)
    case .stops: ("unstopped", .error)
    case .silence: ("silent-end", .warning)
    case .possible: ("impossible-outcome", .warning)
    case .overseen(let node):
      // After a call that nobody makes the next touch comes all the same.
      ("unseen-task", graph.nodes.indices.contains(node) && graph.nodes[node].isTouch ? .hint : .warning)
    case .firstTouch, .never, .always, .follows: nil
    }
  }

  /// A promise stands where it is written; what the language claims, at the step that breaks it.
  private static func place(_ proof: Proof, _ witness: Witness, _ graph: Graph) -> Span {
    guard proof.source == .language else { return proof.span.onFirstLine }
    let last = witness.breach.last.map { $0 + 1 } ?? 0
    let step = witness.timeline.prefix(last).last { $0.step != nil }?.step
    let node = step.flatMap(graph.node(named:)).map { graph.nodes[$0].span }
    return (node ?? witness.places.last?.span ?? proof.span).onFirstLine
  }
}

extension Span {
  /// Its beginning where it goes over several lines: a whole step is too much to show.
  var onFirstLine: Span {
    start.line == end.line ? self : Span(file: file, start: start, end: start)
  }
}
