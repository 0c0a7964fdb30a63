import FlowCore
import FlowTime

/// The machine that production uses, told the same as the compiled walker: slower, and it carries everything.
struct MachineWalker: Walker {
  struct State: WalkerState {
    var run: Run?
    var wakes: Int32?
    var due: Int32 = 0
    /// When it began, where something asks for that or for what the contact brought.
    var origin: Int32 = 0

    var awaited: Int32 {
      guard let waiting = run?.waiting, waiting.stage == .outcome else { return -1 }
      return Int32(waiting.node)
    }

    var asked: Int32 {
      guard let waiting = run?.waiting, case .escalating = waiting.stage else { return awaited }
      return Int32(waiting.node)
    }

    var touchCount: Int { run?.touches ?? 0 }

    var tag: UInt64 {
      guard let run, let waiting = run.waiting else { return 0 }
      let numbers = [Int64(waiting.node), waiting.due.milliseconds, run.started.milliseconds, Int64(run.touches)]
      return numbers.reduce(0) { ($0 ^ UInt64(bitPattern: $1)) &* 0x9E37_79B9_7F4A_7C15 }
    }
  }

  let plan: CohortPlan
  var handed: [Handed] = []
  private let names: [String: Int32]
  private let memory: MachineMemory

  init(_ plan: CohortPlan) {
    self.plan = plan
    memory = MachineMemory(plan)
    names = Dictionary(
      plan.graph.nodes.enumerated().map { ($1.name, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }

  var looked: Bool { true }
  private(set) var began = false

  mutating func start(contact: UInt32, day: Int, at minute: Int32) -> State {
    var state = State()
    began = false
    if memory.readsOrigin { state.origin = minute }
    guard let enrolment = plan.days[day].enrolment else { return state }
    take(
      Machine.start(
        plan.graph, key: plan.key(of: contact, enrolment), data: enrolment.data, at: plan.instant(minute),
        surroundings), &state)
    return state
  }

  mutating func tell(_ state: inout State, _ told: Told, contact: UInt32, at minute: Int32) {
    guard let run = state.run else { return }
    let kind: Event.Kind =
      switch told {
      case .timer: .timer
      case .reply(let index): plan.replies[index].kind
      case .outcome(let node, let index):
        .outcome(plan.steps[node].outcomes[index].name, step: node, note: nil)
      }
    let now = plan.instant(minute)
    take(Machine.step(plan.graph, run, Event(id: "", at: now, kind: kind), at: now, surroundings), &state)
    began = state.run?.waiting.map { $0.node != run.waiting?.node || $0.arrived != run.waiting?.arrived } ?? false
  }

  private var surroundings: Surroundings { Surroundings(zones: plan.cohort.zones, caps: plan.cohort.caps) }

  private mutating func take(_ transition: Transition, _ state: inout State) {
    state.run = transition.run
    state.wakes = transition.run.waiting.map { plan.minute(notBefore: $0.wakes) }
    state.due = transition.run.waiting.map { plan.minute(notBefore: $0.due) } ?? 0
    for entry in transition.entries {
      guard entry.goesOut, let name = entry.step, let node = names[name] else { continue }
      handed.append(
        Handed(node: node, until: entry.handover?.until.map { plan.minute(notBefore: $0) }))
    }
  }

  mutating func mayLeave(
    _ touch: Waited, _ state: State, behind: [Int32], capped: Bool, at minute: Int32
  ) -> Leaving {
    guard let run = state.run else { return .never }
    let leave = Machine.mayLeave(
      plan.graph, run, NodeIndex(touch.node), planned: plan.instant(touch.counted),
      behind: behind.map { plan.instant($0) }, at: plan.instant(minute),
      capped ? surroundings : Surroundings(zones: plan.cohort.zones))
    return switch leave {
    case .now: .now
    case .later(let instant, _): .later(plan.minute(notBefore: instant))
    case .never: .never
    }
  }

  mutating func wentOut(_ touch: Waited, _ state: inout State, at minute: Int32) {
    guard let run = state.run else { return }
    let now = plan.instant(minute)
    let left = Event.Kind.left(
      step: NodeIndex(touch.node), counted: plan.instant(touch.counted), withLater: !touch.isActedUpon)
    take(Machine.step(plan.graph, run, Event(id: "", at: now, kind: left), at: now, surroundings), &state)
  }

  mutating func outcome(of state: State) -> String { state.run?.outcome ?? "" }

  mutating func simplify(_ state: inout State, at minute: Int32) {
    state.run = state.run.map { memory.simplified($0, at: plan.instant(minute)) }
    if state.wakes == nil { (state.due, state.origin) = (0, 0) }
  }

  mutating func simplifyStart(_ state: inout State) {}

  mutating func countedApart(_ state: State) -> (state: State, touches: Int)? { nil }

  mutating func alike(_ state: State, replying index: Int) -> State? { nil }

  func untouched(_ state: State) -> State { state }

  func tag(_ state: State, parts minutes: Int32) -> UInt64 {
    state.run.map { memory.tag($0, origin: state.origin, parts: minutes) } ?? 0
  }
}
