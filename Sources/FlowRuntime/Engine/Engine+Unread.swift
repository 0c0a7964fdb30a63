import FlowCore
import FlowTime

/// Runs by whose version this program cannot go on (``Versions``), or whose history is damaged. They stand still, by
/// name, until a person moves them, or a program comes that can: nothing of them goes out, and what comes to them is
/// kept and told then.
extension Engine {
  /// A run that would go on stands still.
  func setAside(_ record: RunRecord, _ unreadable: Unreadable) throws(StoreError) {
    // Whoever begins again after the first of these does the others, too.
    try store.add([.remember(Facts.unread + record.id, unreadable.because)] + told(unreadable, of: record))
    try setAside(record, unreadable.because)
    if unreadable.isDamage { awaitRepair(of: record.id) }
  }

  /// Runs that are set aside because they are damaged are looked at again so much later: a person may have put back
  /// what was there.
  private static let repairPause: Int64 = 60 * 60_000

  private func awaitRepair(of run: String) {
    if damaged.runs.isEmpty { damaged.next = clock.now().adding(milliseconds: Engine.repairPause) }
    damaged.runs.insert(run)
  }

  /// When they are looked at again; nil where there are none.
  var nextRepair: Instant? { damaged.runs.isEmpty ? nil : damaged.next }

  func lookForRepairs() throws(StoreError) {
    for run in damaged.runs.sorted() where try readmit(run) == nil { damaged.runs.remove(run) }
    damaged.next = clock.now().adding(milliseconds: Engine.repairPause)
  }

  /// A message of the run that waited is damaged.
  func heedDamage(of id: String) throws(StoreError) {
    guard let record = try store.run(id), let damage = try store.damage(run: id) else { return }
    let unreadable = Unreadable(damage: damage)
    if record.isLive {
      try setAside(record, unreadable)
    } else if try store.task(Engine.damagedTask(of: id)) == nil {
      try store.add(told(unreadable, of: record))
    }
  }

  static func damagedTask(of run: String) -> String { Derived.hex([run, "damaged"], digits: 12) }

  /// A damaged history is told to whoever looks at the tasks, once: no file and no program that is put right mends it.
  private func told(_ unreadable: Unreadable, of record: RunRecord) throws(StoreError) -> [Write] {
    let id = Engine.damagedTask(of: record.id)
    guard unreadable.isDamage else { return [] }
    switch try store.task(id)?.state {
    case .open, .done: return []
    case .withdrawn, nil: break
    }
    let text =
      "Nothing of \(record.workflow), \(record.subject), is sent any more: \(unreadable.because). "
      + "`flow store check` says what else is; put a backup back, or `flow cancel \(record.id)`."
    return [
      .task(
        TaskRecord(
          id: id, run: record.id, workflow: record.workflow, kind: .notice(.held), person: .absent,
          contact: record.run.data["contact"] ?? .absent, text: text, assigned: clock.now(), due: nil,
          outcomes: ["done"]))
    ]
  }

  /// An event comes to a run that cannot take it: it is kept for it, what it stops of what has not left is stopped all
  /// the same (guarantee 9), and whoever opts out is not written to again (guarantee 17).
  /// - Parameter also: what belongs into the same transaction.
  func keep(
    _ event: Event, of incoming: Incoming, for record: RunRecord, _ unreadable: Unreadable, also: [Write]
  ) throws(StoreError) {
    let now = clock.now()
    var plan = Plan(
      record: record, identities(of: record), transition: Transition(run: record.run, entries: [], effects: []),
      now: now, depth: incoming.depth)
    try stop(&plan, event, record.run)
    claimed.subtract(plan.stopped)
    plan.next.stuck = unreadable.because
    if plan.entries.isEmpty { plan.next.sequence = record.sequence }
    var writes: [Write] = [.advance(plan.next, from: record.sequence)]
    if !plan.entries.isEmpty {
      let step = JournalStep(
        run: record.id, sequence: plan.next.sequence, at: now, event: nil, entries: plan.entries)
      writes.append(.append(step))
    }
    writes += also + plan.writes + optOut(event, of: record, at: now)
    var body = Incoming.Body.run(record.id, event.kind)
    // What its data are says the version that the run goes on by.
    if case .named = event.kind, case .event = incoming.body { body = incoming.body }
    let kept = Incoming(
      source: "flow", id: InboxKey(kept: event.id, for: record.id).id, at: event.at, body: body)
    if try store.inbox(kept.key) == nil {
      let number = String(try store.remembered(prefix: Facts.unread + record.id + "/").count + 100_000)
      writes += [
        .receive(InboxRow(incoming: kept, received: now)), .answer(kept.key, Received(reached: [record.id])),
        .remember("\(Facts.unread)\(record.id)/\(number)", event.id),
      ]
    }
    writes += try [.remember(Facts.unread + record.id, unreadable.because)] + told(unreadable, of: record)
    if unreadable.isDamage { awaitRepair(of: record.id) }
    logger.error("set aside", metadata: ["run": "\(record.id)", "because": "\(unreadable.because)"])
    try store.add(writes)
    for var line in plan.cancelled { try giveBack(&line) }
  }

  private func optOut(_ event: Event, of record: RunRecord, at now: Instant) -> [Write] {
    guard let (channel, isComplaint) = event.kind.optOut else { return [] }
    return [.optOut(from: channel, by: record, isComplaint: isComplaint, at: now)]
  }

  /// A touch of such a run waits in the outbox.
  func hold(_ line: Outgoing, _ unreadable: Unreadable) throws(StoreError) {
    var held = line
    held.state = .held
    held.because = unreadable.because
    try store.add([.change(held, from: line.state)])
    guard let record = try store.run(line.run) else { return }
    if record.isLive, record.stuck == nil || stands(record, behind: line) {
      try setAside(record, unreadable)
    } else {
      try store.add(told(unreadable, of: record))
    }
  }

  /// All runs that stand still so: those that can go on do.
  func readmit() throws(StoreError) {
    for fact in try store.remembered(prefix: Facts.unread) {
      let run = fact.name.dropFirst(Facts.unread.count)
      if !run.contains("/") { _ = try readmit(String(run)) }
    }
  }

  /// One of them goes on if it can, and is told what has come meanwhile.
  /// - Parameter pairs: of the version that it was on, and the one that it has been moved to.
  /// - Returns: why it stands still; nil where it does not, or not for this.
  func readmit(_ id: String, _ pairs: StepPairs? = nil) throws(StoreError) -> Unreadable? {
    guard !takesOrdersOnly, let before = try store.remembered(Facts.unread + id) else { return nil }
    versions.forget(id)
    let facts = try store.remembered(prefix: Facts.unread + id + "/")
    var writes = facts.map { Write.remember($0.name, nil) } + [.remember(Facts.unread + id, nil)]
    func takeBack() throws(StoreError) {
      guard var task = try store.task(Engine.damagedTask(of: id)) else { return }
      task.state = .withdrawn(because: "its history is whole, or it has ended", at: clock.now())
      writes.append(.task(task))
    }
    guard var record = try store.run(id), record.isLive else {
      try takeBack()
      try store.add(writes)
      return nil
    }
    let graph: Graph
    switch try reading(record) {
    case .success(let read): graph = read
    case .failure(let unreadable):
      let isSaid = record.stuck == unreadable.because && before == unreadable.because
      if !isSaid, record.stuck == nil || record.stuck == before { try setAside(record, unreadable) }
      if unreadable.isDamage { awaitRepair(of: id) }
      return unreadable
    }
    try takeBack()
    if record.stuck == before {
      record.stuck = sending.pause(of: id).map { Hold.pauseMark + $0.because }
      writes.append(.advance(record, from: record.sequence))
    }
    for fact in facts {
      guard var told = try store.inbox(InboxKey(kept: fact.value, for: id))?.incoming else { continue }
      let (body, because) = try unkept(told.body, for: record, graph)
      guard let body else {
        writes.append(.answer(told.key, because))
        continue
      }
      told.body = pairs.map { body.renamed($0) } ?? body
      told.id = "told.\(id).\(fact.value)"
      writes.append(.receive(InboxRow(incoming: told, received: clock.now())))
    }
    try store.add(writes)
    for line in try store.outbox(run: id) where line.state == .held && line.because == before { try tryAgain(line) }
    return nil
  }
}

extension InboxKey {
  /// What has come to a run that stands still because of its version, and is told when it goes on.
  public static func kept(for run: String, in store: any Store) throws(StoreError) -> [InboxKey] {
    try store.remembered(prefix: "\(Engine.Facts.unread)\(run)/").map { InboxKey(kept: $0.value, for: run) }
  }

  fileprivate init(kept event: String, for run: String) { self.init(source: "flow", id: "kept.\(run).\(event)") }
}

extension Incoming.Body {
  /// The same of another version.
  fileprivate func renamed(_ pairs: StepPairs) -> Incoming.Body {
    guard case .run(let run, .outcome(let outcome, let step?, let note)) = self else { return self }
    return .run(run, .outcome(outcome, step: pairs.counterpart(of: step), note: note))
  }
}
