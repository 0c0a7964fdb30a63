import FlowCore

/// What runs of a workflow have walked, counted against all there is to walk.
public struct Covering: Sendable {
  private let graph: Graph
  private var covered: Set<Goal> = []

  public init(_ graph: Graph) { self.graph = graph }

  /// Counts what one run did.
  /// - Parameter walked: steps that it has come through; those it left out do not count.
  public mutating func add(_ entries: [Entry], walked: Set<NodeIndex>) {
    covered.formUnion(Goal.counted(graph, entries, walked: walked))
  }

  public var coverage: Coverage {
    Coverage(
      workflow: graph.workflow, file: graph.file,
      steps: count(graph.nodes.indices.map { (.step($0), graph.nodes[$0].name, graph.nodes[$0].span) }),
      cases: count(allCases), timeouts: count(allTimeouts),
      outcomes: count(allOutcomes))
  }

  private func count(_ all: [(goal: Goal, name: String, span: Span)]) -> Coverage.Count {
    let missing = all.filter { !covered.contains($0.goal) }
    return Coverage.Count(
      covered: all.count - missing.count, total: all.count,
      missing: missing.map { .init($0.name, at: $0.span) })
  }

  /// All that is counted.
  static func all(of graph: Graph) -> [(goal: Goal, name: String, span: Span)] {
    let covering = Covering(graph)
    return graph.nodes.indices.map { (.step($0), graph.nodes[$0].name, graph.nodes[$0].span) } + covering.allCases
      + covering.allTimeouts + covering.allOutcomes
  }

  private var allCases: [(goal: Goal, name: String, span: Span)] {
    graph.edges.compactMap { edge in
      let step = edge.from.map { graph.nodes[$0].name }
      switch edge.kind {
      case .case, .branch, .arm, .anytime:
        guard edge.isWritten else { return nil }
        let name = step.map { "\($0): \(edge.label)" } ?? "anytime: \(edge.label)"
        return (.took(step: step, key: edge.label), name, edge.span)
      default: return nil
      }
    }
  }

  private var allTimeouts: [(goal: Goal, name: String, span: Span)] {
    var seen: Set<String> = []
    return graph.edges.compactMap { edge in
      guard edge.kind == .timeout, let from = edge.from else { return nil }
      let name = graph.nodes[from].name
      return seen.insert(name).inserted ? (.timeout(name), "\(name): timeout", edge.span) : nil
    }
  }

  private var allOutcomes: [(goal: Goal, name: String, span: Span)] {
    var seen: Set<String> = []
    return graph.edges.compactMap { edge in
      guard case .end(let outcome) = edge.to, seen.insert(outcome).inserted else { return nil }
      return (.outcome(outcome), "end \(outcome)", edge.span)
    }
  }
}
