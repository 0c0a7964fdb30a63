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
  struct State: Hashable {
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
  }

  enum Stage: UInt8 { case before, deferring, plain, listening, outcome, round, escalating, ended }

  static var none: Int32 { .min }

  /// Apart from what follows from the graph, so that a contact's state is changed where it lies.
  private var states: [State] = []
  private var steps: CompiledSteps

  init(_ program: CohortProgram) { steps = CompiledSteps(program) }

  /// Something fell between two minutes, or beyond what a state can hold: the machine has to carry this cohort.
  var isRagged: Bool { steps.times.isRagged || steps.overflows }

  var handed: [Handed] {
    get { steps.handed }
    _modify { yield &steps.handed }
  }

  var looked: Bool { steps.looked }

  var bytesPerContact: Int { MemoryLayout<State>.stride }

  mutating func start(_ place: Int, contact: UInt32, day: Int, at minute: Int32) {
    if states.count <= place { states.append(State()) }
    states[place] = State()
    steps.start(&states[place], contact, day: day, at: minute)
  }

  mutating func tell(_ place: Int, _ told: Told, contact: UInt32, at minute: Int32) {
    steps.looked = false
    switch told {
    case .timer: steps.tick(&states[place], contact, minute)
    case .reply(let index): steps.reply(index, &states[place], contact, minute)
    case .outcome(let node, let index): steps.outcome(index, of: node, &states[place], contact, minute)
    }
  }

  mutating func wentOut(_ place: Int, at minute: Int32) {
    states[place].lastTouch = max(states[place].lastTouch, minute)
    states[place].answer &= ~State.answered
  }

  func wakes(_ place: Int) -> Int32? {
    if states[place].stage == .ended { return nil }
    return states[place].deadline != Self.none ? states[place].deadline : states[place].due
  }

  func awaited(_ place: Int) -> Int32 {
    states[place].stage == .outcome ? Int32(states[place].node) : -1
  }

  func outcome(_ place: Int) -> String { steps.program.ends[Int(CohortProgram.To.firstEnd - states[place].due)] }

  func touches(_ place: Int) -> Int { Int(states[place].touches) }

  mutating func state(_ place: Int, at minute: Int32) -> State { steps.plain(states[place], at: minute) }

  func countedApart(_ state: State) -> (state: State, touches: Int)? {
    guard state.stage != .ended, !steps.program.leadsToCounted[Int(state.node)] else { return nil }
    var apart = state
    apart.touches = 0
    return (apart, Int(state.touches))
  }

  func tag(_ state: State) -> UInt64 {
    let due = UInt64(UInt32(bitPattern: state.due)) << 32 | UInt64(UInt32(bitPattern: state.started))
    let place = UInt64(state.node) << 48 | UInt64(state.day) << 32 | UInt64(state.passed)
    let mixed = (due ^ UInt64(state.touches) << 56 ^ UInt64(state.stage.rawValue) << 50) &* 0x9E37_79B9_7F4A_7C15
    return (mixed ^ mixed >> 29 ^ place) &* 0xBF58_476D_1CE4_E5B9
  }

  mutating func put(_ state: State, _ place: Int) {
    while states.count <= place { states.append(State()) }
    states[place] = state
  }
}
