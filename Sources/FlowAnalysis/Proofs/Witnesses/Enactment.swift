import FlowCore

extension Player {
  /// A scenario of the file, from its start to its end, as `flow run` tells it to the engine.
  /// - Returns: nil where its data start no run, the steps are spent, or something in it could not be told as one
  ///   event at one instant.
  mutating func enact(_ scenario: Scenario) -> Play? {
    guard var play = begin(scenario.input, at: scenario.start, item: scenario.item) else { return nil }
    var ahead = scenario.events
    while let due = play.due {
      let known = ahead.enumerated().compactMap { index, event in
        event.at.instant(in: play.run, of: graph, zones: zones) { play.course.entries }
          .map { (at: max($0, play.now), index: index) }
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
}
