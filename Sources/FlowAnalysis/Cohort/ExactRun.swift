import FlowCore
import FlowTime

/// The distribution of a cohort, computed on the graph in place of sampled: states with their probabilities are carried
/// from minute to minute by the walker, for starts that stand for the contacts' own.
///
/// An answer that is due is memoryless, so of it a state keeps nothing but that there is one, by class. Where an answer
/// or an outcome may come at any minute of a wait, the wait is cut into stretches: one, where both its ends lead to the
/// same; else halves, down to an hour or to a probability that moves nothing. How much falls into a stretch is the
/// sum over its minutes, not an estimate. States that have become equal are one.
struct ExactRun<W: Walker> {
  /// Probabilities: [0] of those who are not going to answer, then by class of those who are.
  typealias Masses = SIMD16<Double>

  private struct Key: Hashable {
    var at: Int32
    var state: W.State
    /// When the task was given of which an outcome is still to come, and when it ends to; both 0 where none is.
    var given: Int32
    var until: Int32
  }

  /// What being told something comes to.
  private struct Result {
    var state: W.State
    var handed: [Handed]
    var wakes: Int32?
    var awaited: Int32
  }

  private let plan: CohortPlan
  private(set) var walker: W
  private var tally: CohortTally
  private var queue: [(at: Int32, key: Key)] = []
  private var masses: [Key: Masses] = [:]
  private var start: Int32 = 0
  private var contact: UInt32 = 0
  /// The share of one start that is not worth cutting.
  private let grain: Double

  /// - Parameter grain: of one start's probability: so little is not cut further.
  init(_ plan: CohortPlan, _ walker: W, grain: Double = 0.01) throws(NotCarried) {
    if plan.replies.count > 15 { throw NotCarried("more than 15 classes of reply that are expected") }
    self.plan = plan
    self.walker = walker
    self.grain = grain
    tally = CohortTally(plan)
  }

  /// - Parameter starts: how many stand for all.
  mutating func follow(starts: Int, _ progress: (Int) -> Void) {
    let starts = max(1, min(starts, plan.cohort.contacts, plan.cohort.spanMinutes))
    let arms = SplitArms(plan)
    let weight = Double(plan.cohort.contacts) / Double(starts)
    for number in 0..<starts {
      // The middle of its part of the span.
      start = Int32((2 * number + 1) * plan.cohort.spanMinutes / (2 * starts))
      let day = plan.day(ofArrival: start)
      guard let enrolment = plan.days[day].enrolment else {
        tally.refuse(because: plan.days[day].because, weight)
        continue
      }
      for way in arms.ways(enrolment) {
        contact = way.contact
        begin(day, weight * way.share)
        while let next = pop() { advance(next.key, next.masses, weight) }
      }
      progress((number + 1) * plan.cohort.contacts / starts)
    }
  }

  var figures: CohortFigures { tally.figures(lost: [:], isSampled: false) }

  // MARK: The queue

  private mutating func push(_ key: Key, _ added: Masses) {
    if masses[key] == nil {
      var index = queue.count
      queue.append((key.at, key))
      while index > 0, queue[(index - 1) / 2].at > queue[index].at {
        queue.swapAt(index, (index - 1) / 2)
        index = (index - 1) / 2
      }
    }
    masses[key, default: Masses()] += added
  }

  private mutating func pop() -> (key: Key, masses: Masses)? {
    guard let first = queue.first, let last = queue.popLast() else { return nil }
    if !queue.isEmpty {
      queue[0] = last
      var index = 0
      while true {
        var least = index
        for child in [2 * index + 1, 2 * index + 2] where child < queue.count && queue[child].at < queue[least].at {
          least = child
        }
        if least == index { break }
        queue.swapAt(index, least)
        index = least
      }
    }
    return (first.key, masses.removeValue(forKey: first.key) ?? Masses())
  }

  // MARK: Going on

  private mutating func begin(_ day: Int, _ weight: Double) {
    walker.start(0, contact: contact, day: day, at: start)
    var masses = Masses()
    masses[0] = weight
    settle(result(at: start), from: start, to: start, at: start, masses, given: 0, until: 0)
  }

  private mutating func result(at minute: Int32) -> Result {
    defer { walker.handed.removeAll(keepingCapacity: true) }
    return Result(
      state: walker.state(0, at: minute), handed: walker.handed, wakes: walker.wakes(0), awaited: walker.awaited(0))
  }

  private mutating func result(of told: Told, _ state: W.State, at minute: Int32) -> Result {
    walker.put(state, 0)
    walker.tell(0, told, contact: contact, at: minute)
    return result(at: minute)
  }

  /// A state waits from a minute on, with so much in it: what comes of it until its timer, and by that.
  private mutating func advance(_ key: Key, _ masses: Masses, _ weight: Double) {
    walker.put(key.state, 0)
    guard let wakes = walker.wakes(0), wakes <= Cohort.horizon else {
      return tally.end("", touches: walker.touches(0), after: Cohort.horizon, masses.sum())
    }
    let node = Int(walker.awaited(0))
    let length = max(0, wakes - key.at)
    let wait = Wait(plan, key.at, masses, given: key.given, until: key.until, node: node)
    if length > 0 {
      for index in plan.replies.indices where masses[index + 1] > 0 {
        cut(.reply(index), key, wait, 0, length, weight)
      }
      if wait.hasOutcomes {
        for index in plan.steps[node].outcomes.indices {
          cut(.outcome(node: node, index: index), key, wait, 0, length, weight)
        }
      }
    }
    let left = wait.left(after: length)
    guard left.sum() > 0 else { return }
    let result = result(of: .timer, key.state, at: wakes)
    settle(result, from: wakes, to: wakes, at: wakes, left, given: key.given, until: key.until, before: node)
  }

  /// What somebody is told at some minute of a stretch, after `low` and not after `high` minutes of the wait.
  private mutating func cut(
    _ told: Told, _ key: Key, _ wait: Wait, _ low: Int32, _ high: Int32, _ weight: Double
  ) {
    let masses = wait.masses(of: told, from: low, to: high)
    let total = masses.sum()
    guard total > 0 else { return }
    if high - low <= 60 || total < grain * weight {
      // One minute of it stands for all.
      let middle = (low + 1 + high) / 2
      let result = result(of: told, key.state, at: key.at + middle)
      return hear(told, result, key.at + middle, key, wait, middle - 1, middle, masses)
    }
    let last = result(of: told, key.state, at: key.at + high)
    let first = result(of: told, key.state, at: key.at + low + 1)
    if first.state == last.state, first.handed.elementsEqual(last.handed, by: { $0.node == $1.node }) {
      return hear(told, last, key.at + high, key, wait, low, high, masses)
    }
    let middle = (low + high) / 2
    cut(told, key, wait, low, middle, weight)
    cut(told, key, wait, middle, high, weight)
  }

  /// A whole stretch comes to one result.
  private mutating func hear(
    _ told: Told, _ result: Result, _ at: Int32, _ key: Key, _ wait: Wait, _ low: Int32, _ high: Int32, _ masses: Masses
  ) {
    switch told {
    case .timer: break
    case .reply(let index): tally.answer(index, masses.sum())
    case .outcome(let node, let index): tally.outcome(index, of: node, masses.sum())
    }
    settle(
      result, from: key.at + low, to: key.at + high, at: at, masses, given: key.given, until: key.until,
      before: wait.node)
  }

  /// Counts what has been handed over, and queues what waits.
  private mutating func settle(
    _ result: Result, from: Int32, to: Int32, at minute: Int32, _ masses: Masses, given: Int32, until: Int32,
    before: Int = -1
  ) {
    var (masses, given, until) = (masses, given, until)
    let total = masses.sum()
    if Int(result.awaited) != before || result.handed.contains(where: { Int($0.node) == before }) {
      (given, until) = (0, 0)
    }
    for handed in result.handed {
      let step = plan.steps[Int(handed.node)]
      tally.leave(Int(handed.node), after: from, through: to, total)
      if step.isAnswered { asked(&masses) }
      if let end = handed.until, end > minute, !step.outcomes.isEmpty, result.awaited == handed.node {
        (given, until) = (minute, end)
      }
    }
    guard let wakes = result.wakes else {
      walker.put(result.state, 0)
      return tally.end(
        walker.outcome(0), touches: walker.touches(0), after: from - start, through: to - start, total)
    }
    if wakes <= minute {
      let next = self.result(of: .timer, result.state, at: minute)
      return settle(
        next, from: from, to: to, at: minute, masses, given: given, until: until, before: Int(result.awaited))
    }
    push(Key(at: minute, state: result.state, given: given, until: until), masses)
  }

  private func asked(_ masses: inout Masses) {
    var before = UInt64(0)
    let free = masses[0]
    for (index, reply) in plan.replies.enumerated() {
      let part = free * Double(reply.upTo - before) / 4_294_967_296
      masses[index + 1] += part
      masses[0] -= part
      before = reply.upTo
    }
  }
}

/// What may still come while a state waits, counted from one minute on.
private struct Wait {
  typealias Masses = SIMD16<Double>

  private let plan: CohortPlan
  private let at: Int32
  private let masses: Masses
  private let given: Int32
  private let until: Int32
  /// The step whose outcome is waited for, or -1.
  let node: Int
  /// All shares of outcomes together.
  private let share: Double

  init(_ plan: CohortPlan, _ at: Int32, _ masses: Masses, given: Int32, until: Int32, node: Int) {
    self.plan = plan
    self.at = at
    self.masses = masses
    self.given = given
    self.until = until
    self.node = node
    let upTo = node >= 0 && until > given ? plan.steps[node].outcomes.last?.upTo ?? 0 : 0
    share = Double(upTo) / 4_294_967_296
  }

  var hasOutcomes: Bool { share > 0 && until > at }

  /// The share of those who had no outcome by the beginning that have none by so many minutes later.
  private func open(_ minutes: Int32) -> Double {
    guard share > 0 else { return 1 }
    func by(_ minute: Int32) -> Double {
      1 - share * Double(min(max(minute - given, 0), until - given)) / Double(until - given)
    }
    let before = by(at)
    return before > 1e-15 ? max(0, by(at + minutes) / before) : 0
  }

  /// The share of those who are going to answer that have not by so many minutes later.
  private func silent(_ minutes: Int32) -> Double { plan.answers.share(laterThan: Int(minutes)) }

  /// What is left after so many minutes, by what is still to come.
  func left(after minutes: Int32) -> Masses {
    let (open, silent) = (open(minutes), silent(minutes))
    var left = masses * (open * silent)
    left[0] = masses[0] * open
    return left
  }

  /// Of whom something is heard within a stretch; what is still to come of them. However a wait is cut, the stretches
  /// add up to the same.
  func masses(of told: Told, from low: Int32, to high: Int32) -> Masses {
    let (openFirst, openLast) = (open(low), open(high))
    // Outcomes come evenly up to here; in one minute an answer comes before an outcome.
    let even = min(high, until - at)
    let silent = (silent(low), silent(high))
    var between = 0.0
    if hasOutcomes, even > low {
      between = plan.answers.sum(from: Int(low) + 1, through: Int(even)) * (openFirst - openLast) / Double(even - low)
    }
    var heard = Masses()
    switch told {
    case .timer: break
    case .reply(let index):
      // Whoever answers is not going to answer any more.
      heard[0] = max(0, masses[index + 1] * (silent.0 * openFirst - silent.1 * openLast - between))
    case .outcome(let node, let index):
      let outcomes = plan.steps[node].outcomes
      let own = Double(outcomes[index].upTo - (index > 0 ? outcomes[index - 1].upTo : 0)) / 4_294_967_296 / share
      heard = masses * (between * own)
      heard[0] = masses[0] * (openFirst - openLast) * own
    }
    return heard
  }
}

/// Each way through the splits that a contact may come to, with a contact whose key leads there.
private struct SplitArms {
  private let plan: CohortPlan
  private let splits: [(node: NodeIndex, split: Split)]

  init(_ plan: CohortPlan) {
    self.plan = plan
    let reachable = CohortReach(plan).nodes
    splits = plan.graph.nodes.indices.compactMap { index in
      guard reachable.contains(index), case .split(let split) = plan.graph.nodes[index].action else { return nil }
      return (index, split)
    }
  }

  /// One contact and the whole share where nothing is split.
  func ways(_ enrolment: Enrolment) -> [(contact: UInt32, share: Double)] {
    guard !splits.isEmpty else { return [(0, 1)] }
    var found: [[Int]: UInt32] = [:]
    let all = splits.reduce(1) { $0 * $1.split.arms.filter { $0.share > 0 }.count }
    for contact in UInt32(0)..<200_000 where found.count < min(all, 256) {
      let arms = splits.map { arm(of: contact, enrolment, $0.node, $0.split) }
      if found[arms] == nil { found[arms] = contact }
    }
    let ways = found.sorted { $0.value < $1.value }.map { arms, contact in
      let share = zip(splits, arms).reduce(1.0) { $0 * Double($1.0.split.arms[$1.1].share) / 10_000 }
      return (contact: contact, share: share)
    }
    let total = ways.reduce(0) { $0 + $1.share }
    return ways.map { ($0.contact, $0.share / total) }
  }

  private func arm(of contact: UInt32, _ enrolment: Enrolment, _ node: NodeIndex, _ split: Split) -> Int {
    let point = plan.point(of: contact, enrolment, plan.graph.nodes[node].name, split.salt)
    var total: UInt64 = 0
    for (index, arm) in split.arms.enumerated() {
      total += UInt64(max(0, arm.share))
      if point < total { return index }
    }
    return split.arms.count - 1
  }
}
