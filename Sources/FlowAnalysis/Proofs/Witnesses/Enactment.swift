import FlowCore
import FlowTime

extension Player {
  /// A scenario of the file, from its start to its end, as `flow run` tells it to the engine.
  /// - Returns: nil where its data start no run, the steps are spent, or something in it could not be told as one
  ///   event at one instant.
  mutating func enact(_ scenario: Scenario) -> Play? {
    guard var play = begin(scenario.input, at: scenario.start, item: scenario.item) else { return nil }
    var ahead = scenario.events
    while let due = play.due {
      let known = ahead.enumerated().compactMap { index, event in
        instant(of: event.at, in: play).map { (at: max($0, play.now), index: index) }
      }
      // An event and a timer at the same instant: the event wins.
      guard let next = known.min(by: { ($0.at, $0.index) < ($1.at, $1.index) }), next.at <= due else {
        guard goOn(&play) else { break }
        continue
      }
      let event = ahead.remove(at: next.index)
      if case .outcome(_, nil, _) = event.kind, case .step(let node, _) = event.at, play.run.waiting?.node != node {
        return nil
      }
      guard tell(&play, event.kind, at: next.at) else { return nil }
    }
    return play.run.waiting == nil ? play : nil
  }

  /// Nil where it counts from a step that has not come about yet.
  private func instant(of at: ScheduledEvent.At, in play: Play) -> Instant? {
    let zone = play.course.zone
    switch at {
    case .instant(let instant): return instant
    case .day(let days, let time): return dayShift(from: play.run.started, days: days, at: time, zone: zone)
    case .step(let node, let duration):
      guard let base = instant(of: node, in: play) else { return nil }
      guard let duration else { return base }
      // Business hours are the window's, read where the contact is.
      let contact = play.run.data["contact"]?[path: ["timezone"]].text.flatMap { zones.zone(named: $0) }
      return add(
        duration, to: base, zone: zone, calendar: graph.policy.calendar,
        hours: graph.policy.window.map { ($0, contact ?? zone) })
    }
  }

  private func instant(of node: NodeIndex, in play: Play) -> Instant? {
    guard graph.nodes.indices.contains(node) else { return nil }
    let step = graph.nodes[node]
    switch step.action {
    case .channel, .escalate: return play.course.entries.first { $0.step == step.name && $0.goesOut }?.at
    default: return play.run.passed[node]
    }
  }
}
