import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowTime

/// Proves what is claimed of workflows: what the language claims of every file, then the lines of `guarantees:`.
enum Proving {
  /// For the compiler, which tunes and silences the findings as it does all others.
  /// - Parameter findingsAlone: what raises none is not looked into any further.
  static func closure(_ project: Project, _ zones: any ZoneSource, findingsAlone: Bool) -> CompilerInput.Prove {
    { workflow in
      let proofs = prove(workflow, project, zones, findingsAlone: findingsAlone)
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

  /// - Parameters:
  ///   - more: what is not claimed of it, and is asked all the same.
  ///   - findingsAlone: what raises none is not looked into any further.
  static func prove(
    _ workflow: CompiledWorkflow, _ project: Project, _ zones: any ZoneSource, more: [Claimed] = [],
    findingsAlone: Bool = false
  ) -> [Proof] {
    let (graph, guarantees) = (workflow.graph, workflow.guarantees)
    let promised = Set(guarantees.map(\.claim))
    let search = WitnessSearch(
      graph: graph, zones: zones, caps: project.caps, scenarios: workflow.scenarios, steps: 12_000)
    return Prover(graph: graph, zones: zones, caps: project.caps).prove(
      Claims.standard(for: graph) + guarantees + more,
      // A promise is worth a longer look than what the language claims of every file.
      find: { claim in
        let isPromised = promised.contains(claim)
        // How late the first touch may be unasked is told by a rule, or not at all.
        if findingsAlone, !isPromised, case .firstTouch = claim { return nil }
        return search.find(claim, most: isPromised ? 12_000 : 4_000)
      },
      hasSeen: { findingsAlone ? false : search.hasSeen(touches: $0) })
  }
}
