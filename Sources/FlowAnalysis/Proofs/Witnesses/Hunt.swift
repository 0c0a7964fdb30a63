import FlowCore
import FlowTime

/// How a run came about, apart from its start.
struct Trace: Hashable, Sendable {
  var choice: Inputs.Choice
  var incidents: [Incident]

  func with(_ one: Incident) -> Trace { Trace(choice: choice, incidents: incidents + [one]) }
}

struct Found {
  var play: Play
  var judgement: Monitor.Judgement
  var trace: Trace
}

/// What a search has seen so far.
struct Hunt {
  /// A run that does not break the claim, but nearly.
  struct Near {
    var slack: Int64
    var trace: Trace
    /// How long it lasted.
    var days: Int
  }

  let claim: Claim
  let graph: Graph
  let judge: (Course) -> Monitor.Judgement
  private(set) var best: Found?
  /// Ascending by what is left, one a trace.
  private(set) var nearest: [Near] = []
  /// Outcomes that are still looked for, and a run for each that was found.
  private var wanted: Set<String>
  private(set) var shown: [String: Play] = [:]
  private(set) var mostTouches = 0
  let isForOutcomes: Bool
  /// Fields of the data that a step may change.
  private let written: [String]

  private static let mostNear = 8

  /// - Parameter wanted: outcomes, where these are looked for and no breach.
  init(
    claim: Claim, graph: Graph, wanted: Set<String> = [],
    judge: @escaping (Course) -> Monitor.Judgement
  ) {
    self.wanted = wanted
    isForOutcomes = !wanted.isEmpty
    self.claim = claim
    self.graph = graph
    self.judge = judge
    let fields = graph.nodes.flatMap { node -> [String] in
      if case .set(let assignments) = node.action { assignments.compactMap(\.path.first) } else { [] }
    }
    written = Set(fields).sorted()
  }

  /// All outcomes have been found.
  var isOver: Bool { isForOutcomes && wanted.isEmpty }

  /// - Returns: whether a run is found that breaks the claim, or for each outcome one.
  mutating func looks(at play: Play, _ trace: Trace) -> Bool {
    if isForOutcomes {
      mostTouches = max(mostTouches, play.run.touches)
      if let outcome = play.run.outcome, wanted.remove(outcome) != nil { shown[outcome] = play }
      return wanted.isEmpty
    }
    let judgement = judge(play.course)
    guard judgement.isBroken else {
      if let slack = judgement.slack { note(slack, trace, days: Int(looked(at: play) / 86_400_000)) }
      return best != nil
    }
    let isEarlier = best.map { length(play) < length($0.play) } ?? true
    if isEarlier { best = Found(play: play, judgement: judgement, trace: trace) }
    return true
  }

  private func length(_ play: Play) -> Int64 { play.now.milliseconds(since: play.start) }

  /// So long what happens in a run matters.
  private func looked(at play: Play) -> Int64 {
    guard case .firstTouch = claim, let first = play.course.entries.first(where: { $0.handover?.touch == true })
    else { return length(play) }
    return first.at.milliseconds(since: play.start)
  }

  private mutating func note(_ slack: Int64, _ trace: Trace, days: Int) {
    if let known = nearest.firstIndex(where: { $0.trace == trace }) {
      nearest[known].slack = min(nearest[known].slack, slack)
    } else if nearest.count < Self.mostNear || slack < nearest[nearest.count - 1].slack {
      nearest.append(Near(slack: slack, trace: trace, days: days))
    } else {
      return
    }
    nearest.sort { $0.slack < $1.slack }
    if nearest.count > Self.mostNear { nearest.removeLast() }
  }

  /// Which of the claim's milestones a run has come to.
  private func marks(_ course: Course) -> [Bool] {
    claim.milestones.map { milestone in course.entries.contains { milestone.isReached(by: $0, in: graph) } }
  }

  func signature(_ play: Play, _ choice: Inputs.Choice) -> Signature {
    Signature(play, choice, marks(play.course), written.map { play.run.data[$0] ?? .absent })
  }
}

/// What decides how a run goes on, without its instants.
struct Signature: Hashable {
  private let node: NodeIndex?
  private let stage: Run.Waiting.Stage?
  private let outcome: String?
  private let reached: Set<NodeIndex>
  private let rounds: [NodeIndex: Int]
  private let touches: Int
  private let hasAnswered: Bool
  private let suppressed: Set<String>
  private let isHeld: Bool
  private let choice: Inputs.Choice
  private let marks: [Bool]
  /// What steps may have changed.
  private let written: [Value]

  fileprivate init(_ play: Play, _ choice: Inputs.Choice, _ marks: [Bool], _ written: [Value]) {
    let run = play.run
    node = run.waiting?.node
    stage = run.waiting?.stage
    outcome = run.outcome
    reached = run.reached
    rounds = run.rounds.mapValues(\.number)
    touches = run.touches
    hasAnswered = run.answered != nil
    suppressed = run.suppressed
    isHeld = run.heldDays > 0 || run.waiting?.hold != nil
    self.choice = choice
    self.marks = marks
    self.written = written
  }
}
