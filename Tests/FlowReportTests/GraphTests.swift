import FlowCore
import FlowReport
import Testing

@Suite struct GraphTests {
  @Test func asPicture() throws {
    expectSnapshot(GraphReport.svg(try Samples.proposalGraph()), "proposal.svg")
    expectSnapshot(GraphReport.svg(try Samples.forkedGraph()), "forks.svg")
  }

  @Test func forMermaid() throws {
    expectSnapshot(GraphReport.mermaid(try Samples.proposalGraph()), "proposal.mmd")
    expectSnapshot(GraphReport.mermaid(try Samples.forkedGraph()), "forks.mmd")
  }

  @Test func forGraphviz() throws { expectSnapshot(GraphReport.dot(try Samples.forkedGraph()), "forks.dot") }

  @Test func asData() throws {
    expectSnapshot(GraphReport.json(try Samples.proposalGraph()), "proposal-graph.json")
  }

  /// A step leads on by its own name where nothing is waited for, and only by its cases where something is.
  @Test func edgesOfSteps() throws {
    let graph = try Samples.proposalGraph()
    #expect(graph.edges(from: 0).map(\.kind) == [.next])
    #expect(graph.edges(from: 1).map(\.kind) == [.timeout])
    #expect(
      graph.edges(from: 2).map(\.label) == ["timeout", "connected", "no-answer", "voicemail", "wrong-number"])
    #expect(graph.edges(from: 6).map(\.to) == [.end("no-response")])
    #expect(graph.edges(from: 99).isEmpty)
    #expect(graph.edges.first?.kind == .start)
    #expect(graph.edges.filter { $0.kind == .anytime }.count == 6)
  }

  @Test func edgesOfForks() throws {
    let graph = try Samples.forkedGraph()
    #expect(graph.edges(from: 0).map(\.kind) == [.arm, .arm, .arm])
    #expect(graph.edges(from: 4).map(\.kind) == [.branch, .branch, .branch])
    #expect(graph.edges(from: 5).map(\.kind) == [.round, .next])
    #expect(graph.edges(from: 10).map(\.kind) == [.closed, .next])
  }
}
