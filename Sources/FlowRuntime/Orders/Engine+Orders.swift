import FlowCore

extension Engine {
  /// Takes what has come in, and works it off; what that planned is left to whoever hands over next. So a
  /// server answers as soon as it is committed, however much goes out meanwhile. Those that come together
  /// share a transaction.
  /// - Returns: what was done about each, in their order.
  /// - Throws: as ``receive(_:)-([Incoming])``.
  public func accept(_ all: [Incoming]) async throws(StoreError) -> [Received] {
    var results: [Received] = []
    while results.count < all.count {
      let group = all[results.count...].prefix(groupLimit)
      results += try await alone { (engine) async throws(StoreError) in
        var done: [Received] = []
        for incoming in group { done.append(try await engine.acceptOne(incoming.composed)) }
        return done
      }
    }
    return results
  }

  /// ``Store/isUntidy``; false while somebody has the store.
  public nonisolated var isUntidy: Bool { store.isUntidy }

  /// ``Store/tidy()``. Where that fails nothing is lost, and whoever commits next is told.
  public func tidy() async {
    try? await alone(isWriting: false, commit: { .left }) { engine async throws(StoreError) in
      // Thrown on it would count as a commit that is lost.
      try? engine.store.tidy()
    }
  }

  private func acceptOne(_ incoming: Incoming) async throws(StoreError) -> Received {
    let isKnown = try takeIn(incoming)
    guard let row = try store.inbox(incoming.key) else { return Received(isKnown: isKnown) }
    // Known, and nothing done about it: the process ended in between.
    var result: Received
    if let known = row.result { result = known } else { result = try await work(row, isAwaited: true) }
    // A task that is done already is known, too, whoever tells it anew.
    result.isKnown = result.isKnown || isKnown
    return result
  }

  /// Carries an order out; what that planned is left to whoever hands over next. When it returns, what it did
  /// is committed; where the store fails, the answer says so, and the order may be given again.
  public func carryOut(_ order: Order) async -> Answer {
    do throws(StoreError) {
      switch order {
      case .receive(let incoming): return .received(try await accept([incoming])[0])
      case .pause(let run, let because):
        return try await steer(run) { (engine, id) async throws(StoreError) in
          try await engine.pause(id, because: because)
        }
      case .resume(let run, let because):
        let answer = try await steer(run, mayHaveEnded: true) { (engine, id) async throws(StoreError) in
          try await engine.resume(id, because: because)
        }
        // It may stand still for what no word of a person mends.
        if case .done(let id, _) = answer, !takesOrdersOnly, let unread = try store.remembered(Facts.unread + id) {
          return .refused("the run \(id) stands still: \(unread)")
        }
        return answer
      case .cancel(let run, let because):
        return try await steer(run) { (engine, id) async throws(StoreError) in
          let incoming = Incoming(
            source: "flow", id: "cancel.\(id)", at: engine.clock.now(),
            body: .run(id, .cancel(because: because)))
          _ = try await engine.accept([incoming])
          return true
        }
      case .migrate(let run):
        switch try store.idOfRun(named: run) {
        case .failure(let none): return .refused(none.because)
        case .success(let id):
          switch try await migrate(id) {
          case .moved: return .done(id, isNew: true)
          case .unaffected: return .done(id, isNew: false)
          case .stranded(let because): return .refused(because)
          }
        }
      case .pauseAll(let because):
        // The first reason stays.
        let wasPaused = try await holds().contains { $0.isWhole && $0.reason == .paused }
        if !wasPaused { try await pauseAll(because: because) }
        return .done("all", isNew: !wasPaused)
      case .resumeAll:
        let wasHeld = try await holds().contains { $0.run == nil && $0.since != nil }
        try await resumeAll()
        return .done("all", isNew: wasHeld)
      case .release(let workflow): return try await release(named: workflow)
      case .allow(let contact, let channel, let by, let because, let evenComplaints):
        return try await allow(
          contact, channel: channel, by: by, because: because, evenComplaints: evenComplaints)
      case .erase(let contact):
        let erased = try await erase(contact)
        return .erased(
          runs: erased.runs.count, events: erased.events, suppressions: erased.suppressions,
          naming: erased.naming.sorted())
      }
    } catch {
      return .unavailable("\(error)")
    }
  }

  /// How many seconds pass between two polls, by the verbs of channels that are polled.
  public var pollSeconds: [String: Int] {
    var seconds: [String: Int] = [:]
    for verb in outlets.verbs {
      if let outlet = outlets[verb], outlet.polls { seconds[verb] = outlet.channel.pollSeconds }
    }
    return seconds
  }

  /// - Parameter change: false where the run was so already.
  private func steer(
    _ name: String, mayHaveEnded: Bool = false,
    _ change: (isolated Engine, String) async throws(StoreError) -> Bool
  ) async throws(StoreError) -> Answer {
    switch try store.idOfRun(named: name) {
    case .failure(let none): return .refused(none.because)
    case .success(let id):
      if !mayHaveEnded, let record = try store.run(id), !record.isLive {
        return .refused("the run \(id) has ended: \(record.run.outcome ?? "no outcome")")
      }
      return .done(id, isNew: try await change(self, id))
    }
  }

  private func release(named workflow: String) async throws(StoreError) -> Answer {
    if try await release(workflow) { return .done(workflow, isNew: true) }
    let names = library.graphs.map(\.workflow)
    let help =
      Spelling.nearest(to: workflow, in: names).map { "did you mean \"\($0)\"?" }
      ?? "there are: \(names.joined(separator: ", "))"
    return .refused("there is no workflow \"\(workflow)\"; \(help)")
  }
}
