import FlowCore
import FlowTime

/// A condition of the file, and where it is asked.
struct Question {
  enum Place: Equatable {
    case step
    case branch(Int)
    case stop
  }

  let node: NodeIndex
  let place: Place
  let condition: Expression
  /// What it may be mistaken for.
  let slips: [Expression]

  static func all(of graph: Graph) -> [Question] {
    graph.nodes.indices.flatMap { node -> [Question] in
      let step = graph.nodes[node]
      var all = step.condition.map { [(Place.step, $0)] } ?? []
      switch step.action {
      case .choose(let branches, _): all += branches.enumerated().map { (.branch($0), $1.when) }
      case .loop(let loop): all += loop.stopIf.map { [(.stop, $0)] } ?? []
      default: break
      }
      return all.map { Question(node: node, place: $0, condition: $1, slips: $1.slips.map(\.expression)) }
    }
  }
}

/// A run at an instant at which a question is answered, and how it came there.
struct Sitting {
  var question: Int
  var holds: Bool
  var beginning: Beginning
  var told: [Shown.Told]
  var run: Run
  var now: Instant
}

/// What the questions of a file are answered in its runs.
struct Questions {
  let graph: Graph
  let surroundings: Surroundings
  let all: [Question]

  init(_ graph: Graph, _ surroundings: Surroundings) {
    self.graph = graph
    self.surroundings = surroundings
    all = Question.all(of: graph)
  }

  /// Both answers, and one by one what it may be mistaken for.
  func goals(of index: Int) -> [Goal] {
    [.condition(index, holds: true), .condition(index, holds: false)]
      + all[index].slips.indices.map { .apart(index, slip: $0) }
  }

  /// Those that a transition has answered, with the run as it was then and how. `set`, or a touch, may have changed
  /// what they ask for after it: what they come to must be what the entries tell.
  func answered(_ before: Run?, _ transition: Transition, at now: Instant) -> [(question: Int, run: Run, holds: Bool)] {
    all.indices.compactMap { index in
      guard let holds = told(all[index], before, transition) else { return nil }
      let run = [transition.run, before].compactMap(\.self).first { self.holds(index, $0, at: now) == holds }
      return run.map { (index, $0, holds) }
    }
  }

  /// What it shows: how the question is answered, and what it was not mistaken for.
  func goals(_ index: Int, _ run: Run, holds: Bool, at now: Instant) -> Set<Goal> {
    var goals: Set<Goal> = [.condition(index, holds: holds)]
    for slip in all[index].slips.indices where isApart(index, slip: slip, run, at: now) {
      goals.insert(.apart(index, slip: slip))
    }
    return goals
  }

  func shows(_ goal: Goal, _ run: Run, at now: Instant) -> Bool {
    switch goal {
    case .condition(let index, let holds): isAsked(index, run, at: now) && self.holds(index, run, at: now) == holds
    case .apart(let index, let slip): isAsked(index, run, at: now) && isApart(index, slip: slip, run, at: now)
    default: false
    }
  }

  private func holds(_ index: Int, _ run: Run, at now: Instant) -> Bool? {
    value(all[index].condition, run, at: now)?.boolean
  }

  private func isApart(_ index: Int, slip: Int, _ run: Run, at now: Instant) -> Bool {
    guard let other = value(all[index].slips[slip], run, at: now)?.boolean else { return false }
    return holds(index, run, at: now).map { $0 != other } ?? false
  }

  /// A branch is asked for where none before it holds.
  private func isAsked(_ index: Int, _ run: Run, at now: Instant) -> Bool {
    guard case .branch(let branch) = all[index].place else { return true }
    return all.indices.allSatisfy { other in
      guard all[other].node == all[index].node, case .branch(let before) = all[other].place, before < branch else {
        return true
      }
      return holds(other, run, at: now) == false
    }
  }

  func zone(of run: Run) -> Zone { surroundings.zones.zone(named: run.zone) ?? .utc }

  func value(_ expression: Expression, _ run: Run, at now: Instant) -> Value? {
    Machine.value(of: expression, graph, run, at: now, surroundings)
  }

  /// How a question was answered, as the entries tell; nil where it was not asked.
  private func told(_ question: Question, _ before: Run?, _ transition: Transition) -> Bool? {
    let step = graph.nodes[question.node]
    let own = transition.entries.filter { $0.step == step.name }
    switch question.place {
    case .step:
      for entry in own {
        switch entry.kind {
        case .skipped(let reason): return reason == "\(question.condition.text) is false" ? false : nil
        case .failed, .withheld: return nil
        case .received, .timeout, .held: continue
        default: return true
        }
      }
      return transition.run.passed[question.node] != nil && before?.passed[question.node] == nil ? true : nil
    case .branch(let index):
      guard case .choose(let branches, _) = step.action else { return nil }
      for entry in own {
        guard case .chose(let key) = entry.kind else { continue }
        let taken = branches.firstIndex { $0.when.text == key } ?? branches.count
        return index > taken ? nil : index == taken
      }
      return nil
    case .stop:
      guard let round = before?.rounds[question.node] else { return nil }
      guard let now = transition.run.rounds[question.node] else { return true }
      return now.number > round.number ? false : nil
    }
  }
}
