import FlowCore
import FlowTime

/// How a run may still come from the step it waits at to another: the fewest things that have to happen.
struct Ways {
  let graph: Graph
  let run: Run

  init(_ graph: Graph, _ run: Run) {
    self.graph = graph
    self.run = run
  }

  /// Nil where no way leads there.
  func hops(from here: NodeIndex, to goal: NodeIndex) -> [Reasons.Hop]? {
    var cameBy: [NodeIndex: (from: NodeIndex?, edge: Edge)] = [:]
    var queue = [here]
    for edge in graph.edges where edge.kind == .anytime {
      // A target in `anytime` counts only while it lies ahead.
      if case .node(let node) = edge.to, isAhead(node), cameBy[node] == nil {
        cameBy[node] = (nil, edge)
        queue.append(node)
      }
    }
    var next = 0
    while next < queue.count {
      let node = queue[next]
      next += 1
      if node == goal { break }
      for edge in edges(from: node) {
        guard case .node(let there) = edge.to, there != here, cameBy[there] == nil else { continue }
        cameBy[there] = (node, edge)
        queue.append(there)
      }
    }
    guard goal != here, cameBy[goal] != nil else { return nil }
    var hops: [Reasons.Hop] = []
    var node = goal
    while node != here, let step = cameBy[node] {
      if let hop = hop(step.edge, from: step.from, here: here) { hops.append(hop) }
      guard let from = step.from else { break }
      node = from
    }
    return hops.reversed()
  }

  /// What is written before what is not; what the clock does before what somebody must do.
  private func edges(from node: NodeIndex) -> [Edge] {
    graph.edges(from: node).sorted { rank($0.kind) < rank($1.kind) }
  }

  private func rank(_ kind: Edge.Kind) -> Int { kind == .next ? 0 : kind == .timeout ? 1 : 2 }

  /// Nil for what comes about by itself.
  private func hop(_ edge: Edge, from: NodeIndex?, here: NodeIndex) -> Reasons.Hop? {
    let name = from.map { graph.nodes[$0].name }
    let due = from == here ? run.waiting?.wakes : nil
    switch edge.kind {
    case .next where from == here: return Reasons.Hop(step: name, kind: .next, label: "", at: due)
    case .next, .start, .round: return nil
    case .timeout: return Reasons.Hop(step: name, kind: .timeout, label: edge.label, at: due)
    default: return Reasons.Hop(step: name, kind: edge.kind, label: edge.label)
    }
  }

  /// A target in `anytime` counts only while the run has come neither to it nor to a later step of its list; a list of
  /// `anytime` itself always does.
  func isAhead(_ node: NodeIndex) -> Bool {
    let place = graph.nodes[node].place
    if case .anytime = graph.lists[place.list] { return true }
    return !run.reached.contains { other in
      let there = graph.nodes[other].place
      return there.list == place.list && there.position >= place.position
    }
  }
}
