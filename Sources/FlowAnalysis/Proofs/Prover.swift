import FlowCore
import FlowTime

/// Proves claims of one workflow, for every contact: whatever they answer, wherever and whenever the run
/// starts.
///
/// How a proof is made:
/// 1. All runs are followed at once (``Walk``), by the very moves of ``Machine``: a step is come to, is
///    due, waits for gap and window, acts; while a run waits its due may come, or anything else before it.
///    Data, answers, outcomes and addresses are free; the same condition on unchanged data is the same.
///    What is told apart is the place (step, stage, round), what no longer lies ahead, what the contact has
///    answered, what is suppressed, and the claim's own story (``Watch``). Runs that agree in this are
///    joined, so the states are few, and each is followed again only where more is possible than was known.
/// 2. Of time a state keeps how far a few instants can lie apart (``Differences``): now, the due, the
///    start, the start as holds have moved it, the last touch, the one that the claim counts from, dates of
///    the data, steps that others are counted from. Days are days of the calendar; business days, hours and
///    closed hours last between the least and the most that the file's calendar shows anywhere
///    (``Stretches``); each place where a changed clock could matter counts as one jump of the zone's
///    clocks, three hours where the zone is data. A claim that needs no time is first tried without.
/// 3. Where "how late" needs the calendar as it really falls, the latest instant is carried from every hour
///    of its dates (``LatestTouch``).
/// 4. Whatever neither shows goes to the search for a run that breaks it. If there is none either, the
///    claim is undecided.
///
/// What a run emits and hears itself comes in at that instant (``Echo``), for a contact who is silent, too.
///
/// Left out: sending that is held by hand or by a channel that is down, touches of the contact's other runs, which can
/// put a touch off, and a person who ends a run. What rests on there being none says so (``Proof/leftOut``).
///
/// Pure; bounded by the number of states, never by time, so the same file has the same proofs everywhere.
public struct Prover {
  private let ground: Ground

  /// - Parameters:
  ///   - zones: where the zones that the file names come from.
  ///   - caps: the project's, per contact: what they put off is counted.
  public init(graph: Graph, zones: any ZoneSource, caps: Caps? = nil) {
    ground = Ground(graph, zones: zones, caps: caps)
  }

  /// What is proved of each claim, in their order.
  /// - Parameters:
  ///   - find: looks for a run that breaks a claim, for ``Claim/possible(outcome:)`` for one that
  ///     shows it; asked only where the claim is not proved.
  ///   - hasSeen: whether some run is known to have as many touches.
  public func prove(
    _ claims: [Claimed], find: (Claim) -> Witness? = { _ in nil },
    hasSeen: (_ touches: Int) -> Bool = { _ in false }
  ) -> [Proof] {
    var workings = Workings(ground)
    var proofs = claims.map { stated -> Proof in
      var verdict = workings.verdict(on: stated.claim)
      if case .proved = verdict {} else if isKeptByPolicy(stated) { verdict = .proved(bound: nil, isReached: false) }
      var leftOut: [Proof.LeftOut] = []
      if case .proved(let bound, _) = verdict, !isKeptByPolicy(stated) {
        leftOut = workings.leftOut(of: stated.claim, bound)
      }
      if case .touches(_, nil, nil) = stated.claim, case .proved(.count(let most)?, _) = verdict {
        verdict = .proved(bound: .count(most), isReached: hasSeen(most))
      }
      if case .undecided = verdict, let witness = find(stated.claim) {
        if case .possible = stated.claim {
          verdict = .proved(bound: nil, isReached: true)
        } else {
          verdict = .broken(witness)
        }
      }
      return Proof(
        claim: stated.claim, source: stated.source, text: stated.text, span: stated.span, verdict: verdict,
        leftOut: leftOut)
    }
    tellShortest(&proofs)
    return proofs
  }

  /// A promise on the end may have been reckoned over the calendar, which "every run ends" is not for itself.
  private func tellShortest(_ proofs: inout [Proof]) {
    let reckoned = proofs.compactMap { proof -> Int64? in
      guard case (.ends, .proved(.time(let time)?, _)) = (proof.claim, proof.verdict) else { return nil }
      return time
    }.min()
    for index in proofs.indices where proofs[index].claim == .ends(within: nil) {
      guard let reckoned, case .proved(_, let isReached) = proofs[index].verdict else { continue }
      proofs[index].verdict = .proved(bound: .time(reckoned), isReached: isReached)
    }
  }

  /// The policy's limit ends a run before one touch more goes out. Whether a run comes to that is what the language
  /// itself asks of every file.
  private func isKeptByPolicy(_ stated: Claimed) -> Bool {
    guard stated.source != .language, case .touches(let most, _, _) = stated.claim,
      let limit = ground.graph.policy.maxTouches
    else { return false }
    return limit <= most
  }
}
