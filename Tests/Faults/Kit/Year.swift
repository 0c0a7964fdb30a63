import FlowCore
import FlowRuntime
import FlowTime

/// A year of all shipped processes: the touches that left, each with what must have held of it, for somebody who
/// reckons otherwise (Tests/Faults/year).
package struct Year {
  static let zones = [
    "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Moscow", "Africa/Cairo", "Africa/Lagos",
    "Africa/Johannesburg", "Africa/Casablanca", "America/New_York", "America/Chicago", "America/Denver",
    "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "America/St_Johns", "America/Sao_Paulo",
    "America/Santiago", "America/Vancouver", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Asia/Tehran",
    "Asia/Jerusalem", "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland",
    "Pacific/Apia", "Pacific/Chatham", "Atlantic/Azores",
  ]

  package let lines: [String]
  package let violations: [Violation]
  package let summary: String

  package init(seed: UInt64, material: Material, contacts: Int) {
    let world = World(yearOf: seed, material: material, contacts: contacts)
    if !world.thread.run({ await world.liveAYear() }) { world.violate(7, "a call never returned") }
    lines = world.ledger.filter(\.line.touch).compactMap { Year.line($0, world) }
    violations = world.violations
    let workflows = Set(world.shadow.runs.values.map(\.workflow))
    summary =
      "\(contacts) contacts in \(Year.zones.count) zones, \(workflows.count) processes, "
      + "\(world.shadow.runs.count) runs, \(world.eventCount) events, \(world.ledger.count) deliveries, "
      + "\(lines.count) touches"
  }

  /// One touch as JSON: when, to whom, and the rules of its step in their own words.
  private static func line(_ effect: World.Effect, _ world: World) -> String? {
    let line = effect.line
    guard let record = world.shadow.runs[line.run], let graph = world.graphs[record.version] else { return nil }
    let node = graph.nodes[line.node]
    let window: Window? =
      switch node.window {
      case .any: nil
      case .policy: graph.policy.window
      case .own(let own): own
      }
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    let answers = line.contact.flatMap { world.shadow.answers[$0] ?? [] }.map(\.milliseconds)
    let year = (Int(record.run.started.milliseconds / 86_400_000)...).prefix(500)
    let holidays = year.map { CivilDate(dayNumber: $0) }.filter { graph.policy.holidays.contains($0) }
    let step = world.shadow.journal[line.run]?.first { $0.sequence == line.sequence }
    let entry = step?.entries.first { $0.step == line.step && $0.handover != nil }
    // `day N` alone: holds and dues from data move others.
    let day = record.run.heldDays == 0 ? entry?.handover?.because : nil
    return JSONValue.object([
      JSONMember("at", .number(String(effect.at.milliseconds))), JSONMember("contact", .string(line.contact[0])),
      JSONMember("zone", text(record.run.data["contact"]?[path: ["timezone"]].text ?? record.run.zone)),
      JSONMember("run_zone", .string(record.run.zone)), JSONMember("run", .string(line.run)),
      JSONMember("workflow", .string(record.workflow)), JSONMember("step", .string(line.step)),
      JSONMember("started", .number(String(record.run.started.milliseconds))), JSONMember("day", text(day)),
      JSONMember("window", text(window?.description)), JSONMember("any", .bool(node.window == .any)),
      JSONMember("holidays", .array(holidays.map { .string($0.description) })),
      JSONMember("gap", text(node.liftsGap ? nil : graph.policy.gap?.description)),
      JSONMember("answers", .array(answers.map { .number(String($0)) })),
    ]).write()
  }
}

extension World {
  private static let millisecondsOfADay: Int64 = 86_400_000

  /// Each contact meets each process once, at some time of the year.
  func liveAYear() async {
    let beginning = now
    for contact in contacts {
      for process in processes {
        let at = beginning.adding(milliseconds: chance.between(0, 365 * World.millisecondsOfADay))
        guard let incoming = trigger(process, contact, "k-\(contact.id)", at: at) else { continue }
        schedule(.tell(incoming), at: at)
      }
    }
    while violations.isEmpty {
      guard let next = [queue.first?.at, (try? store.nextDue()) ?? nil].compactMap(\.self).min() else { break }
      now = max(now, next)
      step += 1
      await go(hasDue: false)
    }
    if violations.isEmpty { checkEnd() }
  }

  /// Two of three are heard of at some time in the first weeks, some twice.
  func scheduleYearsAnswer(to record: RunRecord) {
    for _ in 0..<3 where chance.happens(35) {
      let at = later(25 * World.millisecondsOfADay)
      schedule(.answerTo(record.id), at: at)
    }
  }
}
