import FlowCore
import FlowTime

/// What became of a claim, in one sentence for somebody who does not program.
struct ProofWords {
  let proof: Proof
  let witness: Witness
  let graph: Graph
  let zone: Zone

  init(_ proof: Proof, _ witness: Witness, _ graph: Graph, zones: any ZoneSource) {
    self.proof = proof
    self.witness = witness
    self.graph = graph
    zone = zones.zone(named: witness.zone) ?? .utc
  }

  private var isOwn: Bool { proof.source != .language }
  private var person: String { Self.person(witness) }
  private var breach: [Entry] {
    witness.breach.filter(witness.timeline.indices.contains).map { witness.timeline[$0] }
  }

  /// The first name of the run's contact.
  static func person(_ witness: Witness) -> String {
    guard let contact = witness.input["contact"] else { return "the contact" }
    let name = contact[path: ["first_name"]].text ?? contact[path: ["name"]].text ?? ""
    return Printable.line(name).split(separator: " ").first.map(String.init) ?? "the contact"
  }

  // MARK: What can come about

  /// A sentence without a full stop, beginning with a small letter or a name.
  var sentence: String {
    switch proof.claim {
    case .ends(nil): return "a run could go on for ever"
    case .ends: return "\(whose) run could last until \(end)"
    case .touches(let most, let verb, let span): return touches(most, verb, span)
    case .apart, .gap: return apart
    case .firstTouch: return "\(person) could hear nothing until \(first)"
    case .silence: return silence
    case .stops: return stops
    case .insideWindow: return "\(step) could go out on \(day), outside its window"
    case .possible(let outcome): return Self.impossible(outcome)
    case .overseen(let node): return "nobody would learn that \(quoted(node)) was not done"
    case .never(let one, let before):
      return "\(Self.words(one, graph)) could come after \(Self.words(before, graph))"
    case .always(let one, let later):
      return "\(Self.words(later, graph)) could come without \(Self.words(one, graph)) before"
    case .follows(let one, let within, let cause):
      return "\(Self.words(one, graph)) may not come within \(within) of \(Self.words(cause, graph))"
    }
  }

  static func impossible(_ outcome: String) -> String { "no run can end \"\(outcome)\"" }

  /// Under the line of the promise.
  var label: String { isOwn && proof.source == .file ? "promised here" : "" }

  var help: String {
    switch proof.claim {
    case .touches(let most, nil, nil) where !isOwn:
      return "allow more than \(most) touches, or leave one out"
    case .touches: return "leave more time between the touches, leave one out, or promise less"
    case .ends(.some): return "let it end sooner, or promise less; time held is left out"
    case .firstTouch: return "let it go out sooner, or promise less; time held is left out"
    case .apart, .gap: return "let the touches stand further apart, or promise less"
    case .silence where !isOwn: return "write the end that is meant, or escalate before it"
    case .silence: return "lead silence to it, or name in the promise where it ends"
    case .overseen: return "escalate in its timeout, to somebody who can see to it"
    case .never, .always, .follows: return "change what leads there, or take the promise away"
    case .ends(nil), .stops, .insideWindow, .possible: return "this should never come about: please report it"
    }
  }

  // MARK: Parts

  private var whose: String { person == "the contact" ? "a" : person + "'s" }
  private var end: String { witness.timeline.last.map { date($0.at) } ?? "no day that is known" }
  private var first: String {
    witness.timeline.first { $0.handover?.touch == true }.map { date($0.at) } ?? "the end on \(end)"
  }
  private var day: String { breach.last.map { date($0.at) } ?? "a day" }
  private var step: String { breach.last?.step.map { "\"\($0)\"" } ?? "a touch" }
  private func quoted(_ node: NodeIndex) -> String {
    graph.nodes.indices.contains(node) ? "\"\(graph.nodes[node].name)\"" : "a task"
  }

  private func date(_ instant: Instant) -> String {
    let civil = zone.civil(at: instant)
    return "\(Words.longDay(civil.date)), \(Words.time(civil.time))"
  }

  private func touches(_ most: Int, _ verb: String?, _ span: Duration?) -> String {
    if !isOwn { return "\(person) would be due touch \(most + 1), and max-touches allows \(most)" }
    let all = witness.timeline.compactMap(\.handover).filter { $0.touch && (verb == nil || verb == $0.verb) }
    let counted = span == nil ? all : breach.compactMap(\.handover)
    let verbs = Set(counted.map(\.verb))
    let count = max(counted.count, most + 1)
    let what = verbs.count == 1 ? verbs.first.map { Self.plural($0, count) } : nil
    return "\(person) could get \(count) \(what ?? (count == 1 ? "touch" : "touches"))"
      + (span.map { " in \($0)" } ?? "") + "; you promised at most \(most)"
  }

  private var apart: String {
    guard breach.count > 1, let first = breach.first, let last = breach.last else {
      return "two touches could come too close together"
    }
    // What is promised in hours is told in elapsed ones.
    if let distance = proof.claim.distance, case .calendar(months: 0, days: 0, _) = distance.kind {
      return "\(person) could get two touches within \(Words.hours(last.at.milliseconds(since: first.at)))"
    }
    let (from, to) = (zone.civil(at: first.at), zone.civil(at: last.at))
    return "\(person) could get two touches within \(Words.span(from: from, to: to))"
  }

  private var silence: String {
    let outcome = witness.timeline.last.flatMap { entry -> String? in
      if case .ended(let outcome) = entry.kind { outcome } else { nil }
    }
    guard isOwn else { return "whoever never answers is let go, and nobody decides it" }
    return "silence could end in \"\(outcome ?? "completed")\""
  }

  private var stops: String {
    guard case .received(let event, _, _, _)? = breach.first?.kind else {
      return "\(person) could be written to after the end"
    }
    return "\(person) could be written to after \(event == "reply" ? "an answer" : Self.article(event))"
  }

  // MARK: Small words

  static func words(_ milestone: Milestone, _ graph: Graph) -> String {
    switch milestone {
    case .started: "the start"
    case .step(let node): graph.nodes.indices.contains(node) ? "\"\(graph.nodes[node].name)\"" : "a step"
    case .verb(let verb): article(verb)
    case .touch: "a touch"
    case .escalation: "an escalation"
    case .reply("reply"): "an answer"
    case .reply(let own): "the answer \"\(own)\""
    case .event("bounce"): "a bounce that lasts"
    case .event(let name): "\"\(name)\""
    case .end(nil): "the end"
    case .end(let outcome?): "the end \"\(outcome)\""
    }
  }

  static func article(_ word: String) -> String {
    ("aeiou".contains(word.first ?? " ") && !word.hasPrefix("un") ? "an " : word == "sms" ? "an " : "a ") + word
  }

  static func plural(_ verb: String, _ count: Int) -> String { count == 1 ? verb : Claims.plural(of: verb) }

  static func received(
    _ event: String, _ kind: String?, _ outcome: String?, _ took: String, _ answer: String?, step: String,
    person: String
  ) -> String {
    if let outcome { return "\(step.isEmpty ? "the task" : step): \(outcome)" }
    let taken =
      took == "default" ? ", and no line of the file takes it" : took == "nothing" ? ", and nothing is done" : ""
    switch event {
    case "reply":
      let said = answer.map { " \"\(Width.truncated($0, to: 30))\"" } ?? ""
      return "\(person) answers\(said)" + (kind.map { $0 == "reply" ? "" : ": \($0)" } ?? "") + taken
    case "out-of-office": return "\(person) is out of office"
    case "auto-reply": return "an automatic answer comes"
    case "bounce": return "it comes back: no such address" + taken
    case "unsubscribe": return "\(person) unsubscribes"
    case "complaint": return "\(person) complains of spam"
    case "opened": return "\(person) opens it"
    case "clicked": return "\(person) follows the link"
    case "ack": return "it is seen to"
    default: return "\(event) comes" + taken
    }
  }
}
