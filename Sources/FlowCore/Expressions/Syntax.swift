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

  var form: Form
  var range: Range<Int>
}

enum Arithmetic: String, Hashable, Sendable { case add = "+", subtract = "-", multiply = "*", divide = "/" }

enum Comparison: String, Hashable, Sendable {
  case equal = "==", unequal = "!=", less = "<", atMost = "<=", greater = ">", atLeast = ">="
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
}
