import FlowCore
import FlowTime

/// When the first touch goes out at the latest, hour by hour of every date of the file's calendar: holidays
/// and windows as they really fall, where the walk knows only how long they can last. In a run into which
/// nothing comes every step is the later the later the one before it was, so the latest instant is all that
/// has to be carried on.
struct LatestTouch {
  /// The latest instant, on the wall clock, in milliseconds: so long after the start, or a fixed one,
  /// whichever is later.
  struct Late {
    var sinceStart: Int64?
    var fixed: Int64?
    /// `sinceStart` is a wait for dates of the calendar from the very start: where the start's time of day is missing,
    /// it ends as late as a limit of as many dates does.
    var isOneWait = false
  }

  private struct GivesUp: Error {}

  private let ground: Ground
  private let graph: Graph
  private let limit: FlowTime.Duration
  /// The hour in which the run starts, its last millisecond, and its date.
  private var first: Int64 = 0
  private var last: Int64 = 0
  private var day = 0
  private var visits = 0
  private var isFar = false

  private static let hour: Int64 = 3_600_000
  /// So many days are looked at for what makes one start like another.
  private static let horizon = 28

  init(_ ground: Ground, limit: FlowTime.Duration) {
    self.ground = ground
    graph = ground.graph
    self.limit = limit
  }

  /// Whether it goes out within the limit, or the run has ended by then, whenever the run starts.
  mutating func isInTime() -> Bool {
    guard limit.isWholeBusinessDays || !limit.isBusiness || ground.isOneZone && graph.policy.window != nil
    else { return false }
    let dates = ground.stretches.dates
    // Once only where nothing goes on for longer than is compared; then every date on its own.
    let starts = dates.lowerBound + 330...dates.upperBound - 330
    var seen: Set<[Bool]> = []
    for day in starts where seen.insert(likeness(of: day)).inserted {
      for hour in 0..<24 where !isInTime(day, hour) { return false }
    }
    guard isFar else { return true }
    for day in starts { for hour in 0..<24 where !isInTime(day, hour) { return false } }
    return true
  }

  private func likeness(of day: Int) -> [Bool] {
    let date = CivilDate(dayNumber: day)
    let weekday = Weekday.allCases.map { $0 == date.weekday }
    return weekday + (-1...Self.horizon).map { graph.policy.holidays.contains(date.adding(days: $0)) }
  }

  private mutating func isInTime(_ day: Int, _ hour: Int) -> Bool {
    self.day = day
    first = Int64(day) * Distance.day + Int64(hour) * Self.hour
    last = first + Self.hour - 1
    visits = 0
    do {
      return try go(graph.entry, Late(sinceStart: 0, fixed: nil), [:])
    } catch {
      return false
    }
  }

  // MARK: Steps

  private typealias Passed = [NodeIndex: Late]

  private mutating func go(_ target: Target, _ late: Late, _ passed: Passed) throws -> Bool {
    switch target {
    case .node(let node): return try come(to: node, late, passed)
    case .end: return try isWithin(late)
    case .hold, .resume: throw GivesUp()
    }
  }

  private mutating func come(to node: NodeIndex, _ late: Late, _ passed: Passed) throws -> Bool {
    visits += 1
    guard visits < 400 else { throw GivesUp() }
    let step = graph.nodes[node]
    var late = late
    if let due = step.due { late = later(late, try resolve(due, late, passed)) }
    var passed = passed
    passed[node] = late
    if step.condition != nil, try !go(step.next, late, passed) { return false }
    if step.window != .any {
      if step.closed == .skip, try !go(step.next, late, passed) { return false }
      if case .end(let outcome) = step.closed, try !go(.end(outcome), late, passed) { return false }
      if step.closed == .defer { late = try open(late, step) }
      passed[node] = late
    }
    guard step.isTouch else { return try act(step, late, passed) }
    if let elsewhere = leftOut(step), try !go(elsewhere, late, passed) { return false }
    return try isWithin(late)
  }

  /// Where the run goes on without the touch, if it waits for an outcome until an instant from data that has passed.
  private func leftOut(_ step: Node) -> Target? {
    guard case .channel(let action) = step.action, action.until?.isData == true else { return nil }
    return switch step.ifPast {
    case .skip: step.next
    case .target(let target): target
    case .now, nil: nil
    }
  }

  private mutating func act(_ step: Node, _ late: Late, _ passed: Passed) throws -> Bool {
    switch step.action {
    case .channel(let action):
      guard let until = action.until else { return try go(step.next, late, passed) }
      if try !go(step.next, late, passed) { return false }
      return try timeOut(action.cases, step, later(late, try resolve(until, late, passed)), passed)
    case .wait(let until): return try go(step.next, later(late, try resolve(until, late, passed)), passed)
    case .await(let awaited):
      return try timeOut(awaited.cases, step, later(late, try resolve(awaited.until, late, passed)), passed)
    case .choose(let branches, let otherwise):
      for target in branches.map(\.target) + [otherwise ?? step.next] where try !go(target, late, passed) {
        return false
      }
      return true
    case .split(let split):
      for arm in split.arms where try !go(arm.target, late, passed) { return false }
      return true
    case .emit(let event, _) where ground.hears(event): throw GivesUp()
    case .set, .emit, .enroll: return try go(step.next, late, passed)
    case .escalate(let escalation):
      guard let each = escalation.each else { return try go(step.next, late, passed) }
      var late = late
      for person in escalation.to {
        if case .list = person.type.present { throw GivesUp() }
        late = try add(each, to: late)
      }
      return try timeOut(escalation.cases, step, late, passed)
    case .go(let target): return try go(target, late, passed)
    case .end(let outcome): return try go(.end(outcome), late, passed)
    case .loop, .suppress, .hold: throw GivesUp()
    }
  }

  private mutating func timeOut(_ cases: [Case], _ step: Node, _ late: Late, _ passed: Passed) throws -> Bool {
    try go(cases.first { $0.key == "timeout" }?.target ?? step.next, late, passed)
  }

  // MARK: Instants

  private static func date(_ wall: Int64) -> Int64 {
    wall >= 0 ? wall / Distance.day : (wall + 1) / Distance.day - 1
  }

  private func latest(_ late: Late) -> Int64 {
    max(late.sinceStart.map { last + $0 } ?? .min, late.fixed ?? .min)
  }

  private func later(_ one: Late, _ other: Late) -> Late {
    let since = [one.sinceStart, other.sinceStart].compactMap { $0 }.max()
    return Late(
      sinceStart: since, fixed: [one.fixed, other.fixed].compactMap { $0 }.max(),
      isOneWait: [one, other].allSatisfy { $0.sinceStart != since || $0.isOneWait })
  }

  private mutating func resolve(_ moment: Moment, _ now: Late, _ passed: Passed) throws -> Late {
    var base: Late
    switch moment.base {
    case .arrival: base = now
    case .day(let number): base = Late(sinceStart: Int64(number) * Distance.day, fixed: nil)
    case .clock(let weekday, let time):
      base = Late(
        sinceStart: nil,
        fixed: firstClock(after: Instant(milliseconds: latest(now)), weekday: weekday, time: time, zone: .utc)
          .milliseconds)
    case .returnDate: throw GivesUp()
    case .expression(let expression):
      switch expression.reading?.name {
      case .runStarted?: base = Late(sinceStart: 0, fixed: nil)
      case .step(let node)?:
        guard let known = passed[node] else { throw GivesUp() }
        base = known
      default: throw GivesUp()
      }
    }
    if let shift = moment.shift {
      guard shift.sign > 0 else { throw GivesUp() }
      base = try add(shift.duration, to: base)
    }
    guard let time = moment.time else { return base }
    let date = Self.date(latest(base))
    return Late(sinceStart: nil, fixed: date * Distance.day + Int64(time.milliseconds) + wall(time))
  }

  /// A wall time that may be missing on its day moves on by the gap.
  private func wall(_ time: CivilTime) -> Int64 { Stretches.isSteady(time) ? 0 : ground.jump }

  private mutating func add(_ duration: FlowTime.Duration, to late: Late) throws -> Late {
    guard !duration.isZero else { return late }
    let fixed = try late.fixed.map { try moved(duration, $0) }
    guard let since = late.sinceStart else { return Late(sinceStart: nil, fixed: fixed) }
    // From one date to another by so many days, whatever the time of day; else what the latest start gives.
    let isOneWait = since == 0 && late.fixed == nil && duration.isWholeDays
    if case .calendar(0, let days, let milliseconds) = duration.kind {
      let jump = milliseconds > 0 ? ground.jump : 0
      return Late(
        sinceStart: since + Int64(days) * Distance.day + milliseconds + jump, fixed: fixed, isOneWait: isOneWait)
    }
    if since % Distance.day == 0, duration.isWholeDays {
      let days = try moved(duration, first + since) - first
      return Late(sinceStart: days, fixed: fixed, isOneWait: isOneWait)
    }
    return Late(sinceStart: nil, fixed: max(fixed ?? .min, try moved(duration, last + since)))
  }

  private mutating func moved(_ duration: FlowTime.Duration, _ wall: Int64) throws -> Int64 {
    // An hour of the window that is missing may put the rest off by days.
    if duration.isBusinessHours, !ground.isOneZone || ground.jump > 0 && !Stretches.isSteady(graph.policy.window) {
      throw GivesUp()
    }
    let hours = graph.policy.window.map { ($0, Zone.utc) }
    guard
      let instant = FlowTime.add(
        duration, to: Instant(milliseconds: wall), zone: .utc, calendar: graph.policy.calendar, hours: hours)
    else { throw GivesUp() }
    note(instant.milliseconds)
    guard case .calendar(_, _, let elapsed) = duration.kind else {
      // Hours of a window at night may be missing; a day's wall time too.
      return instant.milliseconds
        + (duration.isWholeBusinessDays || Stretches.isSteady(graph.policy.window) ? 0 : ground.jump)
    }
    return instant.milliseconds + (elapsed > 0 ? ground.jump : 0)
  }

  private mutating func open(_ late: Late, _ step: Node) throws -> Late {
    let window: Window?
    switch step.window {
    case .any: return late
    case .policy: window = graph.policy.window
    case .own(let own): window = own
    }
    func firstOpening(_ wall: Int64) throws -> Int64 {
      var latest = Int64.min
      for ahead in clocks(at: wall, window) {
        guard
          let open = firstOpen(
            notBefore: Instant(milliseconds: wall + ahead), window: window, zone: .utc, holidays: graph.policy.holidays)
        else { throw GivesUp() }
        guard open.milliseconds > wall + ahead else {
          latest = max(latest, wall)
          continue
        }
        // Clocks of two zones are changed on days of their own: by the opening the one may hang otherwise before the
        // other, but no further off than it ever does.
        let least = ground.isOneZone ? 0 : max(ground.ahead.lowerBound, ahead - ground.jump)
        latest = max(latest, ground.stretches.missed(open, window).milliseconds - least)
      }
      return latest
    }
    // An opening at night may be missing.
    let jump = window == nil || Stretches.isSteady(window) ? 0 : ground.jump
    var fixed = try late.fixed.map { try firstOpening($0) + jump }
    var since = late.sinceStart
    if let length = since {
      let latest = try firstOpening(last + length)
      note(latest)
      if latest != last + length {
        // Out of the window at the end of the hour: whatever of it lies inside goes out before it opens
        // again.
        fixed = max(fixed ?? .min, latest + jump)
        since = nil
      } else if try firstOpening(first + length) != first + length {
        fixed = max(fixed ?? .min, latest + jump)
        since = nil
      }
    }
    if let fixed { note(fixed) }
    return Late(sinceStart: since, fixed: fixed, isOneWait: late.isOneWait)
  }

  /// How far the contact's clock hangs before the run's where a window opens last: as little as may be, or so that it
  /// has just closed.
  private func clocks(at wall: Int64, _ window: Window?) -> [Int64] {
    guard !ground.isOneZone else { return [0] }
    var all = [ground.ahead.lowerBound]
    let edges = Set((window.map(ground.stretches.edges) ?? []) + [0])
    for date in Self.date(wall + ground.ahead.lowerBound)...Self.date(wall + ground.ahead.upperBound) {
      all += edges.map { date * Distance.day + $0 - wall }.filter(ground.ahead.contains)
    }
    return all
  }

  private mutating func note(_ wall: Int64) {
    if wall > first + Int64(Self.horizon - 1) * Distance.day { isFar = true }
  }

  // MARK: The limit

  private mutating func isWithin(_ late: Late) throws -> Bool {
    // Where the start's time of day is missing later, what goes by it may be so much later.
    let time = CivilTime(milliseconds: Int32(first - Int64(day) * Distance.day))
    let jump = Stretches.isSteady(time) ? 0 : ground.jump
    var allowed = Late()
    if case .calendar(_, _, let elapsed) = limit.kind, elapsed > 0 {
      allowed.fixed = try moved(limit, first) - 2 * ground.jump
    } else {
      allowed.fixed = try moved(limit, first)
      if limit.isWholeDays { allowed.sinceStart = (allowed.fixed ?? 0) - first }
    }
    guard let latestAllowed = allowed.fixed else { return false }
    if let fixed = late.fixed, fixed > latestAllowed { return false }
    guard let since = late.sinceStart else { return true }
    if let days = allowed.sinceStart { return since + (late.isOneWait ? 0 : jump) <= days }
    return last + since + jump <= latestAllowed
  }
}

extension FlowTime.Duration {
  fileprivate var isWholeBusinessDays: Bool { if case .businessDays = kind { true } else { false } }
  fileprivate var isBusinessHours: Bool { if case .businessHours = kind { true } else { false } }
  /// It moves the date and leaves the time of day.
  fileprivate var isWholeDays: Bool {
    switch kind {
    case .calendar(_, _, let elapsed): elapsed == 0
    case .businessDays: true
    case .businessHours: false
    }
  }
}
