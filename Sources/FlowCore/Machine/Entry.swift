import FlowTime

/// One line of a timeline: dry run, simulation, the journal of a real run and `flow show` all speak this shape
/// (cli.md, "The event stream").
public struct Entry: Hashable, Sendable, Codable {
  public enum Kind: Hashable, Sendable, Codable {
    case started(event: String)
    /// An await that waits.
    case waiting(for: [String], until: Instant)
    case deferred(until: Instant, because: String)
    case sent(Handover)
    case task(Handover)
    /// `took`: the case's key or the event's name, `default`, `hold` or `nothing`.
    case received(event: String, class: String?, outcome: String?, took: String)
    case timeout
    case escalated(to: String)
    case chose(String)
    case set([NamedValue])
    case emitted(event: String)
    case enrolled(workflow: String)
    case suppressed(channel: String)
    case held(until: Instant, because: String)
    case skipped(because: String)
    case withheld(because: String)
    case failed(because: String)
    case ended(outcome: String)
    /// A person ended the run.
    case cancelled(because: String)
    /// A person moved the run to another version of its workflow; fingerprints.
    case migrated(from: String, to: String)
  }

  /// What was handed to a channel.
  public struct Handover: Hashable, Sendable, Codable {
    // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
    public var verb: String
    public var touch: Bool
    public var to: Optional<String>
    public var by: Optional<String>
    /// Until when an outcome is waited for.
    public var until: Optional<Instant>
    /// The `at:` or `after:` that made it due.
    public var because: Optional<String>
    public var purpose: Optional<String>
    /// What the channel's `render` shows of it (subject, body, segments …), in its order; filled in by the engine.
    public var rendered: [NamedText]
    /// What became of it, where its channel did not take it when it was planned: that it left later, or why it has not
    /// left. Filled in by whoever shows a stored run; no journal holds it.
    public var delivery: Optional<String>

    /// Who gets no copy of it, since its verb is suppressed for them; nil where nobody was left out.
    public var noCopy: String? { rendered.last { $0.name == Entry.noCopy(to: []).name }?.text }

    public init(
      verb: String, touch: Bool, to: String? = nil, by: String? = nil, until: Instant? = nil, because: String? = nil,
      purpose: String? = nil, rendered: [NamedText] = []
    ) {
      self.verb = verb
      self.touch = touch
      self.to = to
      self.by = by
      self.until = until
      self.because = because
      self.purpose = purpose
      self.rendered = rendered
      delivery = nil
    }
  }

  public struct NamedText: Hashable, Sendable, Codable {
    public var name: String
    public var text: String
    public init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  public struct NamedValue: Hashable, Sendable, Codable {
    public var name: String
    public var value: Value
    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  public var at: Instant
  /// The step's name; nil for what belongs to the run.
  public var step: Optional<String>
  /// Inside a `repeat`, from 1.
  public var round: Optional<Int>
  public var kind: Kind

  public init(at: Instant, step: String? = nil, round: Int? = nil, kind: Kind) {
    self.at = at
    self.step = step
    self.round = round
    self.kind = kind
  }

  /// The entry's `type` in the event stream.
  public var type: String {
    switch kind {
    case .started: "started"
    case .waiting: "waiting"
    case .deferred: "deferred"
    case .sent: "sent"
    case .task: "task"
    case .received: "received"
    case .timeout: "timeout"
    case .escalated: "escalated"
    case .chose: "chose"
    case .set: "set"
    case .emitted: "emitted"
    case .enrolled: "enrolled"
    case .suppressed: "suppressed"
    case .held: "held"
    case .skipped: "skipped"
    case .withheld: "withheld"
    case .failed: "failed"
    case .ended: "ended"
    case .cancelled: "cancelled"
    case .migrated: "migrated"
    }
  }

  /// What is shown of a touch that somebody gets no copy of, since its verb is suppressed for them.
  package static func noCopy(to people: [String]) -> NamedText {
    NamedText("no-copy", people.joined(separator: ", "))
  }

  /// A touch, or an assigned task: what `expect` lists.
  public var handover: Handover? {
    switch kind {
    case .sent(let handover), .task(let handover): handover
    default: nil
    }
  }

  /// It was given to somebody: a message, a task, an escalation.
  public var goesOut: Bool {
    switch kind {
    case .sent, .task, .escalated: true
    default: false
    }
  }
}

/// The whole of one run, as it is shown and compared.
public struct Timeline: Hashable, Sendable {
  public var workflow: String
  public var version: String
  public var zone: Zone
  public var start: Instant
  /// Nil while the run lives.
  public var outcome: String?
  public var ended: Instant?
  public var touches: Int
  public var entries: [Entry]

  public init(
    workflow: String, version: String, zone: Zone, start: Instant, outcome: String?, ended: Instant?, touches: Int,
    entries: [Entry]
  ) {
    self.workflow = workflow
    self.version = version
    self.zone = zone
    self.start = start
    self.outcome = outcome
    self.ended = ended
    self.touches = touches
    self.entries = entries
  }
}
