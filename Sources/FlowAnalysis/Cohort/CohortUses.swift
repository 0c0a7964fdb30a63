import FlowCore

/// What steps read.
enum Uses {
  static func of(_ moment: Moment) -> [Name] {
    if case .expression(let expression) = moment.base { expression.uses.map(\.name) } else { [] }
  }

  /// Of everything that decides when and whether the step does something.
  static func of(_ node: Node) -> [Name] {
    var names = node.due.map(of) ?? []
    names += node.condition?.uses.map(\.name) ?? []
    switch node.action {
    case .wait(let moment): names += of(moment)
    case .await(let awaited): names += of(awaited.until)
    case .channel(let action): names += action.until.map(of) ?? []
    case .choose(let branches, _): names += branches.flatMap { $0.when.uses.map(\.name) }
    case .loop(let loop): names += loop.stopIf?.uses.map(\.name) ?? []
    case .hold(let hold): if case .moment(let moment)? = hold.until { names += of(moment) }
    default: break
    }
    return names
  }

  static func of(_ hold: Hold) -> [Name] {
    if case .moment(let moment)? = hold.until { of(moment) } else { [] }
  }

  /// Of everything that decides when.
  static func instants(of node: Node) -> [Use] {
    var moments = [node.due]
    switch node.action {
    case .wait(let moment): moments.append(moment)
    case .await(let awaited): moments.append(awaited.until)
    case .channel(let action): moments.append(action.until)
    default: break
    }
    return moments.flatMap { (moment: Moment?) -> [Use] in
      if case .expression(let expression)? = moment?.base { expression.uses } else { [] }
    }
  }

  static func isOfEvent(_ name: Name) -> Bool {
    switch name {
    case .eventField, .eventTime, .taskNote: true
    default: false
    }
  }

  static func isOfAnswer(_ name: Name) -> Bool {
    switch name {
    case .replyClass, .replyText, .replyDate: true
    default: false
    }
  }

  static func isOfData(_ name: Name) -> Bool {
    switch name {
    case .input, .owner: true
    default: false
    }
  }
}
