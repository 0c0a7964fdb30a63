import FlowCore
import FlowTime

/// Every path of one run, for given data: the very machine, told at each wait everything that the file has a
/// case for. A path holds one case of `anytime` at most, and a case that holds once: two interruptions are
/// each shown, their combinations are not, else nobody could read the tree.
public struct PathExplorer {
  private let graph: Graph
  private let surroundings: Surroundings
  private var budget: Int

  /// - Parameter limit: how many forks are followed; beyond it a branch says `…`.
  public init(_ graph: Graph, _ surroundings: Surroundings, limit: Int = 2_000) {
    self.graph = graph
    self.surroundings = surroundings
    budget = limit
  }

  public mutating func tree(key: [String], data: [String: Value], start: Instant) -> TimelineTree {
    let first = Machine.settled(
      graph, Machine.start(graph, key: key, data: data, at: start, surroundings), at: start, surroundings)
    return grow("", first, at: start, Past())
  }

  /// What a path has had.
  private struct Past {
    var isInterrupted = false
    var held: Set<String> = []
    /// Forks so far.
    var depth = 0
  }

  /// A tree deeper than this ends in `…`, so that no file overflows the stack of whoever walks it.
  private static let deepest = 200

  private mutating func grow(
    _ label: String, _ transition: Transition, at now: Instant, _ past: Past
  ) -> TimelineTree {
    var (transition, now) = (transition, now)
    var entries = transition.entries
    while let waiting = transition.run.waiting {
      budget -= 1
      guard budget > 0, past.depth < Self.deepest else {
        return TimelineTree(label: label, entries: entries, outcome: "…")
      }
      let due = max(now, waiting.wakes)
      let choices = choices(waiting, past)
      if !choices.isEmpty {
        let children = fork(choices, transition.run, waiting, at: now, due: due, past)
        return TimelineTree(label: label, entries: entries, children: children)
      }
      // Only the clock can go on from here: no fork.
      now = due
      transition = after(.timer, at: now, transition.run)
      entries += transition.entries
    }
    return TimelineTree(label: label, entries: entries, outcome: transition.run.outcome)
  }

  private mutating func fork(
    _ choices: [Choice], _ run: Run, _ waiting: Run.Waiting, at now: Instant, due: Instant, _ past: Past
  ) -> [TimelineTree] {
    var deeper = past
    deeper.depth += 1
    var children: [TimelineTree] = []
    for choice in choices {
      var past = deeper
      if choice.isAnytime { past.isInterrupted = true }
      if choice.isHold { past.held.insert("\(waiting.node) \(choice.label)") }
      children.append(grow(choice.label, after(choice.kind, at: now, run), at: now, past))
    }
    let silent = waiting.stage == .listening || waiting.stage == .outcome ? "timeout" : "nothing comes"
    children.append(grow(silent, after(.timer, at: due, run), at: due, deeper))
    return children
  }

  private func after(_ kind: Event.Kind, at now: Instant, _ run: Run) -> Transition {
    Machine.settled(
      graph, Machine.step(graph, run, Event(id: "path", at: now, kind: kind), at: now, surroundings), at: now,
      surroundings)
  }

  /// What may happen at a wait, after what the path has had.
  private func choices(_ waiting: Run.Waiting, _ past: Past) -> [Choice] {
    guard waiting.stage != .deferring, waiting.stage != .round else { return [] }
    return Choices(graph).at(waiting, withAnytime: !past.isInterrupted).filter {
      !past.held.contains("\(waiting.node) \($0.label)")
    }
  }
}
