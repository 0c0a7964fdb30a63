import FlowCore

/// Events that follow from one another with no time between, for ever, over several workflows: one emits what another
/// takes, or starts it, and so on until the first takes, or is started by, what the last emits. Those within one file
/// are found there (``EventCircles``).
///
/// Whether the runs are of one key nobody knows before they are: it is always a warning.
struct JointCircles {
  private let graphs: [Graph]
  private let links: [Link]

  /// What a run does at once when an event is taken by a list of `anytime`, or when it begins.
  private struct Link {
    enum Turn: Hashable { case taken(String), begun }
    enum Lead: Hashable { case event(String), workflow(String) }

    var workflow: Int
    var turn: Turn
    var step: NodeIndex
    var lead: Lead
    var data: [NamedExpression]
    /// After it the run may end at once.
    var mayEnd: Bool
  }

  init(_ graphs: [Graph]) {
    self.graphs = graphs
    links = graphs.count < 2 ? [] : graphs.indices.flatMap { Self.links(of: graphs[$0], $0) }
  }

  /// One for each circle, at the first step of it that emits, by the order of the files.
  func findings() -> [Diagnostic] {
    var said: Set<Int> = []
    return links.indices.compactMap { first in
      guard !said.contains(first), let circle = circle(from: first) else { return nil }
      said.formUnion(circle)
      let names = circle.map { name(of: links[$0].lead) }
      return .jointCircle(
        names + names.prefix(1),
        circle.map { (graphs[links[$0].workflow].nodes[links[$0].step], graphs[links[$0].workflow].workflow) })
    }
  }

  private func name(of lead: Link.Lead) -> String {
    switch lead {
    case .event(let name), .workflow(let name): name
    }
  }

  // MARK: What leads where

  private static func links(of graph: Graph, _ index: Int) -> [Link] {
    var turns: [(Link.Turn, Target)] = [(.begun, graph.entry)]
    for one in graph.anytime {
      if case .node(let first) = one.target, case .anytime = graph.lists[graph.nodes[first].place.list] {
        turns.append((.taken(one.key), one.target))
      }
    }
    return turns.flatMap { turn, target in
      graph.atOnce(from: target).compactMap { step, _ -> Link? in
        let after = graph.leavings(after: step)
        // Whoever is gone, or has gone on to other steps, takes nothing a second time.
        if case .taken = turn, !after.contains(where: \.goesOn) { return nil }
        let (lead, data): (Link.Lead, [NamedExpression])
        switch graph.nodes[step].action {
        case .emit(let event, let given): (lead, data) = (.event(event), given)
        case .enroll(let workflow, let given): (lead, data) = (.workflow(workflow), given)
        default: return nil
        }
        return Link(
          workflow: index, turn: turn, step: step, lead: lead, data: data, mayEnd: after.contains(where: \.isEnd))
      }
    }
  }

  private func follows(_ next: Link, _ link: Link) -> Bool {
    switch (link.lead, next.turn) {
    case (.event(let event), .taken(let taken)): event == taken
    case (.event(let event), .begun): graphs[next.workflow].trigger.event == event
    case (.workflow(let workflow), .begun): graphs[next.workflow].workflow == workflow
    case (.workflow, .taken): false
    }
  }

  /// The shortest way from a link back to what it follows from, through two workflows at least.
  private func circle(from first: Int) -> [Int]? {
    var rows = [[first]]
    var seen: Set<Int> = []
    while !rows.isEmpty {
      let closed = rows.first { row in row.last.map { follows(links[first], links[$0]) } == true && isEndless(row) }
      if let closed { return closed }
      rows = rows.flatMap { row -> [[Int]] in
        guard let last = row.last, seen.insert(last).inserted else { return [] }
        return links.indices.filter { follows(links[$0], links[last]) }.map { row + [$0] }
      }
    }
    return nil
  }

  private func isEndless(_ circle: [Int]) -> Bool {
    guard Set(circle.map { links[$0].workflow }).count > 1 else { return false }
    let hops = zip(circle, circle.dropFirst() + circle.prefix(1)).map { (links[$0], links[$1]) }
    let starts = hops.filter { $0.1.turn == .begun }
    let hasSameKey = starts.allSatisfy { keepsKey($0.0, into: graphs[$0.1.workflow]) }
    return starts.allSatisfy { mayStartAgain($0.1, hasSameKey: hasSameKey) }
  }

  /// As a run of the workflow may start again with no time between.
  private func mayStartAgain(_ link: Link, hasSameKey: Bool) -> Bool {
    let trigger = graphs[link.workflow].trigger
    switch trigger.again {
    case .after(_, let perContact) where hasSameKey || perContact: return false
    case .never where hasSameKey: return false
    default: return link.mayEnd || !hasSameKey && trigger.exclusive == nil
    }
  }

  /// What is emitted gives the fields of the key on, each by its own name.
  private func keepsKey(_ link: Link, into graph: Graph) -> Bool {
    graph.trigger.key.flatMap(\.uses).allSatisfy { use in
      guard case .input(let name) = use.name else { return true }
      return link.data.contains { $0.name == name && $0.value.text == name }
    }
  }
}
