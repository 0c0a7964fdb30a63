/// One way from a step on to another, to an end, or to waiting on.
public struct Edge: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// From the trigger to the first step.
    case start
    /// On to what follows, also where the step's condition does not hold.
    case next
    /// A case of a step that waits: a reply, an event, an outcome, an acknowledgement.
    case `case`
    case timeout
    /// Of a `choose`; the label is the condition, or `otherwise`.
    case branch
    /// Of a `split`.
    case arm
    /// Into a round of a `repeat`.
    case round
    /// What `if-past:` leads to.
    case past
    /// `closed: end OUTCOME`.
    case closed
    /// Whatever step the run is in; it comes from no step.
    case anytime
  }

  /// Nil for the trigger and for `anytime`.
  public var from: NodeIndex?
  public var to: Target
  /// Empty where there is nothing to say.
  public var label: String
  public var kind: Kind
  /// Stands in the file; false for what the language fills in.
  public var isWritten: Bool
  public var span: Span

  public init(
    from: NodeIndex?, to: Target, label: String, kind: Kind, isWritten: Bool = true, span: Span
  ) {
    self.from = from
    self.to = to
    self.label = label
    self.kind = kind
    self.isWritten = isWritten
    self.span = span
  }
}

extension Graph {
  /// Every edge: the start's, then each step's in the order of the file, then those of `anytime`.
  public var edges: [Edge] {
    [Edge(from: nil, to: entry, label: trigger.event, kind: .start, span: trigger.span)]
      + nodes.indices.flatMap { edges(from: $0) }
      + anytime.map {
        Edge(from: nil, to: $0.target, label: $0.key, kind: .anytime, isWritten: $0.isWritten, span: $0.span)
      }
  }

  /// What leads on from one step: what it does first, then what its options say.
  public func edges(from index: NodeIndex) -> [Edge] {
    guard nodes.indices.contains(index) else { return [] }
    let node = nodes[index]
    func edge(
      _ to: Target, _ kind: Edge.Kind, _ label: String = "", written: Bool = true, at span: Span? = nil
    ) -> Edge {
      Edge(from: index, to: to, label: label, kind: kind, isWritten: written, span: span ?? node.span)
    }
    func cases(_ cases: [Case]) -> [Edge] {
      // A hold at the timeout waits once more, until holds may move the run no further; then it goes on.
      cases.flatMap { one in
        let isTimeout = one.key == "timeout"
        let first = edge(
          one.target, isTimeout ? .timeout : .case, one.key, written: one.isWritten, at: one.span)
        guard isTimeout, case .hold = one.target else { return [first] }
        return [first, edge(node.next, .next, "held long enough", written: false)]
      }
    }
    var out: [Edge]
    // A step may be done and lead on, or be left out; one that always branches or ends leads nowhere else.
    var goesOn = false
    var isLeftOut = node.condition != nil
    switch node.action {
    case .await(let listening): out = cases(listening.cases)
    case .channel(let action):
      out = cases(action.cases)
      if action.until == nil { goesOn = true }
    case .escalate(let escalation):
      out = cases(escalation.cases)
      if escalation.each == nil { goesOn = true }
    case .choose(let branches, let otherwise):
      out = branches.map { edge($0.target, .branch, $0.when.text, at: $0.span) }
      if let otherwise { out.append(edge(otherwise, .branch, "otherwise")) } else { goesOn = true }
    case .split(let split): out = split.arms.map { edge($0.target, .arm, $0.name, at: $0.span) }
    case .loop(let loop):
      out = [edge(.node(loop.body), .round, "each round")]
      goesOn = true
    case .go(let target): out = [edge(target, .next)]
    case .end(let outcome): out = [edge(.end(outcome), .next)]
    case .hold(let hold): out = [edge(.hold(hold), .next)]
    case .wait, .set, .emit, .enroll, .suppress:
      out = []
      goesOn = true
    }
    switch node.ifPast {
    case .target(let target): out.append(edge(target, .past, "if past"))
    case .skip: isLeftOut = isLeftOut || !isAwait(node)
    case .now, nil: break
    }
    switch node.closed {
    case .end(let outcome): out.append(edge(.end(outcome), .closed, "closed"))
    case .skip: isLeftOut = true
    case .defer: break
    }
    // A touch that the second check withholds, or a step that failed, is left out as well, but no picture is
    // the clearer for it.
    if goesOn || isLeftOut { out.append(edge(node.next, .next, goesOn ? "" : "left out", written: false)) }
    return out
  }

  /// An await whose instant has passed takes its timeout.
  private func isAwait(_ node: Node) -> Bool { if case .await = node.action { true } else { false } }
}
