import FlowTime

/// What a name in an expression stands for.
public enum Name: Hashable, Sendable {
  /// A root field of the run's data, the item of an `each` among them.
  case input(String)
  /// The person whom the run belongs to.
  case owner
  case replyText, replyClass, replyDate
  case eventField(slot: Int, String)
  case eventTime(slot: Int)
  case taskNote
  case runTouches, runStarted, runDay
  /// The instant a step went out, was assigned, or was come to.
  case step(Int)
  /// The rendered `ask` of a touch, where a body places it.
  case ask
}

/// One place where an expression reads something.
public struct Use: Hashable, Sendable {
  public var name: Name
  /// The fields after the root: `["manager", "name"]` of `owner.manager.name`.
  public var path: [String]
  /// UTF-8 offsets in the text of the expression or the template.
  public var range: Range<Int>
  public init(_ name: Name, path: [String] = [], range: Range<Int>) {
    self.name = name
    self.path = path
    self.range = range
  }
}

/// Where an evaluation gets its values from.
public protocol Scope {
  /// Absent where it has none.
  func value(of name: Name) -> Value
  /// The run's zone: days are reckoned in it.
  var zone: Zone { get }
  /// For business days and hours.
  var calendar: BusinessCalendar { get }
  /// The policy's window with its zone, which business hours are counted by; nil where there is none.
  var hours: (window: Window, zone: Zone)? { get }
}

extension Scope {
  public var hours: (window: Window, zone: Zone)? { nil }

  /// What stands at a path below a name; the name's own where the path is empty.
  func value(of name: Name, at path: [String]) -> Value {
    path.isEmpty ? value(of: name) : value(of: name)[path: path]
  }
}

/// What the type checker is told of a place in a workflow.
public struct Naming: Sendable {
  /// The roots of the run's data.
  public var inputs: [Field]
  /// The type of `owner` where the workflow has one and no input bears that name.
  public var ownerType: ValueType?
  /// The event whose case led here, with what it brings.
  public var event: (slot: Int, fields: [Field])?
  public var allowsReply: Bool
  /// What `reply.class` may be, where that is known: a comparison with anything else is a finding.
  public var replyClasses: [String]?
  public var allowsTask: Bool
  /// `run.touches`, `run.started`, `run.day`.
  public var allowsRun: Bool
  /// Steps that every path has passed, by name.
  public var steps: [String: Int]
  /// Dotted paths that are known to be present here.
  public var present: Set<String>
  /// Whether `{{ ask }}` may stand here.
  public var allowsAsk: Bool
  /// Why a name that exists elsewhere is not to be had here, as the end of the sentence `"reply.text" is not
  /// in scope`: a sentence of help; nil for a name that does not exist at all. It is given the dotted path as
  /// written.
  public var explainAbsent: @Sendable (String) -> String?
  /// Where given, a literal that stands for a time zone must be one of these.
  public var zones: (any ZoneSource)?

  public init(
    inputs: [Field] = [], ownerType: ValueType? = nil, event: (slot: Int, fields: [Field])? = nil,
    allowsReply: Bool = false, replyClasses: [String]? = nil, allowsTask: Bool = false,
    allowsRun: Bool = true, steps: [String: Int] = [:],
    present: Set<String> = [], allowsAsk: Bool = false, zones: (any ZoneSource)? = nil,
    explainAbsent: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    self.inputs = inputs
    self.ownerType = ownerType
    self.event = event
    self.allowsReply = allowsReply
    self.replyClasses = replyClasses
    self.allowsTask = allowsTask
    self.allowsRun = allowsRun
    self.steps = steps
    self.present = present
    self.allowsAsk = allowsAsk
    self.zones = zones
    self.explainAbsent = explainAbsent
  }
}

/// Something wrong in an expression or a template.
public struct ExpressionProblem: Error, Hashable, Sendable {
  public var code: Code
  /// UTF-8 offsets in the text that was compiled; empty only at its end.
  public var range: Range<Int>
  /// One sentence without a full stop, the wrong thing in quotes.
  public var message: String
  /// The way out.
  public var help: String
  /// What to put in place of `range`, where that certainly mends it.
  public var fix: String?

  public init(_ code: Code, _ range: Range<Int>, _ message: String, help: String, fix: String? = nil) {
    self.code = code
    self.range = range
    self.message = message
    self.help = help
    self.fix = fix
  }
}

/// Why a well-typed expression has no value for these data.
public struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case divisionByZero
    /// The result does not fit.
    case overflow
    /// A value that was known to be present is not there.
    case absent
    /// Hours cannot be added to a date, nor business hours counted without a window.
    case duration(String)
    /// A value that is not of its type: data that nobody checked.
    case wrongType
  }
  public var kind: Kind
  /// The part of the expression that failed, as written.
  public var text: String
  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
  public var description: String {
    switch kind {
    case .divisionByZero: "\"\(text)\" divides by zero"
    case .overflow: "the result of \"\(text)\" is too large"
    case .absent: "\"\(text)\" is absent"
    case .duration(let reason): "\"\(text)\": \(reason)"
    case .wrongType: "\"\(text)\" is not of its type"
    }
  }
}
