import FlowTime

/// A claim about one workflow, and what became of it.
public struct Proof: Sendable {
  public enum Source: Hashable, Sendable {
    /// The language claims it of every file.
    case language
    /// A line of the file's `guarantees:`.
    case file
    /// A line of flow.yaml's `guarantees:`.
    case project
  }

  /// What may come about all the same and the claim does not count.
  public enum LeftOut: Hashable, Sendable {
    case timeHeld
    /// Touches of the contact's other runs, which put one of this run off: by the gap, or by the project's caps. What
    /// the file's own event begins for the same contact (`each`) is named of its own.
    case otherItems, otherRuns
  }

  public var claim: Claim
  public var source: Source
  /// As written in `guarantees:`; empty for the language's own.
  public var text: String
  /// Where it is claimed; for the language's own, what it is about.
  public var span: Span
  public var verdict: Verdict
  /// Of what is proved; empty where it holds whatever else there is.
  public var leftOut: [LeftOut]

  public init(
    claim: Claim, source: Source, text: String, span: Span, verdict: Verdict, leftOut: [LeftOut] = []
  ) {
    self.claim = claim
    self.source = source
    self.text = text
    self.span = span
    self.verdict = verdict
    self.leftOut = leftOut
  }
}

public enum Verdict: Sendable {
  /// It holds for every run. `bound`: the most or the least that can come about, where the claim has a measure; it is
  /// reached by some run where `isReached`.
  case proved(bound: Bound?, isReached: Bool)
  case broken(Witness)
  /// What the claim says to come about does not, in no run at all (``Claim/possible(outcome:)``): so there is none to
  /// show, only the reason.
  case impossible(because: String)
  /// Neither proved nor broken: why, and what would decide it.
  case undecided(because: String, decidedBy: String)
}

/// The measure of a claim, at its worst.
public enum Bound: Hashable, Sendable {
  case count(Int)
  /// Milliseconds of wall-clock time.
  case time(Int64)
}

/// One run that breaks a claim: everything that `flow simulate` needs to show it.
public struct Witness: Sendable {
  public var start: Instant
  /// The run's zone.
  public var zone: String
  /// The trigger's data.
  public var input: [String: Value]
  /// For `each`: which item of the list, from 1.
  public var item: Int?
  /// What happens, each at an instant.
  public var events: [ScheduledEvent]
  /// What comes of it, by the machine itself.
  public var timeline: [Entry]
  /// Conditions on data that had to hold or not to hold, as written, where any are asked on the way.
  public var conditions: [Condition]
  /// The lines of the file that make it so, in the order of the timeline.
  public var places: [Place]
  /// Positions in the timeline of what breaks the claim, ascending: those at which a telling points.
  public var breach: [Int]

  public struct Condition: Hashable, Sendable {
    public var text: String
    public var holds: Bool
    public init(text: String, holds: Bool) {
      self.text = text
      self.holds = holds
    }
  }

  public struct Place: Hashable, Sendable {
    public var step: String
    public var span: Span
    public init(step: String, span: Span) {
      self.step = step
      self.span = span
    }
  }

  public init(
    start: Instant, zone: String, input: [String: Value], item: Int? = nil, events: [ScheduledEvent],
    timeline: [Entry], conditions: [Condition] = [], places: [Place] = [], breach: [Int] = []
  ) {
    self.start = start
    self.zone = zone
    self.input = input
    self.item = item
    self.events = events
    self.timeline = timeline
    self.conditions = conditions
    self.places = places
    self.breach = breach
  }
}
