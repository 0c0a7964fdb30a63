import FlowTime

/// Interprets a graph: pure and total. Time, zones, caps and what is suppressed are inputs; what is to be done are
/// values.
public enum Machine {
  /// Which runs an event's data start.
  public static func enrol(
    _ graph: Graph, data: [String: Value], at now: Instant, zones: any ZoneSource
  ) -> EnrolmentResult {
    do throws(EvaluationError) {
      var runs: [Enrolment] = []
      let kept = kept(of: data, by: graph.trigger)
      for item in try items(of: graph, data: data, at: now) {
        var data = data
        var own = kept
        if let each = graph.trigger.each { (data[each.name], own[each.name]) = (item, item) }
        var run = Run(key: [], data: data, started: now, zone: "UTC")
        let calendar = graph.policy.calendar
        func scope() -> RunScope { RunScope(graph: graph, run: run, now: now, zone: .utc, calendar: calendar) }
        if let contact = graph.trigger.contact {
          let contact = try contact.evaluate(scope())
          (run.data["contact"], own["contact"]) = (contact, contact)
        }
        if let when = graph.trigger.when, try when.evaluate(scope()) != .boolean(true) {
          if graph.trigger.each == nil { return .filtered(because: "\(when.text) is false") }
          continue
        }
        let key = try graph.trigger.key.map { (part) throws(EvaluationError) in keyText(try part.evaluate(scope())) }
        runs.append(Enrolment(key: key, data: own))
      }
      return runs.isEmpty ? .filtered(because: "no item of the list starts a run") : .runs(runs)
    } catch {
      return .refused(because: error.description)
    }
  }

  /// The event's data without the list that `each` takes the runs' items from, where no run reads it: else each of
  /// them would keep all of it.
  private static func kept(of data: [String: Value], by trigger: Trigger) -> [String: Value] {
    guard let each = trigger.each, !each.isRead, let (field, path) = each.list.place else { return data }
    var kept = data
    let rest = (data[field] ?? .absent).setting(path, to: .absent)
    kept[field] = rest.isAbsent ? nil : rest
    return kept
  }

  private static func items(
    of graph: Graph, data: [String: Value], at now: Instant
  ) throws(EvaluationError) -> [Value] {
    guard let each = graph.trigger.each else { return [.absent] }
    let run = Run(key: [], data: data, started: now, zone: "UTC")
    return try each.list.evaluate(
      RunScope(graph: graph, run: run, now: now, zone: .utc, calendar: graph.policy.calendar)
    ).list ?? []
  }

  private static func keyText(_ value: Value) -> String {
    switch value {
    case .text(let text): text
    case .integer(let number): String(number)
    case .number(let number): number.description
    case .date(let date): date.description
    case .instant(let instant): instant.rfc3339(in: .utc)
    case .boolean(let flag): flag ? "true" : "false"
    default: ""
    }
  }

  /// What a cancellation makes of a run whose graph cannot be read any more: as ``step(_:_:_:at:_:)`` does, but that
  /// its owner, whom the graph names, is not told.
  public static func cancelled(_ run: Run, because: String, at now: Instant) -> Transition {
    var ended = run
    ended.state = .ended(outcome: "cancelled", at: now)
    ended.untaken = []
    return Transition(
      run: ended,
      entries: [
        Entry(at: now, kind: .cancelled(because: because)), Entry(at: now, kind: .ended(outcome: "cancelled")),
      ],
      effects: run.waiting.map { [.withdraw(step: $0.node, because: "the run has ended: cancelled")] } ?? [])
  }

  /// A new run, carried through to where it first waits or ends.
  public static func start(
    _ graph: Graph, key: [String], data: [String: Value], at now: Instant, _ surroundings: Surroundings
  ) -> Transition {
    var run = Run(key: key, data: data, started: now, zone: "UTC")
    let scope = RunScope(graph: graph, run: run, now: now, zone: .utc, calendar: graph.policy.calendar)
    if let zone = try? graph.timezone.evaluate(scope).text, surroundings.zones.zone(named: zone) != nil {
      run.zone = zone
    }
    var stepper = Stepper(graph: graph, run: run, now: now, surroundings: surroundings)
    stepper.entries.append(Entry(at: now, kind: .started(event: graph.trigger.event)))
    stepper.proceed(to: graph.entry)
    return stepper.finish()
  }

  /// What an event does to a run. A timer that is not due, and anything told to a run that has ended, change nothing.
  public static func step(
    _ graph: Graph, _ run: Run, _ event: Event, at now: Instant, _ surroundings: Surroundings
  ) -> Transition {
    step(Stepper(graph: graph, run: run, now: now, surroundings: surroundings), event)
  }

  /// The same of a run that is shared, and copied once.
  package static func step(
    _ graph: Graph, _ run: Shared<Run>, _ event: Event, at now: Instant, _ surroundings: Surroundings
  ) -> Transition {
    step(Stepper(graph: graph, run: run.value, now: now, surroundings: surroundings), event)
  }

  private static func step(_ stepper: consuming Stepper, _ event: Event) -> Transition {
    if case .waiting = stepper.run.state { stepper.receive(event) }
    return stepper.finish()
  }
}

extension Machine {
  /// The last look at a touch, in the instant before it is handed to its channel: its condition, what is suppressed,
  /// gap and caps, window and holidays, as they are by now.
  /// - Parameters:
  ///   - planned: when the run has counted it; it does not stand in its own way. To what had gone out before, the
  ///     gap was looked at then; or an answer had lifted it.
  ///   - behind: when the run has counted what it is to send after this one.
  ///   - surroundings: with the contact's touches that went out at other instants than their runs have counted.
  public static func mayLeave(
    _ graph: Graph, _ run: Run, _ node: NodeIndex, planned: Instant, behind: [Instant] = [], at now: Instant,
    _ surroundings: Surroundings
  ) -> Leave {
    guard graph.nodes.indices.contains(node) else { return .now }
    var run = run
    for touch in [planned] + behind {
      if let index = run.touched.lastIndex(of: touch) { run.touched.remove(at: index) }
    }
    return Stepper(graph: graph, run: run, now: now, surroundings: surroundings).leave(node, planned: planned)
  }
}

extension Machine {
  /// What an expression of the file is in a run; nil where it fails.
  public static func value(
    of expression: Expression, _ graph: Graph, _ run: Run, at now: Instant, _ surroundings: Surroundings
  ) -> Value? {
    let scope = Stepper(graph: graph, run: run, now: now, surroundings: surroundings).scope
    return try? expression.evaluate(scope)
  }
}

public enum Leave: Hashable, Sendable {
  case now
  case later(Instant, because: String)
  case never(because: String)
}

public enum EnrolmentResult: Hashable, Sendable {
  /// The trigger's `when:` leaves the event out, or all items of its list: nobody did anything wrong.
  case filtered(because: String)
  case refused(because: String)
  case runs([Enrolment])
}

/// A run that an event starts.
public struct Enrolment: Hashable, Sendable {
  public var key: [String]
  /// The event's data, the item of `each`, and the contact.
  public var data: [String: Value]
  public init(key: [String], data: [String: Value]) {
    self.key = key
    self.data = data
  }
  public var contact: Value { data["contact"] ?? .absent }
}
