import FlowTime
import Synchronization

/// A store without a file: for simulation and tests. It is gone with the process, and otherwise keeps every
/// promise.
public final class MemoryStore: Store {
  private let state = Mutex(MemoryState())

  public init() {}

  public func commit(_ writes: [Write]) throws(StoreError) {
    let problem = state.withLock { state -> StoreError? in
      if let problem = state.problem(with: writes) { return problem }
      for write in writes { state.apply(write) }
      return nil
    }
    if let problem { throw problem }
  }

  public func inbox(_ key: InboxKey) -> InboxRow? { state.withLock { $0.inbox[key] } }

  public func pending(limit: Int) -> [InboxRow] {
    state.withLock { state in state.pending.prefix(limit).compactMap { state.inbox[$0] } }
  }

  public func inboxNeedingEyes() -> [InboxRow] {
    state.withLock { state in
      state.arrivals.compactMap { state.inbox[$0] }.filter { $0.result?.needsEyes == true }
    }
  }

  public func run(_ id: String) -> RunRecord? { state.withLock { $0.runs[id] } }

  public func runIDs(prefix: String, limit: Int) -> [String] {
    let found = state.withLock { state in state.runs.keys.filter { $0.hasPrefix(prefix) } }
    return Array(found.sorted().prefix(limit))
  }

  public func runs(_ filter: RunFilter) -> [RunRecord] {
    state.withLock { state in
      let found: [RunRecord] =
        if let subject = filter.subject {
          (state.bySubject[subject] ?? []).compactMap { state.runs[$0] }
        } else if let contact = filter.contact {
          (state.byContact[contact] ?? []).compactMap { state.runs[$0] }
        } else {
          Array(state.runs.values)
        }
      return found.filter(filter.admits).sorted { ($0.run.started, $0.id) < ($1.run.started, $1.id) }
    }
  }

  public func run(workflow: String, subject: String, startedBy event: String) -> RunRecord? {
    state.withLock { state in
      state.starts[StartKey(workflow: workflow, subject: subject, event: event)].flatMap { state.runs[$0] }
    }
  }

  public func lastRun(workflow: String, subject: String) -> RunRecord? {
    runs(RunFilter(workflow: workflow, subject: subject)).last
  }

  public func lastRun(workflow: String, contact: String) -> RunRecord? {
    runs(RunFilter(workflow: workflow, contact: contact)).last
  }

  public func liveRun(exclusive: String, contact: String) -> RunRecord? {
    runs(RunFilter(contact: contact, isLive: true)).first { $0.exclusive == exclusive }
  }

  public func knows(run: String, event: String) -> Bool {
    state.withLock { $0.heard[run]?.contains(event) == true }
  }

  public func journal(_ run: String) -> [JournalStep] { state.withLock { $0.journal[run] ?? [] } }

  public func lastStep() -> Instant? { state.withLock { $0.lastStep } }

  public func due(until instant: Instant, limit: Int) -> [String] {
    state.withLock { $0.dueRuns(until: instant, limit: limit) }
  }

  public func nextDue(_ verbs: Verbs) -> Instant? { state.withLock { $0.nextDue(verbs) } }

  public func outgoing(_ key: String) -> Outgoing? { state.withLock { $0.outbox[key] } }

  public func nextOutgoing(until instant: Instant, _ verbs: Verbs) -> Outgoing? {
    state.withLock { state in
      for key in state.planned {
        if let line = state.outbox[key], line.next <= instant, verbs.contains(line.verb) { return line }
      }
      return nil
    }
  }

  public func outbox(_ wanted: Outgoing.State) -> [Outgoing] {
    state.withLock { state in
      state.outboxOrder.compactMap { state.outbox[$0] }.filter { $0.state == wanted }
    }
  }

  public func outbox(run: String) -> [Outgoing] {
    state.withLock { state in (state.outboxByRun[run] ?? []).compactMap { state.outbox[$0] } }
  }

  public func hasOpen(run: String) -> Bool {
    state.withLock { state in (state.outboxByRun[run] ?? []).contains { state.outbox[$0]?.isOpen == true } }
  }

  public func task(_ id: String) -> TaskRecord? { state.withLock { $0.tasks[id] } }

  public func tasks(_ filter: TaskFilter) -> [TaskRecord] {
    state.withLock { state in
      let found =
        filter.run.map { (state.tasksByRun[$0] ?? []).compactMap { state.tasks[$0] } }
        ?? Array(state.tasks.values)
      return found.filter(filter.admits).sorted { ($0.assigned, $0.id) < ($1.assigned, $1.id) }
    }
  }

  public func suppressed(_ contact: [String]) -> Set<String> {
    state.withLock { state in
      contact.reduce(into: []) { all, one in
        if let channels = state.suppressions[one] { all.formUnion(channels.keys) }
      }
    }
  }

  public func suppressions() -> [Suppression] {
    state.withLock { state in
      state.suppressions.values.flatMap(\.values).sorted {
        ($0.contact, $0.channel) < ($1.contact, $1.channel)
      }
    }
  }

  public func touches(contact: String) -> [ContactTouch] { state.withLock { $0.touches[contact] ?? [] } }

  public func version(_ fingerprint: String) -> Version? { state.withLock { $0.versions[fingerprint] } }

  public func liveVersions() -> Set<String> {
    Set(runs(RunFilter(isLive: true)).map(\.version))
  }

  public func remembered(_ name: String) -> String? { state.withLock { $0.facts[name] } }

  public func remembered(prefix: String) -> [Fact] {
    state.withLock { state in
      state.facts.filter { $0.key.utf8.starts(with: prefix.utf8) }.sorted { $0.key < $1.key }
        .map { Fact(name: $0.key, value: $0.value) }
    }
  }
}
