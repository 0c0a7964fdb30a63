import FlowCore
import FlowTime

/// Claims and what is known of them, a line each.
enum ProofLines {
  /// What is claimed, as a sentence of `guarantees:` or in words like one.
  static func claim(_ claim: Claim, _ graph: Graph) -> String {
    func words(_ milestone: Milestone) -> String { sentence(milestone, graph) }
    switch claim {
    case .ends(nil): return "every run ends"
    case .ends(let within?): return "ends within \(within)"
    case .touches(.max, nil, nil): return "the number of touches is bounded"
    case .touches(let most, let verb, let span):
      let what = verb.map { ProofWords.plural($0, most) } ?? (most == 1 ? "touch" : "touches")
      return "at most \(most) \(what)" + (span.map { " in any \($0)" } ?? "")
    case .apart(let distance): return "touches at least \(distance) apart"
    case .gap(let distance):
      return "touches at least \(distance) apart" + (graph.liftsGap ? ", but where a step has gap: none" : "")
    case .firstTouch(let within): return "first touch within \(within)"
    case .silence(let milestones):
      return milestones.isEmpty
        ? "silence reaches somebody, or a written end"
        : "silence reaches \(Words.list(milestones.map(words), "or"))"
    case .stops: return "no touch after unsubscribe, complaint, bounce, end or an answer that nothing takes"
    case .insideWindow: return "no touch outside its window or on a holiday"
    case .possible(let outcome): return "some run ends \(outcome)"
    case .overseen(let node):
      return overseen(graph.nodes.indices.contains(node) ? graph.nodes[node].name : "it")
    case .never(let one, let before): return "never \(words(one)) after \(words(before))"
    case .always(let one, let later): return "always \(words(one)) before \(words(later))"
    case .follows(let one, let within, let cause): return "\(words(one)) within \(within) of \(words(cause))"
    }
  }

  /// - Parameter tasks: in words.
  static func overseen(_ tasks: String) -> String {
    "somebody learns of it when \(tasks) is not done, and nothing comes in after that"
  }

  private static func sentence(_ milestone: Milestone, _ graph: Graph) -> String {
    switch milestone {
    case .started: "start"
    case .step(let node): graph.nodes.indices.contains(node) ? graph.nodes[node].name : "step"
    case .verb(let word), .reply(let word), .event(let word): word
    case .touch: "touch"
    case .escalation: "escalation"
    case .end(let outcome): outcome.map { "end \($0)" } ?? "end"
    }
  }

  /// The worst that can come about, where the claim has a measure.
  static func bound(_ proof: Proof) -> String? {
    guard case .proved(let bound?, let isReached) = proof.verdict else { return nil }
    return switch bound {
    case .count(let count): isReached ? "\(count) at most, and some run has them" : "\(count) at most"
    // Less than a second: what comes first comes with the start.
    case .time(..<1000): "at once"
    case .time(let milliseconds):
      (proof.claim.distance == nil ? "never more than " : "never less than ") + Words.length(milliseconds)
    }
  }

  /// The worst, and what it leaves out (language, section 7: `first touch within` and `ends within` leave out time
  /// held, and say so).
  static func measure(_ proof: Proof) -> String? {
    let parts = [bound(proof), proof.claim.speaksOfBounces ? "of a bounce that lasts" : nil, leftOut(proof)]
      .compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private static func leftOut(_ proof: Proof) -> String? {
    var parts: [String] = proof.leftOut.contains(.timeHeld) ? ["time held"] : []
    let others =
      (proof.leftOut.contains(.otherItems) ? ["items"] : []) + (proof.leftOut.contains(.otherRuns) ? ["runs"] : [])
    if !others.isEmpty { parts.append("touches of the contact's other " + Words.list(others, "and")) }
    return parts.isEmpty ? nil : Words.list(parts, "and") + " left out"
  }

  /// As programs read it.
  static func words(_ leftOut: Proof.LeftOut) -> String {
    switch leftOut {
    case .timeHeld: "time-held"
    case .otherItems: "other-items"
    case .otherRuns: "other-runs"
    }
  }
}

extension Claim {
  /// One that passes is only recorded, and no claim speaks of it.
  fileprivate var speaksOfBounces: Bool {
    switch self {
    case .silence(let milestones): milestones.contains(.event("bounce"))
    case .never(let one, let other), .always(let one, let other), .follows(let one, _, let other):
      [one, other].contains(.event("bounce"))
    default: false
    }
  }
}
