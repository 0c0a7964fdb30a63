import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowTime

/// Proves what is claimed of workflows: what the language claims of every file, then the lines of `guarantees:`.
enum Proving {
  /// For the compiler, which tunes and silences the findings as it does all others.
  static func closure(_ project: Project, _ zones: any ZoneSource) -> CompilerInput.Prove {
    { workflow in
      let proofs = prove(workflow.graph, workflow.guarantees, project, zones)
      return (proofs, ProofReport.findings(proofs, of: workflow.graph, zones: zones))
    }
  }

  /// What two workflows do to each other at one contact.
  static func crossing(_ project: Project, _ zones: any ZoneSource) -> CompilerInput.Cross {
    { workflows in
      let members = workflows.map { CrossCheck.Member($0.graph, promises: $0.guarantees) }
      let check = CrossCheck(members, caps: project.caps, gap: project.policy.gap, zones: zones)
      return CrossReport.findings(check.crossings(), caps: project.caps)
    }
  }

  static func prove(_ graph: Graph, _ guarantees: [Claimed], _ project: Project, _ zones: any ZoneSource) -> [Proof] {
    let promised = Set(guarantees.map(\.claim))
    // A promise is worth a longer look than what the language claims of every file.
    func find(_ claim: Claim) -> Witness? {
      let steps = promised.contains(claim) ? 12_000 : 4_000
      return WitnessSearch(graph: graph, zones: zones, caps: project.caps, steps: steps).find(claim)
    }
    return Prover(graph: graph, zones: zones, caps: project.caps)
      .prove(Claims.standard(for: graph) + guarantees, find: find)
  }
}
