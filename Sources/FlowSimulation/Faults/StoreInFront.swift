import FlowRuntime
import FlowTime

/// A store in front of another, which does all that this one does not do otherwise: for a fault, for
/// counting.
public protocol StoreInFront: Store {
  var base: any Store { get }
  /// Before each read; what it throws, the read throws.
  func willRead() throws(StoreError)
}

extension StoreInFront {
  public func willRead() throws(StoreError) {}
  public func commit(_ writes: [Write]) throws(StoreError) { try base.commit(writes) }
  public func add(_ writes: [Write]) throws(StoreError) { try base.add(writes) }
  public func flush() throws(StoreError) { try base.flush() }
  public func beginFlush() throws(StoreError) { try flush() }
  public var isUntidy: Bool { base.isUntidy }
  public func tidy() throws(StoreError) { try base.tidy() }
  public func erase(_ contact: String) throws(StoreError) -> Erasure { try base.erase(contact) }

  public func inbox(_ key: InboxKey) throws(StoreError) -> InboxRow? {
    try willRead()
    return try base.inbox(key)
  }
  public func pending(limit: Int) throws(StoreError) -> [InboxRow] {
    try willRead()
    return try base.pending(limit: limit)
  }
  public func inboxNeedingEyes() throws(StoreError) -> [InboxRow] {
    try willRead()
    return try base.inboxNeedingEyes()
  }
  public func run(_ id: String) throws(StoreError) -> RunRecord? {
    try willRead()
    return try base.run(id)
  }
  public func runIDs(prefix: String, limit: Int) throws(StoreError) -> [String] {
    try willRead()
    return try base.runIDs(prefix: prefix, limit: limit)
  }
  public func runs(_ filter: RunFilter) throws(StoreError) -> [RunRecord] {
    try willRead()
    return try base.runs(filter)
  }
  public func run(workflow: String, subject: String, startedBy event: String) throws(StoreError) -> RunRecord? {
    try willRead()
    return try base.run(workflow: workflow, subject: subject, startedBy: event)
  }
  public func lastRun(workflow: String, subject: String) throws(StoreError) -> RunRecord? {
    try willRead()
    return try base.lastRun(workflow: workflow, subject: subject)
  }
  public func lastRun(workflow: String, contact: String) throws(StoreError) -> RunRecord? {
    try willRead()
    return try base.lastRun(workflow: workflow, contact: contact)
  }
  public func liveRun(exclusive: String, contact: String) throws(StoreError) -> RunRecord? {
    try willRead()
    return try base.liveRun(exclusive: exclusive, contact: contact)
  }
  public func knows(run: String, event: String) throws(StoreError) -> Bool {
    try willRead()
    return try base.knows(run: run, event: event)
  }
  public func journal(_ run: String) throws(StoreError) -> [JournalStep] {
    try willRead()
    return try base.journal(run)
  }
  public func damage(run: String) throws(StoreError) -> String? {
    try willRead()
    return try base.damage(run: run)
  }
  public func damaged() throws(StoreError) -> [String] {
    try willRead()
    return try base.damaged()
  }
  public func lastStep() throws(StoreError) -> Instant? {
    try willRead()
    return try base.lastStep()
  }
  public func due(until instant: Instant, limit: Int) throws(StoreError) -> [String] {
    try willRead()
    return try base.due(until: instant, limit: limit)
  }
  public func nextDue(_ verbs: Verbs) throws(StoreError) -> Instant? {
    try willRead()
    return try base.nextDue(verbs)
  }
  public func outgoing(_ key: String) throws(StoreError) -> Outgoing? {
    try willRead()
    return try base.outgoing(key)
  }
  public func nextOutgoing(until instant: Instant, _ verbs: Verbs) throws(StoreError) -> Outgoing? {
    try willRead()
    return try base.nextOutgoing(until: instant, verbs)
  }
  public func outbox(_ state: Outgoing.State) throws(StoreError) -> [Outgoing] {
    try willRead()
    return try base.outbox(state)
  }
  public func outbox(run: String) throws(StoreError) -> [Outgoing] {
    try willRead()
    return try base.outbox(run: run)
  }
  public func hasOpen(run: String) throws(StoreError) -> Bool {
    try willRead()
    return try base.hasOpen(run: run)
  }
  public func task(_ id: String) throws(StoreError) -> TaskRecord? {
    try willRead()
    return try base.task(id)
  }
  public func tasks(_ filter: TaskFilter) throws(StoreError) -> [TaskRecord] {
    try willRead()
    return try base.tasks(filter)
  }
  public func suppressed(_ contact: [String]) throws(StoreError) -> Set<String> {
    try willRead()
    return try base.suppressed(contact)
  }
  public func suppressions() throws(StoreError) -> [Suppression] {
    try willRead()
    return try base.suppressions()
  }
  public func touches(contact: String) throws(StoreError) -> [ContactTouch] {
    try willRead()
    return try base.touches(contact: contact)
  }
  public func version(_ fingerprint: String) throws(StoreError) -> Version? {
    try willRead()
    return try base.version(fingerprint)
  }
  public func liveVersions() throws(StoreError) -> Set<String> {
    try willRead()
    return try base.liveVersions()
  }
  public func remembered(_ name: String) throws(StoreError) -> String? {
    try willRead()
    return try base.remembered(name)
  }
  public func remembered(prefix: String) throws(StoreError) -> [Fact] {
    try willRead()
    return try base.remembered(prefix: prefix)
  }
}
