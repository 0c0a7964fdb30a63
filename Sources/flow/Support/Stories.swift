import FlowCore
import FlowSimulation

enum Stories {
  /// Why a story could not be told as it was asked for.
  static func words(_ problem: Simulated.Problem, _ graph: Graph, _ events: [ScheduledEvent] = []) -> String {
    switch problem {
    case .refused(let reasons): "no run of \(graph.workflow) starts: " + reasons.joined(separator: "; ")
    case .unmet(let index, let because):
      "the event \"\(index < events.count ? events[index].atText : "\(index + 1)")\" did not come about: \(because)"
    case .unrendered(let node, let because):
      "\(graph.nodes.indices.contains(node) ? graph.nodes[node].name : "a step") cannot be rendered: \(because)"
    case .endless(let because): because
    }
  }
}
