import FlowCore
import FlowRuntime
import FlowTime

/// One transaction against what must hold of each: guarantees 2, 3, 5, 7, 8 and 11.
extension World {
  func audit(_ batch: [Write]) {
    var steps: [String: JournalStep] = [:]
    var states: [String: RunRecord] = [:]
    var plans: [Outgoing] = []
    for write in batch {
      switch write {
      case .append(let step): steps[step.run] = step
      case .start(let record): states[record.id] = record
      case .advance(let record, let from):
        // A run that is set aside, or let go on, stays where it is.
        if record.sequence != from { states[record.id] = record }
      case .plan(let line): plans.append(line)
      default: break
      }
    }
    for (run, step) in steps where states[run]?.sequence != step.sequence {
      violate(2, "step \(step.sequence) of run \(run) is written without its state")
    }
    for (run, state) in states {
      guard let step = steps[run] else {
        violate(2, "run \(run) goes to \(state.sequence) without a step of its journal")
        continue
      }
      let last = shadow.journal[run]?.last?.sequence ?? 0
      if step.sequence != last + 1 { violate(2, "step \(step.sequence) of run \(run) follows \(last)") }
      fold(step, to: state, isFirst: last == 0)
      auditPlans(plans.filter { $0.run == run }, step)
    }
    for line in plans where states[line.run]?.sequence != line.sequence {
      violate(2, "\(line.step) of run \(line.run) is planned without its transition")
    }
    for write in batch { audit(write, batch) }
  }

  private func audit(_ write: Write, _ batch: [Write]) {
    switch write {
    case .start(let record):
      if shadow.starts[[record.workflow, record.subject, record.event]] != nil {
        violate(5, "\(record.event) starts \(record.workflow) for \(record.subject) a second time")
      }
      for other in shadow.runs.values where other.isLive && other.workflow == record.workflow {
        if other.subject == record.subject {
          violate(5, "two live runs of \(record.workflow) for \(record.subject)")
        }
      }
    case .plan(let line):
      if shadow.lines[line.key.text] != nil { violate(8, "the key of \(line.step) is used twice") }
    case .change(let line, let from): audit(line, from, batch)
    case .receive(let row):
      if shadow.inbox[row.incoming.key] != nil { violate(15, "\(row.incoming.id) is in the inbox twice") }
    default: break
    }
  }

  private func audit(_ line: Outgoing, _ from: Outgoing.State, _ batch: [Write]) {
    guard let known = shadow.lines[line.key.text] else {
      return violate(2, "\(line.key) changes and was not planned")
    }
    if known.state != from {
      violate(8, "\(line.step) goes from \(from.rawValue), and is \(known.state.rawValue)")
    }
    if known.digest != line.digest || known.rendering != line.rendering {
      violate(8, "\(line.step) carries other bytes than planned")
    }
    let isDone = [.accepted, .failed, .cancelled].contains(known.state)
    if isDone, line.state != known.state {
      violate(8, "\(line.step) was \(known.state.rawValue), and is \(line.state.rawValue)")
    }
    if line.state == .cancelled, known.state != .cancelled, !isTold(line, batch) {
      violate(7, "\(line.step) of run \(line.run) is withheld in silence")
    }
    if line.state == .unknown, known.state != .unknown,
      !batch.contains(where: { if case .task = $0 { true } else { false } })
    {
      violate(7, "nobody is told that \(line.step) of run \(line.run) may have arrived")
    }
  }

  /// The journal says that the touch was withheld.
  private func isTold(_ line: Outgoing, _ batch: [Write]) -> Bool {
    batch.contains {
      guard case .append(let step) = $0, step.run == line.run else { return false }
      return step.entries.contains {
        if case .withheld = $0.kind { return $0.step == line.step }
        return false
      }
    }
  }

  /// No line of the outbox without an entry that says so, and no such entry without a line.
  private func auditPlans(_ plans: [Outgoing], _ step: JournalStep) {
    let handed = step.entries.filter { $0.handover != nil }
    let told = step.entries.filter { if case .escalated = $0.kind { true } else { false } }
    if plans.count < handed.count {
      violate(
        7, "step \(step.sequence) of run \(step.run) says \(handed.count) hand-overs and plans \(plans.count)"
      )
    }
    if plans.count > handed.count + told.count {
      violate(
        2, "step \(step.sequence) of run \(step.run) plans \(plans.count) hand-overs and says \(handed.count)"
      )
    }
  }

  // MARK: The fold

  /// The machine, asked once more with what the journal says, gives the same state and the same entries.
  private func fold(_ step: JournalStep, to state: RunRecord, isFirst: Bool) {
    // A fault of the machine itself gives the same again: others must find it.
    guard let graph = engineGraphs[state.version] else { return violate(4, "run \(state.id) has no version") }
    let old = shadow.runs[state.id]
    if let old, old.version != state.version { violate(4, "run \(state.id) changes its version") }
    if step.at > machineNow {
      let guarantee = reckoned.isAhead ? 13 : 11
      violate(guarantee, "run \(state.id) is advanced at \(step.at.rfc3339(in: .utc))")
    }
    if let last = lastWritten, step.at < last {
      violate(13, "run \(state.id) is advanced at \(step.at.rfc3339(in: .utc)), after \(last.rfc3339(in: .utc))")
    }
    lastWritten = step.at
    let surroundings = Surroundings(
      zones: plant == .everywhereUTC ? OnlyUTC() : material.zones, caps: plant == .noCaps ? nil : caps,
      touchesElsewhere: step.touchesElsewhere, suppressed: Set(step.suppressed),
      held: Dictionary(step.held.map { ($0.name, $0.text) }, uniquingKeysWith: { one, _ in one }))
    let wanted: Transition
    if isFirst {
      guard let data = data(of: state, graph) else { return }
      wanted = Machine.start(graph, key: state.run.key, data: data, at: step.at, surroundings)
    } else {
      guard let old else { return violate(2, "run \(state.id) goes on and did not start") }
      guard let event = step.event else {
        // What the engine adds of itself changes no run.
        if old.run != state.run { violate(3, "run \(state.id) changes without an event") }
        return
      }
      if event.kind == .timer {
        guard let due = old.due else { return violate(11, "run \(state.id) is woken and waits for no timer") }
        if let line = shadow.lines.values.first(where: { $0.run == state.id && isOpenTouch($0) }) {
          violate(11, "run \(state.id) is woken, and \(line.step) has not left yet")
        }
        if due > machineNow {
          violate(11, "run \(state.id) is due \(due.rfc3339(in: .utc)) and woken before")
        }
      }
      if old.run.waiting == nil { return }
      wanted = Machine.step(graph, old.run, event, at: step.at, surroundings)
    }
    if features.contains(.unrenderable), step.entries.contains(where: { $0.type == "failed" }) { return }
    if wanted.run != state.run {
      violate(3, "the journal of run \(state.id) gives another state at \(step.sequence)")
    }
    var rest = step.entries.map(World.bare)[...]
    for entry in wanted.entries.map(World.bare) {
      guard let place = rest.firstIndex(of: entry) else {
        return violate(
          3, "step \(step.sequence) of run \(state.id) leaves out: \(entry.type) \(entry.step ?? "")")
      }
      rest = rest[(place + 1)...]
    }
  }

  private func isOpenTouch(_ line: Outgoing) -> Bool {
    line.touch && [.planned, .claimed, .marked, .held].contains(line.state)
  }

  /// Without what the channel made of it.
  private static func bare(_ entry: Entry) -> Entry {
    var entry = entry
    switch entry.kind {
    case .sent(var handover):
      handover.rendered = []
      entry.kind = .sent(handover)
    case .task(var handover):
      handover.rendered = []
      entry.kind = .task(handover)
    default: break
    }
    return entry
  }

  /// What a run started with: read once more from the event that started it.
  private func data(of state: RunRecord, _ graph: Graph) -> [String: Value]? {
    let row = shadow.inbox.values.first { row in
      let incoming = row.incoming
      return state.event == (incoming.source.isEmpty ? incoming.id : "\(incoming.source)#\(incoming.id)")
    }
    guard let row else {
      violate(2, "run \(state.id) started by an event that is not in the inbox")
      return nil
    }
    let fields: [String: Value]
    switch row.incoming.body {
    case .enrol(_, let input): fields = input
    case .event(_, _, let text):
      guard let json = try? JSONReader.read(text),
        case .record(let read) = readValue(json, as: .record(graph.triggerFields), zones: material.zones).0
      else { return nil }
      fields = read
    default: return nil
    }
    guard
      case .runs(let all) = Machine.enrol(graph, data: fields, at: state.run.started, zones: material.zones)
    else { return nil }
    return all.first { $0.key == state.run.key }?.data
  }
}
