import FlowCore
import FlowTime

extension WitnessSearch {
  /// Everything that `flow simulate` needs to show the run.
  func witness(_ play: Play, _ breach: [Int]) -> Witness {
    let zone = play.course.zone
    let nowhere = graph.trigger.span
    return Witness(
      start: play.start, zone: zone.name, input: play.input, item: play.item,
      events: play.told.map { told in
        ScheduledEvent(
          at: .instant(told.at), atText: told.at.rfc3339(in: zone), kind: told.kind, span: nowhere)
      },
      timeline: play.course.entries, conditions: conditions(play.course), places: places(play.course, breach),
      breach: breach)
  }

  /// The run that a witness names, played by the machine alone; nil where its data start none.
  public func replay(_ witness: Witness) -> Course? {
    var player = Player(graph: graph, zones: zones, caps: caps, steps: .max)
    guard var play = player.begin(witness.input, at: witness.start, item: witness.item) else { return nil }
    for event in witness.events {
      guard case .instant(let at) = event.at else { return nil }
      // An event and a timer at the same instant: the event wins.
      while let due = play.due, due < at { guard player.goOn(&play) else { break } }
      _ = player.tell(&play, event.kind, at: at)
    }
    return player.finish(&play) ? play.course : nil
  }

  /// Conditions as they turned out, in the order of the timeline, each once.
  private func conditions(_ course: Course) -> [Witness.Condition] {
    var found: [Witness.Condition] = []
    func add(_ text: String, _ holds: Bool) {
      let one = Witness.Condition(text: text, holds: holds)
      if !found.contains(one) { found.append(one) }
    }
    for entry in course.entries {
      guard let index = entry.step.flatMap(graph.node(named:)) else { continue }
      let node = graph.nodes[index]
      // A round comes again where its `repeat` has not been stopped.
      if let round = entry.round, round > 1, let around = node.repeats.last,
        case .loop(let loop) = graph.nodes[around].action, let stop = loop.stopIf
      {
        add(stop.text, false)
      }
      switch (entry.kind, node.action) {
      case (.chose(let chosen), .choose(let branches, _)):
        for branch in branches {
          add(branch.when.text, branch.when.text == chosen)
          if branch.when.text == chosen { break }
        }
      case (.skipped(let because), _):
        if let condition = node.condition, because == "\(condition.text) is false" {
          add(condition.text, false)
        }
      case (.sent, _), (.task, _), (.escalated, _), (.waiting, _), (.set, _):
        if let condition = node.condition { add(condition.text, true) }
      default: break
      }
    }
    return found
  }

  private func places(_ course: Course, _ breach: [Int]) -> [Witness.Place] {
    var places: [Witness.Place] = []
    for at in breach where course.entries.indices.contains(at) {
      guard let step = course.entries[at].step, let index = graph.node(named: step) else { continue }
      let place = Witness.Place(step: step, span: graph.nodes[index].span)
      if !places.contains(place) { places.append(place) }
    }
    return places
  }
}
