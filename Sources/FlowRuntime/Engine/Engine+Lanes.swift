import FlowTime

/// Channels that talk to a server each have a lane: what goes by it goes one after the other, and waits for no other
/// channel; a server that is slow, or does not answer, holds up its own messages alone. Where a channel can tell to
/// which server a message goes, each of its servers is a lane of its own (``Crowd``).
extension Engine {
  /// What goes out by it waits for another process.
  func leaves(_ verb: String) -> Bool { takesOrdersOnly || lanes.left.contains(verb) }

  /// Hand-overs by channels of their own that go on now.
  struct Lanes {
    /// By verb.
    var open: [String: Task<Void, Never>] = [:]
    /// Every verb that has one.
    var verbs: Set<String> = []
    /// What goes to the servers of a channel, by verb.
    var crowds: [String: Crowd] = [:]
    /// What hands it over, by number.
    var workers: [Int: Task<Void, Never>] = [:]
    var lastWorker = 0
    /// Why one has ended early; the next call throws it.
    var failure: StoreError?
    /// Who is told when one has ended; nil: calls return when all have.
    var whenEnded: (@Sendable () -> Void)?

    /// Verbs that are left to another process.
    var left: Set<String> = []

    init(_ outlets: [String: Outlet] = [:]) { divide(outlets) }

    /// Which of these have lanes here, and which are left to another process.
    mutating func divide(_ outlets: [String: Outlet]) {
      left = Set(outlets.filter { $0.value.isLeft }.keys)
      verbs = Set(outlets.filter { $0.value.isApart }.keys).subtracting(left)
    }

    var others: Verbs { .but(verbs.union(left)) }
    /// Everything but what is under way, or left to another.
    var idle: Verbs { .but(Set(open.keys).union(full).union(left)) }
    /// Verbs of which so much is in hand that no more is claimed.
    var full: Set<String> { Set(crowds.filter(\.value.isFull).keys) }
    var hasEnded: Bool { open.isEmpty && workers.isEmpty }
  }

  /// Begins one for each verb that something is planned by, where none goes on.
  func startLanes() throws(StoreError) {
    guard !lanes.verbs.isEmpty, !isStopped else { return }
    let now = clock.now()
    for verb in lanes.verbs.sorted() where lanes.open[verb] == nil {
      if let crowd = lanes.crowds[verb], crowd.isFull, crowd.superfluous(now).isEmpty { continue }
      guard try store.nextOutgoing(until: now, .only(verb)) != nil else { continue }
      lanes.open[verb] = Task(executorPreference: tasks) { await self.runLane(verb) }
    }
  }

  private func runLane(_ verb: String) async {
    do throws(StoreError) {
      while let claim = try await nextClaim(of: verb) {
        if claim.isCautious { await endWorkers() }
        let rest = spread(claim, verb)
        startWorkers(verb)
        if !rest.lines.isEmpty { try await handOver(rest) }
        // What could not be delivered has come in by now.
        if try !store.pending(limit: 1).isEmpty { try await workOff() }
      }
    } catch {
      lanes.failure = error
      lanes.open[verb] = nil
    }
    lanes.whenEnded?()
  }

  /// Nil where there is none: from then on the lane has ended, and whoever plans something begins another.
  private func nextClaim(of verb: String) async throws(StoreError) -> Claim? {
    try await alone { engine async throws(StoreError) in
      try engine.settleRest()
      try engine.putOffSlow(verb)
      if engine.lanes.crowds[verb]?.isFull != true {
        let suspects = engine.suspects.count
        var claim = Claim(lines: try engine.claim(.only(verb)), turn: engine.turns)
        claim.isCautious = engine.suspects.count < suspects
        if !claim.lines.isEmpty { return claim }
      }
      engine.lanes.open[verb] = nil
      return nil
    }
  }

  private func endWorkers() async {
    while let worker = firstWorker { await worker.value }
  }

  private var firstWorker: Task<Void, Never>? { lanes.workers.keys.min().flatMap { lanes.workers[$0] } }

  /// Returns when all have ended.
  func endLanes() async throws(StoreError) {
    while let lane = lanes.open.keys.min().flatMap({ lanes.open[$0] }) ?? firstWorker { await lane.value }
    try throwLaneFailure()
  }

  func throwLaneFailure() throws(StoreError) {
    guard let failure = lanes.failure else { return }
    lanes.failure = nil
    throw failure
  }

  /// Whether another touch of the same contact, planned before this one, is still on its way by another channel:
  /// it goes first. One that waits for a later time, or is held, is not waited for.
  func isBehind(_ line: Outgoing) throws(StoreError) -> Bool {
    guard !lanes.verbs.isEmpty, line.touch, let contact = try store.run(line.run)?.contact else { return false }
    let now = clock.now()
    func isAhead(_ other: Outgoing) -> Bool {
      guard other.touch, other.verb != line.verb else { return false }
      switch other.state {
      case .planned: return other.next <= now
      case .claimed, .marked: return true
      default: return false
      }
    }
    for other in try store.outbox(run: line.run) {
      if other.key == line.key { break }
      if isAhead(other) { return true }
    }
    if contact.isEmpty { return false }
    for run in try store.runs(RunFilter(contact: contact, isLive: true)) where run.id != line.run {
      for other in try store.outbox(run: run.id) where other.planned < line.planned && isAhead(other) { return true }
    }
    return false
  }
}
