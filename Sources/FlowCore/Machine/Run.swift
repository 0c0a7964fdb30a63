import FlowTime

/// The state of one run: the fold of its events over its graph.
public struct Run: Hashable, Sendable, Codable {
  public enum State: Hashable, Sendable, Codable {
    case waiting(Waiting)
    case ended(outcome: String, at: Instant)
  }

  /// What the run waits for.
  public struct Waiting: Hashable, Sendable, Codable {
    public enum Stage: Hashable, Sendable, Codable {
      /// The `at:` or `after:` of the step.
      case before
      /// The step is due and waits for window, gap or caps.
      case deferring
      /// A plain `wait`.
      case plain
      /// An `await`.
      case listening
      /// The outcome of what was handed over.
      case outcome
      /// The pause between two rounds of a `repeat`.
      case round
      /// An `ack` of the person with this index.
      case escalating(Int)
    }

    // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
    public var node: NodeIndex
    public var stage: Stage
    /// When the run came to the step.
    public var arrived: Instant
    public var due: Instant
    /// The due as computed from the file, before any hold: tells whether data have changed it.
    public var computed: Instant
    /// What holds had moved `day N` by when the run came to the step.
    public var shift: Int
    /// An instant to which a hold has moved it; a due computed anew is never earlier.
    public var floor: Optional<Instant>
    public var hold: Optional<EventHold>

    public init(
      node: NodeIndex, stage: Stage, arrived: Instant, due: Instant, computed: Instant, shift: Int,
      floor: Instant? = nil, hold: EventHold? = nil
    ) {
      self.node = node
      self.stage = stage
      self.arrived = arrived
      self.due = due
      self.computed = computed
      self.shift = shift
      self.floor = floor
      self.hold = hold
    }

    /// When the run must be told `timer`.
    public var wakes: Instant { hold?.deadline ?? due }
  }

  /// `hold until EVENT`: the due is fixed when it comes, or at the deadline.
  public struct EventHold: Hashable, Sendable, Codable {
    public var event: String
    public var shift: Duration?
    public var deadline: Instant
    public var text: String
    public init(event: String, shift: Duration?, deadline: Instant, text: String) {
      self.event = event
      self.shift = shift
      self.deadline = deadline
      self.text = text
    }
  }

  public struct Round: Hashable, Sendable, Codable {
    /// From 1.
    public var number: Int
    public var began: Instant
    /// When the round first sent or assigned something.
    public var sent: Instant?

    package init(number: Int, began: Instant, sent: Instant?) {
      self.number = number
      self.began = began
      self.sent = sent
    }
  }

  /// What the last answer brought, in scope as `reply.…`.
  public struct Reply: Hashable, Sendable, Codable {
    public var text: String
    public var `class`: String
    public var date: CivilDate?

    package init(text: String, class: String, date: CivilDate?) {
      self.text = text
      self.class = `class`
      self.date = date
    }
  }

  /// Values of the trigger's key.
  public var key: [String]
  public var data: [String: Value]
  public var started: Instant
  /// The zone in which days are reckoned.
  public var zone: String
  public var state: State
  /// When touches went out, in order.
  public var touched: [Instant]
  public var lastTouchVerb: String?
  /// When the contact last answered; nil since this run's last touch. An answer lifts the gap to the touch before it.
  public var answered: Instant?
  /// When a step went out, was assigned, was come to or was left out: the first time.
  public var passed: [NodeIndex: Instant]
  /// Steps the run has come to.
  public var reached: Set<NodeIndex>
  /// The event whose case led to a list of steps.
  public var led: [Int: Event]
  public var reply: Reply?
  public var taskNote: String?
  public var rounds: [NodeIndex: Round]
  /// What came since the last touch, and nothing has taken.
  public var untaken: [Event]
  /// Days by which holds have moved `day N`; at most 30.
  public var heldDays: Int
  public var suppressed: Set<String>
  /// How often a step has been handed over.
  public var handovers: [NodeIndex: Int]

  public init(key: [String], data: [String: Value], started: Instant, zone: String) {
    self.key = key
    self.data = data
    self.started = started
    self.zone = zone
    state = .ended(outcome: "", at: started)
    touched = []
    passed = [:]
    reached = []
    led = [:]
    rounds = [:]
    untaken = []
    heldDays = 0
    suppressed = []
    handovers = [:]
  }

  public var touches: Int { touched.count }

  /// The latest instant that it has come to: nothing of it happens before.
  public var lived: Instant {
    let known = [waiting?.arrived, ended, touched.last, answered, passed.values.max()]
    return known.compactMap(\.self).reduce(started) { max($0, $1) }
  }

  public var waiting: Waiting? { if case .waiting(let waiting) = state { waiting } else { nil } }

  public var outcome: String? { if case .ended(let outcome, _) = state { outcome } else { nil } }

  public var ended: Instant? { if case .ended(_, let at) = state { at } else { nil } }
}

/// What one event did to a run: the pivot of the house. The store commits it, the timeline prints it, the proof
/// explores it, a test compares it, a replay repeats it.
public struct Transition: Hashable, Sendable {
  /// ``run``: whoever keeps it shares it with the transition.
  package private(set) var shared: Shared<Run>
  /// The run as it is now.
  public var run: Run {
    _read { yield shared.value }
    set { shared = Shared(newValue) }
  }
  /// In the order in which things happened.
  public var entries: [Entry]
  public var effects: [Effect]
  /// Steps that were due and gave way to another place or an end: no entry says so.
  public var gaveWay: [GaveWay]

  public init(run: consuming Run, entries: [Entry], effects: [Effect], gaveWay: [GaveWay] = []) {
    shared = Shared(run)
    self.entries = entries
    self.effects = effects
    self.gaveWay = gaveWay
  }

  /// A step that `closed:`, `if-past:`, `max-touches` or the caps led past, or a `repeat` that `stop-if` ended.
  public struct GaveWay: Hashable, Sendable {
    public var node: NodeIndex
    public var because: String
  }
}
