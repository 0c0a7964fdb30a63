import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowTesting
import Testing

/// Each page of what proofs find: its example raises exactly its code, its correction nothing.
struct PageTests {
  private func findings(_ text: String) throws -> [Diagnostic] {
    let compilation = Draft().compile(text, completing: false)
    #expect(compilation.diagnostics.map(\.message) == [])
    let workflow = try #require(compilation.workflows.first)
    let search = WitnessSearch(graph: workflow.graph, zones: Draft.zones, steps: 20_000)
    let claims = Claims.standard(for: workflow.graph) + workflow.guarantees
    let proofs = Prover(graph: workflow.graph, zones: Draft.zones).prove(claims) { search.find($0) }
    return ProofReport.findings(proofs, of: workflow.graph, zones: Draft.zones)
  }

  @Test(arguments: Explanation.proofs.filter { !$0.example.isEmpty })
  func `an example raises its code, its correction none`(page: Explanation) throws {
    // A run that is stopped at its limit comes to no end that the file writes, either.
    let raised = try findings(page.example)
    #expect(raised.filter { $0.code == page.code }.map(\.severity) == [page.severity], "\(raised.map(\.message))")
    #expect(try findings(page.correction).map(\.message) == [])
  }
}
