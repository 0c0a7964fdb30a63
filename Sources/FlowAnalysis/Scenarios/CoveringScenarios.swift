import FlowCore
import FlowTime

/// The scenarios that show everything a workflow has, as few and as plain as may be.
public struct CoveringScenarios: Sendable {
  public struct Made: Sendable {
    public var scenario: Scenario
    public var beginning: Beginning
    public var zone: Zone
  }

  public let scenarios: [Made]
  /// Steps, cases, timeouts and outcomes that no run came to.
  public let missing: [Coverage.Missing]

  /// - Parameters:
  ///   - beginnings: what to begin with, the plainest first; further ones are made from them.
  ///   - taken: names that other scenarios bear.
  public init(_ graph: Graph, _ surroundings: Surroundings, beginnings: [Beginning], taken: Set<String> = []) {
    let all = Covering.all(of: graph)
    let counted = Set(all.map(\.goal))
    var shown = ScenarioSearch.everything(graph, surroundings, beginnings)
    // What the language fills in (`next`) needs no scenario of its own.
    for index in shown.indices {
      shown[index].goals = shown[index].goals.filter { goal in
        if case .took = goal { counted.contains(goal) } else { true }
      }
    }
    let chosen = Self.chosen(shown)
    let reached = shown.reduce(into: Set<Goal>()) { $0.formUnion($1.goals) }
    missing = all.filter { !reached.contains($0.goal) }.map { Coverage.Missing($0.name, at: $0.span) }
    var writer = ScenarioWriter(graph, taken: taken)
    scenarios = chosen.map { Made(scenario: writer.scenario($0), beginning: $0.beginning, zone: $0.zone) }
  }

  /// Those with the fewest events first, and of them whichever shows most that is new; then none that the others make
  /// superfluous.
  private static func chosen(_ shown: [Shown]) -> [Shown] {
    // The story of the contact who never answers comes first, whatever else there is.
    guard let story = shown.first else { return [] }
    var open = shown.reduce(into: Set<Goal>()) { $0.formUnion($1.goals) }.subtracting(story.goals)
    var chosen: [Shown] = []
    for depth in 0...(shown.map(\.told.count).max() ?? 0) {
      // What only more events can show waits for them; what these can, they show.
      var level = shown.filter { $0.told.count == depth && $0.beginning.change == nil }
      let changed = shown.filter { $0.told.count == depth && $0.beginning.change != nil }
      for pool in [level, changed] {
        level = pool
        while let best = level.max(by: { value($0, open) < value($1, open) }), value(best, open) > 0 {
          chosen.append(best)
          open.subtract(best.goals)
          level.removeAll { $0.goals.isDisjoint(with: open) }
        }
      }
    }
    var counts: [Goal: Int] = [:]
    for one in [story] + chosen { for goal in one.goals { counts[goal, default: 0] += 1 } }
    return [story]
      + chosen.filter { one in
        guard one.goals.allSatisfy({ counts[$0, default: 0] > 1 }) else { return true }
        for goal in one.goals { counts[goal, default: 0] -= 1 }
        return false
      }
  }

  /// Whatever comes after something was sent is more likely than what comes before.
  private static func value(_ shown: Shown, _ open: Set<Goal>) -> Int {
    let new = shown.goals.intersection(open).count
    let isUsual = shown.told.first.map { shown.before($0) != nil } ?? true
    return new == 0 ? 0 : 2 * new + (isUsual ? 1 : 0)
  }
}
