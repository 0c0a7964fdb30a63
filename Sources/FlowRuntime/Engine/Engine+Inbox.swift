import FlowCore
import FlowPlugin
import FlowTime

/// The inbox: who gets what has come in (language, section 6).
extension Engine {
  /// Commits what has come in; true where it had come before.
  func takeIn(_ incoming: Incoming) throws(StoreError) -> Bool {
    if try isKnown(incoming.key) { return true }
    try store.add([.receive(InboxRow(incoming: incoming, received: clock.now()))])
    return false
  }

  /// Also of who was erased: a source that tells it again brings nobody back (guarantee 5).
  func isKnown(_ key: InboxKey) throws(StoreError) -> Bool {
    if try store.inbox(key) != nil { return true }
    return try wasErased(Erased.event(key))
  }

  func wasErased(_ fact: @autoclosure () -> String) throws(StoreError) -> Bool {
    guard try store.remembered(Erased.mark) != nil else { return false }
    return try store.remembered(fact()) != nil
  }

  /// Takes in several and works them off, as far as nothing follows from one, and none concerns a run that one
  /// before it has changed: what that has planned goes out first.
  /// - Parameter others: names of runs that none of them may concern; the first may where there are none.
  /// - Returns: those that were taken, and the names of the runs that they changed.
  func takeIn(
    _ all: [Incoming], besides others: Set<String> = []
  ) async throws(StoreError) -> (taken: [Taken], changed: Set<String>) {
    var taken: [Taken] = []
    var changed: Set<String> = []
    for incoming in all {
      guard taken.isEmpty && others.isEmpty || isApart(incoming, from: changed, others)
      else { break }
      taken.append(Taken(isKnown: try takeIn(incoming)))
      guard let (key, result) = try await workFirst() else { continue }
      if key == incoming.key { taken[taken.count - 1].result = result }
      for id in result.reached + result.started.map(\.run) {
        changed.insert(id)
        if let record = try store.run(id) { changed.formUnion([record.subject, record.contact]) }
      }
      // Before what follows from it is looked at, what it has planned goes out.
      if try !store.pending(limit: 1).isEmpty { break }
    }
    return (taken, changed)
  }

  /// What has come in.
  struct Taken {
    /// It had come before.
    var isKnown: Bool
    /// What was done about it; nil where that stands in the store alone.
    var result: Received?
  }

  /// Whether it concerns no run that is known by any of these names.
  private func isApart(_ incoming: Incoming, from changed: Set<String>, _ others: Set<String>) -> Bool {
    func isApart(_ name: String) -> Bool { !changed.contains(name) && !others.contains(name) }
    switch incoming.body {
    case .event(let type, let subject?, _):
      // Other built-in events may concern all that is known of a contact.
      let canonical = ContactIdentity.canonical(subject)
      return (type == "reply" || !BuiltInEvent.names.contains(type)) && isApart(subject)
        && (canonical == subject || isApart(canonical))
    case .run(let run, _): return isApart(run)
    default: return false
    }
  }

  /// Works off the line of the inbox that came first; false where there is none.
  func workOne() async throws(StoreError) -> Bool { try await workFirst() != nil }

  /// - Returns: which it is, and what was done about it; nil where there is none.
  private func workFirst() async throws(StoreError) -> (InboxKey, Received)? {
    guard let row = try store.pending(limit: 1).first else { return nil }
    return (row.incoming.key, try await work(row))
  }

  /// Works off a line that nothing was done about.
  /// - Parameter isAwaited: whoever sent it is told what was done about it; else the log says what fits no run.
  func work(_ row: InboxRow, isAwaited: Bool = false) async throws(StoreError) -> Received {
    let result = try await route(row.incoming)
    let isLoop = row.incoming.depth > EventRow.limit
    if row.incoming.depth == 0 { isLoopTold = false }
    // A loop that doubles is cut off in thousands of places: the log says it once.
    if result.needsEyes, !isAwaited, !(isLoop && isLoopTold) {
      isLoopTold = isLoop
      logger.warning(
        "fits no run",
        metadata: ["event": "\(row.incoming.id)", "told by": "flow runs --unmatched"])
    }
    try store.add([.answer(row.incoming.key, result)])
    try acquit(row.incoming.key)
    return result
  }

  private func route(_ incoming: Incoming) async throws(StoreError) -> Received {
    guard incoming.depth <= EventRow.limit else {
      return .unmatched(
        "too many events follow from one another with no time between them: \(EventRow.limit) in a row may, fewer "
          + "where one leads to several")
    }
    switch incoming.body {
    case .event(let type, let subject, let data):
      let json: JSONValue
      do { json = try JSONReader.read(data) } catch { return .unmatched("its data are no JSON: \(error)") }
      return try await routeEvent(incoming, type, subject, json == .null ? [:] : json)
    case .enrol(let workflow, let input):
      guard let graph = library.graph(workflow) else {
        return .unmatched("there is no workflow \"\(workflow)\"")
      }
      var result = Received()
      try await enrol(graph, input, incoming, &result)
      return result
    case .run(let run, let kind): return try await routeToRun(incoming, run, kind)
    case .message(let message): return try await routeMessage(incoming, message)
    case .task(let task, let outcome, let note): return try await routeTask(incoming, task, outcome, note)
    case .suppress(let contact, let channel, let because):
      try store.add([
        .suppress(
          contact: try contacts(known: [ContactIdentity.canonical(contact)]), channel: channel, at: clock.now(),
          because: because)
      ])
      return Received()
    }
  }

  // MARK: CloudEvents

  private func routeEvent(
    _ incoming: Incoming, _ type: String, _ subject: String?, _ data: JSONValue
  ) async throws(StoreError) -> Received {
    if BuiltInEvent.names.contains(type) { return try await routeBuiltIn(incoming, type, subject, data) }
    var result = Received()
    var isKnown = false
    let starting = library.graphs.filter { $0.trigger.event == type }
    let listening = try subject.map { subject throws(StoreError) in try listeners(to: type, subject, incoming) } ?? []
    var incoming = incoming
    incoming.depth = EventRow.depth(incoming.depth, among: listening.count + starting.count)
    // Runs that live already come first: an event may end one and start the next.
    for record in listening {
      var kind = Event.Kind.named(type, data: [:])
      // Of a run that stands still it is kept as it came in: what its data are says the version that it goes on by.
      if let graph = try declaring(record) {
        switch read(data, of: type, by: graph) {
        case .success(let named): kind = named
        case .failure(let unfit):
          result.refused.append(.init(workflow: record.workflow, because: unfit.because))
          continue
        }
      }
      try await tell(record.id, Event(id: incoming.eventID, at: incoming.at, kind: kind), incoming)
      result.reached.append(record.id)
    }
    for graph in starting {
      isKnown = true
      let (value, problems) = readValue(data, as: .record(graph.triggerFields), zones: zones)
      if problems.isEmpty, case .record(let fields) = value {
        try await enrol(graph, fields, incoming, &result)
      } else {
        result.refused.append(.init(workflow: graph.workflow, because: problems.map(\.description)))
      }
    }
    if result == Received() {
      isKnown = isKnown || library.graphs.contains { $0.events.contains { $0.name == type } }
      result.unmatched =
        !isKnown
        ? "\(Received.ofNoWorkflow) \"\(type)\""
        : subject.map { "no live run waits for \"\(type)\" with the subject \"\($0)\"" }
          ?? "\"\(type)\" needs a subject: the key of the run that it belongs to"
    }
    return result
  }

  /// The graph that says what events a run waits for; nil where this program makes none of its version that is to be
  /// believed.
  private func declaring(_ record: RunRecord) throws(StoreError) -> Graph? {
    let compiled = try versions.compiled(record.version, in: store)
    return compiled?.problem == nil ? compiled?.graph : nil
  }

  /// An event of a workflow's own, as the graph declares its data.
  private func read(_ data: JSONValue, of type: String, by graph: Graph) -> Result<Event.Kind, BuiltInEvent.Unfit> {
    let declared = graph.events.first { $0.name == type }
    let (value, problems) = readValue(data, as: .record(declared?.fields ?? []), zones: zones)
    guard problems.isEmpty, case .record(let fields) = value else {
      return .failure(BuiltInEvent.Unfit(because: problems.map(\.description)))
    }
    return .success(.named(type, data: fields))
  }

  /// What was kept for a run, now that it goes on by this graph.
  /// - Returns: nil where the run is told nothing of it; and what there is to say of that.
  func unkept(_ body: Incoming.Body, for record: RunRecord, _ graph: Graph) throws(StoreError) -> (
    body: Incoming.Body?, because: Received
  ) {
    guard case .event(let type, let subject?, let data) = body else { return (body, Received()) }
    let ofContact = graph.events.first { $0.name == type }?.ofContact
    let isMeant =
      ofContact == true
      ? try contacts(known: [ContactIdentity.canonical(subject)]).contains(record.contact)
      : ofContact == false && record.subject == subject
    guard isMeant else { return (nil, .unmatched("the run \(record.id) does not wait for \"\(type)\"")) }
    let json: JSONValue
    do { json = try JSONReader.read(data) } catch { return (nil, .unmatched("its data are no JSON: \(error)")) }
    switch read(json == .null ? [:] : json, of: type, by: graph) {
    case .success(let kind): return (.run(record.id, kind), Received())
    case .failure(let unfit):
      return (nil, Received(refused: [.init(workflow: record.workflow, because: unfit.because)]))
    }
  }

  /// Live runs that declare the event, by key or, with `of: contact`, by the contact's id; in the order of
  /// their start; and those that stand still and may declare it. A run that this very event started is none of them.
  private func listeners(
    to type: String, _ subject: String, _ incoming: Incoming
  ) throws(StoreError) -> [RunRecord] {
    func declares(_ record: RunRecord, ofContact: Bool) throws(StoreError) -> Bool {
      guard record.event != incoming.eventID else { return false }
      guard let graph = try declaring(record) else { return true }
      return graph.events.contains { $0.name == type && $0.ofContact == ofContact }
    }
    // Nobody is no contact, and may have many runs.
    if subject.isEmpty { return [] }
    var found: [RunRecord] = []
    for record in try candidates(RunFilter(subject: subject), incoming)
    where try declares(record, ofContact: false) {
      found.append(record)
    }
    for contact in try contacts(known: [ContactIdentity.canonical(subject)]) {
      for record in try candidates(RunFilter(contact: contact), incoming)
      where try declares(record, ofContact: true) && found.allSatisfy({ $0.id != record.id }) {
        found.append(record)
      }
    }
    return found.sorted { ($0.run.started, $0.id) < ($1.run.started, $1.id) }
  }

  /// Live runs, and those that have heard this event before a crash and ended by it.
  private func candidates(_ filter: RunFilter, _ incoming: Incoming) throws(StoreError) -> [RunRecord] {
    var found: [RunRecord] = []
    for record in try store.runs(filter) {
      if record.isLive {
        found.append(record)
      } else if try store.knows(run: record.id, event: incoming.eventID) {
        found.append(record)
      }
    }
    return found
  }

  private func routeBuiltIn(
    _ incoming: Incoming, _ type: String, _ subject: String?, _ data: JSONValue
  ) async throws(StoreError) -> Received {
    guard let subject, !subject.isEmpty else {
      return .unmatched("\"\(type)\" needs a subject: a run's key, id or token, or the contact's address")
    }
    let kind: Event.Kind
    switch BuiltInEvent.read(type, data, zones: zones) {
    case .success(let read): kind = read
    case .failure(let unfit): return .unmatched(unfit.because.joined(separator: "; "))
    }
    let found = try addressees(of: subject, incoming)
    if found.isEmpty {
      let last = try lastRun(of: subject)
      if let stopped = try optOut(of: subject, last, heard(kind, data, last)) { return stopped }
      return .unmatched("no live run has the key, the id, the token or the contact's address \"\(subject)\"")
    }
    for record in found {
      let kind = heard(kind, data, record)
      try await tell(record.id, Event(id: incoming.eventID, at: incoming.at, kind: kind), incoming)
      try noteReturn(of: kind, record.run.lastTouchVerb ?? "")
    }
    return Received(reached: found.map(\.id))
  }

  /// By key, by id or token, by the contact's address: the first by which any lives, or has heard this event before a
  /// crash. Whoever may write events is believed.
  private func addressees(of subject: String, _ incoming: Incoming) throws(StoreError) -> [RunRecord] {
    let found = try candidates(RunFilter(subject: subject), incoming)
    if !found.isEmpty { return found }
    if let one = try store.run(run(token: subject) ?? subject) {
      let hasHeard = try store.knows(run: one.id, event: incoming.eventID)
      if one.isLive || hasHeard { return [one] }
    }
    return try lastWritten(to: ContactIdentity.canonical(subject), hearing: incoming.eventID).map { [$0] } ?? []
  }

  /// A word such as STOP, by telephone, is no answer. By which channel it came says the event's `channel`; where it
  /// does not, it is that of the last touch.
  private func heard(_ kind: Event.Kind, _ data: JSONValue, _ record: RunRecord?) -> Event.Kind {
    guard case .reply(let text) = kind else { return kind }
    let named: String? = if case .string(let verb)? = data["channel"] { verb } else { nil }
    guard let verb = named ?? record?.run.lastTouchVerb, outlets[verb]?.isByPhone == true, OptOut.isAsked(by: text)
    else { return kind }
    return .unsubscribe(channel: verb)
  }

  /// The run, live or not, that was the last with this key, id or token, or of the contact with this address.
  private func lastRun(of subject: String) throws(StoreError) -> RunRecord? {
    if let last = try store.runs(RunFilter(subject: subject)).last { return last }
    if let one = try store.run(run(token: subject) ?? subject) { return one }
    return try runs(ofContact: ContactIdentity.canonical(subject)).last
  }

  /// Whoever opts out of the last message of a run that has ended is not written to again, either; and who does so by
  /// an address of which nothing is known is not written to at all.
  private func optOut(of subject: String, _ last: RunRecord?, _ kind: Event.Kind) throws(StoreError) -> Received? {
    guard let (channel, isComplaint) = kind.optOut else { return nil }
    var contact = ContactIdentity.all(of: last?.run.data["contact"] ?? .absent)
    if contact.isEmpty {
      let address = ContactIdentity.canonical(subject)
      guard address.utf8.contains(UInt8(ascii: "@")) || address.utf8.first == UInt8(ascii: "+") else { return nil }
      contact = [address]
    }
    try store.add([.optOut(of: contact, from: channel, by: last, isComplaint: isComplaint, at: clock.now())])
    return Received(reached: last.map { [$0.id] } ?? [])
  }

  // MARK: One run

  private func routeToRun(
    _ incoming: Incoming, _ run: String, _ kind: Event.Kind
  ) async throws(StoreError) -> Received {
    guard let record = try store.run(run) else { return .unmatched("there is no run \"\(run)\"") }
    if try store.knows(run: run, event: incoming.eventID) { return Received(reached: [run]) }
    switch kind {
    case .timer, .left: return .unmatched("time is told by the clock alone")
    case .failed(let node, let because) where !record.isLive:
      try noteFailure(record, node, because, incoming)
      return Received(reached: [run])
    case .outcome(let outcome, let node, let note) where record.isLive:
      if let task = try openTask(of: record, node) {
        return try await routeTask(incoming, task.id, outcome, note)
      }
    default: break
    }
    guard record.isLive else { return .unmatched("the run \(run) has ended") }
    try await tell(run, Event(id: incoming.eventID, at: incoming.at, kind: kind), incoming)
    try noteReturn(of: kind, record.run.lastTouchVerb ?? "")
    return Received(reached: [run])
  }

  /// The open task of a step; of the step that the run waits at, where none is named; else the latest.
  private func openTask(of record: RunRecord, _ node: NodeIndex?) throws(StoreError) -> TaskRecord? {
    let open = try store.tasks(TaskFilter(run: record.id, isOpen: true)).filter { $0.node != nil }
    if let node { return open.last { $0.node == node } }
    return open.last { $0.node == record.run.waiting?.node } ?? open.last
  }

  private func routeTask(
    _ incoming: Incoming, _ id: String, _ outcome: String, _ note: String?
  ) async throws(StoreError) -> Received {
    guard var task = try store.task(id) else { return .unmatched("there is no task \"\(id)\"") }
    if task.settledBy == incoming.eventID { return Received(reached: [task.run]) }
    func refused(_ because: String) -> Received {
      Received(refused: [.init(workflow: task.workflow, because: [because])])
    }
    switch task.state {
    // Said again after a crash or a lost answer: it is done.
    case .done(outcome, _, _): return Received(isKnown: true, reached: [task.run])
    case .done(let told, _, _): return refused("the task \(id) is done already: \(told)")
    case .withdrawn(let because, _): return refused("the task \(id) is withdrawn: \(because)")
    case .open: break
    }
    guard task.outcomes.contains(outcome) else {
      return refused(
        "\"\(outcome)\" is no outcome of the task \(id): \(task.outcomes.joined(separator: ", "))")
    }
    task.state = .done(outcome: outcome, note: note, at: clock.now())
    task.settledBy = incoming.eventID
    if let decided = try decide(outcome, of: task) { return decided }
    try keepBack(task, outcome)
    guard let node = task.node, try store.run(task.run)?.isLive == true else {
      try store.add([.task(task)])
      return Received(reached: [task.run])
    }
    let event = Event(id: incoming.eventID, at: incoming.at, kind: .outcome(outcome, step: node, note: note))
    try await tell(task.run, event, incoming, also: [.task(task)])
    return Received(reached: [task.run])
  }
}
