import FlowTime
import Testing

/// Durations, windows and business calendars against a second implementation that knows no rule but the
/// words: it looks at the wall clock every quarter of an hour.
@Suite("Arithmetic against a second implementation", .enabled(if: Oracle.isPresent))
struct ArithmeticOracleTests {
  private static let script = #"""
    random.seed(20260325)
    # Zones whose changes since 1990 fall on quarters of an hour.
    NAMES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
        "America/Sao_Paulo", "Asia/Kathmandu", "UTC", "America/Havana", "Asia/Beirut", "Pacific/Chatham",
        "Antarctica/Troll", "America/Vancouver", "Europe/Dublin"]
    ZONES = {name: ZoneInfo(name) for name in NAMES}
    FROM, TO = 631152000, 1893456000
    CHANGES = {name: [t for t, _, _ in transitions(zone, FROM, TO)] for name, zone in ZONES.items()}
    DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    Q = 900
    def moment(name):
        near = CHANGES[name] and random.random() < 0.8
        base = random.choice(CHANGES[name]) if near else random.randrange(FROM, TO)
        return (base + random.randrange(-4 * 86400, 4 * 86400)) // Q * Q
    def clock(minutes): return "%02d:%02d" % divmod(minutes, 60)
    def window():
        rules, text = [], []
        for _ in range(random.choice([1, 1, 2, 3])):
            a, b = sorted(random.sample(range(0, 1441, 15), 2))
            if random.random() < 0.3: days, words = set(range(7)), "daily"
            else:
                i, j = random.randrange(7), random.randrange(7)
                days, k = {i}, i
                while k != j: k = (k + 1) % 7; days.add(k)
                words = DAYS[i] if i == j else DAYS[i] + "-" + DAYS[j]
            rules.append((days, a, b)); text.append(f"{words} {clock(a)}-{clock(b)}")
        return rules, ", ".join(text)
    def inside(rules, wall):
        minute = wall.hour * 60 + wall.minute
        return any(wall.weekday() in days and a <= minute < b for days, a, b in rules)
    def holidays(around):
        first = date(1970, 1, 1) + timedelta(days=around // 86400 - 6)
        return {first + timedelta(days=random.randrange(20)) for _ in range(random.choice([0, 0, 2, 8]))}
    def shown(days): return ",".join(sorted(map(str, days))) or "-"
    def wall(zone, t): return datetime.fromtimestamp(t, zone)
    def utc(zone, d, seconds): return wall_to_utc(zone, (d - date(1970, 1, 1)).days * 86400 + seconds)
    def of_day(w): return w.hour * 3600 + w.minute * 60 + w.second
    def months_later(d, n):
        year, month = divmod(d.year * 12 + d.month - 1 + n, 12)
        return date(year, month + 1, min(d.day, calendar.monthrange(year, month + 1)[1]))
    out = []
    for _ in range(900):
        name = random.choice(NAMES); zone = ZONES[name]; t = moment(name)
        rules, text = window(); days = holidays(t)
        at = t
        def closed(w): return not inside(rules, w) or w.date() in days
        while at < t + 30 * 86400 and closed(wall(zone, at)): at += Q
        if at < t + 30 * 86400: out.append(f"open|{name}|{t}|{text}|{shown(days)}|{at}")
    for _ in range(500):
        name = random.choice(NAMES); zone = ZONES[name]; t = moment(name)
        other = random.choice(NAMES)
        rules, text = window(); days = holidays(t)
        business = set(random.sample(range(7), random.randrange(3, 8)))
        count, sign = random.randrange(1, 14), random.choice([1, -1])
        rest, at, z = count * 3600, t, ZONES[other]
        while rest > 0 and abs(at - t) < 40 * 86400:
            w = wall(z, at if sign > 0 else at - Q)
            if inside(rules, w) and w.weekday() in business and w.date() not in days: rest -= Q
            at += sign * Q
        if rest == 0:
            b = ", ".join(DAYS[i] for i in sorted(business))
            out.append(f"add|{name}|{t}|{count} business hours|{sign}|{b}|{shown(days)}|{text}|{other}|{at}")
    for _ in range(1500):
        name = random.choice(NAMES); zone = ZONES[name]; t = moment(name)
        w = wall(zone, t); days = holidays(t)
        business = set(random.sample(range(7), random.randrange(1, 8))); sign = random.choice([1, -1])
        b = ", ".join(DAYS[i] for i in sorted(business))
        if random.random() < 0.3:
            count, d = random.randrange(1, 20), w.date()
            left = count
            while left:
                d += timedelta(days=sign)
                if d.weekday() in business and d not in days: left -= 1
            text, at = f"{count} business days", utc(zone, d, of_day(w))
        else:
            m, k, x, h, s = (random.choice([0, 0, random.randrange(1, top)]) for top in (30, 6, 12, 50, 4000))
            parts = [(m, "month"), (k, "week"), (x, "day"), (h, "hour"), (s, "second")]
            text = " ".join(f"{n} {u}" + ("s" if n > 1 else "") for n, u in parts if n)
            if not text: continue
            at = t
            if m or k or x:
                day = months_later(w.date(), sign * m) + timedelta(days=sign * (7 * k + x))
                at = utc(zone, day, of_day(w))
            at += sign * (h * 3600 + s)
        out.append(f"add|{name}|{t}|{text}|{sign}|{b}|{shown(days)}|daily 00:00-24:00|UTC|{at}")
    for _ in range(600):
        name = random.choice(NAMES); zone = ZONES[name]; t = moment(name)
        minutes = random.randrange(0, 1440, 15)
        day = random.choice([None] + DAYS)
        found = []
        for ahead in range(-9, 16):
            d = wall(zone, t).date() + timedelta(days=ahead)
            if day is None or DAYS[d.weekday()] == day: found.append(utc(zone, d, minutes * 60))
        out.append(f"clock|{name}|{t}|{day or '-'}|{clock(minutes)}|{min(x for x in found if x > t)}")
    print("\n".join(out))
    """#

  private let zones = SystemZones(folder: Oracle.folder)

  @Test("Openings, durations and clock times are the same")
  func randomCases() throws {
    var (cases, wrong) = (0, 0)
    for line in try Oracle.run(Self.script) {
      let fields = line.split(separator: "|").map(String.init)
      let expected = Instant(seconds: try #require(fields.last.flatMap { Int64($0) }))
      let found = try answer(to: fields)
      cases += 1
      if found != expected {
        wrong += 1
        if wrong < 20 { Issue.record("\(line) but \(found.map { "\($0.seconds)" } ?? "nil")") }
      }
    }
    #expect(wrong == 0)
    #expect(cases > 3000)
  }

  private func answer(to fields: [String]) throws -> Instant? {
    let zone = try #require(zones.zone(named: fields[1]))
    let start = Instant(seconds: try #require(Int64(fields[2])))
    switch fields[0] {
    case "open":
      let window = try Window.parse(fields[3])
      let first = firstOpen(notBefore: start, window: window, zone: zone, holidays: holidays(fields[4]))
      if let first {
        #expect(isOpen(at: first, window: window, zone: zone, holidays: holidays(fields[4])))
      }
      return first
    case "add":
      let duration = try Duration.parse(fields[3])
      let calendar = BusinessCalendar(
        business: try WeekdaySet.parse(fields[5]), holidays: holidays(fields[6]))
      let other = try #require(zones.zone(named: fields[8]))
      return add(
        duration, sign: fields[4] == "1" ? 1 : -1, to: start, zone: zone, calendar: calendar,
        hours: (try Window.parse(fields[7]), other))
    default:
      let time = try #require(CivilTime.parse(fields[4]))
      return firstClock(after: start, weekday: Weekday(rawValue: fields[3]), time: time, zone: zone)
    }
  }

  private func holidays(_ text: String) -> HolidayCalendar {
    HolidayCalendar(text.split(separator: ",").compactMap { CivilDate(iso: String($0)) })
  }
}
