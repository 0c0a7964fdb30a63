import FlowCore
import FlowTime

/// A run as the store keeps it.
public struct RunRecord: Hashable, Sendable {
  /// What tells it from others.
  private struct Names: Hashable, Sendable {
    var id: String
    var workflow: String
    var version: String
    var subject: String
    var contact: String
    var exclusive: String?
    var event: String
  }

  private var names: Shared<Names>
  private(set) var state: Shared<Run>

  /// Twelve hexadecimal digits or more, derived from workflow, key and starting event.
  public var id: String { names.value.id }
  public var workflow: String { names.value.workflow }
  /// The fingerprint of the graph that it started with, and ends with.
  public var version: String {
    get { names.value.version }
    set {
      var changed = names.value
      changed.version = newValue
      names = Shared(changed)
    }
  }
  /// The key's values joined by `/`: the CloudEvents subject of what belongs to the run.
  public var subject: String { names.value.subject }
  /// ``ContactIdentity`` of whom it follows up.
  public var contact: String { names.value.contact }
  /// The trigger's `exclusive` group.
  public var exclusive: String? { names.value.exclusive }
  /// The id of the event that started it.
  public var event: String { names.value.event }
  /// How many transitions are committed; every commit compares it, so that no run is advanced from a stale
  /// state.
  public var sequence: Int
  /// What it has sent, by verb, for channels that keep messages together.
  public var threads: [String: Delivery.Thread]
  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  /// Why the engine cannot advance it; nil for a sound run. Such a run waits for a person and blocks no
  /// other.
  public var stuck: Optional<String>
  public var run: Run {
    _read { yield state.value }
    set { state = Shared(newValue) }
  }

  /// It has gone on as the transition says.
  mutating func take(_ transition: borrowing Transition) { state = transition.shared }

  /// Of ``run``, which is not copied for it.
  public var started: Instant { state.value.started }
  /// Of ``run``, which is not copied for it.
  public var touched: [Instant] { state.value.touched }
  /// Of ``run``, which is not copied for it.
  public var ended: Instant? { state.value.ended }
  /// Of ``run``, which is not copied for it.
  public var outcome: String? { state.value.outcome }
  /// The step that it waits at; nil where it has ended.
  public var waitsAt: NodeIndex? { state.value.waiting?.node }

  public init(
    id: String, workflow: String, version: String, subject: String, contact: String, exclusive: String? = nil,
    event: String, sequence: Int, threads: [String: Delivery.Thread] = [:], stuck: String? = nil, run: Run
  ) {
    names = Shared(
      Names(
        id: id, workflow: workflow, version: version, subject: subject, contact: contact, exclusive: exclusive,
        event: event))
    self.sequence = sequence
    self.threads = threads
    self.stuck = stuck
    state = Shared(run)
  }

  public var isLive: Bool { if case .waiting = state.value.state { true } else { false } }

  /// When the engine must wake it.
  public var due: Instant? { stuck == nil ? state.value.waiting?.wakes : nil }

  /// Why nothing of it goes out for now, where it goes on when that is over: sending is held, or a person has paused
  /// it. Nil for a sound run, and for one that cannot go on.
  public var standstill: String? {
    for mark in [Hold.mark, Hold.pauseMark] {
      if let stuck, stuck.hasPrefix(mark) { return String(stuck.dropFirst(mark == Hold.mark ? mark.count : 0)) }
    }
    return nil
  }

  /// The value that a run with this key has as ``subject``.
  public static func subject(of key: [String]) -> String { key.joined(separator: "/").composed }
}

/// One committed transition of a run: what came, when, and what it did. A run is the fold of these.
public struct JournalStep: Hashable, Sendable, Codable {
  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  public var run: String
  /// From 1, without gaps.
  public var sequence: Int
  /// The engine's now.
  public var at: Instant
  /// Nil where the run started, and where the engine adds what it did of itself (a touch it stopped).
  public var event: Optional<Event>
  public var entries: [Entry]
  /// What the machine was told of the contact's other runs, as far as it was not empty.
  public var touchesElsewhere: [Instant]
  public var suppressed: [String]
  /// Verbs, or `all`, whose steps stood still, and why.
  public var held: [Entry.NamedText]

  public init(
    run: String, sequence: Int, at: Instant, event: Event?, entries: [Entry],
    touchesElsewhere: [Instant] = [],
    suppressed: [String] = [], held: [Entry.NamedText] = []
  ) {
    self.run = run
    self.sequence = sequence
    self.at = at
    self.event = event
    self.entries = entries
    self.touchesElsewhere = touchesElsewhere
    self.suppressed = suppressed
    self.held = held
  }
}

/// Which runs are asked for; every condition that is given holds.
public struct RunFilter: Hashable, Sendable {
  public var workflow: String?
  public var contact: String?
  public var subject: String?
  public var isLive: Bool?
  public init(workflow: String? = nil, contact: String? = nil, subject: String? = nil, isLive: Bool? = nil) {
    self.workflow = workflow
    self.contact = contact
    self.subject = subject?.composed
    self.isLive = isLive
  }

  public func admits(_ record: RunRecord) -> Bool {
    (workflow == nil || workflow == record.workflow) && (contact == nil || contact == record.contact)
      && (subject == nil || subject == record.subject) && (isLive == nil || isLive == record.isLive)
  }
}

extension Timeline {
  /// A stored run as it is shown.
  /// - Parameter outbox: its lines: what has not left when it was planned says so.
  public init(_ record: RunRecord, _ steps: [JournalStep], outbox: [Outgoing] = [], zones: any ZoneSource) {
    let zone = zones.zone(named: record.run.zone) ?? .utc
    self.init(
      workflow: record.workflow, version: record.version, zone: zone,
      start: record.run.started, outcome: record.run.outcome, ended: record.run.ended,
      touches: record.run.touches,
      entries: steps.flatMap { step in step.entries.map { $0.told(outbox, step.sequence, zone) } })
  }
}

extension Entry {
  /// With what became of its line.
  fileprivate func told(_ outbox: [Outgoing], _ sequence: Int, _ zone: Zone) -> Entry {
    guard handover != nil,
      let fate = outbox.first(where: { $0.sequence == sequence && $0.step == step })?.fate(in: zone)
    else { return self }
    var entry = self
    switch kind {
    case .sent(var handover):
      handover.delivery = fate
      entry.kind = .sent(handover)
    case .task(var handover):
      handover.delivery = fate
      entry.kind = .task(handover)
    default: break
    }
    return entry
  }
}

extension Outgoing {
  /// Nil where it has left when it was planned, or where the journal says itself what became of it.
  fileprivate func fate(in zone: Zone) -> String? {
    let because = because.map { ": \($0)" } ?? ""
    switch state {
    case .planned: return attempts == 0 ? "not handed over yet" : "tried again at \(told(next, zone))\(because)"
    case .claimed, .marked: return "on its way"
    case .held: return self.because ?? "held"
    case .unknown: return "perhaps sent\(because)"
    case .accepted:
      guard let settled, settled.milliseconds(since: planned) >= Engine.late else { return nil }
      return "left at \(told(settled, zone))"
    case .failed, .cancelled: return nil
    }
  }
  /// As the timeline around it tells instants: `Sun 22 Nov 23:31:16`.
  private func told(_ instant: Instant, _ zone: Zone) -> String {
    let civil = zone.civil(at: instant)
    let (date, time) = (civil.date.components, civil.time)
    let parts = time.second == 0 ? [time.hour, time.minute] : [time.hour, time.minute, time.second]
    let clock = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    return "\(civil.date.weekday.name) \(date.day) \(CivilDate.months[date.month - 1]) \(clock)"
  }
}
