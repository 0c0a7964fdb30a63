import FlowCore
import FlowTime

/// A second implementation of the graph, for speed: what ``Machine`` does with a contact that is told nothing but the
/// timer, answers and outcomes, in whole minutes and without anything on the heap. Its tests hold it to the machine,
/// contact by contact.
///
/// In that carried part nothing is ever left untaken, and nothing changes a due behind a contact's back; so neither has
/// a place here.
struct CompiledWalker: Walker {
  /// Of a contact: 40 bytes.
  struct State: WalkerState {
    var started: Int32 = 0
    /// When it must be told `timer`; of a run that has ended, the outcome.
    var due: Int32 = 0
    /// Until when at most a hold waits for an event, which never comes; `none` where none does.
    var deadline: Int32 = none
    /// `none` before the first touch.
    var lastTouch: Int32 = none
    /// When the round began, or the first step that is counted from was passed.
    var first: Int32 = none
    /// When the round first sent something, or the second such step was passed.
    var second: Int32 = none
    /// Bits of targets that are no longer ahead.
    var passed: UInt32 = 0
    var node: UInt16 = 0
    var day: UInt16 = 0
    var stage = Stage.ended
    /// Of the person who is told.
    var person: UInt8 = 0
    /// From 1; 0 where none runs.
    var round: UInt8 = 0
    var loop: UInt8 = 0
    var touches: UInt8 = 0
    var held: UInt8 = 0
    /// The class of the last answer, from 1; its highest bit: answered since the last touch.
    var answer: UInt8 = 0
    var suppressed: UInt8 = 0

    static let answered: UInt8 = 0x80

    var wakes: Int32? { stage == .ended ? nil : deadline != none ? deadline : due }
    var awaited: Int32 { stage == .outcome ? Int32(node) : -1 }
    var asked: Int32 { stage == .outcome || stage == .escalating ? Int32(node) : -1 }
    var touchCount: Int { Int(touches) }

    var tag: UInt64 {
      let dues = UInt64(UInt32(bitPattern: due)) << 32 | UInt64(UInt32(bitPattern: started))
      let place = UInt64(node) << 48 | UInt64(day) << 32 | UInt64(passed)
      let mixed = (dues ^ UInt64(touches) << 56 ^ UInt64(stage.rawValue) << 50) &* 0x9E37_79B9_7F4A_7C15
      return (mixed ^ mixed >> 29 ^ place) &* 0xBF58_476D_1CE4_E5B9
    }
  }

  enum Stage: UInt8 { case before, deferring, plain, listening, outcome, round, escalating, ended }

  static var none: Int32 { .min }

  private var steps: CompiledSteps

  init(_ program: CohortProgram) { steps = CompiledSteps(program) }

  /// Something fell between two minutes, or beyond what a state can hold: the machine has to carry this cohort.
  var isRagged: Bool { steps.times.isRagged || steps.overflows }

  var handed: [Handed] {
    _read { yield steps.handed }
    _modify { yield &steps.handed }
  }

  var looked: Bool { steps.looked }

  mutating func start(contact: UInt32, day: Int, at minute: Int32) -> State {
    var state = State()
    steps.began = false
    steps.start(&state, contact, day: day, at: minute)
    return state
  }

  mutating func tell(_ state: inout State, _ told: Told, contact: UInt32, at minute: Int32) {
    (steps.looked, steps.began) = (false, false)
    switch told {
    case .timer: steps.tick(&state, contact, minute)
    case .reply(let index): steps.reply(index, &state, contact, minute)
    case .outcome(let node, let index): steps.outcome(index, of: node, &state, contact, minute)
    }
  }

  var began: Bool { steps.began }

  mutating func mayLeave(
    _ touch: Waited, _ state: State, behind: [Int32], capped: Bool, at minute: Int32
  ) -> Leaving {
    steps.mayLeave(touch, state, behind: behind.count, minute)
  }

  mutating func wentOut(_ touch: Waited, _ state: inout State, at minute: Int32) {
    steps.wentOut(touch, &state, minute)
  }

  mutating func outcome(of state: State) -> String { steps.program.ends[Int(CohortProgram.To.firstEnd - state.due)] }

  mutating func simplify(_ state: inout State, at minute: Int32) { steps.simplify(&state, at: minute) }

  mutating func simplifyStart(_ state: inout State) { steps.simplifyStart(&state) }

  mutating func countedApart(_ state: State) -> (state: State, touches: Int)? {
    guard state.stage != .ended, !steps.program.leadsToCounted[Int(state.node)] else { return nil }
    return (untouched(state), Int(state.touches))
  }

  mutating func alike(_ state: State, replying index: Int) -> State? { steps.alike(state, replying: index) }

  func untouched(_ state: State) -> State {
    var apart = state
    apart.touches = 0
    return apart
  }

  func tag(_ state: State, parts minutes: Int32) -> UInt64 {
    let wall = steps.program.plan.wall
    var tag = CoarseTag(minutes)
    tag.add(UInt64(state.node) << 32 | UInt64(state.passed))
    tag.add(UInt64(state.stage.rawValue) << 32 | UInt64(state.person) << 24 | UInt64(state.round) << 16)
    tag.add(UInt64(state.loop) << 24 | UInt64(state.touches) << 16)
    tag.add(UInt64(state.answer) << 8 | UInt64(state.suppressed))
    tag.add(UInt64(state.day) << 32 | UInt64(UInt32(bitPattern: state.started)))
    for minute in [state.due, state.deadline, state.lastTouch, state.first, state.second] {
      tag.add(minute == Self.none ? nil : minute &+ wall)
    }
    return tag.value
  }
}
