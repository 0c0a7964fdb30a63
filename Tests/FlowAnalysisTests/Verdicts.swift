import FlowAnalysis
import FlowCore
import FlowTesting
import Testing

/// What is said of one claim about the workflow in `test.yaml`, where no run is looked for.
func verdict(on claim: Claim, _ graph: Graph, caps: Caps? = nil) throws -> Verdict {
  let proofs = Prover(graph: graph, zones: Draft.zones, caps: caps).prove([Claimed(claim, span: .file("test.yaml"))])
  return try #require(proofs.first).verdict
}

func verdict(on claim: Claim, _ text: String, caps: Caps? = nil) throws -> Verdict {
  let graph = try #require(Draft().compile(text).workflows.first { $0.file == "test.yaml" }?.graph)
  return try verdict(on: claim, graph, caps: caps)
}

func isProved(_ claim: Claim, _ text: String, caps: Caps? = nil) throws -> Bool {
  if case .proved = try verdict(on: claim, text, caps: caps) { true } else { false }
}
