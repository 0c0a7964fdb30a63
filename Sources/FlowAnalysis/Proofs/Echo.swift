import FlowCore

/// An event that a run emits and may hear itself, as ``Echoes`` tells it to one run.
struct Echo {
  var event: String
  /// It always comes in: its subject is the run's key, its data cannot fail, and no row of events is so long that it is
  /// cut off.
  var isSure: Bool

  /// More steps than this that emit may make a row of events that the engine cuts off.
  private static let mostSteps = 8

  static func all(in graph: Graph) -> [Echo] {
    let steps = graph.nodes.indices.compactMap { index -> (event: EventDeclaration, isPlain: Bool, node: NodeIndex)? in
      guard case .emit(let name, let data) = graph.nodes[index].action,
        let declared = graph.events.first(where: { $0.name == name })
      else { return nil }
      return (declared, data.allSatisfy { isPlain($0.value) }, index)
    }
    // A list of `anytime` that emits may lead to itself again.
    let isShort = steps.count <= mostSteps && !steps.contains { isPartOfCircle($0.node, graph) }
    return Set(steps.map(\.event.name)).sorted().map { name in
      let own = steps.filter { $0.event.name == name }
      return Echo(event: name, isSure: isShort && own.allSatisfy { !$0.event.ofContact && $0.isPlain })
    }
  }

  /// Neither the reading of a field nor a constant can fail.
  private static func isPlain(_ value: Expression) -> Bool { value.literal != nil || value.reading != nil }

  /// The step stands in a list of `anytime`, and what it emits leads to a list that emits.
  private static func isPartOfCircle(_ node: NodeIndex, _ graph: Graph) -> Bool {
    guard graph.isInAnytime(node), case .emit(let event, _) = graph.nodes[node].action else { return false }
    return graph.anytime.contains { one in
      guard one.key == event, case .node(let first) = one.target else { return false }
      let list = graph.nodes[first].place.list
      return graph.nodes.indices.contains { other in
        guard case .emit = graph.nodes[other].action else { return false }
        return graph.rootList(of: other) == list
      }
    }
  }
}

extension Graph {
  /// The list of the steps, of a path or of `anytime` that a step stands in, at whatever depth.
  func rootList(of node: NodeIndex) -> Int {
    var own = nodes[node].place.list
    while case .nested(in: let outer) = lists[own] { own = nodes[outer].place.list }
    return own
  }
}
