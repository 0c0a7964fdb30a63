/// What a condition counts, where that can be followed without data.
public enum Counted: Hashable, Sendable {
  /// `run.touches`
  case touches
  /// `days_between` of two instants of the run; `run.day` is that of its start and now (nil).
  case days(from: Name, to: Name?)
}

extension Expression {
  /// Where a condition is nothing but a comparison of a count with a whole number: the numbers for which it
  /// holds.
  public var counting: (what: Counted, holds: ClosedRange<Int64>)? {
    guard case .compare(let comparison, let left, let right, _) = node, let what = Self.counted(left),
      case .literal(.integer(let number))? = Optional(Self.bare(right)), abs(number) < 1 << 40
    else { return nil }
    switch comparison {
    case .equal: return (what, number...number)
    case .less: return (what, Int64.min...number - 1)
    case .atMost: return (what, Int64.min...number)
    case .greater: return (what, number + 1...Int64.max)
    case .atLeast: return (what, number...Int64.max)
    case .unequal: return nil
    }
  }

  /// Where it is nothing but one value that is read.
  public var reading: Use? {
    guard case .read = node else { return nil }
    return uses.first
  }

  private static func bare(_ term: Term) -> Term {
    if case .asNumber(let inner) = term { bare(inner) } else { term }
  }

  private static func counted(_ term: Term) -> Counted? {
    switch bare(term) {
    case .read(.runTouches, [], _): .touches
    case .read(.runDay, [], _): .days(from: .runStarted, to: nil)
    case .call(.daysBetween, let arguments, _) where arguments.count == 2:
      if case .read(let from, [], _) = bare(arguments[0]), case .read(let to, [], _) = bare(arguments[1]) {
        .days(from: from, to: to)
      } else {
        nil
      }
    default: nil
    }
  }
}
