import FlowCore

/// Events that follow from one another with no time between, for ever: lists of `anytime` that emit what leads
/// to them again, and a workflow whose runs each start the next. The engine cuts such a row off; here it is
/// found in the file.
struct EventCircles {
  let graph: Graph
  let bench: Bench

  /// What a list of `anytime` emits without ending its run, or moving it on.
  private struct Emission {
    var taken: String
    var emitted: String
    var step: NodeIndex
    /// Whatever the data are.
    var isSure: Bool
  }

  func run() {
    let all = graph.anytime.flatMap(emissions)
    let emissions = all.filter(\.isSure) + all.filter { !$0.isSure }
    var said: Set<String> = []
    for emission in emissions where !said.contains(emission.emitted) {
      guard let circle = circle(from: emission, emissions) else { continue }
      said.formUnion(circle.map(\.emitted))
      bench.report(.eventCircle(names(circle), circle.map { graph.nodes[$0.step] }, isSure: isSure(circle)))
    }
    for step in graph.nodes.indices {
      if let isSure = startsAnother(step) { bench.report(.startsItself(graph.nodes[step], isSure: isSure)) }
    }
  }

  // MARK: Lists of anytime

  private func emissions(of one: Case) -> [Emission] {
    guard case .node(let first) = one.target, case .anytime = graph.lists[graph.nodes[first].place.list]
    else {
      return []
    }
    return graph.atOnce(from: one.target).compactMap { step, isSure in
      guard case .emit(let event, _) = graph.nodes[step].action, comesBack(event) else { return nil }
      let after = graph.leavings(after: step)
      guard after.contains(where: \.goesOn) else { return nil }
      return Emission(
        taken: one.key, emitted: event, step: step, isSure: isSure && after.allSatisfy(\.goesOn))
    }
  }

  /// What a run emits has its own key as subject. By that an event `of: contact` finds a contact, and a run only
  /// where the key is the contact's id.
  private func comesBack(_ event: String) -> Bool {
    let isOfContact = graph.events.first { $0.name == event }?.ofContact == true
    return !isOfContact
      || graph.trigger.key.contains { key in
        key.uses.contains { $0.name == .input("contact") && $0.path == ["id"] }
      }
  }

  /// The shortest way from an emission back to the list that it stands in.
  private func circle(from first: Emission, _ all: [Emission]) -> [Emission]? {
    var rows = [[first]]
    var seen: Set<String> = []
    while !rows.isEmpty {
      if let found = rows.first(where: { $0.last?.emitted == first.taken }) { return found }
      rows = rows.flatMap { row -> [[Emission]] in
        guard let last = row.last, seen.insert(last.emitted).inserted else { return [] }
        return all.filter { $0.taken == last.emitted }.map { row + [$0] }
      }
    }
    return nil
  }

  private func names(_ circle: [Emission]) -> [String] { circle.map(\.taken) + [circle[0].taken] }

  /// An await that names one of them takes it first, and goes on.
  private func isSure(_ circle: [Emission]) -> Bool {
    let names = Set(circle.map(\.taken))
    return circle.allSatisfy(\.isSure)
      && !graph.nodes.contains {
        if case .await(let awaited) = $0.action { !names.isDisjoint(with: awaited.events) } else { false }
      }
  }

  // MARK: Runs that start the next

  /// Whether every run comes to the step at once and thereby starts another, or some may; nil where none does.
  private func startsAnother(_ step: NodeIndex) -> Bool? {
    let data: [NamedExpression]
    switch graph.nodes[step].action {
    case .emit(graph.trigger.event, let given): data = given
    case .enroll(graph.workflow, let given): data = given
    default: return nil
    }
    guard let isSure = graph.atOnce(from: graph.entry).first(where: { $0.step == step })?.isSure else {
      return nil
    }
    let ends = graph.leavings(after: step)
    let hasSameKey = hasSameKey(data)
    switch graph.trigger.again {
    case .after(_, let perContact) where hasSameKey || perContact: return nil
    case .never where hasSameKey: return nil
    default: break
    }
    // Only what has ended makes room for another.
    if hasSameKey || graph.trigger.exclusive != nil, !ends.contains(where: \.isEnd) { return nil }
    return isSure && hasSameKey && graph.trigger.when == nil && ends.allSatisfy(\.isEnd)
  }

  private func hasSameKey(_ data: [NamedExpression]) -> Bool {
    graph.trigger.key.flatMap(\.uses).allSatisfy { use in
      guard case .input(let name) = use.name else { return true }
      return data.contains { $0.name == name && $0.value.text == name }
    }
  }
}

/// How a run leaves what it does at once.
enum Leaving {
  /// To the step that was interrupted: it is taken up again.
  case resume
  case end
  /// By another step, where time may pass.
  case wait

  var goesOn: Bool { self == .resume }
  var isEnd: Bool { self == .end }
}

extension Graph {
  /// The steps that a run comes to with no time between, and whether it does so whatever the data are.
  func atOnce(from start: Target) -> [(step: NodeIndex, isSure: Bool)] {
    var reached: [NodeIndex: Bool] = [:]
    var open = [(start, true)]
    while let (target, isSure) = open.popLast() {
      guard case .node(let step) = target, !takesTime(step),
        reached[step] == nil || isSure && reached[step] == false
      else { continue }
      reached[step] = isSure
      let edges = edges(from: step)
      open += edges.map { ($0.to, isSure && edges.count == 1) }
    }
    return reached.map { ($0.key, $0.value && nodes[$0.key].condition == nil) }.sorted { $0.0 < $1.0 }
  }

  func leavings(after step: NodeIndex) -> [Leaving] {
    var found: [Leaving] = []
    var seen: Set<NodeIndex> = []
    var open = [nodes[step].next]
    while let target = open.popLast() {
      switch target {
      case .resume, .hold: found.append(.resume)
      case .end: found.append(.end)
      case .node(let next):
        guard seen.insert(next).inserted else { continue }
        if takesTime(next) { found.append(.wait) } else { open += edges(from: next).map(\.to) }
      }
    }
    return found
  }
}
