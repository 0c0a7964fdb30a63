import FlowCore
import FlowPlugin
import FlowTime

/// What becomes of a line that was in hand, and of its run.
extension Engine {
  /// How often a delivery is tried, and for how long.
  static let attempts = 8
  static let patience: Int64 = 72 * 3_600_000

  /// What the channel said of a line that was claimed; nil where it was not handed over.
  func settle(_ line: Outgoing, _ receipt: Receipt?) throws(StoreError) {
    if erased.contains(line.run) { return }
    guard outlets[line.verb]?.usesMarker == true || receipt == nil || !unsettled.isEmpty else {
      return try record(receipt ?? .unknown(because: ""), of: line)
    }
    claimed.remove(line.key.text)
    guard let current = try store.outgoing(line.key.text) else { return }
    switch (current.state, receipt) {
    case (.claimed, nil), (.marked, nil): try tryAgain(current)
    case (.claimed, let receipt?), (.marked, let receipt?): try record(receipt, of: current)
    case (.planned, .accepted?), (.cancelled, .accepted?), (.held, .accepted?), (.unknown, .accepted?):
      // It was told not to, and did.
      logger.error("left all the same", metadata: ["delivery": "\(line.key)", "run": "\(line.run)"])
      try record(receipt ?? .accepted(id: ""), of: current)
    default: break
    }
  }

  func record(_ receipt: Receipt, of line: Outgoing) throws(StoreError) {
    let from = line.state
    var line = line
    switch receipt {
    case .accepted(let id):
      line.state = .accepted
      line.receipt = id
      line.settled = clock.now()
      accepted += 1
      tally(line.verb) { $0.sent += 1 }
      var writes: [Write] = [.change(line, from: from)]
      if from == .unknown { writes += try arrivedAfterAll(line) }
      if line.touch, line.rendering.reference == nil, !id.isEmpty, outlets[line.verb]?.isLive == true {
        writes.append(.remember(Facts.reference + id, line.run))
      }
      writes += try forget(line)
      writes += try tellOutcome("ok", of: line)
      writes += try goOn(after: line, hasLeft: true)
      try store.add(writes)
    case .temporary(let after, let because): try retry(&line, after: after, because)
    case .permanent(let because): try fail(&line, because)
    case .undeliverable(let because): try bounce(&line, because)
    case .optedOut(let because): try optOut(&line, because)
    case .ours(let because):
      line.state = .held
      line.because = Hold.mark + (try refuse(line.verb, because).because)
      logger.error("held", metadata: ["delivery": "\(line.key)", "run": "\(line.run)"])
      try store.add([.change(line, from: from)])
    case .unknown(let because):
      guard outlets[line.verb]?.isKeyed == true, try store.remembered(Facts.stopped + line.key.text) == nil else {
        return try settleUnknown(&line, because)
      }
      try store.add([.remember(Facts.perhaps + line.key.text, because)])
      try retry(&line, after: 900, because)
    }
  }

  private func retry(_ line: inout Outgoing, after: Int?, _ because: String) throws(StoreError) {
    let now = clock.now()
    let from = line.state
    // A far side that names a pause beyond our patience is not waited for.
    let wanted = Int64(min(max(after ?? 0, 0), 1_000_000)) * 1000
    let own = Engine.pause(after: line.attempts, of: line.key.text)
    let base = Engine.base(after: line.attempts)
    let next = now.adding(milliseconds: max(wanted, base) + own - base)
    guard line.attempts < Engine.attempts, next.milliseconds(since: line.planned) <= Engine.patience else {
      let tried = line.attempts == 1 ? "tried once: \(because)" : "tried \(line.attempts) times: \(because)"
      guard line.attempts < Engine.attempts, wanted > base else { return try fail(&line, tried) }
      let limit = "beyond the \(Engine.patience / 3_600_000) hours for which it is tried"
      return try fail(&line, "\(tried); it wants to be asked again after \(after ?? 0) seconds, \(limit)")
    }
    line.state = .planned
    line.because = because
    line.next = next
    // Of a chain whose clock has stood for it: perhaps another person is told now.
    let writes = line.touch ? [] : try goOn(after: line, hasLeft: false)
    try store.add([.change(line, from: from)] + writes)
  }

  /// It will not be tried again. Where it may have arrived by a try before, that try is as unknown as it was, whatever
  /// the far side says of this one; one that takes keys has said it of both (guarantee 8).
  func fail(_ line: inout Outgoing, _ because: String) throws(StoreError) {
    let perhaps = try mayHaveArrived(line)
    if let perhaps, outlets[line.verb]?.isKeyed != true {
      let writes = try leftUnknown(line, because: "\(perhaps); tried again: \(because)")
      return try store.add(writes + goOn(after: line, hasLeft: true))
    }
    let because = Engine.refused(because, perhaps)
    let from = line.state
    line.state = .failed
    line.because = because
    line.settled = clock.now()
    let told = Incoming(
      source: "flow", id: "\(line.key).failed", at: clock.now(),
      body: .run(line.run, .failed(step: line.node, because: because)))
    try store.add(
      [.change(line, from: from), .receive(InboxRow(incoming: told, received: clock.now()))]
        + tellOutcome("failed", of: line) + forget(line))
  }

  /// - Parameter perhaps: why it may have arrived by a try before.
  static func refused(_ because: String, _ perhaps: String?) -> String {
    perhaps.map { "\(because); a try before may have arrived: \($0)" } ?? because
  }

  /// What was counted of a line that is settled.
  func forget(_ line: Outgoing) throws(StoreError) -> [Write] {
    // Only what was in hand before was counted, or stopped.
    guard line.attempts > 1 else { return [] }
    var writes: [Write] = []
    for fact in [Facts.crash, Facts.stopped, Facts.perhaps] where try store.remembered(fact + line.key.text) != nil {
      writes.append(.remember(fact + line.key.text, nil))
    }
    return writes
  }
}
