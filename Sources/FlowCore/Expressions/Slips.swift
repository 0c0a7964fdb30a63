extension Expression {
  /// The same condition with one small thing otherwise, and what that is: a comparison that takes in or leaves out its
  /// bound, a number that is one more, `and` for `or`, a `not` too many.
  public var slips: [(expression: Expression, words: String)] {
    node.slips.map { slip in
      let changed = Expression(
        text: text, type: type, uses: uses, presence: presence, presenceWhenFalse: presenceWhenFalse, node: slip.term,
        base: base)
      return (changed, slip.words)
    }
  }
}

extension Term {
  fileprivate typealias Slip = (term: Term, words: String)

  fileprivate var slips: [Slip] {
    switch self {
    case .compare(let comparison, let left, let right, let range):
      let other = comparison.beside.map { beside in
        (Term.compare(beside, left, right, range), "\(comparison.rawValue) becomes \(beside.rawValue)")
      }
      return (other.map { [$0] } ?? [])
        + right.numbers.map { (.compare(comparison, left, $0.term, range), $0.words) }
    case .and(let parts):
      return [(.or(parts), "and becomes or")] + Term.inside(parts) { .and($0) }
    case .or(let parts):
      return [(.and(parts), "or becomes and")] + Term.inside(parts) { .or($0) }
    case .not(let part): return [(part, "the not is dropped")]
    case .isPresent, .read, .coalesce: return [(.not(self), "its contrary")]
    default: return []
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

  /// A number one more.
  private var numbers: [Slip] {
    switch self {
    case .literal(.integer(let number)) where number < Int64.max:
      return [(.literal(.integer(number + 1)), "\(number) becomes \(number + 1)")]
    case .literal(.number(let number)):
      guard let more = number + Decimal(1) else { return [] }
      return [(.literal(.number(more)), "\(number) becomes \(more)")]
    case .asNumber(let part): return part.numbers.map { (.asNumber($0.term), $0.words) }
    default: return []
    }
  }
}

extension Comparison {
  /// What differs from it only at the bound.
  fileprivate var beside: Comparison? {
    switch self {
    case .less: .atMost
    case .atMost: .less
    case .greater: .atLeast
    case .atLeast: .greater
    case .equal: .unequal
    case .unequal: .equal
    }
  }
}
