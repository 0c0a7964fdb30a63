import FlowCore
import FlowTime

/// The distribution of a cohort, computed on the graph in place of sampled: states with their probabilities are carried
/// from minute to minute by the walker, for starts that stand for the contacts' own.
///
/// An answer that is due is memoryless, so of it a state keeps nothing but that there is one, by class. Where an answer
/// or an outcome may come at any minute of a wait, the wait is cut into stretches: one, where it ends the run and
/// nothing looks at the clock for that; else in two at the quarter of an hour in which what comes does in the mean,
/// until the ends of an hour lead to the same, or of few to the same so much later, or a quarter is left. How much
/// falls into a stretch is the sum over its minutes, not an estimate; what is told at different minutes of one counts
/// as told at the quarter next to their mean; of many contacts now at an earlier and now at a later one. So instants
/// that move with what is told, as the end of a hold does, fall on quarters, and meet again. States that have become
/// equal are one, whenever their contacts came; those of one minute that an answer makes equal hear it as one
/// (``ExactCrowd``). Of few nothing is heard in one wait; they wait for the next, where they have met others, and how
/// many that were is kept (see ``Cohort/Resolution``).
struct ExactRun<W: Walker> {
  /// What being told something comes to.
  struct Result {
    var state: W.State
    /// What was handed over: so many in ``Walker/handed``, where it stays until the next state is looked at.
    var from: Int
    var count: Int

    var wakes: Int32? { state.wakes }
    var awaited: Int32 { state.awaited }
    var isEnd: Bool { wakes == nil && count == 0 }
  }

  /// Minutes in which something comes evenly, after the first and not after the last, and which part of all does.
  struct Piece {
    var from: Int32
    var to: Int32
    var part: Double
  }

  /// Minutes of a wait that come to the same.
  struct Stretch {
    var low: Int32
    var high: Int32
    var result: Result
  }

  let plan: CohortPlan
  var walker: W
  var tally: CohortTally
  var queue = ExactQueue<W.State>()
  var masses: ExactMasses
  var ends: ExactEnds
  /// Of the state at hand.
  var wait: ExactWait
  private let starts: ExactStarts
  /// How many contacts there are, and a start stands for in the mean.
  let all: Double
  let weight: Double
  /// So many contacts times minutes are not worth cutting, either.
  let noticed: Double
  /// So they are where much is told apart, each at another minute of its stretch.
  let isMixed: Bool
  var turn = 0.5
  /// By so many minutes of the wall, where that leaves them within their stretch: more of them meet.
  let grid: Int32
  /// The share of one start that is not worth cutting.
  let grain: Double
  /// So few contacts may answer in a later wait, fewer the more of all that may have; so few do in any case.
  let few: Double
  let spare: Double
  var nobody: Double
  /// How many have answered in a later wait, and how many of those that have ended had joined others.
  var late = 0.0
  var rough = 0.0
  /// How many were told something together over so long that it would be noticed.
  var blurred = 0.0
  /// Of so few nobody asks when something comes.
  var scant: Double
  /// How often a state was told something.
  var told = 0
  var coarse: ExactCoarseness
  /// When what is settled next comes.
  var pieces: [Piece] = []
  /// Several states are looked at in one minute; those who hear the same in it, and what answers make of them.
  var isCrowded = false
  var crowds: [ExactCrowd<W.State>] = []
  var alike: [W.State] = []
  /// Nothing has a window: what comes later, comes later.
  let isOpen: Bool
  /// So many minutes a stretch may have at most of which nothing but its ends is looked at.
  let shortest: Int32
  /// So many minutes may be told as one where they are followed by the same, only later: a window that is missed then
  /// decides, and no more than two days and nights.
  let widest: Int32
  /// By row, the share whose answers end the run wherever they come in the wait.
  var ending: [Double]
  /// The row of each class: one for all that take equally long. Of those who are going to answer so, who does with it.
  let rows: [Int]
  let parts: [Double]
  let isAnswered: [Bool]
  let hasWindow: [Bool]
  /// By step, of its outcomes, and all together.
  let outcomes: [[Double]]
  let outcomeShares: [Double]

  init(_ plan: CohortPlan, _ walker: W, _ starts: ExactStarts, _ resolution: Cohort.Resolution) {
    func shares(_ upTo: [UInt64]) -> [Double] {
      zip(upTo, [0] + upTo).map { Double($0 - $1) / 4_294_967_296 }
    }
    self.plan = plan
    self.walker = walker
    self.starts = starts
    let planes = starts.groups.count == starts.minutes.count ? 1 : 3
    ends = ExactEnds(starts.groups, planes: planes)
    all = Double(plan.cohort.contacts)
    weight = Double(plan.cohort.contacts) / Double(max(1, starts.groups.count))
    noticed = 1440 * resolution.days
    isMixed = resolution.days < .infinity
    grid = resolution.days > 4 ? 60 : 15
    grain = resolution.stretch
    few = resolution.answers * Double(plan.cohort.contacts)
    spare = 1e-4 * Double(plan.cohort.contacts)
    nobody = few / 200
    scant = few / 2
    // The machine takes some thirty times as long.
    coarse = ExactCoarseness(work: W.self == MachineWalker.self ? resolution.work / 30 : resolution.work)
    isOpen = plan.graph.nodes.allSatisfy { $0.window == .any }
    let decisive = plan.graph.nodes.indices.filter { plan.graph.nodes[$0].closed != .defer }
    shortest = min(60, plan.shortestOpen(plan.steps.indices))
    widest = min(2 * 1440, plan.shortestOpen(decisive) / 4)
    let paces = plan.answers.reduce(into: [Int]()) { if !$0.contains($1.median) { $0.append($1.median) } }
    let (all, rows) = (
      shares(plan.replies.map(\.upTo)), plan.answers.map { (paces.firstIndex(of: $0.median) ?? 0) + 1 }
    )
    let sums = paces.indices.map { row in zip(all, rows).reduce(0) { $0 + ($1.1 == row + 1 ? $1.0 : 0) } }
    self.rows = rows
    parts = zip(all, rows).map { $0 / sums[$1 - 1] }
    isAnswered = plan.steps.map { $0.isAnswered && !plan.replies.isEmpty }
    hasWindow = plan.graph.nodes.map { $0.window != .any }
    outcomes = plan.steps.map { shares($0.outcomes.map(\.upTo)) }
    outcomeShares = outcomes.map { $0.reduce(0, +) }
    ending = Array(repeating: 0, count: sums.count + 1)
    masses = ExactMasses(shares: sums, groups: starts.groups.count, planes: planes)
    wait = ExactWait(answers: paces.compactMap { median in plan.answers.first { $0.median == median } })
    tally = CohortTally(plan)
  }

  mutating func follow(_ progress: (Int) -> Void) {
    var arms = SplitArms(plan)
    for (number, minute) in starts.minutes.enumerated() {
      let day = plan.day(ofArrival: minute)
      let own = starts.shares[number] * all
      let group = starts.group[number]
      let later = Double(minute - starts.groups[group].from)
      guard let enrolment = plan.days[day].enrolment else {
        tally.refuse(because: plan.days[day].because, own)
        continue
      }
      for way in arms.ways(enrolment) {
        walker.handed.removeAll(keepingCapacity: true)
        var state = walker.start(contact: way.contact, day: day, at: minute)
        walker.simplifyStart(&state)
        let result = Result(state: state, from: 0, count: walker.handed.count)
        let flow = masses.begin(group, after: later, own * way.share)
        let from = ExactState(state: state, given: 0, until: 0, contact: way.contact, flow: flow)
        place(at: minute)
        settle(result, from, from.flow, at: minute, before: -1)
      }
    }
    var states: [ExactState<W.State>] = []
    var shown = 0
    while let minute = queue.pop(into: &states) {
      isCrowded = states.count > 1
      for index in states.indices {
        advance(states[index], at: minute)
        if told > coarse.limit { coarsen() }
        if told > shown {
          shown = told + coarse.limit / 64
          progress(Int(tally.weightEnded))
        }
      }
      hearTogether(at: minute)
      states.removeAll(keepingCapacity: true)
    }
    ends.countAll(&tally)
  }

  var figures: CohortFigures {
    var figures = tally.figures(lost: [:], isSampled: false)
    figures.rounded = min(late + rough + blurred, tally.weightEnded)
    return figures
  }

  // MARK: Going on

  mutating func result(of told: Told, _ state: W.State, _ contact: UInt32, at minute: Int32) -> Result {
    self.told += 1
    var result = Result(state: state, from: walker.handed.count, count: 0)
    walker.tell(&result.state, told, contact: contact, at: minute)
    walker.simplify(&result.state, at: minute)
    result.count = walker.handed.count - result.from
    return result
  }

  // What only reads is `mutating`, too: else a copy of everything would be made for it.

  /// Nothing but the minute is another.
  mutating func isSame(_ one: Result, _ other: Result) -> Bool {
    guard one.count == other.count, one.state == other.state else { return false }
    return handsSame(one, other)
  }

  mutating func handsSame(_ one: Result, _ other: Result) -> Bool {
    for index in 0..<one.count
    where walker.handed[one.from + index].node != walker.handed[other.from + index].node { return false }
    return true
  }

  mutating func hands(_ result: Result, _ node: Int) -> Bool {
    for index in 0..<result.count where Int(walker.handed[result.from + index].node) == node { return true }
    return false
  }

  /// Something was handed over that is not at any minute.
  mutating func waitsForWindow(_ result: Result) -> Bool {
    for index in 0..<result.count where hasWindow[Int(walker.handed[result.from + index].node)] { return true }
    return false
  }

  /// A state waits from a minute on: what comes of it until its timer, and by that.
  mutating func advance(_ state: ExactState<W.State>, at minute: Int32) {
    walker.handed.removeAll(keepingCapacity: true)
    guard let wakes = state.state.wakes, wakes <= Cohort.horizon else {
      rough += masses.sum(state.flow) * state.rough
      return end("", state.state.touchCount, state.flow, isLate: true)
    }
    let node = Int(state.state.awaited)
    wait.begin(
      at: minute, given: state.given, until: state.until, node: node, share: node >= 0 ? outcomeShares[node] : 0,
      least: max(grain * weight * masses.groups(state.flow), 16 * coarse.few))
    let length = max(0, wakes - minute)
    if length > 0 { hear(state, length) }
    var flow = state.flow
    masses.keep(&flow, wait, after: length)
    if flow.isEmpty { return masses.drop(flow) }
    let result = result(of: .timer, state.state, state.contact, at: wakes)
    place(at: wakes)
    settle(result, state, flow, at: wakes, before: node)
  }

  /// What is settled next comes in one minute.
  mutating func place(at minute: Int32) {
    pieces.removeAll(keepingCapacity: true)
    pieces.append(Piece(from: minute, to: minute, part: 1))
  }

  /// Counts what has been handed over, and queues what waits. Where nobody is going to answer and no outcome is waited
  /// for, nothing can come of it until the timer, and that is told at once.
  mutating func settle(
    _ result: Result, _ before: ExactState<W.State>, _ flow: ExactFlow, at minute: Int32, before node: Int
  ) {
    var (result, minute, node) = (result, minute, node)
    var next = before
    next.flow = flow
    let total = masses.sum(flow)
    while true {
      if Int(result.awaited) != node || hands(result, node) { (next.given, next.until) = (0, 0) }
      if result.count > 0 { note(result, &next, total, at: minute) }
      guard let wakes = result.wakes else {
        rough += total * next.rough
        return end(walker.outcome(of: result.state), result.state.touchCount, next.flow)
      }
      if wakes > minute {
        guard next.flow.isSilent, result.awaited < 0, wakes <= Cohort.horizon else { break }
        minute = wakes
      }
      place(at: minute)
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
    goOn(next, at: minute)
  }

  mutating func note(_ result: Result, _ next: inout ExactState<W.State>, _ total: Double, at minute: Int32) {
    for index in result.from..<(result.from + result.count) {
      let handed = walker.handed[index]
      let node = Int(handed.node)
      for piece in pieces { tally.leave(node, after: piece.from, through: piece.to, total * piece.part) }
      if isAnswered[node] { masses.ask(&next.flow) }
      if let end = handed.until, end > minute, outcomeShares[node] > 0, result.awaited == handed.node {
        (next.given, next.until) = (minute, end)
      }
    }
  }

  /// - Parameter isLate: they still live; the minutes count from their start.
  mutating func end(_ outcome: String, _ touches: Int, _ flow: ExactFlow, isLate: Bool = false) {
    end(outcome, touches, 1, of: flow, masses.sum(flow))
    if isLate {
      tally.last(after: Int32(Cohort.horizon), through: Int32(Cohort.horizon), masses.sum(flow))
    } else {
      for piece in pieces {
        ends.add(piece.part, of: flow, rows: 0..<masses.rows, &masses, from: piece.from, to: piece.to, &tally)
      }
    }
    masses.drop(flow)
  }

  /// Counts who has ended, a part of a flow, with so many touches besides those that stand beside it.
  mutating func end(_ outcome: String, _ touches: Int, _ part: Double, of flow: ExactFlow, _ total: Double) {
    tally.end(outcome, total)
    guard flow.isCounted else { return tally.touched(touches, total) }
    for before in 0...masses.mostTouches {
      let mass = masses.sum(flow, touches: before) * part
      if mass > 0 { tally.touched(before + touches, mass) }
    }
  }
}
