import FlowCore
import FlowTime

/// Something that a scenario can show of a workflow.
enum Goal: Hashable, Sendable {
  case step(NodeIndex)
  /// What a step, or `anytime` where there is none, has a case for; the branch of a `choose`, the arm of a `split`.
  case took(step: String?, key: String)
  case timeout(String)
  case outcome(String)
  /// A condition, by its place in the file, that holds or does not.
  case condition(Int, holds: Bool)
  /// A condition that turns out otherwise than it would with one small thing changed.
  case apart(Int, slip: Int)
  case boundary(step: String, Edge)
  /// The event that a `hold until EVENT` waits for, by the bound of that; the hold by what led to it.
  case released(by: String, event: String, Edge)
  /// A touch that the window, a holiday or the gap puts off.
  case deferred(because: String)
  /// A wait over a change of the clocks.
  case clocks(forward: Bool)

  /// An event by when a wait ends.
  enum Edge: Hashable, Sendable, CaseIterable { case secondBefore, at, secondAfter }

  /// Steps, cases, timeouts and outcomes: what coverage counts.
  /// - Parameter walked: steps that the run has come through; those it left out do not count.
  static func counted(_ graph: Graph, _ entries: [Entry], walked: some Sequence<NodeIndex>) -> Set<Goal> {
    var goals: Set<Goal> = []
    var leftOut: Set<String> = []
    var done: Set<String> = []
    for entry in entries {
      if let step = entry.step {
        if case .skipped = entry.kind { leftOut.insert(step) } else { done.insert(step) }
      }
      switch entry.kind {
      case .received(_, _, _, let took): goals.insert(.took(step: entry.step, key: took))
      case .chose(let key): goals.insert(.took(step: entry.step, key: key))
      case .timeout: if let step = entry.step { goals.insert(.timeout(step)) }
      case .ended(let outcome): goals.insert(.outcome(outcome))
      default: break
      }
    }
    for node in walked {
      let name = graph.nodes[node].name
      if !leftOut.contains(name) || done.contains(name) { goals.insert(.step(node)) }
    }
    return goals
  }
}
