import FlowTime

/// What names mean in one run, at one instant. Shared by all expressions of a text, not copied for each.
final class RunScope: Scope {
  let graph: Graph
  // What names stand for of the run, and not all of it: one is made for each hand-over.
  private let data: [String: Value]
  private let started: Instant
  private let touches: Int
  private let passed: [NodeIndex: Instant]
  private let led: [Int: Event]
  private let reply: Run.Reply?
  private let taskNote: String?
  let now: Instant
  let zone: Zone
  let calendar: BusinessCalendar
  /// The policy's window and the zone it is read in; none before the run has begun.
  let hours: (window: Window, zone: Zone)?

  init(
    graph: Graph, run: borrowing Run, now: Instant, zone: Zone, calendar: BusinessCalendar,
    hours: (window: Window, zone: Zone)? = nil
  ) {
    self.graph = graph
    data = run.data
    started = run.started
    touches = run.touches
    passed = run.passed
    led = run.led
    reply = run.reply
    taskNote = run.taskNote
    self.now = now
    self.zone = zone
    self.calendar = calendar
    self.hours = hours
  }

  func value(of name: Name) -> Value {
    switch name {
    case .input(let field): return data[field] ?? .absent
    case .owner:
      // An owner that is called by its own name would go round in a circle; the type checker refuses it.
      guard let owner = graph.owner else { return .absent }
      return (try? owner.evaluate(self)) ?? .absent
    case .replyText: return reply.map { .text($0.text) } ?? .absent
    case .replyClass: return reply.map { .text($0.class) } ?? .absent
    case .replyDate: return reply?.date.map { .date($0) } ?? .absent
    case .eventField(let list, let field):
      guard case .named(_, let data)? = led[list]?.kind else { return .absent }
      return data[field] ?? .absent
    case .eventTime(let list): return led[list].map { .instant($0.at) } ?? .absent
    case .taskNote: return taskNote.map { .text($0) } ?? .absent
    case .runTouches: return .integer(Int64(touches))
    case .runStarted: return .instant(started)
    case .runDay:
      return .integer(Int64(zone.civil(at: now).date.days(since: zone.civil(at: started).date)))
    case .step(let node): return passed[node].map { .instant($0) } ?? .absent
    case .ask: return .absent
    }
  }
}
