import FlowCore
import FlowTime

/// Counts what came of runs (``FlowCore/Figures``), one run after the other: nothing of a run is kept.
public struct Counting {
  private var workflows: [String: Tally] = [:]

  public init() {}

  /// - Parameter graph: the run's version: the order of its steps, and its goal; nil where it is not kept.
  public mutating func add(_ history: RunHistory, graph: Graph?) {
    var tally = workflows.removeValue(forKey: history.workflow) ?? Tally(workflow: history.workflow)
    tally.add(history, graph)
    workflows[history.workflow] = tally
  }

  /// By workflow.
  public var figures: [Figures] {
    workflows.values.map(\.figures).sorted { $0.workflow < $1.workflow }
  }
}

private struct Tally {
  private var whole: Figures
  private var steps: [String: Figures.Step] = [:]
  /// Names in the order of the file, those of the latest version last seen.
  private var order: [String] = []
  private var times: [Int64] = []
  private var stepTimes: [String: [Int64]] = [:]
  private var goalSteps: [String: (first: Int, last: Int, linear: Double)] = [:]

  private var arms: [ArmName: Figures.Arm] = [:]
  private var armOrder: [ArmName] = []

  private struct ArmName: Hashable {
    var split: String
    var arm: String
  }

  init(workflow: String) { whole = Figures(workflow: workflow) }

  mutating func add(_ history: RunHistory, _ graph: Graph?) {
    whole.runs += 1
    if let graph { note(graph) }
    var touches: [(step: String, at: Instant)] = []
    for step in history.steps {
      for (index, entry) in step.entries.enumerated() where hasLeft(index, step, history) { count(entry, &touches) }
    }
    for delivery in history.deliveries { count(delivery) }
    if let graph { countArms(history, graph) }
    for late in history.toldLate { change(late.step) { $0.outcomes[late.outcome, default: 0] += 1 } }
    guard let outcome = history.run.outcome else {
      whole.live += 1
      return
    }
    whole.outcomes[outcome, default: 0] += 1
    if graph?.goal.contains(outcome) == true { credit(touches.map(\.step)) }
  }

  /// Not what is still to leave, nor what was stopped before it left.
  private func hasLeft(_ index: Int, _ step: RunHistory.Step, _ history: RunHistory) -> Bool {
    switch step.entries[index].kind {
    case .sent, .task, .escalated: break
    default: return true
    }
    guard let delivery = history.delivery(of: index, in: step) else { return true }
    return delivery.attempts > 0 && delivery.state != "cancelled"
  }

  private mutating func note(_ graph: Graph) {
    whole.goal = graph.goal
    var names: [String] = []
    for node in graph.nodes {
      let touch: Bool
      switch node.action {
      case .channel(let action): touch = action.touch
      case .escalate: touch = false
      default: continue
      }
      names.append(node.name)
      if steps[node.name] == nil { steps[node.name] = Figures.Step(name: node.name, verb: node.verb, touch: touch) }
    }
    if names != order { order = names + order.filter { !names.contains($0) } }
  }

  /// By the way that the run went when it first came to the `split`.
  private mutating func countArms(_ history: RunHistory, _ graph: Graph) {
    let all = graph.nodes.flatMap { node -> [ArmName] in
      guard case .split(let split) = node.action else { return [] }
      return split.arms.map { ArmName(split: node.name, arm: $0.name) }
    }
    guard !all.isEmpty else { return }
    armOrder = all + armOrder.filter { !all.contains($0) }
    let splits = Set(all.map(\.split))
    var gone: [String: String] = [:]
    var hasAnswered = false
    for entry in history.entries {
      switch entry.kind {
      case .chose(let arm):
        if let step = entry.step, splits.contains(step), gone[step] == nil { gone[step] = arm }
      case .received("reply", _, _, _): hasAnswered = true
      default: break
      }
    }
    for (split, name) in gone {
      let key = ArmName(split: split, arm: name)
      var arm = arms[key] ?? Figures.Arm(split: split, name: name)
      arm.runs += 1
      if hasAnswered { arm.answered += 1 }
      if let outcome = history.run.outcome {
        arm.ended += 1
        arm.outcomes[outcome, default: 0] += 1
        if graph.goal.contains(outcome) { arm.reached += 1 }
      }
      arms[key] = arm
    }
  }

  private mutating func begin(_ name: String, _ verb: String, touch: Bool) {
    guard steps[name] == nil else { return }
    steps[name] = Figures.Step(name: name, verb: verb, touch: touch)
    order.append(name)
  }

  private mutating func change(_ name: String, _ body: (inout Figures.Step) -> Void) {
    guard var step = steps[name] else { return }
    body(&step)
    steps[name] = step
  }

  private mutating func count(_ entry: Entry, _ touches: inout [(step: String, at: Instant)]) {
    let name = entry.step ?? ""
    switch entry.kind {
    case .sent(let handover), .task(let handover):
      begin(name, handover.verb, touch: handover.touch)
      change(name) { $0.sent += 1 }
      if handover.touch { touches.append((name, entry.at)) }
    case .escalated:
      begin(name, "escalate", touch: false)
      change(name) { $0.sent += 1 }
    case .received("ack", _, _, _) where steps[name] != nil: change(name) { $0.outcomes["ack", default: 0] += 1 }
    case .withheld: change(name) { $0.withheld += 1 }
    case .skipped: change(name) { $0.skipped += 1 }
    case .failed: change(name) { $0.failed += 1 }
    case .timeout: change(name) { $0.outcomes["timeout", default: 0] += 1 }
    case .received("task", _, let outcome?, _): change(name) { $0.outcomes[outcome, default: 0] += 1 }
    case .received("reply", let kind, _, _): reply(kind ?? "reply", entry.at, touches.last)
    case .received(let event, _, _, _):
      guard let last = touches.last?.step else { return }
      switch event {
      case "bounce": change(last) { $0.bounced += 1 }
      case "opened": change(last) { $0.opened = ($0.opened ?? 0) + 1 }
      case "clicked": change(last) { $0.clicked = ($0.clicked ?? 0) + 1 }
      default: break
      }
    default: break
    }
  }

  private mutating func reply(_ kind: String, _ at: Instant, _ touch: (step: String, at: Instant)?) {
    whole.replies[kind, default: 0] += 1
    guard let touch else { return }
    let time = at.milliseconds(since: touch.at)
    times.append(time)
    stepTimes[touch.step, default: []].append(time)
    change(touch.step) { $0.replies[kind, default: 0] += 1 }
  }

  private mutating func count(_ delivery: RunHistory.Delivery) {
    if delivery.state == "accepted" { change(delivery.step) { $0.delivered += 1 } }
  }

  private mutating func credit(_ touches: [String]) {
    whole.reached += 1
    guard let first = touches.first, let last = touches.last else { return }
    goalSteps[first, default: (0, 0, 0)].first += 1
    goalSteps[last, default: (0, 0, 0)].last += 1
    for step in touches { goalSteps[step, default: (0, 0, 0)].linear += 1 / Double(touches.count) }
  }

  var figures: Figures {
    var figures = whole
    figures.toReply = Tally.times(times)
    figures.arms = armOrder.compactMap { arms[$0] }
    let all = order + steps.keys.filter { !order.contains($0) }.sorted()
    figures.steps = all.compactMap { name in
      guard var step = steps[name] else { return nil }
      step.toReply = Tally.times(stepTimes[name] ?? [])
      if let share = goalSteps[name] {
        step.credit = Figures.Credit(
          first: share.first * 1000, last: share.last * 1000, linear: Int((share.linear * 1000).rounded()))
      }
      return step
    }
    return figures
  }

  /// Nearest rank: the least value that so many of a hundred do not exceed.
  private static func times(_ all: [Int64]) -> Figures.Times {
    guard !all.isEmpty else { return Figures.Times() }
    let sorted = all.sorted()
    func rank(_ percent: Int) -> Int64 { sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
    return Figures.Times(count: all.count, median: rank(50), p90: rank(90))
  }
}
