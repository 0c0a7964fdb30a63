import FlowCore

/// How a run gets from one step to another, as a rule about manners sees it: whether the step was done or
/// left out, and whether somebody answered.
struct Way {
  enum How {
    /// The step was done, and the run goes on at once.
    case on
    /// It waited its full time.
    case timeout
    /// An outcome of its own, or an acknowledgement: a person has acted.
    case outcome
    /// The contact has answered, or something happened that the file names: what follows answers that.
    case answer
    /// A mail came back, was opened, was answered by a machine.
    case notice
    /// Left out: `if:` does not hold, or nothing goes out while it is closed.
    case left
    /// An instant from data has passed.
    case past

    /// The step itself was not done.
    var isSkip: Bool { self == .left || self == .past }
  }

  var to: Target
  var how: How

  var node: NodeIndex? { if case .node(let index) = to { index } else { nil } }
}

extension Graph {
  func ways(from index: NodeIndex) -> [Way] {
    guard nodes.indices.contains(index) else { return [] }
    return done(nodes[index]) + skipped(nodes[index])
  }

  /// Where an answer or an event of the file's own leads to, whatever step the run is in.
  var answers: [NodeIndex] {
    anytime.filter { how($0.key) == .answer }.compactMap { Way(to: $0.target, how: .answer).node }
  }

  private func done(_ node: Node) -> [Way] {
    let next = Way(to: node.next, how: .on)
    switch node.action {
    case .await(let listening): return listening.cases.map { Way(to: $0.target, how: how($0.key)) }
    case .channel(let action): return action.until == nil ? [next] : action.cases.map(outcome)
    case .escalate(let escalation): return escalation.each == nil ? [next] : escalation.cases.map(outcome)
    case .choose(let branches, let otherwise):
      return branches.map { Way(to: $0.target, how: .on) } + [Way(to: otherwise ?? node.next, how: .on)]
    case .split(let split): return split.arms.map { Way(to: $0.target, how: .on) }
    case .loop(let loop): return [Way(to: .node(loop.body), how: .on), next]
    case .go(let target): return [Way(to: target, how: .on)]
    case .end(let outcome): return [Way(to: .end(outcome), how: .on)]
    case .hold(let hold): return [Way(to: .hold(hold), how: .on)]
    case .wait, .set, .emit, .enroll, .suppress: return [next]
    }
  }

  private func skipped(_ node: Node) -> [Way] {
    var ways: [Way] = []
    if node.condition != nil || node.closed == .skip { ways.append(Way(to: node.next, how: .left)) }
    if case .end(let outcome) = node.closed { ways.append(Way(to: .end(outcome), how: .left)) }
    switch node.ifPast {
    case .target(let target): ways.append(Way(to: target, how: .past))
    case .skip:
      // An await takes its timeout instead.
      if case .await = node.action { break }
      ways.append(Way(to: node.next, how: .past))
    case .now, nil: break
    }
    return ways
  }

  private func outcome(_ item: Case) -> Way {
    Way(to: item.target, how: item.key == "timeout" ? .timeout : .outcome)
  }

  private func how(_ key: String) -> Way.How {
    if key == "timeout" { return .timeout }
    return Event.builtIn.contains(key) ? .notice : .answer
  }

  /// The run waits here and listens: an await, or a step whose outcome it waits for.
  func listens(_ index: NodeIndex) -> Bool {
    switch nodes[index].action {
    case .await: true
    case .channel(let action): action.until != nil
    default: false
    }
  }

  // MARK: Walking

  /// Every step that can follow, through whatever lies between; `start` itself only where it comes again.
  func reachable(from start: [NodeIndex]) -> Set<NodeIndex> {
    var found: Set<NodeIndex> = []
    var rest = start
    while let index = rest.popLast() {
      for next in ways(from: index).compactMap(\.node) where found.insert(next).inserted { rest.append(next) }
    }
    return found
  }

  /// The touches that can be the run's first: no other lies before them on some path.
  var firstTouches: [NodeIndex] {
    // A reply comes after a touch; an event of the file's own may come before any.
    let events = anytime.filter { $0.key.contains(".") }.map { Way(to: $0.target, how: .answer) }
    return touches(after: [Way(to: entry, how: .on)] + events) { _ in true }
  }

  /// The touches that can be the run's first by this verb.
  func firstTouches(by verb: String) -> [NodeIndex] {
    touches(after: [Way(to: entry, how: .on)], by: verb) { _ in true }
  }

  /// The touches met first on these ways, and those met where a touch is left out.
  /// - Parameter verb: others are no touches; nil for all.
  func touches(after ways: [Way], by verb: String? = nil, along isTaken: (Way) -> Bool) -> [NodeIndex] {
    func isOne(_ node: Node) -> Bool {
      guard case .channel(let action) = node.action else { return false }
      return action.touch && verb.map { $0 == action.verb } ?? true
    }
    var found: [NodeIndex] = []
    var seen: Set<NodeIndex> = []
    var rest = ways.filter(isTaken).compactMap(\.node)
    while let index = rest.popLast() {
      guard seen.insert(index).inserted, nodes.indices.contains(index) else { continue }
      let isOne = isOne(nodes[index])
      if isOne { found.append(index) }
      rest += self.ways(from: index).filter { isTaken($0) && (!isOne || $0.how.isSkip) }
        .compactMap(\.node)
    }
    return found.sorted()
  }
}
