import FlowCore
import FlowPlugin
import FlowTime

/// What a receipt is to people and to the run.
extension Engine {
  /// A step whose channel tells its outcome by the receipt itself (`ok`, `failed`), where the run waits for it.
  func tellOutcome(_ outcome: String, of line: Outgoing) throws(StoreError) -> [Write] {
    guard outlets[line.verb]?.outcomes.contains(outcome) == true, let record = try store.run(line.run),
      let waiting = record.run.waiting, waiting.node == line.node, waiting.stage == .outcome
    else { return [] }
    let told = Incoming(
      source: "flow", id: "\(line.key).\(outcome)", at: clock.now(),
      body: .run(line.run, .outcome(outcome, step: line.node, note: nil)))
    return [.receive(InboxRow(incoming: told, received: clock.now()))]
  }

  /// Our configuration is wrong: a person is told once, by the first line that says so.
  func noticeOurs(_ line: Outgoing, _ because: String) throws(StoreError) -> [Write] {
    let id = Derived.hex(["ours", line.verb, because], digits: 12)
    if let known = try store.task(id), known.isOpen { return [] }
    var task = notice("ours", about: line, "nothing leaves by \(line.verb) until it is mended: \(because)")
    task.id = id
    return [.task(task)]
  }

  /// Where the channel may not take so many at once: when this line may be tried.
  func slot(for line: Outgoing) -> Instant? {
    guard let rate = outlets[line.verb]?.rate, rate > 0 else { return nil }
    let now = clock.now()
    if slotted.remove(line.key.text) != nil { return nil }
    let slot = max(now, slots[line.verb] ?? now)
    slots[line.verb] = slot.adding(milliseconds: Int64(60_000 / rate))
    if slot <= now { return nil }
    slotted.insert(line.key.text)
    return slot
  }
}
