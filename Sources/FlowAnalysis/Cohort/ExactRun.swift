import FlowCore
import FlowTime

/// The distribution of a cohort, computed on the graph in place of sampled: states with their probabilities are carried
/// from minute to minute by the walker, for starts that stand for the contacts' own.
///
/// An answer that is due is memoryless, so of it a state keeps nothing but that there is one, by class. Where an answer
/// or an outcome may come at any minute of a wait, the wait is cut into stretches: one, where both its ends lead to the
/// same; else in two at the quarter of an hour in which what comes does in the mean, until a quarter or little is left.
/// How much falls into a stretch is the sum over its minutes, not an estimate; what is told at different minutes of one
/// counts as told at the beginning of the mean's quarter. So instants that move with what is told, as the end of a hold
/// does, fall on quarters, and meet again. States that have become equal are one, whenever their contacts came. Of few
/// nothing is heard in one wait; they wait for the next, where they have met others (see ``Cohort/Resolution``).
struct ExactRun<W: Walker> {
  /// What being told something comes to.
  private struct Result {
    var state: W.State
    /// What was handed over: so many in ``ExactRun/handed``.
    var from: Int
    var count: Int
    var wakes: Int32?
    var awaited: Int32
  }

  private let plan: CohortPlan
  private(set) var walker: W
  private var tally: CohortTally
  private var queue = ExactQueue<W.State>()
  private var masses: ExactMasses
  private var ends: ExactEnds
  /// Of the state at hand.
  private var wait: ExactWait
  /// By what the state at hand has been told.
  private var handed: [Handed] = []
  /// When those of each start came.
  private let arrivals: [Int32]
  /// How many contacts a start stands for.
  private let weight: Double
  /// The share of one start that is not worth cutting.
  private let grain: Double
  /// So few contacts answer in a later wait.
  private let few: Double
  /// Of whoever is asked: by row from the second on, who is going to answer.
  private let shares: [Double]
  /// The row of each class: one for all that take equally long. Of those who are going to answer so, who does with it.
  private let rows: [Int]
  private let parts: [Double]
  /// By row from the second on, the largest of its parts.
  private let largest: [Double]
  private let isAnswered: [Bool]
  private let hasWindow: [Bool]
  /// By step, of its outcomes, and all together.
  private let outcomes: [[Double]]
  private let outcomeShares: [Double]

  init(_ plan: CohortPlan, _ walker: W, _ resolution: Cohort.Resolution) {
    func shares(_ upTo: [UInt64]) -> [Double] {
      zip(upTo, [0] + upTo).map { Double($0 - $1) / 4_294_967_296 }
    }
    self.plan = plan
    self.walker = walker
    let (starts, span) = (
      max(1, min(resolution.starts, plan.cohort.contacts, plan.cohort.spanMinutes)), plan.cohort.spanMinutes
    )
    // The middle of its part of the span, on a quarter.
    arrivals = (0..<starts).map { max(0, plan.quarter(of: Int32((2 * $0 + 1) * span / (2 * starts)))) }
    ends = ExactEnds(arrivals: arrivals)
    weight = Double(plan.cohort.contacts) / Double(starts)
    grain = resolution.stretch
    few = resolution.answers * Double(plan.cohort.contacts)
    let paces = plan.answers.reduce(into: [Int]()) { if !$0.contains($1.median) { $0.append($1.median) } }
    let (all, rows) = (
      shares(plan.replies.map(\.upTo)), plan.answers.map { (paces.firstIndex(of: $0.median) ?? 0) + 1 }
    )
    let sums = paces.indices.map { row in zip(all, rows).reduce(0) { $0 + ($1.1 == row + 1 ? $1.0 : 0) } }
    self.shares = sums
    self.rows = rows
    parts = zip(all, rows).map { $0 / sums[$1 - 1] }
    largest = paces.indices.map { row in zip(all, rows).reduce(0) { max($0, $1.1 == row + 1 ? $1.0 : 0) } / sums[row] }
    isAnswered = plan.steps.map { $0.isAnswered && !plan.replies.isEmpty }
    hasWindow = plan.steps.map { $0.window != nil }
    outcomes = plan.steps.map { shares($0.outcomes.map(\.upTo)) }
    outcomeShares = outcomes.map { $0.reduce(0, +) }
    masses = ExactMasses(rows: sums.count + 1, starts: starts)
    wait = ExactWait(answers: paces.compactMap { median in plan.answers.first { $0.median == median } })
    tally = CohortTally(plan)
  }

  mutating func follow(_ progress: (Int) -> Void) {
    var arms = SplitArms(plan)
    for (number, minute) in arrivals.enumerated() {
      let day = plan.day(ofArrival: minute)
      guard let enrolment = plan.days[day].enrolment else {
        tally.refuse(because: plan.days[day].because, weight)
        continue
      }
      for way in arms.ways(enrolment) {
        handed.removeAll(keepingCapacity: true)
        walker.start(0, contact: way.contact, day: day, at: minute)
        let from = ExactState(
          state: walker.state(0, at: minute), given: 0, until: 0, contact: way.contact,
          flow: masses.begin(number, weight * way.share))
        settle(result(at: minute), from, from.flow, from: minute, to: minute, at: minute, before: -1)
      }
    }
    var states: [ExactState<W.State>] = []
    var rounds = 0
    while let minute = queue.pop(into: &states, &masses) {
      for index in states.indices { advance(states[index], at: minute) }
      states.removeAll(keepingCapacity: true)
      rounds += 1
      if rounds & 255 == 0 { progress(Int(tally.weightEnded)) }
    }
    ends.countAll(&tally)
  }

  var figures: CohortFigures { tally.figures(lost: [:], isSampled: false) }

  // MARK: Going on

  private mutating func result(at minute: Int32) -> Result {
    let result = Result(
      state: walker.state(0, at: minute), from: handed.count, count: walker.handed.count,
      wakes: walker.wakes(0), awaited: walker.awaited(0))
    if result.count > 0 {
      for index in 0..<result.count { handed.append(walker.handed[index]) }
      walker.handed.removeAll(keepingCapacity: true)
    }
    return result
  }

  private mutating func result(of told: Told, _ state: W.State, _ contact: UInt32, at minute: Int32) -> Result {
    walker.put(state, 0)
    walker.tell(0, told, contact: contact, at: minute)
    return result(at: minute)
  }

  // What only reads is `mutating`, too: else a copy of everything would be made for it.

  /// Nothing but the minute is another.
  private mutating func isSame(_ one: Result, _ other: Result) -> Bool {
    guard one.count == other.count, one.state == other.state else { return false }
    for index in 0..<one.count where handed[one.from + index].node != handed[other.from + index].node { return false }
    return true
  }

  private mutating func hands(_ result: Result, _ node: Int) -> Bool {
    for index in 0..<result.count where Int(handed[result.from + index].node) == node { return true }
    return false
  }

  /// Something was handed over that is not at any minute.
  private mutating func waitsForWindow(_ result: Result) -> Bool {
    for index in 0..<result.count where hasWindow[Int(handed[result.from + index].node)] { return true }
    return false
  }

  /// A state waits from a minute on: what comes of it until its timer, and by that.
  private mutating func advance(_ state: ExactState<W.State>, at minute: Int32) {
    handed.removeAll(keepingCapacity: true)
    walker.put(state.state, 0)
    guard let wakes = walker.wakes(0), wakes <= Cohort.horizon else {
      return end("", state.flow, from: Int32(Cohort.horizon), to: Int32(Cohort.horizon), isLate: true)
    }
    let node = Int(walker.awaited(0))
    wait.begin(
      at: minute, given: state.given, until: state.until, node: node, share: node >= 0 ? outcomeShares[node] : 0,
      least: grain * weight * Double(state.flow.count))
    let length = max(0, wakes - minute)
    if length > 0 { hear(state, length) }
    var flow = state.flow
    masses.keep(&flow, wait, after: length)
    if flow.isEmpty { return masses.drop(flow) }
    let result = result(of: .timer, state.state, state.contact, at: wakes)
    settle(result, state, flow, from: wakes, to: wakes, at: wakes, before: node)
  }

  /// What may be heard before the timer.
  private mutating func hear(_ state: ExactState<W.State>, _ length: Int32) {
    for row in 1..<max(1, masses.rows) where state.flow.has(row) {
      let going = masses.sum(state.flow, row: row)
      let high = wait.longest(row, within: length)
      let most = going * wait.answered(row, from: 0, to: high)
      if most * largest[row - 1] < few {
        wait.later |= ExactFlow.bit(row)
      } else {
        for index in 0..<rows.count where rows[index] == row {
          cut(.reply(index), going * parts[index], state, 0, high)
        }
      }
    }
    if wait.hasOutcomes {
      for (index, own) in outcomes[wait.node].enumerated() {
        cut(.outcome(node: wait.node, index: index), own, state, 0, length)
      }
    }
  }

  private mutating func row(of told: Told) -> Int? {
    if case .reply(let index) = told { rows[index] } else { nil }
  }

  /// How many are told something in a stretch, after `low` and not after `high` minutes of the wait.
  private mutating func mass(
    _ told: Told, _ own: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32
  ) -> Double {
    if case .reply(let index) = told { return own * wait.answered(rows[index], from: low, to: high) }
    var mass = 0.0
    for row in 0..<masses.rows where state.flow.has(row) {
      mass += masses.sum(state.flow, row: row) * wait.came(own, row, from: low, to: high)
    }
    return mass
  }

  /// What somebody is told at some minute of a stretch.
  /// - Parameters:
  ///   - own: of an answer, how many are going to give it; of an outcome, its share.
  ///   - first, last: what its ends come to, where that is known.
  private mutating func cut(
    _ told: Told, _ own: Double, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32,
    _ first: Result? = nil, _ last: Result? = nil
  ) {
    let total = mass(told, own, state, low, high)
    guard total > 0 else { return }
    if total < wait.least { return settleAtOnce(told, state, low, high, total, of: own) }
    let last = last ?? result(of: told, state.state, state.contact, at: wait.at + high)
    let first = first ?? result(of: told, state.state, state.contact, at: wait.at + low + 1)
    let mean = wait.mean(ofRow: row(of: told), from: low, to: high)
    if isSame(first, last) {
      let to = wait.evenly(mean, from: low, to: high)
      return settle(told, last, state, low, high, total, of: own, from: wait.at + low, to: to, at: to)
    }
    var middle = plan.quarter(of: wait.at + mean) - 1 - wait.at
    if middle <= low { middle += 15 }
    if middle >= high || mass(told, own, state, middle, high) < wait.least {
      return settleAtOnce(told, state, low, high, total, of: own)
    }
    cut(told, own, state, low, middle, first, nil)
    cut(told, own, state, middle, high, nil, last)
  }

  /// One minute of a stretch stands for all.
  private mutating func settleAtOnce(
    _ told: Told, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32, _ total: Double,
    of own: Double
  ) {
    let mean = wait.mean(ofRow: row(of: told), from: low, to: high)
    var minute = max(wait.at + low, plan.quarter(of: wait.at + mean))
    var result = result(of: told, state.state, state.contact, at: minute)
    if minute == wait.at, result.count > 0 {
      // Whoever is asked again answers later: else nothing would ever end.
      minute = wait.at + max(1, mean)
      result = self.result(of: told, state.state, state.contact, at: minute)
    }
    var (from, to) = (wait.at + low, wait.evenly(mean, from: low, to: high))
    if waitsForWindow(result) { (from, to) = (minute - 1, minute) }
    settle(told, result, state, low, high, total, of: own, from: from, to: to, at: minute)
  }

  /// A whole stretch comes to one result.
  private mutating func settle(
    _ told: Told, _ result: Result, _ state: ExactState<W.State>, _ low: Int32, _ high: Int32,
    _ total: Double, of own: Double, from: Int32, to: Int32, at minute: Int32
  ) {
    switch told {
    case .timer: break
    case .reply(let index):
      tally.answer(index, total)
      let (row, part) = (rows[index], total / masses.sum(state.flow, row: rows[index]))
      if result.wakes == nil, result.count == 0 {
        walker.put(result.state, 0)
        tally.end(walker.outcome(0), touches: walker.touches(0), total)
        return ends.add(part, of: state.flow, rows: row..<row + 1, masses, from: from, to: to, &tally)
      }
      let flow = masses.silenced(state.flow, row: row, part: part)
      settle(result, state, flow, from: from, to: to, at: minute, before: wait.node)
    case .outcome(let node, let index):
      tally.outcome(index, of: node, total)
      let flow = masses.part(state.flow, wait, own, from: low, to: high)
      settle(result, state, flow, from: from, to: to, at: minute, before: wait.node)
    }
  }

  /// Counts what has been handed over, and queues what waits. Where nobody is going to answer and no outcome is waited
  /// for, nothing can come of it until the timer, and that is told at once.
  private mutating func settle(
    _ result: Result, _ before: ExactState<W.State>, _ flow: ExactFlow, from: Int32, to: Int32, at minute: Int32,
    before node: Int
  ) {
    var (result, from, to, minute, node) = (result, from, to, minute, node)
    var next = before
    next.flow = flow
    let total = masses.sum(flow)
    while true {
      if Int(result.awaited) != node || hands(result, node) { (next.given, next.until) = (0, 0) }
      if result.count > 0 { note(result, &next, total, from: from, to: to, at: minute) }
      guard let wakes = result.wakes else {
        walker.put(result.state, 0)
        return end(walker.outcome(0), next.flow, from: from, to: to)
      }
      if wakes > minute {
        guard next.flow.isSilent, result.awaited < 0, wakes <= Cohort.horizon else { break }
        (from, to, minute) = (wakes, wakes, wakes)
      }
      node = Int(result.awaited)
      result = self.result(of: .timer, result.state, next.contact, at: minute)
    }
    next.state = result.state
    if next.flow.isSilent, !next.flow.isCounted, let (apart, touches) = walker.countedApart(next.state),
      touches < ExactMasses.touches
    {
      next.state = apart
      masses.count(&next.flow, touches: touches)
    }
    queue.push(next, tag: walker.tag(next.state), at: minute)
  }

  private mutating func note(
    _ result: Result, _ next: inout ExactState<W.State>, _ total: Double, from: Int32, to: Int32, at minute: Int32
  ) {
    for index in result.from..<(result.from + result.count) {
      let handed = handed[index]
      let node = Int(handed.node)
      tally.leave(node, after: from, through: to, total)
      if isAnswered[node] { masses.ask(&next.flow, shares) }
      if let end = handed.until, end > minute, !outcomes[node].isEmpty, result.awaited == handed.node {
        (next.given, next.until) = (minute, end)
      }
    }
  }

  /// - Parameter isLate: they still live; the minutes count from their start.
  private mutating func end(_ outcome: String, _ flow: ExactFlow, from: Int32, to: Int32, isLate: Bool = false) {
    let touches = walker.touches(0)
    if flow.isCounted {
      for before in 0..<ExactMasses.touches {
        let mass = masses.sum(flow, touches: before)
        if mass > 0 { tally.end(outcome, touches: before + touches, mass) }
      }
    } else {
      tally.end(outcome, touches: touches, masses.sum(flow))
    }
    if isLate {
      tally.last(after: from, through: to, masses.sum(flow))
    } else {
      ends.add(1, of: flow, rows: 0..<masses.rows, masses, from: from, to: to, &tally)
    }
    masses.drop(flow)
  }
}
