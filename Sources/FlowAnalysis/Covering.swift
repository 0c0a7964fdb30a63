import FlowCore

/// What runs of a workflow have walked, counted against all there is to walk.
public struct Covering: Sendable {
  private let graph: Graph
  private var steps: Set<NodeIndex> = []
  private var cases: Set<Mark> = []
  private var timeouts: Set<String> = []
  private var outcomes: Set<String> = []

  private struct Mark: Hashable {
    /// Nil for `anytime`.
    var step: String?
    var key: String
  }

  public init(_ graph: Graph) { self.graph = graph }

  /// Counts what one run did.
  /// - Parameter walked: steps that it has come through; those it left out do not count.
  public mutating func add(_ entries: [Entry], walked: Set<NodeIndex>) {
    var leftOut: Set<String> = []
    var done: Set<String> = []
    for entry in entries {
      guard let step = entry.step else { continue }
      if case .skipped = entry.kind { leftOut.insert(step) } else { done.insert(step) }
    }
    steps.formUnion(
      walked.filter { !leftOut.contains(graph.nodes[$0].name) || done.contains(graph.nodes[$0].name) })
    for entry in entries {
      switch entry.kind {
      case .received(_, _, _, let took): cases.insert(Mark(step: entry.step, key: took))
      case .chose(let key): cases.insert(Mark(step: entry.step, key: key))
      case .timeout: if let step = entry.step { timeouts.insert(step) }
      case .ended(let outcome): outcomes.insert(outcome)
      default: break
      }
    }
  }

  public var coverage: Coverage {
    Coverage(
      workflow: graph.workflow, file: graph.file,
      steps: count(graph.nodes.indices.map { ($0, graph.nodes[$0].name, graph.nodes[$0].span) }, in: steps),
      cases: count(allCases, in: cases), timeouts: count(allTimeouts, in: timeouts),
      outcomes: count(allOutcomes, in: outcomes))
  }

  private func count<ID: Hashable>(_ all: [(id: ID, name: String, span: Span)], in covered: Set<ID>)
    -> Coverage.Count
  {
    let missing = all.filter { !covered.contains($0.id) }
    return Coverage.Count(
      covered: all.count - missing.count, total: all.count,
      missing: missing.map { .init($0.name, at: $0.span) })
  }

  private var allCases: [(id: Mark, name: String, span: Span)] {
    graph.edges.compactMap { edge in
      let step = edge.from.map { graph.nodes[$0].name }
      switch edge.kind {
      case .case, .branch, .arm, .anytime:
        guard edge.isWritten else { return nil }
        let name = step.map { "\($0): \(edge.label)" } ?? "anytime: \(edge.label)"
        return (Mark(step: step, key: edge.label), name, edge.span)
      default: return nil
      }
    }
  }

  private var allTimeouts: [(id: String, name: String, span: Span)] {
    var seen: Set<String> = []
    return graph.edges.compactMap { edge in
      guard edge.kind == .timeout, let from = edge.from else { return nil }
      let name = graph.nodes[from].name
      return seen.insert(name).inserted ? (name, "\(name): timeout", edge.span) : nil
    }
  }

  private var allOutcomes: [(id: String, name: String, span: Span)] {
    var seen: Set<String> = []
    return graph.edges.compactMap { edge in
      guard case .end(let outcome) = edge.to, seen.insert(outcome).inserted else { return nil }
      return (outcome, "end \(outcome)", edge.span)
    }
  }
}
