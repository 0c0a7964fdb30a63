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
    try heedSetBack()
    try heedLimits()
    for state in [Outgoing.State.claimed, .marked] {
      for line in try store.outbox(state) where !leaves(line.verb) { try takeUp(line) }
    }
    for line in try store.outbox(.held) where try crashes(of: line) < Engine.crashLimit { try tryAgain(line) }
    for id in try store.damaged() { try heedDamage(of: id) }
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
    let because = "the process ended while it was handed over"
    if isUnknown {
      var marked = line
      return try settleUnknown(&marked, because, isLast: isPoison)
    }
    // Without a marker it may have been with the far side from the claim on.
    if line.state == .marked || outlets[line.verb]?.usesMarker != true {
      try store.add([.remember(Facts.perhaps + line.key.text, because)])
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
    // A chain that stands for this word goes on.
    let writes = line.touch ? [] : try goOn(after: line, hasLeft: false)
    try store.add(
      [
        .change(aside, from: line.state),
        .task(notice("aside", about: aside, "\(line.step) to \(line.rendering.to) is \(aside.because ?? "")")),
      ] + writes)
  }

  func crashes(of line: Outgoing) throws(StoreError) -> Int {
    try store.remembered(Facts.crash + line.key.text).flatMap { Int($0) } ?? 0
  }

  func forgetCrashes(of line: Outgoing) throws(StoreError) {
    if try crashes(of: line) > 0 { try store.add([.remember(Facts.crash + line.key.text, nil)]) }
  }

  /// Nobody knows whether it arrived, and the far side takes no key. Where the far side knows identical bytes again it
  /// is tried once more, later; else a person decides (guarantee 8). What something has stopped meanwhile is not tried
  /// once more (guarantee 9).
  /// - Parameter isLast: it is not tried once more in any case.
  func settleUnknown(_ line: inout Outgoing, _ because: String, isLast: Bool = false) throws(StoreError) {
    let from = line.state
    let name = Facts.unknown + line.key.text
    let count = (try store.remembered(name).flatMap { Int($0) } ?? 0) + 1
    let stopped = try store.remembered(Facts.stopped + line.key.text)
    line.because = stopped.map { Engine.notTriedAgain(because, $0) } ?? because
    tally(line.verb) { $0.unknown += 1 }
    let isLast = isLast || count > 1 || stopped != nil || outlets[line.verb]?.retriesUnknown != true
    if isLast {
      line.state = .unknown
    } else {
      line.state = .planned
      line.next = clock.now().adding(milliseconds: Engine.unknownPause)
    }
    let perhaps = Facts.perhaps + line.key.text
    try store.add(
      [.change(line, from: from), .remember(name, "\(count)"), .remember(perhaps, isLast ? nil : because)]
        + (isLast ? [.task(unknownNotice(line))] + goOn(after: line, hasLeft: true) : []))
  }

  static func notTriedAgain(_ because: String, _ stopped: String) -> String {
    "\(because); not tried again: \(stopped)"
  }

  /// Why a line that waits to be tried again may have arrived by a try before; nil where it has not.
  func mayHaveArrived(_ line: Outgoing) throws(StoreError) -> String? {
    line.attempts > 0 ? try store.remembered(Facts.perhaps + line.key.text) : nil
  }

  /// What is written where such a line is stopped: nobody can say that it did not go out, so a person says what became
  /// of it. It counts as one of its unknowns (guarantee 8) where none is recorded of it yet.
  /// - Parameter because: why it may have arrived, and what has become of it since.
  func leftUnknown(_ line: Outgoing, because: String) throws(StoreError) -> [Write] {
    var unknown = line
    unknown.state = .unknown
    unknown.because = because
    let key = line.key.text
    let isCounted = try store.remembered(Facts.unknown + key) != nil
    return [
      .change(unknown, from: line.state), .task(try unknownNotice(unknown)), .remember(Facts.perhaps + key, nil),
    ] + (isCounted ? [] : [.remember(Facts.unknown + key, "1")])
  }

  /// A person says what became of a line whose fate is not known: it has arrived, or it is to leave again. What must
  /// not leave any more is as unknown as it was, and the task is taken back.
  /// - Returns: nil where the task is about no such line.
  func decide(_ outcome: String, of task: TaskRecord) throws(StoreError) -> Received? {
    guard task.outcomes == [Engine.arrived, Engine.again] else { return nil }
    let lines = try store.outbox(run: task.run)
    guard var line = lines.first(where: { unknownTask(of: $0) == task.id }), line.state == .unknown else {
      return nil
    }
    let perhaps = line.because ?? ""
    if outcome == Engine.again, case .success(.never(let stopped)) = try leave(line) {
      var task = task
      let because = "it is not sent again: \(stopped)"
      task.state = .withdrawn(because: because, at: clock.now())
      if !perhaps.hasSuffix(stopped) { line.because = Engine.notTriedAgain(perhaps, stopped) }
      try store.add([.task(task), .change(line, from: .unknown)])
      return Received(refused: [
        .init(workflow: task.workflow, because: ["\(because); perhaps it was sent before"])
      ])
    }
    line.settled = outcome == Engine.arrived ? clock.now() : nil
    line.state = outcome == Engine.arrived ? .accepted : .planned
    line.because = outcome == Engine.arrived ? "a person says that it arrived" : nil
    line.next = clock.now()
    // Sent again, it may have arrived before all the same.
    let isOver = line.state == .accepted
    let fact: Write =
      isOver ? .remember(Facts.stopped + line.key.text, nil) : .remember(Facts.perhaps + line.key.text, perhaps)
    try store.add([.task(task), .change(line, from: .unknown), fact])
    return Received(reached: [task.run])
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
