import FlowCore
import FlowTime

/// What may happen to a run that waits: its due, or anything that comes in before it.
extension Walk {
  mutating func wait(_ run: AbstractRun) {
    var open = run
    for (index, echo) in ground.echoes.enumerated() where run.control.echoes.more >> UInt16(index) & 1 != 0 {
      hear(echo.event, run)
    }
    if let echo = open.control.echoes.next() {
      hear(ground.echoes[echo].event, open)
      // Whatever comes at the same instant may come before it.
      open = run
    } else if run.control.echoes.more != 0 {
      var rest = run
      rest.control.echoes.hearNoMore()
      wait(rest)
    } else {
      timer(run)
      guard elapse(&open) else { return }
    }
    guard !isQuiet else { return }
    open.control.pending = true
    open.control.lapse.isOnDay = false
    outcomes(open)
    replies(open)
    events(open)
    for event in ["unsubscribe", "complaint"] {
      for seen in watch.see(.received(event, replyClass: nil, isTaken: true), open) {
        proceed(seen, to: .end("opted-out"))
      }
    }
  }

  /// Up to the due; while a hold waits for its event, up to that.
  private func elapse(_ run: inout AbstractRun) -> Bool {
    if run.control.holding {
      return run.time.elapse(Ground.now, held: Ground.clock, due: Ground.due, days: Self.mostHeldDays)
    }
    run.time.elapse(Ground.now)
    return run.time.constrain(Ground.now, Ground.due, .zero)
  }

  /// By which all holds of a run may move it.
  private static let mostHeldDays: Int64 = 30

  /// Nothing comes from the contact.
  var isQuiet: Bool {
    watch.isSilent
  }

  // MARK: The clock

  private mutating func timer(_ run: AbstractRun) {
    var runs = [run]
    if run.control.holding { runs = released(run) }
    for var run in runs {
      run.time.assign(Ground.now, Ground.due)
      run.control.lapse.come(isNow: true)
      run.late.now = run.late.due
      run.control.pending = run.control.pending || !isQuiet
      onTime(run)
    }
  }

  private mutating func onTime(_ run: AbstractRun) {
    let control = run.control
    let node = control.node
    let step = graph.nodes[node]
    var free = run
    leave(&free)
    switch (control.stage, step.action) {
    case (.before, _):
      free.control.frozen = control.frozen
      perform(free, node)
    case (.deferring, _):
      free.control.frozen = control.frozen
      // Whenever the contact's zone changes, the window may have closed again, however often.
      let isElsewhere = ground.movesWindows && (!isQuiet || !ground.echoes.isEmpty)
      reconsider(free, node, isMoved: control.moved || isElsewhere || !keepsTime && reckoning == nil)
    case (.listening, .await(let awaited)): timedOut(free, awaited.cases, node, .listening)
    case (.outcome, .channel(let action)): timedOut(free, action.cases, node, .outcome)
    case (.round, _): nextRound(free, node)
    case (.escalating, .escalate(let escalation)): tell(free, escalation, node, Int(control.told))
    default: proceed(free, to: step.next)
    }
  }

  /// The instant before a deferred step is handed over: everything is checked once more.
  private mutating func reconsider(_ run: AbstractRun, _ node: NodeIndex, isMoved: Bool) {
    let step = graph.nodes[node]
    let (holds, fails) = branches(step.condition, run)
    if let fails { proceed(passing(node, fails), to: step.next) }
    guard let run = holds else { return }
    if case .channel(let action) = step.action, action.touch, isSuppressed(action.verb, run) {
      return proceed(passing(node, run), to: step.next)
    }
    if isMoved { goThroughWindow(run, node) } else { act(inside(run, step), node) }
  }

  // MARK: What comes in

  /// Outcomes of what the run waits for.
  private mutating func outcomes(_ run: AbstractRun) {
    let node = run.control.node
    switch (run.control.stage, graph.nodes[node].action) {
    case (.outcome, .channel(let action)):
      for one in action.cases where one.key != "timeout" { take(run, one.target, one.key) }
    case (.escalating, .escalate(let escalation)):
      for one in escalation.cases where one.key != "timeout" { take(run, one.target, "ack") }
    default: break
    }
  }

  private mutating func replies(_ run: AbstractRun) {
    var run = run
    run.control.answered = true
    let cases = listened(run)
    for own in graph.replies.map(\.name) + ["reply"] {
      let byClass = own == "reply" ? nil : cases.first { $0.key == own }
      if let byClass {
        take(run, byClass.target, "reply", own)
        continue
      }
      let (usable, spent) = own == "reply" ? (nil, true) : anytime(own, run)
      if let usable { take(run, usable, "reply", own) }
      guard spent else { continue }
      if let any = cases.first(where: { $0.key == "reply" }) {
        take(run, any.target, "reply", own)
        continue
      }
      let (general, none) = anytime("reply", run)
      if let general { take(run, general, "reply", own) }
      if none {
        for seen in watch.see(.received("reply", replyClass: own, isTaken: false), run) {
          proceed(seen, to: .end("replied"))
        }
      }
    }
  }

  /// It emitted the event itself.
  private mutating func hear(_ key: String, _ run: AbstractRun) {
    let released = run.control.holding && ground.heldFor.contains(key) ? self.released(run) : [run]
    if let own = listened(run).first(where: { $0.key == key }) { return take(run, own.target, key, isOwn: true) }
    for run in released {
      let (usable, spent) = anytime(key, run)
      if let usable { take(run, usable, key, isOwn: true) }
      guard spent else { continue }
      for var seen in watch.see(.heard(key), run) {
        // An await that is still to come takes it.
        seen.control.pending = true
        resume(seen)
      }
    }
  }

  private mutating func events(_ run: AbstractRun) {
    let cases = listened(run)
    var hasUntaken = false
    for key in watch.incoming {
      let runs = run.control.holding && ground.heldFor.contains(key) ? released(run) : [run]
      if let own = cases.first(where: { $0.key == key }) {
        take(run, own.target, key)
        continue
      }
      let isPlain = !ground.heldFor.contains(key) && !watch.tells(key)
      for run in runs {
        let (usable, spent) = anytime(key, run)
        if let usable { take(run, usable, key) }
        guard spent else { continue }
        // All that only go into the history leave a run as the first of them does.
        if isPlain, hasUntaken { continue }
        byDefault(run, key)
        if isPlain { hasUntaken = true }
      }
    }
  }

  private mutating func byDefault(_ run: AbstractRun, _ key: String) {
    let isSpent = graph.anytime.contains { $0.key == key }
    let ends = key == "bounce" && !isSpent
    for seen in watch.see(.received(key, replyClass: nil, isTaken: false), run) {
      if ends {
        proceed(seen, to: .end("undeliverable"))
      } else if key == "out-of-office", !isSpent {
        for held in moved(seen) { resume(held) }
      } else {
        // Kept in the history only; a hold that waited for it is over.
        resume(seen)
      }
    }
  }

  private func listened(_ run: AbstractRun) -> [Case] {
    guard run.control.stage == .listening, case .await(let awaited) = graph.nodes[run.control.node].action
    else { return [] }
    return awaited.cases
  }

  /// The target of `anytime` for a key, and whether it may have been come to already.
  private func anytime(_ key: String, _ run: AbstractRun) -> (usable: Target?, spent: Bool) {
    guard let one = graph.anytime.first(where: { $0.key == key }) else { return (nil, true) }
    guard case .node(let node) = one.target, !isInAnytime(node) else { return (one.target, false) }
    let (may, mayNot) = isAhead(node, run)
    return (may ? one.target : nil, mayNot)
  }

  private mutating func take(
    _ run: AbstractRun, _ target: Target, _ event: String, _ own: String? = nil, isOwn: Bool = false
  ) {
    guard !watch.seesTouchesAlone else { return take(run, target) }
    let happening = isOwn ? Happening.heard(event) : .received(event, replyClass: own, isTaken: true)
    for seen in watch.see(happening, run) { take(seen, target) }
  }

  private mutating func take(_ run: AbstractRun, _ target: Target) {
    if case .hold(let hold) = target {
      for held in self.hold(run, hold) { put(held) }
    } else {
      proceed(leading(run, to: target), to: target)
    }
  }

  /// `event` in a list of steps is the one whose case led to it.
  func leading(_ run: AbstractRun, to target: Target) -> AbstractRun {
    guard case .node(let node) = target, let index = ground.instants[.led(graph.nodes[node].place.list)]
    else {
      return run
    }
    var run = run
    run.time.assign(index, Ground.now)
    return run
  }

  // MARK: Holds

  func hold(_ run: AbstractRun, _ hold: Hold) -> [AbstractRun] {
    guard case .event = hold.until else { return moved(run) }
    var run = run
    run.control.lapse.isDueOnDay = false
    // It may wait without moving anything.
    if reckoning != nil { run.late.due = Reckoning.unknown }
    run.time.stop(Ground.clock)
    run.control.holding = true
    return [run]
  }

  private func released(_ run: AbstractRun) -> [AbstractRun] {
    var run = run
    run.control.holding = false
    return moved(run)
  }

  /// What the run waits for moves by up to thirty days, and by as many whole days everything that counts from
  /// its start.
  private func moved(_ run: AbstractRun) -> [AbstractRun] {
    var run = run
    let again = (later: run.control.moved, earlier: run.control.frozen)
    if let reckoning, !run.control.frozen {
      run.late.due = reckoning.held(run.late.due)
      if run.control.stage == .deferring {
        run.late.due = reckoning.putOff(graph.nodes[run.control.node].window, run.late.due)
      }
      run.late.last = reckoning.kept(run.late.last)
    }
    run.control.moved = true
    run.control.frozen = true
    run.control.lapse.isDueOnDay = false
    guard
      run.time.hold(
        due: Ground.due, anchors: ground.anchors, start: Ground.start, clock: Ground.clock,
        days: Self.mostHeldDays, again: again)
    else { return [] }
    if run.control.holding {
      run.time.stop(Ground.clock)
      return [run]
    }
    guard run.time.constrain(Ground.now, Ground.due, .zero) else { return [] }
    run.time.freeze(Ground.clock, now: Ground.now, due: Ground.due)
    return [run]
  }

  // MARK: After a list of `anytime`

  /// The interrupted step goes on; a due from data that have changed is computed anew.
  mutating func resume(_ run: AbstractRun) {
    var run = run
    run.control.cursor = -1
    guard run.control.node >= 0 else { return }
    guard run.control.stale, let moment = moment(run.control) else { return put(run) }
    run.control.stale = false
    var (later, passed) = resolve(moment, run)
    if run.control.moved || run.control.holding || later == nil {
      // A hold that has moved it further still holds; one that waits for its event leaves it open.
      var free = run
      free.control.lapse.leave()
      free.time.forget(Ground.due)
      let isFree = run.control.holding || free.time.constrain(Ground.now, Ground.due, .zero)
      later = isFree ? free : nil
    }
    if var waiting = later {
      if waiting.control.stage == .deferring { waiting.control.stage = .before }
      put(waiting)
    }
    guard moment.isData, !run.control.holding, passed != nil else { return }
    passed?.time.forget(Ground.due)
    if let passed { overtaken(passed) }
  }

  private mutating func overtaken(_ run: AbstractRun) {
    let control = run.control
    let step = graph.nodes[control.node]
    var free = run
    leave(&free)
    switch (control.stage, step.action) {
    case (.before, _), (.deferring, _): return past(free, step.ifPast, control.node)
    default: break
    }
    if case .target(let target)? = step.ifPast { return proceed(free, to: target) }
    switch (control.stage, step.action) {
    case (.listening, .await(let awaited)): timedOut(free, awaited.cases, control.node, .listening)
    case (.outcome, .channel(let action)): timedOut(free, action.cases, control.node, .outcome)
    default: proceed(free, to: step.next)
    }
  }
}
