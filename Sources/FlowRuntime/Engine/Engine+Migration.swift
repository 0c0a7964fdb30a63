import FlowCore
import FlowTime

/// What came of moving a run to the present version of its workflow.
public enum Moved: Hashable, Sendable {
  /// From one fingerprint to another.
  case moved(from: String, to: String)
  /// It is on the present version, or has ended: nothing was done.
  case unaffected
  /// It stays on its version.
  case stranded(because: String)
}

/// Runs that are moved to another version by hand.
extension Engine {
  /// Moves a live run to the library's version of its workflow, where it waits: by what its steps are
  /// known by (``FlowCore/Machine/migrate(_:from:to:at:_:)``). It is one transition, with `migrated` in the journal,
  /// so that a replay goes over to the new version at the same place. While something of the run has not left yet it
  /// stays.
  public func migrate(_ run: String) async throws(StoreError) -> Moved {
    // What came in before is told first.
    try await receive([])
    let moved = try await alone { engine async throws(StoreError) in try await engine.move(run) }
    try await receive([])
    return moved
  }

  private func move(_ id: String) async throws(StoreError) -> Moved {
    guard var record = try store.run(id), record.isLive else { return .unaffected }
    let version = record.version
    guard let new = library.graph(record.workflow) else {
      return .stranded(because: "there is no workflow \"\(record.workflow)\" any more")
    }
    guard new.fingerprint != version else { return .unaffected }
    let old: Graph
    switch try versions.origin(of: record, in: store, zones: zones) {
    case .success(let origin): old = origin.graph
    case .failure(let unreadable): return .stranded(because: unreadable.because)
    }
    if let line = try store.outbox(run: id).first(where: \.isOpen) {
      return .stranded(because: "\(line.step) has not left yet")
    }
    let (run, now) = (record.run, clock.now())
    if let lack = Machine.lack(run, from: old, to: new, zones: zones) { return .stranded(because: lack) }
    if case .stranded(let because) = Machine.migrate(run, from: old, to: new, at: now, Surroundings(zones: zones)) {
      return .stranded(because: because)
    }
    let identities = ContactIdentity.all(of: run.data["contact"] ?? .absent)
    let surroundings = try surroundings(new, contact: record.contact, identities: identities, except: id)
    record.version = new.fingerprint
    let also = try renamed(id, old, new) + kept(new)
    try await commit(record, event: nil, at: now, surroundings, identities, depth: 0, also: also) {
      guard case .moved(let transition) = Machine.migrate(run, from: old, to: new, at: now, $0) else {
        return Transition(run: run, entries: [], effects: [])
      }
      return transition
    }
    savedVersions.insert(new.fingerprint)
    _ = try readmit(id, StepPairs(old, new))
    return .moved(from: version, to: new.fingerprint)
  }

  private func kept(_ graph: Graph) -> [Write] {
    guard !savedVersions.contains(graph.fingerprint), let version = library.sources[graph.fingerprint] else {
      return []
    }
    return [.version(version)]
  }

  /// Open tasks know their step by its number.
  private func renamed(_ run: String, _ old: Graph, _ new: Graph) throws(StoreError) -> [Write] {
    let open = try store.tasks(TaskFilter(run: run, isOpen: true)).filter { $0.node != nil }
    guard !open.isEmpty else { return [] }
    let pairs = StepPairs(old, new)
    return open.compactMap { task in
      guard case .step(let node, _, let verb) = task.kind, let there = pairs.counterpart(of: node)
      else { return nil }
      var task = task
      task.kind = .step(node: there, name: new.nodes[there].name, verb: verb)
      return .task(task)
    }
  }
}
