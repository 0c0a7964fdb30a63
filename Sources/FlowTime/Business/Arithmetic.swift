/// An instant plus (`sign` 1) or minus (`sign` -1) a duration.
///
/// Calendar parts move the wall clock of `zone`, once: months, clamped to the month's last day, then days;
/// then the elapsed parts count. Business days are the same wall time on the N-th business day strictly after
/// (before) that date. Business hours are the hours of a window, in its own zone, on business days: the first
/// instant by which so much has passed (the last from which so much passes).
/// - Parameter hours: the window and its zone; needed for business hours only.
/// - Returns: nil where ten years hold no business day, or for business hours without a window.
public func add(
  _ duration: Duration, sign: Int = 1, to instant: Instant, zone: Zone, calendar: BusinessCalendar,
  hours: (window: Window, zone: Zone)?
) -> Instant? {
  let sign = sign < 0 ? -1 : 1
  switch duration.kind {
  case .calendar(let months, let days, let milliseconds):
    var moved = instant
    // Only calendar parts touch the wall: elapsed time alone leaves a repeated hour's second turn where it
    // is.
    if months != 0 || days != 0 {
      var civil = zone.civil(at: instant)
      civil.date = civil.date.adding(months: sign * months).adding(days: sign * days)
      moved = zone.instant(of: civil)
    }
    return moved.adding(milliseconds: Int64(sign) * milliseconds)
  case .businessDays(let count):
    var civil = zone.civil(at: instant)
    guard let date = calendar.adding(businessDays: sign * count, to: civil.date) else { return nil }
    civil.date = date
    return zone.instant(of: civil)
  case .businessHours(let count):
    guard let hours else { return nil }
    let open = OpenHours(
      zone: hours.zone, window: hours.window, isOpenDay: calendar.isBusinessDay,
      patienceInDays: BusinessCalendar.patienceInDays)
    let amount = Int64(count) * 3_600_000
    return sign < 0 ? open.subtracting(amount, from: instant) : open.adding(amount, to: instant)
  }
}

/// `day N`: so many days after an instant (before it where negative), at the same wall time, or at `time`.
/// A wall time that is missing moves forward by the gap; a repeated one is the earlier. Without a time,
/// `day 0` is the instant itself.
public func dayShift(from instant: Instant, days: Int, at time: CivilTime? = nil, zone: Zone) -> Instant {
  if days == 0, time == nil { return instant }
  let civil = zone.civil(at: instant)
  return zone.instant(of: CivilDateTime(date: civil.date.adding(days: days), time: time ?? civil.time))
}

/// `09:00` or `mon 09:00`: the first such wall time strictly after an instant.
public func firstClock(after instant: Instant, weekday: Weekday?, time: CivilTime, zone: Zone) -> Instant {
  // A day earlier, for a clock that goes back over midnight; a day that is missing may cost a week.
  var date = zone.civil(at: instant).date.adding(days: -1)
  for _ in 0...16 {
    if weekday == nil || weekday == date.weekday {
      let candidate = zone.instant(of: CivilDateTime(date: date, time: time))
      if candidate > instant { return candidate }
    }
    date = date.adding(days: 1)
  }
  // Only at the end of the calendar.
  return .distantFuture
}
