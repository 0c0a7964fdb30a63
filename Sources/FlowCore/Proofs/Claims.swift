import FlowTime

/// What the language claims of every file (language, section 7).
public enum Claims {
  /// In the order in which they are told. A claim that speaks of what the file does not have is left out.
  public static func standard(for graph: Graph) -> [Claimed] {
    func about(_ claim: Claim, _ span: Span) -> Claimed { Claimed(claim, span: span) }
    let whole = graph.trigger.span
    let hasTouch = graph.nodes.contains(where: \.isTouch)
    var claims = [about(.ends(within: nil), whole)]
    if hasTouch {
      claims.append(about(.touches(atMost: graph.policy.maxTouches ?? .max, verb: nil, span: nil), whole))
      if let gap = graph.policy.gap { claims.append(about(.gap(gap), whole)) }
      if graph.hasWindow { claims.append(about(.insideWindow, whole)) }
      claims.append(about(.firstTouch(within: .businessDays(3)), whole))
    }
    claims.append(about(.stops, whole))
    claims.append(about(.silence(reaches: []), whole))
    claims += graph.writtenOutcomes.map { about(.possible(outcome: $0.outcome), $0.span) }
    claims += graph.nodes.indices.filter { graph.isTimedTask($0) }.map {
      about(.overseen(step: $0), graph.nodes[$0].span)
    }
    return claims
  }

  /// With these a run may end, whatever its file says.
  public static let builtInOutcomes = ["cancelled", "completed", "exhausted", "opted-out", "replied", "undeliverable"]

  /// As `at most N` counts what goes out by a verb: `calls`, `faxes`; what ends in an s stays as it is.
  public static func plural(of verb: String) -> String {
    if verb.hasSuffix("s") { return verb }
    return verb + (["x", "ch", "sh"].contains { verb.hasSuffix($0) } ? "es" : "s")
  }
}

extension Graph {
  /// Whether a touch goes out however near the one before it (`gap: none`).
  public var liftsGap: Bool { nodes.contains { $0.isTouch && $0.liftsGap } }

  /// Whether something can hold a run: what the file says (`hold …`), or the language where it says nothing of
  /// `out-of-office`.
  public var canBeHeld: Bool {
    !anytime.contains { $0.key == "out-of-office" } || edges.contains { if case .hold = $0.to { true } else { false } }
  }

  /// Whether a touch may have to wait for one of another run of the contact.
  public func waitsForOthers(caps: Caps?) -> Bool {
    nodes.contains { $0.isTouch && (caps != nil || policy.gap != nil && !$0.liftsGap) }
  }

  /// The outcomes that the file writes, each with the first place that does, in the order of these places.
  public var writtenOutcomes: [(outcome: String, span: Span)] {
    var seen: Set<String> = []
    return writtenEnds.sorted { $0.span.start.offset < $1.span.start.offset }.filter {
      seen.insert($0.outcome).inserted
    }
  }

  /// Whether the file writes this outcome.
  public func writes(_ outcome: String) -> Bool { writtenEnds.contains { $0.outcome == outcome } }

  private var writtenEnds: [(outcome: String, span: Span)] {
    edges.compactMap { edge in
      guard case .end(let outcome) = edge.to, edge.isWritten else { return nil }
      if let from = edge.from {
        // `next` where the steps run out writes no end.
        if case .end = nodes[from].action {} else if nodes[from].next == edge.to { return nil }
      }
      return (outcome, edge.span)
    }
  }

  /// A person has until some instant to do it.
  fileprivate func isTimedTask(_ index: NodeIndex) -> Bool {
    guard case .channel(let action) = nodes[index].action else { return false }
    return action.isTask && action.until != nil
  }

  fileprivate var hasWindow: Bool {
    policy.window != nil || !policy.holidays.isEmpty
      || nodes.contains { if case .own = $0.window { $0.isTouch } else { false } }
  }
}
