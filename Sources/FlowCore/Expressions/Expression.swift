/// An expression of the language, typed: it always ends, and fails only by arithmetic or dates that do not
/// fit. It never changes: whoever evaluates it shares it.
public final class Expression: Sendable {
  /// As written.
  public let text: String
  public let type: ValueType
  /// Every place that reads a value, in the order of the text.
  public let uses: [Use]
  /// Dotted paths that are certainly present when this condition is true.
  public let presence: Set<String>
  /// Dotted paths that are certainly present when this condition is false.
  public let presenceWhenFalse: Set<String>
  let node: Term
  /// Where `text` begins in the text that ranges count in: 0 but in a template.
  let base: Int

  init(
    text: String, type: ValueType, uses: [Use], presence: Set<String>, presenceWhenFalse: Set<String>, node: Term,
    base: Int
  ) {
    self.text = text
    self.type = type
    self.uses = uses
    self.presence = presence
    self.presenceWhenFalse = presenceWhenFalse
    self.node = node
    self.base = base
  }

  /// A form that depends neither on blanks nor on parentheses nor on the style of literals: for the
  /// fingerprint.
  public var canonical: String { node.canonical }

  /// What a condition says or denies, as ``canonical``: `x > 1`, `not (x > 1)` and `x <= 1` are about one thing.
  public var proposition: (canonical: String, isDenied: Bool) {
    let (term, isDenied) = node.proposition
    return (term.canonical, isDenied)
  }

  /// The value, where the expression is nothing but a literal.
  public var literal: Value? { if case .literal(let value) = node { value } else { nil } }

  /// Every literal in it, in the order of the text: where its value may turn.
  public var literals: [Value] { node.literals }

  /// The field of the input and the path below it, where the expression is nothing but that.
  public var place: (field: String, path: [String])? {
    if case .read(.input(let field), let path, _) = node { (field, path) } else { nil }
  }

  public func evaluate(_ scope: some Scope) throws(EvaluationError) -> Value {
    // By far the most: nothing is put together for it.
    if case .read(let name, let path, _) = node { return scope.value(of: name, at: path) }
    var evaluation = Evaluation(scope: scope, text: text, base: base)
    return try evaluation.value(of: node)
  }

  /// Compiles `text`, as a value of type `expected` (nil: of any type). All problems at once; an expression
  /// only if there are none.
  public static func compile(
    _ text: String, as expected: ValueType?, in naming: Naming
  ) -> (Expression?, [ExpressionProblem]) {
    let bytes = Array(text.utf8)
    let (syntax, problems) = Parser.parse(bytes, 0..<bytes.count)
    guard let syntax else { return (nil, problems) }
    var checker = Checker(bytes: bytes, naming: naming)
    var checked = checker.check(syntax)
    if let expected { checked = checker.fit(checked, to: expected) }
    let expression = checker.expression(checked, text: text)
    return (checker.problems.isEmpty ? expression : nil, checker.problems)
  }
}

extension Expression: Hashable {
  public static func == (one: Expression, other: Expression) -> Bool {
    one === other
      || one.text == other.text && one.type == other.type && one.uses == other.uses
        && one.presence == other.presence && one.presenceWhenFalse == other.presenceWhenFalse
        && one.node == other.node && one.base == other.base
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(text)
    hasher.combine(node)
  }
}
