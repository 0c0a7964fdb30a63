import FlowTime

/// One transition while it is made: the run as it changes, and what has happened so far.
struct Stepper {
  let graph: Graph
  let now: Instant
  let surroundings: Surroundings
  /// The zone in which days are reckoned.
  let zone: Zone
  var run: Run
  var entries: [Entry] = []
  var effects: [Effect] = []
  var gaveWay: [Transition.GaveWay] = []
  /// What the run has been told, in this transition.
  var event: Event?
  /// What the run waited for is behind it: nothing is left to cancel.
  var hasMovedOn = false

  init(graph: Graph, run: consuming Run, now: Instant, surroundings: Surroundings) {
    self.graph = graph
    self.run = run
    self.now = now
    self.surroundings = surroundings
    zone = surroundings.zones.zone(named: self.run.zone) ?? .utc
  }

  /// What has come of it. The run is taken out, not copied: nothing more is asked of the stepper.
  mutating func finish() -> Transition {
    let run = exchange(&run, with: Run(key: [], data: [:], started: now, zone: ""))
    return Transition(run: run, entries: entries, effects: effects, gaveWay: gaveWay)
  }

  var scope: RunScope {
    RunScope(graph: graph, run: run, now: now, zone: zone, calendar: graph.policy.calendar, hours: hours)
  }

  // MARK: Going on

  /// From here to where the run waits or ends. It terminates: the graph has no cycle but the bounded rounds of a
  /// `repeat`.
  mutating func proceed(to target: Target) {
    var next: Target? = target
    while let target = next {
      switch target {
      case .node(let node): next = arrive(at: node)
      case .end(let outcome):
        end(outcome)
        next = nil
      case .resume: next = resume()
      case .hold(let hold):
        apply(hold)
        next = resume()
      }
    }
  }

  /// The run comes to a step.
  private mutating func arrive(at node: NodeIndex) -> Target? {
    let step = graph.nodes[node]
    if case .loop(let loop) = step.action, run.rounds[node] != nil { return endRound(of: loop, at: node) }
    run.reached.insert(node)
    guard let due = step.due else { return perform(node) }
    switch resolve(due, arrived: now) {
    case .instant(let instant) where instant > now:
      wait(at: node, .before, due: instant)
      return nil
    case .instant(let instant):
      if instant < now, due.isData { return past(step.ifPast, at: node) }
      return perform(node)
    case .unknown(let reason): return fail(node, because: reason)
    }
  }

  /// An instant from data lies in the past.
  mutating func past(_ rule: Node.PastRule?, at node: NodeIndex) -> Target? {
    let step = graph.nodes[node]
    switch rule {
    case .target(let target): return giveWay(node, to: target, because: Self.past(step.due))
    case .now, nil: return perform(node)
    case .skip:
      guard case .await(let awaited) = step.action else {
        return skip(node, because: Self.past(step.due))
      }
      pass(node)
      note(node, .timeout)
      return timedOut(awaited.cases, at: node, .listening)
    }
  }

  /// The step is due.
  mutating func perform(_ node: NodeIndex) -> Target? {
    let step = graph.nodes[node]
    switch holds(step.condition) {
    case .success(true): break
    case .success(false): return skip(node, because: "\(step.condition?.text ?? "if") is false")
    case .failure(let error): return fail(node, because: error.description)
    }
    switch step.action {
    case .channel(let action) where action.touch: return touchIsDue(node, action)
    default: return goThroughWindow(node)
    }
  }

  /// What the step does, once no window keeps it.
  mutating func act(_ node: NodeIndex) -> Target? {
    let step = graph.nodes[node]
    pass(node)
    switch step.action {
    case .channel(let action): return handOver(node, action)
    case .wait(let until): return plainWait(node, until)
    case .await(let awaited): return listen(node, awaited)
    case .choose(let branches, let otherwise):
      let chosen = choose(node, branches, otherwise)
      // Out of a list in `anytime` it leads as `go` does.
      if case .node(let ahead)? = chosen, isInAnytime(node), !isInAnytime(ahead) {
        return go(to: .node(ahead), from: node)
      }
      return chosen
    case .split(let split): return divide(node, split)
    case .loop(let loop): return startRound(1, of: loop, at: node)
    case .escalate(let escalation): return escalate(node, escalation)
    case .set(let assignments): return set(node, assignments)
    case .emit(let event, let data):
      return evaluated(node, data) { stepper, values in
        stepper.note(node, .emitted(event: event))
        stepper.effects.append(.emit(event: event, data: values))
      }
    case .enroll(let workflow, let input):
      return evaluated(node, input) { stepper, values in
        stepper.note(node, .enrolled(workflow: workflow))
        stepper.effects.append(.enroll(workflow: workflow, input: values))
      }
    case .suppress(let channel):
      suppress(channel, at: node)
      return step.next
    case .hold(let hold):
      // A `set` before it in the list may have changed the due.
      if let elsewhere = resume() { return elsewhere }
      apply(hold)
      return step.next
    case .go(let target): return go(to: target, from: node)
    case .end(let outcome): return .end(outcome)
    }
  }

  /// At the end of a list in `anytime` it does nothing where the run has already come past the target.
  private mutating func go(to target: Target, from node: NodeIndex) -> Target {
    guard isInAnytime(node) else { return target }
    if case .node(let ahead) = target, !isAhead(ahead) { return .resume }
    leave(because: "the run has gone on elsewhere")
    return target
  }

  func isInAnytime(_ node: NodeIndex) -> Bool {
    var list = graph.lists[graph.nodes[node].place.list]
    while case .nested(in: let outer) = list { list = graph.lists[graph.nodes[outer].place.list] }
    if case .anytime = list { return true }
    return false
  }

  // MARK: Small steps

  /// - Parameter computed: the due as the file has it, where the run waits for another instant.
  mutating func wait(
    at node: NodeIndex, _ stage: Run.Waiting.Stage, due: Instant, computed: Instant? = nil
  ) {
    run.state = .waiting(
      Run.Waiting(
        node: node, stage: stage, arrived: now, due: due, computed: computed ?? due, shift: run.heldDays))
  }

  mutating func note(_ node: NodeIndex?, _ kind: consuming Entry.Kind) {
    // A step or two, and what they lead to.
    if entries.isEmpty { entries.reserveCapacity(4) }
    guard let node else { return entries.append(Entry(at: now, step: nil, round: nil, kind: kind)) }
    let step = graph.nodes[node]
    // The round of the innermost `repeat` around the step. No closure: it would take a copy of all that is here.
    let round = if let loop = step.repeats.last { run.rounds[loop]?.number } else { Int?.none }
    entries.append(Entry(at: now, step: step.name, round: round, kind: kind))
  }

  mutating func pass(_ node: NodeIndex) {
    if run.passed[node] == nil { run.passed[node] = now }
  }

  /// A rule of the step, or of the project, leads on without it.
  mutating func giveWay(_ node: NodeIndex, to target: Target, because reason: String) -> Target {
    gaveWay.append(Transition.GaveWay(node: node, because: reason))
    return target
  }

  static func past(_ due: Moment?) -> String { "\(due?.text ?? "its instant") has passed" }

  mutating func skip(_ node: NodeIndex, because reason: String) -> Target {
    pass(node)
    note(node, .skipped(because: reason))
    return graph.nodes[node].next
  }

  mutating func fail(_ node: NodeIndex, because reason: String) -> Target {
    pass(node)
    note(node, .failed(because: reason))
    tell(.failed, "\(graph.nodes[node].name) failed: \(reason)")
    return graph.nodes[node].next
  }

  mutating func tell(_ kind: Notice.Kind, _ text: String) {
    effects.append(.notice(Notice(kind: kind, to: scope.value(of: .owner), text: text)))
  }

  func holds(_ condition: Expression?) -> Result<Bool, EvaluationError> {
    guard let condition else { return .success(true) }
    do throws(EvaluationError) {
      return .success(try condition.evaluate(scope) == .boolean(true))
    } catch {
      return .failure(error)
    }
  }

  mutating func end(_ outcome: String) {
    leave(because: "the run has ended: \(outcome)")
    run.state = .ended(outcome: outcome, at: now)
    run.untaken = []
    note(nil, .ended(outcome: outcome))
  }

  /// What the run waited for is cancelled: a person's open task is withdrawn.
  mutating func leave(because reason: String) {
    defer { hasMovedOn = true }
    guard !hasMovedOn, let waiting = run.waiting, waiting.stage == .outcome,
      case .channel(let action) = graph.nodes[waiting.node].action, action.isTask
    else { return }
    effects.append(.withdraw(step: waiting.node, because: reason))
  }

  mutating func suppress(_ channel: String, at node: NodeIndex?) {
    run.suppressed.insert(channel)
    note(node, .suppressed(channel: channel))
    effects.append(.suppress(channel: channel))
  }
}
