import FlowCore
import FlowTime

/// Walks the paths of a graph with a clock that goes by the file, and notes at each touch how long the run's
/// start and the touches before it are ago. An answer begins the count anew: to answer it is not to press.
struct Spacing {
  struct Before: Hashable {
    var touch: NodeIndex
    var ago: Int64
  }

  /// One way of coming to a touch.
  struct Arrival: Hashable {
    var touch: NodeIndex
    /// Since the run's start; nil where nothing in the file says.
    var started: Int64?
    /// At most three, the last one first, without those that nobody can place in time.
    var before: [Before]
    /// Nobody has answered, no touch has gone out, and no instant of the data was found past.
    var isFirstInSilence: Bool
  }

  private struct State: Hashable {
    var clock: RunClock
    var before: [Before] = []
    var rounds: [NodeIndex: Int] = [:]
    var isFirstInSilence: Bool
  }

  private let graph: Graph
  private let gap: Int64
  /// Steps that an instant is counted from.
  private let named: Set<NodeIndex>
  private var seen: [NodeIndex: Set<State>] = [:]
  private var rest: [(NodeIndex, State)] = []
  private var arrivals: Set<Arrival> = []

  /// States of one step beyond which no others are looked at; a file that people read has a few.
  private static let limit = 200
  /// Rounds of a `repeat` that are told apart; a fifth touch shows nothing that four do not.
  private static let rounds = 5

  static func arrivals(_ graph: Graph) -> Set<Arrival> {
    var spacing = Spacing(graph)
    spacing.walk()
    return spacing.arrivals
  }

  private init(_ graph: Graph) {
    self.graph = graph
    let clock = RunClock(businessDay: graph.policy.longestDay)
    gap = graph.policy.gap.map { clock.least($0) } ?? 0
    named = Set(graph.nodes.flatMap(\.moments).flatMap(\.steps))
  }

  private mutating func walk() {
    var clock = RunClock(businessDay: graph.policy.longestDay)
    let anew = State(clock: clock, isFirstInSilence: false)
    clock.mark(RunClock.start)
    go(graph.entry, State(clock: clock, isFirstInSilence: true))
    for index in graph.answers { go(.node(index), anew) }
    while let (index, state) = rest.popLast() { visit(index, state) }
  }

  private mutating func go(_ target: Target, _ state: State) {
    guard case .node(let index) = target, graph.nodes.indices.contains(index) else { return }
    guard seen[index]?.count ?? 0 < Spacing.limit, seen[index, default: []].insert(state).inserted else {
      return
    }
    rest.append((index, state))
  }

  private mutating func visit(_ index: NodeIndex, _ state: State) {
    let node = graph.nodes[index]
    let ways = graph.ways(from: index)
    for way in ways where way.how.isSkip { leave(node, way, state) }
    var state = state
    if let due = node.due { reach(due, &state) }
    if node.isTouch { touch(index, node, &state) }
    if named.contains(index) { state.clock.mark("step:\(index)") }
    for loop in node.repeats where sends(node) { begin(loop, &state) }
    perform(index, node, ways.filter { !$0.how.isSkip }, state)
  }

  private mutating func leave(_ node: Node, _ way: Way, _ state: State) {
    var state = state
    if way.how == .past {
      // Only where the instant may lie in the past: one that is known to lie ahead does not.
      if let due = node.due, state.clock.hasPassed(due) == false { return }
      state.isFirstInSilence = false
    }
    go(way.to, state)
  }

  private mutating func perform(_ index: NodeIndex, _ node: Node, _ ways: [Way], _ state: State) {
    if case .loop(let loop) = node.action { return round(index, node, loop, state) }
    var state = state
    switch node.action {
    case .wait(let moment): reach(moment, &state)
    // Its dates may be others now.
    case .set: state.clock.forgetData()
    default: break
    }
    for way in ways { follow(way, node, state) }
  }

  private mutating func follow(_ way: Way, _ node: Node, _ state: State) {
    var state = state
    switch way.how {
    case .answer:
      state = State(clock: RunClock(businessDay: state.clock.businessDay), isFirstInSilence: false)
    case .timeout: waitItsTime(node, &state)
    case .on, .outcome, .notice, .left, .past: break
    }
    go(way.to, state)
  }

  private func waitItsTime(_ node: Node, _ state: inout State) {
    switch node.action {
    case .await(let listening): reach(listening.until, &state)
    case .channel(let action): if let until = action.until { reach(until, &state) }
    case .escalate(let escalation): if let each = escalation.each { pass(state.clock.least(each), &state) }
    default: break
    }
  }

  // MARK: Rounds

  private mutating func round(_ index: NodeIndex, _ node: Node, _ loop: Loop, _ state: State) {
    let times = min(loop.times, Spacing.rounds)
    let done = state.rounds[index] ?? 0
    // `stop-if` is tested between two rounds, not before the first.
    if done >= times || done > 0 && loop.stopIf != nil {
      var after = state
      after.rounds[index] = nil
      after.clock.forget("round:\(index)")
      after.clock.forget("round:\(index):sent")
      go(node.next, after)
    }
    guard done < times else { return }
    var next = state
    if done > 0 {
      let sent = "round:\(index):sent"
      let from = next.clock.since[sent] == nil ? "round:\(index)" : sent
      note(next.clock.reach(from, plus: next.clock.least(loop.every)), &next)
    }
    next.rounds[index] = done + 1
    next.clock.mark("round:\(index)")
    next.clock.forget("round:\(index):sent")
    go(.node(loop.body), next)
  }

  private func begin(_ loop: NodeIndex, _ state: inout State) {
    let sent = "round:\(loop):sent"
    if state.clock.since[sent] == nil { state.clock.mark(sent) }
  }

  private func sends(_ node: Node) -> Bool {
    switch node.action {
    case .channel, .escalate: true
    default: false
    }
  }

  // MARK: Time

  private func reach(_ moment: Moment, _ state: inout State) { note(state.clock.reach(moment), &state) }

  private func pass(_ milliseconds: Int64, _ state: inout State) {
    state.clock.pass(milliseconds)
    note(milliseconds, &state)
  }

  /// So much time has passed; nil for any, so that the touches before may be as far as one likes.
  private func note(_ passed: Int64?, _ state: inout State) {
    guard let passed else {
      state.before = []
      return
    }
    for index in state.before.indices { state.before[index].ago += passed }
  }

  private mutating func touch(_ index: NodeIndex, _ node: Node, _ state: inout State) {
    if !node.liftsGap, let last = state.before.first, last.ago < gap { pass(gap - last.ago, &state) }
    arrivals.insert(
      Arrival(
        touch: index, started: state.clock.since[RunClock.start], before: state.before,
        isFirstInSilence: state.isFirstInSilence))
    state.isFirstInSilence = false
    // Who lifts the gap means it: the step neither presses nor counts.
    if !node.liftsGap { state.before = Array(([Before(touch: index, ago: 0)] + state.before).prefix(3)) }
  }
}

extension Node {
  /// Every instant that it names.
  fileprivate var moments: [Moment] {
    let own: Moment? =
      switch action {
      case .wait(let moment): moment
      case .await(let listening): listening.until
      case .channel(let action): action.until
      default: nil
      }
    return [due, own].compactMap { $0 }
  }
}

extension Moment {
  fileprivate var steps: [NodeIndex] {
    guard case .expression(let expression) = base else { return [] }
    return expression.uses.compactMap { if case .step(let index) = $0.name { index } else { nil } }
  }
}
