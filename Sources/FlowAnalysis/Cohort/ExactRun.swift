import FlowCore
import FlowTime

/// The distribution of a cohort, computed on the graph in place of sampled: states with their probabilities are carried
/// from minute to minute by the walker, for starts that stand for the contacts' own.
///
/// An answer that is due is memoryless, so of it a state keeps nothing but that there is one, by class. Where an answer
/// or an outcome may come at any minute of a wait, the wait is cut into stretches: one, where both its ends lead to the
/// same; else halves, down to an hour or to a probability that moves nothing. How much falls into a stretch is the
/// sum over its minutes, not an estimate. States that have become equal are one, whenever their contacts came: after a
/// weekend in which nobody writes, few are left.
struct ExactRun<W: Walker> {
  /// What being told something comes to.
  private struct Result {
    var state: W.State
    /// What was handed over: mostly nothing or one.
    var handed: Handed?
    var more: [Handed] = []
    var wakes: Int32?
    var awaited: Int32

    /// Nothing but the minute is another.
    func isSame(as other: Result) -> Bool {
      state == other.state && handed?.node == other.handed?.node
        && more.elementsEqual(other.more, by: { $0.node == $1.node })
    }

    func hands(_ node: Int) -> Bool {
      handed.map { Int($0.node) == node } ?? false || more.contains { Int($0.node) == node }
    }
  }

  private let plan: CohortPlan
  private(set) var walker: W
  private var tally: CohortTally
  private var queue = ExactQueue<W.State>()
  /// When those of each start came.
  private var arrivals: [Int32] = []
  /// Those of whom something is being found out.
  private var flow: ExactFlow
  /// The share of one start that is not worth cutting.
  private let grain: Double
  /// Of whoever is asked: by class, who is going to answer.
  private let shares: [Double]
  private let isAnswered: [Bool]
  /// By step, of its outcomes.
  private let outcomes: [[Double]]

  /// - Parameter grain: of one start's probability: so little is not cut further.
  init(_ plan: CohortPlan, _ walker: W, grain: Double = 0.01) {
    func shares(_ upTo: [UInt64]) -> [Double] {
      zip(upTo, [0] + upTo).map { Double($0 - $1) / 4_294_967_296 }
    }
    self.plan = plan
    self.walker = walker
    self.grain = grain
    self.shares = shares(plan.replies.map(\.upTo))
    isAnswered = plan.steps.map { $0.isAnswered && !plan.replies.isEmpty }
    outcomes = plan.steps.map { shares($0.outcomes.map(\.upTo)) }
    flow = ExactFlow(classes: plan.replies.count)
    tally = CohortTally(plan)
  }

  /// - Parameter starts: how many stand for all.
  mutating func follow(starts: Int, _ progress: (Int) -> Void) {
    let starts = max(1, min(starts, plan.cohort.contacts, plan.cohort.spanMinutes))
    var arms = SplitArms(plan)
    let weight = Double(plan.cohort.contacts) / Double(starts)
    for number in 0..<starts {
      // The middle of its part of the span.
      let minute = Int32((2 * number + 1) * plan.cohort.spanMinutes / (2 * starts))
      arrivals.append(minute)
      let day = plan.day(ofArrival: minute)
      guard let enrolment = plan.days[day].enrolment else {
        tally.refuse(because: plan.days[day].because, weight)
        continue
      }
      for way in arms.ways(enrolment) {
        walker.start(0, contact: way.contact, day: day, at: minute)
        flow.begin(number, weight * way.share)
        settle(result(at: minute), from: minute, to: minute, at: minute, way.contact, given: 0, until: 0, before: -1)
      }
    }
    var states: [ExactState<W.State>] = []
    var rounds = 0
    while let minute = queue.pop(into: &states) {
      for state in states { advance(state, at: minute, weight) }
      states.removeAll(keepingCapacity: true)
      rounds += 1
      if rounds & 255 == 0 { progress(Int(tally.weightEnded)) }
    }
  }

  var figures: CohortFigures { tally.figures(lost: [:], isSampled: false) }

  // MARK: Going on

  private mutating func result(at minute: Int32) -> Result {
    var result = Result(state: walker.state(0, at: minute), wakes: walker.wakes(0), awaited: walker.awaited(0))
    if !walker.handed.isEmpty {
      result.handed = walker.handed.first
      if walker.handed.count > 1 { result.more = Array(walker.handed.dropFirst()) }
      while walker.handed.popLast() != nil {}
    }
    return result
  }

  private mutating func result(of told: Told, _ state: W.State, _ contact: UInt32, at minute: Int32) -> Result {
    walker.put(state, 0)
    walker.tell(0, told, contact: contact, at: minute)
    return result(at: minute)
  }

  /// A state waits from a minute on: what comes of it until its timer, and by that.
  private mutating func advance(_ state: ExactState<W.State>, at minute: Int32, _ weight: Double) {
    walker.put(state.state, 0)
    guard let wakes = walker.wakes(0), wakes <= Cohort.horizon else {
      flow = state.flow
      return end("", from: Int32(Cohort.horizon), to: Int32(Cohort.horizon), isLate: true)
    }
    let node = Int(walker.awaited(0))
    let wait = ExactWait(
      answers: plan.answers, at: minute, given: state.given, until: state.until, node: node,
      share: node >= 0 && state.until > state.given ? outcomes[node].reduce(0, +) : 0, least: grain * weight * Double(state.flow.count))
    let length = max(0, wakes - minute)
    if length > 0 { hear(state, wait, length) }
    flow.take(state.flow, parts: wait.left(after: length))
    guard flow.sum > 0 else { return }
    let result = result(of: .timer, state.state, state.contact, at: wakes)
    settle(
      result, from: wakes, to: wakes, at: wakes, state.contact, given: state.given, until: state.until, before: node)
  }

  /// What may be heard before the timer.
  private mutating func hear(_ state: ExactState<W.State>, _ wait: ExactWait, _ length: Int32) {
    for index in shares.indices {
      let going = state.flow.sum(row: index + 1)
      if going > 0 { cut(.reply(index), going, state, wait, 0, length) }
    }
    if wait.hasOutcomes {
      for (index, own) in outcomes[wait.node].enumerated() {
        cut(.outcome(node: wait.node, index: index), own, state, wait, 0, length)
      }
    }
  }

  /// What somebody is told at some minute of a stretch, after `low` and not after `high` minutes of the wait.
  /// - Parameters:
  ///   - own: of an answer, how many are going to give it; of an outcome, its share.
  ///   - first, last: what its ends come to, where that is known.
  private mutating func cut(
    _ told: Told, _ own: Double, _ state: ExactState<W.State>, _ wait: ExactWait, _ low: Int32, _ high: Int32,
    _ first: Result? = nil, _ last: Result? = nil
  ) {
    let (parts, total): ([Double], Double)
    if case .reply(let index) = told {
      parts = []
      total = own * wait.answered(index, from: low, to: high)
    } else {
      parts = wait.came(own, from: low, to: high)
      total = state.flow.sum(parts: parts)
    }
    guard total > 0 else { return }
    if high - low <= 60 || total < wait.least {
      // One minute of it stands for all.
      let middle = (low + 1 + high) / 2
      let result = result(of: told, state.state, state.contact, at: wait.at + middle)
      return settle(told, result, state, wait, middle - 1, middle, parts, total, of: own)
    }
    let last = last ?? result(of: told, state.state, state.contact, at: wait.at + high)
    let first = first ?? result(of: told, state.state, state.contact, at: wait.at + low + 1)
    if first.isSame(as: last) { return settle(told, last, state, wait, low, high, parts, total, of: own) }
    let middle = (low + high) / 2
    cut(told, own, state, wait, low, middle, first, nil)
    cut(told, own, state, wait, middle, high, nil, last)
  }

  /// A whole stretch comes to one result.
  private mutating func settle(
    _ told: Told, _ result: Result, _ state: ExactState<W.State>, _ wait: ExactWait, _ low: Int32, _ high: Int32,
    _ parts: [Double], _ total: Double, of own: Double
  ) {
    switch told {
    case .timer: break
    case .reply(let index):
      tally.answer(index, total)
      flow.take(state.flow, row: index + 1, part: total / own)
    case .outcome(let node, let index):
      tally.outcome(index, of: node, total)
      flow.take(state.flow, parts: parts)
    }
    settle(
      result, from: wait.at + low, to: wait.at + high, at: wait.at + high, state.contact, given: state.given,
      until: state.until, before: wait.node)
  }

  /// Counts what has been handed over, and queues what waits.
  private mutating func settle(
    _ result: Result, from: Int32, to: Int32, at minute: Int32, _ contact: UInt32, given: Int32, until: Int32,
    before: Int
  ) {
    var (given, until) = (given, until)
    if Int(result.awaited) != before || result.hands(before) { (given, until) = (0, 0) }
    func note(_ handed: Handed, _ total: Double) {
      let node = Int(handed.node)
      tally.leave(node, after: from, through: to, total)
      if isAnswered[node] { flow.ask(shares) }
      if let end = handed.until, end > minute, !outcomes[node].isEmpty, result.awaited == handed.node {
        (given, until) = (minute, end)
      }
    }
    if let handed = result.handed {
      let total = flow.sum
      note(handed, total)
      for handed in result.more { note(handed, total) }
    }
    guard let wakes = result.wakes else {
      walker.put(result.state, 0)
      return end(walker.outcome(0), from: from, to: to)
    }
    if wakes <= minute {
      let next = self.result(of: .timer, result.state, contact, at: minute)
      return settle(
        next, from: from, to: to, at: minute, contact, given: given, until: until, before: Int(result.awaited))
    }
    queue.push(
      ExactState(state: result.state, given: given, until: until, contact: contact, flow: flow),
      tag: walker.tag(result.state), at: minute)
  }

  /// - Parameter isLate: they still live; the minutes count from their start.
  private mutating func end(_ outcome: String, from: Int32, to: Int32, isLate: Bool = false) {
    tally.end(outcome, touches: walker.touches(0), flow.sum)
    for place in 0..<flow.count {
      let weight = flow.sum(place: place)
      let start = isLate ? 0 : arrivals[flow.first + place]
      if weight > 0 { tally.last(after: from - start, through: to - start, weight) }
    }
  }
}
