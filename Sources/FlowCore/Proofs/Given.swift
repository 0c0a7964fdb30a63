extension Graph {
  /// What proofs take as given, because only data decide it and no proof looks at what comes of it otherwise: that
  /// steps divide by nothing that is 0, and that whoever an `escalate` tells can be reached as it says. A sentence for
  /// each.
  public var givens: [String] {
    var all: [String] = []
    let dividing = nodes.filter(\.mayDivideByZero).map { "\"\($0.name)\"" }
    if !dividing.isEmpty { all.append("nothing is divided by 0 at \(dividing.joined(separator: ", "))") }
    for node in nodes {
      guard case .escalate(let escalation) = node.action, let last = escalation.address.fields.last, last != "name"
      else { continue }
      all.append("whoever \"\(node.name)\" tells can be reached by \(escalation.via)")
    }
    return all
  }
}

extension Node {
  fileprivate var mayDivideByZero: Bool {
    var all = [condition].compactMap(\.self)
    switch action {
    case .choose(let branches, _): all += branches.map(\.when)
    case .loop(let loop): all += [loop.stopIf].compactMap(\.self)
    case .set(let assignments): all += assignments.map(\.value)
    case .emit(_, let data): all += data.map(\.value)
    case .enroll(_, let input): all += input.map(\.value)
    case .escalate(let escalation): all += escalation.to + (escalation.say?.expressions ?? [])
    case .channel(let action):
      all += action.ask?.expressions ?? []
      for field in action.fields {
        switch field.content {
        case .template(let template): all += template.expressions
        case .expression(let expression): all.append(expression)
        case .expressions(let expressions): all += expressions
        case .mapping(let named): all += named.map(\.value)
        case .word, .files: break
        }
      }
    case .wait, .await, .split, .suppress, .hold, .go, .end: break
    }
    return all.contains { $0.node.mayDivideByZero }
  }
}

extension Template {
  fileprivate var expressions: [Expression] {
    pieces.compactMap { if case .value(let expression, _) = $0 { expression } else { nil } }
  }
}

extension Term {
  /// It divides by what is no literal, or by 0.
  fileprivate var mayDivideByZero: Bool {
    switch self {
    case .literal, .read, .item: false
    case .arithmetic(let first, let rest, _):
      first.mayDivideByZero
        || rest.contains { $0.operation == .divide && !$0.node.isOtherThanZero || $0.node.mayDivideByZero }
    case .coalesce(let parts), .and(let parts), .or(let parts), .list(let parts), .call(_, let parts, _):
      parts.contains(where: \.mayDivideByZero)
    case .not(let part), .negate(let part, _), .isPresent(let part), .asNumber(let part): part.mayDivideByZero
    case .compare(_, let left, let right, _), .member(let left, let right, _), .quantified(_, let left, let right, _):
      left.mayDivideByZero || right.mayDivideByZero
    }
  }

  private var isOtherThanZero: Bool {
    switch self {
    case .literal(let value): value.decimal.map { $0 != .zero } ?? false
    case .asNumber(let part), .negate(let part, _): part.isOtherThanZero
    default: false
    }
  }
}
