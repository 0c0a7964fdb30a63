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
