import FlowCore
import FlowRuntime
import FlowTime

/// What comes in from outside, drawn by chance.
extension World {
  private static let texts = [
    "Thanks, I will think about it.", "sounds good, let's talk", "no thanks", "yes",
    "Please call me on 12 November.",
    "fine", "stop it", "Yes, we will pay next week.", "I have a problem: it does not work.",
  ]

  func schedule(_ kind: Happening.Kind, at instant: Instant) {
    let happening = Happening(at: max(instant, now), kind: kind)
    let place = queue.lastIndex { $0.at <= happening.at }.map { $0 + 1 } ?? 0
    queue.insert(happening, at: place)
  }

  func later(_ most: Int64) -> Instant { now.adding(milliseconds: chance.between(0, most)) }

  /// The events that start runs, and what befalls the machine.
  func scheduleBeginning() {
    let day: Int64 = 86_400_000
    for number in 0..<(1 + chance.below(5)) {
      guard let process = chance.pick(processes), let contact = chance.pick(contacts) else { continue }
      let at = later(chance.happens(50) ? 1000 : 4 * day)
      // At times a key that has come before.
      let key = chance.happens(20) ? 0 : number
      if let incoming = trigger(process, contact, "k-\(key)", at: at) { schedule(.tell(incoming), at: at) }
    }
    let week = 7 * day
    if features.contains(.restarts) {
      for _ in 0..<(1 + chance.below(3)) { schedule(.restart(isEdited: isEdited), at: later(2 * week)) }
    }
    if features.contains(.changes) { schedule(.restart(isEdited: true), at: later(week)) }
    if features.contains(.reloads) {
      for isEdited in [true, chance.happens(50)] { schedule(.reload(isEdited: isEdited), at: later(week)) }
    }
    if features.contains(.jumps) {
      for _ in 0..<(1 + chance.below(3)) {
        schedule(.jump(chance.between(-7_200_000, 590_000)), at: later(week))
      }
    }
    if features.contains(.leaps) {
      let (at, amount) = (later(week), chance.between(660_000, 3 * day))
      schedule(.jump(amount), at: at)
      if chance.happens(50) { schedule(.jump(-amount), at: at.adding(milliseconds: chance.between(1, day))) }
      schedule(.resumeAll, at: at.adding(milliseconds: chance.between(1, 2 * day)))
    }
    if features.contains(.fullDisk) {
      schedule(.fullDisk(chance.between(1000, 12 * 3_600_000)), at: later(week))
    }
    if features.contains(.damage) {
      for _ in 0..<(1 + chance.below(2)) { schedule(.damage, at: later(week)) }
    }
    if features.contains(.stops) {
      schedule(.standStill(chance.between(3_600_000, 9 * day)), at: later(week))
    }
  }

  /// People who steer by hand.
  func scheduleSteering() {
    guard chance.happens(6) else { return }
    let soon = later(86_400_000)
    if features.contains(.drains), chance.happens(40) { return schedule(.drain, at: soon) }
    guard features.contains(.pauses) else { return }
    let live = shadow.runs.values.filter(\.isLive).map(\.id).sorted()
    if let run = chance.pick(live), chance.happens(60) {
      schedule(.pause(run), at: soon)
      schedule(.resume(run), at: soon.adding(milliseconds: chance.between(0, 5 * 86_400_000)))
    } else {
      schedule(.pauseAll, at: soon)
      schedule(.resumeAll, at: soon.adding(milliseconds: chance.between(0, 5 * 86_400_000)))
    }
  }

  func nextID() -> String {
    eventCount += 1
    return "e-\(eventCount)"
  }

  // MARK: Starting

  func trigger(_ process: Material.Process, _ contact: Contact, _ key: String, at: Instant)
    -> Incoming?
  {
    let graph = process.graph
    let person = Value.record([
      "id": .text(contact.id), "name": .text("Ann \(contact.id)"), "first_name": .text("Ann"),
      "email": .text("\(contact.id)@acme.test"),
      "phone": .text("+49405550\(contact.id.utf8.count)\(contact.id.suffix(1))"),
      "timezone": .text(contact.zone),
    ])
    guard let scenario = chance.pick(process.scenarios) else {
      let data: JSONValue = [
        "contact": json(of: person, zone: .utc), "owner": ["name": "Olga"],
        "item": ["id": .string(key), "size": .number(String(chance.below(10)))],
      ]
      return .event(type: graph.trigger.event, id: nextID(), source: "shop", at: at, subject: key, data: data)
    }
    let data = Inputs.moved(scenario, of: graph, to: at, contact: person, key: key)
    return Incoming(source: "shop", id: nextID(), at: at, body: .enrol(workflow: graph.workflow, input: data))
  }

  // MARK: Answering

  /// Something about a live run; nil where there is none.
  func answer(to record: RunRecord, at instant: Instant) -> Incoming {
    let source = chance.pick(["mail", "api"]) ?? "mail"
    func told(_ kind: Event.Kind) -> Incoming {
      Incoming(source: source, id: nextID(), at: instant, body: .run(record.id, kind))
    }
    let text = chance.pick(World.texts) ?? ""
    // In a year, few leave for good: whoever does hears of no other process.
    switch isYear && chance.happens(85) ? chance.pick([0, 5, 9, 10, 11, 12, 14, 16]) ?? 0 : chance.below(20) {
    case 0...4: return told(.reply(text: text))
    case 5:
      return .event(
        type: "reply", id: nextID(), source: "api", at: instant, subject: record.subject,
        data: ["text": .string(text)])
    case 6: return told(.unsubscribe(channel: chance.happens(50) ? nil : record.run.lastTouchVerb))
    case 7: return told(.complaint(channel: nil))
    case 8: return told(.bounce(hard: chance.happens(60)))
    case 9: return told(.cancel(because: "by hand"))
    case 10: return told(.autoReply)
    case 11:
      let day = Int(instant.milliseconds / 86_400_000) + chance.below(9)
      return told(.outOfOffice(return: chance.happens(70) ? CivilDate(dayNumber: day) : nil))
    case 12: return told(chance.happens(50) ? .opened : .clicked)
    case 13: return told(.acknowledged)
    case 14, 15: if let incoming = taskDone(record, at: instant) { return incoming }
    default: break
    }
    return named(record, at: instant) ?? told(.reply(text: text))
  }

  private func taskDone(_ record: RunRecord, at instant: Instant) -> Incoming? {
    let open = shadow.tasks.values.filter { $0.run == record.id && $0.isOpen }.sorted { $0.id < $1.id }
    guard let task = chance.pick(open), let outcome = chance.pick(task.outcomes) else { return nil }
    return Incoming(
      source: "task", id: nextID(), at: instant, body: .task(task.id, outcome: outcome, note: nil))
  }

  /// One of the user's events, as the scenarios of the file have it.
  private func named(_ record: RunRecord, at instant: Instant) -> Incoming? {
    guard let process = processes.first(where: { $0.graph.workflow == record.workflow }) else { return nil }
    if process.scenarios.isEmpty {
      let size = String(chance.below(10))
      let isClosed = chance.happens(20)
      return .event(
        type: isClosed ? "item.closed" : "item.sized", id: nextID(), source: "api", at: instant,
        subject: record.subject, data: isClosed ? [:] : ["size": .number(size)])
    }
    let all = process.scenarios.flatMap(\.events).map(\.kind)
    guard let kind = chance.pick(all) else { return nil }
    return Incoming(source: "api", id: nextID(), at: instant, body: .run(record.id, kind))
  }

  // MARK: In the middle of a hand-over

  /// Answers that come when something is just being handed over; or another call that takes place then.
  func beNasty(_ key: String, _ process: FlakyStore) async {
    guard features.contains(.nastyAnswers), !isCalm, nastiness == 0, chance.happens(30),
      let line = shadow.lines[key],
      let record = shadow.runs[line.run], !process.isDead, process === store
    else { return }
    guard !apart.isEmpty else { return await meddle(line, record) }
    // A call returns when what goes on by itself has ended: nobody waits for it in there.
    asides.append(Task(executorPreference: thread) { await self.meddle(line, record) })
    for _ in 0..<chance.below(20) { await Task.yield() }
  }

  /// Returns when whatever came up meanwhile has ended, too.
  func endAsides() async {
    while let aside = asides.popLast() { await aside.value }
  }

  private func meddle(_ line: Outgoing, _ record: RunRecord) async {
    nastiness += 1
    defer { nastiness -= 1 }
    if features.contains(.pauses), chance.happens(15) {
      return await steer(chance.happens(50) ? .pauseAll : .pause(line.run))
    }
    let incoming = answer(to: record, at: machineNow)
    if chance.happens(30), putIntoMailbox(incoming) { return }
    note("  meanwhile \(incoming.id)")
    await tell(incoming)
  }
}

/// The trigger's data of a scenario, moved to another time, another contact and another key.
enum Inputs {
  static func moved(
    _ scenario: Scenario, of graph: Graph, to at: Instant, contact: Value, key: String
  ) -> [String: Value] {
    let days = Int((at.milliseconds - scenario.start.milliseconds) / 86_400_000)
    var input = scenario.input.mapValues { moved($0, days) }
    if case .record? = input["contact"] { input["contact"] = contact }
    for part in graph.trigger.key {
      let path = part.text.split(separator: ".").map(String.init)
      guard let first = path.first else { continue }
      if let each = graph.trigger.each, each.name == first {
        let list = each.list.text.split(separator: ".").map(String.init)
        change(&input, list) { items in
          .list(
            (items.list ?? []).enumerated().map { index, item in
              var item = item
              set(&item, Array(path.dropFirst())) { _ in .text("\(key)-\(index)") }
              if !item[path: ["owner"]].isAbsent { set(&item, ["owner"]) { _ in contact } }
              return item
            })
        }
      } else {
        change(&input, path) { old in .text("\(old.text ?? "")\(key)") }
      }
    }
    return input
  }

  private static func moved(_ value: Value, _ days: Int) -> Value {
    switch value {
    case .date(let date): .date(date.adding(days: days))
    case .instant(let instant): .instant(instant.adding(milliseconds: Int64(days) * 86_400_000))
    case .list(let all): .list(all.map { moved($0, days) })
    case .record(let fields): .record(fields.mapValues { moved($0, days) })
    default: value
    }
  }

  private static func change(_ input: inout [String: Value], _ path: [String], _ make: (Value) -> Value) {
    var all = Value.record(input)
    set(&all, path, make)
    if case .record(let fields) = all { input = fields }
  }

  private static func set(_ value: inout Value, _ path: [String], _ make: (Value) -> Value) {
    guard let first = path.first else {
      value = make(value)
      return
    }
    guard case .record(var fields) = value else { return }
    var inner = fields[first] ?? .absent
    set(&inner, Array(path.dropFirst()), make)
    fields[first] = inner
    value = .record(fields)
  }
}
