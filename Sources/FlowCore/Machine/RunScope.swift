import FlowTime

/// What names mean in one run, at one instant. Shared by all expressions of a text, not copied for each.
final class RunScope: Scope {
  let graph: Graph
  let run: Run
  let now: Instant
  let zone: Zone
  let calendar: BusinessCalendar
  /// The policy's window and the zone it is read in; none before the run has begun.
  let hours: (window: Window, zone: Zone)?

  init(
    graph: Graph, run: Run, now: Instant, zone: Zone, calendar: BusinessCalendar,
    hours: (window: Window, zone: Zone)? = nil
  ) {
    self.graph = graph
    self.run = run
    self.now = now
    self.zone = zone
    self.calendar = calendar
    self.hours = hours
  }

  func value(of name: Name) -> Value {
    switch name {
    case .input(let field): return run.data[field] ?? .absent
    case .owner:
      // An owner that is called by its own name would go round in a circle; the type checker refuses it.
      guard let owner = graph.owner else { return .absent }
      return (try? owner.evaluate(self)) ?? .absent
    case .replyText: return run.reply.map { .text($0.text) } ?? .absent
    case .replyClass: return run.reply.map { .text($0.class) } ?? .absent
    case .replyDate: return run.reply?.date.map { .date($0) } ?? .absent
    case .eventField(let list, let field):
      guard case .named(_, let data)? = run.led[list]?.kind else { return .absent }
      return data[field] ?? .absent
    case .eventTime(let list): return run.led[list].map { .instant($0.at) } ?? .absent
    case .taskNote: return run.taskNote.map { .text($0) } ?? .absent
    case .runTouches: return .integer(Int64(run.touches))
    case .runStarted: return .instant(run.started)
    case .runDay:
      return .integer(Int64(zone.civil(at: now).date.days(since: zone.civil(at: run.started).date)))
    case .step(let node): return run.passed[node].map { .instant($0) } ?? .absent
    case .ask: return .absent
    }
  }
}
