extension Graph {
  /// Somebody has done something, and the run has taken it: an event of the user's own, or a task's outcome. What a
  /// channel has told by itself is none.
  /// - Parameter entries: of the transition that the event led to.
  public func isByHand(_ event: Event, _ entries: [Entry]) -> Bool {
    let isTaken = entries.contains { entry in
      if case .received(_, _, _, let took) = entry.kind { took != "nothing" } else { false }
    }
    guard isTaken else { return false }
    switch event.kind {
    case .named, .acknowledged: return true
    case .outcome(_, let node?, _) where nodes.indices.contains(node):
      if case .channel(let action) = nodes[node].action { return action.isTask }
      return true
    default: return false
    }
  }
}
