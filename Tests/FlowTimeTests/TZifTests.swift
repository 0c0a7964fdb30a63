import FlowTime
import Foundation
import Testing

@Suite("Zone files")
struct TZifTests {
  /// A file of version 2 with an empty first block.
  private func file(times: [Int64] = [], indices: [UInt8] = [], offsets: [Int32] = [0], footer: String = "")
    -> [UInt8]
  {
    func big(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
    func header(_ times: Int, _ types: Int) -> [UInt8] {
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        + [0, 0, 0, times, types, 1].flatMap { big(Int32($0)) }
    }
    return header(0, 1) + [0, 0, 0, 0, 0, 0, 0] + header(times.count, offsets.count) + times.flatMap(big)
      + indices
      + offsets.flatMap { big($0) + [0, 0] } + [0] + Array("\n\(footer)\n".utf8)
  }

  @Test(
    "Each kind of rule in the footer",
    arguments: [
      ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01T00:00:00Z", 7200),
      ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600),
      ("<+0330>-3:30", "2026-07-01T00:00:00Z", 12_600),
      ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-03-29T00:59:59Z", -10_800),
      ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-03-29T01:00:00Z", -7200),
      ("IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10_800),
      ("AAA0BBB,J60,J300", "2028-03-01T01:59:59Z", 0), ("AAA0BBB,J60,J300", "2028-03-01T02:00:00Z", 3600),
      ("AAA0BBB,59,300", "2028-02-29T02:00:00Z", 3600), ("AAA0BBB,59,300", "2028-02-29T01:59:59Z", 0),
      // RFC 9636, section 3.3.1: daylight saving all year.
      ("XXX3EDT4,0/0,J365/23", "2026-01-01T02:00:00Z", -14_400),
      ("XXX3EDT4,0/0,J365/23", "2026-12-31T23:59:59Z", -14_400),
      ("XXX3EDT4,0/0,J365/23", "2027-01-01T04:00:00Z", -14_400),
      ("XXX3EDT4,0/0,J365/23", "2200-01-01T04:00:00Z", -14_400),
      // South of the equator the year begins in summer.
      ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", 39_600),
      ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2150-07-01T00:00:00Z", 36_000),
      // Negative saving: Irish winter.
      ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
      ("IST-1GMT0,M10.5.0,M3.5.0/1", "2150-07-01T00:00:00Z", 3600),
    ])
  func footers(rule: String, time: String, offset: Int) throws {
    let zone = try Zone(name: "X", tzif: file(footer: rule))
    #expect(zone.offset(at: try at(time)) == offset)
  }

  @Test(
    "A footer that is no rule is an error",
    arguments: [
      "C-1", "CET", "CET-1CEST", "CET-25", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
      "CET-1CEST,M3.6.0,M10.5.0",
      "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1", "CET-1CEST,366,1", "CET-1CEST,M3.5.0/168,M10.5.0",
      "<CET-1", "CET-1:60",
      "CET-1CEST,M3.5.0,M10.5.0x", "\0\0\0-1", "CET-99999999999999999999",
    ])
  func noFooter(rule: String) {
    #expect(throws: ZoneError.footer) { try Zone(name: "X", tzif: file(footer: rule)) }
  }

  @Test func contradictions() throws {
    #expect(throws: ZoneError.truncated) { try Zone(name: "X", tzif: []) }
    #expect(throws: ZoneError.notTZif) {
      try Zone(name: "X", tzif: Array("TZix2".utf8) + [UInt8](repeating: 0, count: 60))
    }
    #expect(throws: ZoneError.unordered) { try Zone(name: "X", tzif: file(times: [5, 5], indices: [0, 0])) }
    #expect(throws: ZoneError.inconsistent) { try Zone(name: "X", tzif: file(times: [5], indices: [1])) }
    #expect(throws: ZoneError.offsetOutOfRange) { try Zone(name: "X", tzif: file(offsets: [.min])) }
    #expect(throws: ZoneError.truncated) { try Zone(name: "X", tzif: Array(file().dropLast())) }
    let extremes = try Zone(
      name: "X", tzif: file(times: [.min, 0, .max], indices: [0, 1, 0], offsets: [0, 3600]))
    #expect(extremes.offset(at: .distantPast) == 0)
    #expect(extremes.offset(at: .epoch) == 3600)
    #expect(extremes.offset(at: .distantFuture) == 3600)
  }

  @Test("Any bytes give a zone that answers, or an error")
  func fuzz() throws {
    var random = Seeded(state: 9636)
    let names = ["Europe/Berlin", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kathmandu"]
    let samples =
      try names.map { Array(try Data(contentsOf: URL(fileURLWithPath: "\(zones.folder)/\($0)"))) }
      + [file(times: [0], indices: [1], offsets: [0, 3600], footer: "AAA0BBB-1,0/0,J365/167")]
    var read = 0
    for round in 0..<3000 {
      var bytes = samples[round % samples.count]
      for _ in 0...Int.random(in: 0...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: bytes[place] = .random(in: .min ... .max, using: &random)
        case 1: bytes[place] = [0, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
        default: bytes.insert(.random(in: .min ... .max, using: &random), at: place)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      guard let zone = try? Zone(name: "X", tzif: bytes) else { continue }
      read += 1
      for _ in 0..<5 {
        let instant = Instant(
          milliseconds: .random(in: -80_000_000_000_000...280_000_000_000_000, using: &random))
        let civil = zone.civil(at: instant)
        _ = zone.instant(of: civil)
        // West of UTC the first date began before the first instant.
        #expect(civil.date == .earliest || zone.startOfDay(civil.date) <= instant)
      }
      _ = zone.startOfDay(.latest)
      _ = zone.instant(of: CivilDateTime(date: .earliest, time: .midnight))
    }
    #expect(read > 100)
  }
}
