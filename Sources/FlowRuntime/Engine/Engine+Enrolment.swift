import FlowCore
import FlowTime

/// New runs: at most one for (workflow, key, event), one live one a key, and what `again` and `exclusive`
/// say.
extension Engine {
  func enrol(
    _ graph: Graph, _ data: [String: Value], _ incoming: Incoming, _ result: inout Received
  ) async throws(StoreError) {
    switch Machine.enrol(graph, data: data, at: clock.now(), zones: zones) {
    case .filtered(let because):
      result.refused.append(.init(workflow: graph.workflow, because: [Received.Refused.filter + because]))
    case .refused(let because):
      result.refused.append(.init(workflow: graph.workflow, because: [because]))
    case .runs(let enrolments):
      var incoming = incoming
      incoming.depth = EventRow.depth(incoming.depth, among: enrolments.count)
      for (index, enrolment) in enrolments.enumerated() {
        switch try await start(graph, enrolment, incoming) {
        case .success(let run) where result.started.contains { $0.run == run }:
          let key = RunRecord.subject(of: enrolment.key)
          result.refused.append(
            .init(workflow: graph.workflow, because: ["item \(index + 1) has the key \"\(key)\" of one before it"]))
        case .success(let run):
          result.started.append(.init(workflow: graph.workflow, run: run, item: index + 1))
        case .failure(let refusal):
          result.refused.append(.init(workflow: graph.workflow, because: [refusal.because]))
        }
      }
    }
  }

  private struct Refusal: Error { var because: String }

  private func start(
    _ graph: Graph, _ enrolment: Enrolment, _ incoming: Incoming
  ) async throws(StoreError) -> Result<String, Refusal> {
    let subject = RunRecord.subject(of: enrolment.key)
    let event = incoming.eventID
    if let known = try store.run(workflow: graph.workflow, subject: subject, startedBy: event) {
      return .success(known.id)
    }
    let identities = ContactIdentity.all(of: enrolment.contact)
    // Stores end a text there: two keys would be one.
    if ([subject] + identities).contains(where: { $0.utf8.contains(0) }) {
      return .failure(Refusal(because: "its key or its contact holds a NUL character"))
    }
    let (contact, known) = try contact(identities)
    if let because = try obstacle(graph, subject, contact, identities) {
      if !known.isEmpty { try store.add(known) }
      return .failure(Refusal(because: because))
    }

    let id = try freeRunID([graph.workflow, subject, event])
    let surroundings = try surroundings(graph, contact: contact, identities: identities, except: id)
    let now = clock.now()
    let start: (Surroundings) -> Transition = {
      Machine.start(graph, key: enrolment.key, data: enrolment.data, at: now, $0)
    }
    let record = RunRecord(
      id: id, workflow: graph.workflow, version: graph.fingerprint, subject: subject, contact: contact,
      exclusive: contact.isEmpty ? nil : graph.trigger.exclusive, event: event, sequence: 0,
      run: Run(key: enrolment.key, data: enrolment.data, started: now, zone: Zone.utc.name))
    var also: [Write] = [.hear(run: id, event: event)] + known
    if let version = library.sources[graph.fingerprint], !savedVersions.contains(graph.fingerprint) {
      also.append(.version(version))
    }
    try await commit(record, event: nil, at: now, surroundings, identities, depth: incoming.depth, also: also, start)
    savedVersions.insert(graph.fingerprint)
    return .success(id)
  }

  /// Why no run may start; nil where one may.
  private func obstacle(
    _ graph: Graph, _ subject: String, _ contact: String, _ identities: [String]
  ) throws(StoreError) -> String? {
    if subject.isEmpty { return "its key is empty" }
    if let last = try store.lastRun(workflow: graph.workflow, subject: subject) {
      if last.isLive { return "the run \(last.id) with the key \"\(subject)\" is still going on" }
      if graph.trigger.again == .never {
        return "the run \(last.id) has had the key \"\(subject)\", and the trigger says `again: never`"
      }
      if case .after(let duration, perContact: false) = graph.trigger.again,
        let because = tooSoon(last, duration, "the key \"\(subject)\"")
      {
        return because
      }
    } else if graph.trigger.again == .never, try wasErased(Erased.key(subject, workflow: graph.workflow)) {
      return "a run that was erased has had the key \"\(subject)\", and the trigger says `again: never`"
    }
    if case .after(let duration, perContact: true) = graph.trigger.again, !contact.isEmpty {
      for name in sending.joined.all(contact) {
        if let last = try store.lastRun(workflow: graph.workflow, contact: name),
          let because = tooSoon(last, duration, "this contact")
        {
          return because
        }
      }
    }
    guard let group = graph.trigger.exclusive, !contact.isEmpty else { return nil }
    for name in names(contact, identities) {
      guard let other = try store.liveRun(exclusive: group, contact: name) else { continue }
      return "the run \(other.id) of \(other.workflow) follows up this contact, and \"\(group)\" is exclusive"
    }
    return nil
  }

  private func tooSoon(_ last: RunRecord, _ duration: Duration, _ whose: String) -> String? {
    let zone = zones.zone(named: last.run.zone) ?? .utc
    let free = add(
      duration, to: last.run.started, zone: zone, calendar: BusinessCalendar(), hours: nil)
    guard let free, clock.now() < free else { return nil }
    return "the run \(last.id) for \(whose) started less than \(duration) ago"
  }

  /// Twelve digits, or more where another run has these already.
  private func freeRunID(_ parts: [String]) throws(StoreError) -> String {
    for digits in stride(from: 12, to: 64, by: 4) {
      let id = Derived.hex(parts, digits: digits)
      if try store.run(id) == nil { return id }
    }
    return Derived.hex(parts, digits: 64)
  }
}
