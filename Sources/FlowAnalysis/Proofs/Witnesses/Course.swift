import FlowCore
import FlowTime

/// One run as it went, from its start to its end: what a ``Monitor`` judges.
public struct Course: Sendable, Hashable {
  /// How long a run was held at one step: from the beginning of the day on which the hold began to the end of
  /// the one on which the step went on.
  public struct Held: Sendable, Hashable {
    public var from: Instant
    public var to: Instant
    public init(from: Instant, to: Instant) {
      self.from = from
      self.to = to
    }
  }

  /// In which the run reckons days.
  public var zone: Zone
  /// The run's data at its start.
  public var data: [String: Value]
  /// In the order in which they came about, the first one the start.
  public var entries: [Entry]
  public var held: [Held]
  /// When the hold began by which the run is held now.
  private var heldSince: Instant?

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
    let isHeld = transition.entries.contains { if case .held = $0.kind { true } else { false } }
    if isHeld, heldSince == nil { heldSince = now }
    guard let since = heldSince else { return }
    let (old, new) = (before?.waiting, transition.run.waiting)
    if let old, let new, old.node == new.node, old.arrived == new.arrived { return }
    // It still waits where it has just been held: an await that begins with an answer which holds it.
    if isHeld, since == now, new != nil, old?.node != new?.node { return }
    heldSince = nil
    let after = zone.civil(at: now).date.adding(days: 1)
    held.append(Held(from: zone.startOfDay(zone.civil(at: since).date), to: zone.startOfDay(after)))
  }
}
