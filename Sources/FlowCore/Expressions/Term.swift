/// A typed expression: what is evaluated. Its depth is bounded by the parser.
indirect enum Term: Hashable, Sendable {
  case literal(Value)
  case read(Name, [String], Range<Int>)
  /// A field of the item of the `level`-th `any` or `all` around this place, from the outside.
  case item(level: Int, [String], Range<Int>)
  case arithmetic(Term, [Operand], Range<Int>)
  case coalesce([Term])
  case and([Term])
  case or([Term])
  case not(Term)
  case negate(Term, Range<Int>)
  case compare(Comparison, Term, Term, Range<Int>)
  case member(Term, of: Term, Range<Int>)
  case isPresent(Term)
  case list([Term])
  case call(Function, [Term], Range<Int>)
  /// `any(list, condition)`, `all(list, condition)`
  case quantified(all: Bool, Term, Term, Range<Int>)
  /// An integer where a number is wanted.
  case asNumber(Term)

  struct Operand: Hashable, Sendable {
    var operation: Arithmetic
    var node: Term
  }
}

extension Term {
  /// Every literal below, from left to right.
  var literals: [Value] {
    switch self {
    case .literal(let value): [value]
    case .read, .item: []
    case .arithmetic(let first, let rest, _): first.literals + rest.flatMap(\.node.literals)
    case .coalesce(let parts), .and(let parts), .or(let parts), .list(let parts), .call(_, let parts, _):
      parts.flatMap(\.literals)
    case .not(let part), .negate(let part, _), .isPresent(let part), .asNumber(let part): part.literals
    case .compare(_, let left, let right, _), .member(let left, let right, _), .quantified(_, let left, let right, _):
      left.literals + right.literals
    }
  }
}

extension Term {
  /// What it says or denies; where a side is absent, both fail.
  var proposition: (term: Term, isDenied: Bool) {
    switch self {
    case .not(let part):
      let (term, isDenied) = part.proposition
      return (term, !isDenied)
    case .compare(.unequal, let left, let right, let range): return (.compare(.equal, left, right, range), true)
    case .compare(.atMost, let left, let right, let range): return (.compare(.greater, left, right, range), true)
    case .compare(.less, let left, let right, let range): return (.compare(.atLeast, left, right, range), true)
    default: return (self, false)
    }
  }
}

/// The functions of the language; `any` and `all` are forms of their own.
enum Function: String, Hashable, Sendable, CaseIterable {
  case length, lower, upper, trim, contains
  case startsWith = "starts_with"
  case endsWith = "ends_with"
  case daysBetween = "days_between"
  case round, min, max

  static let names = allCases.map(\.rawValue) + ["any", "all"]

  /// How it is called, for messages.
  static func usage(_ name: String) -> String {
    switch name {
    case "length": "length(text) or length(list)"
    case "lower", "upper", "trim": "\(name)(text)"
    case "contains": "contains(text, part) or contains(list, item)"
    case "starts_with", "ends_with": "\(name)(text, part)"
    case "days_between": "days_between(first, second)"
    case "round": "round(number) or round(number, digits)"
    case "min", "max": "\(name)(a, b) or \(name)(list)"
    default: "\(name)(list, field) or \(name)(list, field == value)"
    }
  }

  static func arity(_ name: String) -> ClosedRange<Int> {
    switch name {
    case "length", "lower", "upper", "trim": 1...1
    case "round": 1...2
    case "min", "max": 1...100
    default: 2...2
    }
  }
}

extension Name {
  /// For a canonical text.
  var canonical: String {
    switch self {
    case .input(let name): "input:\(name)"
    case .owner: "owner"
    case .replyText: "reply.text"
    case .replyClass: "reply.class"
    case .replyDate: "reply.date"
    case .eventField(let slot, let field): "event:\(slot):\(field)"
    case .eventTime(let slot): "event-time:\(slot)"
    case .taskNote: "task.note"
    case .runTouches: "run.touches"
    case .runStarted: "run.started"
    case .runDay: "run.day"
    case .step(let index): "step:\(index)"
    case .ask: "ask"
    }
  }
}

extension Term {
  var canonical: String {
    switch self {
    case .literal(let value): value.canonical
    case .read(let name, let path, _): ([name.canonical] + path).joined(separator: ".")
    case .item(let level, let path, _): (["item:\(level)"] + path).joined(separator: ".")
    case .arithmetic(let first, let rest, _):
      "(\(first.canonical)" + rest.map { " \($0.operation.rawValue) \($0.node.canonical)" }.joined() + ")"
    case .coalesce(let parts): Term.form("??", parts)
    case .and(let parts): Term.form("and", parts)
    case .or(let parts): Term.form("or", parts)
    case .not(let part): Term.form("not", [part])
    case .negate(let part, _): Term.form("-", [part])
    case .compare(let comparison, let left, let right, _): Term.form(comparison.rawValue, [left, right])
    case .member(let item, let list, _): Term.form("in", [item, list])
    case .isPresent(let part): Term.form("present", [part])
    case .list(let items): "[" + items.map(\.canonical).joined(separator: " ") + "]"
    case .call(let function, let arguments, _): Term.form(function.rawValue, arguments)
    case .quantified(let all, let list, let condition, _): Term.form(all ? "all" : "any", [list, condition])
    case .asNumber(let part): Term.form("number", [part])
    }
  }

  private static func form(_ head: String, _ parts: [Term]) -> String {
    "(\(head)" + parts.map { " " + $0.canonical }.joined() + ")"
  }
}

extension Value {
  /// A text from which the value and its kind can be told.
  var canonical: String {
    switch self {
    case .absent: "absent"
    case .text(let text): JSONValue.string(text).write()
    case .integer(let value): String(value)
    case .number(let value): value.scale == 0 ? "\(value).0" : value.description
    case .boolean(let value): String(value)
    case .date(let value): value.description
    case .instant(let value): "instant:\(value.milliseconds)"
    case .duration(let value): "duration:\(value.kind)"
    case .list(let values): "[" + values.map(\.canonical).joined(separator: " ") + "]"
    case .record(let fields):
      "{" + fields.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.canonical)" }.joined(separator: " ")
        + "}"
    }
  }
}
