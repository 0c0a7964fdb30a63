import FlowRuntime
import FlowTime

/// Why changes must not be made. What stands earlier in a batch counts.
extension Front {
  /// What stands earlier in it. Most are of a few changes, of one run.
  struct Batch {
    var inbox: [InboxKey] = []
    var heard: [(run: String, event: String)] = []
    var outgoing: [String] = []
    var started: [RunRecord] = []
    var ended: [String] = []
    var sequences: [(run: String, last: Int)] = []
    var steps: [(run: String, last: Int)] = []

    /// Its room is kept for the next one.
    fileprivate mutating func clear() {
      if !inbox.isEmpty { inbox.removeAll(keepingCapacity: true) }
      if !heard.isEmpty { heard.removeAll(keepingCapacity: true) }
      if !outgoing.isEmpty { outgoing.removeAll(keepingCapacity: true) }
      if !started.isEmpty { started.removeAll(keepingCapacity: true) }
      if !ended.isEmpty { ended.removeAll(keepingCapacity: true) }
      if !sequences.isEmpty { sequences.removeAll(keepingCapacity: true) }
      if !steps.isEmpty { steps.removeAll(keepingCapacity: true) }
    }
  }

  /// Reads whatever the changes concern, so that making them reads nothing.
  func check(_ writes: [Write]) throws(StoreError) {
    var batch = Batch()
    swap(&batch, &emptyBatch)
    defer {
      batch.clear()
      swap(&batch, &emptyBatch)
    }
    try writes.forEachInPlace { (write) throws(StoreError) in try check(write.value, &batch) }
  }

  private func check(_ write: borrowing Write, _ batch: inout Batch) throws(StoreError) {
    switch write {
    case .receive(let row):
      let key = row.incoming.key
      guard try inbox(key) == nil, !batch.inbox.contains(key) else { throw .known("event \(row.incoming.id)") }
      batch.inbox.append(key)
    case .answer(let key, _): _ = try inbox(key)
    case .start(let record): try checkStart(record, &batch)
    case .advance(let record, let from):
      let id = record.id
      let stored = try run(id)?.record?.sequence
      guard batch.sequences.last(where: { $0.run == id })?.last ?? stored == from else { throw .conflict("run \(id)") }
      batch.sequences.append((id, record.sequence))
      if !record.isLive { batch.ended.append(id) }
    case .hear(let id, let event):
      let isHeard = try run(id).map { (entry) throws(StoreError) in try heard(entry).contains(event) } ?? false
      guard !isHeard, !batch.heard.contains(where: { $0 == (id, event) }) else {
        throw .known("event \(event) of run \(id)")
      }
      batch.heard.append((id, event))
    case .append(let step):
      let stored = try run(step.run)?.steps ?? 0
      guard step.sequence == (batch.steps.last { $0.run == step.run }?.last ?? stored) + 1 else {
        throw .conflict("the journal of run \(step.run)")
      }
      batch.steps.append((step.run, step.sequence))
    case .plan(let outgoing):
      let key = outgoing.key.text
      if let entry = try run(outgoing.run), try lines(entry).contains(where: { $0.key == key }) {
        throw .known("delivery \(key)")
      }
      guard !batch.outgoing.contains(key) else { throw .known("delivery \(key)") }
      batch.outgoing.append(key)
    case .change(let outgoing, let from):
      guard let entry = try run(outgoing.run), try line(outgoing, of: entry)?.state == from else {
        throw .conflict("delivery \(outgoing.key)")
      }
    case .task(let task):
      _ = try self.task(task.id)
      if let entry = try run(task.run) { _ = try tasks(entry) }
    case .touch(_, let run, _): _ = try self.run(run)
    case .suppress, .allow, .version, .remember: break
    }
  }

  private func checkStart(_ record: RunRecord, _ batch: inout Batch) throws(StoreError) {
    guard try run(record.id)?.record == nil else { throw .known("run \(record.id)") }
    let ofSubject = records(try runs(ofSubject: record.subject))
    let ofContact = record.exclusive == nil ? [] : records(try runs(ofContact: record.contact))
    for other in ofSubject + batch.started where other.workflow == record.workflow && other.subject == record.subject {
      guard other.event != record.event, other.id != record.id else { throw .known("run \(record.id)") }
      if record.isLive, other.isLive, !batch.ended.contains(other.id) {
        throw .known("a live run of \(record.workflow) for \(record.subject)")
      }
    }
    if let group = record.exclusive, record.isLive {
      for other in ofContact + batch.started where other.exclusive == group && other.contact == record.contact {
        guard !other.isLive || batch.ended.contains(other.id) else {
          throw .known("a live run in \(group) for \(record.contact)")
        }
      }
    }
    batch.started.append(record)
    batch.sequences.append((record.id, record.sequence))
  }
}
