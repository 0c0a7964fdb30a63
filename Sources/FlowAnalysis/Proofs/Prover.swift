import FlowCore
import FlowTime

/// Proves claims of one workflow, for every contact: whatever they answer, wherever and whenever the run
/// starts.
///
/// Pure; bounded by the number of abstract states, never by time, so the same file has the same proofs
/// everywhere.
public struct Prover {
  public typealias Stated = Claimed

  private let ground: Ground

  /// - Parameters:
  ///   - zones: where the zones that the file names come from.
  ///   - caps: the project's, per contact: what they put off is counted.
  public init(graph: Graph, zones: any ZoneSource, caps: Caps? = nil) {
    ground = Ground(graph, zones: zones, caps: caps)
  }

  /// What is proved of each claim, in their order.
  /// - Parameter find: looks for a run that breaks a claim, for ``Claim/possible(outcome:)`` for one that
  ///   shows it; asked only where the claim is not proved.
  public func prove(_ claims: [Claimed], find: (Claim) -> Witness? = { _ in nil }) -> [Proof] {
    var workings = Workings(ground)
    return claims.map { stated in
      var verdict = workings.verdict(on: stated.claim)
      if case .undecided = verdict, let witness = find(stated.claim) {
        if case .possible = stated.claim {
          verdict = .proved(bound: nil, isReached: true)
        } else {
          verdict = .broken(witness)
        }
      }
      return Proof(
        claim: stated.claim, source: stated.source, text: stated.text, span: stated.span, verdict: verdict)
    }
  }
}
