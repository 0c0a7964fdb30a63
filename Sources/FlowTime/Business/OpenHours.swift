/// The stretches of real time in which a wall clock shows open hours, in order of time.
///
/// Each stretch between two changes of the offset is walked by itself; there the wall runs evenly, so hours
/// that are missing do not occur and hours that are repeated occur twice.
struct OpenHours {
  var zone: Zone
  /// nil is the whole day.
  var window: Window?
  var isOpenDay: (CivilDate) -> Bool
  /// After so many days without an open one the search ends.
  var patienceInDays: Int

  private static let day: Int64 = 86_400_000
  private static let wholeDay = [0..<day]

  private func spans(on date: CivilDate) -> [Range<Int64>] {
    guard isOpenDay(date) else { return [] }
    return window?.spans(on: date.weekday) ?? Self.wholeDay
  }

  /// Calls `visit` with each open range of instants (in milliseconds) from `start` on, until it has a result.
  func forward<Result>(from start: Instant, _ visit: (Range<Int64>) -> Result?) -> Result? {
    var time = start.milliseconds
    var lastOpen: Int64?
    while true {
      let stretch = zone.stretch(at: time)
      var wall = time + stretch.offset
      let end = stretch.end + stretch.offset
      while wall < end {
        let day = wall.flooredQuotient(by: Self.day)
        let since = lastOpen ?? day
        lastOpen = since
        guard day - since <= patienceInDays, day <= CivilDate.latest.dayNumber else { return nil }
        for span in spans(on: CivilDate(dayNumber: Int(day))) {
          let low = max(day * Self.day + span.lowerBound, wall)
          let high = min(day * Self.day + span.upperBound, end)
          guard low < high else { continue }
          lastOpen = day
          if let result = visit(low - stretch.offset..<high - stretch.offset) { return result }
        }
        wall = (day + 1) * Self.day
      }
      time = stretch.end
    }
  }

  /// The same backwards in time, from `end`, which is not part of any range.
  func backward<Result>(from end: Instant, _ visit: (Range<Int64>) -> Result?) -> Result? {
    var time = end.milliseconds
    var lastOpen: Int64?
    while true {
      let stretch = zone.stretch(at: time - 1)
      var wall = time + stretch.offset
      let start = stretch.start + stretch.offset
      while wall > start {
        let day = (wall - 1).flooredQuotient(by: Self.day)
        let since = lastOpen ?? day
        lastOpen = since
        guard since - day <= patienceInDays, day >= CivilDate.earliest.dayNumber else { return nil }
        for span in spans(on: CivilDate(dayNumber: Int(day))).reversed() {
          let low = max(day * Self.day + span.lowerBound, start)
          let high = min(day * Self.day + span.upperBound, wall)
          guard low < high else { continue }
          lastOpen = day
          if let result = visit(low - stretch.offset..<high - stretch.offset) { return result }
        }
        wall = day * Self.day
      }
      time = stretch.start
    }
  }

  /// The first instant by which `amount` milliseconds of open time have passed since `start`.
  func adding(_ amount: Int64, to start: Instant) -> Instant? {
    var rest = amount
    return forward(from: start) { open in
      let length = open.upperBound - open.lowerBound
      if length >= rest { return Instant(milliseconds: open.lowerBound + rest) }
      rest -= length
      return nil
    }
  }

  /// The last instant from which `amount` milliseconds of open time pass until `end`.
  func subtracting(_ amount: Int64, from end: Instant) -> Instant? {
    var rest = amount
    return backward(from: end) { open in
      let length = open.upperBound - open.lowerBound
      if length >= rest { return Instant(milliseconds: open.upperBound - rest) }
      rest -= length
      return nil
    }
  }
}

/// The first instant not before `instant` that lies inside the window and on no holiday; nil where two years
/// hold none, so that a window and holidays which leave no day can be reported.
/// - Parameters:
///   - window: nil lets every hour pass; holidays stay.
///   - zone: where the window's clock hangs, and by whose calendar a day is a holiday.
public func firstOpen(
  notBefore instant: Instant, window: Window?, zone: Zone, holidays: HolidayCalendar
) -> Instant? {
  if window == nil, holidays.isEmpty { return instant }
  return OpenHours(zone: zone, window: window, isOpenDay: { !holidays.contains($0) }, patienceInDays: 731)
    .forward(from: instant) { Instant(milliseconds: $0.lowerBound) }
}

/// Whether an instant lies inside the window and on no holiday; both judged by the clock of `zone`.
public func isOpen(at instant: Instant, window: Window?, zone: Zone, holidays: HolidayCalendar) -> Bool {
  let civil = zone.civil(at: instant)
  return window?.contains(civil) != false && !holidays.contains(civil.date)
}
