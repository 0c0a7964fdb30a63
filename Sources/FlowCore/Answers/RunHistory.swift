import FlowTime

/// Everything that is stored of one run, as those read it who answer questions about it.
public struct RunHistory: Sendable, Hashable {
  /// One committed transition: what came, when, and what it did.
  public struct Step: Sendable, Hashable {
    /// From 1, without gaps.
    public var sequence: Int
    public var at: Instant
    /// Nil where the run started, and where the engine notes what it did of itself.
    public var event: Event?
    public var entries: [Entry]
    /// What the machine was told of the contact's other runs.
    public var touchesElsewhere: [Instant]
    public var suppressed: [String]
    /// By which verbs, or `all`, nothing could go out then, and why.
    public var held: [String: String]
    public init(
      sequence: Int, at: Instant, event: Event?, entries: [Entry], touchesElsewhere: [Instant] = [],
      suppressed: [String] = [], held: [String: String] = [:]
    ) {
      self.sequence = sequence
      self.at = at
      self.event = event
      self.entries = entries
      self.touchesElsewhere = touchesElsewhere
      self.suppressed = suppressed
      self.held = held
    }
  }

  /// One thing that was handed to a channel, or is to be.
  public struct Delivery: Sendable, Hashable {
    public var key: String
    /// The transition that planned it.
    public var sequence: Int
    public var step: String
    public var round: Int?
    public var verb: String
    public var touch: Bool
    public var to: String
    /// SHA-256 of the very bytes, 64 hexadecimal digits.
    public var digest: String
    public var planned: Instant
    /// When it may be tried (again).
    public var next: Instant
    public var attempts: Int
    /// The outbox's word: planned, deferred, claimed, marked, accepted, failed, cancelled, unknown, held.
    public var state: String
    public var because: String?
    /// What the far side calls it.
    public var receipt: String?
    public var settled: Instant?
    public init(
      key: String, sequence: Int, step: String, round: Int? = nil, verb: String, touch: Bool, to: String,
      digest: String, planned: Instant, next: Instant, attempts: Int, state: String, because: String? = nil,
      receipt: String? = nil, settled: Instant? = nil
    ) {
      self.key = key
      self.sequence = sequence
      self.step = step
      self.round = round
      self.verb = verb
      self.touch = touch
      self.to = to
      self.digest = digest
      self.planned = planned
      self.next = next
      self.attempts = attempts
      self.state = state
      self.because = because
      self.receipt = receipt
      self.settled = settled
    }
  }

  /// Nothing of any run went out.
  public struct Standstill: Sendable, Hashable {
    public var from: Instant
    public var until: Instant
    public var because: String
    public init(from: Instant, until: Instant, because: String) {
      self.from = from
      self.until = until
      self.because = because
    }
  }

  /// What was said of a task when its run had ended.
  public struct Told: Sendable, Hashable {
    public var step: String
    public var outcome: String
    public init(step: String, outcome: String) {
      self.step = step
      self.outcome = outcome
    }
  }

  public var id: String
  public var workflow: String
  /// The version that it is on now.
  public var version: String
  /// Its key's values joined by `/`.
  public var subject: String
  public var contact: String
  /// Why it cannot go on; nil for a sound run.
  public var stuck: String?
  /// Why nothing of it goes out for now: sending is held, or the run is paused.
  public var holds: [String] = []
  /// The same by one verb alone, by verb.
  public var verbHolds: [String: [String]] = [:]
  /// Why it waits at its step, though it is due there: a hold, or a touch before that has not left; nil where it does
  /// not, or where a person has paused it.
  public var standsBecause: String?
  /// When sending as a whole was held, as far as that is over.
  public var standstills: [Standstill] = []
  public var run: Run
  public var steps: [Step]
  public var deliveries: [Delivery]
  public var toldLate: [Told] = []
  /// The data it started with; nil where what came in is not kept any more.
  public var beginning: [String: Value]?
  /// Verbs, or `all`, that are suppressed for the contact by now.
  public var suppressed: Set<String>

  public init(
    id: String, workflow: String, version: String, subject: String, contact: String, stuck: String? = nil,
    run: Run, steps: [Step], deliveries: [Delivery] = [], beginning: [String: Value]? = nil,
    suppressed: Set<String> = []
  ) {
    self.id = id
    self.workflow = workflow
    self.version = version
    self.subject = subject
    self.contact = contact
    self.stuck = stuck
    self.run = run
    self.steps = steps
    self.deliveries = deliveries
    self.beginning = beginning
    self.suppressed = suppressed
  }

  public var entries: [Entry] { steps.flatMap(\.entries) }

  /// The version it started with: before the first time it was moved.
  public var firstVersion: String {
    for entry in entries {
      if case .migrated(let from, _) = entry.kind { return from }
    }
    return version
  }

  /// All that it has been on.
  public var versions: Set<String> {
    entries.reduce(into: [version]) { versions, entry in
      if case .migrated(let from, let to) = entry.kind { versions.formUnion([from, to]) }
    }
  }
}
