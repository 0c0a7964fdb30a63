import FlowCore
import FlowTime

/// Proves claims of one workflow, for every contact: whatever they answer, wherever and whenever the run starts.
///
/// Pure; bounded by the number of abstract states, never by time, so the same file has the same proofs everywhere.
public struct Prover {
  /// A claim, who makes it and where.
  public typealias Stated = Claimed

  private let ground: Ground

  /// - Parameters:
  ///   - zones: where the zones that the file names come from.
  ///   - caps: the project's, per contact: what they put off is counted.
  public init(graph: Graph, zones: any ZoneSource, caps: Caps? = nil) {
    ground = Ground(graph, zones: zones, caps: caps)
  }

  /// What is proved of each claim, in their order.
  /// - Parameter find: looks for a run that breaks a claim, for ``Claim/possible(outcome:)`` for one that shows it; asked
  ///   only where the claim is not proved.
  public func prove(_ claims: [Stated], find: (Claim) -> Witness? = { _ in nil }) -> [Proof] {
    claims.map { stated in
      var verdict = verdict(on: stated.claim)
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

  private func verdict(on claim: Claim) -> Verdict {
    // Whatever goes out has come through its window: `Stepper.goThroughWindow` is the only way.
    if case .insideWindow = claim { return .proved(bound: nil, isReached: false) }
    var walk = Walk(ground, Watch(claim, ground))
    guard walk.run() else {
      return .undecided(because: "the file has too many ways to follow them all", decidedBy: "fewer branches or rounds")
    }
    let watch = walk.watch
    if case .possible(let outcome) = claim {
      return watch.worst == nil
        ? .undecided(because: "no way through the file ends with \(outcome)", decidedBy: "a step that leads there")
        : .undecided(because: "no run was found that ends with \(outcome)", decidedBy: "a scenario that ends with it")
    }
    if !watch.isBroken { return .proved(bound: bound(of: claim, watch), isReached: false) }
    return .undecided(
      because: "not all ways through the file could be shown to keep it, nor was one found that breaks it",
      decidedBy: "a scenario that breaks it, or times that leave more room")
  }

  private func bound(of claim: Claim, _ watch: Watch) -> Bound? {
    guard let worst = watch.worst, !watch.isUnbounded else { return nil }
    switch claim {
    case .touches(_, _, nil): return .count(Int(worst))
    case .touches, .apart, .ends, .firstTouch, .follows: return .time(worst)
    default: return nil
    }
  }
}
