import FlowCore

extension Milestone {
  /// Whether an entry of a timeline is what the milestone means. A step comes about when it goes out, is
  /// assigned, or does what it is there for; one that is left out, withheld or fails does not.
  public func isReached(by entry: Entry, in graph: Graph) -> Bool {
    switch self {
    case .started: if case .started = entry.kind { return true }
    case .touch: return entry.handover?.touch == true
    case .escalation: if case .escalated = entry.kind { return true }
    case .step(let node):
      return graph.nodes.indices.contains(node) && entry.step == graph.nodes[node].name && entry.isDone
    case .verb(let verb):
      if let handover = entry.handover { return handover.verb == verb }
      guard entry.isDone, let step = entry.step, let node = graph.node(named: step) else { return false }
      return graph.nodes[node].verb == verb
    case .reply(let own):
      if case .received("reply", let found, _, _) = entry.kind { return own == "reply" || own == found }
    case .event(let name):
      if case .received(let event, _, let outcome, _) = entry.kind { return event == name || outcome == name }
    case .end(let outcome):
      if case .ended(let found) = entry.kind { return outcome == nil || outcome == found }
    }
    return false
  }
}

extension Entry {
  /// The step has done what it is there for.
  fileprivate var isDone: Bool {
    switch kind {
    case .sent, .task, .escalated, .waiting, .chose, .set, .emitted, .enrolled: true
    case .suppressed: step != nil
    default: false
    }
  }
}
