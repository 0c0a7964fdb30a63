import FlowCore
import FlowTime

/// One run as it went, from its start to its end: what a ``Monitor`` judges.
public struct Course: Sendable, Hashable {
  /// By how much a hold has moved what the run waited for, on the wall clock of the run's zone.
  public struct Held: Sendable, Hashable {
    public var at: Instant
    public var milliseconds: Int64
    public init(at: Instant, milliseconds: Int64) {
      self.at = at
      self.milliseconds = milliseconds
    }
  }

  /// In which the run reckons days.
  public var zone: Zone
  /// The run's data at its start.
  public var data: [String: Value]
  /// In the order in which they came about, the first one the start.
  public var entries: [Entry]
  public var held: [Held]

  public init(zone: Zone, data: [String: Value], entries: [Entry], held: [Held] = []) {
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

  /// Nothing has come in: no answer, no event, no outcome.
  public var isSilent: Bool {
    !entries.contains { entry in if case .received = entry.kind { true } else { false } }
  }
}

extension Course {
  /// One transition more.
  /// - Parameter before: the run that the event met; nil for the start.
  mutating func add(_ transition: Transition, from before: Run?, at now: Instant) {
    entries += transition.entries
    let moved = wallHeld(transition, from: before, at: now)
    if moved > 0 { held.append(Held(at: now, milliseconds: moved)) }
  }

  private func wall(_ from: Instant, _ to: Instant) -> Int64 {
    to.milliseconds(since: from) + Int64(zone.offset(at: to) - zone.offset(at: from)) * 1000
  }

  /// What holds have moved the due by in one transition.
  private func wallHeld(_ transition: Transition, from before: Run?, at now: Instant) -> Int64 {
    let (old, new) = (before?.waiting, transition.run.waiting)
    if let old, let new, old.node == new.node, old.stage == new.stage, old.arrived == new.arrived {
      guard let floor = new.floor, floor == new.due, new.due > old.due else { return 0 }
      return wall(old.due, new.due)
    }
    var moved: Int64 = 0
    // What a hold for an event kept past its due until now.
    if let old, old.hold != nil, now > old.due { moved += wall(old.due, now) }
    // An await that begins with an answer which holds it.
    if let new, let floor = new.floor, floor == new.due {
      moved += max(0, wall(max(new.computed, now), new.due))
    }
    return moved
  }
}
