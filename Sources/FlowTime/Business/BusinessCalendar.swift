/// Which days are business days: `policy.business` without `policy.holidays`, whatever the window.
public struct BusinessCalendar: Hashable, Sendable, Codable {
  public var business: WeekdaySet
  public var holidays: HolidayCalendar

  /// What holds where nothing is given: `mon-fri`, no holidays.
  public init(business: WeekdaySet = .workweek, holidays: HolidayCalendar = .none) {
    self.business = business
    self.holidays = holidays
  }

  /// How long a search goes on from one business day to the next.
  static let patienceInDays = 3653

  public func isBusinessDay(_ date: CivilDate) -> Bool {
    business.contains(date.weekday) && !holidays.contains(date)
  }

  /// The N-th business day strictly after `date`, strictly before it where `count` is negative, `date` itself
  /// for 0; nil where ten years hold none.
  public func adding(businessDays count: Int, to date: CivilDate) -> CivilDate? {
    var (current, last, found) = (date, date, 0)
    let step = count < 0 ? -1 : 1
    while found < count.magnitude {
      let next = current.adding(days: step)
      guard next != current, abs(next.days(since: last)) <= Self.patienceInDays else { return nil }
      current = next
      if isBusinessDay(current) { (found, last) = (found + 1, current) }
    }
    return current
  }
}
