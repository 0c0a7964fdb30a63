import FlowTime

/// When a step may go out, and its hand-over (language, section 4).
extension Stepper {
  mutating func touchIsDue(_ node: NodeIndex, _ action: ChannelAction) -> Target? {
    if isSuppressed(action.verb) { return withhold(node, because: "\(action.verb) is suppressed for this contact") }
    // Decided when it is due, before it is deferred.
    if let limit = graph.policy.maxTouches, run.touches >= limit {
      let reason = "would be touch \(run.touches + 1) of at most \(limit)"
      tell(.exhausted, "\(graph.nodes[node].name) \(reason)")
      return giveWay(node, to: .end("exhausted"), because: "it \(reason)")
    }
    return goThroughWindow(node)
  }

  /// The instant before it is handed over: everything is checked once more.
  mutating func reconsider(_ node: NodeIndex) -> Target? {
    let step = graph.nodes[node]
    switch holds(step.condition) {
    case .failure(let error): return fail(node, because: error.description)
    case .success(false):
      let reason = "\(step.condition?.text ?? "if") is false by now"
      return step.isTouch ? withhold(node, because: reason) : skip(node, because: reason)
    case .success(true): break
    }
    if case .channel(let action) = step.action, action.touch, isSuppressed(action.verb) {
      return withhold(node, because: "\(action.verb) is suppressed for this contact")
    }
    return goThroughWindow(node)
  }

  func isSuppressed(_ verb: String) -> Bool {
    for verbs in [run.suppressed, surroundings.suppressed] where !verbs.isEmpty {
      if verbs.contains(verb) || verbs.contains("all") { return true }
    }
    return false
  }

  private mutating func withhold(_ node: NodeIndex, because reason: String) -> Target {
    pass(node)
    note(node, .withheld(because: reason))
    return graph.nodes[node].next
  }

  /// The first instant (1) not before now, (2) at least `gap` after the contact's last touch and within the caps,
  /// (3) inside the window and on no holiday. Later than now, the step is deferred to it.
  mutating func goThroughWindow(_ node: NodeIndex) -> Target? {
    let step = graph.nodes[node]
    var earliest = now
    var reason = ""
    if step.isTouch {
      if let (next, gap) = gapEnd(step), next > earliest {
        earliest = next
        reason = "less than \(gap) after the touch before"
      }
      if let (next, because) = capped(earliest) {
        switch surroundings.caps?.then {
        case .skip: return skip(node, because: because)
        case .end(let outcome): return giveWay(node, to: .end(outcome), because: because)
        default: (earliest, reason) = (next, because)
        }
      }
    }
    let window = self.window(of: step)
    if let window {
      guard
        let open = firstOpen(notBefore: earliest, window: window.hours, zone: window.zone, holidays: window.holidays)
      else { return fail(node, because: "its window and the holidays leave no day") }
      if open > earliest {
        let closed = closedReason(at: earliest, window)
        switch step.closed {
        case .skip: return skip(node, because: closed)
        case .end(let outcome): return giveWay(node, to: .end(outcome), because: closed)
        case .defer:
          if !isPutOff(to: open, from: earliest, window) { reason = closed }
          earliest = open
        }
      }
    }
    if earliest <= now, let because = heldBack(node) { return standStill(node, because) }
    guard earliest > now else { return act(node) }
    let before = run.waiting
    deferStep(node, until: earliest)
    // Told once for each new instant: data that change under it may lead to the same.
    let isKnown = before?.node == node && before?.stage == .deferring && before?.due == earliest
    if !isKnown { note(node, .deferred(until: earliest, because: reason)) }
    return nil
  }

  /// Why nothing goes out by the step's channel for now. A step of `anytime` takes no time: what it says waits in the
  /// outbox.
  private func heldBack(_ node: NodeIndex) -> String? {
    guard !surroundings.held.isEmpty, case .channel(let action) = graph.nodes[node].action, !isInAnytime(node)
    else { return nil }
    return surroundings.held["all"] ?? surroundings.held[action.verb]
  }

  /// When the file's gap to the contact's last touch ends; nil where none holds.
  /// - Parameter known: a touch before that instant holds nothing up.
  private func gapEnd(_ step: Node, since known: Instant? = nil) -> (end: Instant, gap: Duration)? {
    guard !step.liftsGap, let gap = graph.policy.gap, let last = touches.first, !hasAnswered(since: last),
      known.map({ last >= $0 }) ?? true, let end = after(gap, from: last)
    else { return nil }
    return (end, gap)
  }

  /// Sending is held: the step stays due, so that what follows counts from when it really goes out.
  private mutating func standStill(_ node: NodeIndex, _ because: String) -> Target? {
    if let waiting = run.waiting, waiting.node == node, waiting.stage == .deferring, waiting.due <= now { return nil }
    deferStep(node, until: now)
    note(node, .deferred(until: now, because: because))
    return nil
  }

  /// The step goes on waiting. What made it due stays known, so that only a due that data or a hold have changed is
  /// another one.
  private mutating func deferStep(_ node: NodeIndex, until instant: Instant) {
    if var waiting = run.waiting, waiting.node == node, waiting.stage == .before || waiting.stage == .deferring {
      waiting.stage = .deferring
      waiting.due = instant
      run.state = .waiting(waiting)
      return
    }
    var computed: Instant?
    if let due = graph.nodes[node].due, case .instant(let known) = resolve(due, arrived: now) { computed = known }
    wait(at: node, .deferring, due: instant, computed: computed)
  }

  /// Whether a touch that was due may still leave.
  func leave(_ node: NodeIndex, planned: Instant) -> Leave {
    let step = graph.nodes[node]
    guard case .channel(let action) = step.action else { return .now }
    switch holds(step.condition) {
    case .failure(let error): return .never(because: error.description)
    case .success(false): return .never(because: "\(step.condition?.text ?? "if") is false by now")
    case .success(true): break
    }
    if isSuppressed(action.verb) { return .never(because: "\(action.verb) is suppressed for this contact") }
    var (earliest, reason) = (now, "")
    if let (next, gap) = gapEnd(step, since: planned), next > earliest {
      (earliest, reason) = (next, "less than \(gap) after the touch before")
    }
    if let capped = capped(earliest) { (earliest, reason) = capped }
    if let window = window(of: step) {
      guard
        let open = firstOpen(notBefore: earliest, window: window.hours, zone: window.zone, holidays: window.holidays)
      else { return .never(because: "its window and the holidays leave no day") }
      if open > earliest {
        if !isPutOff(to: open, from: earliest, window) { reason = closedReason(at: earliest, window) }
        earliest = open
      }
    }
    return earliest > now ? .later(earliest, because: reason) : .now
  }

  /// Hours, the zone they are read in, and holidays; nil where nothing closes.
  typealias OpenTimes = (hours: Window?, zone: Zone, holidays: HolidayCalendar)

  private func window(of step: Node) -> OpenTimes? {
    switch step.window {
    case .any: nil
    case .policy where graph.policy.window == nil && graph.policy.holidays.isEmpty: nil
    case .policy: (graph.policy.window, contactZone, graph.policy.holidays)
    case .own(let window): (window, contactZone, graph.policy.holidays)
    }
  }

  /// The gap or the caps put it off: by the window alone it would go out sooner.
  private func isPutOff(to open: Instant, from earliest: Instant, _ window: OpenTimes) -> Bool {
    guard earliest > now else { return false }
    return firstOpen(notBefore: now, window: window.hours, zone: window.zone, holidays: window.holidays)
      .map { $0 < open } ?? false
  }

  private func closedReason(at instant: Instant, _ open: OpenTimes) -> String {
    let inHours = open.hours?.contains(open.zone.civil(at: instant)) ?? true
    return inHours ? "a holiday" : "outside the window"
  }

  /// The contact's touches, in this run and in others, the latest first.
  private var touches: [Instant] { (run.touched + surroundings.touchesElsewhere).sorted(by: >) }

  /// Answering is not pressing.
  private func hasAnswered(since touch: Instant) -> Bool { run.answered.map { $0 >= touch } ?? false }

  /// The first instant that the caps per contact allow, and what is against this one; nil where they allow it.
  private func capped(_ instant: Instant) -> (until: Instant, because: String)? {
    guard let caps = surroundings.caps else { return nil }
    let touches = touches
    var (earliest, because) = (instant, "")
    if let gap = caps.gap, let last = touches.first, let next = after(gap, from: last), next > earliest {
      (earliest, because) = (next, Caps.tooSoon(gap))
    }
    if let limit = caps.touches, let span = caps.span, limit >= 1, touches.count >= limit,
      let next = after(span, from: touches[limit - 1]), next > earliest
    {
      (earliest, because) = (next, Caps.tooMany)
    }
    return earliest > instant ? (earliest, because) : nil
  }

  // MARK: Hand-over

  mutating func handOver(_ node: NodeIndex, _ action: ChannelAction) -> Target? {
    let step = graph.nodes[node]
    var until: Instant?
    if let moment = action.until {
      switch resolve(moment, arrived: now) {
      case .unknown(let reason): return fail(node, because: reason)
      case .instant(let instant):
        if instant < now, moment.isData, let elsewhere = leftOut(node, moment) { return elsewhere }
        until = instant
      }
    }
    let delivery: Delivery
    do throws(Failure) {
      delivery = try self.delivery(node, action, until: until)
    } catch let reason {
      let next = fail(node, because: reason.text)
      guard surroundings.unrenderable[Surroundings.Place(node)] != nil, let until,
        let failed = action.cases.first(where: { $0.key == "failed" })?.target
      else { return next }
      return unrendered(node, failed, until: until)
    }
    var handover = Entry.Handover(
      verb: action.verb, touch: action.touch, until: until, because: step.due?.text, purpose: action.purpose)
    if let by = delivery.by { handover.by = shown(by, by: .email) }
    if !action.isTask, action.address != .none { handover.to = delivery.address }
    note(node, action.isTask ? .task(handover) : .sent(handover))
    effects.append(.deliver(consume delivery))
    run.handovers[node, default: 0] += 1
    noteRound(node)
    if action.touch {
      run.touched.append(now)
      run.lastTouchVerb = action.verb
      run.answered = nil
      run.untaken = []
    }
    guard let until else { return step.next }
    if until < now {
      note(node, .timeout)
      return timedOut(action.cases, at: node, .outcome)
    }
    wait(at: node, .outcome, due: until)
    return nil
  }

  /// What its channel cannot render never reaches the far side: the step goes on as if that had refused it.
  private mutating func unrendered(_ node: NodeIndex, _ target: Target, until: Instant) -> Target? {
    let told = Event(
      id: "failed.\(graph.nodes[node].name)", at: now, kind: .outcome("failed", step: node, note: nil))
    capture(told, into: target)
    guard case .hold(let hold) = target else { return target }
    wait(at: node, .outcome, due: until)
    apply(hold)
    return nil
  }

  /// The instant from data until which an outcome would be waited for has passed: where `if-past` leads, nil for on.
  private mutating func leftOut(_ node: NodeIndex, _ until: Moment) -> Target? {
    switch graph.nodes[node].ifPast {
    case .skip: skip(node, because: Self.past(until))
    case .target(let target): giveWay(node, to: target, because: Self.past(until))
    case .now, nil: nil
    }
  }

  /// `every` of a repeat counts from the first thing the round sent or assigned.
  mutating func noteRound(_ node: NodeIndex) {
    for loop in graph.nodes[node].repeats {
      guard var round = run.rounds[loop], round.sent == nil else { continue }
      round.sent = now
      run.rounds[loop] = round
    }
  }

  func count(_ node: NodeIndex) -> Int { run.handovers[node] ?? 0 }

  struct Failure: Error { let text: String }

  private func delivery(
    _ node: NodeIndex, _ action: ChannelAction, until: Instant?
  ) throws(Failure) -> Delivery {
    let step = graph.nodes[node]
    if let reason = surroundings.unrenderable[Surroundings.Place(node)] { throw Failure(text: reason) }
    let (scope, contact) = (scope, contact)
    var to = contact
    var by: Value?
    var fields: [Delivery.Field] = []
    fields.reserveCapacity(action.fields.count + 1)
    do throws(EvaluationError) {
      let ask = try action.ask.map { (ask) throws(EvaluationError) in try ask.render(scope, formatting) }
      for index in action.fields.indices {
        let name = action.fields[index].name
        switch action.fields[index].content {
        case .expression(let expression) where name == "to": to = try expression.evaluate(scope)
        case .expression(let expression) where name == "by": by = try expression.evaluate(scope)
        case let content:
          fields.append(
            Delivery.Field(name: name, content: try self.content(content, scope, ask: name == action.main ? ask : nil)))
        }
      }
      if let ask, action.main == nil || action.field(action.main ?? "") == nil {
        fields.append(Delivery.Field(name: action.main ?? "ask", content: .text(ask)))
      }
    } catch {
      throw Failure(text: error.description)
    }
    if action.isTask, by == nil { throw Failure(text: "nobody is named to do it") }
    // A task is its person's, and a web address nobody's: both are there where a run follows up nobody.
    if to.isAbsent, action.address != .none, !action.isTask { throw Failure(text: "there is nobody to reach") }
    let address = action.address.of(to) ?? to.text ?? ""
    if address.isEmpty, action.address != .none, !action.isTask {
      throw Failure(text: "\(to[path: ["name"]].text ?? "the contact") has no \(action.address.words)")
    }
    return Delivery(
      workflow: graph.workflow, node: node, step: step.name, verb: action.verb, occurrence: count(node),
      touch: action.touch, isTask: action.isTask, until: until, purpose: action.purpose, to: to,
      address: address, by: by, contact: contact, owner: owner(scope), fields: fields, at: now, zone: run.zone,
      isEscalation: false, outcomes: action.outcomes)
  }

  private func content(
    _ content: ChannelAction.Content, _ scope: RunScope, ask: RenderedText?
  ) throws(EvaluationError) -> Delivery.Content {
    switch content {
    case .template(let template): .text(try closed(template, scope, by: ask))
    case .expression(let expression): .value(try expression.evaluate(scope))
    case .expressions(let expressions):
      .value(.list(try expressions.map { (one) throws(EvaluationError) in try one.evaluate(scope) }))
    case .word(let word): .word(word)
    case .files(let paths): .files(paths)
    case .mapping(let named): .value(try mapping(named, scope))
    }
  }

  /// `ask` is the last paragraph, or stands where the text says so.
  private func closed(
    _ template: Template, _ scope: RunScope, by ask: RenderedText?
  ) throws(EvaluationError) -> RenderedText {
    var text = try template.render(scope, formatting, asking: ask)
    if let ask, !template.hasAsk {
      text.append(text.plain.utf8.last == 0x0A ? "\n" : "\n\n", isValue: false)
      text.append(ask)
    }
    return text
  }

  private func mapping(_ named: [NamedExpression], _ scope: RunScope) throws(EvaluationError) -> Value {
    var values: [String: Value] = [:]
    for one in named { values[one.name] = try one.value.evaluate(scope) }
    return .record(values)
  }

  // MARK: People

  var contact: Value { run.data["contact"] ?? .absent }

  func owner(_ scope: RunScope) -> Value? {
    let owner = scope.value(of: .owner)
    return owner.isAbsent ? nil : owner
  }

  /// The window is read in the contact's zone as now known, else in the run's.
  var contactZone: Zone {
    contact[path: ["timezone"]].text.flatMap { surroundings.zones.zone(named: $0) } ?? zone
  }

  var formatting: Formatting { Formatting(zone: zone, locale: contact[path: ["locale"]].text) }

  /// How a timeline names somebody: by the channel's address where there is one, else by what is known.
  func shown(_ person: Value, by address: Manifest.Address) -> String {
    address.of(person) ?? Manifest.Address.any.of(person) ?? person.text ?? ""
  }
}
