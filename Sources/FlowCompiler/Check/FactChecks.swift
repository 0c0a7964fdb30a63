import FlowCore

/// One place where an expression reads what stands only where every path has brought or passed it.
struct UseSite {
  enum Place: Hashable {
    /// When the run is at a step.
    case step(NodeIndex)
    /// `stop-if`, after a round of a `repeat`.
    case roundEnd(NodeIndex)
    /// A hold of `anytime`, by its event.
    case anytime(String)
  }

  var place: Place
  var name: Name
  var span: Span
  /// As written.
  var text: String
}

/// `reply.…`, `task.note` and the names of steps, held against all paths (language, section 3).
///
/// For each of these facts the steps are found that some path comes to without it; a use there is a finding.
struct FactChecks {
  private enum Fact: Hashable {
    case reply, task
    case step(NodeIndex)
  }

  private let graph: Graph
  private let header: Header
  private let edges: [[Edge]]

  static func run(_ graph: Graph, _ header: Header, _ bench: Bench) {
    let checks = FactChecks(graph, header)
    var lacking: [Fact: Lacking] = [:]
    for use in bench.uses {
      guard let fact = fact(use.name) else { continue }
      let known = lacking[fact] ?? checks.lacking(fact)
      lacking[fact] = known
      if known.isAbsent(at: use.place) { bench.report(finding(fact, use, graph)) }
    }
  }

  private init(_ graph: Graph, _ header: Header) {
    self.graph = graph
    self.header = header
    edges = graph.nodes.indices.map { graph.edges(from: $0) }
  }

  private static func fact(_ name: Name) -> Fact? {
    switch name {
    case .replyText, .replyClass, .replyDate: .reply
    case .taskNote: .task
    case .step(let node): .step(node)
    default: nil
    }
  }

  private static func finding(_ fact: Fact, _ use: UseSite, _ graph: Graph) -> Diagnostic {
    switch fact {
    case .reply: .notBrought(use.text, at: use.span, "a reply")
    case .task: .notBrought(use.text, at: use.span, "a task's answer")
    case .step(let node): .notPassed(graph.nodes[node].name, at: use.span)
    }
  }

  /// Where a fact may be missing.
  private struct Lacking {
    var nodes: Set<NodeIndex> = []
    var roundEnds: Set<NodeIndex> = []
    var anytime: Set<String> = []

    func isAbsent(at place: UseSite.Place) -> Bool {
      switch place {
      case .step(let node): nodes.contains(node)
      case .roundEnd(let node): roundEnds.contains(node)
      case .anytime(let key): anytime.contains(key)
      }
    }
  }

  /// Walks from the start along every way that does not bring the fact.
  private func lacking(_ fact: Fact) -> Lacking {
    var lacking = Lacking()
    var open: [Target] = [graph.entry]
    while let target = open.popLast() {
      guard case .node(let node) = target, lacking.nodes.insert(node).inserted else { continue }
      for edge in edges[node] where !brings(edge, fact, from: node) {
        if case .node(let next) = edge.to, graph.nodes[node].repeats.contains(next) {
          lacking.roundEnds.insert(next)
        }
        open.append(edge.to)
      }
      guard waits(node, without: fact) else { continue }
      for one in graph.anytime where !(fact == .reply && Events.isReply(one.key, header)) {
        guard !isBehind(one.target, from: node) else { continue }
        lacking.anytime.insert(one.key)
        open.append(one.target)
      }
    }
    return lacking
  }

  private func brings(_ edge: Edge, _ fact: Fact, from node: NodeIndex) -> Bool {
    switch fact {
    case .reply:
      guard edge.kind == .case, case .await = graph.nodes[node].action else { return false }
      return Events.isReply(edge.label, header)
    case .task:
      guard edge.kind == .case, case .channel(let action) = graph.nodes[node].action else { return false }
      return action.outcomes.contains(edge.label)
    case .step(let step): return step == node && edge.kind != .past && edge.kind != .closed
    }
  }

  /// Whether the run may wait at a step, so that `anytime` has its turn, while the fact is missing.
  private func waits(_ node: NodeIndex, without fact: Fact) -> Bool {
    let step = graph.nodes[node]
    let before = step.due != nil || step.isTouch || step.window != .any
    if fact == .step(node) { return before }
    switch step.action {
    case .wait, .await, .loop: return true
    case .channel(let action): return before || action.until != nil
    case .escalate(let escalation): return before || escalation.each != nil
    default: return before
    }
  }

  /// A target of `anytime` that the run has come to already, where it is at `node`.
  private func isBehind(_ target: Target, from node: NodeIndex) -> Bool {
    guard case .node(let aim) = target else { return false }
    let place = graph.nodes[aim].place
    if case .anytime = graph.lists[place.list] { return false }
    var current: NodeIndex? = node
    while let node = current {
      let here = graph.nodes[node].place
      if here.list == place.list, here.position >= place.position { return true }
      if case .nested(let step) = graph.lists[here.list] { current = step } else { current = nil }
    }
    return false
  }
}
