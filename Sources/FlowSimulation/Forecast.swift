import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// What live runs will hand over if nobody answers: the very engine, on a copy of them in memory, with a clock that
/// is set on. Nothing is written, and nothing leaves.
public struct Forecast: Sendable {
  /// One thing that will go out.
  public struct Item: Sendable, Hashable {
    public var at: Instant
    /// The run's zone.
    public var zone: Zone
    public var run: String
    public var workflow: String
    /// The run's key.
    public var subject: String
    public var entry: Entry
    /// What its channel shows of it, an escalation's too.
    public var shown: [Entry.NamedText]
    public init(
      at: Instant, zone: Zone, run: String, workflow: String, subject: String, entry: Entry, shown: [Entry.NamedText]
    ) {
      self.at = at
      self.zone = zone
      self.run = run
      self.workflow = workflow
      self.subject = subject
      self.entry = entry
      self.shown = shown
    }
  }

  let library: Library
  let outlets: [String: Outlet]
  let caps: Caps?
  let zones: any ZoneSource

  /// - Parameters:
  ///   - library: the project's workflows, and how versions before them are compiled.
  ///   - outlets: by verb; of each channel only its `render` is used, and how much it takes in a minute and in a day.
  public init(library: Library, outlets: [String: Outlet], caps: Caps? = nil, zones: any ZoneSource) {
    self.library = library
    self.outlets = outlets.mapValues {
      Outlet(
        DryChannel(channel: $0.channel, failures: RenderFailures()), isKeyed: true, rate: $0.rate,
        capacity: $0.capacity)
    }
    self.caps = caps
    self.zones = zones
  }

  /// - Parameters:
  ///   - store: only read.
  ///   - start: what is overdue by then goes out then.
  ///   - end: excluded.
  ///   - progress: told how far it has come.
  /// - Returns: in the order (at, run).
  public func items(
    in store: any Store, from start: Instant, to end: Instant, progress: (Instant) -> Void = { _ in }
  ) async throws(StoreError) -> [Item] {
    let copy = MemoryStore()
    let open = try store.outbox(.planned) + held(in: store)
    try self.copy(store, to: copy, until: end, besides: Set(open.map(\.run)))
    // What follows them counts from when they leave.
    for var line in open where copy.run(line.run) != nil {
      if line.state == .held { (line.state, line.because) = (.planned, nil) }
      line.next = max(line.next, start)
      try copy.commit([.plan(line)])
    }
    let clock = VirtualClock(start)
    // What was looked at in the store itself is trusted in the copy, which has no journals.
    var library = library
    library.judge = { _, _ in nil }
    let engine = Engine(store: copy, library: library, outlets: outlets, caps: caps, zones: zones, clock: clock)
    try await engine.runDue()
    while let due = try await engine.nextDue(), due < end {
      progress(due)
      clock.advance(to: due)
      try await engine.runDue()
    }
    let before = Set(open.map(\.key))
    return copy.runs(RunFilter()).flatMap { record in items(of: record, in: copy, before: before) }
      .filter { $0.at < end }.sorted { ($0.at, $0.run) < ($1.at, $1.run) }
  }

  /// What a run has handed over, at the instant at which it left: what is too much for a channel today leaves later.
  /// - Parameter before: keys of what had been planned when the copy was made, of which its journal says nothing.
  private func items(of record: RunRecord, in copy: MemoryStore, before: Set<IdempotencyKey>) -> [Item] {
    let lines = copy.outbox(run: record.id)
    var told = lines.filter { before.contains($0.key) }.map { (entry(of: $0), $0) }
    // Both stand in the order in which they were planned.
    var planned = lines.filter { !before.contains($0.key) }[...]
    for step in copy.journal(record.id) {
      for entry in step.entries where entry.goesOut {
        guard let line = planned.first(where: { $0.sequence == step.sequence && $0.step == entry.step }) else {
          continue
        }
        planned.removeAll { $0.key == line.key }
        told.append((entry, line))
      }
    }
    return told.filter { $0.1.state != .cancelled }.map { entry, line in
      Item(
        at: line.settled ?? line.next, zone: zones.zone(named: record.run.zone) ?? .utc, run: record.id,
        workflow: record.workflow, subject: record.subject, entry: entry, shown: line.rendering.shown)
    }
  }

  private func entry(of line: Outgoing) -> Entry {
    let handover = Entry.Handover(
      verb: line.verb, touch: line.touch, to: line.rendering.to.isEmpty ? nil : line.rendering.to,
      rendered: line.rendering.shown)
    return Entry(at: line.planned, step: line.step, round: line.round, kind: .sent(handover))
  }

  /// Only runs that are due before the end, and those of which something is planned: the others do nothing until then.
  private func copy(
    _ store: any Store, to copy: MemoryStore, until end: Instant, besides open: Set<String>
  ) throws(StoreError) {
    var versions: Set<String> = []
    var contacts: Set<String> = []
    var records = try store.runs(RunFilter(isLive: true)).filter { record in
      // What stands still for a while is due when it stands no more.
      let due = record.standstill == nil ? record.due : record.run.waiting?.wakes
      return (due ?? end) < end && !open.contains(record.id)
    }
    for run in open.sorted() { if let record = try store.run(run) { records.append(record) } }
    // Whoever is due at the same instant goes in the order of the store, which is that in which the copy gets them.
    var ranks: [String: Int] = [:]
    for (rank, id) in try store.due(until: end, limit: .max).enumerated() { ranks[id] = rank }
    func order(_ record: RunRecord) -> (Instant, Int, String) { (record.started, ranks[record.id] ?? .max, record.id) }
    records.sort { order($0) < order($1) }
    var read = Versions(library)
    for var record in records {
      // It stands still.
      guard case .success = try read.graph(of: record, in: store, zones: zones) else { continue }
      if record.standstill != nil { record.stuck = nil }
      if versions.insert(record.version).inserted, let version = try store.version(record.version) {
        try copy.commit([.version(version)])
      }
      if !record.contact.isEmpty, contacts.insert(record.contact).inserted {
        for touch in try store.touches(contact: record.contact) {
          try copy.commit([.touch(contact: record.contact, run: touch.run, at: touch.at)])
        }
      }
      // Also of who was erased: the store knows them by a digest.
      for one in ContactIdentity.all(of: record.run.data["contact"] ?? .absent) {
        for channel in try store.suppressed([one]).sorted() {
          try copy.commit([.suppress(contact: [one], channel: channel, at: record.run.started, because: "suppressed")])
        }
      }
      // The copy's journal begins here, with what came before left out.
      record.sequence = 1
      let before = JournalStep(run: record.id, sequence: 1, at: record.run.started, event: nil, entries: [])
      try copy.commit([.start(record), .append(before)])
    }
    for prefix in Engine.factsAhead {
      for fact in try store.remembered(prefix: prefix) { try copy.commit([.remember(fact.name, fact.value)]) }
    }
    for one in try store.suppressions() {
      try copy.commit([
        .suppress(contact: [one.contact], channel: one.channel, at: one.at, because: one.because)
      ])
    }
  }

  private func held(in store: any Store) throws(StoreError) -> [Outgoing] {
    try store.outbox(.held).filter { $0.because?.hasPrefix(Hold.mark) == true }
  }
}
