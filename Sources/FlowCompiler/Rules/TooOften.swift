import FlowCore

/// `too-often`: on a path, two touches less than 1 day apart, or more than 3 in 7 days.
struct TooOften: Rule {
  let code: Code = "too-often"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let nodes = workflow.graph.nodes
    let arrivals = Dictionary(grouping: Spacing.arrivals(workflow.graph), by: \.touch)
    return arrivals.keys.sorted().compactMap { touch in
      // Who lifts the gap has said that this one is wanted at once.
      guard !nodes[touch].liftsGap, let worst = TooOften.worst(arrivals[touch] ?? []) else { return nil }
      let name = Words.quoted(nodes[touch].name)
      let other = nodes[worst.touch]
      let message =
        worst.count == 2
        ? TooOften.close(name, Words.quoted(other.name), worst.ago, isSame: worst.touch == touch)
        : "\(name) can be the \(worst.count)th touch in \(Stretch.text(max(worst.ago, RunClock.day)))"
      return Diagnostic(
        code, .warning, at: nodes[touch].span, message, label: "too soon",
        notes: worst.touch == touch
          ? [] : [Diagnostic.Note("\(Words.quoted(other.name)) goes out before it", at: other.span)],
        help: worst.count == 2
          ? "leave at least a day between two touches, such as policy: { gap: 1 day }, or say gap: none where "
            + "this one is wanted at once" : "leave more time between the touches, or leave one out")
    }
  }

  private struct Worst {
    var touch: NodeIndex
    var ago: Int64
    var count: Int
  }

  /// The closest pair; where no pair is too close, the closest four.
  private static func worst(_ arrivals: [Spacing.Arrival]) -> Worst? {
    func closest(_ position: Int, below limit: Int64) -> Spacing.Before? {
      arrivals.compactMap { $0.before.count > position ? $0.before[position] : nil }
        .filter { $0.ago < limit }.min { ($0.ago, $0.touch) < ($1.ago, $1.touch) }
    }
    if let pair = closest(0, below: RunClock.day) { return Worst(touch: pair.touch, ago: pair.ago, count: 2) }
    return closest(2, below: 7 * RunClock.day).map { Worst(touch: $0.touch, ago: $0.ago, count: 4) }
  }

  private static func close(_ name: String, _ other: String, _ ago: Int64, isSame: Bool) -> String {
    let other = isSame ? "its last round" : other
    return ago <= 0
      ? "\(name) can go out right after \(other)" : "\(name) can go out \(Stretch.text(ago)) after \(other)"
  }
}
