import FlowCore

/// Where a run stood after one step of its journal: what no entry says, found by folding it anew.
public struct RunStage: Sendable, Hashable {
  /// The step that waited to be done, or for something to come; nil where none did, and where it had been handed over.
  var waiting: String?
  /// Inside a `repeat`, from 1.
  var round: Int?
  /// The `at:` or `after:` that had not come.
  var notYet: String?
  /// Steps that were due and gave way to another place or an end, and why.
  var gaveWay: [GaveWay] = []

  struct GaveWay: Sendable, Hashable {
    var step: String
    var round: Int?
    /// It has had its rounds.
    var isRepeat: Bool
    var because: String
  }

  init(_ transition: Transition, _ graph: Graph) {
    func round(_ node: Node) -> Int? { node.repeats.last.flatMap { transition.run.rounds[$0]?.number } }
    gaveWay = transition.gaveWay.map { gave in
      let node = graph.nodes[gave.node]
      let isRepeat = if case .loop = node.action { true } else { false }
      return GaveWay(step: node.name, round: round(node), isRepeat: isRepeat, because: gave.because)
    }
    guard let waiting = transition.run.waiting else { return }
    let node = graph.nodes[waiting.node]
    switch waiting.stage {
    case .before: notYet = node.due?.text
    case .deferring, .plain, .listening: break
    case .outcome, .round, .escalating: return
    }
    self.waiting = node.name
    self.round = round(node)
  }

  /// The same a moment later, when nothing has happened to the run.
  var still: RunStage {
    var still = self
    still.gaveWay = []
    return still
  }
}
