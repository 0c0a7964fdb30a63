import FlowCore

/// A touch that its own turn suppresses: it is handed over after the turn is committed, and what is suppressed
/// by then is withheld (guarantee 17).
struct SuppressedAtOnce {
  let graph: Graph
  let bench: Bench

  func run() {
    for touch in graph.nodes.indices {
      guard case .channel(let action) = graph.nodes[touch].action, action.touch, action.until == nil,
        let step = suppress(of: action.verb, after: touch)
      else { continue }
      bench.report(.suppressedAtOnce(graph.nodes[touch], by: graph.nodes[step]))
    }
  }

  /// The first step in the file that the run comes to with no time between.
  private func suppress(of verb: String, after touch: NodeIndex) -> NodeIndex? {
    var seen: Set<NodeIndex> = []
    var found: [NodeIndex] = []
    var open = [graph.nodes[touch].next]
    while let target = open.popLast() {
      guard case .node(let index) = target, seen.insert(index).inserted, !graph.takesTime(index) else {
        continue
      }
      if case .suppress(let channel) = graph.nodes[index].action, ["all", verb].contains(channel) {
        found.append(index)
      } else {
        open += graph.edges(from: index).map(\.to)
      }
    }
    return found.min()
  }
}

extension Graph {
  /// Time may pass between the run's coming to the step and its leaving it: an instant, a wait, a window, the
  /// gap.
  func takesTime(_ index: NodeIndex) -> Bool {
    let node = nodes[index]
    if node.due != nil { return true }
    if case .own = node.window { return true }
    return switch node.action {
    case .wait, .await: true
    case .channel(let action): action.until != nil || node.isTouch && policy.gap != nil && !node.liftsGap
    case .escalate(let escalation): escalation.each != nil
    case .choose, .split, .loop, .set, .emit, .enroll, .suppress, .hold, .go, .end: false
    }
  }
}
