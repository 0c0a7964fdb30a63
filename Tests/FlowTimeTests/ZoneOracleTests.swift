import FlowTime
import Testing

/// Every zone of the system and every change of its offset from 1970 to 2040, against Python's zoneinfo.
@Suite("Zones against Python's zoneinfo", .enabled(if: Oracle.isPresent))
struct ZoneOracleTests {
  private static let script = #"""
    import hashlib
    groups = {}
    for name in sorted(zoneinfo.available_timezones()):
        if name in ("localtime", "Factory", "posixrules"): continue
        with open(os.path.join(FOLDER, name), "rb") as file: digest = hashlib.sha256(file.read()).digest()
        groups.setdefault(digest, []).append(name)
    FROM, TO, FAR = 0, 2208988800, 13569465600
    random.seed(1)
    out = []
    def first_of_day(zone, day, around):
        # By the definition: minute by minute, the first instant with that date.
        t = (around - 2 * 86400) // 60 * 60
        while datetime.fromtimestamp(t, zone).date() < day: t += 60
        return t
    for names in groups.values():
        zone = ZoneInfo(names[0])
        out.append("Z " + " ".join(names))
        for at, before, after in transitions(zone, FROM, TO):
            out.append(f"T {at} {before} {after}")
            for t in (at - 1, at, at + 1): out.append(f"O {t} {offset(zone, t)}")
            low, high = at + min(before, after), at + max(before, after)
            for wall in (low - 1, low, low + 1, (low + high) // 2, high - 1, high, high + 1):
                out.append(f"L {wall} {wall_to_utc(zone, wall)}")
            # A midnight between the two walls, or at one of them.
            if at % 60 == 0 and before % 60 == 0 and after % 60 == 0 and low // 86400 != (high + 60) // 86400:
                day = (EPOCH + timedelta(seconds=high + 60)).date()
                first = first_of_day(zone, day, at)
                out.append(f"D {(day - date(1970, 1, 1)).days} {first}")
        for _ in range(30):
            t = random.randrange(TO, FAR)
            out.append(f"O {t} {offset(zone, t)}")
            out.append(f"L {t} {wall_to_utc(zone, t)}")
    print("\n".join(out))
    """#

  @Test("Offsets, wall times and beginnings of days are the same")
  func everyTransition() throws {
    let zones = SystemZones(folder: Oracle.folder)
    var group: [Zone] = []
    var (transitions, wrong) = (0, 0)
    var (seen, days) = (0, 0)
    for line in try Oracle.run(Self.script) {
      let kind = line.utf8.first ?? 0
      if kind == UInt8(ascii: "Z") {
        let names = line.split(separator: " ").dropFirst().map(String.init)
        group = names.compactMap { zones.zone(named: $0) }
        #expect(group.count == names.count, "one of \(names) cannot be read")
        seen += names.count
        continue
      }
      let numbers = Self.numbers(line)
      for zone in group where !Self.agrees(zone, kind, numbers) {
        wrong += 1
        if wrong < 20 { Issue.record("\(zone): \(line)") }
      }
      if kind == UInt8(ascii: "T") { transitions += 1 }
      if kind == UInt8(ascii: "D") { days += 1 }
    }
    #expect(wrong == 0)
    #expect(seen > 400)
    #expect(transitions > 10_000)
    #expect(days > 100)
  }

  private static func agrees(_ zone: Zone, _ kind: UInt8, _ numbers: [Int64]) -> Bool {
    switch kind {
    case UInt8(ascii: "T"):
      let before = Instant(seconds: numbers[0]).adding(milliseconds: -1)
      return Int64(zone.offset(at: before)) == numbers[1]
        && zone.nextTransition(after: before) == Instant(seconds: numbers[0])
    case UInt8(ascii: "O"):
      return Int64(zone.offset(at: Instant(seconds: numbers[0]))) == numbers[1]
    case UInt8(ascii: "L"):
      let day = numbers[0] / 86_400 - (numbers[0] % 86_400 < 0 ? 1 : 0)
      let civil = CivilDateTime(
        date: CivilDate(dayNumber: Int(day)),
        time: CivilTime(milliseconds: Int32((numbers[0] - day * 86_400) * 1000)))
      return zone.instant(of: civil) == Instant(seconds: numbers[1])
    case UInt8(ascii: "D"):
      return zone.startOfDay(CivilDate(dayNumber: Int(numbers[0]))) == Instant(seconds: numbers[1])
    default:
      return false
    }
  }

  private static func numbers(_ line: Substring) -> [Int64] {
    line.split(separator: " ").dropFirst().compactMap { Int64($0) }
  }
}
