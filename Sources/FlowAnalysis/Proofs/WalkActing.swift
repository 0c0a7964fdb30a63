import FlowCore
import FlowTime

/// What a step does once it is due.
extension Walk {
  // MARK: The window

  /// The first instant that gap, caps, window and holidays allow: now, or the run is deferred to it.
  mutating func goThroughWindow(_ run: AbstractRun, _ node: NodeIndex) {
    let step = graph.nodes[node]
    var open: AbstractRun? = run
    if step.isTouch, run.control.touches > 0 {
      if let caps = ground.caps {
        if ground.mayBeTooMany { waitForCaps(run, caps, node) }
        if let gap = caps.gap {
          waitForGap(run, gap, caps.then, node)
          open = open.flatMap { after(gap, $0) }
        }
      }
      // What the policy's gap puts off is held against the caps by when it may go out: they may let it then, and where
      // they put it off as well, either may be the later.
      if let gap = ownGap(step, run) {
        waitForGap(run, gap, .delay, node)
        open = open.flatMap { after(gap, $0) }
      }
    }
    guard var open else { return }
    act(inside(open, step), node)
    guard let closed = longestClosed(step), closed > 0 else { return }
    switch step.closed {
    case .skip: proceed(passing(node, open), to: step.next)
    case .end(let outcome): proceed(open, to: .end(outcome))
    case .defer:
      // Whatever the clocks do, it is not put off to before.
      let wait = Differences.Span(least: .zero, most: ground.stretches.elapsed(closed))
      guard open.time.place(Ground.due, after: Ground.now, wait) else { return }
      if let reckoning {
        let late = open.late.now
        open.late.due =
          open.control.frozen ? reckoning.putOff(step.window, late) : reckoning.opening(step.window, late)
      }
      deferred(open, node)
    }
  }

  /// The policy's, where it holds for a step.
  private func ownGap(_ step: Node, _ run: AbstractRun) -> FlowTime.Duration? {
    step.liftsGap || run.control.answered ? nil : graph.policy.gap
  }

  /// Where a touch is put off to, both gaps have passed, whichever it is put off by.
  private func isPastGaps(_ run: inout AbstractRun, _ step: Node) -> Bool {
    for gap in [ground.caps?.gap, ownGap(step, run)].compactMap(\.self) {
      guard run.time.constrain(Ground.last, Ground.due, ground.stretches.span(of: gap).least) else { return false }
    }
    return true
  }

  /// So long after the last touch, or later; nil where it is not so late.
  private func after(_ gap: FlowTime.Duration, _ run: AbstractRun) -> AbstractRun? {
    var run = run
    guard run.time.constrain(Ground.last, Ground.now, ground.stretches.span(of: gap).least) else { return nil }
    watch.lapse?.pass(&run, gap, since: Ground.last)
    return run
  }

  /// What acts lies in its window.
  func inside(_ run: AbstractRun, _ step: Node) -> AbstractRun {
    guard let reckoning else { return run }
    var run = run
    run.late.now = reckoning.inside(step.window, run.late.now)
    return run
  }

  /// The policy's gap, or that of the caps, where ``Caps/then`` says what becomes of the touch.
  private mutating func waitForGap(
    _ run: AbstractRun, _ duration: FlowTime.Duration, _ rule: Caps.Rule, _ node: NodeIndex
  ) {
    var run = run
    let gap = ground.stretches.span(of: duration)
    let step = graph.nodes[node]
    let closed = longestClosed(step) ?? 0
    guard run.time.constrain(Ground.now, Ground.last, gap.most) else { return }
    switch rule {
    case .skip: return proceed(passing(node, run), to: step.next)
    case .end(let outcome): return proceed(run, to: .end(outcome))
    case .delay: break
    }
    if closed > 0 {
      switch step.closed {
      case .skip: proceed(passing(node, run), to: step.next)
      case .end(let outcome): proceed(run, to: .end(outcome))
      case .defer: break
      }
    }
    let wait =
      step.closed == .defer && closed > 0 ? gap.plus(.init(least: .zero, most: ground.stretches.elapsed(closed))) : gap
    watch.lapse?.wait(&run, duration, after: Ground.last)
    guard run.time.place(Ground.due, after: Ground.last, .init(least: gap.least, most: wait.most)),
      isPastGaps(&run, step)
    else { return }
    if let reckoning {
      // Of a hold that goes on nothing is left out then: that is only longer.
      run.control.frozen = false
      let over = reckoning.after(duration, run.late.last)
      run.late.due = step.closed == .defer ? reckoning.opening(step.window, over) : over
    }
    deferred(run, node)
  }

  /// The project's caps count the run's own touches, too: where there may be so many, they may put off any, by as long
  /// as they span. Touches of other workflows are left out.
  private mutating func waitForCaps(_ run: AbstractRun, _ caps: Caps, _ node: NodeIndex) {
    switch caps.then {
    case .skip: proceed(passing(node, run), to: graph.nodes[node].next)
    case .end(let outcome): proceed(run, to: .end(outcome))
    case .delay:
      var run = run
      guard let longest = caps.span.map({ ground.stretches.span(of: $0).most }) else { return }
      let most = Distance.sum(
        longest, ground.stretches.elapsed(longestClosed(graph.nodes[node]) ?? 0), isSteady: false)
      guard run.time.place(Ground.due, after: Ground.last, .init(least: .none, most: most)) else { return }
      guard isPastGaps(&run, graph.nodes[node]) else { return }
      if let reckoning, let span = caps.span {
        run.control.frozen = false
        run.late.due = reckoning.opening(graph.nodes[node].window, reckoning.after(span, run.late.last))
      }
      deferred(run, node)
    }
  }

  private mutating func deferred(_ run: AbstractRun, _ node: NodeIndex) {
    var run = run
    if run.control.frozen { run.time.freeze(Ground.clock, now: Ground.now, due: Ground.due) }
    run.time.setSteady(Ground.due, isSteady(graph.nodes[node]))
    run.control.lapse.isDueOnDay = false
    wait(run, at: node, .deferring)
  }

  /// Whether what a step does in its window happens at hours at which no clock is changed.
  private func isSteady(_ step: Node) -> Bool {
    guard ground.isOneZone else { return false }
    switch step.window {
    case .any: return false
    case .policy: return Stretches.isSteady(graph.policy.window)
    case .own(let window): return Stretches.isSteady(window)
    }
  }

  private func isSettled(_ step: Node) -> Bool {
    switch step.window {
    case .any: ground.isSettled(nil)
    case .policy: ground.isSettled(graph.policy.window)
    case .own(let window): ground.isSettled(window)
    }
  }

  private func longestClosed(_ step: Node) -> Int64? {
    switch step.window {
    case .any: 0
    case .policy: ground.stretches.longestClosed(graph.policy.window)
    case .own(let window): ground.stretches.longestClosed(window)
    }
  }

  // MARK: Acting

  mutating func act(_ run: AbstractRun, _ node: NodeIndex) {
    let step = graph.nodes[node]
    var run = passing(node, run)
    if !isInAnytime(node) { run.control.frozen = false }
    switch step.action {
    case .channel(let action): return handOver(run, action, node)
    case .escalate(let escalation): return tell(run, escalation, node, 0)
    default: break
    }
    guard !watch.seesTouchesAlone else { return carryOut(run, step, node) }
    switch step.action {
    case .choose, .split, .set, .emit, .enroll, .suppress:
      for run in watch.see(.done(node), run) { carryOut(run, step, node) }
    default: carryOut(run, step, node)
    }
  }

  private mutating func carryOut(_ run: AbstractRun, _ step: Node, _ node: NodeIndex) {
    switch step.action {
    case .wait(let moment): plainWait(run, moment, node)
    case .await(let awaited): listen(run, awaited, node)
    case .choose(let branches, let otherwise): choose(run, branches, otherwise ?? step.next, node)
    case .split(let split): for arm in split.arms where arm.share > 0 { proceed(run, to: arm.target) }
    case .loop(let loop):
      if let index = ground.loop(of: node) { startRound(run, 1, loop, node, index) }
    case .set(let assignments): set(run, assignments, step)
    case .suppress(let channel):
      var run = run
      if let bit = ground.verbs.firstIndex(of: channel) { run.control.suppressed |= 1 << UInt64(bit) }
      proceed(run, to: step.next)
    case .hold(let hold): for held in self.hold(run, hold) { proceed(held, to: step.next) }
    case .go(let target): go(run, target, node)
    case .end(let outcome): proceed(run, to: .end(outcome))
    case .emit(let event, _): emit(event, run, to: step.next)
    case .enroll, .channel, .escalate: proceed(run, to: step.next)
    }
  }

  private mutating func handOver(_ run: AbstractRun, _ action: ChannelAction, _ node: NodeIndex) {
    let step = graph.nodes[node]
    var run = run
    if let address = Ground.address(of: action) {
      let index = ground.recurring[address]
      let known = index.map { run.control.decided[$0] } ?? 0
      if known != 1, watch.countsFailures {
        var unreached = run
        if let index { unreached.control.decided[index] = 2 }
        for seen in watch.see(.failed(node), unreached) { proceed(seen, to: step.next) }
      }
      if known == 2 { return }
      if let index { run.control.decided[index] = 1 }
    }
    guard let until = action.until else {
      for run in handedOver(run, action, node) { proceed(run, to: step.next) }
      return
    }
    let (later, passed) = resolve(until, run)
    if let later {
      for var run in handedOver(later, action, node) {
        lapse(until, &run)
        wait(run, at: node, .outcome)
      }
    }
    guard var passed else { return }
    passed.time.forget(Ground.due)
    if until.isData {
      switch step.ifPast {
      case .skip: proceed(passed, to: step.next)
      case .target(let target): proceed(passed, to: target)
      case .now, nil: break
      }
    }
    for run in handedOver(passed, action, node) { timedOut(run, action.cases, node, .outcome) }
  }

  private mutating func handedOver(_ run: AbstractRun, _ action: ChannelAction, _ node: NodeIndex)
    -> [AbstractRun]
  {
    var run = run
    if action.touch {
      run.time.setSteady(Ground.now, run.time.isSteady(Ground.now) || isSteady(graph.nodes[node]))
      if isSettled(graph.nodes[node]) { run.time.settle(Ground.now) }
    }
    return watch.see(.handedOver(node), run).map { seen in
      var run = noting(node, seen)
      guard action.touch else { return run }
      run.control.touches += 1
      count(run.control.touches)
      run.control.answered = false
      run.control.pending = false
      run.time.assign(Ground.last, Ground.now)
      watch.lapse?.touch(&run)
      run.late.last = run.late.now
      return run
    }
  }

  /// `every` of a repeat counts from the first thing the round sent or assigned.
  private func noting(_ node: NodeIndex, _ run: AbstractRun) -> AbstractRun {
    var run = run
    for loop in graph.nodes[node].repeats {
      guard let index = ground.loop(of: loop), run.control.rounds[index] > 0,
        run.control.sent & 1 << UInt64(index) == 0, let mark = ground.instants[.round(loop)]
      else { continue }
      run.control.sent |= 1 << UInt64(index)
      run.time.assign(mark, Ground.now)
    }
    return run
  }

  private mutating func plainWait(_ run: AbstractRun, _ moment: Moment, _ node: NodeIndex) {
    let step = graph.nodes[node]
    let (later, passed) = resolve(moment, run)
    if let later { wait(later, at: node, .plain) }
    guard var passed else { return }
    passed.time.forget(Ground.due)
    if moment.isData, case .target(let target)? = step.ifPast { proceed(passed, to: target) }
    proceed(passed, to: step.next)
  }

  private mutating func listen(_ run: AbstractRun, _ awaited: Await, _ node: NodeIndex) {
    let step = graph.nodes[node]
    // What came since the touch and nothing has taken is taken first.
    if run.control.pending {
      for one in awaited.cases
      where one.key != "timeout" && !isReply(one.key) && (!isQuiet || ground.hears(one.key))
        && !watch.isKept(by: one.key)
      {
        if case .hold(let hold) = one.target {
          for var waiting in held(until: awaited.until, run) {
            (waiting.control.node, waiting.control.stage, waiting.control.cursor) = (node, .listening, -1)
            for held in self.hold(waiting, hold) { put(held) }
          }
        } else {
          proceed(leading(run, to: one.target), to: one.target)
        }
      }
    }
    let (later, passed) = resolve(awaited.until, run)
    if let later { for run in watch.see(.done(node), later) { wait(run, at: node, .listening) } }
    guard var passed else { return }
    passed.time.forget(Ground.due)
    if awaited.until.isData, case .target(let target)? = step.ifPast { proceed(passed, to: target) }
    timedOut(passed, awaited.cases, node, .listening)
  }

  /// An await that begins with a hold: it lasts until its own instant, or, where that has passed, from now on.
  private func held(until moment: Moment, _ run: AbstractRun) -> [AbstractRun] {
    let (later, passed) = resolve(moment, run)
    guard var passed, passed.time.place(Ground.due, after: Ground.now, .now) else { return [later].compactMap(\.self) }
    passed.late.due = passed.late.now
    return [later, passed].compactMap(\.self)
  }

  /// What a timeout leads to; a hold there waits once more, as long as holds may move the run.
  mutating func timedOut(_ run: AbstractRun, _ cases: [Case], _ node: NodeIndex, _ stage: Control.Stage) {
    for run in watch.see(.timedOut(node), run) {
      let target = cases.first { $0.key == "timeout" }?.target ?? graph.nodes[node].next
      guard case .hold(let hold) = target else {
        proceed(run, to: target)
        continue
      }
      proceed(run, to: graph.nodes[node].next)
      var waiting = run
      guard waiting.time.place(Ground.due, after: Ground.now, .now) else { continue }
      if let reckoning {
        // It may have been held here before, and it is one hold then.
        waiting.control.frozen = true
        waiting.late.due = reckoning.held(waiting.late.now, again: true)
      }
      (waiting.control.node, waiting.control.stage, waiting.control.cursor) = (node, stage, -1)
      for held in self.hold(waiting, hold) { put(held) }
    }
  }

  private mutating func choose(_ run: AbstractRun, _ cases: [Branch], _ otherwise: Target, _ node: NodeIndex) {
    var rest: AbstractRun? = run
    for branch in cases {
      guard let open = rest else { return }
      let (holds, fails) = branches(branch.when, open)
      if let holds { go(holds, branch.target, node) }
      rest = fails
    }
    if let rest { go(rest, otherwise, node) }
  }

  private mutating func go(_ run: AbstractRun, _ target: Target, _ node: NodeIndex) {
    guard isInAnytime(node), case .node(let ahead) = target, !isInAnytime(ahead) else {
      return proceed(run, to: target)
    }
    let (may, mayNot) = isAhead(ahead, run)
    if may { proceed(run, to: target) }
    if mayNot { resume(run) }
  }

  /// Whether a step can lie ahead, and whether it can have been come to.
  func isAhead(_ node: NodeIndex, _ run: AbstractRun) -> (may: Bool, mayNot: Bool) {
    guard let bit = ground.targets.firstIndex(of: node), bit < 64 else { return (true, true) }
    let isBehind = run.control.behind & 1 << UInt64(bit) != 0
    return (!isBehind, isBehind)
  }

  // MARK: Rounds

  private mutating func startRound(
    _ run: AbstractRun, _ number: Int, _ loop: Loop, _ node: NodeIndex, _ index: Int
  ) {
    var run = run
    for (inner, other) in ground.loops.enumerated() where graph.nodes[other].repeats.contains(node) {
      run.control.rounds[inner] = 0
    }
    run.control.rounds[index] = UInt8(clamping: number)
    run.control.sent &= ~(1 << UInt64(index))
    if let mark = ground.instants[.round(node)] { run.time.assign(mark, Ground.now) }
    proceed(run, to: .node(loop.body))
  }

  mutating func endRound(_ run: AbstractRun, _ loop: Loop, _ node: NodeIndex, _ index: Int) {
    guard Int(run.control.rounds[index]) < loop.times else { return leaveLoop(run, node, index) }
    let (stops, goesOn) = branches(loop.stopIf, run)
    if loop.stopIf != nil, let stops { leaveLoop(stops, node, index) }
    guard var run = loop.stopIf == nil ? run : goesOn else { return }
    guard let mark = ground.instants[.round(node)],
      run.time.place(Ground.due, after: mark, ground.stretches.span(of: loop.every))
    else { return }
    watch.lapse?.wait(&run, loop.every, after: mark)
    if let reckoning { run.late.due = reckoning.after(loop.every, run.late.now) }
    var late = run
    if late.time.constrain(Ground.due, Ground.now, .zero) {
      late.control.lapse.come(isNow: false)
      late.time.forget(Ground.due)
      nextRound(late, node)
    }
    wait(run, at: node, .round)
  }

  mutating func nextRound(_ run: AbstractRun, _ node: NodeIndex) {
    guard case .loop(let loop) = graph.nodes[node].action, let index = ground.loop(of: node)
    else { return }
    let (stops, goesOn) = branches(loop.stopIf, run)
    if loop.stopIf != nil, let stops { leaveLoop(stops, node, index) }
    guard let run = loop.stopIf == nil ? run : goesOn else { return }
    startRound(run, Int(run.control.rounds[index]) + 1, loop, node, index)
  }

  private mutating func leaveLoop(_ run: AbstractRun, _ node: NodeIndex, _ index: Int) {
    var run = run
    run.control.rounds[index] = 0
    run.control.sent &= ~(1 << UInt64(index))
    proceed(run, to: graph.nodes[node].next)
  }

  // MARK: Escalation

  /// All at once, or one after the other; a list of people may be of any length.
  mutating func tell(_ run: AbstractRun, _ escalation: Escalation, _ node: NodeIndex, _ told: Int) {
    let next = graph.nodes[node].next
    if told == 0, escalation.mayNameNobody {
      for failed in watch.see(.failed(node), run) {
        if escalation.each == nil {
          proceed(failed, to: next)
        } else {
          timedOut(failed, escalation.cases, node, .escalating)
        }
      }
    }
    guard let each = escalation.each else {
      for run in watch.see(.told(node), run) { proceed(noting(node, run), to: next) }
      return
    }
    let hasList = escalation.to.contains { if case .list = $0.type.present { true } else { false } }
    if told >= escalation.to.count || hasList && told > 0 {
      timedOut(run, escalation.cases, node, .escalating)
    }
    guard hasList || told < escalation.to.count else { return }
    for run in watch.see(.told(node), run) {
      var run = noting(node, run)
      run.control.told = hasList ? 1 : UInt8(clamping: told + 1)
      guard run.time.place(Ground.due, after: Ground.now, ground.stretches.span(of: each)) else { continue }
      if let reckoning { run.late.due = hasList ? Reckoning.unknown : reckoning.after(each, run.late.now) }
      wait(run, at: node, .escalating)
    }
  }

  // MARK: Data

  private mutating func set(_ run: AbstractRun, _ assignments: [Assignment], _ step: Node) {
    var run = run
    for root in Set(assignments.compactMap(\.path.first)) {
      let touched = ground.touched(by: root)
      for index in touched.conditions { run.control.decided[index] = 0 }
      for (instant, index) in touched.instants {
        run.time.forget(index)
        ground.steady(instant, index, &run.time)
      }
      if run.control.node >= 0, Ground.depends(moment(run.control), on: root) { run.control.stale = true }
    }
    proceed(run, to: step.next)
  }

  /// The instant that made what the run waits for due, where it can be computed anew.
  func moment(_ control: Control) -> Moment? {
    guard graph.nodes.indices.contains(control.node) else { return nil }
    let step = graph.nodes[control.node]
    switch (control.stage, step.action) {
    case (.before, _), (.deferring, _): return step.due
    case (.plain, .wait(let moment)): return moment
    case (.listening, .await(let awaited)): return awaited.until
    case (.outcome, .channel(let action)): return action.until
    default: return nil
    }
  }

  func isReply(_ key: String) -> Bool { key == "reply" || graph.replies.contains { $0.name == key } }
}
