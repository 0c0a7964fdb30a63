import FlowCore
import FlowTime

/// A clock that was set back while no engine ran. One that runs goes on at half its pace (``SteadyClock``); the next
/// cannot know which of the two times was right, and takes the clock as it is: nothing leaves before its time by it.
public struct SetBack: Sendable {
  /// When the last step that the store knows was made, and by how many milliseconds the clock lies before that.
  public let last: Instant
  public let behind: Int64

  /// Nil where the clock is not more than ten minutes behind, or is moved by hand.
  public init?(_ store: any Store, _ clock: any Clock) throws(StoreError) {
    guard clock.uptime() != nil, let last = try store.lastStep() else { return nil }
    self.last = last
    behind = last.milliseconds(since: clock.now())
    guard behind > SteadyClock.patience else { return nil }
  }

  /// A sentence without its full stop.
  public var words: String {
    let minutes = behind / 60_000
    let span =
      minutes < 120 ? "\(minutes) minutes" : minutes < 2880 ? "\(minutes / 60) hours" : "\(minutes / 1440) days"
    return "the clock is \(span) behind the last step in the store, which is of \(last.rfc3339(in: .utc))"
  }
}

extension Engine {
  /// Nothing new stands behind what had its time by the clock before: places that a rate or a capacity gave are given
  /// anew, and what is to be tried again waits no longer than the fate of a message would. Runs go on waiting for the
  /// instants that they have come to know, and people are told.
  func heedSetBack() throws(StoreError) {
    let told = try store.remembered(Facts.setBack).flatMap { Int64($0) }
    guard let setBack = try SetBack(store, clock) else {
      if told != nil { try store.add([.remember(Facts.setBack, nil)]) }
      return
    }
    logger.warning("the clock was set back", metadata: ["because": "\(setBack.words)"])
    let now = clock.now()
    for var line in try store.outbox(.planned) where line.next > now && (line.hasPlace || line.attempts > 0) {
      line.next = line.hasPlace ? now : min(line.next, now.adding(milliseconds: Engine.unknownPause))
      if line.hasPlace { line.because = nil }
      try store.add([.change(line, from: .planned)])
    }
    for fact in try store.remembered(prefix: Facts.pace) {
      guard var pace = Pace(fact.value) else { continue }
      pace.turnBack(to: now)
      try store.add([.remember(fact.name, pace.text)])
    }
    try store.add([.remember(Facts.setBack, "\(now.milliseconds)")])
    // As long as it goes on from where it was told it is the same, whatever runs have lived since.
    if let told, now.milliseconds >= told - SteadyClock.patience { return }
    let id = Derived.hex(["set back", "\(now.milliseconds)"], digits: 12)
    let words = setBack.words
    let text =
      "\(words.prefix(1).uppercased())\(words.dropFirst()). Runs that wait for an instant by the clock as it was go "
      + "on when it comes to it again; all else goes by the clock as it is. If that is wrong, set it, and restart."
    try store.add([
      .task(
        TaskRecord(
          id: id, run: "", workflow: "", kind: .notice(.held), person: .absent, contact: .absent, text: text,
          assigned: now, due: nil, outcomes: ["done"]))
    ])
  }
}
