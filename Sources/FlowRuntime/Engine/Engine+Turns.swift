import FlowPlugin

/// Turns that follow one another while the store writes: each begins its commit, and the next one makes sure of it.
/// What a turn has claimed leaves after that, never before.
extension Engine {
  /// What is sure when a turn is over.
  enum Commit {
    /// All that was added.
    case made
    /// All that was added before the commit that was begun before this one.
    case begun
    /// Nothing that was not before: the turn has added nothing.
    case left
  }

  /// What a turn has done whose commit is only begun.
  struct Begun {
    var claim = Claim()
    /// What it has changed, by every name: nothing of this may be changed again before ``claim`` has left.
    var names: Set<String> = []
    /// ``losses`` at that time: where there are more, it may be gone, and somebody else was told so.
    var losses = 0
    var isEmpty: Bool { claim.lines.isEmpty && names.isEmpty }
  }

  /// What a turn has done.
  struct Step<Result: Sendable> {
    var result: Result
    var claim = Claim()
    /// What has changed, where the commit need only be begun: more follows at once, and nothing else is to be done.
    var names: Set<String>?
  }

  /// Runs `body`, which takes turns by ``turn(_:_:)`` and ``end(_:)``. When this returns, or throws, nothing is begun
  /// and left so.
  func inTurns<Result: Sendable>(
    _ body: (inout Begun) async throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    var begun = Begun()
    do throws(StoreError) {
      let result = try await body(&begun)
      try await end(&begun)
      return result
    } catch {
      unsettled += begun.claim.lines.map { ($0, nil) }
      throw error
    }
  }

  /// One turn. What the turn before has claimed is handed over after it, and so is what it claims itself, unless its
  /// own commit is only begun.
  func turn<Result: Sendable>(
    _ begun: inout Begun, _ body: @Sendable (isolated Engine) async throws(StoreError) -> Step<Result>
  ) async throws(StoreError) -> Result {
    let before = begun
    let (step, sure, losses) = try await alone(commit: { $0.0.names == nil ? .made : .begun }) {
      engine async throws(StoreError) in
      let step = try await body(engine)
      return (step, try engine.renew(before), engine.losses)
    }
    begun = Begun(claim: step.claim, losses: losses)
    try await handOver(sure)
    guard let names = step.names else {
      begun = Begun()
      try await handOver(step.claim)
      return step.result
    }
    begun.names = names
    return step.result
  }

  /// Makes sure of the turn before, and hands over what it has claimed.
  func end(_ begun: inout Begun) async throws(StoreError) {
    if begun.isEmpty { return }
    let before = begun
    let sure = try await alone { engine async throws(StoreError) in try engine.renew(before) }
    begun = Begun()
    try await handOver(sure)
  }

  /// What may still leave of what a turn before has claimed: it counts as claimed by this turn.
  private func renew(_ begun: Begun) throws(StoreError) -> Claim {
    guard begun.isEmpty || begun.losses == losses else { throw .failed("a commit that was begun has failed") }
    var renewed = Claim(turn: turns)
    for line in begun.claim.lines where try mayBegin(line) { renewed.lines.append(line) }
    return renewed
  }
}
