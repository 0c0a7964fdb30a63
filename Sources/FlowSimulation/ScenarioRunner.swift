import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// Tells scenarios to the engine, and compares what comes of them with what they expect.
public struct ScenarioRunner: Sendable {
  let simulator: Simulator

  public init(_ simulator: Simulator) { self.simulator = simulator }

  /// - Parameter file: where the scenario stands; the workflow's own file where nil.
  public func run(_ scenario: Scenario, of graph: Graph, file: String? = nil) async throws(StoreError)
    -> ScenarioResult
  {
    let simulated = try await simulator.run(
      Story(
        workflow: graph.workflow, start: scenario.start, beginning: .input(scenario.input),
        item: scenario.item,
        events: scenario.events))
    var result = ScenarioResult(
      workflow: graph.workflow, file: file ?? graph.file, name: scenario.name, span: scenario.span,
      timeline: simulated.timeline, walked: Set((simulated.run?.passed ?? [:]).keys))
    result.problems = simulated.problems.map { problem($0, scenario, graph) }
    if let timeline = simulated.timeline, scenario.expectSpan != nil || !scenario.expect.isEmpty {
      result.problems +=
        Comparison(scenario.expect, timeline, span: scenario.expectSpan ?? scenario.span).problems
    }
    return result
  }

  private func problem(_ problem: Simulated.Problem, _ scenario: Scenario, _ graph: Graph)
    -> ScenarioResult.Problem
  {
    switch problem {
    case .refused(let reasons):
      .init(expected: "a run", got: nil, because: reasons.joined(separator: "; "), span: scenario.span)
    case .unmet(let index, let because):
      .init(
        expected: "\(scenario.events[index].atText): \(scenario.events[index].kind.words)", got: nil,
        because: because,
        span: scenario.events[index].span)
    case .unrendered(let node, let because):
      .init(
        expected: nil, got: nil, because: "\(graph.nodes[node].name) cannot be rendered: \(because)",
        span: graph.nodes[node].span)
    case .endless(let because): .init(expected: "an end", got: nil, because: because, span: scenario.span)
    }
  }
}

extension Event.Kind {
  /// As a scenario says it: `reply Sounds good`, `task connected`, `out-of-office`.
  fileprivate var words: String {
    switch self {
    case .reply(let text): "reply \(text)"
    case .outcome(let outcome, _, _): "task \(outcome)"
    default: Event(id: "", at: .epoch, kind: self).name
    }
  }
}
