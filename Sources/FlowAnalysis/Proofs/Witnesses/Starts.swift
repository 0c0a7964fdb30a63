import FlowCore
import FlowTime

/// Instants at which a run is made to start.
struct Starts {
  private let graph: Graph
  /// Times of the day at which something turns: window edges, times that the file names, those from which hours of
  /// the file lead to where a window closes, and a minute before each.
  private let times: [CivilTime]
  /// The years that the file's holidays cover, two at most.
  private let years: ClosedRange<Int>

  init(_ graph: Graph) {
    self.graph = graph
    var minutes: Set<Int> = [0, 12 * 60, 23 * 60 + 59]
    func add(_ time: CivilTime) {
      let minute = Int(time.milliseconds) / 60_000
      minutes.formUnion([minute, minute - 1])
    }
    var windows = [graph.policy.window].compactMap(\.self)
    for node in graph.nodes { if case .own(let window) = node.window { windows.append(window) } }
    for rule in windows.flatMap(\.rules) {
      add(rule.start)
      add(rule.end)
    }
    for moment in graph.moments {
      if case .clock(_, let time) = moment.base { add(time) }
      if let time = moment.time { add(time) }
      if case .calendar(0, _, let elapsed)? = moment.shift?.duration.kind, elapsed > 0 {
        let before = Int(elapsed / 60_000) % 1440
        for rule in windows.flatMap(\.rules) {
          let start = (Int(rule.end.milliseconds) / 60_000 - before + 1440) % 1440
          minutes.formUnion([start, (start + 1439) % 1440])
        }
      }
      guard case .businessHours(let hours)? = moment.shift?.duration.kind else { continue }
      for rule in graph.policy.window?.rules ?? [] {
        let (open, close) = (Int(rule.start.milliseconds) / 60_000, Int(rule.end.milliseconds) / 60_000)
        guard open < close else { continue }
        let start = close - hours * 60 % (close - open)
        minutes.formUnion([start, start - 1])
      }
    }
    times = minutes.filter { (0..<1440).contains($0) }.sorted().map {
      CivilTime(milliseconds: Int32($0 * 60_000))
    }
    let dates = graph.policy.holidays.dates
    let last = max(2026, dates.last?.year ?? 2026)
    years = min(max(2026, last - 1), max(2026, dates.first?.year ?? 2026))...last
  }

  /// An ordinary Monday morning, Friday afternoon, Saturday and night, and the days before the clocks change.
  func usual(in zone: Zone) -> [Instant] {
    var all = [(1, 600), (5, 16 * 60), (6, 660), (3, 1380)].compactMap { day, minute in
      instant(CivilDate(year: years.lowerBound, month: 6, day: day), minute, zone)
    }
    for change in changes(in: zone).prefix(2) {
      all += [instant(change.adding(days: -1), 660, zone)].compactMap(\.self)
    }
    return all
  }

  /// Two ordinary weeks, and the dates from which a run of so many days meets a change of the clocks, a
  /// holiday or the end of a month, at noon and at night.
  func dates(lasting days: Int, in zone: Zone) -> [Instant] {
    guard let first = CivilDate(year: years.lowerBound, month: 1, day: 1),
      let june = CivilDate(year: years.lowerBound, month: 6, day: 1)
    else { return [] }
    let ends = (1...12).compactMap { CivilDate(year: years.lowerBound, month: $0, day: 1)?.adding(days: -1) }
    let holidays = graph.policy.holidays.dates.filter { years.contains($0.year) }
    var all = Set((0..<14).map { june.adding(days: $0) })
    for special in changes(in: zone) + holidays + (usesMonths ? ends : []) {
      all.formUnion((-min(max(days, 3), 60) - 3...1).map { special.adding(days: $0) })
    }
    return all.filter { $0 >= first }.sorted().flatMap { date in
      [43_200_000, 86_340_000].map {
        zone.instant(of: CivilDateTime(date: date, time: CivilTime(milliseconds: $0)))
      }
    }
  }

  /// Every critical time of the dates around an instant.
  func near(_ instant: Instant, in zone: Zone) -> [Instant] {
    let date = zone.civil(at: instant).date
    return (-1...1).flatMap { day in
      times.map { zone.instant(of: CivilDateTime(date: date.adding(days: day), time: $0)) }
    }
  }

  /// Starts at a wall time that is missing up to so many days later, where the clocks go forward: what is due then
  /// comes later by the gap, and pushes on what counts from it.
  func beforeMissing(lasting days: Int, in zone: Zone) -> [Instant] {
    guard let missing = missing(in: zone) else { return [] }
    return (1...min(max(days, 1), 60)).map {
      zone.instant(of: CivilDateTime(date: missing.date.adding(days: -$0), time: missing.time))
    }
  }

  /// The middle of the first stretch that the clocks leave out.
  func missing(in zone: Zone) -> CivilDateTime? {
    guard var instant = instant(CivilDate(year: years.lowerBound, month: 1, day: 1), 0, zone) else { return nil }
    for _ in 0..<4 {
      guard let next = zone.nextTransition(after: instant) else { return nil }
      let jump = zone.offset(at: next) - zone.offset(at: next.adding(milliseconds: -1))
      if jump > 0 {
        let later = zone.civil(at: next)
        let time = max(0, Int(later.time.milliseconds) - jump * 500)
        return CivilDateTime(date: later.date, time: CivilTime(milliseconds: Int32(time)))
      }
      instant = next
    }
    return nil
  }

  /// Some duration of the file is of months.
  private var usesMonths: Bool {
    let loops = graph.nodes.compactMap { node -> Duration? in
      if case .loop(let loop) = node.action { loop.every } else { nil }
    }
    return (graph.moments.compactMap(\.shift?.duration) + loops).contains { duration in
      if case .calendar(let months, _, _) = duration.kind { months > 0 } else { false }
    }
  }

  private func changes(in zone: Zone) -> [CivilDate] {
    guard var instant = instant(CivilDate(year: years.lowerBound, month: 1, day: 1), 0, zone) else {
      return []
    }
    var found: [CivilDate] = []
    while found.count < 4, let next = zone.nextTransition(after: instant) {
      found.append(zone.civil(at: next).date)
      instant = next
    }
    return found
  }

  private func instant(_ date: CivilDate?, _ minute: Int, _ zone: Zone) -> Instant? {
    date.map {
      zone.instant(of: CivilDateTime(date: $0, time: CivilTime(milliseconds: Int32(minute * 60_000))))
    }
  }
}
