import FlowCore
import FlowPlugin
import FlowReport
import FlowRuntime
import FlowTime

/// Finds everything that a store holds of one person.
struct PersonSearch {
  let workspace: Workspace
  let store: any Store

  init(_ workspace: Workspace, _ store: any Store) {
    self.workspace = workspace
    self.store = store
  }

  private func contact(_ record: RunRecord) -> [String] {
    ContactIdentity.all(of: record.run.data["contact"] ?? .absent)
  }

  /// Runs of who is known by this, or by anything that such a run, or the store, knows them by: what the eraser takes.
  private func runs(_ who: String) throws -> (runs: [RunRecord], identities: Set<String>) {
    let all = try store.runs(RunFilter())
    let known = try KnownNames(in: store)
    var identities = known.all([ContactIdentity.canonical(who)])
    var found: [RunRecord] = []
    while true {
      let next = all.filter { identities.contains($0.contact) || !identities.isDisjoint(with: contact($0)) }
      if next.count == found.count { return (next, identities) }
      found = next
      for record in next { identities.formUnion(contact(record)) }
      identities = known.all(identities)
    }
  }

  /// Everything that the person is known by, sorted.
  func identities(_ who: String) throws -> [String] { try runs(who).identities.sorted() }

  /// A run is of somebody of this name, or an event has told it.
  func isKnown(_ who: String) throws -> Bool {
    let (found, identities) = try runs(who)
    return !found.isEmpty || identities.count > 1
  }

  /// A name of somebody that is this one but for its capitals.
  func nearest(to who: String) throws -> String? {
    let lower = who.lowercased()
    return try store.runs(RunFilter()).lazy.flatMap(contact).first { $0 != who && $0.lowercased() == lower }
  }

  func person(_ who: String, isWhole: Bool) throws -> ContactReport.Person {
    let (records, identities) = try runs(who)
    let histories = Histories(workspace, store)
    var runs: [ContactReport.Run] = []
    var events: [ContactReport.Event] = []
    var tasks: [ContactReport.Task] = []
    var seen: Set<InboxKey> = []
    for record in records {
      let run = try run(record, histories, isWhole: isWhole)
      runs.append(run)
      for id in [record.event] + run.history.steps.compactMap({ $0.event?.id }) {
        for key in InboxKey.candidates(id) {
          guard let row = try store.inbox(key), seen.insert(key).inserted else { continue }
          events.append(event(row))
        }
      }
      for key in try InboxKey.kept(for: record.id, in: store) where seen.insert(key).inserted {
        if let row = try store.inbox(key) { events.append(event(row)) }
      }
      tasks += try store.tasks(TaskFilter(run: record.id)).map(task)
    }
    for row in try store.inboxNeedingEyes() where names(row, identities) && seen.insert(row.incoming.key).inserted {
      events.append(event(row))
    }
    // Who was erased is known by a digest of each name alone.
    let names = Dictionary(
      uniqueKeysWithValues: identities.flatMap { [($0, $0), (ContactIdentity.erased($0), $0)] })
    let suppressions = try store.suppressions().compactMap { one in
      names[one.contact].map {
        ContactReport.Suppressed(contact: $0, channel: one.channel, at: one.at, because: one.because)
      }
    }
    let allowed = try Allowance.all(of: Set(names.keys), in: store).map { one in
      ContactReport.Allowed(
        .init(contact: names[one.contact] ?? "", channel: one.channel, at: one.since, because: one.was), at: one.at,
        by: one.by, because: one.because)
    }
    var person = ContactReport.Person(
      identities: identities.sorted(), runs: runs,
      events: events.sorted { ($0.received, $0.source, $0.id) < ($1.received, $1.source, $1.id) }, tasks: tasks,
      suppressions: suppressions, zone: workspace.zone)
    person.allowed = allowed
    person.damaged = histories.damaged
    return person
  }

  /// - Parameter isWhole: with the bytes of what was handed over.
  func run(_ record: RunRecord, _ histories: Histories, isWhole: Bool) throws -> ContactReport.Run {
    var payloads: [String: ContactReport.Payload] = [:]
    if isWhole {
      for line in try store.outbox(run: record.id) { payloads[line.key.text] = payload(line.rendering.payload) }
    }
    return ContactReport.Run(
      history: try histories.legible(record), zone: histories.zone(record), payloads: payloads)
  }

  func payload(_ bytes: [UInt8]) -> ContactReport.Payload {
    String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .base64(Encodings.base64(bytes))
  }

  func task(_ task: TaskRecord) -> ContactReport.Task {
    let state: String =
      switch task.state {
      case .open: "open"
      case .done(let outcome, let note, _): note.map { "\(outcome): \($0)" } ?? outcome
      case .withdrawn(let because, _): "withdrawn: \(because)"
      }
    return ContactReport.Task(
      id: task.id, run: task.run, name: task.name, assigned: task.assigned, text: task.text, state: state)
  }

  /// What fits no run may still be about the person.
  private func names(_ row: InboxRow, _ identities: Set<String>) -> Bool {
    switch row.incoming.body {
    case .event(_, let subject, let data):
      if let subject, identities.contains(ContactIdentity.canonical(subject)) { return true }
      let text = data.lowercased()
      return identities.contains { text.contains(JSONValue.string($0.lowercased()).write()) }
    case .suppress(let contact, _, _): return identities.contains(ContactIdentity.canonical(contact))
    case .message(let message):
      return message.address.map { identities.contains(ContactIdentity.canonical($0)) } ?? false
    default: return false
    }
  }

  func event(_ row: InboxRow) -> ContactReport.Event {
    let (what, data): (String, String?) =
      switch row.incoming.body {
      case .event(let type, _, let data): (type, data)
      case .enrol(let workflow, let input): ("enroll \(workflow)", json(of: .record(input), zone: .utc).write())
      case .run(_, .reply(let text)): ("reply", (["text": .string(text)] as JSONValue).write())
      case .run(_, let kind): (Event(id: "", at: row.incoming.at, kind: kind).name, nil)
      case .task(_, let outcome, let note): ("task \(outcome)", note)
      case .suppress(_, let channel, _): ("suppress \(channel)", nil)
      case .message(let message): (message.word, String(decoding: message.raw, as: UTF8.self))
      }
    return ContactReport.Event(
      source: row.incoming.source, id: row.incoming.id, received: row.received, what: what, data: data)
  }
}
