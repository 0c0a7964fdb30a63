import FlowCore
import FlowTime

/// How long durations and closed hours can last, whenever they begin: found by going through the dates of the
/// file's calendar and a year before and after them.
final class Stretches {
  typealias Span = Differences.Span

  private let policy: Policy
  /// The most that clocks jump, in hours, where the window is read.
  private let jump: Int
  private let hasChanges: Bool
  /// Dates that stand for all: what lies outside them is as the year at their ends.
  let dates: ClosedRange<Int>
  /// False where the holidays lie further apart than they are followed: what is measured then says nothing.
  let isWhole: Bool
  private var known: [Duration: Span] = [:]
  private var closed: [Window?: Int64] = [:]

  /// How far apart the first and the last holiday may lie.
  private static let mostDays = 40 * 366

  /// - Parameters:
  ///   - jump: the most that clocks jump where the window is read, in milliseconds.
  ///   - hasChanges: clocks are changed where the run's days are reckoned.
  init(_ policy: Policy, jump: Int64, hasChanges: Bool) {
    self.policy = policy
    self.hasChanges = hasChanges
    self.jump = Int((jump + 3_599_999) / 3_600_000)
    let listed = policy.holidays.dates
    let first = Int(listed.first?.dayNumber ?? 20_454)
    let end = Int(listed.last?.dayNumber ?? 20_819)
    let last = min(end, first + Self.mostDays)
    isWhole = last == end
    dates = first - 370...last + 370
  }

  /// The least and the most that a duration takes.
  func span(of duration: Duration) -> Span {
    if let span = known[duration] { return span }
    let span = measured(duration)
    known[duration] = span
    return span
  }

  func span(of shift: Moment.Shift) -> Span {
    let span = span(of: shift.duration)
    return shift.sign < 0 ? span.negated : span
  }

  private func measured(_ duration: Duration) -> Span {
    switch duration.kind {
    case .calendar(let months, let days, let milliseconds):
      let (low, high) = months == 0 ? (0, 0) : range { $0.adding(months: months) }
      let hasDays = months != 0 || days != 0
      if !hasDays, milliseconds > 0, milliseconds % Distance.day == 0, hasChanges {
        let elapsed = milliseconds + Distance.elapsedDays
        return Span(elapsed, elapsed)
      }
      let slack: Int64 = milliseconds != 0 && (hasDays || milliseconds % Distance.day == 0) ? 1 : 0
      return Span(
        Int64(low + days) * Distance.day + milliseconds, Int64(high + days) * Distance.day + milliseconds,
        slack: slack)
    case .businessDays(let count):
      let (low, high) = range { self.policy.calendar.adding(businessDays: count, to: $0) }
      return Span(Int64(low) * Distance.day, Int64(high) * Distance.day)
    case .businessHours(let hours):
      guard !Self.isSteady(policy.window), jump > 0 else { return businessHours(duration) }
      // An hour of the window that is missing, or comes twice, is one more or less to be counted, and the next one may
      // open days later. What several changes take and give comes to as many jumps as there are years, and one.
      let most = jump * (1 + hours / 300)
      let long = businessHours(.businessHours(hours + most))
      guard hours > most else { return Span(least: .zero, most: long.most) }
      return Span(least: businessHours(.businessHours(hours - most)).least, most: long.most)
    }
  }

  private func range(_ move: (CivilDate) -> CivilDate?) -> (Int, Int) {
    var (low, high) = (Int.max, 0)
    for day in dates {
      let date = CivilDate(dayNumber: day)
      guard let moved = move(date) else { continue }
      let length = abs(moved.days(since: date))
      (low, high) = (min(low, length), max(high, length))
    }
    return low == Int.max ? (0, 0) : (low, high)
  }

  /// What passes is least or most where an hour opens or closes, before or after.
  private func businessHours(_ duration: Duration) -> Span {
    guard let window = policy.window else { return Span(least: .zero, most: .none) }
    func passed(from instant: Instant) -> Int64? {
      add(duration, to: instant, zone: .utc, calendar: policy.calendar, hours: (window, .utc))
        .map { $0.milliseconds(since: instant) }
    }
    var (low, high) = (Int64.max, Int64(0))
    for day in dates {
      for edge in edges(window) {
        let instant = Instant(milliseconds: Int64(day) * Distance.day + edge)
        let back = add(
          duration, sign: -1, to: instant, zone: .utc, calendar: policy.calendar, hours: (window, .utc))
        for start in [instant, back, back?.adding(milliseconds: 1)].compactMap({ $0 }) {
          guard let length = passed(from: start) else { continue }
          (low, high) = (min(low, length), max(high, length))
        }
      }
    }
    guard low < Int64.max else { return Span(least: .zero, most: .none) }
    var span = Span(low, high, slack: 1)
    // Within one day's window, where no clock is changed, they are hours; over a night it can only be longer.
    if case .businessHours(let hours) = duration.kind, Int64(hours) * 3_600_000 == low, Self.isSteady(window) {
      span.least = Distance(-(low % Distance.day == 0 && hasChanges ? low + Distance.elapsedDays : low))
    }
    return span
  }

  /// The times of day, in milliseconds, at which a window opens or closes.
  func edges(_ window: Window) -> [Int64] {
    Set(window.rules.flatMap { [Int64($0.start.milliseconds), Int64($0.end.milliseconds)] }).sorted()
  }

  /// The longest time for which a window and the holidays stay closed; nil where they leave no day.
  func longestClosed(_ window: Window?) -> Int64? {
    if window == nil, policy.holidays.isEmpty { return 0 }
    if let length = closed[window] { return length }
    var longest: Int64 = 0
    for day in dates {
      for edge in window.map(edges) ?? [0] {
        let instant = Instant(milliseconds: Int64(day) * Distance.day + edge)
        guard let open = firstOpen(notBefore: instant, window: window, zone: .utc, holidays: policy.holidays)
        else { return nil }
        longest = max(longest, missed(open, window).milliseconds(since: instant))
      }
    }
    closed[window] = longest
    return longest
  }

  /// The longest that elapses while a window stays closed for so long on its clock. However often that is changed
  /// meanwhile, it hangs in the end no further from where it hung than it ever does.
  func elapsed(_ closed: Int64) -> Distance {
    guard closed > 0 else { return .zero }
    let most = closed + Int64(jump) * 3_600_000
    let isLikeDays = most % Distance.day == 0 || (most + 1) % Distance.day == 0
    return Distance(isLikeDays && hasChanges ? most + Distance.elapsedDays : most)
  }

  /// The opening after the next, where the next is so short and at such an hour that it may be missing.
  func missed(_ open: Instant, _ window: Window?) -> Instant {
    guard jump > 0, !Self.isSteady(window) else { return open }
    let later = open.adding(milliseconds: Int64(jump) * 3_600_000)
    let next = firstOpen(notBefore: later, window: window, zone: .utc, holidays: policy.holidays) ?? open
    return next == later ? open : next
  }

  /// Whether a window opens only between 04:00 and 22:00, when nowhere a clock is changed.
  static func isSteady(_ window: Window?) -> Bool {
    guard let window else { return false }
    return window.rules.allSatisfy {
      $0.start.milliseconds >= 4 * 3_600_000 && $0.end.milliseconds <= 22 * 3_600_000
    }
  }

  static func isSteady(_ time: CivilTime) -> Bool {
    time.milliseconds >= 4 * 3_600_000 && time.milliseconds < 22 * 3_600_000
  }
}
