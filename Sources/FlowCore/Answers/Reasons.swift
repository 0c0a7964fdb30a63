import FlowTime

/// Why each step of a run was sent, or was not: facts, no sentences.
public struct Reasons: Sendable, Hashable {
  /// What became of a step.
  public enum What: String, Sendable, Hashable {
    case sent
    /// It is to leave, and has not.
    case planned
    case assigned, told, withheld, skipped, failed, waiting
    /// The run waited there, and something else led it on before the step was done.
    case interrupted
    /// The run came through it, and it hands nothing over.
    case passed
    /// The run has not come to it.
    case ahead
    case ended
  }

  public enum Fact: Sendable, Hashable {
    /// The trigger's event started the run.
    case started(event: String)
    /// What came, what it was taken for, and what took it.
    case came(event: String, as: String?, took: String)
    case timedOut(step: String)
    /// Which way a `choose` or a `split` went.
    case chose(step: String, String)
    /// Which case of a step led another way.
    case turned(step: String, by: String)
    /// It follows this one at once.
    case after(step: String)
    /// Its `at:` or `after:`, as written.
    case due(String)
    /// The same, and its time had not come.
    case notYet(String)
    /// Nothing but the clock led to it.
    case clock
    case deferred(at: Instant, until: Instant, because: String)
    case held(at: Instant, until: Instant, because: String)
    /// A person had paused the run.
    case stood(from: Instant, until: Instant, because: String)
    /// The clock had come to it before; nobody woke the run then.
    case late(since: Instant)
    /// It went out in the instant in which it was due: no window, gap or cap was against it.
    case inTime(Leeway)
    /// As the journal says.
    case because(String)
    /// What came of it: an outcome, or nil where nobody said one in time.
    case got(String?, at: Instant)
    /// It waits for one of these.
    case waitsFor([String])
    /// The hold ends by this event, or at the step's instant.
    case heldFor(event: String)
    case suppressed(verb: String)
    /// Who was to get a copy, and is left out: the verb is suppressed for them.
    case noCopy(to: String, verb: String)
    /// A touch before it has not left: its time counts from when that does.
    case counts(from: String)
    /// A touch before it has not left: it waits for that, and its own instant stays.
    case notLeft(step: String)
    /// What would have to happen, one after the other.
    case needs([Hop])
    /// No way leads to it from where the run is.
    case behind
    case over(outcome: String, at: Instant)
    case stuck(because: String)
    /// Sending is held, or the run is paused.
    case standsStill(because: String)
  }

  /// What was held against a touch that was not put off.
  public struct Leeway: Sendable, Hashable {
    /// A window holds for the step.
    public var window: Bool
    /// The policy's gap.
    public var gap: String?
    /// flow.yaml has caps.
    public var caps: Bool
    /// The contact's touch before.
    public var last: Instant?
    /// The contact has answered since.
    public var answered: Bool
    public init(window: Bool, gap: String?, caps: Bool, last: Instant?, answered: Bool) {
      self.window = window
      self.gap = gap
      self.caps = caps
      self.last = last
      self.answered = answered
    }
  }

  /// One thing that leads from a step to the next.
  public struct Hop: Sendable, Hashable {
    /// Nil: whatever step the run is in.
    public var step: String?
    public var kind: Edge.Kind
    /// The case, the condition, the arm.
    public var label: String
    /// The earliest instant, where the clock alone decides and it is known.
    public var at: Instant?
    public init(step: String?, kind: Edge.Kind, label: String, at: Instant? = nil) {
      self.step = step
      self.kind = kind
      self.label = label
      self.at = at
    }
  }

  public struct Answer: Sendable, Hashable {
    /// Nil for the run's end.
    public var step: String?
    public var round: Int?
    public var what: What
    /// When it happened; nil for what has not.
    public var at: Instant?
    /// Until when it waits.
    public var until: Instant?
    public var verb: String?
    /// Whom it reached, or who does it.
    public var whom: String?
    /// The step in the file of the run's version.
    public var span: Span?
    public var facts: [Fact]
    public var delivery: RunHistory.Delivery?

    public init(
      step: String?, round: Int? = nil, what: What, at: Instant? = nil, until: Instant? = nil,
      verb: String? = nil, whom: String? = nil, span: Span? = nil, facts: [Fact] = [],
      delivery: RunHistory.Delivery? = nil
    ) {
      self.step = step
      self.round = round
      self.what = what
      self.at = at
      self.until = until
      self.verb = verb
      self.whom = whom
      self.span = span
      self.facts = facts
      self.delivery = delivery
    }
  }

  public var run: String
  public var workflow: String
  public var version: String
  public var subject: String
  public var zone: Zone
  public var started: Instant
  public var outcome: String?
  /// What happened in its order, what it waits for, then what it has not come to in the order of the file.
  public var answers: [Answer]

  public init(
    run: String, workflow: String, version: String, subject: String, zone: Zone, started: Instant,
    outcome: String?, answers: [Answer]
  ) {
    self.run = run
    self.workflow = workflow
    self.version = version
    self.subject = subject
    self.zone = zone
    self.started = started
    self.outcome = outcome
    self.answers = answers
  }
}
