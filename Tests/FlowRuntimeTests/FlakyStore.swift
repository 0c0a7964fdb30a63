import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization

/// A store that fails at one commit and works again: a disk that was full for a while.
final class FlakyStore: Store {
  private let base: any Store
  private let plan = Mutex<(left: Int?, fault: FaultyStore.Fault)>((nil, .before))

  init(_ base: any Store) { self.base = base }

  /// The commit that fails, counted from here; nil for none.
  func fail(at commit: Int?, _ fault: FaultyStore.Fault) { plan.withLock { $0 = (commit, fault) } }

  func commit(_ writes: [Write]) throws(StoreError) {
    let fault = plan.withLock { plan -> FaultyStore.Fault? in
      plan.left = plan.left.map { $0 - 1 }
      return plan.left == 0 ? plan.fault : nil
    }
    if fault == .before { throw .failed("the disk is full") }
    try base.commit(writes)
    if fault == .after { throw .failed("nobody was told") }
  }

  func inbox(_ key: InboxKey) throws(StoreError) -> InboxRow? { try base.inbox(key) }
  func pending(limit: Int) throws(StoreError) -> [InboxRow] { try base.pending(limit: limit) }
  func inboxNeedingEyes() throws(StoreError) -> [InboxRow] { try base.inboxNeedingEyes() }
  func run(_ id: String) throws(StoreError) -> RunRecord? { try base.run(id) }
  func runIDs(prefix: String, limit: Int) throws(StoreError) -> [String] {
    try base.runIDs(prefix: prefix, limit: limit)
  }
  func runs(_ filter: RunFilter) throws(StoreError) -> [RunRecord] { try base.runs(filter) }
  func run(workflow: String, subject: String, startedBy event: String) throws(StoreError) -> RunRecord?
  {
    try base.run(workflow: workflow, subject: subject, startedBy: event)
  }
  func lastRun(workflow: String, subject: String) throws(StoreError) -> RunRecord? {
    try base.lastRun(workflow: workflow, subject: subject)
  }
  func lastRun(workflow: String, contact: String) throws(StoreError) -> RunRecord? {
    try base.lastRun(workflow: workflow, contact: contact)
  }
  func liveRun(exclusive: String, contact: String) throws(StoreError) -> RunRecord? {
    try base.liveRun(exclusive: exclusive, contact: contact)
  }
  func knows(run: String, event: String) throws(StoreError) -> Bool {
    try base.knows(run: run, event: event)
  }
  func journal(_ run: String) throws(StoreError) -> [JournalStep] { try base.journal(run) }
  func due(until instant: Instant, limit: Int) throws(StoreError) -> [String] {
    try base.due(until: instant, limit: limit)
  }
  func nextDue() throws(StoreError) -> Instant? { try base.nextDue() }
  func outgoing(_ key: String) throws(StoreError) -> Outgoing? { try base.outgoing(key) }
  func nextOutgoing(until instant: Instant) throws(StoreError) -> Outgoing? {
    try base.nextOutgoing(until: instant)
  }
  func outbox(_ state: Outgoing.State) throws(StoreError) -> [Outgoing] { try base.outbox(state) }
  func outbox(run: String) throws(StoreError) -> [Outgoing] { try base.outbox(run: run) }
  func hasPlanned(run: String) throws(StoreError) -> Bool { try base.hasPlanned(run: run) }
  func task(_ id: String) throws(StoreError) -> TaskRecord? { try base.task(id) }
  func tasks(_ filter: TaskFilter) throws(StoreError) -> [TaskRecord] { try base.tasks(filter) }
  func suppressed(_ contact: [String]) throws(StoreError) -> Set<String> {
    try base.suppressed(contact)
  }
  func suppressions() throws(StoreError) -> [Suppression] { try base.suppressions() }
  func touches(contact: String) throws(StoreError) -> [ContactTouch] {
    try base.touches(contact: contact)
  }
  func version(_ fingerprint: String) throws(StoreError) -> Version? { try base.version(fingerprint) }
  func remembered(_ name: String) throws(StoreError) -> String? { try base.remembered(name) }
  func remembered(prefix: String) throws(StoreError) -> [Fact] { try base.remembered(prefix: prefix) }
}
