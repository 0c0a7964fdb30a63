import FlowTime

extension Expression {
  /// The same condition with one small thing otherwise, and what that is: a comparison that takes in or leaves out its
  /// bound or is turned round, a bound one more or less, `and` for `or`, a `not` too many.
  public var slips: [(expression: Expression, words: String)] {
    node.slips.map { (with($0.term, .boolean), $0.words) }
  }

  /// The two sides of each comparison in it, in the order of the text: where they are equal, its value may turn.
  public var comparisons: [(left: Expression, right: Expression)] {
    node.comparisons.map { (with($0.left, type), with($0.right, type)) }
  }

  private func with(_ term: Term, _ type: ValueType) -> Expression {
    Expression(
      text: text, type: type, uses: uses, presence: presence, presenceWhenFalse: presenceWhenFalse, node: term,
      base: base)
  }
}

extension Term {
  fileprivate typealias Slip = (term: Term, words: String)

  fileprivate var slips: [Slip] {
    switch self {
    case .compare(let comparison, let left, let right, let range):
      return comparison.others.map { other in
        (.compare(other, left, right, range), "\(comparison.rawValue) becomes \(other.rawValue)")
      }
        + right.bounds.map { (.compare(comparison, left, $0.term, range), $0.words) }
        + left.bounds.map { (.compare(comparison, $0.term, right, range), $0.words) }
    case .and(let parts):
      return [(.or(parts), "and becomes or")] + Term.inside(parts) { .and($0) }
    case .or(let parts):
      return [(.and(parts), "or becomes and")] + Term.inside(parts) { .or($0) }
    case .not(let part): return [(part, "the not is dropped")] + part.inner.map { (.not($0.term), $0.words) }
    case .isPresent, .read, .coalesce, .member, .call, .quantified: return [(.not(self), "its contrary")]
    default: return []
    }
  }

  /// What a `not` around it does not undo.
  private var inner: [Slip] {
    switch self {
    case .compare, .and, .or: slips
    default: []
    }
  }

  private static func inside(_ parts: [Term], _ whole: ([Term]) -> Term) -> [Slip] {
    parts.indices.flatMap { index in
      parts[index].slips.map { slip in
        var changed = parts
        changed[index] = slip.term
        return (whole(changed), slip.words)
      }
    }
  }

  /// What it is compared with, one more or less.
  private var bounds: [Slip] {
    switch self {
    case .literal(let value):
      return value.beside.map { (.literal($0), "\(value.asWritten) becomes \($0.asWritten)") }
    case .asNumber(let part): return part.bounds.map { (.asNumber($0.term), $0.words) }
    case .negate(let part, let range): return part.bounds.map { (.negate($0.term, range), $0.words) }
    case .arithmetic(let first, let rest, let range):
      return first.bounds.map { (.arithmetic($0.term, rest, range), $0.words) }
        + rest.indices.flatMap { index in
          rest[index].node.bounds.map { slip in
            var changed = rest
            changed[index].node = slip.term
            return (.arithmetic(first, changed, range), slip.words)
          }
        }
    default: return []
    }
  }

  fileprivate var comparisons: [(left: Term, right: Term)] {
    switch self {
    case .compare(_, let left, let right, _): [(left, right)]
    case .and(let parts), .or(let parts): parts.flatMap(\.comparisons)
    case .not(let part): part.comparisons
    default: []
    }
  }
}

extension Value {
  /// What a bound may be mistaken for: a number or duration one more, the next day, and the one before, but nothing
  /// below 0.
  fileprivate var beside: [Value] {
    switch self {
    case .integer(let number):
      [number < Int64.max ? number + 1 : nil, number > 0 ? number - 1 : nil].compactMap { $0.map { .integer($0) } }
    case .number(let number):
      [number + Decimal(1), number >= Decimal(1) ? number - Decimal(1) : nil].compactMap { $0.map { .number($0) } }
    case .date(let date): [.date(date.adding(days: 1)), .date(date.adding(days: -1))]
    case .duration(let duration): [.duration(duration.oneMore)]
    default: []
    }
  }

  fileprivate var asWritten: String {
    switch self {
    case .number(let number): number.description
    case .duration(let duration): duration.description
    default: canonical
    }
  }
}

extension Comparison {
  /// What it may be mistaken for: what differs from it only at the bound, its contrary, and the other direction.
  fileprivate var others: [Comparison] {
    switch self {
    case .less: [.atMost, .atLeast, .greater]
    case .atMost: [.less, .greater, .atLeast]
    case .greater: [.atLeast, .atMost, .less]
    case .atLeast: [.greater, .less, .atMost]
    case .equal: [.unequal]
    case .unequal: [.equal]
    }
  }
}
