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
  private(set) var ended = 0
  private var refused = 0.0
  private var refusedBecause: String?
  /// Few, and so looked for one by one.
  private var outcomes: [(name: String, count: Double)] = []
  private var touches: [Double] = []
  /// [m]: ended m minutes after the start.
  private var minutes: [Double] = []
  private var answers: [Double]
  private var came: [[Double]]
  private var steps: [Double]
  /// By the first step of the verb, then by quarter.
  private var quarters: [[Double]]
  private var waits: [Waits]
  private let verb: [Int]

  init(_ plan: CohortPlan) {
    self.plan = plan
    answers = Array(repeating: 0, count: plan.replies.count)
    came = plan.steps.map { Array(repeating: 0, count: $0.outcomes.count) }
    steps = Array(repeating: 0, count: plan.steps.count)
    quarters = Array(repeating: [], count: plan.steps.count)
    waits = Array(repeating: Waits(), count: plan.steps.count)
    verb = plan.steps.indices.map { index in plan.steps.firstIndex { $0.verb == plan.steps[index].verb } ?? index }
  }

  // MARK: Counting

  mutating func refuse(because: String?, _ weight: Double = 1) {
    refused += weight
    if refusedBecause == nil { refusedBecause = because }
  }

  mutating func answer(_ index: Int, _ weight: Double = 1) { answers[index] += weight }

  mutating func outcome(_ index: Int, of node: Int, _ weight: Double = 1) { came[node][index] += weight }

  mutating func leave(_ node: Int, at minute: Int32, _ weight: Double = 1) {
    steps[node] += weight
    leave(piece: node, at: minute, weight)
  }

  /// One of several minutes at which something may leave; how much does in all has been counted.
  private mutating func leave(piece node: Int, at minute: Int32, _ weight: Double) {
    let quarter = Int(minute) / 15
    let verb = verb[node]
    if quarter >= quarters[verb].count {
      quarters[verb].append(contentsOf: repeatElement(0, count: max(1024, quarter + 1 - quarters[verb].count)))
    }
    quarters[verb][quarter] += weight
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
    let quarter = min(Int(minute), Cohort.horizon) / 15
    while waits[verb].changes.count <= quarter { waits[verb].changes.append(0) }
    waits[verb].changes[quarter] += amount
  }

  /// Some time after `low` and not after `high`, each minute with equal chance: by pieces of two hours at most.
  mutating func leave(_ node: Int, after low: Int32, through high: Int32, _ weight: Double) {
    steps[node] += weight
    let pieces = max(1, (high - low + 119) / 120)
    for piece in 0..<pieces {
      leave(piece: node, at: Self.middle(piece, of: pieces, low, high), weight / Double(pieces))
    }
  }

  private static func middle(_ piece: Int32, of pieces: Int32, _ low: Int32, _ high: Int32) -> Int32 {
    guard high > low else { return high }
    return (low + (high - low) * piece / pieces + 1 + low + (high - low) * (piece + 1) / pieces) / 2
  }

  /// The same for what ends, so many minutes after its start.
  mutating func end(_ outcome: String, touches: Int, after low: Int32, through high: Int32, _ weight: Double) {
    let pieces = max(1, (high - low + 119) / 120)
    end(outcome, touches: touches, after: Int(Self.middle(0, of: pieces, low, high)), weight, part: 1 / Double(pieces))
    for piece in 1..<max(1, pieces) {
      end(piece: Int(Self.middle(piece, of: pieces, low, high)), weight / Double(pieces))
    }
  }

  mutating func end(
    _ outcome: String, touches: Int, after minutes: Int, _ weight: Double = 1, part: Double = 1
  ) {
    ended += 1
    if let index = outcomes.firstIndex(where: { $0.name == outcome }) {
      outcomes[index].count += weight
    } else {
      outcomes.append((outcome, weight))
    }
    while self.touches.count <= touches { self.touches.append(0) }
    self.touches[touches] += weight
    end(piece: minutes, weight * part)
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
    let named = plan.steps.indices.filter { steps[$0] > 0 }.map { node in
      CohortFigures.Step(
        name: plan.graph.nodes[node].name, verb: plan.steps[node].verb, count: steps[node],
        outcomes: zip(plan.steps[node].outcomes, came[node]).map { .init(name: $0.name, count: $1) })
    }
    let verbs = plan.steps.indices.filter { verb[$0] == $0 && (!quarters[$0].isEmpty || waits[$0].count > 0) }
    return CohortFigures(
      workflow: plan.graph.workflow, zone: plan.zone, start: cohort.start, overMinutes: cohort.spanMinutes,
      contacts: cohort.contacts, seed: isSampled ? cohort.seed : nil, refused: refused, refusedBecause: refusedBecause,
      outcomes: outcomes.sorted { $0.name < $1.name }.map { .init(name: $0.name, count: $0.count) },
      touches: touches, times: CohortFigures.Times(minutes: minutes),
      replies: zip(plan.replies, answers).map { .init(name: $0.name, count: $1) }, steps: named,
      load: verbs.map { load($0, lost, isSampled) }.sorted { $0.verb < $1.verb })
  }

  private func load(_ index: Int, _ lost: [Int: Int], _ isSampled: Bool) -> CohortFigures.Load {
    let step = plan.steps[index]
    var days = LoadDays(plan)
    for (quarter, count) in quarters[index].enumerated() where count > 0 {
      days.add(count, at: Int32(quarter) * 15)
    }
    var waiting = 0
    for (quarter, change) in waits[index].changes.enumerated() where change != 0 {
      days.wait(Double(waiting), until: Int32(quarter) * 15)
      waiting += change
    }
    let waits = waits[index]
    return CohortFigures.Load(
      verb: step.verb, isTask: plan.steps.contains { $0.verb == step.verb && $0.isTask },
      capacity: isSampled ? plan.cohort.capacity[step.verb] : nil, total: quarters[index].reduce(0, +), days: days.days,
      hours: days.hours, waited: Double(waits.count),
      meanWait: waits.count == 0 ? 0 : Double(waits.minutes) / Double(waits.count), longestWait: waits.longest,
      lost: Double(lost.filter { plan.steps[$0.key].verb == step.verb }.values.reduce(0, +)))
  }
}

/// Sorts minutes into days and hours of the run's zone; what is counted comes in the order of time.
struct LoadDays {
  private let plan: CohortPlan
  private let first: CivilDate
  private var counts: [Double] = []
  private var waiting: [Double] = []
  private(set) var hours = [Double](repeating: 0, count: 24)

  init(_ plan: CohortPlan) {
    self.plan = plan
    first = plan.zone.civil(at: plan.instant(0)).date
  }

  mutating func add(_ count: Double, at minute: Int32) {
    let civil = plan.zone.civil(at: plan.instant(minute))
    let day = max(0, civil.date.days(since: first))
    while counts.count <= day { counts.append(0) }
    counts[day] += count
    hours[civil.time.hour % 24] += count
  }

  /// So many wait from the end of the day that was told last to a minute.
  mutating func wait(_ count: Double, until minute: Int32) {
    let day = max(0, plan.zone.civil(at: plan.instant(minute)).date.days(since: first))
    while waiting.count < day { waiting.append(count) }
  }

  var days: [CohortFigures.Load.Day] {
    let last = max(counts.lastIndex { $0 > 0 } ?? -1, waiting.lastIndex { $0 > 0 } ?? -1)
    guard last >= 0 else { return [] }
    func at(_ values: [Double], _ day: Int) -> Double { day < values.count ? values[day] : 0 }
    let begin = (0...last).first { at(counts, $0) > 0 || at(waiting, $0) > 0 } ?? last
    return (begin...last).map { day in
      .init(date: first.adding(days: day), count: at(counts, day), waiting: at(waiting, day))
    }
  }
}

extension CohortFigures.Times {
  /// - Parameter minutes: [m]: how many ended m minutes after their start.
  public init(minutes: [Double]) {
    let total = minutes.reduce(0, +)
    func least(_ share: Double) -> Int {
      var sum = 0.0
      for (minute, count) in minutes.enumerated() where count > 0 {
        sum += count
        if sum >= share * total - 1e-9 * total { return minute }
      }
      return 0
    }
    var days: [Double] = []
    var weighted = 0.0
    for (minute, count) in minutes.enumerated() where count > 0 {
      while days.count <= minute / 1440 { days.append(0) }
      days[minute / 1440] += count
      weighted += Double(minute) * count
    }
    self.init(
      mean: total > 0 ? weighted / total : 0, tenth: least(0.1), median: least(0.5), ninetieth: least(0.9),
      longest: minutes.lastIndex { $0 > 0 } ?? 0, days: days)
  }
}
