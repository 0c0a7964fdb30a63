import FlowTime

public typealias NodeIndex = Int

/// A compiled workflow: finite, flat, every name resolved to an index. Dry run, simulation, proof and
/// production interpret this and nothing else. It never changes: whoever steps a run shares it.
public final class Graph: Sendable {
  public let workflow: String
  public let about: String
  public let category: Category
  public let trigger: Trigger
  /// Fields of the run's data: the input's, then the item of `each`, then `contact` where the trigger names
  /// another.
  public let input: [Field]
  public let events: [EventDeclaration]
  public let timezone: Expression
  public let owner: Expression?
  public let policy: Policy
  public let replies: [ReplyClass]
  /// In the order of the file.
  public let anytime: [Case]
  public let goal: [String]
  /// Every step of the file, in the order of its text.
  public let nodes: [Node]
  public let entry: Target
  /// First step of each path.
  public let paths: [Path]
  /// What each list of steps belongs to; `Node.Place.list` counts these.
  public let lists: [List]
  /// Twelve hexadecimal digits; comments and layout do not change it.
  public let fingerprint: String
  /// The workflow file.
  public let file: String

  public enum Category: String, Sendable, Hashable, CaseIterable {
    case marketing, service, clinical, `internal`
  }

  public struct Path: Sendable, Hashable {
    public var name: String
    public var entry: NodeIndex
    public var span: Span
    public init(name: String, entry: NodeIndex, span: Span) {
      self.name = name
      self.entry = entry
      self.span = span
    }
  }

  public enum List: Sendable, Hashable {
    case steps
    case path(String)
    /// A list inside a step: a case, a branch, an arm, a round.
    case nested(in: NodeIndex)
    /// The list of a case in `anytime`.
    case anytime(key: String)
  }

  public init(
    workflow: String, about: String, category: Category, trigger: Trigger, input: [Field],
    events: [EventDeclaration], timezone: Expression, owner: Expression?, policy: Policy,
    replies: [ReplyClass],
    anytime: [Case], goal: [String], nodes: [Node], entry: Target, paths: [Path], lists: [List],
    fingerprint: String,
    file: String
  ) {
    self.workflow = workflow
    self.about = about
    self.category = category
    self.trigger = trigger
    self.input = input
    self.events = events
    self.timezone = timezone
    self.owner = owner
    self.policy = policy
    self.replies = replies
    self.anytime = anytime
    self.goal = goal
    self.nodes = nodes
    self.entry = entry
    self.paths = paths
    self.lists = lists
    self.fingerprint = fingerprint
    self.file = file
  }

  /// What the trigger's event must bring: the input without what the run adds to it.
  public var triggerFields: [Field] {
    input.filter { $0.name != trigger.each?.name && !($0.name == "contact" && trigger.contact != nil) }
  }

  /// The same workflow with other steps and their fingerprint, while it is being compiled.
  public func with(nodes: [Node], fingerprint: String) -> Graph {
    Graph(
      workflow: workflow, about: about, category: category, trigger: trigger, input: input, events: events,
      timezone: timezone, owner: owner, policy: policy, replies: replies, anytime: anytime, goal: goal, nodes: nodes,
      entry: entry, paths: paths, lists: lists, fingerprint: fingerprint, file: file)
  }

  public func node(named name: String) -> NodeIndex? { nodes.firstIndex { $0.name == name } }
}

public struct Trigger: Sendable, Hashable {
  public enum Again: Sendable, Hashable {
    case never, afterEnd
    /// From the last start with this key, or, where `perContact`, of this contact.
    case after(Duration, perContact: Bool)
  }

  public struct Each: Sendable, Hashable {
    /// The name of the item in the run's data.
    public var name: String
    public var list: Expression
    /// Something else in the file reads the list, or a part of it; else a run keeps its own item alone.
    public var isRead: Bool
    public init(name: String, list: Expression, isRead: Bool = true) {
      self.name = name
      self.list = list
      self.isRead = isRead
    }
  }

  public var event: String
  public var key: [Expression]
  public var when: Expression?
  public var again: Again
  public var exclusive: String?
  public var each: Each?
  /// Whom the run follows up; evaluated once, at the start, as the data's `contact`.
  public var contact: Expression?
  public var span: Span

  public init(
    event: String, key: [Expression], when: Expression? = nil, again: Again = .never,
    exclusive: String? = nil,
    each: Each? = nil, contact: Expression? = nil, span: Span
  ) {
    self.event = event
    self.key = key
    self.when = when
    self.again = again
    self.exclusive = exclusive
    self.each = each
    self.contact = contact
    self.span = span
  }
}

public struct EventDeclaration: Sendable, Hashable {
  public var name: String
  public var fields: [Field]
  /// `of: contact`: it belongs to every live run of the contact with the id that is its subject.
  public var ofContact: Bool
  public init(name: String, fields: [Field], ofContact: Bool = false) {
    self.name = name
    self.fields = fields
    self.ofContact = ofContact
  }
}

public struct Policy: Sendable, Hashable {
  public var window: Window?
  public var business: WeekdaySet
  public var holidays: HolidayCalendar
  public var gap: Duration?
  public var maxTouches: Int?

  public init(
    window: Window? = nil, business: WeekdaySet, holidays: HolidayCalendar, gap: Duration? = nil,
    maxTouches: Int? = nil
  ) {
    self.window = window
    self.business = business
    self.holidays = holidays
    self.gap = gap
    self.maxTouches = maxTouches
  }

  public var calendar: BusinessCalendar { BusinessCalendar(business: business, holidays: holidays) }
}

public struct ReplyClass: Sendable, Hashable {
  public var name: String
  public var patterns: [ReplyPattern]
  public var span: Span
  public init(name: String, patterns: [ReplyPattern], span: Span) {
    self.name = name
    self.patterns = patterns
    self.span = span
  }
}

/// Where a run goes on.
public enum Target: Sendable, Hashable {
  case node(NodeIndex)
  case end(String)
  /// The case is a hold: the step goes on waiting.
  case hold(Hold)
  /// A list of `anytime` ran out: the interrupted step goes on.
  case resume
}

/// What happened → where to go on.
public struct Case: Sendable, Hashable {
  /// A reply class, `reply`, an event, an outcome, `timeout`, `acknowledged`, an arm.
  public var key: String
  public var target: Target
  /// Written in the file; false for what the language fills in (`next`).
  public var isWritten: Bool
  public var span: Span

  public init(key: String, target: Target, isWritten: Bool = true, span: Span) {
    self.key = key
    self.target = target
    self.isWritten = isWritten
    self.span = span
  }
}

/// One step of the file. It never changes.
public final class Node: Sendable {
  public let name: String
  public let verb: String
  /// The author gave the name.
  public let isNamed: Bool
  public let span: Span
  public let note: String?
  public let condition: Expression?
  /// `at:` or `after:`.
  public let due: Moment?
  public let ifPast: PastRule?
  public let window: WindowChoice
  public let closed: ClosedRule
  /// `gap: none`.
  public let liftsGap: Bool
  public let action: Action
  public let next: Target
  public let place: Place
  /// Repeats around the step, outermost first.
  public let repeats: [NodeIndex]

  /// Where the step stands.
  public struct Place: Sendable, Hashable {
    /// The list: 0 is `steps`; then each path; nested lists and lists of `anytime` have numbers of their own.
    public var list: Int
    /// Position in it, from 0.
    public var position: Int
    public init(list: Int, position: Int) {
      self.list = list
      self.position = position
    }
  }

  public enum PastRule: Sendable, Hashable {
    case skip, now
    case target(Target)
  }

  public enum WindowChoice: Sendable, Hashable {
    case any, policy
    case own(Window)
  }

  public enum ClosedRule: Sendable, Hashable {
    case `defer`, skip
    case end(String)
  }

  public init(
    name: String, verb: String, isNamed: Bool, span: Span, note: String? = nil, condition: Expression? = nil,
    due: Moment? = nil, ifPast: PastRule? = nil, window: WindowChoice = .any, closed: ClosedRule = .defer,
    liftsGap: Bool = false, action: Action, next: Target, place: Place, repeats: [NodeIndex] = []
  ) {
    self.name = name
    self.verb = verb
    self.isNamed = isNamed
    self.span = span
    self.note = note
    self.condition = condition
    self.due = due
    self.ifPast = ifPast
    self.window = window
    self.closed = closed
    self.liftsGap = liftsGap
    self.action = action
    self.next = next
    self.place = place
    self.repeats = repeats
  }

  /// The same step, going on elsewhere.
  public func going(on next: Target) -> Node {
    Node(
      name: name, verb: verb, isNamed: isNamed, span: span, note: note, condition: condition, due: due, ifPast: ifPast,
      window: window, closed: closed, liftsGap: liftsGap, action: action, next: next, place: place, repeats: repeats)
  }

  public var isTouch: Bool { if case .channel(let action) = action { action.touch } else { false } }
}
