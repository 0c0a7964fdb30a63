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
    line.because = because
    line.settled = now
    let told = Incoming(
      source: "flow", id: "\(line.key).opted-out", at: now,
      body: .run(line.run, .unsubscribe(channel: line.verb)))
    try store.add([.change(line, from: from), .receive(InboxRow(incoming: told, received: now))])
  }

  // MARK: Pace

  /// Where the channel may not take so many at once or in a day: when this line may be tried.
  func slot(for line: Outgoing) -> Instant? {
    guard let outlet = outlets[line.verb], outlet.rate != nil || outlet.capacity != nil else { return nil }
    let now = clock.now()
    if slotted.removeValue(forKey: line.key.text) != nil { return nil }
    var pace = paces[line.verb] ?? Pace(now, count: sentToday(line.verb, now))
    let slot = pace.take(now, outlet)
    paces[line.verb] = pace
    if slot <= now { return nil }
    slotted[line.key.text] = Slot(run: line.run, verb: line.verb, at: slot)
    return slot
  }

  /// A time that was reserved for a line.
  struct Slot {
    var run: String
    var verb: String
    var at: Instant
  }

  /// The line does not leave in the time that it had: another may.
  func giveBack(_ key: String) {
    guard let slot = slotted.removeValue(forKey: key) else { return }
    paces[slot.verb]?.giveBack(slot.at)
  }

  /// How many engines before this one have handed over today, in UTC.
  private func sentToday(_ verb: String, _ now: Instant) -> Int {
    let hour = now.milliseconds / 3_600_000
    let today = hour / 24 * 24
    return (brake.tallies[verb] ?? [:]).filter { $0.key >= today && $0.key <= hour }.values.reduce(0) {
      $0 + $1.sent
    }
  }

  /// How a channel with a rate or a capacity is filled.
  struct Pace {
    /// When the next line may leave.
    private var next: Instant
    /// The first instant of the day, in UTC, that is filled now, and by how many.
    private var day: Instant
    private var count: Int
    /// Times that were given back, the first first.
    private var free: [Instant] = []

    private static let dayLength: Int64 = 86_400_000

    init(_ now: Instant, count: Int) {
      next = now
      day = Self.day(of: now)
      self.count = count
    }

    private static func day(of instant: Instant) -> Instant {
      Instant(milliseconds: instant.milliseconds / dayLength * dayLength)
    }

    mutating func giveBack(_ slot: Instant) {
      free.insert(slot, at: free.firstIndex { $0 > slot } ?? free.endIndex)
    }

    /// The instant for one more line; none is before `now`.
    mutating func take(_ now: Instant, _ outlet: KeptOutlet) -> Instant {
      // Without a rate a place is free all day.
      let earliest = outlet.rate == nil ? Self.day(of: now) : now
      free.removeAll { $0 < earliest }
      if !free.isEmpty { return max(free.removeFirst(), now) }
      var slot = max(now, next)
      if Self.day(of: slot) > day { (day, count) = (Self.day(of: slot), 0) }
      if let capacity = outlet.capacity, count >= capacity {
        slot = day.adding(milliseconds: Self.dayLength)
        (day, count) = (slot, 0)
      }
      count += 1
      next = outlet.rate.map { slot.adding(milliseconds: Int64(60_000 / max(1, $0))) } ?? slot
      return slot
    }
  }
}
