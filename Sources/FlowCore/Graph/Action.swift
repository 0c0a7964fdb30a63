import FlowTime

/// What a step does.
public enum Action: Sendable, Hashable {
  case wait(Moment)
  case await(Await)
  case channel(ChannelAction)
  case choose([Branch], otherwise: Target?)
  case split(Split)
  case loop(Loop)
  case escalate(Escalation)
  case set([Assignment])
  case emit(event: String, data: [NamedExpression])
  case enroll(workflow: String, input: [NamedExpression])
  /// Verbs, or `all`.
  case suppress(channel: String)
  case hold(Hold)
  case go(Target)
  case end(String)
}

public struct Await: Sendable, Hashable {
  /// As written: `reply`, classes, events.
  public var events: [String]
  public var until: Moment
  /// Written cases first; then what the language fills in: `next` for `timeout`, each named event and each
  /// awaited class. `then: TARGET` stands here as a case each for `reply`, every named event and `timeout`.
  public var cases: [Case]
  public init(events: [String], until: Moment, cases: [Case]) {
    self.events = events
    self.until = until
    self.cases = cases
  }
}

/// A step of a channel, its fields bound to what the manifest says of them. It never changes: whoever looks at the
/// step shares it.
public final class ChannelAction: Sendable {
  public enum Content: Sendable, Hashable {
    case template(Template)
    case expression(Expression)
    case expressions([Expression])
    case word(String)
    case mapping([NamedExpression])
    /// Paths relative to the project's folder.
    case files([String])
  }

  public struct Field: Sendable, Hashable {
    public var name: String
    public var content: Content
    public var span: Span
    public init(name: String, content: Content, span: Span) {
      self.name = name
      self.content = content
      self.span = span
    }
  }

  public let verb: String
  public let touch: Bool
  public let isTask: Bool
  public let address: Manifest.Address
  public let purpose: String?
  public let ask: Template?
  public let main: String?
  public let fields: [Field]
  /// `within:`/`until:`: the run waits for an outcome.
  public let until: Moment?
  /// A case for each outcome and `timeout` where the run waits.
  public let cases: [Case]
  public let outcomes: [String]

  public init(
    verb: String, touch: Bool, isTask: Bool, address: Manifest.Address, purpose: String? = nil,
    ask: Template? = nil,
    main: String? = nil, fields: [Field], until: Moment? = nil, cases: [Case] = [], outcomes: [String] = []
  ) {
    self.verb = verb
    self.touch = touch
    self.isTask = isTask
    self.address = address
    self.purpose = purpose
    self.ask = ask
    self.main = main
    self.fields = fields
    self.until = until
    self.cases = cases
    self.outcomes = outcomes
  }

  public func field(_ name: String) -> Field? { fields.first { $0.name == name } }

  /// The same step, waiting otherwise.
  public func with(until: Moment?, cases: [Case]) -> ChannelAction {
    ChannelAction(
      verb: verb, touch: touch, isTask: isTask, address: address, purpose: purpose, ask: ask, main: main,
      fields: fields,
      until: until, cases: cases, outcomes: outcomes)
  }
}

extension ChannelAction: Hashable {
  public static func == (one: ChannelAction, other: ChannelAction) -> Bool {
    one === other
      || one.verb == other.verb && one.touch == other.touch && one.isTask == other.isTask
        && one.address == other.address && one.purpose == other.purpose && one.ask == other.ask
        && one.main == other.main && one.fields == other.fields && one.until == other.until
        && one.cases == other.cases && one.outcomes == other.outcomes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(verb)
    hasher.combine(purpose)
    hasher.combine(ask)
    hasher.combine(fields)
    hasher.combine(until)
    hasher.combine(cases)
  }
}

public struct NamedExpression: Sendable, Hashable {
  public var name: String
  public var value: Expression
  public init(name: String, value: Expression) {
    self.name = name
    self.value = value
  }
}

public struct Assignment: Sendable, Hashable {
  /// A field of the input, as `invoice.amount`.
  public var path: [String]
  public var value: Expression
  public init(path: [String], value: Expression) {
    self.path = path
    self.value = value
  }
}

public struct Branch: Sendable, Hashable {
  public var when: Expression
  public var target: Target
  public var span: Span
  public init(when: Expression, target: Target, span: Span) {
    self.when = when
    self.target = target
    self.span = span
  }
}

/// An experiment or a holdout.
public struct Split: Sendable, Hashable {
  public struct Arm: Sendable, Hashable {
    public var name: String
    /// Hundredths of a percent; all arms together are 10,000.
    public var share: Int
    public var target: Target
    public var span: Span
    public init(name: String, share: Int, target: Target, span: Span) {
      self.name = name
      self.share = share
      self.target = target
      self.span = span
    }
  }

  public var arms: [Arm]
  public var salt: String
  public init(arms: [Arm], salt: String) {
    self.arms = arms
    self.salt = salt
  }

  /// Which arm a run goes: by the first 64 bits of SHA-256 of its key, the step's name and the salt, so the same run
  /// goes the same way in every process; an index of ``arms``, nil where there is none.
  public func arm(of key: [String], step: String) -> Int? {
    let digest = sha256(Array((key + [step, salt]).joined(separator: "\0").utf8))
    let point = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    // point / 2^64 < total / 10,000, in whole numbers.
    let scaled = point.multipliedFullWidth(by: 10_000).high
    var total: UInt64 = 0
    for (index, arm) in arms.enumerated() {
      total += UInt64(max(0, arm.share))
      if scaled < total { return index }
    }
    return arms.indices.last
  }
}

/// `repeat`: a bounded loop.
public struct Loop: Sendable, Hashable {
  public var times: Int
  public var every: Duration
  public var everyText: String
  public var stopIf: Expression?
  public var body: NodeIndex
  public init(times: Int, every: Duration, everyText: String, stopIf: Expression? = nil, body: NodeIndex) {
    self.times = times
    self.every = every
    self.everyText = everyText
    self.stopIf = stopIf
    self.body = body
  }
}

public struct Escalation: Sendable, Hashable {
  /// Persons, or lists of persons, in order.
  public var to: [Expression]
  /// The verb of the channel that tells them.
  public var via: String
  public var address: Manifest.Address
  public var say: Template?
  /// One after the other, so long each, until an `ack`.
  public var each: Duration?
  public var cases: [Case]
  public init(
    to: [Expression], via: String, address: Manifest.Address, say: Template? = nil, each: Duration? = nil,
    cases: [Case] = []
  ) {
    self.to = to
    self.via = via
    self.address = address
    self.say = say
    self.each = each
    self.cases = cases
  }

  /// Each that is named is a list, which may be empty.
  package var mayNameNobody: Bool {
    to.allSatisfy { if case .list = $0.type.present { true } else { false } }
  }

  // MARK: What its step fails with, as the journal has it

  var namesNobody: String { Self.nobody + to.map { "\"\($0.text)\"" }.joined(separator: ", ") }
  private static let nobody = "nobody is named by "
  package static func isNobody(_ because: String) -> Bool { because.hasPrefix(nobody) }
}
