import FlowCore
import FlowPlugin
import FlowTime

/// What an engine before left in the outbox, and what this one had in hand when the store failed.
extension Engine {
  /// So often may the process end with the same line in hand.
  static let crashLimit = 3
  /// A fate that is not known is looked at again so much later, where the far side knows identical bytes again.
  static let unknownPause: Int64 = 15 * 60_000

  /// Takes up what an engine before left in the outbox; the inbox is worked off by whoever calls.
  func recover() throws(StoreError) {
    try heedLimits()
    for state in [Outgoing.State.claimed, .marked] {
      for line in try store.outbox(state) where !leaves(line.verb) { try takeUp(line) }
    }
    for line in try store.outbox(.held) where try crashes(of: line) < Engine.crashLimit { try tryAgain(line) }
    // A person may have mended it.
    try forgetRefusals()
    try forgetLate()
    try readmit()
  }

  /// A line that was in hand when the process ended: free to leave again before its mark, else its fate is unknown.
  private func takeUp(_ line: Outgoing) throws(StoreError) {
    let count = try crashes(of: line) + 1
    let isUnknown = line.state == .marked && outlets[line.verb]?.isKeyed != true
    let fate = isUnknown ? "nobody knows whether it has left" : "it is handed over again"
    logger.warning(
      "the process before this one ended with a message in hand: \(fate)",
      metadata: ["step": "\(line.step)", "run": "\(line.run)", "delivery": "\(line.key)"])
    try store.add([.remember(Facts.crash + line.key.text, "\(count)")])
    let isPoison = count >= Engine.crashLimit
    if isUnknown {
      var marked = line
      return try settleUnknown(&marked, "the process ended while it was handed over", isLast: isPoison)
    }
    if isPoison { return try setAside(line, crashes: count) }
    suspects.insert(line.key.text)
    try takeBack(line)
    try tryAgain(line)
  }

  /// It may be what ends the process: it waits for a person, by name, and blocks no other.
  private func setAside(_ line: Outgoing, crashes: Int) throws(StoreError) {
    var aside = line
    aside.state = .held
    aside.because = "set aside: the process ended \(crashes) times with it in hand"
    logger.error("set aside", metadata: ["delivery": "\(line.key)", "run": "\(line.run)"])
    try store.add([
      .change(aside, from: line.state),
      .task(notice("aside", about: aside, "\(line.step) to \(line.rendering.to) is \(aside.because ?? "")")),
    ])
  }

  func crashes(of line: Outgoing) throws(StoreError) -> Int {
    try store.remembered(Facts.crash + line.key.text).flatMap { Int($0) } ?? 0
  }

  func forgetCrashes(of line: Outgoing) throws(StoreError) {
    if try crashes(of: line) > 0 { try store.add([.remember(Facts.crash + line.key.text, nil)]) }
  }

  /// Nobody knows whether it arrived, and the far side takes no key. Where the far side knows identical bytes again it
  /// is tried once more, later; else a person decides (guarantee 8).
  /// - Parameter isLast: it is not tried once more in any case.
  func settleUnknown(_ line: inout Outgoing, _ because: String, isLast: Bool = false) throws(StoreError) {
    let from = line.state
    let name = Facts.unknown + line.key.text
    let count = (try store.remembered(name).flatMap { Int($0) } ?? 0) + 1
    line.because = because
    tally(line.verb) { $0.unknown += 1 }
    let isLast = isLast || count > 1 || outlets[line.verb]?.retriesUnknown != true
    if isLast {
      line.state = .unknown
    } else {
      line.state = .planned
      line.next = clock.now().adding(milliseconds: Engine.unknownPause)
    }
    try store.add(
      [.change(line, from: from), .remember(name, "\(count)")]
        + (isLast ? [.task(unknownNotice(line))] + goOn(after: line, hasLeft: true) : []))
  }

  /// A person says what became of a line whose fate is not known: it has arrived, or it is to leave again.
  /// - Returns: false where the task is about no such line.
  func decide(_ outcome: String, of task: TaskRecord) throws(StoreError) -> Bool {
    guard task.outcomes == [Engine.arrived, Engine.again] else { return false }
    let lines = try store.outbox(run: task.run)
    guard var line = lines.first(where: { unknownTask(of: $0) == task.id }), line.state == .unknown else {
      return false
    }
    line.settled = outcome == Engine.arrived ? clock.now() : nil
    line.state = outcome == Engine.arrived ? .accepted : .planned
    line.because = outcome == Engine.arrived ? "a person says that it arrived" : nil
    line.next = clock.now()
    var writes: [Write] = [.task(task), .change(line, from: .unknown)]
    if line.state == .accepted { writes.append(.remember(Facts.stopped + line.key.text, nil)) }
    try store.add(writes)
    return true
  }

  // MARK: The store failed with lines in hand

  /// Settles what was in hand when the store failed; it does not wait for the next engine.
  func settleRest() throws(StoreError) {
    guard !unsettled.isEmpty else { return }
    for (line, receipt) in unsettled { try settle(line, receipt) }
    // Not before that is sure: what is taken back is still in hand.
    try store.flush()
    unsettled = []
  }
}
