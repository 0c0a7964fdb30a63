import FlowCore
import FlowTime

/// A workflow file above its steps, typed.
struct Header {
  var name: Located?
  var about = ""
  var category = Graph.Category.service
  /// With the item of `each` and the contact of the trigger.
  var input: [Field] = []
  /// As other workflows see it: what `enroll` must give.
  var declared: [Field] = []
  var events: [EventDeclaration] = []
  var eventSpans: [String: Span] = [:]
  var trigger: Trigger?
  var timezone: Expression?
  var owner: Expression?
  var policy = Policy(business: .workweek, holidays: .none)
  var replies: [ReplyClass] = []
  /// The texts of the patterns, for findings.
  var patterns: [String: [Located]] = [:]
  var goal: [Located] = []
  var guarantees: [Guarantee] = []
  var assume = Assumptions()

  func event(_ name: String) -> EventDeclaration? { events.first { $0.name == name } }
  func replyClass(_ name: String) -> ReplyClass? { replies.first { $0.name == name } }

  /// The type of `owner` where no input bears the name.
  var ownerType: ValueType? {
    owner == nil || input.contains { $0.name == "owner" } ? nil : .person
  }

  var hasContact: Bool { input.contains { $0.name == "contact" } }
}

/// What a workflow says is expected to happen, in hundredths of a percent.
public struct Assumptions: Hashable, Sendable {
  public struct Share: Hashable, Sendable {
    /// A class of reply, or an outcome.
    public var name: String
    public var share: Int
    public var span: Span
  }

  public struct Step: Hashable, Sendable {
    public var name: String
    public var shares: [Share]
  }

  /// By class of reply.
  public var reply: [Share] = []
  /// How long an answer takes.
  public var after: Duration?
  public var steps: [Step] = []

  public init() {}
}
