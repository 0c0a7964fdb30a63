import FlowRuntime
import FlowSimulation
import FlowTime

/// The store of one process: what was added is seen at once and is sure from the flush on; a crash takes the
/// rest away.
final class FlakyStore: StoreInFront, @unchecked Sendable {
  private(set) var base: any Store
  private(set) var isDead = false
  /// The engine on it was asked to end, and said that it has.
  var isDrained = false
  private var added: [[Write]] = []
  /// What is on its way: it may get there, or not.
  private var begun: [[Write]] = []
  private unowned let world: World

  init(_ world: World) {
    self.world = world
    base = FlakyStore.rebuilt(world.written)
  }

  private static func rebuilt(_ batches: [[Write]]) -> MemoryStore {
    let store = MemoryStore()
    for batch in batches {
      // What was written once can be written again in the same order.
      try? store.commit(batch)
    }
    return store
  }

  func die() {
    isDead = true
    (added, begun) = ([], [])
  }

  private func check() throws(StoreError) { if isDead { throw .failed("the process has ended") } }

  func willRead() throws(StoreError) {
    try check()
    if world.fails(.failedReads) { throw .failed("reading failed") }
  }

  func commit(_ writes: [Write]) throws(StoreError) {
    try add(writes)
    try flush()
  }

  func add(_ writes: [Write]) throws(StoreError) {
    try check()
    let writes = world.plant?.change(writes, self) ?? writes
    try base.commit(writes)
    guard world.plant == .tornTransition else { return added.append(writes) }
    let isJournal: (Write) -> Bool = { if case .append = $0 { true } else { false } }
    added += [writes.filter { !isJournal($0) }, writes.filter(isJournal)].filter { !$0.isEmpty }
  }

  func flush() throws(StoreError) {
    try check()
    try beginFlush()
    try finish()
  }

  func beginFlush() throws(StoreError) {
    try check()
    try finish()
    if world.plant?.keepsBack(world) == true { return }
    (begun, added) = (added, [])
  }

  private func finish() throws(StoreError) {
    if begun.isEmpty { return }
    switch world.fateOfCommit() {
    case .done: settle()
    case .refused:
      (added, begun) = ([], [])
      base = FlakyStore.rebuilt(world.written)
      throw .failed("nothing can be written")
    case .crashBefore:
      die()
      throw .failed("the process has ended")
    case .crashAfter:
      settle()
      die()
      throw .failed("the process has ended")
    }
  }

  private func settle() {
    let batches = begun
    begun = []
    for batch in batches { world.settle(batch) }
  }

  // MARK: What a planted fault changes in reads

  func due(until instant: Instant, limit: Int) throws(StoreError) -> [String] {
    try willRead()
    let all = try base.due(until: instant, limit: limit)
    return world.plant?.due(all, world) ?? all
  }

  func outbox(_ state: Outgoing.State) throws(StoreError) -> [Outgoing] {
    try willRead()
    let all = try base.outbox(state)
    return world.plant == .lostHandovers && [.claimed, .marked].contains(state) ? [] : all
  }

  func nextOutgoing(until instant: Instant, _ verbs: Verbs) throws(StoreError) -> Outgoing? {
    try willRead()
    switch world.plant {
    case .blockedByFirst:
      guard let first = try base.outbox(.planned).first, first.next <= instant else { return nil }
      return first
    case .doubleClaim:
      if let next = try base.nextOutgoing(until: instant, verbs) { return next }
      guard var again = try base.outbox(.accepted).last, again.attempts == 1, again.touch else { return nil }
      again.state = .planned
      return again
    default: return try base.nextOutgoing(until: instant, verbs)
    }
  }

  func hasOpen(run: String) throws(StoreError) -> Bool {
    try willRead()
    return world.plant == .noStopCheck ? false : try base.hasOpen(run: run)
  }

  func outbox(run: String) throws(StoreError) -> [Outgoing] {
    try willRead()
    if world.plant == .clockRunsOn, let due = try base.run(run)?.due, due <= world.machineNow { return [] }
    return world.plant == .noStopCheck ? [] : try base.outbox(run: run)
  }

  func damage(run: String) throws(StoreError) -> String? {
    try willRead()
    let isDamaged = world.damaged[run] != nil && world.plant != .damageOverlooked
    return isDamaged ? "a step of its journal is lost" : nil
  }

  func suppressed(_ contact: [String]) throws(StoreError) -> Set<String> {
    try willRead()
    return world.plant == .noSuppression ? [] : try base.suppressed(contact)
  }

  func touches(contact: String) throws(StoreError) -> [ContactTouch] {
    try willRead()
    return world.plant == .gapWithinRunOnly ? [] : try base.touches(contact: contact)
  }

  func inbox(_ key: InboxKey) throws(StoreError) -> InboxRow? {
    try willRead()
    let row = try base.inbox(key)
    return world.plant == .noDeduplication && row?.result != nil && !world.isAsking ? nil : row
  }

  func pending(limit: Int) throws(StoreError) -> [InboxRow] {
    try willRead()
    let all = try base.pending(limit: limit)
    return world.plant == .forgottenInbox
      ? all.filter { $0.incoming.depth == 0 && !$0.incoming.id.hasSuffix("7") } : all
  }
}
