import FlowCore

/// What the run was at and did not do, though no entry of its journal says so.
extension Explainer {
  /// The step that the run waited at when something else led it on, in this step of its journal.
  func interrupted(at place: Int) -> Reasons.Answer? {
    guard let stages, place > 0, stages.indices.contains(place), let name = stages[place - 1].waiting,
      stages[place].waiting != name || stages[place].round != stages[place - 1].round
    else { return nil }
    let step = history.steps[place]
    // What takes its own event, or is moved to another version, is told by that.
    guard !step.entries.contains(where: { $0.step == name && !$0.isStandingBy }), let cause = step.cause else {
      return nil
    }
    let before = stages[place - 1]
    return Reasons.Answer(
      step: name, round: before.round, what: .interrupted, at: step.at,
      facts: [cause] + (before.notYet.map { [.notYet($0)] } ?? []))
  }

  /// Steps that were due in this step of its journal, and that a rule of the file left out; a `repeat` that it ended.
  func gaveWay(at place: Int) -> [Reasons.Answer] {
    guard let stages, stages.indices.contains(place) else { return [] }
    return stages[place].gaveWay.map {
      Reasons.Answer(
        step: $0.step, round: $0.round, what: $0.isRepeat ? .passed : .skipped, at: history.steps[place].at,
        facts: [.because($0.because)])
    }
  }

  /// Where the step stands in a list that the run has not gone into: what made it go another way.
  func turning(before index: NodeIndex, _ graph: Graph) -> Reasons.Fact? {
    var list = graph.nodes[index].place.list
    while case .nested(in: let outer) = graph.lists[list] {
      if history.run.reached.contains(where: { graph.nodes[$0].place.list == list }) { return nil }
      let name = graph.nodes[outer].name
      for entry in history.entries.reversed() where entry.step == name {
        switch entry.kind {
        case .chose(let which): return .chose(step: name, which)
        case .timeout: return .timedOut(step: name)
        case .received(_, _, _, let took) where !["nothing", "default", "hold"].contains(took):
          return .turned(step: name, by: took)
        default: continue
        }
      }
      list = graph.nodes[outer].place.list
    }
    return nil
  }
}

extension Entry {
  /// It says that its step waits, and not what became of it.
  var isStandingBy: Bool {
    switch kind {
    case .waiting, .deferred, .held: true
    default: false
    }
  }
}

extension RunHistory.Step {
  /// What came that a run may be led on by.
  fileprivate var cause: Reasons.Fact? {
    for entry in entries {
      switch entry.kind {
      case .received(let event, let name, let outcome, let took) where took != "nothing":
        return .came(event: event, as: name ?? outcome, took: took)
      case .cancelled(let because): return .because("it was cancelled: \(because)")
      default: continue
      }
    }
    return nil
  }
}
