import FlowCore
import FlowTime

/// Reads a policy, of a workflow or of flow.yaml.
struct PolicyBinder {
  let bench: Bench
  let fields: Fields
  let calendars: [String: HolidayCalendar]

  func bind() -> Project.PolicyDefaults {
    var policy = Project.PolicyDefaults()
    if let node = fields["window"] {
      policy.window = bench.window(node)
      if policy.window == nil { bench.policy?.window = .always }
    }
    if let node = fields["business"] { policy.business = bench.weekdays(node) }
    if let node = fields["holidays"] { policy.holidays = bench.holidays(node, calendars: calendars) }
    if let node = fields["gap"] { policy.gap = bench.duration(node) }
    if let node = fields["max-touches"] {
      policy.maxTouches = bench.integer(node, in: 1...1000, wanted: "a number of touches")
    }
    return policy
  }

  /// Windows and holidays that leave no day, business days that never come.
  static func checkDays(_ policy: Policy, at fields: Fields, _ bench: Bench) {
    let place = (fields.entry("holidays") ?? fields.entry("window") ?? fields.entry("business"))
    guard let place, !policy.holidays.isEmpty else { return }
    if let window = policy.window, !leavesDay(window.days, policy.holidays) {
      bench.report(.noDay(place.value.span.firstLine, "the window and the holidays"))
    } else if !leavesDay(policy.business, policy.holidays) {
      bench.report(.noBusinessDay(place.value.span.firstLine))
    }
  }

  /// Whether no stretch of a year among the holidays is without one of these days.
  static func leavesDay(_ days: WeekdaySet, _ holidays: HolidayCalendar) -> Bool {
    // Only holidays that fall on such a day take one away; the longest row of them is what counts.
    var row = 0
    var last: CivilDate?
    for date in holidays.dates where days.contains(date.weekday) {
      row = last.map { next(days, after: $0) == date } == true ? row + 1 : 1
      last = date
      if row >= days.days.count * 52 { return false }
    }
    return !days.days.isEmpty
  }

  private static func next(_ days: WeekdaySet, after date: CivilDate) -> CivilDate {
    var next = date.adding(days: 1)
    for _ in 0..<7 where !days.contains(next.weekday) { next = next.adding(days: 1) }
    return next
  }
}

extension Window {
  /// The weekdays on which it is open at all.
  var days: WeekdaySet { rules.reduce(into: WeekdaySet()) { $0.formUnion($1.days) } }
}
