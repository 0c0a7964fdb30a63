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
    public init(at: Instant, zone: Zone, run: String, workflow: String, subject: String, entry: Entry) {
      self.at = at
      self.zone = zone
      self.run = run
      self.workflow = workflow
      self.subject = subject
      self.entry = entry
    }
  }

  let library: Library
  let channels: [String: any Channel]
  let caps: Caps?
  let zones: any ZoneSource

  /// - Parameters:
  ///   - library: the project's workflows, and how versions before them are compiled.
  ///   - channels: by verb; only their `render` is used.
  public init(library: Library, channels: [String: any Channel], caps: Caps? = nil, zones: any ZoneSource) {
    self.library = library
    self.channels = channels
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
    try self.copy(store, to: copy, until: end)
    let open = try store.outbox(.planned) + held(in: store)
    // What follows them counts from when they leave.
    for var line in open where copy.run(line.run) != nil {
      (line.state, line.because, line.next) = (.planned, nil, max(line.next, start))
      try copy.commit([.plan(line)])
    }
    let clock = VirtualClock(start)
    let outlets = channels.mapValues {
      Outlet(DryChannel(channel: $0, failures: RenderFailures()), isKeyed: true)
    }
    let engine = Engine(store: copy, library: library, outlets: outlets, caps: caps, zones: zones, clock: clock)
    try await engine.runDue()
    while let due = try await engine.nextDue(), due < end {
      progress(due)
      clock.advance(to: due)
      try await engine.runDue()
    }
    let handed = copy.runs(RunFilter()).flatMap { record in
      copy.journal(record.id).flatMap(\.entries).filter(\.goesOut).map { item($0, $0.at, record) }
    }
    let waiting = try planned(open, in: store, from: start, to: end)
    return (handed + waiting).filter { $0.at < end }.sorted { ($0.at, $0.run) < ($1.at, $1.run) }
  }

  private func item(_ entry: Entry, _ at: Instant, _ record: RunRecord) -> Item {
    Item(
      at: at, zone: zones.zone(named: record.run.zone) ?? .utc, run: record.id, workflow: record.workflow,
      subject: record.subject, entry: entry)
  }

  /// Only runs that are due before the end: the others do nothing until then.
  private func copy(_ store: any Store, to copy: MemoryStore, until end: Instant) throws(StoreError) {
    var versions: Set<String> = []
    var contacts: Set<String> = []
    for var record in try store.runs(RunFilter(isLive: true)) {
      // Held with everything: it goes on when that is over.
      if record.stuck?.hasPrefix(Hold.mark) == true { record.stuck = nil }
      guard let due = record.due, due < end else { continue }
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
    for prefix in Engine.factsOfContacts {
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

  /// What is planned already and has not left: a first attempt that was put off, or a further one.
  private func planned(
    _ open: [Outgoing], in store: any Store, from start: Instant, to end: Instant
  ) throws(StoreError) -> [Item] {
    var items: [Item] = []
    for line in open where line.next < end {
      guard let record = try store.run(line.run) else { continue }
      let handover = Entry.Handover(
        verb: line.verb, touch: line.touch, to: line.rendering.to.isEmpty ? nil : line.rendering.to,
        rendered: line.rendering.shown)
      let at = max(line.next, start)
      items.append(
        item(Entry(at: at, step: line.step, round: line.round, kind: .sent(handover)), at, record))
    }
    return items
  }
}
