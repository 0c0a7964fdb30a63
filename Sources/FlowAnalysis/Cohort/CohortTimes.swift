import FlowCore
import FlowTime

/// When and whether, for the compiled walker. Contacts share their calendar: what has been found out once for a minute
/// is kept.
struct CohortTimes {
  enum Truth: UInt8 { case no, yes, failed }

  private let program: CohortProgram
  private let plan: CohortPlan
  private let zone: Zone
  private let calendar: BusinessCalendar
  private let hours: (window: Window, zone: Zone)?
  private let clocks: [CohortProgram.Clock]
  /// Of each moment, whether it comes from data.
  let isData: [Bool]
  /// Something fell between two minutes.
  private(set) var isRagged = false
  /// By moment, then by minute or day.
  private var resolved: MinuteMemos
  private var added: MinuteMemos
  private var opened: MinuteMemos
  private var held: [[UInt8]]

  private static var none: Int32 { CompiledWalker.none }

  init(_ program: CohortProgram) {
    self.program = program
    plan = program.plan
    zone = plan.zone
    calendar = plan.graph.policy.calendar
    hours = program.plan.graph.policy.window.map { ($0, program.plan.contactZone) }
    clocks = program.whens.map(\.clock)
    isData = program.whens.map(\.moment.isData)
    resolved = MinuteMemos(program.whens.count)
    added = MinuteMemos(program.durations.count)
    opened = MinuteMemos(program.windows.count)
    held = Array(repeating: [], count: program.conditions.count)
  }

  // MARK: Instants

  /// `none` where it is unknown.
  mutating func resolve(_ index: Int16, _ state: inout CompiledWalker.State, _ now: Int32) -> Int32 {
    let index = Int(index)
    let key: Int32
    switch clocks[index] {
    case .arrival: key = now
    case .start:
      if state.held > 0, program.whens[index].days != nil {
        return resolve(program.whens[index].moment, &state, arrived: now)
      }
      key = state.started
    case .data: key = Int32(state.day)
    case .state: return resolve(program.whens[index].moment, &state, arrived: now)
    }
    if let known = resolved.value(of: index, at: key) { return known }
    let value = resolve(program.whens[index].moment, &state, arrived: now)
    resolved.keep(value, of: index, at: key)
    return value
  }

  mutating func after(_ index: Int16, _ minute: Int32) -> Int32 {
    let index = Int(index)
    if let known = added.value(of: index, at: minute) { return known }
    let value = after(program.durations[index], minute)
    added.keep(value, of: index, at: minute)
    return value
  }

  mutating func open(_ index: Int16, _ minute: Int32) -> Int32 {
    let index = Int(index)
    if let known = opened.value(of: index, at: minute) { return known }
    let hours = program.windows[index]
    let open = firstOpen(
      notBefore: plan.instant(minute), window: hours.window, zone: plan.contactZone, holidays: hours.holidays)
    let value = open.map { self.minute($0) } ?? Self.none
    opened.keep(value, of: index, at: minute)
    return value
  }

  private mutating func minute(_ instant: Instant) -> Int32 {
    let milliseconds = instant.milliseconds(since: plan.cohort.start)
    if milliseconds % 60_000 != 0 { isRagged = true }
    // Not what stands for none.
    return max(plan.minute(notBefore: instant), -.max)
  }

  mutating func after(_ duration: Duration, _ minute: Int32) -> Int32 {
    after(duration, from: plan.instant(minute)).map { self.minute($0) } ?? Self.none
  }

  private func after(_ duration: Duration, sign: Int = 1, from instant: Instant) -> Instant? {
    add(duration, sign: sign, to: instant, zone: zone, calendar: calendar, hours: hours)
  }

  mutating func resolve(_ moment: Moment, _ state: inout CompiledWalker.State, arrived: Int32) -> Int32 {
    instant(moment, state, plan.instant(arrived)).map { minute($0) } ?? Self.none
  }

  /// As the machine resolves it.
  private func instant(_ moment: Moment, _ state: CompiledWalker.State, _ now: Instant) -> Instant? {
    let base: Instant
    switch moment.base {
    case .arrival: base = now
    case .day(let number):
      base = dayShift(
        from: plan.instant(state.started), days: number + Int(state.held),
        at: moment.shift == nil ? moment.time : nil, zone: zone)
      if moment.shift == nil { return base }
    case .clock(let weekday, let time): base = firstClock(after: now, weekday: weekday, time: time, zone: zone)
    case .returnDate: return nil
    case .expression(let expression):
      switch try? expression.evaluate(scope(state, now)) {
      case .instant(let instant): base = instant
      case .date(let date): return first(of: date, moment)
      default: return nil
      }
    }
    guard let shift = moment.shift else { return at(moment.time, on: base) }
    return after(shift.duration, sign: shift.sign, from: base).map { at(moment.time, on: $0) }
  }

  private func first(of date: CivilDate, _ moment: Moment) -> Instant? {
    func begin(_ date: CivilDate) -> Instant {
      moment.time.map { zone.instant(of: CivilDateTime(date: date, time: $0)) } ?? zone.startOfDay(date)
    }
    guard let shift = moment.shift else { return begin(date) }
    switch shift.duration.kind {
    case .calendar(let months, let days, 0):
      return begin(date.adding(months: shift.sign * months).adding(days: shift.sign * days))
    case .businessDays(let count):
      return calendar.adding(businessDays: shift.sign * count, to: date).map(begin)
    default:
      return after(shift.duration, sign: shift.sign, from: zone.startOfDay(date)).map { at(moment.time, on: $0) }
    }
  }

  private func at(_ time: CivilTime?, on instant: Instant) -> Instant {
    time.map { zone.instant(of: CivilDateTime(date: zone.civil(at: instant).date, time: $0)) } ?? instant
  }

  // MARK: Holds

  /// Not further than thirty days of holds allow, counted by dates, at the same wall time.
  mutating func limited(_ other: Int32, from due: Int32, held: UInt8) -> Int32 {
    moved(due, to: other, held: held).0 == max(due, other) ? other : moved(due, to: other, held: held).0
  }

  /// A due moved to the later of itself and another minute, by at most thirty days with all holds before.
  mutating func moved(_ due: Int32, to other: Int32, held: UInt8) -> (Int32, UInt8) {
    var target = max(due, other)
    // So few days are within the thirty on any calendar.
    if !program.countsHolds, Int(target) - Int(due) < 29 * 1440 { return (target, held) }
    let from = zone.civil(at: plan.instant(due))
    var date = zone.civil(at: plan.instant(target)).date
    let left = 30 - Int(held)
    if date.days(since: from.date) > left {
      date = from.date.adding(days: left)
      let limit = zone.instant(of: CivilDateTime(date: date, time: from.time))
      target = minute(limit)
      date = zone.civil(at: limit).date
    }
    return (target, UInt8(clamping: Int(held) + date.days(since: from.date)))
  }

  // MARK: Conditions

  mutating func holds(_ index: Int16, _ state: inout CompiledWalker.State, _ now: Int32) -> Truth {
    let index = Int(index)
    let condition = program.conditions[index]
    guard condition.isConstant else { return truth(condition.expression, state, now) }
    let day = Int(state.day)
    if day < held[index].count, let known = Truth(rawValue: held[index][day]) { return known }
    let truth = truth(condition.expression, state, now)
    while held[index].count <= day { held[index].append(.max) }
    held[index][day] = truth.rawValue
    return truth
  }

  private func truth(_ expression: Expression, _ state: CompiledWalker.State, _ now: Int32) -> Truth {
    do throws(EvaluationError) {
      return try expression.evaluate(scope(state, plan.instant(now))) == .boolean(true) ? .yes : .no
    } catch {
      return .failed
    }
  }

  private func scope(_ state: CompiledWalker.State, _ now: Instant) -> ContactScope {
    ContactScope(program: program, state: state, now: now)
  }
}

/// What has been found out of several things for minutes: of those that share a place, for the latest. Contacts come to
/// a minute together, so few are asked for again after another has taken the place.
private struct MinuteMemos {
  private static let size = 4096
  /// So many places for each, in the order in which they were first asked for; the minute above, what it comes to
  /// below. Minute -1 stands for none, and is not asked for.
  private var known: [UInt64] = []
  /// Where those of each begin; -1 where nothing is known.
  private var first: [Int]

  init(_ count: Int) { first = Array(repeating: -1, count: count) }

  /// Nil where it is not known. `mutating`: else a copy would be made for it.
  mutating func value(of index: Int, at minute: Int32) -> Int32? {
    guard first[index] >= 0 else { return nil }
    let value = known[first[index] + Int(minute) & (Self.size - 1)]
    return value >> 32 == UInt64(UInt32(bitPattern: minute)) ? Int32(truncatingIfNeeded: value) : nil
  }

  mutating func keep(_ value: Int32, of index: Int, at minute: Int32) {
    if first[index] < 0 {
      first[index] = known.count
      known.append(contentsOf: repeatElement(.max, count: Self.size))
    }
    known[first[index] + Int(minute) & (Self.size - 1)] =
      UInt64(UInt32(bitPattern: minute)) << 32 | UInt64(UInt32(bitPattern: value))
  }
}

/// What names mean to one contact.
private struct ContactScope: Scope {
  let program: CohortProgram
  let state: CompiledWalker.State
  let now: Instant

  private var plan: CohortPlan { program.plan }
  var zone: Zone { plan.zone }
  var calendar: BusinessCalendar { plan.graph.policy.calendar }
  var hours: (window: Window, zone: Zone)? { plan.graph.policy.window.map { ($0, plan.contactZone) } }

  private var reply: (name: String, text: String)? {
    let index = Int(state.answer & 0x7F) - 1
    return plan.replies.indices.contains(index) ? (plan.replies[index].name, plan.replies[index].text) : nil
  }

  func value(of name: Name) -> Value {
    switch name {
    case .input(let field): return plan.days[Int(state.day)].enrolment?.data[field] ?? .absent
    case .owner: return plan.graph.owner.flatMap { try? $0.evaluate(self) } ?? .absent
    case .replyText: return reply.map { .text($0.text) } ?? .absent
    case .replyClass: return reply.map { .text($0.name) } ?? .absent
    case .replyDate:
      return plan.date(inReply: Int(state.answer & 0x7F) - 1, on: zone.civil(at: now).date).map { .date($0) } ?? .absent
    case .runTouches: return .integer(Int64(state.touches))
    case .runStarted: return .instant(plan.instant(state.started))
    case .runDay:
      return .integer(Int64(zone.civil(at: now).date.days(since: zone.civil(at: plan.instant(state.started)).date)))
    case .step(let node):
      let passed = program.slots.firstIndex(of: node).map { $0 == 0 ? state.first : state.second }
      guard let passed, passed != CompiledWalker.none else { return .absent }
      return .instant(plan.instant(passed))
    case .eventField, .eventTime, .taskNote, .ask: return .absent
    }
  }
}
