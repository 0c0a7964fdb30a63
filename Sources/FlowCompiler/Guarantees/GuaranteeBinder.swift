import FlowCore
import FlowTime

/// Holds the sentences of `guarantees:` against what one workflow has: steps, classes, events, outcomes, verbs.
struct GuaranteeBinder {
  let bench: Bench
  let graph: Graph

  /// The project's first, then the file's: a file adds to them, and takes none away.
  func bind(_ own: [Guarantee]) -> [Claimed] {
    bench.around.project.guarantees.compactMap { claimed($0, .project) } + own.compactMap { claimed($0, .file) }
  }

  // MARK: Sentences

  private func claimed(_ guarantee: Guarantee, _ source: Proof.Source) -> Claimed? {
    claim(guarantee, source).map { Claimed($0, source: source, text: guarantee.text, span: guarantee.span) }
  }

  /// Nil where a name has its finding, and where a line of flow.yaml says nothing of this file.
  private func claim(_ guarantee: Guarantee, _ source: Proof.Source) -> Claim? {
    func milestone(_ subject: Guarantee.Subject) -> Milestone? { self.milestone(subject, source) }
    /// What a line of flow.yaml wants, and the file does not have, never comes about in it.
    func wanted(_ subject: Guarantee.Subject) -> Milestone? {
      milestone(subject) ?? (source == .project ? .event(subject.words) : nil)
    }
    checkHours(guarantee)
    switch guarantee.form {
    case .ends(let within): return .ends(within: within)
    case .apart(let distance): return .apart(distance)
    case .firstTouch(let within): return .firstTouch(within: within)
    case .touches(let count, let word, let span):
      guard let word else { return .touches(atMost: count, verb: nil, span: span) }
      return verb(word, source).map { .touches(atMost: count, verb: $0, span: span) }
    case .silence(let subjects):
      let known = subjects.compactMap { milestone($0) }
      if known.isEmpty, source == .project { return .silence(reaches: subjects.compactMap(wanted)) }
      return known.count == subjects.count || source == .project ? .silence(reaches: known) : nil
    case .never(let one, let other):
      let (one, other) = (milestone(one), milestone(other))
      guard let one, let other else { return nil }
      return .never(one, after: other)
    case .always(let one, let other):
      let (one, other) = (wanted(one), milestone(other))
      guard let one, let other else { return nil }
      return .always(one, before: other)
    case .follows(let one, let within, let other):
      let (one, other) = (wanted(one), milestone(other))
      guard let one, let other else { return nil }
      return .follows(one, within: within, of: other)
    }
  }

  /// Business hours are the hours of this file's window. A line of its own has been held against that already.
  private func checkHours(_ guarantee: Guarantee) {
    guard bench.file != guarantee.span.file, let duration = guarantee.duration, case .businessHours = duration.kind,
      graph.policy.window == nil
    else { return }
    bench.report(.noWindow(Located(guarantee.text, at: guarantee.span)))
  }

  // MARK: Names

  private func milestone(_ subject: Guarantee.Subject, _ source: Proof.Source) -> Milestone? {
    let names = GuaranteeNames(graph, bench.around.manifests)
    let isOwn = source == .file
    func known(_ word: Guarantee.Word, _ set: [String], _ kind: String) -> Bool {
      if set.contains(word.text) { return true }
      if isOwn { bench.report(.unknownInGuarantee(Located(word), known: set, kind)) }
      return false
    }
    switch subject {
    case .start: return .started
    case .touch: return .touch
    case .escalation: return .escalation
    case .end(nil): return .end(nil)
    case .end(let word?):
      if names.outcomes.contains(word.text) { return .end(word.text) }
      if isOwn { bench.report(.unknownOutcome(Located(word), known: names.outcomes)) }
      return nil
    case .step(let word):
      return known(word, names.steps, "the steps of this file are") ? names.step(word.text) : nil
    case .reply(let word):
      return known(word, names.classes, "the classes of reply are") ? .reply(word.text) : nil
    case .event(let word): return known(word, names.events, "the events are") ? .event(word.text) : nil
    case .verb(let word): return known(word, names.verbs, "the verbs are") ? .verb(word.text) : nil
    // Whatever a file calls its steps and classes, a line for all files speaks of the same in each.
    case .named(let word) where !isOwn && names.verbs.contains(word.text): return .verb(word.text)
    case .named(let word):
      let meanings = names.meanings(of: word.text)
      if let meant = meanings.first, meanings.count == 1 { return meant.milestone }
      if meanings.count > 1 {
        bench.report(.ambiguousInGuarantee(Located(word), meanings.map(\.words)))
      } else if isOwn {
        bench.report(.unknownInGuarantee(Located(word), known: names.all, "this file knows"))
      }
      return nil
    }
  }

  /// `call` and `calls`: the verb of a touch.
  private func verb(_ word: Guarantee.Word, _ source: Proof.Source) -> String? {
    let names = GuaranteeNames(graph, bench.around.manifests)
    if let verb = names.verb(counted: word.text) {
      if bench.around.manifest(verb)?.touch == true { return verb }
      if source == .file { bench.report(.noTouchVerb(Located(word), verb, touches: names.touchVerbs)) }
      return nil
    }
    if source == .file {
      bench.report(.unknownInGuarantee(Located(word), known: ["touches"] + names.countedVerbs, "what is counted is"))
    }
    return nil
  }
}

/// What a sentence may name in one workflow.
struct GuaranteeNames {
  let graph: Graph
  let manifests: [Manifest]

  init(_ graph: Graph, _ manifests: [Manifest]) {
    self.graph = graph
    self.manifests = manifests
  }

  var steps: [String] { graph.nodes.map(\.name) }
  var classes: [String] { ["reply"] + graph.replies.map(\.name) }
  var events: [String] { graph.events.map(\.name) + Event.builtIn }
  var verbs: [String] { manifests.map(\.verb) }
  var touchVerbs: [String] { manifests.filter(\.touch).map(\.verb) }
  var countedVerbs: [String] { touchVerbs.map(Claims.plural(of:)) }

  var outcomes: [String] {
    Set(graph.writtenOutcomes.map(\.outcome) + Claims.builtInOutcomes).sorted()
  }

  var all: [String] {
    graph.nodes.filter(\.isNamed).map(\.name) + classes + graph.events.map(\.name) + verbs
      + ["touch", "start", "escalation", "end OUTCOME"] + Event.builtIn
  }

  func step(_ name: String) -> Milestone? { graph.node(named: name).map { .step($0) } }

  /// Everything that a name alone can be, and how to say which.
  func meanings(of name: String) -> [(milestone: Milestone, words: String)] {
    var found: [(milestone: Milestone, words: String)] = []
    if let step = step(name) { found.append((step, "step \(name)")) }
    if classes.contains(name) { found.append((.reply(name), "reply \(name)")) }
    if events.contains(name) { found.append((.event(name), "event \(name)")) }
    if verbs.contains(name) { found.append((.verb(name), "verb \(name)")) }
    return found
  }

  func verb(counted word: String) -> String? { verbs.first { $0 == word || Claims.plural(of: $0) == word } }
}

extension Guarantee {
  var duration: Duration? {
    switch form {
    case .ends(let span), .apart(let span), .firstTouch(let span), .touches(_, _, let span?), .follows(_, let span, _):
      span
    case .touches, .silence, .never, .always: nil
    }
  }
}

extension Guarantee.Subject {
  /// As it is written.
  var words: String {
    switch self {
    case .start: "start"
    case .touch: "touch"
    case .escalation: "escalation"
    case .end(let word): word.map { "end \($0.text)" } ?? "end"
    case .step(let word): "step \(word.text)"
    case .reply(let word): "reply \(word.text)"
    case .event(let word): "event \(word.text)"
    case .verb(let word): "verb \(word.text)"
    case .named(let word): word.text
    }
  }

  /// The name in it, where it has one.
  var word: Guarantee.Word? {
    switch self {
    case .start, .touch, .escalation: nil
    case .end(let word): word
    case .step(let word), .reply(let word), .event(let word), .verb(let word), .named(let word): word
    }
  }
}

extension Located {
  init(_ word: Guarantee.Word) { self.init(word.text, at: word.span) }
}
