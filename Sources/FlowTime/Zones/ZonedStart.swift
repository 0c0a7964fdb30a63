/// How a start is written for the commands and in scenarios: `2026-03-25 16:40 Europe/Berlin`, or RFC 3339.
public enum ZonedStart {
  /// The instant, and the zone where one is written. A wall time that is missing moves forward by the gap;
  /// one that exists twice is the earlier.
  /// - Throws: which part is wrong.
  public static func parse(
    _ text: String, zones: any ZoneSource
  ) throws(ZonedStartError) -> (instant: Instant, zone: Zone?) {
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    guard let first = parts.first else { throw .form(text) }
    if parts.count == 1, let instant = Instant(rfc3339: first) { return (instant, nil) }
    guard let date = CivilDate(iso: first) else {
      throw parts.count == 1 ? .form(text) : .date(first)
    }
    guard parts.count > 1 else { throw .missingTime }
    guard let time = CivilTime.parse(parts[1]) else { throw .time(parts[1]) }
    guard parts.count > 2 else { throw .missingZone }
    guard parts.count == 3 else { throw .form(text) }
    guard let zone = zones.zone(named: parts[2]) else { throw .zone(parts[2]) }
    return (zone.instant(of: CivilDateTime(date: date, time: time)), zone)
  }
}

/// Which part of a start is wrong, with what stands there.
public enum ZonedStartError: Error, Hashable, Sendable {
  case form(String)
  case date(String)
  case time(String)
  case zone(String)
  case missingTime
  case missingZone
}

extension ZonedStartError: CustomStringConvertible {
  public var description: String {
    let example = "write it like \"2026-03-25 16:40 Europe/Berlin\" or \"2026-03-25T16:40:00+01:00\""
    return switch self {
    case .form(let text): "\"\(text)\" is no start: \(example)"
    case .date(let text): "\"\(text)\" is no date: \(example)"
    case .time(let text): "\"\(text)\" is no time of the day from 00:00 to 23:59: \(example)"
    case .zone(let text): "\"\(text)\" is no time zone that this system knows"
    case .missingTime: "the time of the day is missing: \(example)"
    case .missingZone: "the time zone is missing: \(example)"
    }
  }
}
