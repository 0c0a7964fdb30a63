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
      let proofs = prove(workflow, project, zones)
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

  /// - Parameter more: what is not claimed of it, and is asked all the same.
  static func prove(
    _ workflow: CompiledWorkflow, _ project: Project, _ zones: any ZoneSource, more: [Claimed] = []
  ) -> [Proof] {
    let (graph, guarantees) = (workflow.graph, workflow.guarantees)
    let promised = Set(guarantees.map(\.claim))
    let search = WitnessSearch(
      graph: graph, zones: zones, caps: project.caps, scenarios: workflow.scenarios, steps: 12_000)
    return Prover(graph: graph, zones: zones, caps: project.caps).prove(
      Claims.standard(for: graph) + guarantees + more,
      // A promise is worth a longer look than what the language claims of every file.
      find: { search.find($0, most: promised.contains($0) ? 12_000 : 4_000) },
      hasSeen: search.hasSeen(touches:))
  }
}
