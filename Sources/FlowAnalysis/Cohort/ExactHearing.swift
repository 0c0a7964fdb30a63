import FlowCore
import FlowTime

/// What a state hears while it waits, cut into stretches.
extension ExactRun {
  /// What may be heard before the timer.
  mutating func hear(_ state: ExactState<W.State>, _ length: Int32) {
    for row in 1..<max(1, masses.rows) where state.flow.has(row) {
      let going = masses.sum(state.flow, row: row)
      let high = wait.longest(row, within: length)
      if isPutOff(going * wait.answered(row, from: 0, to: high)) {
        wait.later |= ExactFlow.bit(row)
        continue
      }
      let together = gather(state, row, through: high)
      hear(row, going, state, through: high) { together & 1 << UInt64($0) == 0 }
    }
    if wait.hasOutcomes {
      for (index, own) in outcomes[wait.node].enumerated() {
        let told = Told.outcome(node: wait.node, index: index)
        hear(told, own, mass(told, own, state, 0, length), state, through: length)
      }
    }
  }

  /// What those of a row who are going to answer say, of some classes.
  mutating func hear(
    _ row: Int, _ going: Double, _ state: ExactState<W.State>, through high: Int32, _ isOwn: (Int) -> Bool
  ) {
    let answered = going * wait.answered(row, from: 0, to: high)
    ending[row] = 0
    for index in rows.indices where rows[index] == row && isOwn(index) {
      hear(.reply(index), going * parts[index], answered * parts[index], state, through: high)
    }
    if ending[row] > 0 { last(row, ending[row], state, 0, high) }
  }

  /// So few answer that they may as well in the next wait. Of all contacts few do, as long as that many states do not
  /// come to more work than anybody waits for.
  mutating func isPutOff(_ mass: Double) -> Bool {
    guard mass < max(nobody, few * (1 - late / spare)) else { return false }
    late += mass
    return true
  }

  /// - Parameters:
  ///   - own: of an answer, how many are going to give it; of an outcome, its share.
  ///   - total: how many are told so.
  mutating func hear(
    _ told: Told, _ own: Double, _ total: Double, _ state: ExactState<W.State>, through high: Int32
  ) {
    guard high > 0, total > 0 else { return }
    if isWhole(total, high), case .reply(let index) = told, walker.alike(state.state, replying: index) == nil {
      return settleAtOnce(told, state, 0, high, total, of: own)
    }
    let last = result(of: told, state.state, state.contact, at: wait.at + high)
    var run: Stretch?
    if walker.looked || !last.isEnd {
      cut(told, own, total, state, 0, high, nil, last, &run)
    } else if case .reply(let index) = told {
      count(told, last, state, 0, high, total, of: own, times: 1)
      ending[rows[index]] += parts[index]
    } else {
      run = Stretch(low: 0, high: high, result: last)
    }
    flush(&run, told, own, state)
  }

  /// How many are told something in a stretch, after `low` and not after `high` minutes of the wait.
  mutating func mass(
    _ told: Told, _ own: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32
  ) -> Double {
    if case .reply(let index) = told { return own * wait.answered(rows[index], from: low, to: high) }
    return (0..<masses.rows).reduce(0) { $0 + mass($1, own, state, low, high) }
  }

  /// How many of a row come to an outcome in a stretch.
  private func mass(_ row: Int, _ own: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32) -> Double {
    state.flow.has(row) ? masses.sum(state.flow, row: row) * wait.came(own, row, from: low, to: high) : 0
  }

  /// The minute of a stretch after which somebody is told something in the mean.
  mutating func mean(
    _ told: Told, _ own: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32
  ) -> Double {
    if case .reply(let index) = told {
      return wait.hasOutcomes
        ? meanAnswer(rows[index], state, low, high) : wait.mean(ofAnswer: rows[index], from: low, to: high)
    }
    if state.flow.isSilent { return Double(low + 1 + high) / 2 }
    return mean(low, high) { run, minute in run.mass(told, own, state, minute, high) }
  }

  mutating func meanAnswer(_ row: Int, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32) -> Double {
    mean(low, high) { run, minute in run.wait.answered(row, from: minute, to: high) }
  }

  /// Minutes are summed over those whom nothing has been told yet, by the rule of Simpson.
  mutating func mean(_ low: Int32, _ high: Int32, _ left: (inout Self, Int32) -> Double) -> Double {
    let all = left(&self, low)
    guard high - low > 1, all > 0 else { return Double(low + 1 + high) / 2 }
    let parts = min(64, 2 * (1 + (high - low) / wait.slow))
    var sum = all
    for part in 1..<parts {
      let minute = low + Int32(Int64(high - low) * Int64(part) / Int64(parts))
      sum += left(&self, minute) * (part % 2 == 0 ? 2 : 4)
    }
    let within = sum / all * Double(high - low) / Double(3 * parts) + 0.5
    return min(Double(high), Double(low) + max(1, within))
  }

  /// So few are told something within so many minutes that nobody asks at which.
  func isWhole(_ total: Double, _ minutes: Int32) -> Bool {
    total < wait.least / 16 && (minutes <= widest && !isNoticed(4 * total, minutes) || total < scant)
  }

  /// So many at another time of so many minutes would be seen among all who come to the same on one day.
  func isNoticed(_ total: Double, _ minutes: Int32) -> Bool { !coarse.isOn && total * Double(minutes) > noticed }

  /// What somebody is told at some minute of a stretch.
  /// - Parameters:
  ///   - total: how many.
  ///   - first, last: what its ends come to, where that is known.
  ///   - run: what the minutes before the stretch come to, all of them, which is not settled yet.
  mutating func cut(
    _ told: Told, _ own: Double, _ total: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32,
    _ first: Result?, _ last: Result?, _ run: inout Stretch?
  ) {
    guard total > 0 else { return }
    if isWhole(total, high - low) {
      return settleAtOnce(told, state, low, high, total, of: own)
    }
    let last = last ?? result(of: told, state.state, state.contact, at: wait.at + high)
    let first = first ?? result(of: told, state.state, state.contact, at: wait.at + low + 1)
    let isShort = high - low <= 15
    if isShort || high - low <= shortest, isSame(first, last) {
      if let before = run, before.high == low, isSame(before.result, first) {
        run = Stretch(low: before.low, high: high, result: before.result)
      } else {
        flush(&run, told, own, state)
        run = Stretch(low: low, high: high, result: last)
      }
      return
    }
    let mean = Int32(mean(told, own, state, low, high))
    if total < wait.least, high - low <= widest, !isNoticed(total, high - low), moves(first, last, high - low - 1) {
      // So many may be at the wrong side of a midnight.
      if !isMixed || coarse.isOn, total * Double(high - low) > 4 * 1440 { blurred += total }
      // All of a morning find a window open that its ends do.
      let isOpen = first.count > 0 && high - low <= 240
      return settleAtOnce(told, state, low, high, total, of: own, isOpen: isOpen)
    }
    var middle = plan.quarter(of: wait.at + mean) - 1 - wait.at
    if middle <= low { middle += 15 }
    if isShort || middle >= high { return settleAtOnce(told, state, low, high, total, of: own) }
    let later = mass(told, own, state, middle, high)
    // Of what comes within minutes the last is nobody.
    if middle - low <= 15, later < scant { return settleAtOnce(told, state, low, high, total, of: own) }
    cut(told, own, mass(told, own, state, low, middle), state, low, middle, first, nil, &run)
    cut(told, own, later, state, middle, high, nil, last, &run)
  }

  /// The same happens, so many minutes later.
  mutating func moves(_ first: Result, _ last: Result, _ minutes: Int32) -> Bool {
    guard let from = first.wakes, let to = last.wakes, to - from == minutes || to == from,
      first.count == last.count, first.awaited == last.awaited
    else { return false }
    return handsSame(first, last)
  }

  mutating func flush(
    _ run: inout Stretch?, _ told: Told, _ own: Double, _ state: ExactState<W.State>
  ) {
    guard let stretch = run else { return }
    run = nil
    let (low, high) = (stretch.low, stretch.high)
    let total = mass(told, own, state, low, high)
    if stretch.result.isEnd { return settleEnd(told, stretch.result, state, low, high, total, of: own) }
    let stillHears = stillHears(told, stretch.result, state)
    guard stillHears || asks(stretch.result) else {
      let mean = mean(told, own, state, low, high)
      place(told, own, state, low, high, total, mean)
      let end = wait.evenly(mean, from: low, to: high)
      return settle(told, stretch.result, state, low, high, total, of: own, at: end)
    }
    // The outcome of what is asked counts from when it is; and what is heard later, not before.
    var from = low
    while from < high {
      let to = wait.piece(from, high, total)
      let (part, mean) = (mass(told, own, state, from, to), mean(told, own, state, from, to))
      let minutes = stillHears ? two(told, own, state, from, to, mean) : [(one(of: from, to, mean), 1)]
      for (minute, share) in minutes where share > 0 {
        place(told, own, state, from, to, part, mean)
        settle(told, stretch.result, state, from, to, part * share, of: own, at: minute, times: share)
      }
      from = to
    }
  }

  /// Two that stand for it, and their shares: quarters about as far from its mean as its minutes are, which have the
  /// same mean. Whoever hears less and less from then on hears as much.
  private mutating func two(
    _ told: Told, _ own: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32, _ mean: Double
  ) -> [(minute: Int32, share: Double)] {
    var mean = mean
    if case .outcome = told {
      // Of those who are going to answer: the others hear nothing.
      mean = self.mean(low, high) { run, minute in
        (1..<run.masses.rows).reduce(0) { $0 + run.mass($1, own, state, minute, high) }
      }
    }
    let spread = Double(wait.evenly(mean, from: low, to: high) - wait.at - low) / 12.0.squareRoot()
    let middle = Double(wait.at) + mean
    let quarter = plan.quarter(of: Int32(middle))
    let first = max(wait.at + low, min(quarter, plan.quarter(of: Int32(middle - spread) + 7)))
    let second = min(wait.at + high, max(quarter + 15, plan.quarter(of: Int32(middle + spread) + 7)))
    let later = min(1, max(0, (middle - Double(first)) / Double(max(1, second - first))))
    return [(first, 1 - later), (second, later)]
  }

  /// Something is handed over that has an outcome, and is waited for.
  private mutating func asks(_ result: Result) -> Bool {
    let node = Int(result.awaited)
    return node >= 0 && outcomeShares[node] > 0 && hands(result, node)
  }

  /// The minute that stands for a stretch: the quarter next to its mean. Where stretches are many it is now an earlier
  /// and now a later one, as if what comes had been drawn; else all would go on at few times of the day.
  private mutating func one(of low: Int32, _ high: Int32, _ mean: Double) -> Int32 {
    guard isMixed, high - low > 15 else { return near(wait.at + Int32(mean), 15, low, high) }
    turn = (turn + 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
    let last = wait.evenly(mean, from: low, to: high)
    return near(wait.at + low + 1 + Int32(turn * Double(last - wait.at - low)), grid, low, high)
  }

  /// The nearest part of the day, of so many minutes, in a stretch; of a quarter of an hour where that lies outside.
  private func near(_ minute: Int32, _ part: Int32, _ low: Int32, _ high: Int32) -> Int32 {
    let near = plan.part(part, of: minute + part / 2)
    if near >= wait.at + low, near <= wait.at + high { return near }
    return part > 15 ? self.near(minute, 15, low, high) : max(wait.at + low, plan.quarter(of: minute))
  }

  /// Something else may be heard once a stretch's own has come.
  private mutating func stillHears(_ told: Told, _ result: Result, _ state: ExactState<W.State>) -> Bool {
    if case .outcome = told { return !state.flow.isSilent }
    return wait.hasOutcomes && Int(result.awaited) == wait.node
  }

  /// One minute of a stretch stands for all.
  mutating func settleAtOnce(
    _ told: Told, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32, _ total: Double,
    of own: Double, isOpen: Bool = false
  ) {
    let mean = mean(told, own, state, low, high)
    if self.isOpen, settleApart(told, state, low, high, total, of: own, Double(wait.at) + mean) { return }
    var minute = one(of: low, high, mean)
    var result = result(of: told, state.state, state.contact, at: minute)
    if minute == wait.at, result.count > 0 {
      // Whoever is asked again answers later: else nothing would ever end.
      minute = wait.at + max(1, Int32(mean))
      result = self.result(of: told, state.state, state.contact, at: minute)
    }
    if result.isEnd { return settleEnd(told, result, state, low, high, total, of: own) }
    if !isOpen, waitsForWindow(result) { place(at: minute) } else { place(told, own, state, low, high, total, mean) }
    settle(told, result, state, low, high, total, of: own, at: minute)
  }

  /// Two minutes stand for all of a long stretch, such that their mean is its: whole parts of the day, where others
  /// meet them. False where that cannot be.
  mutating func settleApart(
    _ told: Told, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32, _ total: Double, of own: Double,
    _ mean: Double
  ) -> Bool {
    let part = ExactRun.part
    let first = plan.part(part, of: Int32(mean))
    guard first > wait.at + low, first + part <= wait.at + high else { return false }
    let second = (mean - Double(first)) / Double(part)
    for (minute, share) in [(first, 1 - second), (first + part, second)] where share > 0 {
      let result = result(of: told, state.state, state.contact, at: minute)
      if result.isEnd {
        settleEnd(told, result, state, low, high, total * share, of: own, times: share)
      } else {
        place(at: minute)
        settle(told, result, state, low, high, total * share, of: own, at: minute, times: share)
      }
    }
    return true
  }

  /// In minutes, three hours.
  static var part: Int32 { 180 }

  /// A stretch, wherever in it, comes to the end of the run.
  mutating func settleEnd(
    _ told: Told, _ result: Result, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32, _ total: Double,
    of own: Double, times: Double = 1
  ) {
    count(told, result, state, low, high, total, of: own, times: times)
    if case .reply(let index) = told { return last(rows[index], parts[index] * times, state, low, high) }
    var from = low
    while from < high {
      let to = state.flow.isSilent ? high : wait.piece(from, high, total)
      let until = wait.evenly(mean(told, own, state, from, to), from: from, to: to)
      for row in 0..<masses.rows where state.flow.has(row) {
        let part = share(told, own, row, from, to) * times
        if part > 0 {
          ends.add(part, of: state.flow, rows: row..<row + 1, &masses, from: wait.at + from, to: until, &tally)
        }
      }
      from = to
    }
  }

  /// What is settled next comes within a stretch, in the mean after so many minutes of the wait.
  mutating func place(
    _ told: Told, _ own: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32, _ total: Double,
    _ mean: Double
  ) {
    pieces.removeAll(keepingCapacity: true)
    var from = low
    while from < high {
      let to = state.flow.isSilent ? high : wait.piece(from, high, total)
      let isWhole = from == low && to == high
      let part = isWhole ? 1 : mass(told, own, state, from, to) / total
      let mean = isWhole ? mean : self.mean(told, own, state, from, to)
      let until = wait.evenly(mean, from: from, to: to)
      pieces.append(Piece(from: wait.at + from, to: until, part: part))
      from = to
    }
  }

  mutating func count(
    _ told: Told, _ result: Result, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32, _ total: Double,
    of own: Double, times: Double
  ) {
    note(told, total)
    rough += total * state.rough
    var part = 1.0
    if state.flow.isCounted {
      let row = if case .reply(let index) = told { rows[index] } else { 0 }
      part = share(told, own, row, low, high) * times
    }
    end(walker.outcome(of: result.state), result.state.touchCount, part, of: state.flow, total)
  }

  /// How long those took who end with an answer in a stretch: a part of a row. It is told in pieces.
  mutating func last(_ row: Int, _ part: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32) {
    let going = masses.sum(state.flow, row: row) * part
    let total = going * wait.answered(row, from: low, to: high)
    var from = low
    while from < high {
      let to = wait.piece(from, high, total)
      let mean = wait.hasOutcomes ? meanAnswer(row, state, from, to) : wait.mean(ofAnswer: row, from: from, to: to)
      ends.add(
        part * wait.answered(row, from: from, to: to), of: state.flow, rows: row..<row + 1, &masses,
        from: wait.at + from,
        to: wait.evenly(mean, from: from, to: to), &tally)
      from = to
    }
  }

  /// Of a row, who is told something in a stretch.
  mutating func share(_ told: Told, _ own: Double, _ row: Int, _ low: Int32, _ high: Int32) -> Double {
    guard case .reply(let index) = told else { return wait.came(own, row, from: low, to: high) }
    return row == rows[index] ? parts[index] * wait.answered(row, from: low, to: high) : 0
  }

  mutating func note(_ told: Told, _ total: Double) {
    switch told {
    case .timer: break
    case .reply(let index): tally.answer(index, total)
    case .outcome(let node, let index): tally.outcome(index, of: node, total)
    }
  }

  /// A whole stretch comes to one result, when ``pieces`` say.
  mutating func settle(
    _ told: Told, _ result: Result, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32,
    _ total: Double, of own: Double, at minute: Int32, times: Double = 1
  ) {
    note(told, total)
    let flow =
      if case .reply(let index) = told {
        masses.silenced(state.flow, row: rows[index], part: share(told, own, rows[index], low, high) * times)
      } else {
        masses.part(state.flow, wait, own * times, from: low, to: high)
      }
    // An outcome comes once, though its step may wait on, held.
    if case .outcome = told { return settle(result, state, flow, at: minute, before: -1) }
    settle(result, state, flow, at: minute, before: wait.node)
  }
}
