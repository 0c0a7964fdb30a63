import FlowCore
import FlowPlugin
import FlowTime

/// People's task list.
extension Engine {
  func note(_ notice: Notice, of record: RunRecord, named name: String, at now: Instant) throws(StoreError)
    -> TaskRecord
  {
    TaskRecord(
      id: try freeTaskID([record.id, name]), run: record.id, workflow: record.workflow,
      kind: .notice(notice.kind),
      person: notice.to, contact: record.run.data["contact"] ?? .absent, text: notice.text, assigned: now,
      due: nil,
      outcomes: ["done"])
  }

  func task(for delivery: Delivery, of record: RunRecord, named name: String) throws(StoreError) -> TaskRecord {
    let texts = delivery.fields.compactMap { field -> String? in
      if case .text(let text) = field.content { text.plain } else { nil }
    }
    let contact = delivery.contact[path: ["name"]].text ?? ""
    return TaskRecord(
      id: try freeTaskID([record.id, name]), run: record.id, workflow: record.workflow,
      kind: .step(node: delivery.node, name: delivery.step, verb: delivery.verb),
      person: delivery.by ?? delivery.to, contact: delivery.contact,
      text: texts.isEmpty ? "\(delivery.verb) \(contact)" : texts.joined(separator: "\n\n"),
      assigned: delivery.at, due: delivery.until,
      outcomes: delivery.outcomes.isEmpty ? ["done"] : delivery.outcomes)
  }

  /// The open task that the run waits for, where it waits until another instant than before: after a hold, a new date,
  /// a late hand-over, a move to another version.
  /// - Parameters:
  ///   - also: what is written with it, and was said of tasks there.
  ///   - left: when its person was given it, where that is another instant, too.
  func dueAgain(
    _ next: RunRecord, since before: Run.Waiting?, also: [Write] = [], left: Instant? = nil
  ) throws(StoreError) -> [Write] {
    guard let waiting = next.run.waiting, let before, waiting.stage == .outcome, before.stage == .outcome,
      waiting.due != before.due
    else { return [] }
    var renamed: [String: TaskRecord] = [:]
    for case .task(let task) in also { renamed[task.id] = task }
    let open = try store.tasks(TaskFilter(run: next.id, isOpen: true)).map { renamed[$0.id] ?? $0 }
    guard var task = open.last(where: { $0.node == waiting.node && $0.due != nil }) else { return [] }
    task.due = waiting.due
    task.assigned = left ?? task.assigned
    return [.task(task)]
  }

  /// Who has done it need not be given it any more: it takes nobody's place, and does not count as given.
  func keepBack(_ task: TaskRecord, _ outcome: String) throws(StoreError) {
    guard let node = task.node, try store.hasOpen(run: task.run),
      try store.tasks(TaskFilter(run: task.run)).last(where: { $0.node == node })?.id == task.id
    else { return }
    for var line in try store.outbox(run: task.run)
    where line.node == node && [.planned, .held].contains(line.state) && !claimed.contains(line.key.text) {
      // What may have been given is tried again: that it was becomes known by that.
      if try mayHaveArrived(line) != nil { continue }
      let state = line.state
      let because = "done before it was given: \(outcome)"
      try giveBack(&line)
      line.state = .cancelled
      line.because = because
      line.settled = clock.now()
      try write(.withheld(because: because), about: line, with: [.change(line, from: state)])
    }
  }

  /// Whether it left is not known, and to send it again might send it twice: a person says what is to be done.
  func unknownNotice(_ line: Outgoing) throws(StoreError) -> TaskRecord {
    var task = try notice(
      "unknown", about: line,
      "It is not known whether \(line.step) reached \(line.rendering.to): \(line.because ?? "no answer")")
    task.outcomes = [Engine.arrived, Engine.again]
    return task
  }

  /// Its channel has said since that it arrived: nobody need say so any more.
  func arrivedAfterAll(_ line: Outgoing) throws(StoreError) -> [Write] {
    guard var task = try store.task(unknownTask(of: line)), task.isOpen else { return [] }
    task.state = .withdrawn(because: "it has arrived after all", at: clock.now())
    return [.task(task)]
  }

  /// What a person may say of a line whose fate is not known.
  static let arrived = "arrived"
  static let again = "again"

  func unknownTask(of line: Outgoing) -> String { noticeID("unknown", line) }

  private func noticeID(_ word: String, _ line: Outgoing) -> String {
    Derived.hex([line.key.text, word], digits: 12)
  }

  /// The engine's own word about a line of the outbox, to the run's owner.
  func notice(_ word: String, about line: Outgoing, _ text: String) throws(StoreError) -> TaskRecord {
    TaskRecord(
      id: noticeID(word, line), run: line.run, workflow: try store.run(line.run)?.workflow ?? "",
      kind: .notice(.failed),
      person: line.owner, contact: .absent, text: text, assigned: clock.now(), due: nil, outcomes: ["done"])
  }

  /// Eight digits, or more where another task has these already.
  private func freeTaskID(_ parts: [String]) throws(StoreError) -> String {
    for digits in stride(from: 8, to: 64, by: 4) {
      let id = Derived.hex(parts, digits: digits)
      if try store.task(id) == nil { return id }
    }
    return Derived.hex(parts, digits: 64)
  }
}
