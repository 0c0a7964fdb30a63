import FlowCore
import FlowTime

/// What a compiled step does with a contact's state.
struct CompiledSteps {
  typealias State = CompiledWalker.State
  typealias Stage = CompiledWalker.Stage

  static var none: Int32 { CompiledWalker.none }

  let program: CohortProgram
  var handed: [Handed] = []
  var times: CohortTimes
  var overflows = false
  /// Something was done that may depend on the minute.
  var looked = false
  /// Another wait has begun.
  var began = false
  let gap: Int16
  /// By moment.
  let counting: [Counting]
  private let maxTouches: Int
  private let brings: [Brings]

  init(_ program: CohortProgram) {
    var program = program
    gap = program.plan.graph.policy.gap.map { program.duration($0) } ?? -1
    maxTouches = program.plan.graph.policy.maxTouches ?? .max
    self.program = program
    counting = program.whens.map(Self.counting)
    brings = program.plan.replies.map { reply in
      switch reply.kind {
      case .reply: reply.name == "reply" ? .anyReply : .classOfReply
      case .unsubscribe, .complaint: .optOut
      case .bounce: .bounce
      case .named: .named
      default: .absence
      }
    }
    times = CohortTimes(program)
  }

  /// What a touch brings.
  private enum Brings: UInt8 { case classOfReply, anyReply, optOut, bounce, named, absence }

  // MARK: Told

  mutating func start(_ state: inout State, _ contact: UInt32, day: Int, at minute: Int32) {
    state.started = minute
    state.day = UInt16(truncatingIfNeeded: day)
    if day > 65_000 { overflows = true }
    proceed(program.entry, &state, contact, minute)
  }

  mutating func tick(_ state: inout State, _ contact: UInt32, _ minute: Int32) {
    if state.deadline != Self.none {
      (state.due, state.held) = times.moved(state.due, to: state.deadline, held: state.held)
      state.deadline = Self.none
    }
    guard state.due <= minute else { return }
    proceed(onTime(&state, contact, minute), &state, contact, minute)
  }

  mutating func outcome(_ index: Int, of node: Int, _ state: inout State, _ contact: UInt32, _ minute: Int32) {
    guard state.stage == .outcome, Int(state.node) == node else { return }
    proceed(program.choices[Int(program.ops[node].first) + index].target, &state, contact, minute)
  }

  mutating func simplify(_ state: inout State, at minute: Int32) {
    if state.lastTouch != Self.none {
      let isOver = gap < 0 || times.after(gap, state.lastTouch) <= minute
      if isOver || state.answer & State.answered != 0 { state.lastTouch = Self.none }
    }
    let reads = state.stage != .ended && program.readsAnswers[Int(state.node)]
    state.answer &= reads ? 0xFF : state.lastTouch == Self.none ? 0 : State.answered
    if state.stage != .escalating { state.person = 0 }
    if !program.readsStart { state.started = 0 }
    if !program.readsData { state.day = 0 }
    if !program.countsHolds { state.held = 0 }
  }

  /// Of all who came on one day the same is to come.
  func simplifyStart(_ state: inout State) {
    guard state.stage != .ended, !program.readsTimeOfStart, program.readsStart else { return }
    state.started = program.plan.lastMinute(ofDayOfArrival: state.started)
  }

  // MARK: Going on

  private mutating func proceed(_ target: Int32, _ state: inout State, _ contact: UInt32, _ now: Int32) {
    var next = target
    while next != CohortProgram.To.nowhere {
      if next >= 0 {
        next = arrive(Int(next), &state, contact, now)
      } else if next == CohortProgram.To.resume {
        return
      } else if next > CohortProgram.To.firstHold {
        state.stage = .ended
        state.due = next
        return
      } else {
        return hold(program.holds[Int(CohortProgram.To.firstHold - next)], &state, now)
      }
    }
  }

  private mutating func arrive(_ node: Int, _ state: inout State, _ contact: UInt32, _ now: Int32) -> Int32 {
    looked = true
    let op = program.ops[node]
    if op.kind == .loop, state.round > 0, state.loop == op.loop { return endRound(op, node, &state, now) }
    state.passed |= op.passes
    guard op.due >= 0 else { return perform(op, node, &state, contact, now) }
    let due = times.resolve(op.due, &state, now)
    if due == Self.none { return leave(op, &state, now) }
    if due > now { return wait(node, .before, due, &state) }
    if due < now, times.isData[Int(op.due)] {
      switch op.ifPast {
      case .target: return op.pastTarget
      case .none: break
      case .skip:
        pass(op, &state, now)
        return op.isAwait ? op.timeout : op.next
      }
    }
    return perform(op, node, &state, contact, now)
  }

  /// Left out, failed or withheld: on to the next.
  private func leave(_ op: CohortProgram.Op, _ state: inout State, _ now: Int32) -> Int32 {
    pass(op, &state, now)
    return op.next
  }

  private func pass(_ op: CohortProgram.Op, _ state: inout State, _ now: Int32) {
    if op.slot == 0, state.first == Self.none { state.first = now }
    if op.slot == 1, state.second == Self.none { state.second = now }
  }

  mutating func wait(_ node: Int, _ stage: Stage, _ due: Int32, _ state: inout State) -> Int32 {
    began = true
    state.node = UInt16(truncatingIfNeeded: node)
    state.stage = stage
    state.due = due
    state.deadline = Self.none
    return CohortProgram.To.nowhere
  }

  private mutating func perform(
    _ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ contact: UInt32, _ now: Int32
  ) -> Int32 {
    if op.condition >= 0, times.holds(op.condition, &state, now) != .yes { return leave(op, &state, now) }
    if op.isTouch {
      if isSuppressed(op, state) { return leave(op, &state, now) }
      if Int(state.touches) >= maxTouches { return program.exhausted }
    }
    return goThroughWindow(op, node, &state, contact, now)
  }

  func isSuppressed(_ op: CohortProgram.Op, _ state: State) -> Bool {
    state.suppressed & (op.verb | 0x80) != 0
  }

  private mutating func goThroughWindow(
    _ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ contact: UInt32, _ now: Int32
  ) -> Int32 {
    var earliest = now
    if op.isTouch, !op.liftsGap, gap >= 0, state.lastTouch != Self.none, state.answer & State.answered == 0 {
      let end = times.after(gap, state.lastTouch)
      if end != Self.none { earliest = max(earliest, end) }
    }
    if op.window >= 0 {
      let open = times.open(op.window, earliest)
      if open == Self.none { return leave(op, &state, now) }
      if open > earliest {
        switch op.closed {
        case .skip: return leave(op, &state, now)
        case .end: return op.closedEnd
        case .defer: earliest = open
        }
      }
    }
    return earliest > now ? wait(node, .deferring, earliest, &state) : act(op, node, &state, contact, now)
  }

  private mutating func act(
    _ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ contact: UInt32, _ now: Int32
  ) -> Int32 {
    pass(op, &state, now)
    switch op.kind {
    case .channel: return handOver(op, node, &state, now)
    case .wait: return plainWait(op, node, &state, now)
    case .await: return listen(op, node, &state, now)
    case .choose: return choose(op, &state, now)
    case .split: return divide(op, node, state, contact)
    case .loop: return startRound(1, op, &state, now)
    case .escalate: return tell(from: 0, op, node, &state, now)
    case .suppress:
      state.suppressed |= op.verb
      return op.next
    case .set:
      state.day = program.plan.day(Int(state.day), after: node)
      return op.next
    case .hold:
      hold(program.holds[Int(CohortProgram.To.firstHold - op.target)], &state, now)
      return op.next
    case .go:
      // At the end of a list in `anytime` it does nothing where the run has already come past the target.
      let isBehind = op.inAnytime && op.ahead >= 0 && state.passed & (1 << UInt32(op.ahead)) != 0
      return isBehind ? CohortProgram.To.resume : op.target
    case .end: return op.target
    case .pass: return op.next
    }
  }

  // MARK: The clock

  private mutating func onTime(_ state: inout State, _ contact: UInt32, _ now: Int32) -> Int32 {
    let node = Int(state.node)
    let op = program.ops[node]
    switch state.stage {
    case .before: return perform(op, node, &state, contact, now)
    case .deferring:
      if op.condition >= 0, times.holds(op.condition, &state, now) != .yes { return leave(op, &state, now) }
      if op.isTouch, isSuppressed(op, state) { return leave(op, &state, now) }
      return goThroughWindow(op, node, &state, contact, now)
    case .plain: return op.next
    case .listening, .outcome: return op.timeout
    case .round: return nextRound(op, node, &state, now)
    case .escalating: return tell(from: Int(state.person) + 1, op, node, &state, now)
    case .ended: return CohortProgram.To.nowhere
    }
  }

  // MARK: Answers

  mutating func reply(_ index: Int, _ state: inout State, _ contact: UInt32, _ now: Int32) {
    if isReply(index) { state.answer = UInt8(truncatingIfNeeded: index + 1) | State.answered }
    let target = target(ofReply: index, state)
    if target != CohortProgram.To.nowhere { return proceed(target, &state, contact, now) }
    // Only recorded.
    if brings[index] == .named { return }
    let until = times.after(program.away, now)
    (state.due, state.held) = times.moved(state.due, to: until == Self.none ? now : until, held: state.held)
  }

  private func isReply(_ index: Int) -> Bool { brings[index] == .classOfReply || brings[index] == .anyReply }

  /// Where an answer leads; nowhere where somebody is away, which holds the run.
  private func target(ofReply index: Int, _ state: State) -> Int32 {
    let nowhere = CohortProgram.To.nowhere
    let brings = brings[index]
    if brings == .optOut { return program.optedOut }
    let isNamed = brings != .anyReply
    let own = isNamed ? usable(program.anytime[index], state) : nowhere
    if state.stage == .listening {
      let cases = Int(program.ops[Int(state.node)].cases)
      let ofClass = program.classes[cases + index]
      if isNamed, ofClass != nowhere { return ofClass }
      let ofAny = program.classes[cases + program.plan.replies.count]
      if isReply(index), own == nowhere, ofAny != nowhere { return ofAny }
    }
    if own != nowhere { return own }
    if brings == .bounce { return program.undeliverable }
    if brings == .absence || brings == .named { return nowhere }
    let any = usable(program.anyReply, state)
    return any == nowhere ? program.replied : any
  }

  /// What a state becomes once it has been told an answer, but for the minute and the touches; where the state goes on
  /// stands in its due. Nil where it may go back to the wait, or where touches count.
  func alike(_ state: State, replying index: Int) -> State? {
    let target = target(ofReply: index, state)
    var alike = State()
    if CohortProgram.To.isEnd(target) {
      alike.due = target
      return alike
    }
    guard target >= 0, !program.leadsBack[Int(target)], !program.leadsToCounted[Int(target)] else { return nil }
    alike = state
    (alike.stage, alike.node, alike.due, alike.deadline) = (.before, 0, target, Self.none)
    (alike.touches, alike.person) = (0, 0)
    if isReply(index) {
      alike.answer = UInt8(truncatingIfNeeded: index + 1) | State.answered
      alike.lastTouch = Self.none
    }
    return alike
  }

  /// A target in `anytime` counts only while it lies ahead.
  private func usable(_ cases: [CohortProgram.Anytime], _ state: State) -> Int32 {
    for one in cases where one.bit < 0 || state.passed & (1 << UInt32(one.bit)) == 0 { return one.target }
    return CohortProgram.To.nowhere
  }

  // MARK: Verbs

  private mutating func handOver(_ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ now: Int32) -> Int32 {
    var until = Self.none
    if op.until >= 0 {
      until = times.resolve(op.until, &state, now)
      if until == Self.none { return op.next }
      if until < now, times.isData[Int(op.until)] {
        if op.ifPast == .target { return op.pastTarget }
        if op.ifPast == .skip { return op.next }
      }
    }
    guard op.delivers else { return op.next }
    handed.append(Handed(node: Int32(node), until: op.until >= 0 ? until : nil))
    noteRound(op, &state, now)
    if op.isTouch {
      if state.touches == .max { overflows = true } else { state.touches += 1 }
      state.lastTouch = max(state.lastTouch, now)
      state.answer &= ~State.answered
    }
    if op.until < 0 { return op.next }
    return until < now ? op.timeout : wait(node, .outcome, until, &state)
  }

  private mutating func plainWait(_ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ now: Int32) -> Int32 {
    let until = times.resolve(op.until, &state, now)
    if until == Self.none { return op.next }
    if until > now { return wait(node, .plain, until, &state) }
    let isPast = until < now && op.ifPast == .target && times.isData[Int(op.until)]
    return isPast ? op.pastTarget : op.next
  }

  private mutating func listen(_ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ now: Int32) -> Int32 {
    let until = times.resolve(op.until, &state, now)
    if until == Self.none { return op.next }
    if until >= now { return wait(node, .listening, until, &state) }
    return op.ifPast == .target && times.isData[Int(op.until)] ? op.pastTarget : op.timeout
  }

  private mutating func choose(_ op: CohortProgram.Op, _ state: inout State, _ now: Int32) -> Int32 {
    for index in Int(op.first)..<Int(op.first + op.count) {
      switch times.holds(program.choices[index].condition, &state, now) {
      case .yes: return program.choices[index].target
      case .no: continue
      case .failed: return op.next
      }
    }
    return op.target
  }

  private func divide(_ op: CohortProgram.Op, _ node: Int, _ state: State, _ contact: UInt32) -> Int32 {
    guard let split = program.splits[node], let enrolment = program.plan.days[Int(state.day)].enrolment else {
      return op.next
    }
    let arm = program.plan.arm(of: contact, enrolment, node, split) ?? .max
    return arm < Int(op.count) ? program.choices[Int(op.first) + arm].target : op.next
  }

  private mutating func tell(
    from person: Int, _ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ now: Int32
  ) -> Int32 {
    guard op.every >= 0 else {
      for _ in 0..<op.people {
        handed.append(Handed(node: Int32(node), until: nil))
        noteRound(op, &state, now)
      }
      return op.next
    }
    guard person < Int(op.people) else { return op.timeout }
    handed.append(Handed(node: Int32(node), until: nil))
    noteRound(op, &state, now)
    let due = times.after(op.every, now)
    if due == Self.none { return op.timeout }
    state.person = UInt8(truncatingIfNeeded: person)
    if person > 250 { overflows = true }
    return wait(node, .escalating, due, &state)
  }
}
