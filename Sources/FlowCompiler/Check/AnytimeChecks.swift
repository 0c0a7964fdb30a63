import FlowCore

/// A list in `anytime` takes no time and touches nobody; `hold` as a step stands only at its end.
struct AnytimeChecks {
  let bench: Bench
  let outline: Outline

  private static let instant: Set<String> = ["set", "emit", "enroll", "suppress", "choose"]
  private static let last: Set<String> = ["end", "go", "hold"]

  func run() {
    for step in outline.steps {
      if isInAnytime(step.list) {
        check(step)
      } else if step.isEngine("hold") {
        bench.report(.strayHold(at: step.span))
      } else if step.isEngine("choose") || step.isEngine("split") {
        for span in holds(of: step) { bench.report(.strayHold(at: span)) }
      }
    }
  }

  /// Where a step that does not wait leads to a hold: there is nothing that it could move.
  private func holds(of step: StepDraft) -> [Span] {
    var targets = step.branches.map(\.target) + [step.otherwise].compactMap { $0 }
    if case .cases(let cases) = step.then { targets += cases.map(\.target) }
    return targets.compactMap { if case .hold(let text, _) = $0 { text.whole } else { nil } }
  }

  private func isInAnytime(_ list: Int) -> Bool {
    var current: Int? = list
    while let list = current {
      if case .anytime = outline.lists[list].kind { return true }
      switch outline.lists[list].kind {
      case .nested(let step): current = outline.steps[step].list
      default: current = nil
      }
    }
    return false
  }

  private func check(_ step: StepDraft) {
    for key in ["at", "after"] {
      if let entry = step.fields.entry(key) {
        bench.report(.anytimeWait(entry.key))
        return
      }
    }
    // Where nothing stands in place of waiting for it.
    if let entry = step.fields.entry("window"), entry.value.text != "any", step.fields["closed"] == nil {
      bench.report(.anytimeWait(entry.key))
      return
    }
    switch step.verb {
    case .unknown: break
    case .channel(let manifest):
      if manifest.touch {
        bench.report(.anytimeStep(step, because: "it reaches the contact"))
      } else if let entry = step.fields.entry("within") ?? step.fields.entry("until") {
        bench.report(.anytimeWait(entry.key))
      }
    case .engine("escalate"):
      if let entry = step.fields.entry("each") { bench.report(.anytimeWait(entry.key)) }
    case .engine(let verb):
      if Self.last.contains(verb) {
        if step.position < outline.lists[step.list].steps.count - 1 {
          bench.report(.anytimeStep(step, because: "\(verb) stands last"))
        }
      } else if !Self.instant.contains(verb) {
        bench.report(.anytimeStep(step, because: "it takes time"))
      }
    }
  }
}
