import FlowCore
import FlowPlugin
import FlowTime
import Logging

/// Carries runs through: takes what comes in, wakes what is due, hands over what is planned.
///
/// What is atomic: one transition of one run, with its event, its journal, its timer, its outbox lines, tasks
/// and the events that it emits, is in the store whole or not at all (guarantee 2). Transitions that come
/// together share a transaction, a few hundred of them: a crash takes away the last ones, never one
/// in the middle. No byte reaches a channel before the line that says so, its key and its rendered bytes are
/// committed (guarantee 6), and nobody is answered before that either.
///
/// What a second caller sees: calls may overlap; the transitions come one after the other, in the order of
/// the calls, and each call sees all that came before. Only hand-overs wait for channels, and block no
/// transition.
///
/// What cancellation or a crash leaves behind: whole transitions. What came in and was not worked off, and
/// what was planned and has not left, is taken up by the first call of the next engine on the same store; a
/// channel that takes keys gets nothing twice.
public actor Engine {
  let store: any Store
  private(set) var library: Library
  private(set) var outlets: Outlets
  private(set) var caps: Caps?
  let zones: any ZoneSource
  let clock: SteadyClock
  let logger: Logger

  var versions: Versions
  var savedVersions: Set<String> = []
  /// Runs that were taken out of the store while something of them may have been in hand.
  var erased: Set<String> = []
  /// Keys of lines that are claimed and not marked: they can be stopped.
  var claimed: Set<String> = []
  /// Lines in hand when the store failed, with what their channel said; nil where they had not been handed over.
  var unsettled: [(line: Outgoing, receipt: Receipt?)] = []
  /// Which engine on the store this is, counted from 1.
  var epoch: Int64 = 0
  /// The line of the inbox, and the run, that were in hand when the process ended.
  var suspectRow: InboxKey?
  var suspectRun: (run: String, count: Int)?
  /// How many runs are still woken one by one; nil before the first due run.
  var cautious: Int?
  var isPastCaution = false
  /// What channels that take keys said of lines, and the next turn writes down. A crash before that is no harm: the
  /// line is handed over again, under its key.
  var receipts: [(line: Outgoing, receipt: Receipt)] = []
  /// Keys of lines that were in hand when the process ended: each goes out by itself.
  var suspects: Set<String> = []
  var sending = Sending()
  var brake = Brake()
  /// The clock is ahead of what can be.
  var hasLeapt = false
  /// What only this store knows; a constant where the store has none, so that what is simulated is always the same.
  private(set) var secret = HMACKey(Array("flow".utf8))
  private let makeSecret: (@Sendable () throws(StoreError) -> String)?
  /// Whether it matters that a contact may have several names.
  private(set) var knowsContacts = false
  /// Verbs that may be held by themselves: those that send, and those whose answers are fetched.
  private(set) var watched: [String] = []
  /// How channels with a rate or a capacity are filled, by verb; read from the store where it is not known.
  var paces: [String: Pace] = [:]
  var pacesChanged: Set<String> = []
  var lanes = Lanes()
  /// Where what goes on by itself runs; nil for wherever there is room.
  let tasks: (any TaskExecutor)?
  /// It hands nothing over, and takes up nothing that an engine before left.
  let takesOrdersOnly: Bool
  /// Runs that are set aside because they are damaged, and when they are looked at again.
  var damaged: (runs: Set<String>, next: Instant) = ([], .distantFuture)
  var isDraining = false
  /// Why a channel could not be read the last time, by verb: the log says it once.
  var troubles: [String: Trouble] = [:]
  /// Numbers of the hand-overs that a channel has, and of the last one begun.
  var flights: Set<Int> = []
  var handoversBegun = 0
  /// How much the channels have accepted, tasks among it.
  public internal(set) var accepted = 0
  /// How often somebody had the turn.
  private(set) var turns = 0
  private var isRecovered = false
  /// The log has said that events follow from one another for ever.
  var isLoopTold = false
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// At most so many transitions, or hand-overs, share a transaction.
  let groupLimit: Int
  /// What the turn that goes on now has claimed.
  var fresh: [Outgoing] = []
  /// How many turns have failed: what was added before, and not sure yet, may be gone.
  private(set) var losses = 0

  /// - Parameters:
  ///   - outlets: by verb.
  ///   - secret: makes a text that nobody can guess, at least 32 characters; asked where the store has none yet. Nil
  ///     for simulation: keys and tokens are then the same wherever the story is told.
  ///   - groupLimit: at most so many transitions, or hand-overs, share a transaction.
  ///   - tasks: where hand-overs run that go on by themselves; nil for wherever there is room.
  ///   - takesOrdersOnly: it hands nothing over, and takes up nothing that an engine before left: for those orders that
  ///     need no workflows (``Order/needsWorkflows``), where these cannot be read.
  ///   - versions: of the same library and store, where somebody has looked at them already.
  public init(
    store: any Store, library: Library, outlets: [String: Outlet], caps: Caps? = nil, zones: any ZoneSource,
    clock: any Clock, versions: Versions? = nil, secret: (@Sendable () throws(StoreError) -> String)? = nil,
    groupLimit: Int = 256,
    tasks: (any TaskExecutor)? = nil, takesOrdersOnly: Bool = false,
    logger: Logger = Logger(label: "flow", factory: { _ in SwiftLogNoOpLogHandler() })
  ) {
    self.store = store
    self.library = library
    self.versions = versions ?? Versions(library)
    self.outlets = Outlets(outlets)
    self.caps = caps
    self.zones = zones
    self.clock = SteadyClock(clock)
    self.groupLimit = max(1, groupLimit)
    self.tasks = tasks
    self.takesOrdersOnly = takesOrdersOnly
    self.logger = logger
    makeSecret = secret
    watched = Engine.watched(outlets)
    lanes = Lanes(outlets)
    knowsContacts = Engine.knowsContacts(library, caps, watched)
  }

  private static func knowsContacts(_ library: Library, _ caps: Caps?, _ watched: [String]) -> Bool {
    if caps != nil || !watched.isEmpty { return true }
    return library.graphs.contains { graph in
      if case .after(_, perContact: true) = graph.trigger.again { return true }
      return graph.trigger.exclusive != nil || graph.policy.gap != nil || graph.events.contains(where: \.ofContact)
    }
  }

  private static func watched(_ outlets: [String: Outlet]) -> [String] {
    outlets.filter { $0.value.isLive || $0.value.polls }.keys.sorted()
  }

  func use(_ library: Library, _ outlets: [String: Outlet], _ caps: Caps?) {
    self.library = library
    versions.use(library)
    self.outlets = Outlets(outlets)
    self.caps = caps
    watched = Engine.watched(outlets)
    lanes.divide(outlets)
    knowsContacts = Engine.knowsContacts(library, caps, watched)
    savedVersions = []
    // They may be mended.
    troubles = [:]
  }

  /// Takes what has come in. It is committed before anything else is done; when this returns, it has been
  /// worked off with all that follows from it at this instant, and what that planned has been handed over.
  ///
  /// An id that its source has sent before does nothing, and answers what was done then; so whoever got an
  /// error may send again.
  /// - Throws: where the store fails. What had been committed by then stays, and is worked off later.
  @discardableResult
  public func receive(_ incoming: Incoming) async throws(StoreError) -> Received {
    let incoming = incoming.composed
    let (isKnown, claim) = try await alone { engine async throws(StoreError) in
      // Where nothing comes before it, what it leads to is in the same transaction.
      guard try !engine.hasMore() else { return (try engine.takeIn(incoming), Claim()) }
      let isKnown = try await engine.takeIn([incoming]).taken.first?.isKnown ?? false
      return (isKnown, try engine.claimAtOnce())
    }
    try await handOver(claim)
    try await finish()
    var received = try store.inbox(incoming.key)?.result ?? (isKnown ? Received() : .unmatched("it was not worked off"))
    received.isKnown = received.isKnown || isKnown
    return received
  }

  /// Wakes every run that is due by now, the longest due first, each at the clock's now: steps are relative
  /// to what was really done. Then everything planned that may be tried is handed over.
  ///
  /// Where its task is cancelled it stops between two runs.
  /// - Parameter whenEnded: where it is given, what goes to servers is left to go on by itself, and this is called as
  ///   often as no more goes to one of them: there may be more to do.
  /// - Returns: how many runs were woken.
  @discardableResult
  public func runDue(whenEnded: (@Sendable () -> Void)? = nil) async throws(StoreError) -> Int {
    if takesOrdersOnly { return 0 }
    lanes.whenEnded = whenEnded
    try throwLaneFailure()
    try await workOff()
    if !sending.reruns.isEmpty {
      try await alone { engine async throws(StoreError) in try engine.wakeReruns() }
    }
    if let next = nextRepair, next <= clock.now() {
      try await alone { engine async throws(StoreError) in try engine.lookForRepairs() }
    }
    let woken = try await inTurns { (begun) async throws(StoreError) in
      var woken = 0
      while !Task.isCancelled, !isDraining, sending.whole == nil {
        let due = try store.due(until: clock.now(), limit: groupLimit)
        if !begun.isEmpty, due.isEmpty || !begun.names.isDisjoint(with: due) {
          try await end(&begun)
          if try hasMore() { try await workOff() }
          continue
        }
        if due.isEmpty { break }
        woken += try await wake(due, &begun)
        // Those that came due meanwhile are woken without caution.
        if !isPastCaution { try await alone { engine async throws(StoreError) in try engine.endCaution() } }
      }
      return woken
    }
    try await finish()
    return woken
  }

  /// - Returns: how many were woken.
  private func wake(_ due: [String], _ begun: inout Begun) async throws(StoreError) -> Int {
    var woken = 0
    var rest = due[...]
    while !rest.isEmpty, !Task.isCancelled {
      let group = rest
      let count = try await turn(&begun) { engine async throws(StoreError) in
        let trusted = try engine.caution(group)
        if trusted.isEmpty { return Step<Int?>(result: nil) }
        var step = Step<Int?>(result: try await engine.wake(trusted), claim: try engine.claimAtOnce())
        let isWhole = step.result == engine.groupLimit && engine.isPastCaution
        if isWhole, try !engine.hasMore() { step.names = Set(group) }
        return step
      }
      if begun.isEmpty, try hasMore() { try await workOff() }
      rest = rest.dropFirst(count ?? 1)
      woken += count ?? 0
    }
    return woken
  }

  /// Takes several that came in together, in the order (time, id). Those that concern different runs share a
  /// transaction with what follows from them.
  /// - Returns: what was done about each, in the order in which they were given.
  /// - Throws: as for one; those before it stay taken.
  @discardableResult
  public func receive(_ all: [Incoming]) async throws(StoreError) -> [Received] {
    let all = all.map(\.composed)
    var known = [Bool](repeating: false, count: all.count)
    var results = [Received?](repeating: nil, count: all.count)
    let order = all.indices.sorted { (all[$0].at, all[$0].id, $0) < (all[$1].at, all[$1].id, $1) }
    var rest = order[...]
    try await inTurns { (begun) async throws(StoreError) in
      while !rest.isEmpty {
        if try hasMore() {
          try await end(&begun)
          try await workOff()
        }
        let group = rest.prefix(groupLimit).map { all[$0] }
        let names = begun.names
        let taken = try await turn(&begun) { engine async throws(StoreError) in
          let (taken, changed) = try await engine.takeIn(group, besides: names)
          var step = Step(result: taken, claim: try engine.claimAtOnce())
          if taken.count == engine.groupLimit, try !engine.hasMore() { step.names = changed }
          return step
        }
        for (index, one) in zip(rest, taken) { (known[index], results[index]) = (one.isKnown, one.result) }
        rest = rest.dropFirst(taken.count)
      }
    }
    try await finish()
    return try all.indices.map { (index) throws(StoreError) in
      var result = results[index]
      if result == nil { result = try store.inbox(all[index].key)?.result }
      guard var result = result ?? (known[index] ? Received() : nil) else { return .unmatched("it was not worked off") }
      result.isKnown = result.isKnown || known[index]
      return result
    }
  }

  /// When there is next something to do: a run is due, or a delivery may be tried again. Nil where nothing
  /// waits. While everything is held, what is overdue is looked at again a second later.
  public func nextDue() throws(StoreError) -> Instant? {
    let reruns = sending.reruns.values.compactMap(\.next).min()
    // A server may turn out to be slow, and make room for others.
    let full = lanes.full.isEmpty ? nil : clock.now().adding(milliseconds: Crowd.patience)
    guard let due = [try store.nextDue(lanes.idle), reruns, full, nextRepair].compactMap(\.self).min() else {
      return nil
    }
    return sending.whole == nil && !isDraining ? due : max(due, clock.now().adding(milliseconds: 1000))
  }

  /// Works off the inbox, then hands over what is planned: an answer that has come in stops what has not left. What
  /// runs emit themselves follows what led to it, so that goes out before.
  func workOff() async throws(StoreError) {
    try await alone { engine async throws(StoreError) in }
    repeat {
      while let next = try store.pending(limit: 1).first {
        if next.incoming.depth > 0 { try await handOver() }
        _ = try await alone { engine async throws(StoreError) in try await engine.workOne() }
      }
      try await handOver()
      // What could not be delivered has come in by now.
    } while try !store.pending(limit: 1).isEmpty
  }

  /// Something has come in, or is planned and may be tried, or a receipt leads to something.
  func hasMore() throws(StoreError) -> Bool {
    if !unsettled.isEmpty { return true }
    for index in receipts.indices where !isPlain(receipts[index].receipt, of: receipts[index].line) { return true }
    if try !store.pending(limit: 1).isEmpty { return true }
    if isStopped { return false }
    return try store.nextOutgoing(until: clock.now(), lanes.idle) != nil
  }

  /// Before a call returns: nothing is left to do, and what was said of what was handed over is written down.
  private func finish() async throws(StoreError) {
    if try hasMore() { try await workOff() }
    while lanes.whenEnded == nil, !lanes.hasEnded {
      try await endLanes()
      if try hasMore() { try await workOff() }
    }
    if receipts.isEmpty { return }
    try await alone { _ async throws(StoreError) in }
  }

  // MARK: One at a time

  /// Runs `body` when all calls before it have ended, after making sure that what an engine before left is
  /// taken up. What it has added to the store is committed when this returns; where it throws, what it had
  /// added by then stays if it can.
  /// - Parameters:
  ///   - isWriting: what channels have said since is written down first.
  ///   - commit: what is to be sure when this returns.
  func alone<Result: Sendable>(
    isWriting: Bool = true, commit: (Result) -> Commit = { _ in .made },
    _ body: (isolated Engine) async throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    if isBusy {
      await withCheckedContinuation { waiting.append($0) }
    } else {
      isBusy = true
    }
    defer {
      // The next one gets the turn itself, so that nobody slips in between.
      if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
    turns += 1
    let said = isWriting ? receipts : []
    if isWriting { receipts = [] }
    fresh = []
    do throws(StoreError) {
      if sending.isStale { try readSending() }
      try watchClock()
      if !isRecovered {
        try takeOver()
        try readSecret()
        if !takesOrdersOnly {
          try recover()
          try suspectPending()
        }
        try store.flush()
        isRecovered = true
      }
      for (line, receipt) in said where !erased.contains(line.run) { try record(receipt, of: line) }
      if !said.isEmpty { try keepTallies() }
      let result = try await body(self)
      if !pacesChanged.isEmpty { try keepPaces() }
      switch commit(result) {
      case .made: try store.flush()
      case .begun: try store.beginFlush()
      case .left: break
      }
      return result
    } catch {
      // The first error says what is wrong; what is lost by a second one was not acknowledged.
      try? store.flush()
      losses += 1
      savedVersions = []
      sending.isStale = true
      unsettled += said.map { ($0.line, $0.receipt) }
      // It may be claimed in the store all the same.
      unsettled += fresh.map { ($0, nil) }
      throw error
    }
  }

  private func readSecret() throws(StoreError) {
    if let known = try store.remembered(Engine.secretFact) {
      secret = HMACKey(Array(known.utf8))
    } else if let made = try makeSecret?() {
      try store.add([.remember(Engine.secretFact, made)])
      secret = HMACKey(Array(made.utf8))
    }
  }

  // MARK: Graphs

  /// The graph by which a run goes: that of the version it started with, or was moved to. Where its history is damaged
  /// nobody can say what it has come to (guarantee 21).
  func reading(_ record: RunRecord) throws(StoreError) -> Result<Graph, Unreadable> {
    if let damage = try store.damage(run: record.id) { return .failure(Unreadable(damage: damage)) }
    return try versions.graph(of: record, in: store, zones: zones)
  }

  /// The same; nil where this program cannot go on by it.
  func graph(of record: RunRecord) throws(StoreError) -> Graph? {
    switch try reading(record) {
    case .success(let graph): graph
    case .failure: nil
    }
  }

  /// - Parameters:
  ///   - run: whose surroundings they are.
  ///   - line: which does not stand in its own way.
  func surroundings(
    _ graph: Graph, contact: String, identities: [String], except run: String, for line: Outgoing? = nil
  ) throws(StoreError) -> Surroundings {
    let mattersElsewhere = (caps != nil || graph.policy.gap != nil) && !contact.isEmpty
    let elsewhere =
      mattersElsewhere ? try touches(contact, identities, except: run, for: line) : []
    return Surroundings(
      zones: zones, caps: caps, touchesElsewhere: elsewhere,
      suppressed: try store.suppressed(names(contact, identities)),
      held: held(graph.workflow, run: run))
  }
}
