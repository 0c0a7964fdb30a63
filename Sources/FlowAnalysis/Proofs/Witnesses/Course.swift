import FlowCore
import FlowTime

/// One run as it went, from its start to its end: what a ``Monitor`` judges.
public struct Course: Sendable, Hashable {
  /// How long a run was held at one step: from the beginning of the day on which the hold began to the end of
  /// the one on which the step went on, or for as many days as `day N` was moved, whichever is more.
  public struct Held: Sendable, Hashable {
    public var from: Instant
    public var to: Instant
    /// When the hold began.
    public var since: Instant
    /// - Parameter since: `from` where it is nil.
    public init(from: Instant, to: Instant, since: Instant? = nil) {
      self.from = from
      self.to = to
      self.since = since ?? from
    }
  }

  /// In which the run reckons days.
  public var zone: Zone
  /// The run's data at its start.
  public var data: [String: Value]
  /// In the order in which they came about, the first one the start.
  public var entries: [Entry]
  public var held: [Held]
  /// Which of the entries say that something has come in which the run has emitted itself.
  public var own: Set<Int>
  /// The hold by which the run is held now: since when, and by how much holds had moved `day N` before it.
  private var current: Hold?

  /// Events that the run has emitted and heard, by their ids.
  private var emitted: Set<String> = []

  private struct Hold: Sendable, Hashable {
    var since: Instant
    var daysBefore: Int
  }

  public init(zone: Zone, data: [String: Value], entries: [Entry], held: [Held] = [], own: Set<Int> = []) {
    self.own = own
    self.zone = zone
    self.data = data
    self.entries = entries
    self.held = held
  }

  public var start: Instant { entries.first?.at ?? .epoch }

  /// How the run ended, and when; nil where the timeline shows no end.
  public var end: (outcome: String, at: Instant)? {
    for entry in entries.reversed() {
      if case .ended(let outcome) = entry.kind { return (outcome, entry.at) }
    }
    return nil
  }

  /// Nothing has come in, no answer, no event, no outcome, but for what the run has emitted itself.
  public var isSilent: Bool {
    !entries.enumerated().contains { at, entry in
      if case .received = entry.kind { !own.contains(at) } else { false }
    }
  }
}

extension Course {
  /// One transition more.
  /// - Parameters:
  ///   - event: what came in; nil for the start and the clock.
  ///   - before: the run that the event met; nil for the start.
  ///   - isOwn: the run had emitted the event itself.
  mutating func add(
    _ transition: Transition, of event: Event? = nil, from before: Run?, at now: Instant, isOwn: Bool = false
  ) {
    noteOwn(transition, event, before, isOwn)
    entries += transition.entries
    let isHeld = transition.entries.contains { if case .held = $0.kind { true } else { false } }
    if isHeld, current == nil { current = Hold(since: now, daysBefore: before?.heldDays ?? 0) }
    guard let hold = current else { return }
    let (old, new) = (before?.waiting, transition.run.waiting)
    if let old, let new, old.node == new.node, old.arrived == new.arrived { return }
    // It still waits where it has just been held: an await that begins with an answer which holds it.
    if isHeld, hold.since == now, new != nil, old?.node != new?.node { return }
    current = nil
    let first = zone.civil(at: hold.since).date
    let waited = zone.civil(at: now).date.days(since: first) + 1
    let days = max(waited, transition.run.heldDays - hold.daysBefore)
    let end = zone.startOfDay(first.adding(days: days))
    held.append(Held(from: zone.startOfDay(first), to: end, since: hold.since))
  }

  /// An event that nothing takes when it comes in may be taken by a later await: that tells of it once more.
  private mutating func noteOwn(_ transition: Transition, _ event: Event?, _ before: Run?, _ isOwn: Bool) {
    if isOwn, let event { emitted.insert(event.id) }
    var earlier = before?.untaken ?? []
    var isTold = event == nil
    for (at, entry) in transition.entries.enumerated() {
      guard case .received(let name, _, _, _) = entry.kind else { continue }
      guard isTold else {
        isTold = true
        if isOwn { own.insert(entries.count + at) }
        continue
      }
      guard let place = earlier.firstIndex(where: { $0.name == name }) else { continue }
      if emitted.contains(earlier.remove(at: place).id) { own.insert(entries.count + at) }
    }
  }
}
