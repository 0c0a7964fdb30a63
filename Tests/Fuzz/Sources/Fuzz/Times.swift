import FlowTime
import FuzzKit

/// Durations, instants, windows, dates, calendars, zones.
enum Times {
  static func read(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let zone = Shipped.zones.zone(named: "Europe/Berlin") ?? .utc
    if let duration = try? Duration.parse(text), (try? Duration.parse(duration.description)) != duration {
      Said.broken("the duration \(duration) is not read as it is written")
    }
    let durations = [try? Duration.parse(text), try? Duration.parse(data: text), try? Duration.parse(iso8601: text)]
    for duration in durations.compactMap(\.self) {
      for sign in [1, -1] {
        _ = add(
          duration, sign: sign, to: Samples.start, zone: zone, calendar: BusinessCalendar(), hours: (.always, zone))
      }
    }
    if let window = try? Window.parse(text) {
      _ = firstOpen(notBefore: Samples.start, window: window, zone: zone, holidays: .none)
    }
    // Written to the second.
    if let instant = Instant(rfc3339: text), Instant(rfc3339: instant.rfc3339(in: .utc))?.seconds != instant.seconds {
      Said.broken("the instant \(instant.rfc3339(in: .utc)) is not read as it is written")
    }
    if let date = CivilDate(iso: text), CivilDate(iso: date.description) != date {
      Said.broken("the date \(date) is not read as it is written")
    }
    _ = CivilTime.parse(text)
    _ = CivilDateTime(text: text)
    _ = try? WeekdaySet.parse(text)
    _ = try? ZonedStart.parse(text, zones: Shipped.zones)
    if let calendar = try? HolidayCalendar.parse(icalendar: bytes) {
      _ = BusinessCalendar(holidays: calendar).adding(businessDays: 5, to: CivilDate(dayNumber: 20_000))
    }
  }

  static func readZone(_ bytes: [UInt8]) {
    guard let zone = try? Zone(name: "Fuzz/Zone", tzif: bytes) else { return }
    let moments: [Int64] = [
      -60_000_000_000, -9_000_000_000, -1, 0, 1_000_000_000, 1_774_000_000, 4_000_000_000, 253_000_000_000,
    ]
    for seconds in moments {
      let instant = Instant(seconds: seconds)
      let civil = zone.civil(at: instant)
      _ = (zone.instant(of: civil), zone.startOfDay(civil.date))
      if let next = zone.nextTransition(after: instant), next <= instant {
        Said.broken("the transition after \(seconds) lies at \(next.seconds)")
      }
    }
  }
}
