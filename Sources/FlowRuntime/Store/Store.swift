import FlowCore
import FlowTime

/// Where runs live. One engine writes to it at a time; anybody may read.
///
/// What a store guarantees, and the public conformance suite checks:
/// - ``commit(_:)`` is one transaction: when it returns, all of it is there and stays there whatever happens
///   to the process; when it throws, nothing of it is. The next read sees it.
/// - What may be there once (``Write``) is kept so by the store itself, not by looking before writing.
/// - Lists come in the order that is named, the same each time.
/// - A read that is cancelled or fails changes nothing. A commit is not cancelled: once begun it ends.
public protocol Store: AnyObject, Sendable {
  /// Applies all changes in their order, or none.
  func commit(_ writes: [Write]) throws(StoreError)
  /// The same, and the next read sees it; but it is only sure to stay from the next ``flush()`` or
  /// ``commit(_:)`` on. Several of these share one transaction: what a crash takes away is a tail of them,
  /// never one in the middle.
  func add(_ writes: [Write]) throws(StoreError)
  /// When it returns, everything that was added stays. When it throws, all that was added since the flush
  /// before is gone.
  func flush() throws(StoreError)
  /// Begins a flush, and waits for the one that was begun before: when it returns, everything stays that had been
  /// added before the last time. When it throws, or a flush after it, all is gone that is not sure to stay.
  func beginFlush() throws(StoreError)
  /// Whether ``tidy()`` is worth its while now. Waits for nobody.
  var isUntidy: Bool { get }
  /// What is put off until nobody waits: for whoever has given an answer, and is asked nothing at the moment. It takes
  /// about a millisecond, and changes nothing that anybody reads.
  func tidy() throws(StoreError)

  // MARK: Inbox

  func inbox(_ key: InboxKey) throws(StoreError) -> InboxRow?
  /// Lines that nothing was done about, in the order in which they came; at most `limit`.
  func pending(limit: Int) throws(StoreError) -> [InboxRow]
  /// Lines that fit no run, or were refused, in the order in which they came.
  func inboxNeedingEyes() throws(StoreError) -> [InboxRow]

  // MARK: Runs

  func run(_ id: String) throws(StoreError) -> RunRecord?
  /// Ids of runs, live and ended, that begin with `prefix`, sorted; at most `limit`.
  func runIDs(prefix: String, limit: Int) throws(StoreError) -> [String]
  /// In the order (started, id).
  func runs(_ filter: RunFilter) throws(StoreError) -> [RunRecord]
  /// The run that this event started for workflow and key.
  func run(workflow: String, subject: String, startedBy event: String) throws(StoreError) -> RunRecord?
  /// The run with this key that started last.
  func lastRun(workflow: String, subject: String) throws(StoreError) -> RunRecord?
  /// The run of this contact that started last.
  func lastRun(workflow: String, contact: String) throws(StoreError) -> RunRecord?
  /// The live run of the contact within an `exclusive` group.
  func liveRun(exclusive: String, contact: String) throws(StoreError) -> RunRecord?
  /// Whether the run has heard the event.
  func knows(run: String, event: String) throws(StoreError) -> Bool
  /// In the order of their sequence.
  func journal(_ run: String) throws(StoreError) -> [JournalStep]
  /// What of the run is not as it was written; nil where all of it is, or was a moment ago, and where there is no such
  /// run. Damage is no error of this call, nor of any other but ``journal(_:)``: what is told of such a run is what can
  /// be told, and of its messages those that are whole.
  func damage(run: String) throws(StoreError) -> String?
  /// Ids of runs of which a message that waits was not as it was written when the store was opened, sorted. It never
  /// leaves.
  func damaged() throws(StoreError) -> [String]

  // MARK: Time

  /// When the step of any run was made that was added last; nil where there is none.
  func lastStep() throws(StoreError) -> Instant?
  /// Ids of runs that are due, the longest due first, then the first started; at most `limit`.
  func due(until instant: Instant, limit: Int) throws(StoreError) -> [String]
  /// When the next run is due or the next planned line of the outbox may be tried; of other verbs than these no line
  /// that ``nextOutgoing(until:_:)`` could have told already counts.
  func nextDue(_ verbs: Verbs) throws(StoreError) -> Instant?

  // MARK: Outbox

  func outgoing(_ key: String) throws(StoreError) -> Outgoing?
  /// The planned line by these verbs that may be tried, the first planned first.
  func nextOutgoing(until instant: Instant, _ verbs: Verbs) throws(StoreError) -> Outgoing?
  /// Lines in a state, in the order in which they were planned.
  func outbox(_ state: Outgoing.State) throws(StoreError) -> [Outgoing]
  /// All lines of a run, in the order in which they were planned.
  func outbox(run: String) throws(StoreError) -> [Outgoing]
  /// The steps of those of a run's lines that are touches.
  func touchSteps(run: String) throws(StoreError) -> Set<NodeIndex>
  /// Whether something is still to be done about a line of the run (``Outgoing/isOpen``).
  func hasOpen(run: String) throws(StoreError) -> Bool

  // MARK: People

  func task(_ id: String) throws(StoreError) -> TaskRecord?
  /// In the order (assigned, id).
  func tasks(_ filter: TaskFilter) throws(StoreError) -> [TaskRecord]
  /// Verbs, or `all`, that must not be used for who is known by any of these.
  func suppressed(_ contact: [String]) throws(StoreError) -> Set<String>
  /// In the order (contact, channel).
  func suppressions() throws(StoreError) -> [Suppression]
  /// By time.
  func touches(contact: String) throws(StoreError) -> [ContactTouch]

  // MARK: Versions

  func version(_ fingerprint: String) throws(StoreError) -> Version?
  /// Fingerprints of the versions that live runs are on.
  func liveVersions() throws(StoreError) -> Set<String>

  // MARK: Facts

  func remembered(_ name: String) throws(StoreError) -> String?
  /// Facts whose names begin so, by name.
  func remembered(prefix: String) throws(StoreError) -> [Fact]

  // MARK: Erasure

  /// Takes out everything that is known of a contact, by whatever it is known; that it must not be written to is
  /// kept, under a digest (guarantee 27).
  func erase(_ contact: String) throws(StoreError) -> Erasure
}

/// Some of the channels' verbs.
public enum Verbs: Hashable, Sendable {
  case only(String)
  case but(Set<String>)
  public static let all = Verbs.but([])

  public func contains(_ verb: String) -> Bool {
    switch self {
    case .only(let one): verb == one
    case .but(let others): !others.contains(verb)
    }
  }
}

extension Store {
  public func touchSteps(run: String) throws(StoreError) -> Set<NodeIndex> {
    Set(try outbox(run: run).filter(\.touch).map(\.node))
  }
  /// What stands in memory is not damaged.
  public func damage(run: String) throws(StoreError) -> String? { nil }
  public func damaged() throws(StoreError) -> [String] { [] }
  public func nextDue() throws(StoreError) -> Instant? { try nextDue(.all) }
  public func nextOutgoing(until instant: Instant) throws(StoreError) -> Outgoing? {
    try nextOutgoing(until: instant, .all)
  }
}

/// What was known of a contact and is not any more.
public struct Erasure: Hashable, Sendable {
  /// Ids of runs, live and ended.
  public var runs: Set<String>
  public var events: Int
  public var suppressions: Int
  /// Ids of runs of others whose data still name the contact: they go on with what they have begun with.
  public var naming: Set<String>

  public init(runs: Set<String> = [], events: Int = 0, suppressions: Int = 0, naming: Set<String> = []) {
    self.runs = runs
    self.events = events
    self.suppressions = suppressions
    self.naming = naming
  }
}

/// For a store that shares no transactions: each change is a commit of its own. Whoever shares them need not write them
/// beside what comes next.
extension Store {
  public func add(_ writes: [Write]) throws(StoreError) { try commit(writes) }
  public func flush() throws(StoreError) {}
  public func beginFlush() throws(StoreError) { try flush() }
}

/// For a store that puts nothing off.
extension Store {
  public var isUntidy: Bool { false }
  public func tidy() throws(StoreError) {}
}

/// For a store that is gone with its process.
extension Store {
  public func erase(_ contact: String) throws(StoreError) -> Erasure {
    throw .failed("this store keeps nothing that could be erased")
  }
}
