import FlowCore
import FlowTime

/// Touches that had to wait for capacity: the last look at them, and what counts from when they really left.
extension CompiledSteps {
  /// From what an instant counts.
  enum Counting: UInt8 { case arrival, step, neither }

  static func counting(_ when: CohortProgram.When) -> Counting {
    when.clock == .arrival ? .arrival : when.isFromStep ? .step : .neither
  }

  /// As ``Machine/mayLeave(_:_:_:planned:behind:at:_:)``; nobody has answered since it was counted, else it were
  /// stopped.
  /// - Parameter behind: how many come after it and have not left.
  mutating func mayLeave(_ touch: Waited, _ state: State, behind: Int, _ now: Int32) -> Leaving {
    let op = program.ops[Int(touch.node)]
    var apart = state
    apart.touches -= UInt8(min(Int(apart.touches), 1 + behind))
    if op.condition >= 0, times.holds(op.condition, &apart, now) != .yes { return .never }
    if isSuppressed(op, state) { return .never }
    var earliest = now
    if !op.liftsGap, gap >= 0, touch.since != Self.none {
      let end = times.after(gap, touch.since)
      if end != Self.none { earliest = max(earliest, end) }
    }
    if op.window >= 0 {
      earliest = times.open(op.window, earliest)
      if earliest == Self.none { return .never }
    }
    return earliest > now ? .later(earliest) : .now
  }

  /// As the machine does with what has left only now.
  mutating func wentOut(_ touch: Waited, _ state: inout State, _ now: Int32) {
    let op = program.ops[Int(touch.node)]
    let isArrival = !touch.isActedUpon || touch.arrived == touch.counted || touch.arrived == state.lastTouch
    let beganWithTouch = isArrival && touch.arrived >= touch.counted
    state.lastTouch = max(state.lastTouch, now)
    let isCountedFrom = moveInstants(op, touch.counted, &state, now)
    guard state.stage != .ended else { return }
    var due = Self.none
    if state.stage == .round {
      let isMoved = op.around > 0 && state.loop == op.around && state.second == now
      due = isMoved ? times.after(program.ops[Int(state.node)].every, now) : Self.none
    } else if let moment = moment(of: state) {
      let counting = counting[Int(moment)]
      if counting == .arrival && beganWithTouch || counting == .step && isCountedFrom {
        due = times.resolve(moment, &state, now)
        // Whether a hold has moved it is not known of a wait that began before.
        if touch.arrived == Self.none { overflows = true }
      }
    }
    if due != Self.none { state.due = max(due, touch.floor) }
  }

  /// Whether an instant that is counted from has moved.
  private func moveInstants(_ op: CohortProgram.Op, _ counted: Int32, _ state: inout State, _ now: Int32) -> Bool {
    if op.around > 0, state.round > 0, state.loop == op.around, state.second == counted { state.second = now }
    if op.slot == 0, state.first == counted { state.first = now }
    if op.slot == 1, state.second == counted { state.second = now }
    return op.slot >= 0
  }

  /// What makes due what it waits for, where that is counted anew.
  private func moment(of state: State) -> Int16? {
    let op = program.ops[Int(state.node)]
    let moment: Int16 =
      switch state.stage {
      case .before: op.due
      case .plain, .listening, .outcome: op.until
      case .deferring, .round, .escalating, .ended: -1
      }
    return moment >= 0 ? moment : nil
  }
}
