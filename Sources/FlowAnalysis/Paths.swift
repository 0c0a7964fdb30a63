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
    let first = Machine.start(graph, key: key, data: data, at: start, surroundings)
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
    Machine.step(graph, run, Event(id: "path", at: now, kind: kind), at: now, surroundings)
  }

  private struct Choice {
    var label: String
    var kind: Event.Kind
    var isAnytime: Bool
    /// The step goes on waiting.
    var isHold: Bool
  }

  /// What may happen at a wait: the step's cases, then those of `anytime`, in the order of the file.
  private func choices(_ waiting: Run.Waiting, _ past: Past) -> [Choice] {
    guard waiting.stage != .deferring, waiting.stage != .round else { return [] }
    var keys: [Case] = []
    switch (waiting.stage, graph.nodes[waiting.node].action) {
    case (.listening, .await(let awaited)): keys = awaited.cases
    case (.outcome, .channel(let action)): keys = action.cases
    case (.escalating, .escalate(let escalation)): keys = escalation.cases
    default: break
    }
    // An outcome may bear the name of a class: of a step that waits for outcomes it is one.
    let isOutcome = waiting.stage == .outcome
    let all =
      keys.map { choice($0, isOutcome: isOutcome, isAnytime: false, at: waiting) }
      + (past.isInterrupted
        ? [] : graph.anytime.map { choice($0, isOutcome: false, isAnytime: true, at: waiting) })
      + [answer(at: waiting)]
    var seen: Set<String> = []
    return all.compactMap { choice in
      guard let choice, seen.insert(choice.label).inserted else { return nil }
      return past.held.contains("\(waiting.node) \(choice.label)") ? nil : choice
    }
  }

  /// Whoever waits for an answer may get one that no case names.
  private func answer(at waiting: Run.Waiting) -> Choice? {
    guard waiting.stage == .listening, case .await(let awaited) = graph.nodes[waiting.node].action,
      awaited.events.contains("reply")
    else { return nil }
    return Choice(label: "reply", kind: .reply(text: ""), isAnytime: false, isHold: false)
  }

  private func choice(_ one: Case, isOutcome: Bool, isAnytime: Bool, at waiting: Run.Waiting) -> Choice? {
    if one.key == "timeout" { return nil }
    let isHold = if case .hold = one.target { true } else { false }
    let outcome = Event.Kind.outcome(one.key, step: waiting.node, note: nil)
    guard let kind = isOutcome ? outcome : kind(of: one.key, at: waiting) else { return nil }
    let label = !isOutcome && isReply(one.key) && one.key != "reply" ? "reply \(one.key)" : one.key
    return Choice(label: label, kind: kind, isAnytime: isAnytime, isHold: isHold)
  }

  private func isReply(_ key: String) -> Bool { key == "reply" || graph.replies.contains { $0.name == key } }

  /// An event that the case takes; nil where none can be made up.
  private func kind(of key: String, at waiting: Run.Waiting) -> Event.Kind? {
    if key == "reply" { return .reply(text: "") }
    if let replies = graph.replies.first(where: { $0.name == key }) {
      // The first class that matches wins: a sample must not belong to an earlier one.
      let sample = replies.patterns.lazy.map(\.sample).first { text in
        graph.replies.first { $0.patterns.contains { $0.matches(text) } }?.name == key
      }
      return sample.map { .reply(text: $0) }
    }
    switch key {
    case "acknowledged", "ack": return .acknowledged
    case "out-of-office": return .outOfOffice(return: nil)
    case "bounce": return .bounce(hard: true)
    case "auto-reply": return .autoReply
    case "opened": return .opened
    case "clicked": return .clicked
    default: break
    }
    if let event = graph.events.first(where: { $0.name == key }) {
      return .named(key, data: Sample.record(event.fields, at: waiting.due))
    }
    return .outcome(key, step: waiting.node, note: nil)
  }
}
