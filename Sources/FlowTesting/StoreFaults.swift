import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime
import Synchronization

/// A store that fails at one commit, as if the process had ended there: for showing that whatever comes after
/// a crash goes on from whole transitions.
public final class FaultyStore: Store {
  public enum Fault: Sendable, CaseIterable {
    /// The commit did not happen.
    case before
    /// It did, and nobody was told.
    case after
  }

  private let base: any Store
  private let fault: Fault
  private let isGrouping: Bool
  private let left: Mutex<Int?>
  private let made = Mutex(0)
  private let hasAdded = Mutex(false)

  /// - Parameter commit: the number of the commit that fails, from 1; nil for none. All later ones fail as
  ///   well: the process is gone.
  /// - Parameter isGrouping: what is added waits for the flush, as the base does it, and the flush is the
  ///   commit that is counted; else each addition is one. The base must lose what was not flushed when it is
  ///   let go.
  public init(_ base: any Store, failingAt commit: Int?, _ fault: Fault, isGrouping: Bool = false) {
    self.base = base
    self.isGrouping = isGrouping
    self.fault = fault
    left = Mutex(commit)
  }

  /// How many commits were asked for.
  public var commits: Int { made.withLock { $0 } }

  public func commit(_ writes: [Write]) throws(StoreError) {
    try fail { () throws(StoreError) in try base.commit(writes) }
  }

  public func add(_ writes: [Write]) throws(StoreError) {
    guard isGrouping else { return try commit(writes) }
    if let left = left.withLock(\.self), left <= 0 { throw .failed("the process has ended") }
    hasAdded.withLock { $0 = true }
    try base.add(writes)
  }

  public func flush() throws(StoreError) {
    guard hasAdded.withLock({ $0 }) else { return }
    hasAdded.withLock { $0 = false }
    try fail { () throws(StoreError) in try base.flush() }
  }

  private func fail(_ commit: () throws(StoreError) -> Void) throws(StoreError) {
    made.withLock { $0 += 1 }
    let count = left.withLock { left -> Int? in
      left = left.map { $0 - 1 }
      return left
    }
    if count == 0, fault == .after { try commit() }
    if let count, count <= 0 { throw .failed("the process has ended") }
    try commit()
  }

  public func inbox(_ key: InboxKey) throws(StoreError) -> InboxRow? { try base.inbox(key) }
  public func pending(limit: Int) throws(StoreError) -> [InboxRow] { try base.pending(limit: limit) }
  public func inboxNeedingEyes() throws(StoreError) -> [InboxRow] { try base.inboxNeedingEyes() }
  public func run(_ id: String) throws(StoreError) -> RunRecord? { try base.run(id) }
  public func runIDs(prefix: String, limit: Int) throws(StoreError) -> [String] {
    try base.runIDs(prefix: prefix, limit: limit)
  }
  public func runs(_ filter: RunFilter) throws(StoreError) -> [RunRecord] { try base.runs(filter) }
  public func run(workflow: String, subject: String, startedBy event: String) throws(StoreError) -> RunRecord?
  {
    try base.run(workflow: workflow, subject: subject, startedBy: event)
  }
  public func lastRun(workflow: String, subject: String) throws(StoreError) -> RunRecord? {
    try base.lastRun(workflow: workflow, subject: subject)
  }
  public func lastRun(workflow: String, contact: String) throws(StoreError) -> RunRecord? {
    try base.lastRun(workflow: workflow, contact: contact)
  }
  public func liveRun(exclusive: String, contact: String) throws(StoreError) -> RunRecord? {
    try base.liveRun(exclusive: exclusive, contact: contact)
  }
  public func knows(run: String, event: String) throws(StoreError) -> Bool {
    try base.knows(run: run, event: event)
  }
  public func journal(_ run: String) throws(StoreError) -> [JournalStep] { try base.journal(run) }
  public func due(until instant: Instant, limit: Int) throws(StoreError) -> [String] {
    try base.due(until: instant, limit: limit)
  }
  public func nextDue() throws(StoreError) -> Instant? { try base.nextDue() }
  public func outgoing(_ key: String) throws(StoreError) -> Outgoing? { try base.outgoing(key) }
  public func nextOutgoing(until instant: Instant) throws(StoreError) -> Outgoing? {
    try base.nextOutgoing(until: instant)
  }
  public func outbox(_ state: Outgoing.State) throws(StoreError) -> [Outgoing] { try base.outbox(state) }
  public func outbox(run: String) throws(StoreError) -> [Outgoing] { try base.outbox(run: run) }
  public func hasPlanned(run: String) throws(StoreError) -> Bool { try base.hasPlanned(run: run) }
  public func task(_ id: String) throws(StoreError) -> TaskRecord? { try base.task(id) }
  public func tasks(_ filter: TaskFilter) throws(StoreError) -> [TaskRecord] { try base.tasks(filter) }
  public func suppressed(_ contact: [String]) throws(StoreError) -> Set<String> {
    try base.suppressed(contact)
  }
  public func suppressions() throws(StoreError) -> [Suppression] { try base.suppressions() }
  public func touches(contact: String) throws(StoreError) -> [ContactTouch] {
    try base.touches(contact: contact)
  }
  public func version(_ fingerprint: String) throws(StoreError) -> Version? { try base.version(fingerprint) }
  public func remembered(_ name: String) throws(StoreError) -> String? { try base.remembered(name) }
  public func remembered(prefix: String) throws(StoreError) -> [Fact] { try base.remembered(prefix: prefix) }
}
