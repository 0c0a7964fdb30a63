import FlowCore
import FlowTime

/// Where a run stands in time when everything goes by its file: so long after its start, after a step, after
/// an instant of its data. Nothing is deferred, a business day counts as a day and a month as 28; a wall time
/// is known once something has named one.
struct RunClock: Hashable {
  static let day: Int64 = 86_400_000
  static let start = "start"
  private static let week = 7 * day

  /// Milliseconds since each instant that is known; an instant not in here is any time away.
  private(set) var since: [String: Int64]
  /// The policy's hours on its longest day, in milliseconds.
  var businessDay: Int64

  init(since: [String: Int64] = [:], businessDay: Int64) {
    self.since = since
    self.businessDay = businessDay
  }

  /// An instant that is reached now.
  mutating func mark(_ name: String) { since[name] = 0 }
  mutating func forget(_ name: String) { since[name] = nil }
  /// Nothing that was known about the data's instants holds any more.
  mutating func forgetData() {
    since = since.filter {
      $0.key.hasPrefix(RunClock.start) || $0.key.hasPrefix("step:") || $0.key.hasPrefix("round:")
    }
  }

  mutating func pass(_ milliseconds: Int64) {
    for key in since.keys { since[key, default: 0] += milliseconds }
  }

  /// Goes on to an instant.
  /// - Returns: milliseconds passed, 0 where it has been reached already; nil where it is any time away.
  mutating func reach(_ moment: Moment) -> Int64? {
    let shift = moment.shift.map { Int64($0.sign) * least($0.duration) } ?? 0
    switch moment.base {
    case .arrival: return moved(shift)
    case .clock(let weekday, let time):
      let passed = reach(weekday, time)
      return passed + (moved(shift) ?? 0)
    case .day(let number): return reach(RunClock.start, Int64(number) * RunClock.day + shift, moment.time)
    case .returnDate: return lost([:])
    case .expression(let expression):
      let isDate = expression.type == .date
      let (name, offset) = RunClock.anchor(expression)
      return reach(name, offset + shift, moment.time ?? (isDate ? .midnight : nil))
    }
  }

  /// Goes on to so long after a named instant.
  mutating func reach(_ name: String, plus offset: Int64) -> Int64? { reach(name, offset, nil) }

  /// Whether the instant lies behind for certain.
  func hasPassed(_ moment: Moment) -> Bool? {
    guard case .expression(let expression) = moment.base else { return nil }
    let (name, offset) = RunClock.anchor(expression)
    let shift = moment.shift.map { Int64($0.sign) * least($0.duration) } ?? 0
    return since[name].map { $0 > offset + shift }
  }

  /// The least that a duration takes, as nominal time.
  func least(_ duration: Duration) -> Int64 {
    switch duration.kind {
    case .calendar(let months, let days, let milliseconds):
      return (Int64(months) * 28 + Int64(days)) * RunClock.day + milliseconds
    case .businessDays(let count): return Int64(count) * RunClock.day
    case .businessHours(let count):
      let hours = Int64(count) * 3_600_000
      let whole = max(0, hours - 1) / max(1, businessDay)
      return whole * RunClock.day + hours - whole * businessDay
    }
  }

  /// What an instant is counted from, and how far from there it lies.
  private static func anchor(_ expression: Expression) -> (String, Int64) {
    if case .date(let date)? = expression.literal { return ("date", Int64(date.dayNumber) * day) }
    if expression.uses.count == 1, let use = expression.uses.first {
      switch use.name {
      case .runStarted: return (start, 0)
      case .step(let index): return ("step:\(index)", 0)
      default: break
      }
    }
    return ("data:" + expression.canonical, 0)
  }

  private mutating func moved(_ milliseconds: Int64) -> Int64? {
    pass(max(0, milliseconds))
    return max(0, milliseconds)
  }

  private mutating func lost(_ known: [String: Int64]) -> Int64? {
    since = known
    return nil
  }

  /// - Parameters:
  ///   - offset: from the named instant, at the same wall time.
  ///   - time: on that day; counted from the midnight of the named instant's day.
  private mutating func reach(_ name: String, _ offset: Int64, _ time: CivilTime?) -> Int64? {
    let midnight = name + "@"
    guard let time else {
      guard let now = since[name] else { return lost([name: offset]) }
      return moved(offset - now)
    }
    let onDay = offset / RunClock.day * RunClock.day
    let target = onDay + Int64(time.milliseconds)
    if let now = since[midnight] { return moved(target - now) }
    guard let now = since[name] else { return lost([name: offset, midnight: target]) }
    let passed = moved(offset - now)
    if now <= offset { since[midnight] = target }
    return passed
  }

  /// The next `09:00` or `mon 09:00`: how far that is, is known only from another wall time.
  private mutating func reach(_ weekday: Weekday?, _ time: CivilTime) -> Int64 {
    let clock = Int64(time.milliseconds)
    let monday = "monday@"
    var passed: Int64 = 0
    if let weekday {
      let target = Int64(weekday.index) * RunClock.day + clock
      if let now = since[monday] { passed = RunClock.ahead(target - now, RunClock.week) }
      pass(passed)
      since[monday] = target
    } else {
      let wall = since.filter { $0.key.hasSuffix("@") }.min { $0.key < $1.key }?.value
      if let wall { passed = RunClock.ahead(clock - wall, RunClock.day) }
      pass(passed)
      if wall == nil { since["clock@"] = clock }
    }
    return passed
  }

  /// Strictly later, within one period.
  private static func ahead(_ distance: Int64, _ period: Int64) -> Int64 {
    let rest = (distance % period + period) % period
    return rest == 0 ? period : rest
  }
}

extension Policy {
  /// The hours of its longest day, in milliseconds; eight where it has no window.
  var longestDay: Int64 {
    guard let window else { return 8 * 3_600_000 }
    let days = Weekday.allCases.map { day in
      window.rules.filter { $0.days.contains(day) }
        .reduce(Int64(0)) { $0 + Int64($1.end.milliseconds - $1.start.milliseconds) }
    }
    return max(3_600_000, min(RunClock.day, days.max() ?? 0))
  }
}
