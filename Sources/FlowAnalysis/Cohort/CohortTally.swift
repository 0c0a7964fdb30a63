import FlowCore
import FlowTime

/// What is counted while a cohort is followed. Everything that happens at a time is counted by quarters of an hour,
/// and sorted into days and hours of the run's zone at the end.
struct CohortTally {
  private struct Waits {
    var count = 0
    var minutes = 0
    var longest = 0
    /// How many more, and how many fewer, wait from a quarter on.
    var changes: [Int] = []
  }

  private let plan: CohortPlan
  /// How long before the cohort's start its quarter of an hour begins on the wall.
  private let early: Int32
  private(set) var ended = 0
  private var refused = 0.0
  private var refusedBecause: String?
  /// Few, and so looked for one by one.
  private var outcomes: [(name: String, count: Double)] = []
  private var touches: [Double] = []
  /// [m]: ended m minutes after the start.
  private var minutes: [Double] = []
  /// The same of what ended within stretches.
  private var lasted = Lengths()
  private var answers: [Double]
  private var came: [[Double]]
  private var steps: [Double]
  /// By the first step of the verb, then by quarter.
  private var quarters: [Quarters]
  private var waits: [Waits]
  private let verb: [Int]

  init(_ plan: CohortPlan) {
    self.plan = plan
    early = plan.wall % 15
    answers = Array(repeating: 0, count: plan.replies.count)
    came = plan.steps.map { Array(repeating: 0, count: $0.outcomes.count) }
    steps = Array(repeating: 0, count: plan.steps.count)
    quarters = Array(repeating: Quarters(), count: plan.steps.count)
    waits = Array(repeating: Waits(), count: plan.steps.count)
    verb = plan.steps.indices.map { index in plan.steps.firstIndex { $0.verb == plan.steps[index].verb } ?? index }
  }

  // MARK: Counting

  mutating func refuse(because: String?, _ weight: Double = 1) {
    refused += weight
    if refusedBecause == nil { refusedBecause = because }
  }

  /// How many contacts have ended.
  var weightEnded: Double { outcomes.reduce(0) { $0 + $1.count } }

  mutating func answer(_ index: Int, _ weight: Double = 1) { answers[index] += weight }

  mutating func outcome(_ index: Int, of node: Int, _ weight: Double = 1) { came[node][index] += weight }

  mutating func leave(_ node: Int, at minute: Int32, _ weight: Double = 1) {
    steps[node] += weight
    quarters[verb[node]].add(weight, at: minute + early)
  }

  mutating func wait(_ node: Int, from: Int32) {
    let verb = verb[node]
    waits[verb].count += 1
    change(verb, at: from, by: 1)
  }

  /// It has left, or was dropped.
  mutating func stopWaiting(_ node: Int, from: Int32, at minute: Int32) {
    let verb = verb[node]
    change(verb, at: minute, by: -1)
    waits[verb].minutes += Int(minute - from)
    waits[verb].longest = max(waits[verb].longest, Int(minute - from))
  }

  private mutating func change(_ verb: Int, at minute: Int32, by amount: Int) {
    let quarter = (min(Int(minute), Cohort.horizon) + Int(early)) / 15
    while waits[verb].changes.count <= quarter { waits[verb].changes.append(0) }
    waits[verb].changes[quarter] += amount
  }

  /// Some time after `low` and not after `high`, each minute with equal chance.
  mutating func leave(_ node: Int, after low: Int32, through high: Int32, _ weight: Double) {
    steps[node] += weight
    quarters[verb[node]].add(weight, after: low + early, through: high + early)
  }

  mutating func end(_ outcome: String, touches: Int, after minutes: Int, _ weight: Double = 1) {
    end(outcome, weight)
    touched(touches, weight)
    end(piece: minutes, weight)
  }

  /// When is told by ``last(after:through:_:)``, and after how many touches by ``touched(_:_:)``.
  mutating func end(_ outcome: String, _ weight: Double) {
    ended += 1
    if let index = outcomes.firstIndex(where: { $0.name == outcome }) {
      outcomes[index].count += weight
    } else {
      outcomes.append((outcome, weight))
    }
  }

  mutating func touched(_ count: Int, _ weight: Double) {
    while touches.count <= count { touches.append(0) }
    touches[count] += weight
  }

  /// So many ended some time after `low` and not after `high` minutes from their start, each minute with equal chance.
  mutating func last(after low: Int32, through high: Int32, _ weight: Double) {
    lasted.add(weight, after: low, through: high)
  }

  /// The same of those of each start, in minutes of the cohort.
  mutating func last(
    after low: Int32, through high: Int32, _ counts: UnsafeBufferPointer<Double>,
    from starts: UnsafeBufferPointer<Int32>
  ) {
    lasted.add(counts, after: low, through: high, from: starts)
  }

  private mutating func end(piece minutes: Int, _ weight: Double) {
    if minutes >= self.minutes.count {
      self.minutes.append(contentsOf: repeatElement(0, count: max(4096, minutes + 1 - self.minutes.count)))
    }
    self.minutes[minutes] += weight
  }

  // MARK: Figures

  /// - Parameter lost: by step, how many waited for capacity in vain.
  func figures(lost: [Int: Int], isSampled: Bool = true) -> CohortFigures {
    let cohort = plan.cohort
    let times = isSampled ? CohortFigures.Times(minutes: minutes) : lasted.times
    let named = plan.steps.indices.filter { steps[$0] > 0 }.map { node in
      CohortFigures.Step(
        name: plan.graph.nodes[node].name, verb: plan.steps[node].verb, count: steps[node],
        outcomes: zip(plan.steps[node].outcomes, came[node]).map { .init(name: $0.name, count: $1) })
    }
    let verbs = plan.steps.indices.filter { verb[$0] == $0 && (!quarters[$0].isEmpty || waits[$0].count > 0) }
    var figures = CohortFigures(
      workflow: plan.graph.workflow, zone: plan.zone, start: cohort.start, overMinutes: cohort.spanMinutes,
      contacts: cohort.contacts, seed: isSampled ? cohort.seed : nil, refused: refused, refusedBecause: refusedBecause,
      outcomes: outcomes.sorted { $0.name < $1.name }.map { .init(name: $0.name, count: $0.count) },
      touches: touches, times: times,
      replies: zip(plan.replies, answers).map { .init(name: $0.name, count: $1) }, steps: named,
      load: verbs.map { load($0, lost) }.sorted { $0.verb < $1.verb })
    figures.unheard = plan.graph.emittedToItself
    return figures
  }

  private func load(_ index: Int, _ lost: [Int: Int]) -> CohortFigures.Load {
    let step = plan.steps[index]
    var days = LoadDays(plan)
    let quarters = quarters[index].counts
    for (quarter, count) in quarters.enumerated() where count > 0 {
      days.add(count, at: Int32(quarter) * 15 - early)
    }
    var waiting = 0
    for (quarter, change) in waits[index].changes.enumerated() where change != 0 {
      days.wait(Double(waiting), until: Int32(quarter) * 15 - early)
      waiting += change
    }
    let waits = waits[index]
    return CohortFigures.Load(
      verb: step.verb, isTask: plan.steps.contains { $0.verb == step.verb && $0.isTask },
      capacity: plan.cohort.capacity[step.verb], total: quarters.reduce(0, +), days: days.days,
      hours: days.hours, waited: Double(waits.count),
      meanWait: waits.count == 0 ? 0 : Double(waits.minutes) / Double(waits.count), longestWait: waits.longest,
      lost: Double(lost.filter { plan.steps[$0.key].verb == step.verb }.values.reduce(0, +)))
  }
}

extension Graph {
  /// Events that the file emits, and has a case for or holds for.
  fileprivate var emittedToItself: [String] {
    var taken = Set(anytime.map(\.key))
    for node in nodes { if case .await(let awaited) = node.action { taken.formUnion(awaited.events) } }
    for hold in holds { if case .event(let name, _)? = hold.until { taken.insert(name) } }
    let emitted = nodes.compactMap { node in
      if case .emit(let event, _) = node.action, taken.contains(event) { event } else { nil }
    }
    return Set(emitted).sorted()
  }
}
