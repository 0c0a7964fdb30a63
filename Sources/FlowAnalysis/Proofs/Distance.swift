/// An upper bound of how far one instant lies after another, on the wall clock: `y ≤ x + ms`, where whole
/// days are days of the calendar and anything else elapses. Each unit of slack stands for one change of the
/// clocks that may come in between: the bound is certain only with as many jumps added.
///
/// One number, so that sums and comparisons stay one instruction: the milliseconds in front, the slack
/// behind.
struct Distance: Hashable, Comparable {
  private(set) var raw: Int64

  static let none = Distance(raw: Int64.max / 4)
  static let zero = Distance(raw: 0)
  static let day: Int64 = 86_400_000
  /// Added to 24 hours and their multiples where they elapse and clocks are changed: days of the calendar are something
  /// else there. All that the language writes is whole seconds, so this decides no comparison.
  static let elapsedDays: Int64 = 2
  private static let most: Int64 = 2000

  private init(raw: Int64) { self.raw = raw }

  init(_ milliseconds: Int64, slack: Int64 = 0) {
    guard slack <= Self.most, abs(milliseconds) < 1 << 48 else {
      self = .none
      return
    }
    raw = milliseconds << 12 | slack
  }

  var milliseconds: Int64 { raw >> 12 }
  var slack: Int64 { raw & 4095 }
  var isNone: Bool { raw >= Self.none.raw }
  /// Days of the calendar; also just before so many, as "on an earlier date" has it.
  var isWholeDays: Bool { milliseconds % Self.day == 0 || (milliseconds + 1) % Self.day == 0 }

  /// The better bound is the lesser, an hour for each unit of slack.
  static func < (left: Distance, right: Distance) -> Bool {
    if left.raw == right.raw { return false }
    let (one, other) = (left.weight, right.weight)
    return one == other ? left.raw < right.raw : one < other
  }

  private var weight: Int64 { isNone ? .max : milliseconds + slack * 3_600_000 }

  /// What follows from `i ≤ k + first` and `k ≤ j + second`.
  /// - Parameters:
  ///   - isSteady: k lies at a time of day at which no clock is changed; `atEnds`: i or j does, or
  ///     where one of the two is no distance at all, its instants are one.
  ///   - jump: the most that clocks jump: of two bounds that hold the one that is certain to say more is taken.
  static func sum(
    _ first: Distance, _ second: Distance, isSteady: Bool, atEnds: Bool = false, jump: Int64 = 3_600_000
  ) -> Distance {
    if first.isNone || second.isNone { return .none }
    // Order alone changes nothing, but that whole days from a later instant may end in a missing hour, and so
    // before those from an earlier one.
    let isExact: Bool
    if first == .zero {
      isExact = second.raw >= 0 || !second.isWholeDays || isSteady || atEnds
    } else if second == .zero {
      isExact = first.raw <= 0 || !first.isWholeDays || isSteady || atEnds
    } else {
      isExact = isSteady && first.isWholeDays && second.isWholeDays
    }
    let whole = Distance(
      first.milliseconds + second.milliseconds, slack: first.slack + second.slack + (isExact ? 0 : 1))
    if isExact || first == .zero || second == .zero { return whole }
    // What lies before for certain may also be taken to lie no later: that is less, but hangs on no clock.
    var other = whole
    if second.isBefore, second.milliseconds + jump > 0 {
      other = sum(first, .zero, isSteady: isSteady, atEnds: atEnds)
    } else if first.isBefore, first.milliseconds + jump > 0 {
      other = sum(.zero, second, isSteady: isSteady, atEnds: atEnds)
    }
    return other.slack < whole.slack ? other : whole
  }

  /// The one instant lies before the other, whatever the clocks do.
  private var isBefore: Bool { raw < 0 && slack == 0 }

  func plus(_ milliseconds: Int64) -> Distance {
    isNone ? .none : Distance(self.milliseconds + milliseconds, slack: slack + 1)
  }

  /// Whether it lies within a limit for certain, clocks that jump so far included. Without slack two
  /// distances of one kind compare as they are.
  func isWithin(_ limit: Int64, jump: Int64) -> Bool {
    if isNone { return false }
    // What comes at the same instant, or before.
    if raw <= 0, slack == 0, limit >= 0 { return true }
    if slack == 0, isWholeDays == (limit % Self.day == 0) { return milliseconds <= limit }
    return milliseconds + (slack + 1) * jump <= limit
  }

  /// What it comes to on the clock of the wall.
  /// - Parameters:
  ///   - isSteady: both instants lie at times of day at which no clock is changed.
  ///   - elapses: what elapses is measured as such.
  func onWall(jump: Int64, isSteady: Bool, elapses: Bool = false) -> Int64? {
    if isNone { return nil }
    let isExact = slack == 0 && (isWholeDays ? isSteady : elapses) || self == .zero
    return inSeconds + (isExact ? 0 : (slack + 1) * jump)
  }

  /// Without what ``elapsedDays`` adds.
  var inSeconds: Int64 {
    let rest = milliseconds % 1_000
    return milliseconds - (abs(rest) < 500 ? rest : 0)
  }
}
