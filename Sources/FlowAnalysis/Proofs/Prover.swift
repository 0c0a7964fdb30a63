import FlowCore
import FlowTime

/// Proves claims of one workflow, for every contact: whatever they answer, wherever and whenever the run starts.
///
/// Pure; bounded by the number of abstract states, never by time, so the same file has the same proofs everywhere.
public struct Prover {
  /// A claim, who makes it and where.
  public typealias Stated = Claimed

  let graph: Graph
  let zones: any ZoneSource
  let caps: Caps?

  /// - Parameters:
  ///   - zones: where the zones that the file names come from.
  ///   - caps: the project's, per contact: what they put off is counted.
  public init(graph: Graph, zones: any ZoneSource, caps: Caps? = nil) {
    self.graph = graph
    self.zones = zones
    self.caps = caps
  }

  /// What is proved of each claim, in their order.
  /// - Parameter refute: looks for a run that breaks a claim; asked only where the claim is not proved.
  public func prove(_ claims: [Stated], refute: (Claim) -> Witness? = { _ in nil }) -> [Proof] {
    claims.map { stated in
      var verdict = verdict(on: stated.claim)
      if case .undecided = verdict, let witness = refute(stated.claim) { verdict = .broken(witness) }
      return Proof(
        claim: stated.claim, source: stated.source, text: stated.text, span: stated.span, verdict: verdict)
    }
  }

  private func verdict(on claim: Claim) -> Verdict {
    .undecided(because: "no proof of this is tried yet", decidedBy: "")
  }
}
