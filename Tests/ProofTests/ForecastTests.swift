import FlowAnalysis
import FlowCore
import FlowTime
import ProofKit
import Testing

/// The generated workflows of `make proofs`, walked by the compiled walker and by the machine, and computed.
struct ForecastTests {
  /// Every class of reply and every outcome of a step comes about, mails bounce, and people are away, unsubscribe and
  /// complain.
  private func everything(of graph: Graph) -> Assumptions {
    let span = Span.file("test")
    var assume = Assumptions()
    let classes = graph.replies.map(\.name) + ["reply"]
    assume.reply = classes.map { .init(name: $0, share: 5000 / classes.count, span: span) }
    assume.after = .hours(20)
    assume.events = Assumptions.builtIn.map { .init(name: $0, share: 500, span: span) }
    for node in graph.nodes {
      guard case .channel(let action) = node.action, action.until != nil, !action.outcomes.isEmpty else { continue }
      assume.steps.append(
        .init(
          name: node.name,
          shares: action.outcomes.map { .init(name: $0, share: 7000 / action.outcomes.count, span: span) }))
    }
    return assume
  }

  /// From a week before the clocks change in Berlin on, for two.
  private func cohort(_ graph: Graph, _ workshop: Workshop, contacts: Int, capacity: [String: Int] = [:]) -> Cohort {
    let start = Instant(seconds: 1_774_051_200)  // 2026-03-21 00:00 UTC
    return Cohort(
      graph: graph, data: Sample.record(graph.triggerFields, at: start), assume: everything(of: graph),
      capacity: capacity, zones: workshop.zones, contacts: contacts, seed: 11, start: start, over: .days(14))
  }

  private func graphs(_ seeds: ClosedRange<UInt64>, _ workshop: Workshop) -> [(seed: UInt64, graph: Graph)] {
    seeds.compactMap { seed in
      if case .success(let graph) = workshop.compile(Generated(seed: seed)) { (seed, graph) } else { nil }
    }
  }

  @Test func `the compiled walker does with generated workflows what the machine does`() throws {
    let workshop = try AgreementTests.workshop.get()
    var (compiled, ended) = (0, 0)
    for (seed, graph) in graphs(1...30, workshop) {
      for capacity in [[:], ["call": 2, "email": 3, "task": 1, "sms": 2]] {
        let cohort = cohort(graph, workshop, contacts: 12, capacity: capacity)
        let (ours, theirs) = (cohort.followed(traced: true), cohort.followed(.machine, traced: true))
        #expect(ours.traces == theirs.traces, "seed \(seed), \(capacity)")
        #expect(ours.figures == theirs.figures, "seed \(seed), \(capacity)")
        compiled += ours.fallback == nil ? 1 : 0
        ended += theirs.traces.count { $0.outcome != nil && $0.touches > 0 }
      }
    }
    // What is carried by the machine in the first place shows nothing, nor does who is never written to.
    #expect(compiled >= 15 && ended >= 150, "\(compiled) compiled, \(ended) contacts touched")
  }

  @Test func `what is computed of generated workflows is what is counted, within the error of counting`() throws {
    let workshop = try AgreementTests.workshop.get()
    var (compared, mixed) = (0, 0)
    for (seed, graph) in graphs(1...16, workshop) {
      let count = 100
      let cohort = cohort(graph, workshop, contacts: count)
      let counted = cohort.followed()
      // The machine carries the others in both, one contact at a time.
      if counted.fallback != nil { continue }
      let computed = cohort.exactFigures(.init(starts: count))
      #expect(abs(computed.refused - counted.figures.refused) <= 2, "seed \(seed)")
      for outcome in Set(counted.figures.outcomes.map(\.name)).union(computed.outcomes.map(\.name)) {
        let sampled = counted.figures.outcomes.first { $0.name == outcome }?.count ?? 0
        let expected = computed.outcomes.first { $0.name == outcome }?.count ?? 0
        let share = min(1, max(0, expected / Double(count)))
        // Four and a half standard errors of some hundred outcomes; starts lie half a distance apart.
        let most = 4.5 * (Double(count) * share * (1 - share)).squareRoot() + 2.5
        #expect(abs(sampled - expected) <= most, "seed \(seed), \(outcome): \(sampled) counted, \(expected) computed")
        mixed += share > 0.05 && share < 0.95 ? 1 : 0
      }
      compared += 1
    }
    #expect(compared >= 5 && mixed >= 10, "\(compared) compared, \(mixed) outcomes neither sure nor rare")
  }
}
