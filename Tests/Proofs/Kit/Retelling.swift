import FlowCore
import FlowTime

/// A witness told to the machine once more: what comes of it, judged like any other run.
struct Retelling {
  let graph: Graph
  let surroundings: Surroundings

  /// Nil where the data start no run, or an event lies before the start.
  func tale(of witness: Witness) -> Tale? {
    guard
      case .runs(let enrolments) = Machine.enrol(
        graph, data: witness.input, at: witness.start, zones: surroundings.zones),
      let enrolment = enrolments.dropFirst(max(0, (witness.item ?? 1) - 1)).first
    else { return nil }
    var teller = Teller(graph, surroundings)
    var tale = teller.beginning(enrolment, at: witness.start, input: witness.input)
    var ahead = witness.events
    var now = witness.start
    var steps = 0
    while let waiting = tale.run.waiting, steps < 2_000 {
      steps += 1
      let due = max(now, waiting.wakes)
      let coming = ahead.indices.compactMap { index in instant(of: ahead[index], tale).map { (at: $0, index: index) } }
      if let next = coming.min(by: { ($0.at, $0.index) < ($1.at, $1.index) }), next.at <= due {
        guard next.at >= now else { return nil }
        now = next.at
        let event = Event(id: "\(tale.told.count)", at: now, kind: kind(ahead.remove(at: next.index)))
        tale.told.append(event)
        teller.tell(event, to: &tale, at: now)
      } else {
        now = due
        teller.tell(Event(id: "timer", at: now, kind: .timer), to: &tale, at: now)
      }
    }
    tale.isEndless = tale.run.waiting != nil
    return tale
  }

  private func kind(_ event: ScheduledEvent) -> Event.Kind {
    if case .outcome(let outcome, nil, let note) = event.kind, case .step(let node, _) = event.at {
      return .outcome(outcome, step: node, note: note)
    }
    return event.kind
  }

  private func instant(of event: ScheduledEvent, _ tale: Tale) -> Instant? {
    switch event.at {
    case .instant(let instant): return instant
    case .day(let days, let time): return dayShift(from: tale.start, days: days, at: time, zone: tale.zone)
    case .step(let node, let duration):
      let name = graph.nodes[node].name
      let isShown =
        switch graph.nodes[node].action {
        case .channel, .escalate: true
        default: false
        }
      let base = isShown ? tale.entries.first { $0.step == name && $0.goesOut }?.at : tale.run.passed[node]
      guard let base, let duration else { return base }
      let contact = tale.run.data["contact"]?[path: ["timezone"]].text.flatMap { surroundings.zones.zone(named: $0) }
      return add(
        duration, to: base, zone: tale.zone, calendar: graph.policy.calendar,
        hours: graph.policy.window.map { ($0, contact ?? tale.zone) })
    }
  }
}
