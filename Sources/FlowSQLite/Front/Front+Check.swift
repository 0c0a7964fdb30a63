import FlowRuntime
import FlowTime

/// Why changes must not be made. What stands earlier in a batch counts.
extension Front {
  private struct Batch {
    var inbox: Set<InboxKey> = []
    var heard: [String: Set<String>] = [:]
    var outgoing: Set<String> = []
    var started: [RunRecord] = []
    var ended: Set<String> = []
    var sequences: [String: Int] = [:]
    var steps: [String: Int] = [:]
  }

  /// Reads whatever the changes concern, so that making them reads nothing.
  func check(_ writes: [Write]) throws(StoreError) {
    var batch = Batch()
    for write in writes { try check(write, &batch) }
  }

  private func check(_ write: Write, _ batch: inout Batch) throws(StoreError) {
    switch write {
    case .receive(let row):
      guard try inbox(row.incoming.key) == nil, batch.inbox.insert(row.incoming.key).inserted else {
        throw .known("event \(row.incoming.id)")
      }
    case .answer(let key, _): _ = try inbox(key)
    case .start(let record): try checkStart(record, &batch)
    case .advance(let record, let from):
      let stored = try run(record.id)?.record?.sequence
      guard batch.sequences[record.id] ?? stored == from else { throw .conflict("run \(record.id)") }
      batch.sequences[record.id] = record.sequence
      if !record.isLive { batch.ended.insert(record.id) }
    case .hear(let id, let event):
      let isNew = batch.heard[id, default: []].insert(event).inserted
      if let entry = try run(id), try heard(entry).contains(event) { throw .known("event \(event) of run \(id)") }
      guard isNew else { throw .known("event \(event) of run \(id)") }
    case .append(let step):
      let stored = try run(step.run)?.steps ?? 0
      guard step.sequence == (batch.steps[step.run] ?? stored) + 1 else {
        throw .conflict("the journal of run \(step.run)")
      }
      batch.steps[step.run] = step.sequence
    case .plan(let outgoing):
      let key = outgoing.key.text
      if let entry = try run(outgoing.run), try lines(entry).contains(where: { $0.key == key }) {
        throw .known("delivery \(key)")
      }
      guard batch.outgoing.insert(key).inserted else { throw .known("delivery \(key)") }
    case .change(let outgoing, let from):
      let line = try run(outgoing.run).map { (entry) throws(StoreError) in try lines(entry) }?
        .first { $0.key == outgoing.key.text }
      guard line?.state == from else { throw .conflict("delivery \(outgoing.key)") }
    case .task(let task):
      _ = try self.task(task.id)
      if let entry = try run(task.run) { _ = try tasks(entry) }
    case .touch(_, let run, _): _ = try self.run(run)
    case .suppress, .version, .remember: break
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
    batch.sequences[record.id] = record.sequence
  }
}
