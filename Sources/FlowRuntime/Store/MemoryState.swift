import FlowTime

struct StartKey: Hashable {
  var workflow: String
  var subject: String
  var event: String

  /// A key is its bytes, as in every store: there may be one of before that is the same letters in others.
  static func == (one: StartKey, other: StartKey) -> Bool {
    one.workflow == other.workflow && one.event == other.event
      && one.subject.utf8.elementsEqual(other.subject.utf8)
  }
}

/// What the store in memory holds. A batch is checked whole before any of it is applied.
struct MemoryState {
  var inbox: [InboxKey: InboxRow] = [:]
  var arrivals: [InboxKey] = []
  var pending: [InboxKey] = []
  var runs: [String: RunRecord] = [:]
  var starts: [StartKey: String] = [:]
  /// Ids of runs, live and ended.
  var bySubject: [String: [String]] = [:]
  var byContact: [String: [String]] = [:]
  var heard: [String: Set<String>] = [:]
  var journal: [String: [JournalStep]] = [:]
  /// When the step was made that was added last.
  var lastStep: Instant?
  var wakes = WakeHeap()
  /// Ids in the order in which runs started, and the place of each.
  var started: [String] = []
  var places: [String: Int64] = [:]
  var outbox: [String: Outgoing] = [:]
  var outboxOrder: [String] = []
  /// By key: where it stands among them.
  var outboxPlaces: [String: Int] = [:]
  var outboxByRun: [String: [String]] = [:]
  /// Keys of planned lines, the first planned first.
  var planned: [String] = []
  var tasks: [String: TaskRecord] = [:]
  var tasksByRun: [String: [String]] = [:]
  var suppressions: [String: [String: Suppression]] = [:]
  var touches: [String: [ContactTouch]] = [:]
  var versions: [String: Version] = [:]
  var facts: [String: String] = [:]

  // MARK: Checking

  /// Why the batch must not be applied; what stands earlier in it counts.
  func problem(with writes: [Write]) -> StoreError? {
    var batch = Batch()
    for write in writes {
      if let problem = problem(with: write, &batch) { return problem }
    }
    return nil
  }

  /// What a batch itself has brought so far.
  private struct Batch {
    var inbox: Set<InboxKey> = []
    var heard: Set<[String]> = []
    var outgoing: Set<String> = []
    var started: [RunRecord] = []
    var sequences: [String: Int] = [:]
    var steps: [String: Int] = [:]
  }

  private func problem(with write: Write, _ batch: inout Batch) -> StoreError? {
    switch write {
    case .receive(let row):
      guard inbox[row.incoming.key] == nil, batch.inbox.insert(row.incoming.key).inserted else {
        return .known("event \(row.incoming.id)")
      }
    case .start(let record):
      if let problem = problem(starting: record, batch.started) { return problem }
      batch.started.append(record)
      batch.sequences[record.id] = record.sequence
    case .advance(let record, let from):
      guard batch.sequences[record.id] ?? runs[record.id]?.sequence == from else {
        return .conflict("run \(record.id)")
      }
      batch.sequences[record.id] = record.sequence
    case .hear(let run, let event):
      guard heard[run]?.contains(event) != true, batch.heard.insert([run, event]).inserted else {
        return .known("event \(event) of run \(run)")
      }
    case .append(let step):
      let last = batch.steps[step.run] ?? journal[step.run]?.last?.sequence ?? 0
      guard step.sequence == last + 1 else { return .conflict("the journal of run \(step.run)") }
      batch.steps[step.run] = step.sequence
    case .plan(let outgoing):
      guard outbox[outgoing.key.text] == nil, batch.outgoing.insert(outgoing.key.text).inserted else {
        return .known("delivery \(outgoing.key)")
      }
    case .change(let outgoing, let from):
      guard outbox[outgoing.key.text]?.state == from else { return .conflict("delivery \(outgoing.key)") }
    case .answer, .task, .suppress, .allow, .touch, .version, .remember: break
    }
    return nil
  }

  private func problem(starting record: RunRecord, _ others: [RunRecord]) -> StoreError? {
    let key = StartKey(workflow: record.workflow, subject: record.subject, event: record.event)
    guard runs[record.id] == nil, starts[key] == nil else { return .known("run \(record.id)") }
    guard record.isLive else { return nil }
    let related = (bySubject[record.subject] ?? []) + (byContact[record.contact] ?? [])
    for other in related.compactMap({ runs[$0] }) + others where other.isLive {
      if other.workflow == record.workflow, other.subject.utf8.elementsEqual(record.subject.utf8) {
        return .known("a live run of \(record.workflow) for \(record.subject)")
      }
      if let group = record.exclusive, other.exclusive == group,
        other.contact.utf8.elementsEqual(record.contact.utf8)
      {
        return .known("a live run in \(group) for \(record.contact)")
      }
    }
    return nil
  }

  // MARK: Applying

  mutating func apply(_ write: Write) {
    switch write {
    case .receive(let row):
      inbox[row.incoming.key] = row
      arrivals.append(row.incoming.key)
      if row.result == nil { pending.append(row.incoming.key) }
    case .answer(let key, let result):
      inbox[key]?.result = result
      if let index = pending.firstIndex(of: key) { pending.remove(at: index) }
    case .start(let record):
      runs[record.id] = record
      places[record.id] = Int64(started.count)
      started.append(record.id)
      starts[StartKey(workflow: record.workflow, subject: record.subject, event: record.event)] = record.id
      bySubject[record.subject, default: []].append(record.id)
      byContact[record.contact, default: []].append(record.id)
      wake(record)
    case .advance(let record, _):
      runs[record.id] = record
      wake(record)
    case .hear(let run, let event): heard[run, default: []].insert(event)
    case .append(let step):
      journal[step.run, default: []].append(step)
      lastStep = step.at
    case .plan(let outgoing):
      outbox[outgoing.key.text] = outgoing
      outboxPlaces[outgoing.key.text] = outboxOrder.count
      outboxOrder.append(outgoing.key.text)
      outboxByRun[outgoing.run, default: []].append(outgoing.key.text)
      if outgoing.state == .planned { planned.append(outgoing.key.text) }
    case .change(let outgoing, _):
      let key = outgoing.key.text
      outbox[key] = outgoing
      let index = planned.firstIndex(of: key)
      if outgoing.state == .planned, index == nil {
        // The first planned comes first, also when it is planned again.
        let place = outboxPlaces[key] ?? .max
        planned.insert(key, at: planned.firstIndex { outboxPlaces[$0] ?? .max > place } ?? planned.count)
      } else if outgoing.state != .planned, let index {
        planned.remove(at: index)
      }
    case .task(let task):
      if tasks.updateValue(task, forKey: task.id) == nil { tasksByRun[task.run, default: []].append(task.id) }
    case .suppress(let contact, let channel, let at, let because):
      for one in contact where suppressions[one]?[channel] == nil {
        suppressions[one, default: [:]][channel] =
          Suppression(contact: one, channel: channel, at: at, because: because)
      }
    case .allow(let contact, let channel):
      for one in contact { suppressions[one]?[channel] = nil }
    case .touch(let contact, let run, let at):
      var all = touches[contact] ?? []
      let index = all.lastIndex { $0.at <= at }.map { $0 + 1 } ?? 0
      all.insert(ContactTouch(run: run, at: at), at: index)
      touches[contact] = all
    case .version(let version):
      if versions[version.fingerprint] == nil { versions[version.fingerprint] = version }
    case .remember(let name, let value): facts[name] = value
    }
  }

  private mutating func wake(_ record: RunRecord) {
    guard let due = record.due, let place = places[record.id] else { return }
    wakes.insert(WakeHeap.Wake(due: due, number: place))
  }

  // MARK: Time

  mutating func dueRuns(until instant: Instant, limit: Int) -> [String] {
    let (runs, started) = (runs, started)
    // A line of the heap counts only while the run still has that due.
    return wakes.firsts(until: instant, limit: limit) { runs[started[Int($0.number)]]?.due == $0.due }
      .map { started[Int($0.number)] }
  }

  mutating func nextDue(_ verbs: Verbs) -> Instant? {
    let (runs, started) = (runs, started)
    let due = wakes.next { runs[started[Int($0.number)]]?.due == $0.due }
    let next = planned.compactMap { outbox[$0] }.filter { verbs.contains($0.verb) }.map(\.next).min()
    return [due, next].compactMap(\.self).min()
  }
}
