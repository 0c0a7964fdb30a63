import FlowCore
import FlowTime

/// That a distance has passed for certain where days of the calendar do not show it: because a wait is as long itself,
/// in the same units, or because so many business days have gone by. From a Friday to a Monday is one of them, and
/// three days; six are never less than a week.
struct Lapse {
  let least: FlowTime.Duration
  /// After so many business days the distance has passed, in halves; nil: they are not counted.
  let days: UInt8?
  /// Whatever goes out does so on a business day of the run.
  private let isOnDays: Bool
  /// What comes later on a business day does so at no earlier time of the day: no hour of it comes twice.
  private let keepsTimes: Bool

  private static let mostDays = 40

  /// Nil where the file waits for nothing that would be known better.
  init?(_ least: FlowTime.Duration, _ ground: Ground) {
    guard !least.isZero, ground.graph.hasUnevenWaits(ground.caps) else { return nil }
    if case .businessHours = least.kind, ground.setsContact { return nil }
    self.least = least
    isOnDays = ground.isOneZone && ground.graph.writesOnBusinessDays
    keepsTimes = isOnDays || ground.changesClocks(onNone: ground.graph.policy.calendar)
    days = Self.needed(least, ground.graph.policy.calendar, ground.stretches.dates, isOnDays)
  }

  /// How many business days after an instant a distance from it has passed.
  private static func needed(
    _ least: FlowTime.Duration, _ calendar: BusinessCalendar, _ dates: ClosedRange<Int>, _ isOnDays: Bool
  ) -> UInt8? {
    switch least.kind {
    case .businessDays(let count): return count < mostDays ? UInt8(2 * count + 1) : nil
    case .businessHours: return nil
    case .calendar(let months, let days, let elapsed):
      // What elapses may end on the next date, and over a change of the clocks on the one after that.
      let rest = elapsed > 0 ? Int(elapsed / Distance.day) + 2 : 0
      guard months <= 2, days + rest <= 60 else { return nil }
      var passed = 0
      let before = dates.map { day -> Int in
        if calendar.isBusinessDay(CivilDate(dayNumber: day)) { passed += 1 }
        return passed
      }
      func most(_ isWhole: Bool) -> Int {
        dates.map { day -> Int in
          let date = CivilDate(dayNumber: day)
          guard !isOnDays || calendar.isBusinessDay(date) else { return 0 }
          let end = Int(date.adding(months: months).dayNumber) + days + rest - (isWhole ? 0 : 1)
          return before[min(max(end, day), dates.upperBound) - dates.lowerBound] - before[day - dates.lowerBound]
        }.max() ?? 0
      }
      // On the date on which it ends not before its time of the day, or on a later one.
      let needed = min(2 * (most(false) + 1) + 1, 2 * (most(true) + 1))
      return needed < 2 * mostDays ? UInt8(needed) : nil
    }
  }

  // MARK: In a walk

  /// What a run waits for lies so long after an instant.
  /// - Parameter isExact: no time of the day is named.
  func wait(_ run: inout AbstractRun, _ duration: FlowTime.Duration, after base: Int, isExact: Bool = true) {
    let (days, isOver) = reached(run, duration, base, isExact)
    run.control.lapse.due = days
    run.control.lapse.isOverDue = isOver
    if case .businessDays = duration.kind { run.control.lapse.isDueOnDay = isExact }
  }

  /// So long has passed since an instant.
  func pass(_ run: inout AbstractRun, _ duration: FlowTime.Duration, since base: Int) {
    let (days, isOver) = reached(run, duration, base, true)
    run.control.lapse.now = max(run.control.lapse.now, days)
    run.control.lapse.isOver = run.control.lapse.isOver || isOver
  }

  private func reached(_ run: AbstractRun, _ duration: FlowTime.Duration, _ base: Int, _ isExact: Bool)
    -> (days: UInt8, isOver: Bool)
  {
    let isMark = run.time.areOne(base, Ground.mark)
    let isOver = isExact && isMark && duration.covers(least)
    guard let most = days else { return (0, isOver) }
    var (reached, isOnDay) = (1, isMark)
    if !isMark, base == Ground.now {
      (reached, isOnDay) = (Int(run.control.lapse.now), run.control.lapse.isOnDay)
    } else if !isMark, run.time.areOne(base, Ground.last) {
      (reached, isOnDay) = (Int(run.control.lapse.last), isOnDays)
    } else if !isMark {
      guard run.time.isCertain(Ground.mark, before: base) else { return (0, isOver) }
      reached = 0
    }
    if case .businessDays(let count) = duration.kind {
      // From a day that is none it may be an earlier time of the day.
      reached = (isOnDay && isExact && keepsTimes ? reached : reached & ~1) + 2 * count
    }
    return (UInt8(min(reached, Int(most))), isOver)
  }

  /// A touch goes out.
  func touch(_ run: inout AbstractRun) {
    run.control.lapse.last = run.control.lapse.now
    run.control.lapse.isOnDay = isOnDays
  }

  func hasPassed(_ control: Control) -> Bool {
    control.lapse.isOver || days.map { control.lapse.now >= $0 } ?? false
  }

  /// Without what makes no difference any more.
  func relevant(_ control: Control) -> Control.Lapsed {
    if hasPassed(control) {
      var passed = Control.Lapsed()
      passed.isOver = true
      return passed
    }
    var lapsed = control.lapse
    lapsed.due = max(lapsed.due, lapsed.now)
    return lapsed
  }
}

extension Control {
  /// Business days that have passed at least since the instant that a claim counts from: by now, by when the run's due
  /// comes, by the last touch. Counted are dates, in halves: one more where on the last of them it has become no
  /// earlier than the instant's time of the day.
  struct Lapsed: Equatable {
    var now: UInt8 = 1
    var due: UInt8 = 0
    var last: UInt8 = 1
    /// Now, or the due, lies on a business day.
    var isOnDay = false
    var isDueOnDay = false
    /// What the claim asks for has passed by now, or by when the due comes.
    var isOver = false
    var isOverDue = false

    var bits: UInt64 {
      let flags: UInt64 = (isOnDay ? 1 : 0) | (isDueOnDay ? 2 : 0) | (isOver ? 4 : 0) | (isOverDue ? 8 : 0)
      return UInt64(now) | UInt64(due) << 8 | UInt64(last) << 16 | flags << 24
    }

    /// What it waits for has come, now or before.
    mutating func come(isNow: Bool) {
      now = max(now, due)
      isOver = isOver || isOverDue
      if isNow { isOnDay = isDueOnDay }
    }

    /// What the run waited for is behind it.
    mutating func leave() { (due, isDueOnDay, isOverDue) = (0, false, false) }
  }
}

extension Graph {
  /// Something waits for business days or months, which are days of the calendar now more and now less.
  fileprivate func hasUnevenWaits(_ caps: Caps?) -> Bool {
    let loops = nodes.compactMap { node -> FlowTime.Duration? in
      if case .loop(let loop) = node.action { loop.every } else { nil }
    }
    let all = moments.compactMap(\.shift?.duration) + loops + [policy.gap, caps?.gap].compactMap(\.self)
    return all.contains { duration in
      switch duration.kind {
      case .businessDays, .businessHours: true
      case .calendar(let months, _, _): months > 0
      }
    }
  }

  /// Every touch has a window that opens on business days alone, and at no hour at which clocks are changed.
  fileprivate var writesOnBusinessDays: Bool {
    nodes.allSatisfy { node in
      guard node.isTouch else { return true }
      let window: Window?
      switch node.window {
      case .any: return false
      case .policy: window = policy.window
      case .own(let own): window = own
      }
      guard let window, Stretches.isSteady(window) else { return false }
      return window.rules.allSatisfy { rule in
        Weekday.allCases.allSatisfy { !rule.days.contains($0) || policy.business.contains($0) }
      }
    }
  }
}
