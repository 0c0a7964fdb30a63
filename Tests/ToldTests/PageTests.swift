import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowTesting
import Testing

/// Each page of `flow explain`, through all that `flow check` does: its example raises its code and no other, with a
/// way out, its correction nothing at all.
struct PageTests {
  private func findings(_ page: Explanation, _ text: String) -> [Diagnostic] {
    if page.code == "bad-manifest" {
      return Compiler.manifest(SourceText(file: "manifest.yaml", utf8: Array(text.utf8))).1
    }
    var draft = Draft()
    draft.withRules = true
    let compilation = draft.compile(text, completing: false)
    return compilation.diagnostics + compilation.workflows.flatMap(proved)
  }

  private func proved(_ workflow: CompiledWorkflow) -> [Diagnostic] {
    let search = WitnessSearch(graph: workflow.graph, zones: Draft.zones, steps: 20_000)
    let claims = Claims.standard(for: workflow.graph) + workflow.guarantees
    let proofs = Prover(graph: workflow.graph, zones: Draft.zones).prove(claims) { search.find($0) }
    return ProofReport.findings(proofs, of: workflow.graph, zones: Draft.zones)
  }

  private func shown(_ findings: [Diagnostic]) -> [String] {
    findings.map { "\($0.span.start.line):\($0.span.start.column) \($0.code) \($0.message)" }
  }

  @Test(arguments: Catalogue.all.filter { !$0.example.isEmpty })
  func `an example raises its code alone, its correction nothing`(page: Explanation) {
    let raised = findings(page, page.example)
    #expect(raised.map(\.code) == [page.code], "\(shown(raised))")
    #expect(raised.allSatisfy { $0.severity == page.severity && !$0.help.isEmpty })
    #expect(shown(findings(page, page.correction)) == [])
  }

  @Test func `a code has one page`() {
    #expect(Set(Catalogue.all.map(\.code)).count == Catalogue.all.count)
  }
}

extension Explanation: CustomTestStringConvertible {
  public var testDescription: String { code.name }
}
