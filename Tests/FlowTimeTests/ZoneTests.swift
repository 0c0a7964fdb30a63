import FlowTime
import Foundation
import Testing

@Suite("Zones")
struct ZoneTests {
  @Test(
    "A wall time that is missing moves forward by the gap, a repeated one is the earlier",
    arguments: [
      ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T03:30:00+02:00"),
      ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29T03:00:00+02:00"),
      ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00"),
      ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25T03:00:00+01:00"),
      ("America/New_York", "2026-03-08 02:15", "2026-03-08T03:15:00-04:00"),
      ("America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00"),
      ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04T02:45:00+11:00"),
      ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-05T01:45:00+11:00"),
      ("Pacific/Apia", "2011-12-30 12:00", "2011-12-31T12:00:00+14:00"),
      ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04T01:00:00-02:00"),
      ("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22T03:30:00+01:00"),
      ("Europe/Berlin", "2150-07-01 12:00", "2150-07-01T12:00:00+02:00"),
    ])
  func wallTimes(name: String, civil: String, expected: String) throws {
    let zone = try zone(name)
    #expect(zone.instant(of: try wall(civil)).rfc3339(in: zone) == expected)
  }

  @Test(
    "A date's first instant",
    arguments: [
      ("America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"),
      ("Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00"),
      ("Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"),
      // The clock went back from 00:01 to 23:01 the day before: the date began, was left, and began again.
      ("America/St_Johns", "2010-11-07", "2010-11-07T00:00:00-02:30"),
      ("America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"),
      ("UTC", "2026-01-01", "2026-01-01T00:00:00+00:00"),
    ])
  func startOfDay(name: String, day: String, expected: String) throws {
    let zone = try zone(name)
    #expect(zone.startOfDay(try date(day)).rfc3339(in: zone) == expected)
  }

  @Test func nextChange() throws {
    let berlin = try zone("Europe/Berlin")
    #expect(berlin.nextTransition(after: try at("2026-01-01T00:00:00Z")) == (try at("2026-03-29T01:00:00Z")))
    #expect(berlin.nextTransition(after: try at("2026-03-29T01:00:00Z")) == (try at("2026-10-25T01:00:00Z")))
    #expect(Zone.utc.nextTransition(after: .epoch) == nil)
  }

  @Test(
    "RFC 3339",
    arguments: [
      ("2026-03-25T16:40:00+01:00", "2026-03-25T15:40:00+00:00"),
      ("2026-03-25T16:40:00Z", "2026-03-25T16:40:00+00:00"),
      ("2026-03-25t16:40:00.999z", "2026-03-25T16:40:00+00:00"),
      ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59+00:00"),
      ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00+00:00"),
      ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00+00:00"),
      ("2026-03-25T16:40:00-00:00", "2026-03-25T16:40:00+00:00"),
      ("2026-03-25T16:40:00+23:59", "2026-03-24T16:41:00+00:00"),
      ("1990-12-31T12:59:60Z", nil), ("2026-03-25T16:40:61Z", nil), ("2026-03-25T24:00:00Z", nil),
      ("2026-03-25T16:40Z", nil),
      ("2026-03-25 16:40:00Z", nil), ("2026-03-25T16:40:00", nil), ("2026-03-25T16:40:00.Z", nil),
      ("2026-02-30T16:40:00Z", nil),
      ("2026-03-25T16:40:00+1:00", nil), ("2026-03-25T16:40:00+24:00", nil),
      ("2026-03-25T16:40:00+0100", nil),
      ("2026-03-25T16:40:00Z\n", nil), ("", nil), ("2026-03-25T16:40:00Zé", nil),
    ] as [(String, String?)])
  func rfc3339(text: String, expected: String?) {
    #expect(Instant(rfc3339: text)?.rfc3339(in: .utc) == expected)
  }

  @Test func fractions() throws {
    #expect(try at("1970-01-01T00:00:00.1Z").milliseconds == 100)
    #expect(try at("1970-01-01T00:00:00.123987654321Z").milliseconds == 123)
    #expect(Instant.distantFuture.rfc3339(in: .utc) == "9999-12-31T23:59:59+00:00")
    #expect(Instant.distantPast.rfc3339(in: .utc) == "0001-01-01T00:00:00+00:00")
    // Local mean time, +00:53:28, is cut to the minute, and the wall with it.
    #expect(try at("1850-01-01T00:00:00Z").rfc3339(in: zone("Europe/Berlin")) == "1850-01-01T00:53:00+00:53")
    let limits = [Instant.distantPast, .distantFuture].map {
      $0.rfc3339(in: Zone.fixed(seconds: 3600) ?? .utc)
    }
    #expect(limits == ["0001-01-01T01:00:00+01:00", "9999-12-31T23:59:59+01:00"])
  }

  @Test func starts() throws {
    let start = try ZonedStart.parse("2026-03-25 16:40 Europe/Berlin", zones: zones)
    #expect(start.instant == (try at("2026-03-25T15:40:00Z")))
    #expect(start.zone?.name == "Europe/Berlin")
    let plain = try ZonedStart.parse("2026-03-25T16:40:00+01:00", zones: zones)
    #expect(plain.instant == (try at("2026-03-25T15:40:00Z")))
    #expect(plain.zone == nil)
  }

  @Test(
    "A start that is none says which part is wrong",
    arguments: [
      ("2026-02-30 16:40 Europe/Berlin", .date("2026-02-30")),
      ("2026-03-25 25:00 Europe/Berlin", .time("25:00")),
      ("2026-03-25 16:40 Europe/Berlni", .zone("Europe/Berlni")), ("2026-03-25 16:40", .missingZone),
      ("2026-03-25", .missingTime), ("tomorrow", .form("tomorrow")), ("", .form("")),
      ("2026-03-25 16:40 Europe/Berlin x", .form("2026-03-25 16:40 Europe/Berlin x")),
      ("2026-03-25 16:40 ../../etc/passwd", .zone("../../etc/passwd")),
    ] as [(String, ZonedStartError)])
  func noStart(text: String, error: ZonedStartError) {
    #expect(throws: error) { _ = try ZonedStart.parse(text, zones: zones) }
  }

  @Test(
    "Names that lead elsewhere are refused",
    arguments: [
      "../zoneinfo/UTC", "/etc/localtime", "", ".", "Europe", "Europe/", "Europe//Berlin", "europe/berlin\0",
      "tzdata.zi",
      "right/UTC", "posix/UTC", "localtime", "Europe/Berlin\n", "Europe/../UTC", "zone.tab",
    ])
  func noName(name: String) {
    #expect(zones.zone(named: name) == nil)
  }

  @Test func source() {
    #expect(zones.names.contains("Europe/Berlin"))
    #expect(zones.names == zones.names.sorted())
    #expect(zones.version.utf8.count == 5, "\(zones.version)")
    #expect(SystemZones(folder: "/nonexistent").names.isEmpty)
    #expect(SystemZones(folder: "/nonexistent").version == "unknown")
    #expect(zones.names.allSatisfy { zones.zone(named: $0) != nil })
    let fixed = FixedZones([], version: "test")
    #expect(fixed.names == ["UTC"])
    #expect(fixed.zone(named: "UTC") == .utc)
  }
}
