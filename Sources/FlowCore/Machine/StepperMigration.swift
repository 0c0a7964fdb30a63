import FlowTime

/// What becomes of a run that is moved to another version of its workflow.
public enum Migrated: Hashable, Sendable {
  case moved(Transition)
  /// What it waits for is gone, or is something else: it stays where it is.
  case stranded(because: String)
}

extension Machine {
  /// Moves a run that waits to another version, step by step by what they are known by across versions
  /// (``StepPairs``). What it has passed, its rounds and its data stay; what the new version does not have is
  /// forgotten. What it waits for is due as the new version says, counted from when the run came to the step,
  /// never before `now`; where both versions say the same, nothing moves. Steps in front of it that are new
  /// are not made up for.
  public static func migrate(
    _ run: Run, from old: Graph, to new: Graph, at now: Instant, _ surroundings: Surroundings
  ) -> Migrated {
    guard let waiting = run.waiting, old.nodes.indices.contains(waiting.node) else {
      return .stranded(because: "it has ended")
    }
    let names = StepNames(old: old, new: new)
    let name = old.nodes[waiting.node].name
    guard let node = names.node(waiting.node) else {
      return .stranded(because: "the step \(name) that it waits at is gone")
    }
    guard new.nodes[node].verb == old.nodes[waiting.node].verb, new.nodes[node].stands(at: waiting.stage) else {
      return .stranded(because: "the step \(name) that it waits at is of another kind")
    }
    var stepper = Stepper(graph: new, run: names.renamed(run, waitingAt: node), now: now, surroundings: surroundings)
    stepper.note(nil, .migrated(from: old.fingerprint, to: new.fingerprint))
    if let target = stepper.reschedule() { stepper.proceed(to: target) }
    return .moved(stepper.finish())
  }
}

extension Machine {
  /// Whether the numbers in a run's state mean the steps of this graph that its journal names. It is asked of a graph
  /// that may not be the one that the run went by.
  public static func stands(_ run: Run, on graph: Graph, _ entries: [Entry]) -> Bool {
    let nodes = graph.nodes.indices
    guard let waiting = run.waiting, nodes.contains(waiting.node), graph.nodes[waiting.node].stands(at: waiting.stage),
      run.numbers.isSubset(of: nodes)
    else { return false }
    // What was before a move bears the names of that version.
    let last = entries.lastIndex { if case .migrated = $0.kind { true } else { false } }
    let own = entries[(last.map { $0 + 1 } ?? 0)...]
    var seen: Set<String> = []
    for entry in own where entry.goesOut || entry.type == "waiting" {
      guard let name = entry.step, seen.insert(name).inserted else { continue }
      guard let node = graph.node(named: name), let passed = run.passed[node], last != nil || passed == entry.at
      else { return false }
    }
    let heard = own.last { $0.type == "waiting" }?.step
    return waiting.stage != .listening || last != nil || heard == graph.nodes[waiting.node].name
  }
}

extension Run {
  /// Of all steps that its state names.
  fileprivate var numbers: Set<NodeIndex> { reached.union(passed.keys).union(rounds.keys).union(handovers.keys) }
}

extension Node {
  /// Whether a run can wait here in this way.
  fileprivate func stands(at stage: Run.Waiting.Stage) -> Bool {
    switch (stage, action) {
    case (.before, _), (.deferring, _): true
    case (.plain, .wait), (.listening, .await), (.round, .loop): true
    case (.outcome, .channel(let action)): action.until != nil
    case (.escalating, .escalate(let escalation)): escalation.each != nil
    default: false
    }
  }
}

extension Stepper {
  /// What the run waits for is due as this version says. Nothing moves where that is what it was.
  fileprivate mutating func reschedule() -> Target? {
    guard var waiting = run.waiting, let computed = anew(waiting), computed != waiting.computed else { return nil }
    waiting.computed = computed
    let due = max(computed, waiting.floor ?? computed)
    let isData = moment(of: waiting)?.isData ?? false
    if due < now, isData, waiting.hold == nil {
      run.state = .waiting(waiting)
      hasMovedOn = true
      return overtaken(waiting)
    }
    waiting.due = max(due, now)
    if waiting.stage == .deferring { waiting.stage = .before }
    run.state = .waiting(waiting)
    if waiting.stage == .listening, case .await(let awaited) = graph.nodes[waiting.node].action {
      note(waiting.node, .waiting(for: awaited.events, until: waiting.due))
    }
    return nil
  }

  /// When what the run waits for is due by the graph as it is; nil where that cannot be said, and nothing moves.
  private func anew(_ waiting: Run.Waiting) -> Instant? {
    switch (waiting.stage, graph.nodes[waiting.node].action) {
    case (.round, .loop(let loop)):
      guard let round = run.rounds[waiting.node] else { return nil }
      return after(loop.every, from: round.sent ?? round.began)
    case (.escalating, .escalate(let escalation)):
      return escalation.each.flatMap { after($0, from: waiting.arrived) }
    default:
      // The step was put off to an instant or for so long; now it is due at once.
      guard let moment = moment(of: waiting) else { return waiting.stage == .before ? now : nil }
      if case .instant(let instant) = resolve(moment, arrived: waiting.arrived, shift: waiting.shift) {
        return instant
      }
      return nil
    }
  }
}

/// Steps and lists of one version in another.
private struct StepNames {
  private let byNumber: [NodeIndex?]
  private let oldLists: [Int: String]
  private let newLists: [String: Int]

  init(old: Graph, new: Graph) {
    let pairs = StepPairs(old, new)
    let there = Dictionary(
      pairs.new.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    byNumber = pairs.old.map { there[$0] }
    oldLists = StepNames.lists(of: old, pairs.old)
    newLists = Dictionary(
      StepNames.lists(of: new, pairs.new).map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
  }

  func node(_ index: NodeIndex) -> NodeIndex? { byNumber.indices.contains(index) ? byNumber[index] : nil }

  /// A list is known by its first step; the case that is itself a hold by its step and its key.
  private static func lists(of graph: Graph, _ identities: [String]) -> [Int: String] {
    var names: [Int: String] = [:]
    for (node, identity) in zip(graph.nodes, identities) where node.place.position == 0 {
      names[node.place.list] = "list of \(identity)"
    }
    for edge in graph.edges {
      guard case .hold(let hold) = edge.to, let slot = hold.slot else { continue }
      names[slot] = "hold of \(edge.from.map { identities[$0] } ?? "anytime") \(edge.label)"
    }
    return names
  }

  func renamed(_ run: Run, waitingAt node: NodeIndex) -> Run {
    var run = run
    if var waiting = run.waiting {
      waiting.node = node
      run.state = .waiting(waiting)
    }
    run.passed = renamed(run.passed)
    run.rounds = renamed(run.rounds)
    run.handovers = renamed(run.handovers)
    run.reached = Set(run.reached.compactMap(self.node))
    run.led = Dictionary(
      run.led.compactMap { list, event in oldLists[list].flatMap { newLists[$0] }.map { ($0, renamed(event)) } },
      uniquingKeysWith: { first, _ in first })
    run.untaken = run.untaken.map(renamed)
    return run
  }

  private func renamed<Value>(_ values: [NodeIndex: Value]) -> [NodeIndex: Value] {
    Dictionary(
      values.compactMap { index, value in node(index).map { ($0, value) } }, uniquingKeysWith: { first, _ in first })
  }

  private func renamed(_ event: Event) -> Event {
    var event = event
    if case .outcome(let outcome, let step, let note) = event.kind {
      event.kind = .outcome(outcome, step: step.flatMap(node), note: note)
    }
    return event
  }
}
