import FlowTime

/// Caps per contact over all workflows (flow.yaml, `caps`).
public struct Caps: Hashable, Sendable, Codable {
  public enum Rule: Hashable, Sendable, Codable {
    case delay, skip
    case end(String)
  }

  /// At most so many touches in so long.
  public var touches: Int?
  public var span: Duration?
  public var gap: Duration?
  public var then: Rule

  public init(touches: Int? = nil, span: Duration? = nil, gap: Duration? = nil, then: Rule = .delay) {
    self.touches = touches
    self.span = span
    self.gap = gap
    self.then = then
  }

  // MARK: What stands in a touch's way, as the journal has it

  package static let tooMany = "the cap on touches of this contact"
  static func tooSoon(_ gap: Duration) -> String { "less than \(gap)\(byCaps)" }
  private static let byCaps = " after the contact's touch before, which the caps want"
  package static func isReason(_ because: String) -> Bool { because == tooMany || isGap(because) }
  package static func isGap(_ because: String) -> Bool { because.hasSuffix(byCaps) }
}

/// What a run cannot know of itself: given to each step as a value, so that the machine stays pure.
public struct Surroundings: Sendable {
  public var zones: any ZoneSource
  public var caps: Caps?
  /// The contact's touches in other runs, in any order; those within the gap and the caps' span suffice.
  public var touchesElsewhere: [Instant]
  /// Verbs, or `all`, that must not be used for this contact.
  public var suppressed: Set<String>
  /// Verbs, or `all`, by which nothing may go out for now, and why: a step of theirs stands still where it would
  /// go out, and is due again at once.
  public var held: [String: String]
  /// What no channel could render, and why: it fails in place of going out.
  public var unrenderable: [Place: String]

  /// Of what a step hands over: an escalation tells several people, everything else goes to one.
  public struct Place: Hashable, Sendable {
    public var node: NodeIndex
    public var person: Int
    public init(_ node: NodeIndex, person: Int = 0) {
      self.node = node
      self.person = person
    }
  }

  public init(
    zones: any ZoneSource, caps: Caps? = nil, touchesElsewhere: [Instant] = [], suppressed: Set<String> = [],
    held: [String: String] = [:], unrenderable: [Place: String] = [:]
  ) {
    self.zones = zones
    self.caps = caps
    self.touchesElsewhere = touchesElsewhere
    self.suppressed = suppressed
    self.held = held
    self.unrenderable = unrenderable
  }
}
