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
      source: "flow", id: "\(line.key).told.\(outcome)", at: clock.now(),
      body: .run(line.run, .outcome(outcome, step: line.node, note: nil)))
    return [.receive(InboxRow(incoming: told, received: clock.now()))]
  }

  /// The address takes nothing: what a report of a mail server says later, its channel has said at once. The run hears
  /// of it by the same door; one that has ended as of any other failure.
  func bounce(_ line: inout Outgoing, _ because: String) throws(StoreError) {
    guard line.touch else { return try fail(&line, because) }
    tally(line.verb) { $0.sent += 1 }
    guard try store.run(line.run)?.isLive == true else {
      tally(line.verb) { $0.bounced += 1 }
      return try fail(&line, because)
    }
    let now = clock.now()
    let from = line.state
    line.state = .failed
    line.because = Engine.refused(because, try mayHaveArrived(line))
    line.settled = now
    let message = Incoming.Message(
      verb: line.verb, token: token(of: line.run), content: .event(.bounce(hard: true)), raw: [])
    let told = Incoming(source: "flow", id: "\(line.key).bounced", at: now, body: .message(message))
    try store.add([.change(line, from: from), .receive(InboxRow(incoming: told, received: now))] + forget(line))
  }

  /// Whoever it was for has told the far side to stop: it goes to them by this channel never again, and the run hears
  /// of it as of an unsubscribe. Where it was for somebody else, the run's contact has not opted out of anything.
  func optOut(_ line: inout Outgoing, _ because: String) throws(StoreError) {
    let now = clock.now()
    let who = ContactIdentity.canonical(line.rendering.to)
    if !who.isEmpty {
      try store.add([.suppress(contact: [who], channel: line.verb, at: now, because: because)])
    }
    guard line.touch, line.contact.contains(who) else { return try fail(&line, because) }
    let from = line.state
    line.state = .failed
    line.because = Engine.refused(because, try mayHaveArrived(line))
    line.settled = now
    let told = Incoming(
      source: "flow", id: "\(line.key).opted-out", at: now,
      body: .run(line.run, .unsubscribe(channel: line.verb)))
    try store.add([.change(line, from: from), .receive(InboxRow(incoming: told, received: now))] + forget(line))
  }
}
