import FlowCore
import FlowTime

/// Every path of one run, for given data: the very machine, told at each wait everything that the file has a case for.
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
    return grow("", first, at: start, used: [])
  }

  /// - Parameter used: cases of `anytime` after which the run went on: each is followed once on a path, else the
  ///   tree would have no end.
  private mutating func grow(
    _ label: String, _ transition: Transition, at now: Instant, used: Set<String>
  ) -> TimelineTree {
    guard let waiting = transition.run.waiting else {
      return TimelineTree(label: label, entries: transition.entries, outcome: transition.run.outcome)
    }
    budget -= 1
    guard budget > 0 else { return TimelineTree(label: label, entries: transition.entries, outcome: "…") }
    let choices = choices(transition.run, waiting, used: used)
    if choices.isEmpty {
      // Only the clock can go on from here: no fork.
      let next = after(.timer, at: max(now, waiting.wakes), transition.run)
      var tree = grow(label, next, at: max(now, waiting.wakes), used: used)
      tree.entries = transition.entries + tree.entries
      return tree
    }
    var children = choices.map { choice in
      var used = used
      if choice.isAnytime { used.insert(choice.label) }
      return grow(choice.label, after(choice.kind, at: now, transition.run), at: now, used: used)
    }
    let due = max(now, waiting.wakes)
    let silent = waiting.stage == .listening || waiting.stage == .outcome ? "timeout" : "no answer"
    children.append(grow(silent, after(.timer, at: due, transition.run), at: due, used: used))
    return TimelineTree(label: label, entries: transition.entries, children: children)
  }

  private func after(_ kind: Event.Kind, at now: Instant, _ run: Run) -> Transition {
    Machine.step(graph, run, Event(id: "path", at: now, kind: kind), at: now, surroundings)
  }

  private struct Choice {
    var label: String
    var kind: Event.Kind
    var isAnytime: Bool
  }

  /// What may happen at a wait: the step's cases, then those of `anytime`, in the order of the file.
  private func choices(_ run: Run, _ waiting: Run.Waiting, used: Set<String>) -> [Choice] {
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
    let all = keys.map { choice($0.key, isOutcome: isOutcome, isAnytime: false, at: waiting) }
      + graph.anytime.map { choice($0.key, isOutcome: false, isAnytime: true, at: waiting) }
    var seen: Set<String> = []
    return all.compactMap { choice in
      guard let choice, seen.insert(choice.label).inserted else { return nil }
      return choice.isAnytime && used.contains(choice.label) ? nil : choice
    }
  }

  private func choice(_ key: String, isOutcome: Bool, isAnytime: Bool, at waiting: Run.Waiting) -> Choice? {
    if key == "timeout" { return nil }
    if isOutcome { return Choice(label: key, kind: .outcome(key, step: waiting.node, note: nil), isAnytime: false) }
    guard let kind = kind(of: key, at: waiting) else { return nil }
    return Choice(label: isReply(key) && key != "reply" ? "reply \(key)" : key, kind: kind, isAnytime: isAnytime)
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
