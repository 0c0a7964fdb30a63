import FlowCore
import FlowTime

/// How long durations and closed hours can last, whenever they begin: found by going through the dates of the
/// file's calendar and a year before and after them.
final class Stretches {
  typealias Span = Differences.Span

  private let policy: Policy
  /// Dates that stand for all: what lies outside them is as the year at their ends.
  let dates: ClosedRange<Int>
  private var known: [Duration: Span] = [:]
  private var closed: [Window?: Int64] = [:]

  /// Years beyond which a calendar is not followed; it repeats itself by then.
  private static let mostDays = 40 * 366

  init(_ policy: Policy) {
    self.policy = policy
    let listed = policy.holidays.dates
    let first = Int(listed.first?.dayNumber ?? 20_454)
    let last = min(Int(listed.last?.dayNumber ?? 20_819), first + Self.mostDays)
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
      let slack: Int64 = milliseconds != 0 && (hasDays || milliseconds % Distance.day == 0) ? 1 : 0
      return Span(
        Int64(low + days) * Distance.day + milliseconds, Int64(high + days) * Distance.day + milliseconds,
        slack: slack)
    case .businessDays(let count):
      let (low, high) = range { self.policy.calendar.adding(businessDays: count, to: $0) }
      return Span(Int64(low) * Distance.day, Int64(high) * Distance.day)
    case .businessHours: return businessHours(duration)
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
    return low == Int64.max ? Span(least: .zero, most: .none) : Span(low, high, slack: 1)
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
        longest = max(longest, open.milliseconds(since: instant))
      }
    }
    closed[window] = longest
    return longest
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
