import FlowCore
import FlowTime

/// The dates of a file's calendar in cells of two hours, and where each step of a ``Reckoning`` leads from each of them
/// at the latest.
struct ReckonedCalendar {
  static let minutes: Int32 = 120
  static let perDay = 12

  let count: Int
  private let policy: Policy
  private let first: Int
  private let days: Int
  /// The most that clocks jump, in cells.
  private let jump: Int
  /// How far the contact's clock, by which windows open, may hang before that of the run, in cells.
  private let ahead: ClosedRange<Int>
  private let isOneZone: Bool
  private var known: [Reckoning.Move: [Int32]?] = [:]
  private var openings: [Window: [Int]?] = [:]

  private static let cell = Int64(minutes) * 60_000

  init(_ policy: Policy, dates: ClosedRange<Int>, jump: Int64, ahead: ClosedRange<Int64>) {
    self.policy = policy
    isOneZone = ahead == 0...0
    // Both ends rounded outward.
    self.ahead = Int(ahead.lowerBound / Self.cell) - 1...Int(ahead.upperBound / Self.cell) + 1
    first = dates.lowerBound
    days = dates.count
    count = days * Self.perDay
    self.jump = Int((jump + Self.cell - 1) / Self.cell)
  }

  /// For each cell the first one from which a step leads there, or beyond it; nil where it is not known where it leads.
  mutating func sources(of move: Reckoning.Move) -> [Int32]? {
    if let known = known[move] { return known }
    let sources = targets(of: move).map(inverted)
    known[move] = .some(sources)
    return sources
  }

  /// For each date the cell in which a window opens; nil where it does not.
  mutating func openings(_ window: Window) -> [Int?]? {
    targets(of: window).map { cells in
      (0..<days).map { date in
        let cell = cells[date * Self.perDay]
        return cell / Self.perDay == date ? cell : nil
      }
    }
  }

  /// When a limit of dates ends at the earliest of all runs that start so late or later.
  struct Deadlines {
    private static let day: Int32 = 1440
    /// For each date how many dates from the first one on its own limit ends.
    fileprivate let dates: [Int32]

    /// - Parameter minute: from the first date on; nil where that is no longer known.
    subscript(_ minute: Int32) -> Int32? {
      let (date, time) = Int(minute).quotientAndRemainder(dividingBy: Int(Self.day))
      guard minute >= 0, date + 1 < dates.count else { return nil }
      // Two dates may lead to one: 30 and 31 January a month later, Saturday and Sunday some business days later.
      return min(dates[date] * Self.day + Int32(time), dates[date + 1] * Self.day)
    }
  }

  /// Nil where it is no limit of dates, or is as long everywhere.
  func deadlines(_ limit: FlowTime.Duration) -> Deadlines? {
    switch limit.kind {
    case .calendar(1..., _, 0), .businessDays: break
    default: return nil
    }
    var dates: [Int32] = []
    for date in 0...days {
      let begin = Instant(milliseconds: Int64(first + date) * Distance.day)
      guard let end = add(limit, to: begin, zone: .utc, calendar: policy.calendar, hours: nil) else { return nil }
      let last = Int32(clamping: end.milliseconds / Distance.day - Int64(first))
      guard last < Int32.max / 1440 - 1 else { return nil }
      dates.append(last)
    }
    return Deadlines(dates: dates)
  }

  private func inverted(_ targets: [Int]) -> [Int32] {
    var source = 0
    return (0..<count).map { cell in
      while source < count - 1, targets[source] < cell { source += 1 }
      return Int32(source)
    }
  }

  // MARK: Steps

  /// For each cell the one in which it ends at the latest.
  private mutating func targets(of move: Reckoning.Move) -> [Int]? {
    switch move {
    case .opening(let window): return targets(of: window)
    case .inside(let window):
      guard Stretches.isSteady(window) else { return nil }
      var last = 0
      return (0..<count).map { cell in
        if mayBeOpen(cell, window) { last = cell }
        return last
      }
    case .at(let time): return (0..<count).map { night($0 / Self.perDay * Self.perDay + Self.cell(of: time)) }
    case .clock(let weekday, let time): return clock(weekday, time)
    case .after(let duration): return after(duration)
    default: return nil
    }
  }

  /// At hours at which clocks are changed somewhere, what is missing comes so much later.
  private func night(_ cell: Int) -> Int {
    let hour = cell % Self.perDay * 24 / Self.perDay
    return hour < 4 || hour >= 22 ? cell + jump : cell
  }

  private static func cell(of time: CivilTime) -> Int {
    min(Int(Int64(time.milliseconds) / cell), perDay - 1)
  }

  private func clock(_ weekday: Weekday?, _ time: CivilTime) -> [Int] {
    let own = Self.cell(of: time)
    return (0..<count).map { cell in
      var date = cell / Self.perDay + (cell % Self.perDay >= own ? 1 : 0)
      if let weekday { while CivilDate(dayNumber: first + date).weekday != weekday { date += 1 } }
      return night(date * Self.perDay + own)
    }
  }

  private mutating func after(_ duration: FlowTime.Duration) -> [Int]? {
    switch duration.kind {
    case .calendar(0, let whole, let elapsed):
      guard whole < 4000, elapsed < 4000 * Distance.day else { return nil }
      let cells = whole * Self.perDay + Int((elapsed + Self.cell - 1) / Self.cell) + (elapsed > 0 ? jump : 0)
      return (0..<count).map { night($0 + cells) }
    case .calendar(_, _, let elapsed) where elapsed > 0: return nil
    case .calendar, .businessDays: return dates(duration)
    case .businessHours: return hours(duration)
    }
  }

  /// Whole days, at the same time of the day.
  private func dates(_ duration: FlowTime.Duration) -> [Int]? {
    var targets: [Int] = []
    targets.reserveCapacity(count)
    for date in 0..<days {
      let begin = Instant(milliseconds: Int64(first + date) * Distance.day)
      guard let end = add(duration, to: begin, zone: .utc, calendar: policy.calendar, hours: nil) else { return nil }
      let shift = Int(end.milliseconds(since: begin) / Distance.day) * Self.perDay
      for cell in 0..<Self.perDay { targets.append(night(date * Self.perDay + cell + shift)) }
    }
    return targets
  }

  // MARK: Windows

  /// Some of it lies in a window.
  private func isOpen(_ cell: Int, _ window: Window) -> Bool {
    let date = CivilDate(dayNumber: first + cell / Self.perDay)
    let begin = Int64(cell % Self.perDay) * Self.cell
    guard !policy.holidays.contains(date) else { return false }
    return window.rules.contains { rule in
      rule.days.contains(date.weekday) && Int64(rule.start.milliseconds) < begin + Self.cell
        && Int64(rule.end.milliseconds) > begin
    }
  }

  /// Some of it may lie in a window, wherever the contact is.
  private func mayBeOpen(_ cell: Int, _ window: Window) -> Bool {
    if isOneZone { return isOpen(cell, window) }
    return (cell + ahead.lowerBound - jump...cell + ahead.upperBound + jump).contains { isOpen($0, window) }
  }

  /// The last instant of a cell.
  private func end(of cell: Int) -> Instant {
    Instant(milliseconds: Int64(first) * Distance.day + Int64(cell + 1) * Self.cell - 1)
  }

  private func cell(of instant: Instant) -> Int {
    Int((instant.milliseconds - Int64(first) * Distance.day) / Self.cell)
  }

  /// Where a window opens; nil where it is open at hours at which clocks are changed.
  private mutating func targets(of window: Window) -> [Int]? {
    if let known = openings[window] { return known }
    let own = Stretches.isSteady(window) ? opened(window) : nil
    let targets = isOneZone ? own : own.map(anywhere)
    openings[window] = .some(targets)
    return targets
  }

  private func opened(_ window: Window) -> [Int]? {
    var targets: [Int] = []
    targets.reserveCapacity(count)
    while targets.count < count {
      let at = end(of: targets.count)
      guard let open = firstOpen(notBefore: at, window: window, zone: .utc, holidays: policy.holidays)
      else { return nil }
      let target = cell(of: open)
      // What is closed by the end of a cell opens as late as the one after it.
      targets.append(target)
      while targets.count < min(target, count) { targets.append(target) }
    }
    return targets
  }

  /// Where a window opens by the contact's clock, for whichever contact it does so last.
  private func anywhere(_ opened: [Int]) -> [Int] {
    var latest = 0
    return (0..<count).map { cell in
      let waits = ahead.map { hours -> Int in
        let own = min(max(cell + hours, 0), count - 1)
        return opened[own] - own + 1
      }
      latest = max(latest, cell + (waits.max() ?? 0) + jump)
      return latest
    }
  }

  private mutating func hours(_ duration: FlowTime.Duration) -> [Int]? {
    guard isOneZone, let window = policy.window, let open = targets(of: window) else { return nil }
    var targets: [Int] = []
    targets.reserveCapacity(count)
    while targets.count < count {
      let at = end(of: targets.count)
      guard
        let end = add(duration, to: at, zone: .utc, calendar: policy.calendar, hours: (window, .utc))
      else { return nil }
      let target = cell(of: end)
      let opening = open[targets.count]
      targets.append(target)
      while targets.count < min(opening, count) { targets.append(target) }
    }
    return targets
  }
}
