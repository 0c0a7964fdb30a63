import FlowTime

/// An expression as it is written, before its types are known.
struct Syntax {
  struct Segment {
    var text: String
    var range: Range<Int>
  }

  indirect enum Form {
    case literal(Value, ValueType)
    case path([Segment])
    /// `a + b - c`, `a * b`: from left to right; flat, so that a long chain is no deep tree.
    case arithmetic(Syntax, [(Arithmetic, Syntax)])
    /// `a ?? b ?? c`
    case coalesce([Syntax])
    case and([Syntax])
    case or([Syntax])
    case not(Syntax)
    case negate(Syntax)
    case compare(Comparison, Syntax, Syntax)
    case member(Syntax, of: Syntax)
    case isPresent(Syntax)
    case list([Syntax])
    case call(Segment, [Syntax])
    /// Already reported.
    case broken
  }

  let form: Form
  let range: Range<Int>
  /// Levels of operators, calls and lists, this one included: what checking and evaluating recur by.
  let height: Int

  init(form: Form, range: Range<Int>) {
    self.form = form
    self.range = range
    let below =
      switch form {
      case .literal, .path, .broken: 0
      case .arithmetic(let first, let rest): max(first.height, rest.map(\.1.height).max() ?? 0)
      case .coalesce(let parts), .and(let parts), .or(let parts), .list(let parts), .call(_, let parts):
        parts.map(\.height).max() ?? 0
      case .not(let part), .negate(let part), .isPresent(let part): part.height
      case .compare(_, let left, let right): max(left.height, right.height)
      case .member(let item, let list): max(item.height, list.height)
      }
    height = below + 1
  }
}

enum Arithmetic: String, Hashable, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
}

enum Comparison: String, Hashable, Sendable {
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case atMost = "<="
  case greater = ">"
  case atLeast = ">="
  var isEquality: Bool { self == .equal || self == .unequal }
}

struct Token {
  enum Kind {
    case literal(Value, ValueType)
    case path([Syntax.Segment])
    /// `and or not in is`
    case word(String)
    case sign(String)
    case broken
    case end
  }
  var kind: Kind
  var range: Range<Int>
  var blankBefore: Bool

  var sign: String? { if case .sign(let sign) = kind { sign } else { nil } }
  var word: String? { if case .word(let word) = kind { word } else { nil } }
}

enum ExpressionLimits {
  static let bytes = 64 << 10
  static let tokens = 2000
  static let depth = 100
  /// A hundred levels of parentheses with an operator or two in each.
  static let height = 250
}
