import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Contacts who come evenly over the week from Monday, 2 March 2026, in Berlin.
protocol ExactCase {}

extension ExactCase {
  func cohort(_ text: String, _ assume: Assumptions, contacts: Int = 1000) throws -> Cohort {
    let graph = try expectGraph(text)
    let start = try ZonedStart.parse("2026-03-02 00:00 Europe/Berlin", zones: Draft.zones).instant
    return Cohort(
      graph: graph, data: Sample.record(graph.triggerFields, at: start), assume: assume, zones: Draft.zones,
      contacts: contacts, seed: 1, start: start, over: .days(7))
  }

  func share(_ name: String, _ share: Int) -> Assumptions.Share {
    .init(name: name, share: share, span: .file("test"))
  }
}
