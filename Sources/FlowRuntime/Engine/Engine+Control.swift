import FlowCore
import FlowPlugin
import FlowTime

/// What people steer by hand. Each is committed when it returns, and lasts over restarts.
extension Engine {
  /// Nothing goes out any more, from the next byte that would complete a message on, also while hand-overs run. What
  /// comes in is heard; whatever would go out stands still.
  public func pauseAll(because: String) async throws(StoreError) {
    let hold = Hold(.paused, because: because, since: clock.now())
    // Whoever hands something over sees it before the turn comes.
    sending.holds[hold.fact] = hold
    try await alone { engine async throws(StoreError) in
      try engine.store.add([.remember(hold.fact, hold.value)])
      engine.sending.holds[hold.fact] = hold
    }
  }

  /// Sending goes on, by the clock as it is now and on the store as it is: ends a pause of everything, the brake, and
  /// the holds after a leap of the clock, on a restored store, and of channels that refused by our own mistake. Caps of
  /// first runs stay, and channels that were not read.
  public func resumeAll() async throws(StoreError) {
    try await alone { engine async throws(StoreError) in
      for hold in engine.sending.holds.values where hold.run == nil {
        if hold.reason == .brake, let verb = hold.verb { engine.brake.forgive(verb, at: engine.clock.now()) }
        var writes: [Write] = [.remember(hold.fact, nil)]
        if let over = hold.over(at: engine.clock.now()) { writes.append(.remember(over.name, over.value)) }
        try engine.store.add(writes)
        engine.sending.holds[hold.fact] = nil
        try engine.tellOver(hold)
      }
      try engine.keepTallies()
      try engine.goOn()
    }
    clock.confirm()
  }

  /// The run stands still: no timer, nothing sent. It still hears what comes in.
  /// - Returns: false where there is no such live run, or it is paused already: the first reason stays.
  @discardableResult
  public func pause(_ run: String, because: String) async throws(StoreError) -> Bool {
    try await alone { engine async throws(StoreError) in
      guard var record = try engine.store.run(run), record.isLive else { return false }
      let hold = Hold(.paused, run: run, because: because, since: engine.clock.now())
      guard engine.sending.holds[hold.fact] == nil else { return false }
      let before = record.sequence
      // That it cannot go on is seen all the same.
      if record.stuck == nil || record.standstill != nil { record.stuck = Hold.pauseMark + because }
      let now = engine.clock.now()
      let note = record.note(.held(until: now, because: Hold.pauseMark + because), at: now)
      try engine.store.add([.advance(record, from: before), note, .remember(hold.fact, hold.value)])
      engine.sending.holds[hold.fact] = hold
      return true
    }
  }

  /// The run goes on: after a pause, and where it or something of it was set aside.
  /// - Parameter because: stands in its journal, behind the pause that it ends.
  /// - Returns: false where there is no such run, or nothing held it up.
  @discardableResult
  public func resume(_ run: String, because: String? = nil) async throws(StoreError) -> Bool {
    try await alone { engine async throws(StoreError) in
      guard var record = try engine.store.run(run) else { return false }
      let fact = Hold.fact(.paused, run: run)
      var hasChanged = record.stuck != nil || engine.sending.holds[fact] != nil
      let before = record.sequence
      record.stuck = nil
      if hasChanged {
        var writes: [Write] = [.remember(fact, nil)]
        if let pause = engine.sending.holds[fact], record.isLive {
          let now = engine.clock.now()
          let reason = because.map { ": \($0);" } ?? ","
          writes.append(
            record.note(.held(until: now, because: "goes on\(reason) was \(Hold.pauseMark)\(pause.because)"), at: now))
        }
        try engine.store.add([.advance(record, from: before)] + writes)
        engine.sending.holds[fact] = nil
      }
      for line in try engine.store.outbox(run: run) where line.state == .held {
        try engine.forgetCrashes(of: line)
        try engine.tryAgain(line)
        hasChanged = true
      }
      let wasUnread = try engine.store.remembered(Facts.unread + run) != nil
      if try engine.readmit(run) == nil, wasUnread { hasChanged = true }
      return hasChanged
    }
  }

  /// Lifts the cap on the workflow's first live run, for good.
  /// - Returns: false where there is no workflow of that name.
  @discardableResult
  public func release(_ workflow: String) async throws(StoreError) -> Bool {
    try await alone { engine async throws(StoreError) in
      guard engine.library.graph(workflow) != nil || engine.sending.firstRuns[workflow] != nil else {
        return false
      }
      var writes: [Write] = [.remember(Facts.released + workflow, "\(engine.clock.now().milliseconds)")]
      for run in engine.sending.firstRuns[workflow] ?? [] {
        writes.append(.remember("\(Facts.firstRun)\(workflow)/\(run)", nil))
      }
      try engine.store.add(writes)
      engine.sending.firstRuns[workflow] = nil
      engine.sending.released.insert(workflow)
      try engine.tellOver(Hold(firstRunOf: workflow))
      try engine.goOn()
      return true
    }
  }

  /// Takes a person out of the store for good; live runs of theirs are over. What is on its way to them at this
  /// moment and not complete is abandoned; what a channel says of the rest is forgotten.
  public func erase(_ contact: String) async throws(StoreError) -> Erasure {
    try await alone { engine async throws(StoreError) in
      let erasure = try engine.store.erase(contact)
      engine.erased.formUnion(erasure.runs)
      for run in erasure.runs { engine.versions.forget(run) }
      engine.sending.isStale = true
      return erasure
    }
  }

  /// Another set of workflows, channels and caps, as a whole: what comes from now on is told to it. Runs that live
  /// end on the version they began with. When it returns, no hand-over uses the channels before any more (but for one
  /// that takes longer than 30 seconds), so that they can be closed.
  public func reload(library: Library, outlets: [String: Outlet], caps: Caps?) async throws(StoreError) {
    try await alone { engine async throws(StoreError) in
      engine.use(library, outlets, caps)
      try engine.readmit()
      try engine.heedLimits()
      try engine.forgetRefusals()
      try engine.goOn()
    }
    await settleDown(seconds: 30)
  }

  /// No new claims from now on. Returns when what is in flight has ended or is parked, well before 30 seconds are over:
  /// what is still in a channel's hands then is taken up by the next engine. The engine sends nothing any more.
  /// - Returns: how many hand-overs had not ended.
  @discardableResult
  public func drain() async -> Int {
    isDraining = true
    // Whoever waits for it has something to close.
    await settleDown(seconds: 24)
    if flights.isEmpty { try? await endLanes() }
    // What was said of the last of them is written down.
    try? await alone { _ async throws(StoreError) in }
    return flights.count
  }

  /// Waits until no hand-over is in flight that had begun before.
  private func settleDown(seconds: Int) async {
    let last = handoversBegun
    await wait(atMost: seconds) { flights.min().map { $0 > last } ?? true }
  }
}

extension RunRecord {
  /// What a person does to a run stands in its journal, of no step, and changes nothing of it.
  fileprivate mutating func note(_ kind: Entry.Kind, at now: Instant) -> Write {
    sequence += 1
    return .append(
      JournalStep(run: id, sequence: sequence, at: now, event: nil, entries: [Entry(at: now, kind: kind)]))
  }
}
