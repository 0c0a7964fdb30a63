import FlowTime

/// The engine's own verbs.
extension Stepper {
  mutating func plainWait(_ node: NodeIndex, _ until: Moment) -> Target? {
    switch resolve(until, arrived: now) {
    case .unknown(let reason): return fail(node, because: reason)
    case .instant(let instant) where instant > now:
      wait(at: node, .plain, due: instant)
      return nil
    case .instant(let instant):
      if instant < now, until.isData, case .target(let target)? = graph.nodes[node].ifPast {
        return giveWay(node, to: target, because: Self.past(until))
      }
      if instant < now, until.isData, graph.nodes[node].ifPast == .skip {
        return skip(node, because: Self.past(until))
      }
      return graph.nodes[node].next
    }
  }

  mutating func listen(_ node: NodeIndex, _ awaited: Await) -> Target? {
    let until: Instant
    switch resolve(awaited.until, arrived: now) {
    case .unknown(let reason): return fail(node, because: reason)
    case .instant(let instant): until = instant
    }
    // Listening starts with the touch: what came since, and before the await was over, is taken first.
    for (index, event) in run.untaken.enumerated() where event.at <= until {
      guard let taken = taker(of: event, cases: awaited.cases) else { continue }
      run.untaken.remove(at: index)
      note(node, received(event, took: taken.key))
      capture(event, into: taken.target)
      if case .hold(let hold) = taken.target {
        wait(at: node, .listening, due: max(until, now), computed: until)
        self.event = event
        apply(hold)
        return nil
      }
      return taken.target
    }
    if until < now { return missed(node, awaited) }
    wait(at: node, .listening, due: until)
    note(node, .waiting(for: awaited.events, until: until))
    return nil
  }

  /// An await whose instant has passed.
  private mutating func missed(_ node: NodeIndex, _ awaited: Await) -> Target? {
    if awaited.until.isData, case .target(let target)? = graph.nodes[node].ifPast {
      return giveWay(node, to: target, because: Self.past(awaited.until))
    }
    note(node, .timeout)
    return timedOut(awaited.cases, at: node, .listening)
  }

  /// What a timeout leads to. `timeout: hold …` waits once more, as long as holds may still move the run; then it goes
  /// on after the step.
  mutating func timedOut(_ cases: [Case], at node: NodeIndex, _ stage: Run.Waiting.Stage) -> Target? {
    let target = cases.first { $0.key == "timeout" }?.target ?? graph.nodes[node].next
    guard case .hold(let hold) = target else { return target }
    if run.waiting?.node != node || run.waiting?.stage != stage { wait(at: node, stage, due: now) }
    apply(hold)
    guard let waiting = run.waiting, waiting.wakes <= now else { return nil }
    return graph.nodes[node].next
  }

  mutating func choose(_ node: NodeIndex, _ branches: [Branch], _ otherwise: Target?) -> Target? {
    for branch in branches {
      switch holds(branch.when) {
      case .failure(let error): return fail(node, because: error.description)
      case .success(false): continue
      case .success(true):
        note(node, .chose(branch.when.text))
        return branch.target
      }
    }
    note(node, .chose(otherwise == nil ? "none" : "otherwise"))
    return otherwise ?? graph.nodes[node].next
  }

  /// SHA-256(key NUL step NUL salt), its first eight bytes big-endian over 2^64, against the arms in file order: the
  /// same after a crash and in every replay.
  mutating func divide(_ node: NodeIndex, _ split: Split) -> Target? {
    if let index = split.arm(of: run.key, step: graph.nodes[node].name) {
      note(node, .chose(split.arms[index].name))
      return split.arms[index].target
    }
    return graph.nodes[node].next
  }

  // MARK: Rounds

  mutating func startRound(_ number: Int, of loop: Loop, at node: NodeIndex) -> Target? {
    // A round before may have left an inner repeat by a jump.
    for inner in run.rounds.keys where graph.nodes[inner].repeats.contains(node) { run.rounds[inner] = nil }
    run.rounds[node] = Run.Round(number: number, began: now, sent: nil)
    return .node(loop.body)
  }

  mutating func endRound(of loop: Loop, at node: NodeIndex) -> Target? {
    guard let round = run.rounds[node], round.number < loop.times else { return leaveLoop(node) }
    switch holds(stop: loop) {
    case .failure(let error): return failLoop(node, error)
    case .success(true): return stopLoop(loop, node)
    case .success(false): break
    }
    guard let next = after(loop.every, from: round.sent ?? round.began) else {
      run.rounds[node] = nil
      return fail(node, because: "\(loop.everyText) never comes about")
    }
    if next > now {
      wait(at: node, .round, due: next)
      return nil
    }
    return nextRound(of: loop, at: node)
  }

  /// After the pause: `stop-if` is tested once more.
  mutating func nextRound(of loop: Loop, at node: NodeIndex) -> Target? {
    guard let round = run.rounds[node] else { return graph.nodes[node].next }
    switch holds(stop: loop) {
    case .failure(let error): return failLoop(node, error)
    case .success(true): return stopLoop(loop, node)
    case .success(false): return startRound(round.number + 1, of: loop, at: node)
    }
  }

  private func holds(stop loop: Loop) -> Result<Bool, EvaluationError> {
    loop.stopIf == nil ? .success(false) : holds(loop.stopIf)
  }

  private mutating func stopLoop(_ loop: Loop, _ node: NodeIndex) -> Target {
    giveWay(node, to: leaveLoop(node), because: "\(loop.stopIf?.text ?? "stop-if"), so there is no further round")
  }

  private mutating func leaveLoop(_ node: NodeIndex) -> Target {
    run.rounds[node] = nil
    return graph.nodes[node].next
  }

  private mutating func failLoop(_ node: NodeIndex, _ error: EvaluationError) -> Target {
    run.rounds[node] = nil
    return fail(node, because: error.description)
  }

  // MARK: Data

  mutating func set(_ node: NodeIndex, _ assignments: [Assignment]) -> Target? {
    var changed: [Entry.NamedValue] = []
    for assignment in assignments {
      guard let field = assignment.path.first else { continue }
      do throws(EvaluationError) {
        let value = try assignment.value.evaluate(scope)
        let whole = (run.data[field] ?? .absent).setting(assignment.path.dropFirst(), to: value)
        run.data[field] = whole.isAbsent ? nil : whole
        changed.append(Entry.NamedValue(assignment.path.joined(separator: "."), value))
      } catch {
        return fail(node, because: error.description)
      }
    }
    note(node, .set(changed))
    return graph.nodes[node].next
  }

  mutating func evaluated(
    _ node: NodeIndex, _ expressions: [NamedExpression], _ use: (inout Stepper, [String: Value]) -> Void
  ) -> Target? {
    var values: [String: Value] = [:]
    for expression in expressions {
      do throws(EvaluationError) {
        let value = try expression.value.evaluate(scope)
        if !value.isAbsent { values[expression.name] = value }
      } catch {
        return fail(node, because: error.description)
      }
    }
    use(&self, values)
    return graph.nodes[node].next
  }

  // MARK: Escalation

  mutating func escalate(_ node: NodeIndex, _ escalation: Escalation) -> Target? {
    guard escalation.each == nil else { return tellNext(0, node, escalation) }
    switch people(escalation) {
    case .failure(let error): return fail(node, because: error.description)
    case .success(let people):
      if people.isEmpty { return fail(node, because: escalation.namesNobody) }
      for (index, person) in people.enumerated() {
        if let reason = tellPerson(person, index, node, escalation) { _ = fail(node, because: reason) }
      }
      return graph.nodes[node].next
    }
  }

  /// One after the other, until somebody acknowledges.
  mutating func tellNext(_ first: Int, _ node: NodeIndex, _ escalation: Escalation) -> Target? {
    let people: [Value]
    switch self.people(escalation) {
    case .failure(let error): return fail(node, because: error.description)
    case .success(let all): people = all
    }
    if people.isEmpty, first == 0 { _ = fail(node, because: escalation.namesNobody) }
    var index = first
    while index < people.count {
      if let reason = tellPerson(people[index], index, node, escalation) {
        _ = fail(node, because: reason)
        index += 1
        continue
      }
      guard let each = escalation.each, let due = after(each, from: now) else { break }
      wait(at: node, .escalating(index), due: due)
      return nil
    }
    note(node, .timeout)
    return timedOut(escalation.cases, at: node, .escalating(max(0, people.count - 1)))
  }

  func people(_ escalation: Escalation) -> Result<[Value], EvaluationError> {
    do throws(EvaluationError) {
      var people: [Value] = []
      for expression in escalation.to {
        let value = try expression.evaluate(scope)
        people += value.list ?? (value.isAbsent ? [] : [value])
      }
      return .success(people)
    } catch {
      return .failure(error)
    }
  }

  /// Nil, or why the person cannot be told.
  private mutating func tellPerson(
    _ person: Value, _ index: Int, _ node: NodeIndex, _ escalation: Escalation
  ) -> String? {
    let step = graph.nodes[node]
    if let reason = surroundings.unrenderable[Surroundings.Place(node, person: index)] { return reason }
    var fields: [Delivery.Field] = []
    if let say = escalation.say {
      do throws(EvaluationError) {
        fields.append(Delivery.Field(name: "say", content: .text(try say.render(scope, formatting))))
      } catch {
        return error.description
      }
    }
    noteRound(node)
    note(node, .escalated(to: shown(person, by: escalation.address)))
    effects.append(
      .deliver(
        Delivery(
          workflow: graph.workflow, node: node, step: step.name, verb: escalation.via, occurrence: count(node),
          touch: false, isTask: false, until: nil, purpose: "escalate", to: person,
          address: shown(person, by: escalation.address),
          by: nil, contact: contact, owner: owner(scope), fields: fields, at: now, zone: run.zone, person: index,
          isEscalation: true, outcomes: escalation.each == nil ? [] : ["ack"])))
    run.handovers[node, default: 0] += 1
    return nil
  }
}
