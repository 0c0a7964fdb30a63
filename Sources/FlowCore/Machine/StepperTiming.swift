import FlowTime

/// Instants, holds, and dues computed anew.
extension Stepper {
  enum Resolved {
    case instant(Instant)
    case unknown(String)
  }

  /// Days by which holds of one run together may move it.
  static let mostHeldDays = 30

  var hours: (window: Window, zone: Zone)? { graph.policy.window.map { ($0, contactZone) } }

  func after(_ duration: Duration, sign: Int = 1, from instant: Instant) -> Instant? {
    add(duration, sign: sign, to: instant, zone: zone, calendar: graph.policy.calendar, hours: hours)
  }

  /// - Parameters:
  ///   - arrived: when the run came to the step.
  ///   - shift: days by which holds have moved `day N`; by default all so far.
  ///   - returning: the date an out-of-office names.
  func resolve(
    _ moment: Moment, arrived: Instant, shift: Int? = nil, returning: CivilDate? = nil
  ) -> Resolved {
    let base: Instant
    switch moment.base {
    case .arrival: base = arrived
    case .day(let number):
      let days = number + (shift ?? run.heldDays)
      base = dayShift(from: run.started, days: days, at: moment.shift == nil ? moment.time : nil, zone: zone)
      if moment.shift == nil { return .instant(base) }
    case .clock(let weekday, let time): base = firstClock(after: arrived, weekday: weekday, time: time, zone: zone)
    case .returnDate:
      guard let returning else { return .unknown("no date of return is known") }
      return resolve(date: returning, moment)
    case .expression(let expression):
      do throws(EvaluationError) {
        switch try expression.evaluate(scope) {
        case .instant(let instant): base = instant
        case .date(let date): return resolve(date: date, moment)
        default: return .unknown("\(expression.text) is absent")
        }
      } catch {
        return .unknown(error.description)
      }
    }
    guard let shift = moment.shift else { return .instant(at(moment.time, on: base)) }
    guard let moved = after(shift.duration, sign: shift.sign, from: base) else {
      return .unknown("\(moment.text) never comes about")
    }
    return .instant(at(moment.time, on: moved))
  }

  /// A date alone is its first instant; whole days are counted on dates, so that a midnight that does not exist moves
  /// nothing.
  private func resolve(date: CivilDate, _ moment: Moment) -> Resolved {
    guard let shift = moment.shift else {
      return .instant(moment.time.map { at($0, of: date) } ?? zone.startOfDay(date))
    }
    var moved: CivilDate?
    switch shift.duration.kind {
    case .calendar(let months, let days, 0):
      moved = date.adding(months: shift.sign * months).adding(days: shift.sign * days)
    case .businessDays(let count):
      moved = graph.policy.calendar.adding(businessDays: shift.sign * count, to: date)
      if moved == nil { return .unknown("\(moment.text) never comes about") }
    default: break
    }
    if let moved { return .instant(moment.time.map { at($0, of: moved) } ?? zone.startOfDay(moved)) }
    guard let instant = after(shift.duration, sign: shift.sign, from: zone.startOfDay(date)) else {
      return .unknown("\(moment.text) never comes about")
    }
    return .instant(at(moment.time, on: instant))
  }

  private func at(_ time: CivilTime?, on instant: Instant) -> Instant {
    time.map { at($0, of: zone.civil(at: instant).date) } ?? instant
  }

  private func at(_ time: CivilTime, of date: CivilDate) -> Instant {
    zone.instant(of: CivilDateTime(date: date, time: time))
  }

  // MARK: Holds

  mutating func apply(_ hold: Hold) {
    guard run.waiting != nil else { return }
    if let slot = hold.slot, let event { run.led[slot] = event }
    let fallback = hold.fallback.flatMap { after($0, from: now) } ?? now
    var returning: CivilDate?
    if case .outOfOffice(let date)? = event?.kind { returning = date }
    switch hold.until {
    case nil: moveDue(to: fallback, because: hold.text)
    case .moment(let moment):
      // An instant that has passed counts as unknown.
      if case .instant(let instant) = resolve(moment, arrived: now, returning: returning), instant >= now {
        moveDue(to: instant, because: hold.text)
      } else {
        moveDue(to: fallback, because: hold.text)
      }
    case .event(let name, let shift):
      guard var waiting = run.waiting else { return }
      let deadline = max(now, limited(fallback, from: waiting.due))
      waiting.hold = Run.EventHold(event: name, shift: shift, deadline: deadline, text: hold.text)
      run.state = .waiting(waiting)
      note(heldStep, .held(until: deadline, because: hold.text))
    }
  }

  private var heldStep: NodeIndex? { run.waiting?.node }

  /// Not further than thirty days of holds allow, counted by dates, at the same wall time.
  private func limited(_ instant: Instant, from due: Instant) -> Instant {
    let from = zone.civil(at: due)
    let left = Stepper.mostHeldDays - run.heldDays
    guard zone.civil(at: instant).date.days(since: from.date) > left else { return instant }
    // Of a wall time that comes twice the date alone names the first, and it may be due at the second.
    guard left > 0 else { return due }
    return zone.instant(of: CivilDateTime(date: from.date.adding(days: left), time: from.time))
  }

  /// What the run waits for moves to the later of its due and an instant, and every later `day N` by as many days.
  mutating func moveDue(to instant: Instant, because text: String, quietly: Bool = false) {
    guard var waiting = run.waiting else { return }
    let target = limited(max(waiting.due, instant), from: waiting.due)
    run.heldDays += zone.civil(at: target).date.days(since: zone.civil(at: waiting.due).date)
    if target > waiting.due { waiting.floor = max(waiting.floor ?? target, target) }
    waiting.due = target
    run.state = .waiting(waiting)
    if !quietly { note(heldStep, .held(until: target, because: text)) }
  }

  mutating func release(_ hold: Run.EventHold, by event: Event) {
    release(hold, until: hold.shift.flatMap { after($0, from: event.at) } ?? event.at, quietly: false)
  }

  /// The event a hold waited for has come, or its deadline: only now the due is fixed.
  mutating func release(_ hold: Run.EventHold, until instant: Instant, quietly: Bool) {
    guard var waiting = run.waiting else { return }
    waiting.hold = nil
    run.state = .waiting(waiting)
    moveDue(to: instant, because: hold.text, quietly: quietly)
  }

  // MARK: Relative to what was really done

  /// A touch, or a word to one person of a chain, that was counted when it was planned has left only now. Nothing else
  /// happens; what the run waits for moves where it counts from there: a `wait`, an `await`, an `after`, the pause
  /// between two rounds, a person's time in an `escalate … each`.
  mutating func recount(_ node: NodeIndex, _ counted: Instant, _ withLater: Bool) {
    guard graph.nodes.indices.contains(node), var waiting = run.waiting else { return }
    let isEscalation = if case .escalate = graph.nodes[node].action { true } else { false }
    // What began with an answer counts from that.
    let beganWithAnswer = !isEscalation && run.answered.map { $0 >= counted } ?? false
    let beganWithIt =
      waiting.arrived >= counted && (withLater && !beganWithAnswer || run.touched.contains(waiting.arrived))
    if !isEscalation, let index = run.touched.lastIndex(of: counted) { run.touched[index] = now }
    run.touched.sort()
    if run.passed[node] == counted { run.passed[node] = now }
    let instant = now
    for loop in graph.nodes[node].repeats where run.rounds[loop]?.sent == counted { run.rounds[loop]?.sent = instant }
    if beganWithIt { waiting.arrived = now }
    if let computed = computed(waiting, withLater), computed != waiting.computed {
      waiting.computed = computed
      waiting.due = max(computed, waiting.floor ?? computed)
    }
    guard run.waiting != waiting else { return }
    run.state = .waiting(waiting)
    if waiting.stage == .listening, case .await(let awaited) = graph.nodes[waiting.node].action {
      note(waiting.node, .waiting(for: awaited.events, until: waiting.due))
    }
  }

  /// The due of a wait as the file has it; nil where it has none that can be computed again.
  private func computed(_ waiting: Run.Waiting, _ withLater: Bool) -> Instant? {
    if withLater, case .escalating = waiting.stage, case .escalate(let escalation) = graph.nodes[waiting.node].action {
      return escalation.each.flatMap { after($0, from: waiting.arrived) }
    }
    if waiting.stage == .round {
      guard case .loop(let loop) = graph.nodes[waiting.node].action, let round = run.rounds[waiting.node]
      else { return nil }
      return after(loop.every, from: round.sent ?? round.began)
    }
    guard waiting.stage != .deferring, let moment = moment(of: waiting),
      case .instant(let computed) = resolve(moment, arrived: waiting.arrived, shift: waiting.shift)
    else { return nil }
    return computed
  }

  // MARK: After a list of `anytime`

  /// The interrupted step goes on. A due from `day N` or from data is computed anew; one from a duration stays.
  mutating func resume() -> Target? {
    guard var waiting = run.waiting, let moment = moment(of: waiting), !moment.isRelative,
      case .instant(let computed) = resolve(moment, arrived: waiting.arrived, shift: waiting.shift),
      computed != waiting.computed
    else { return nil }
    waiting.computed = computed
    let due = max(computed, waiting.floor ?? computed)
    // While a hold waits for an event no due is fixed: none is missed.
    if due < now, moment.isData, waiting.hold == nil {
      run.state = .waiting(waiting)
      return overtaken(waiting)
    }
    waiting.due = max(due, now)
    if waiting.stage == .deferring { waiting.stage = .before }
    run.state = .waiting(waiting)
    return nil
  }

  /// A due from data that is another now lies in the past: its `if-past` says what then.
  mutating func overtaken(_ waiting: Run.Waiting) -> Target? {
    let step = graph.nodes[waiting.node]
    switch (waiting.stage, step.action) {
    case (.before, _), (.deferring, _):
      return past(step.ifPast, at: waiting.node)
    case (.listening, .await(let awaited)):
      if case .target(let target)? = step.ifPast { return target }
      note(waiting.node, .timeout)
      return timedOut(awaited.cases, at: waiting.node, .listening)
    case (.outcome, .channel(let action)):
      if case .target(let target)? = step.ifPast {
        leave(because: "its time has passed")
        return target
      }
      note(waiting.node, .timeout)
      return timedOut(action.cases, at: waiting.node, .outcome)
    default:
      if case .target(let target)? = step.ifPast { return target }
      return step.next
    }
  }

  /// The instant that made what the run waits for due, where it can be computed anew.
  func moment(of waiting: Run.Waiting) -> Moment? {
    let step = graph.nodes[waiting.node]
    switch (waiting.stage, step.action) {
    case (.before, _), (.deferring, _): return step.due
    case (.plain, .wait(let moment)): return moment
    case (.listening, .await(let awaited)): return awaited.until
    case (.outcome, .channel(let action)): return action.until
    default: return nil
    }
  }
}
