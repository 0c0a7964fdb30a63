import FlowCore
import FlowTime

/// Rounds of a `repeat`, and holds.
extension CompiledSteps {
  // MARK: Rounds

  func noteRound(_ op: CohortProgram.Op, _ state: inout State, _ now: Int32) {
    if op.around > 0, state.round > 0, state.loop == op.around, state.second == Self.none { state.second = now }
  }

  mutating func startRound(_ round: Int, _ op: CohortProgram.Op, _ state: inout State, _ now: Int32) -> Int32 {
    if round > 255 { overflows = true }
    state.round = UInt8(truncatingIfNeeded: round)
    state.loop = op.loop
    state.first = now
    state.second = Self.none
    return op.target
  }

  mutating func endRound(_ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ now: Int32) -> Int32 {
    guard Int32(state.round) < op.times, stops(op, &state, now) == .no else { return leaveLoop(op, &state) }
    let next = times.after(op.every, state.second == Self.none ? state.first : state.second)
    if next == Self.none { return leaveLoop(op, &state) }
    return next > now ? wait(node, .round, next, &state) : nextRound(op, node, &state, now)
  }

  mutating func nextRound(_ op: CohortProgram.Op, _ node: Int, _ state: inout State, _ now: Int32) -> Int32 {
    guard state.round > 0, state.loop == op.loop else { return op.next }
    guard stops(op, &state, now) == .no else { return leaveLoop(op, &state) }
    return startRound(Int(state.round) + 1, op, &state, now)
  }

  mutating func stops(_ op: CohortProgram.Op, _ state: inout State, _ now: Int32) -> CohortTimes.Truth {
    let condition = program.choices[Int(op.first)].condition
    return condition < 0 ? .no : times.holds(condition, &state, now)
  }

  func leaveLoop(_ op: CohortProgram.Op, _ state: inout State) -> Int32 {
    state.round = 0
    return op.next
  }

  // MARK: Holds

  mutating func hold(_ hold: Hold, _ state: inout State, _ now: Int32) {
    var until = hold.fallback.map { times.after($0, now) } ?? now
    if until == Self.none { until = now }
    if case .event? = hold.until {
      state.deadline = max(now, times.limited(until, from: state.due, held: state.held))
      return
    }
    if case .moment(let moment)? = hold.until {
      let known = times.resolve(moment, &state, arrived: now)
      if known != Self.none, known >= now { until = known }
    }
    (state.due, state.held) = times.moved(state.due, to: until, held: state.held)
  }
}
