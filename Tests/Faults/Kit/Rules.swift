import FlowCore
import FlowTime

/// When a touch may go out, said a second time: not the engine's own words. Civil time by arithmetic on the zone's
/// offset; days of the week by counting from the first of January 1970, a Thursday.
package struct Rules {
  private static let day: Int64 = 86_400_000

  package static func local(_ instant: Instant, _ zone: Zone) -> Int64 {
    instant.milliseconds + Int64(zone.offset(at: instant)) * 1000
  }

  private static func split(_ local: Int64) -> (day: Int64, time: Int64) {
    let time = ((local % day) + day) % day
    return ((local - time) / day, time)
  }

  /// Whether hours and holidays allow it.
  package static func isOpen(_ instant: Instant, _ zone: Zone, _ window: Window?, _ holidays: HolidayCalendar)
    -> Bool
  {
    let (number, time) = split(local(instant, zone))
    if holidays.contains(CivilDate(dayNumber: Int(number))) { return false }
    guard let window else { return true }
    // Bit 0 is Monday, and day 0 was a Thursday.
    let bit = UInt8(1) << UInt8(((number + 3) % 7 + 7) % 7)
    return window.rules.contains {
      $0.days.rawValue & bit != 0 && Int64($0.start.milliseconds) <= time && time < Int64($0.end.milliseconds)
    }
  }

  /// The first instant that is so long after another; where clocks change in between, the earlier of what it
  /// may be.
  package static func after(_ duration: Duration, _ instant: Instant, _ zone: Zone) -> Instant? {
    guard case .calendar(let months, let days, let elapsed) = duration.kind else { return nil }
    if months == 0, days == 0 { return instant.adding(milliseconds: elapsed) }
    let (number, time) = split(local(instant, zone))
    let date = CivilDate(dayNumber: Int(number)).adding(months: months).adding(days: days)
    let wall = Int64(date.dayNumber) * day + time
    let guesses = [-day, day].map { shift in
      wall - Int64(zone.offset(at: Instant(milliseconds: wall + shift))) * 1000
    }
    return guesses.min().map { Instant(milliseconds: $0 + elapsed) }
  }
}
