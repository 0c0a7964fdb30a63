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

  /// Whether it left is not known, and to send it again might send it twice: a person says what is to be done.
  func unknownNotice(_ line: Outgoing) throws(StoreError) -> TaskRecord {
    var task = try notice(
      "unknown", about: line,
      "It is not known whether \(line.step) reached \(line.rendering.to): \(line.because ?? "no answer")")
    task.outcomes = [Engine.arrived, Engine.again]
    return task
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
