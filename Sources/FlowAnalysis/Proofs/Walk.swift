import FlowCore
import FlowTime

/// Follows all runs of a graph at once, as ``Machine`` would carry each of them: a sound abstraction of
/// `step`, held against it by a test of random runs. Data, answers and outcomes are free; of time is kept how
/// far a few instants lie apart. Runs that are at one place are joined, so there are no more states than
/// places.
struct Walk {
  let ground: Ground
  let graph: Graph
  var watch: Watch
  /// Past it nothing is said.
  private(set) var budget: Int
  /// What leads to a place, where it is reckoned how late; what it is known as once it has been followed.
  private struct Leads {
    var nows: [Int] = []
    var lasts: [Int] = []
    var late: Lates?
  }

  private var places = Places()
  private var leads: [Leads] = []
  private var queue = Frontier()
  private let countsTouches: Bool
  private let mayBeExhausted: Bool
  let keepsTime: Bool
  /// How late runs can be is written down.
  let reckoning: Reckoning?
  private let keepsMost: Bool
  /// Beside what the claim asks for, touches are counted up to one more than so many.
  private let limit: Int?
  /// The most touches that a run has come to, as far as they were counted.
  private(set) var mostTouches = 0
  /// States that were followed.
  private(set) var steps = 0

  /// After so many joins a bound that still grows is given up.
  private static let patience = 4
  /// Some run emits more at one instant than can be followed.
  private var hasTooManyEchoes = false

  /// - Parameters:
  ///   - mayBeExhausted: the policy's limit is not known to be kept. How many touches there have been is
  ///     counted only where that decides the claim; elsewhere the limit may be passed at any touch.
  ///   - keepsTime: false: whatever instants may come about, they are taken to.
  ///   - limit: touches are counted up to one more (``mostTouches``), at each place the most that lead to it.
  init(
    _ ground: Ground, _ watch: Watch, mayBeExhausted: Bool, keepsTime: Bool, reckoning: Reckoning? = nil,
    countingTo limit: Int? = nil, budget: Int = 30_000
  ) {
    self.reckoning = reckoning
    self.limit = limit
    self.mayBeExhausted = mayBeExhausted
    self.keepsTime = keepsTime
    countsTouches = ground.countsTouches || mayBeExhausted && watch.countsTouches
    keepsMost = watch.keepsMost && !countsTouches
    self.ground = ground
    graph = ground.graph
    self.watch = watch
    self.budget = budget
  }

  /// Whether the whole of it was followed.
  mutating func run() -> Bool {
    var time = Differences(size: keepsTime ? ground.size : 0, jump: ground.jump)
    time.assign(Ground.anchor, Ground.now)
    time.assign(Ground.start, Ground.now)
    time.assign(Ground.clock, Ground.now)
    placeDays(&time)
    for (instant, index) in ground.instants { ground.steady(instant, index, &time) }
    let control = Control(node: -1, stage: .arriving)
    for run in watch.see(.started, AbstractRun(control: control, time: time)) {
      proceed(run, to: graph.entry)
    }
    while let index = queue.pop() {
      places[index].isQueued = false
      steps += 1
      budget -= 1
      guard budget > 0 else { return false }
      if watch.isSettled(keepsTime: keepsTime) { return true }
      var run = AbstractRun(control: places[index].control, time: places[index].time)
      run.control.count = places[index].count
      if limit != nil, !countsTouches { run.control.touches = places[index].touches }
      if let reckoning { run.late = late(reckoning, index) }
      if run.control.cursor >= 0 { arrive(run) } else { wait(run) }
    }
    return !hasTooManyEchoes
  }

  /// Times of the day of the start, from its midnight on: the start lies somewhere among them.
  private func placeDays(_ time: inout Differences) {
    let days = ground.instants.compactMap { instant, index -> (clock: CivilTime?, index: Int)? in
      if case .dayOfStart(let clock) = instant { (clock, index) } else { nil }
    }
    func offset(_ clock: CivilTime?) -> Int64 { Int64(clock?.milliseconds ?? 0) }
    for day in days {
      time.setSteady(day.index, day.clock.map(Stretches.isSteady) ?? true)
      let (low, high) = (
        Distance(Distance.day - offset(day.clock), slack: 1), Distance(offset(day.clock), slack: 1)
      )
      _ = time.constrain(Ground.start, day.index, low)
      _ = time.constrain(day.index, Ground.start, day.clock == nil ? .zero : high)
    }
    for first in days {
      for second in days where first.index != second.index && offset(first.clock) <= offset(second.clock) {
        _ = time.constrain(first.index, second.index, .zero)
        _ = time.constrain(
          second.index, first.index, Distance(offset(second.clock) - offset(first.clock), slack: 1))
      }
    }
  }

  // MARK: Going on

  /// A place that a run can be at: followed once, and again where more is possible there than was known.
  mutating func put(_ run: AbstractRun) {
    var control = relevant(run.control)
    let count = control.count
    if keepsMost { control.count = 0 }
    let touches = limit.map { min(run.control.touches, $0 + 1) } ?? 0
    let digest = control.digest
    guard let index = places.index(of: control, digest) else {
      let order = order(of: control)
      queue.push(places.count, order)
      places.append(
        Places.Place(control: control, order: order, time: run.time, count: count, touches: touches), digest)
      if reckoning != nil { leads.append(Leads()) }
      return lead(run, to: places.count - 1)
    }
    lead(run, to: index)
    let joins = places[index].joins
    let isMore = count > places[index].count || touches > places[index].touches
    if isMore {
      places[index].count = max(count, places[index].count)
      places[index].touches = max(touches, places[index].touches)
    }
    let isWider = places[index].time.join(
      run.time, isWidening: joins >= Self.patience, isLast: joins >= 10 * Self.patience)
    guard isMore || isWider, !places[index].isQueued else { return }
    places[index].joins += isWider ? 1 : 0
    places[index].isQueued = true
    queue.push(index, places[index].order)
  }

  /// Of a run that waits the due is what matters: as late whatever happens meanwhile may happen.
  private mutating func lead(_ run: AbstractRun, to index: Int) {
    guard let reckoning else { return }
    let now = run.control.cursor < 0 ? run.late.due : run.late.now
    if let late = leads[index].late {
      reckoning.add(now, to: late.now)
      reckoning.add(run.late.last, to: late.last)
      return
    }
    if !leads[index].nows.contains(now) { leads[index].nows.append(now) }
    if !leads[index].lasts.contains(run.late.last) { leads[index].lasts.append(run.late.last) }
  }

  private mutating func late(_ reckoning: Reckoning, _ index: Int) -> Lates {
    if let late = leads[index].late { return late }
    let now = reckoning.join(leads[index].nows)
    let late = Lates(now: now, due: now, last: reckoning.join(leads[index].lasts))
    leads[index].late = late
    return late
  }

  /// Without what can make no difference any more.
  private func relevant(_ control: Control) -> Control {
    var control = control
    if !countsTouches { control.touches = min(control.touches, 1) }
    // Before the first touch no gap holds.
    if control.touches == 0 { control.answered = false }
    if graph.policy.gap == nil || !keepsTime && reckoning == nil, !watch.asksForAnswers { control.answered = false }
    if !keepsTime {
      control.moved = false
      if reckoning == nil { control.frozen = false }
    }
    if !ground.awaitsEvents { control.pending = false }
    control.lapse = watch.lapsed(control)
    forget(&control)
    return control
  }

  /// Rounds that were left by a jump and are never come back to, conditions that are not asked again.
  private func forget(_ control: inout Control) {
    let ahead = ground.ahead(of: control.node >= 0 ? control.node : control.cursor)
    control.decided.keep(ahead.asked)
    guard control.node < 0, !control.rounds.isEmpty else { return }
    for index in ground.loops.indices
    where control.rounds[index] > 0 && ahead.loops & 1 << UInt64(index) == 0 {
      control.rounds[index] = 0
      control.sent &= ~(1 << UInt64(index))
    }
  }

  /// Later places have higher numbers: what can still be joined is joined before it is followed. A list of
  /// `anytime` comes before the wait that it interrupts.
  private func order(of control: Control) -> Int {
    let node = control.node >= 0 ? control.node : control.cursor
    guard graph.nodes.indices.contains(node) else { return 0 }
    let place = control.node < 0 ? 0 : 2 * Int(control.stage.rawValue) + (control.cursor >= 0 ? 0 : 1)
    let past = control.behind.nonzeroBitCount * 256 + min(control.touches + control.count & 63, 255)
    // Round by round, and the end of a round after what is in it.
    let outer = graph.nodes[node].repeats.first ?? node
    let rounds =
      control.rounds.isEmpty
      ? 0 : ground.loops.indices.reduce(0) { min($0 + Int(control.rounds[$1]), 255) }
    let isRound = ground.loop(of: node) != nil
    let inner = isRound && rounds > 0 ? 8191 : min(ground.ranks[node], 8190)
    let around = (past * 8192 + ground.ranks[outer]) * 256 + (isRound || outer != node ? rounds : 0)
    return (around * 8192 + inner) * 16 + place
  }

  mutating func proceed(_ run: AbstractRun, to target: Target) {
    var run = run
    switch target {
    case .node(let node):
      if !isInAnytime(node) { leave(&run) }
      run.control.cursor = node
      put(run)
    case .end(let outcome):
      reckoning?.end(run.late.now)
      _ = watch.see(.ended(outcome), run)
    case .resume: resume(run)
    case .hold(let hold): for held in self.hold(run, hold) { resume(held) }
    }
  }

  /// What the run waited for is behind it.
  func leave(_ run: inout AbstractRun) {
    run.control.node = -1
    run.control.stage = .arriving
    run.control.told = 0
    run.control.holding = false
    run.control.moved = false
    run.control.stale = false
    run.control.frozen = false
    run.control.lapse.leave()
    run.time.forget(Ground.due)
  }

  /// The run waits for what `run.time` has as its due.
  mutating func wait(_ run: AbstractRun, at node: NodeIndex, _ stage: Control.Stage) {
    var run = run
    // Never before now: what has passed is due at once.
    guard run.time.order(Ground.now, Ground.due) else { return }
    run.control.node = node
    run.control.stage = stage
    run.control.cursor = -1
    run.control.moved = false
    run.control.stale = false
    if stage != .deferring { run.control.frozen = false }
    put(run)
  }

  // MARK: Arriving

  /// The run comes to a step.
  private mutating func arrive(_ run: AbstractRun) {
    var run = run
    let node = run.control.cursor
    let step = graph.nodes[node]
    if case .loop(let loop) = step.action, let index = ground.loop(of: node),
      run.control.rounds[index] > 0
    {
      return endRound(run, loop, node, index)
    }
    run.control.behind |= ground.passes[node]
    guard let due = step.due else { return perform(run, node) }
    let (later, passed) = resolve(due, run)
    if let later { wait(later, at: node, .before) }
    guard var passed else { return }
    guard due.isData else {
      passed.time.forget(Ground.due)
      return perform(passed, node)
    }
    // To the very instant it is not past.
    var exact = passed
    let canBeExact = exact.time.constrain(Ground.now, Ground.due, .zero)
    exact.time.forget(Ground.due)
    passed.time.forget(Ground.due)
    past(passed, step.ifPast, node)
    if step.ifPast != .now, canBeExact { perform(exact, node) }
  }

  /// An instant as the run's due: where it is still to come, and where it has come.
  func resolve(_ moment: Moment, _ run: AbstractRun) -> (later: AbstractRun?, passed: AbstractRun?) {
    var run = run
    guard settle(moment, &run) else { return (nil, nil) }
    var (later, passed) = (run, run)
    passed.control.lapse.come(isNow: false)
    return (
      later.time.constrain(Ground.now, Ground.due, .zero) ? later : nil,
      passed.time.constrain(Ground.due, Ground.now, .zero) ? passed : nil
    )
  }

  func settle(_ moment: Moment, _ run: inout AbstractRun) -> Bool {
    if let reckoning { run.late.due = reckoning.moment(moment, run.late.now) }
    lapse(moment, &run)
    guard let place = ground.place(moment) else {
      run.time.forget(Ground.due)
      return true
    }
    let isSteady =
      place.isSteady
      || run.time.isSteady(place.base) && place.span.least.isWholeDays && place.span.most.isWholeDays
    guard run.time.place(Ground.due, after: place.base, place.span) else { return false }
    run.time.setSteady(Ground.due, isSteady)
    return true
  }

  /// What the due says of how much has passed by then.
  func lapse(_ moment: Moment, _ run: inout AbstractRun) {
    run.control.lapse.leave()
    guard let lapse = watch.lapse, let shift = moment.shift, shift.sign > 0, let base = ground.instant(moment)
    else { return }
    lapse.wait(&run, shift.duration, after: base, isExact: moment.time == nil)
  }

  mutating func past(_ run: AbstractRun, _ rule: Node.PastRule?, _ node: NodeIndex) {
    let step = graph.nodes[node]
    switch rule {
    case .target(let target): proceed(run, to: target)
    case .now, nil: perform(run, node)
    case .skip:
      if case .await(let awaited) = step.action {
        return timedOut(passing(node, run), awaited.cases, node, .listening)
      }
      proceed(passing(node, run), to: step.next)
    }
  }

  /// The step is due.
  mutating func perform(_ run: AbstractRun, _ node: NodeIndex) {
    let step = graph.nodes[node]
    let (holds, fails) = branches(step.condition, run)
    if let fails { proceed(passing(node, fails), to: step.next) }
    guard let run = holds else { return }
    guard case .channel(let action) = step.action, action.touch else { return goThroughWindow(run, node) }
    if isSuppressed(action.verb, run) { return proceed(passing(node, run), to: step.next) }
    if let limit = graph.policy.maxTouches, mayBeExhausted {
      if !countsTouches || run.control.touches >= limit { proceed(run, to: .end("exhausted")) }
      if countsTouches, run.control.touches >= limit { return }
    }
    goThroughWindow(run, node)
  }

  /// The run emits something: where it hears that itself, or may, it will come in once the run waits.
  mutating func emit(_ event: String, _ run: AbstractRun, to next: Target) {
    guard ground.taken.contains(event) || watch.tells(event),
      let echo = ground.echoes.firstIndex(where: { $0.event == event })
    else { return proceed(run, to: next) }
    if !ground.echoes[echo].isSure { proceed(run, to: next) }
    var heard = run
    guard heard.control.echoes.add(echo) else {
      hasTooManyEchoes = true
      return
    }
    proceed(heard, to: next)
  }

  func passing(_ node: NodeIndex, _ run: AbstractRun) -> AbstractRun {
    var run = run
    guard let index = ground.kept[node], run.control.passed & 1 << UInt64(index) == 0 else {
      return run
    }
    run.control.passed |= 1 << UInt64(index)
    run.time.assign(index, Ground.now)
    return run
  }

  func isSuppressed(_ verb: String, _ run: AbstractRun) -> Bool {
    let bit = ground.verbs.firstIndex(of: verb).map { UInt64(1) << UInt64($0) } ?? 0
    return run.control.suppressed & (bit | 1) != 0
  }

  func isInAnytime(_ node: NodeIndex) -> Bool { ground.interrupts[node] }

  /// How many touches there have been, where they are counted.
  mutating func count(_ touches: Int) { mostTouches = max(mostTouches, touches) }

  // MARK: Conditions

  /// The runs for which a condition holds, and those for which it does not.
  func branches(_ condition: Expression?, _ run: AbstractRun) -> (holds: AbstractRun?, fails: AbstractRun?) {
    guard let condition else { return (run, nil) }
    if let literal = condition.literal { return literal == .boolean(true) ? (run, nil) : (nil, run) }
    switch condition.counting {
    case (.touches, let range)?: return range.contains(Int64(run.control.touches)) ? (run, nil) : (nil, run)
    case (.days(let from, let to), let range)?: return daysBetween(from, to, range, run)
    case nil: break
    }
    let proposition = condition.proposition
    guard let index = ground.recurring[proposition.canonical] else { return (run, run) }
    let (yes, no): (UInt8, UInt8) = proposition.isDenied ? (2, 1) : (1, 2)
    switch run.control.decided[index] {
    case yes: return (run, nil)
    case no: return (nil, run)
    default:
      var (holds, fails) = (run, run)
      holds.control.decided[index] = yes
      fails.control.decided[index] = no
      return (holds, fails)
    }
  }

  private func daysBetween(
    _ from: Name, _ to: Name?, _ range: ClosedRange<Int64>, _ run: AbstractRun
  ) -> (AbstractRun?, AbstractRun?) {
    guard let first = instant(from), let second = to.map(instant) ?? Ground.now else { return (run, run) }
    let midnight = from == .runStarted ? ground.instants[.dayOfStart(nil)] : nil
    func within(_ low: Int64?, _ high: Int64?) -> AbstractRun? {
      var run = run
      // From the midnight of the first day by whole days; between two instants up to a day more or less.
      if let low {
        let days = (midnight == nil ? low - 1 : low) * Distance.day
        guard run.time.constrain(midnight ?? first, second, Distance(-days, slack: midnight == nil ? 1 : 0))
        else { return nil }
      }
      if let high {
        guard
          run.time.constrain(
            second, midnight ?? first, Distance((high + 1) * Distance.day - 1, slack: midnight == nil ? 1 : 0)
          )
        else {
          return nil
        }
      }
      return run
    }
    switch (range.lowerBound == .min, range.upperBound == .max) {
    case (true, false): return (within(nil, range.upperBound), within(range.upperBound + 1, nil))
    case (false, true): return (within(range.lowerBound, nil), within(nil, range.lowerBound - 1))
    default: return (within(range.lowerBound, range.upperBound), run)
    }
  }

  private func instant(_ name: Name) -> Int? {
    switch name {
    case .runStarted: Ground.start
    case .step(let node): ground.instants[.step(node)]
    case .eventTime(let slot): ground.instants[.led(slot)]
    default: nil
    }
  }
}
