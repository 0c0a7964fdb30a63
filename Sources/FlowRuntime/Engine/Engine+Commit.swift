import FlowCore
import FlowPlugin
import FlowTime

/// A transition becomes one transaction.
extension Engine {
  /// Tells a run of an event, unless it knows it or has ended.
  func tell(
    _ id: String, _ event: Event, _ incoming: Incoming, also: [Write] = []
  ) async throws(StoreError) {
    guard try !store.knows(run: id, event: event.id), let record = try store.run(id), record.isLive else {
      return
    }
    // A run's time goes one way: what a command puts before what the run has lived (`--start`) is told now. The
    // machine's own clock may have been set back, and then holds up nothing (guarantee 13).
    let now = clock.uptime() == nil ? max(clock.now(), record.run.lived) : clock.now()
    let also = also + [.hear(run: id, event: event.id)]
    switch (try reading(record), event.kind) {
    case (.success(let graph), _):
      let identities = identities(of: record)
      let surroundings = try surroundings(
        graph, contact: record.contact, identities: identities, except: record.id)
      try await commit(
        record, event: event, at: now, surroundings, identities, depth: incoming.depth, also: also
      ) { Machine.step(graph, record.run, event, at: now, $0) }
    case (.failure, .cancel(let because)):
      // A person can end it all the same.
      try await commit(
        record, event: event, at: now, Surroundings(zones: zones), identities(of: record), depth: incoming.depth,
        also: also
      ) { _ in Machine.cancelled(record.run, because: because, at: now) }
    case (.failure(let unreadable), _):
      try keep(event, of: incoming, for: record, unreadable, also: also)
    }
  }

  /// Wakes runs one after the other, until what one of them emits has to be looked at first.
  /// - Returns: how many were woken.
  func wake(_ runs: ArraySlice<String>) async throws(StoreError) -> Int {
    var count = 0
    for run in runs where count == 0 || !Task.isCancelled {
      try await wake(run)
      count += 1
      if try !store.pending(limit: 1).isEmpty { break }
    }
    return count
  }

  /// The clock has come to what the run waits for.
  private func wake(_ id: String) async throws(StoreError) {
    let now = clock.now()
    guard let record = try store.run(id) else { return }
    guard let due = record.due, due <= now else {
      // Of a run whose own row is damaged nobody knows when it is due.
      if record.isLive, let damage = try store.damage(run: id) { try setAside(record, Unreadable(damage: damage)) }
      return
    }
    let graph: Graph
    switch try reading(record) {
    case .success(let read): graph = read
    case .failure(let unreadable): return try setAside(record, unreadable)
    }
    if let line = try notLeft(of: record), !goesOn(line) {
      return try standStill(record, isNoted: true, reason(behind: line))
    }
    let identities = identities(of: record)
    let surroundings = try surroundings(
      graph, contact: record.contact, identities: identities, except: record.id)
    let event = Event(id: "timer.\(record.sequence)", at: due, kind: .timer)
    let transition = Machine.step(graph, record.state, event, at: now, surroundings)
    if transition.entries.isEmpty, transition.effects.isEmpty, transition.run == record.run {
      if let because = surroundings.held.values.min() { return try standStill(record, isNoted: false, because) }
      return try setAside(record, "it was due and did nothing")
    }
    try await commit(record, event: event, at: now, surroundings, identities, depth: 0) {
      $0.unrenderable.isEmpty && $0.held == surroundings.held
        ? transition : Machine.step(graph, record.run, event, at: now, $0)
    }
  }

  func identities(of record: RunRecord) -> [String] {
    ContactIdentity.all(of: record.run.data["contact"] ?? .absent)
  }

  /// A run that cannot go on waits for a person, by name, and blocks no other.
  func setAside(_ record: RunRecord, _ because: String) throws(StoreError) {
    logger.error("set aside", metadata: ["run": "\(record.id)", "because": "\(because)"])
    var stuck = record
    stuck.stuck = because
    try store.add([.advance(stuck, from: record.sequence)])
  }

  /// - Parameters:
  ///   - record: as stored; for a new run with sequence 0.
  ///   - event: nil for a new run, and for one that is moved to another version.
  ///   - now: the instant that the transition is made at: the journal says it, and a replay folds by it.
  ///   - identities: of the contact that `record` has.
  ///   - also: what belongs into the same transaction.
  ///   - transition: made once, and again for each step that turns out to be unrenderable.
  func commit(
    _ record: RunRecord, event: Event?, at now: Instant, _ surroundings: Surroundings,
    _ identities: [String], depth: Int, also: [Write] = [], _ transition: (Surroundings) -> Transition
  ) async throws(StoreError) {
    var surroundings = surroundings
    var plan = try await plan(transition(surroundings), of: record, identities, event, at: now, depth)
    var rerun: Rerun?
    // Made anew where a step cannot be rendered.
    while let (place, verb, error) = plan.unrenderable, surroundings.unrenderable[place] == nil {
      if surroundings.held[verb] == nil, let because = try heldBack(error, verb, record.id, at: now, &rerun) {
        surroundings.held[verb] = because
      } else {
        surroundings.unrenderable[place] = error.text
      }
      plan = try await self.plan(transition(surroundings), of: record, identities, event, at: now, depth)
    }
    claimed.subtract(plan.stopped)
    let step = JournalStep(
      run: record.id, sequence: plan.next.sequence, at: plan.now, event: event, entries: plan.entries,
      touchesElsewhere: surroundings.touchesElsewhere,
      suppressed: surroundings.suppressed.isEmpty ? [] : surroundings.suppressed.sorted(),
      held: surroundings.held.isEmpty
        ? [] : surroundings.held.sorted { $0.key < $1.key }.map { Entry.NamedText($0.key, $0.value) })
    if let because = surroundings.held.values.min() { plan.standStill(because, wasPaused: record.stuck) }
    var writes: [Write] = []
    writes.reserveCapacity(6 + also.count + plan.writes.count)
    writes.append(record.sequence == 0 ? .start(plan.next) : .advance(plan.next, from: record.sequence))
    writes.append(.append(step))
    writes += also
    if let waiting = record.run.waiting, waiting.arrived == plan.next.run.waiting?.arrived {
      writes += try dueAgain(plan.next, since: waiting, also: also)
    }
    for entry in plan.entries where entry.handover?.touch == true && !record.contact.isEmpty {
      writes.append(.touch(contact: record.contact, run: record.id, at: entry.at))
    }
    if !plan.next.isLive, !sending.holds.isEmpty, let pause = sending.pause(of: record.id) {
      writes.append(.remember(pause.fact, nil))
    }
    let isWaiting = plan.next.stuck?.hasPrefix(Hold.mark) == true
    if rerun == nil || !isWaiting { rerun = nil }
    if rerun != sending.reruns[record.id] { writes.append(.remember(Facts.rerun + record.id, rerun?.text)) }
    if sending.aside.contains(record.id), !isWaiting { writes.append(.remember(Facts.aside + record.id, nil)) }
    writes += plan.writes
    try store.add(writes)
    if !plan.next.isLive { versions.forget(record.id) }
    for var line in plan.cancelled { try giveBack(&line) }
    // Mostly there are none: nothing is looked up then.
    if !isWaiting, !sending.aside.isEmpty { sending.aside.remove(record.id) }
    if isWaiting, !sending.firstRuns.isEmpty { try tellCap(record.workflow, run: record.id) }
    sending.note(plan)
    if rerun != nil || !sending.reruns.isEmpty { sending.reruns[record.id] = rerun }
  }

  /// Why a step that its channel cannot render stands still: our mistake holds the channel, what passes is tried again.
  /// Nil where the step fails.
  private func heldBack(
    _ error: ChannelError, _ verb: String, _ run: String, at now: Instant, _ rerun: inout Rerun?
  ) throws(StoreError) -> String? {
    switch error.kind {
    case .ours where leaves(verb):
      // What this process lacks says nothing of the next one.
      let before = sending.reruns[run]
      let next = now.adding(milliseconds: Engine.base(after: 1))
      rerun = Rerun(count: before?.count ?? 0, since: before?.since ?? now, next: next)
      return error.text
    case .ours: return try refuse(verb, error.text).because
    case .temporary:
      rerun = self.rerun(of: run, at: now)
      return rerun == nil ? nil : error.text
    case .permanent, .unknown: return nil
    }
  }

  private func plan(
    _ transition: consuming Transition, of record: RunRecord, _ identities: [String], _ event: Event?,
    at now: Instant, _ depth: Int
  ) async throws(StoreError) -> Plan {
    let effects = transition.effects
    // Given away: its entries are changed in their place.
    let among = EventRow.depth(depth, among: effects.count(where: \.isOfOthers))
    var plan = Plan(record: record, identities, transition: transition, now: now, depth: among)
    if let event {
      if case .complaint = event.kind { plan.isComplaint = true }
      try stop(&plan, event, record.run)
      try withdrawTasks(&plan, event)
    }
    for index in effects.indices {
      if case .deliver(let delivery) = effects[index] {
        try await render(delivery, index, into: &plan)
      } else {
        try perform(effects[index], index, &plan)
      }
    }
    return plan
  }

  /// What a transition becomes, while it is put together.
  struct Plan {
    var next: RunRecord
    var entries: [Entry]
    var writes: [Write] = []
    /// It is counted against the cap of its workflow's first live run.
    var isFirstRun = false
    /// Of the contact that the run had before, and what it is known by.
    private let contact: Value?
    private let identities: [String]
    let now: Instant
    let depth: Int
    /// Indices of entries that hand something over and were not rendered yet, in order.
    var unrendered: ArraySlice<Int>
    /// The contact has complained.
    var isComplaint = false
    /// Keys of lines that were claimed, and do not begin any more.
    var stopped: [String] = []
    /// Lines that never leave, as they were.
    var cancelled: [Outgoing] = []
    /// The first that no channel could render, and why.
    var unrenderable: (place: Surroundings.Place, verb: String, error: ChannelError)?

    init(
      record: RunRecord, _ identities: [String], transition: consuming Transition, now: Instant, depth: Int
    ) {
      contact = record.run.data["contact"]
      self.identities = identities
      var next = record
      // Whatever held it up, it has gone on.
      next.stuck = nil
      next.sequence = record.sequence + 1
      next.take(transition)
      self.next = next
      unrendered = Self.handovers(transition.entries)
      self.now = now
      self.depth = depth
      entries = transition.entries
    }

    /// Indices of entries that hand something over.
    private static func handovers(_ entries: [Entry]) -> ArraySlice<Int> {
      var found: [Int] = []
      for index in entries.indices {
        // Nothing is copied to be asked.
        switch entries[index].kind {
        case .sent, .task: found.append(index)
        default: break
        }
      }
      return found[...]
    }

    /// ``ContactIdentity/all(of:)``, which is known of most.
    func identities(of one: Value) -> [String] { one == contact ? identities : ContactIdentity.all(of: one) }

    /// What is due now and has not gone out stands still; so does a run that is paused.
    mutating func standStill(_ because: String, wasPaused: String?) {
      guard let waiting = next.run.waiting else { return }
      if let wasPaused, wasPaused.hasPrefix(Hold.pauseMark) {
        next.stuck = wasPaused
      } else if waiting.stage == .deferring, waiting.due <= now {
        next.stuck = Hold.mark + because
        writes.append(.remember(Engine.Facts.aside + next.id, ""))
      }
    }

    /// Right after what was received; before anything is rendered.
    mutating func note(_ stopped: [Entry]) {
      let isReceived = if case .received? = entries.first?.kind { true } else { false }
      entries.insert(contentsOf: stopped, at: isReceived ? 1 : 0)
      unrendered = Self.handovers(entries)
    }

    /// Ids of what follows from this transition: the same after a crash.
    func derivedID(_ index: Int) -> String { "\(next.id).\(next.sequence).\(index)" }

    func derived(_ index: Int, _ body: Incoming.Body) -> Write {
      let incoming = Incoming(source: "flow", id: derivedID(index), at: now, body: body, depth: depth + 1)
      return .receive(InboxRow(incoming: incoming, received: now))
    }
  }

  private func perform(_ effect: Effect, _ index: Int, _ plan: inout Plan) throws(StoreError) {
    let run = plan.next
    switch effect {
    case .deliver: break
    case .notice(let notice):
      plan.writes.append(.task(try note(notice, of: run, named: plan.derivedID(index), at: plan.now)))
    case .withdraw(let node, let because):
      for var task in try store.tasks(TaskFilter(run: run.id, isOpen: true)) where task.node == node {
        task.state = .withdrawn(because: because, at: plan.now)
        plan.writes.append(.task(task))
      }
    case .emit(let event, let data):
      let text = json(of: .record(data), zone: .utc).write()
      plan.writes.append(plan.derived(index, .event(type: event, subject: run.subject, data: text)))
    case .enroll(let workflow, let input):
      plan.writes.append(plan.derived(index, .enrol(workflow: workflow, input: input)))
    case .suppress(let channel):
      plan.writes.append(.optOut(from: channel, by: run, isComplaint: plan.isComplaint, at: plan.now))
    }
  }

  /// An event stops what is planned in its scope and has not left (guarantee 9): a cancellation everything; an answer,
  /// a bounce or an opt-out the run's touches; and whatever interrupts a step, what that step has handed over. A call
  /// or a word to somebody else that the run has left behind goes out.
  func stop(_ plan: inout Plan, _ event: Event, _ before: Run) throws(StoreError) {
    let run = plan.next
    var isCancel = false
    var touches = !run.isLive
    switch event.kind {
    case .timer: return
    case .cancel: isCancel = true
    case .reply, .unsubscribe, .complaint, .bounce(hard: true): touches = true
    default: break
    }
    let interrupted = event.interrupted(before, run.run)
    guard isCancel || touches || interrupted != nil, try store.hasOpen(run: run.id) else { return }
    var stopped: [Entry] = []
    for var line in try store.outbox(run: run.id)
    where isCancel || touches && line.touch || line.node == interrupted {
      let state = line.state
      // What a claim that never came to the store has left behind says nothing of a fate that is not known.
      let isClaimed = [.planned, .claimed].contains(state) && claimed.contains(line.key.text)
      if isClaimed { plan.stopped.append(line.key.text) }
      if [.claimed, .marked, .unknown].contains(state), !isClaimed {
        // A channel has it, or had: it may arrive, and is not tried again.
        plan.writes.append(.remember(Facts.stopped + line.key.text, "\(event.name) came first"))
        continue
      }
      guard [.planned, .claimed, .held].contains(state) else { continue }
      plan.cancelled.append(line)
      if let perhaps = try mayHaveArrived(line) {
        // Nor does it leave where a person says that it shall.
        plan.writes.append(.remember(Facts.stopped + line.key.text, "\(event.name) came first"))
        plan.writes += try leftUnknown(line, because: Engine.notTriedAgain(perhaps, "\(event.name) came first"))
        continue
      }
      line.state = .cancelled
      line.because = "\(event.name) came first"
      line.settled = plan.now
      plan.writes.append(.change(line, from: state))
      let kind = Entry.Kind.withheld(because: "\(event.name) came first")
      stopped.append(Entry(at: plan.now, step: line.step, round: line.round, kind: kind))
    }
    plan.note(stopped)
  }

  /// Calls and the like that people still have on their list, when an answer, a bounce, an opt-out or another event has
  /// ended the run: nobody reaches the contact about it any more (guarantee 9). A cancellation withdraws everything.
  /// Where the run ends by itself a task stays: a call that was late may still be worth making.
  private func withdrawTasks(_ plan: inout Plan, _ event: Event) throws(StoreError) {
    guard !plan.next.isLive, Engine.takesBackTasks(event) else { return }
    let isCancel = if case .cancel = event.kind { true } else { false }
    let open = try store.tasks(TaskFilter(run: plan.next.id, isOpen: true)).filter {
      $0.node != nil || isCancel && $0.id == Engine.damagedTask(of: $0.run)
    }
    guard !open.isEmpty else { return }
    let touches = isCancel ? [] : try store.touchSteps(run: plan.next.id)
    let because = "the run has ended: \(plan.next.run.outcome ?? "")"
    for task in open where isCancel || Engine.isOf(touches, task) {
      var withdrawn = task
      withdrawn.state = .withdrawn(because: because, at: plan.now)
      plan.writes.append(.task(withdrawn))
    }
  }

  /// Not in line: there the optimizer of Swift 6.3 ends with an error about ownership.
  @inline(never) private static func isOf(_ steps: Set<NodeIndex>, _ task: TaskRecord) -> Bool {
    task.node.map(steps.contains) == true
  }

  private static func takesBackTasks(_ event: Event) -> Bool {
    switch event.kind {
    case .timer, .left, .failed, .outcome: false
    default: true
    }
  }

  /// A delivery of a run that has ended failed: the run cannot be told any more, its journal and its owner
  /// can.
  func noteFailure(
    _ record: RunRecord, _ node: NodeIndex, _ because: String, _ incoming: Incoming
  ) throws(StoreError) {
    let now = clock.now()
    let line = try store.outbox(run: record.id).last { $0.node == node }
    let graph = try graph(of: record)
    let name = line?.step ?? graph?.nodes[safe: node]?.name
    var next = record
    next.sequence += 1
    let event = Event(id: incoming.eventID, at: incoming.at, kind: .failed(step: node, because: because))
    let entry = Entry(at: now, step: name, round: line?.round, kind: .failed(because: because))
    let text = "\(name ?? "a step") failed: \(because)"
    let notice = Notice(kind: .failed, to: line?.owner ?? .absent, text: text)
    try store.add([
      .advance(next, from: record.sequence),
      .append(JournalStep(run: record.id, sequence: next.sequence, at: now, event: event, entries: [entry])),
      .hear(run: record.id, event: event.id),
      .task(try note(notice, of: next, named: incoming.id, at: now)),
    ])
  }
}

extension Array {
  /// Nil where there is none.
  package subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

extension Event {
  /// The step whose outcome the run waited for, where this has led it away from there. Neither time nor what the step
  /// itself has led to interrupts it.
  fileprivate func interrupted(_ before: Run, _ after: Run) -> NodeIndex? {
    switch kind {
    case .timer, .left, .failed, .outcome, .acknowledged: return nil
    default: break
    }
    guard let waiting = before.waiting, waiting.isForOutcome else { return nil }
    if let now = after.waiting, now.node == waiting.node, now.isForOutcome { return nil }
    return waiting.node
  }
}

extension Run.Waiting {
  fileprivate var isForOutcome: Bool {
    switch stage {
    case .outcome, .escalating: true
    default: false
    }
  }
}
