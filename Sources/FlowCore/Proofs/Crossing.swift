import FlowTime

/// What two workflows of a project do to each other when they hold one contact at once: told by one of them,
/// with the timeline of both.
public struct Crossing: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Both start on one event and are of one `exclusive` group: one of them is refused.
    case refused(group: String, event: String)
    /// A touch is left out, for the two together want more than the project's caps allow.
    case leftOut(step: String)
    /// The run ends, for the same reason.
    case ended(outcome: String)
    /// A touch goes out so many milliseconds later than it would alone, for the caps or the gap to the
    /// other's.
    case putOff(step: String, milliseconds: Int64)
    /// What the workflow promises, and alone keeps, does not hold beside the other.
    case broken(Claimed)
    /// Its touch follows one of the other's by less than the project's gap.
    case tooClose(step: String, gap: Duration)
  }

  /// A line of the joint timeline.
  public struct Line: Sendable, Hashable {
    public var workflow: String
    public var entry: Entry
    public init(workflow: String, entry: Entry) {
      self.workflow = workflow
      self.entry = entry
    }
  }

  public var kind: Kind
  /// To which it happens.
  public var workflow: String
  /// Beside which.
  public var beside: String
  /// How many more workflows may do the same to it.
  public var others: Int
  /// Where the workflow says what is concerned.
  public var span: Span
  /// In which the timeline is told.
  public var zone: Zone
  /// The trigger's data of both.
  public var input: [String: Value]
  public var inputBeside: [String: Value]
  /// Of both, in the order of their instants.
  public var timeline: [Line]
  /// Positions of what it is about.
  public var breach: [Int]

  public init(
    _ kind: Kind, workflow: String, beside: String, others: Int = 0, span: Span, zone: Zone,
    input: [String: Value],
    inputBeside: [String: Value], timeline: [Line], breach: [Int]
  ) {
    self.kind = kind
    self.workflow = workflow
    self.beside = beside
    self.others = others
    self.span = span
    self.zone = zone
    self.input = input
    self.inputBeside = inputBeside
    self.timeline = timeline
    self.breach = breach
  }
}

extension Crossing.Kind {
  /// Something is lost by it, not only later.
  public var isLoss: Bool { if case .putOff = self { false } else { true } }
}
