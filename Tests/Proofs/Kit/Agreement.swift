import FlowAnalysis
import FlowCore
import FlowTime

/// What is proved of one generated workflow, against everything that brute force saw of it.
package struct Agreement: Sendable {
  package let seed: UInt64
  /// Where the two do not agree; none is what must be.
  package private(set) var disagreements: [String] = []
  package private(set) var counts = Counts()
  /// Claims that are neither proved nor broken, and why.
  package private(set) var undecided: [String] = []

  package struct Counts: Sendable {
    package var workflows = 0
    package var runs = 0
    package var proved = 0
    package var broken = 0
    package var undecided = 0
    /// Bounds that are said to be reached, and those of them that brute force has reached as well.
    package var reached = 0
    package var met = 0
    /// Undecided claims that brute force has broken.
    package var missed = 0
    /// Witnesses that break the claim only by one reading of its words.
    package var arguable = 0

    package init() {}

    package static func + (one: Counts, other: Counts) -> Counts {
      var sum = one
      sum.workflows += other.workflows
      sum.runs += other.runs
      sum.proved += other.proved
      sum.broken += other.broken
      sum.undecided += other.undecided
      sum.reached += other.reached
      sum.met += other.met
      sum.missed += other.missed
      sum.arguable += other.arguable
      return sum
    }
  }

  /// What brute force saw of one claim.
  private struct Seen {
    var violation: String?
    var isEnded = false
    /// The most of a count or a time; the least of a distance.
    var extreme: Int64?
    /// The run that shows it.
    var tale: Tale?
  }

  /// Nil where the text does not compile.
  /// - Parameter prove: what is said of each claim, in their order.
  package init?(
    seed: UInt64, _ workshop: Workshop, budget: Int,
    prove: (Graph, [Claimed], any ZoneSource, Caps?) -> [Proof]
  ) {
    let generated = Generated(seed: seed)
    let caps = workshop.project(generated).caps
    guard case .success(let graph) = workshop.compile(generated) else { return nil }
    self.seed = seed
    let claims = Claims.about(graph, seed: seed)
    let proofs = prove(graph, claims, workshop.zones, caps)
    let surroundings = Surroundings(zones: workshop.zones, caps: caps)
    var seen = [Seen](repeating: Seen(), count: claims.count)
    var runs = 0
    var judged: [String] = []
    let monitors = claims.map { Monitor($0.claim, graph: graph, zones: workshop.zones) }
    var teller = Teller(graph, surroundings, generated, seed: seed)
    // A window is read where the contact is, whatever the zone of the run.
    let contactZones = [nil, seed % 2 == 0 ? "Asia/Kathmandu" : Generated.zones[Int(seed % 5)]]
    teller.tryAll(contactZones: contactZones, budget: budget) { tale in
      runs += 1
      let opinion = Opinion(graph, tale)
      for (index, stated) in claims.enumerated() { Self.note(tale, opinion, stated.claim, &seen[index]) }
      if runs % 16 == 1, tale.held == 0, judged.isEmpty { judged += Self.differences(tale, opinion, monitors) }
    }
    disagreements = judged.map { "seed \(seed): \($0)" }
    counts.workflows = 1
    counts.runs = runs
    if proofs.count != claims.count { disagreements.append("\(claims.count) claims, \(proofs.count) proofs") }
    for (index, proof) in proofs.enumerated() where index < seen.count {
      compare(proof, seen[index], graph, surroundings)
    }
  }

  /// Where the monitor and the second opinion do not judge one run alike.
  private static func differences(_ tale: Tale, _ opinion: Opinion, _ monitors: [Monitor]) -> [String] {
    let course = Course(zone: tale.zone, data: tale.data, entries: tale.entries, own: tale.own)
    return monitors.compactMap { monitor in
      let finding = opinion.finding(on: monitor.claim)
      let isBroken = monitor.judge(course).isBroken
      guard finding != .arguable, isBroken != (finding == .broken) else { return nil }
      return "judged otherwise, \(finding) and \(isBroken ? "broken" : "kept"): \(monitor.claim)\n"
        + tale.told(monitor.claim)
    }
  }

  private static func note(_ tale: Tale, _ opinion: Opinion, _ claim: Claim, _ seen: inout Seen) {
    if case .possible(let outcome) = claim {
      if tale.run.outcome == outcome { seen.isEnded = true }
      return
    }
    if seen.violation == nil, !claim.takesSteps(for: tale), opinion.finding(on: claim) == .broken {
      seen.violation = tale.told(claim)
    }
    let measure: Int64?
    switch claim {
    case _ where claim.takesSteps(for: tale): measure = nil
    case .ends: measure = opinion.length
    case .touches(_, let verb, let span): measure = Int64(opinion.count(verb, span))
    case .firstTouch: measure = tale.told.isEmpty ? opinion.untilFirstTouch : nil
    case .apart: measure = opinion.closest(isLifted: false).map { -$0 }
    case .gap: measure = opinion.closest(isLifted: true).map { -$0 }
    default: measure = nil
    }
    if let measure, measure > seen.extreme ?? .min { (seen.extreme, seen.tale) = (measure, tale) }
  }

  // MARK: Agreement

  private mutating func compare(_ proof: Proof, _ seen: Seen, _ graph: Graph, _ surroundings: Surroundings) {
    switch proof.verdict {
    case .undecided(let because, _):
      counts.undecided += 1
      if seen.violation != nil { counts.missed += 1 }
      let told = seen.violation != nil ? "brute force breaks it" : seen.isEnded ? "brute force shows it" : "it may hold"
      undecided.append("\(proof.claim): \(because) (\(told))")
    case .proved(let bound, let isReached):
      counts.proved += 1
      if let violation = seen.violation { disagree("proved, but broken by", proof.claim, violation) }
      guard let bound, let extreme = seen.extreme, bound.measures(proof.claim) else { return }
      let most: Int64 =
        switch bound {
        case .count(let count): Int64(count)
        case .time(let time): time
        }
      let isLeast = proof.claim.distance != nil
      let reach = isLeast ? -extreme : extreme
      if isLeast ? reach < most : reach > most {
        disagree("the bound \(most) is passed:", proof.claim, "\(reach)\n\(seen.tale?.told(proof.claim) ?? "")")
      }
      if isReached {
        counts.reached += 1
        if reach == most { counts.met += 1 }
      }
    case .broken(let witness):
      counts.broken += 1
      check(witness, proof.claim, graph, surroundings)
    case .impossible:
      counts.broken += 1
      if seen.isEnded { disagree("said to be impossible, but there is such a run:", proof.claim, "") }
    }
  }

  private mutating func check(_ witness: Witness, _ claim: Claim, _ graph: Graph, _ surroundings: Surroundings) {
    guard let tale = Retelling(graph: graph, surroundings: surroundings).tale(of: witness) else {
      return disagree("the witness starts no run:", claim, "\(witness.start.rfc3339(in: .utc))")
    }
    if tale.entries != witness.timeline { disagree("the witness is told otherwise:", claim, tale.told(claim)) }
    switch Opinion(graph, tale).finding(on: claim) {
    case .broken: break
    case .arguable: counts.arguable += 1
    case .holds: disagree("the witness does not break", claim, tale.told(claim))
    }
  }

  private mutating func disagree(_ what: String, _ claim: Claim, _ detail: String) {
    disagreements.append("seed \(seed): \(what) \(claim)\n\(detail)")
  }
}

extension Tale {
  /// For whoever looks into it.
  func told(_ claim: Claim) -> String {
    (["  start \(start.rfc3339(in: zone)) \(zone.name) \(input)", "  told"]
      + told.map { "    \($0.at.rfc3339(in: zone)) \($0.kind)" } + ["  happened"]
      + entries.map { "    \($0.at.rfc3339(in: zone)) \($0.step ?? "") \($0.kind)" }).joined(separator: "\n")
  }
}

extension Agreement {
  /// With the prover itself.
  /// - Parameter steps: of the machine, in the search for each witness; 0: none is looked for.
  package init?(seed: UInt64, _ workshop: Workshop, budget: Int, steps: Int) {
    self.init(seed: seed, workshop, budget: budget) { graph, claims, zones, caps in
      let prover = Prover(graph: graph, zones: zones, caps: caps)
      guard steps > 0 else { return prover.prove(claims) }
      let search = WitnessSearch(graph: graph, zones: zones, caps: caps, steps: steps)
      return prover.prove(claims) { search.find($0) }
    }
  }
}

extension Bound {
  /// What brute force measures as well: for touches in a span the bound is another, the least span of so many.
  fileprivate func measures(_ claim: Claim) -> Bool {
    if case .touches = claim { if case .count = self { return true } else { return false } }
    return true
  }
}

extension Claim {
  /// Of a first touch it is said only where the touch can be made: one that fails, as for a contact without a
  /// telephone, is told to the owner.
  fileprivate func takesSteps(for tale: Tale) -> Bool {
    switch self {
    case .firstTouch:
      tale.entries.contains { if case .failed = $0.kind { true } else { false } }
    default: false
    }
  }
}
