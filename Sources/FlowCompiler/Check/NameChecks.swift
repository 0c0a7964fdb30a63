import FlowCore
import FlowTime

/// Names that must not meet: steps with one another, with paths, with the input's fields and the weekdays.
struct NameChecks {
  let bench: Bench
  let outline: Outline
  let header: Header

  func run() {
    inputs()
    steps()
    goals()
  }

  private func inputs() {
    guard let entries = outline.root["input"]?.entries else { return }
    for entry in entries where ["reply", "event", "task", "run"].contains(entry.keyText) {
      bench.report(.inputNameTaken(entry.key))
    }
  }

  private func steps() {
    var first: [String: Span] = [:]
    let inputs = Set(header.input.map(\.name))
    let numbered = Dictionary(
      outline.steps.filter { !$0.isNamed }.map { ($0.name, $0.span) }, uniquingKeysWith: { first, _ in first })
    for step in outline.steps where step.isNamed {
      let name = step.name
      if let other = first[name] {
        bench.report(.duplicateName(name, at: step.nameSpan, first: other))
        continue
      }
      first[name] = step.nameSpan
      if let other = numbered[name] {
        bench.report(.nameTaken(name, at: step.nameSpan, by: "a step without a name", other: other))
      } else if inputs.contains(name) {
        let span = outline.root["input"]?.entries?.first { $0.keyText == name }?.keySpan
        bench.report(.nameTaken(name, at: step.nameSpan, by: "a field of the input", other: span))
      } else if Weekday(rawValue: name) != nil {
        bench.report(.nameTaken(name, at: step.nameSpan, by: "a weekday", other: nil))
      } else if Events.reservedRoots.contains(name) || name == "day" || name == "end" || name == "hold" {
        bench.report(.nameTaken(name, at: step.nameSpan, by: "a word of the language", other: nil))
      }
    }
    for path in outline.paths { check(path) }
  }

  /// A path may be called as its first step, and as no other.
  private func check(_ path: PathDraft) {
    let entry = outline.lists[path.list].steps.first
    let other = outline.steps.indices.first {
      outline.steps[$0].name == path.name.text && outline.steps[$0].isNamed
    }
    if let other, other != entry {
      bench.report(.pathNameTaken(path.name, at: outline.steps[other].nameSpan))
    }
  }

  /// Outcomes that some run ends with: those of the file, and the language's own.
  private func goals() {
    guard !bench.hasErrors else { return }
    var known: Set<String> = ["completed", "opted-out", "undeliverable", "replied", "exhausted"]
    func add(_ target: TargetDraft?) { if case .end(let outcome)? = target { known.insert(outcome.text) } }
    for one in outline.anytime { add(one.target) }
    for step in outline.steps {
      if step.isEngine("end"), let outcome = step.verbEntry?.value.text { known.insert(outcome) }
      if let closed = step.fields["closed"]?.text, closed.hasPrefix("end ") {
        known.insert(String(closed.dropFirst(4)))
      }
      switch step.then {
      case .none: break
      case .all(let target): add(target)
      case .cases(let cases): for one in cases { add(one.target) }
      }
      for branch in step.branches { add(branch.target) }
      add(step.otherwise)
      add(step.ifPast)
    }
    for goal in header.goal where !known.contains(goal.text) {
      bench.report(.unknownOutcome(goal, known: known.sorted()))
    }
  }
}
