import FlowCore
import FlowTime

/// The machine that production uses, told the same as the compiled walker: slower, and it carries everything.
struct MachineWalker: Walker {
  let plan: CohortPlan
  var handed: [Handed] = []
  private var runs: [Run?] = []
  /// Touches that went out later than the run has counted, by place.
  private var late: [Int: [Instant]] = [:]
  private let names: [String: Int32]

  init(_ plan: CohortPlan) {
    self.plan = plan
    names = Dictionary(
      plan.graph.nodes.enumerated().map { ($1.name, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }

  var looked: Bool { true }

  var bytesPerContact: Int { MemoryLayout<Run>.stride }

  mutating func start(_ place: Int, contact: UInt32, day: Int, at minute: Int32) {
    while runs.count <= place { runs.append(nil) }
    late[place] = nil
    guard let enrolment = plan.days[day].enrolment else { return }
    take(
      place,
      Machine.start(
        plan.graph, key: plan.key(of: contact, enrolment), data: enrolment.data, at: plan.instant(minute),
        surroundings(place)))
  }

  mutating func tell(_ place: Int, _ told: Told, contact: UInt32, at minute: Int32) {
    guard let run = runs[place] else { return }
    let kind: Event.Kind =
      switch told {
      case .timer: .timer
      case .reply(let index): plan.replies[index].kind
      case .outcome(let node, let index):
        .outcome(plan.steps[node].outcomes[index].name, step: node, note: nil)
      }
    let now = plan.instant(minute)
    take(place, Machine.step(plan.graph, run, Event(id: "", at: now, kind: kind), at: now, surroundings(place)))
  }

  private func surroundings(_ place: Int) -> Surroundings {
    Surroundings(zones: plan.cohort.zones, caps: plan.cohort.caps, touchesElsewhere: late[place] ?? [])
  }

  private mutating func take(_ place: Int, _ transition: Transition) {
    runs[place] = transition.run
    for entry in transition.entries {
      guard entry.goesOut, let name = entry.step, let node = names[name] else { continue }
      handed.append(
        Handed(node: node, until: entry.handover?.until.map { plan.minute(notBefore: $0) }))
    }
  }

  mutating func wentOut(_ place: Int, at minute: Int32) { late[place, default: []].append(plan.instant(minute)) }

  func wakes(_ place: Int) -> Int32? { runs[place]?.waiting.map { plan.minute(notBefore: $0.wakes) } }

  func awaited(_ place: Int) -> Int32 {
    guard let waiting = runs[place]?.waiting, waiting.stage == .outcome else { return -1 }
    return Int32(waiting.node)
  }

  func outcome(_ place: Int) -> String { runs[place]?.outcome ?? "" }

  func touches(_ place: Int) -> Int { runs[place]?.touches ?? 0 }

  func state(_ place: Int, at minute: Int32) -> Run? { runs[place] }

  func countedApart(_ state: Run?) -> (state: Run?, touches: Int)? { nil }

  func tag(_ state: Run?) -> UInt64 {
    guard let state, let waiting = state.waiting else { return 0 }
    let numbers = [Int64(waiting.node), waiting.due.milliseconds, state.started.milliseconds, Int64(state.touches)]
    return numbers.reduce(0) { ($0 ^ UInt64(bitPattern: $1)) &* 0x9E37_79B9_7F4A_7C15 }
  }

  mutating func put(_ state: Run?, _ place: Int) {
    while runs.count <= place { runs.append(nil) }
    runs[place] = state
  }
}
