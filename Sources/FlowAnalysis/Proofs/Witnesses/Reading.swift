import FlowCore
import FlowTime

extension Graph {
  /// Every condition of the file.
  var conditions: [Expression] {
    nodes.flatMap { node -> [Expression] in
      var all = node.condition.map { [$0] } ?? []
      switch node.action {
      case .choose(let branches, _): all += branches.map(\.when)
      case .loop(let loop): all += loop.stopIf.map { [$0] } ?? []
      default: break
      }
      return all
    }
  }

  /// Every instant that the file names.
  var moments: [Moment] {
    let own = nodes.flatMap { node -> [Moment] in
      var all = node.due.map { [$0] } ?? []
      switch node.action {
      case .wait(let moment): all.append(moment)
      case .await(let awaited): all.append(awaited.until)
      case .channel(let action): all += action.until.map { [$0] } ?? []
      default: break
      }
      return all
    }
    return own + holds.compactMap { if case .moment(let moment)? = $0.until { moment } else { nil } }
  }

  var holds: [Hold] {
    let targets = edges.compactMap { if case .hold(let hold) = $0.to { hold } else { nil } }
    let steps = nodes.compactMap { if case .hold(let hold) = $0.action { hold } else { nil } }
    return targets + steps
  }

  /// Of a field of the input, or of one below it; nil where there is none.
  func type(of root: String, _ path: [String]) -> ValueType? {
    var type = input.first { $0.name == root }?.type
    for name in path { type = type?.present.field(name)?.type }
    return type
  }

  /// Conditions, instants, and what `set` reads: whatever decides where a run goes.
  var expressions: [Expression] {
    var all = conditions + [trigger.when].compactMap(\.self)
    all += moments.compactMap { if case .expression(let expression) = $0.base { expression } else { nil } }
    for node in nodes {
      if case .set(let assignments) = node.action { all += assignments.map(\.value) }
    }
    return all
  }
}

extension Expression {
  /// Values that it may turn at: its literals, and, where it compares fields with each other, what the sample has in
  /// them.
  func bounds(in graph: Graph) -> [Value] {
    let places = uses.compactMap { use -> (root: String, path: [String])? in
      if case .input(let root) = use.name { Inputs.place(root, use.path, graph) } else { nil }
    }
    guard places.count > 1 else { return literals }
    let sample = Sample.record(graph.triggerFields, at: Sample.instant)
    return literals + places.compactMap { sample[$0.root]?[path: $0.path] }
  }
}

extension Claim {
  /// What it speaks of.
  var milestones: [Milestone] {
    switch self {
    case .silence(let reached): reached
    case .possible(let outcome): [.end(outcome)]
    case .overseen(let step): [.step(step)]
    case .never(let one, let other), .always(let one, let other), .follows(let one, _, let other):
      [one, other]
    case .ends, .touches, .apart, .gap, .firstTouch, .stops, .insideWindow: []
    }
  }

  /// It speaks of runs into which nothing comes.
  var isOfSilence: Bool {
    switch self {
    case .firstTouch, .silence: true
    default: false
    }
  }

  /// It speaks of how close touches come to each other.
  var isOfSpacing: Bool {
    switch self {
    case .apart, .gap, .touches(_, _, .some): true
    default: false
    }
  }

  /// It speaks of how many touches there are.
  var isOfNumber: Bool { if case .touches(_, _, nil) = self { true } else { false } }

  /// It speaks of what happens within two hours at most.
  var isQuick: Bool {
    guard case .touches(_, _, let span?) = self, case .calendar(0, 0, let milliseconds) = span.kind else {
      return false
    }
    return milliseconds <= 7_200_000
  }

  /// How near a run comes to breaking it depends on the calendar: also how many touches there are, where closed hours
  /// leave some out.
  var isOfTime: Bool {
    switch self {
    case .ends(within: .some), .touches, .apart, .gap, .firstTouch, .follows, .insideWindow,
      .silence:
      true
    default: false
    }
  }
}

/// Values at which a condition may turn.
enum Turning {
  static func values(of type: ValueType, literals: [Value]) -> [Value] {
    var values: [Value] = type.isOptional ? [.absent] : []
    switch type.present {
    case .boolean: values += [.boolean(true), .boolean(false)]
    case .oneOf(let words): values += words.map { .text($0) }
    case .integer:
      for number in literals.compactMap(\.decimal) {
        for step in [-1, 0, 1] {
          if let near = number + Decimal(Int64(step)), let whole = Int64(near.description) {
            values.append(.integer(whole))
          }
        }
      }
    case .number:
      let numbers = literals.compactMap(\.decimal)
      for number in numbers {
        values += [-1, 0, 1].compactMap { number + Decimal(Int64($0)) }.map { .number($0) }
      }
      // Between two whole numbers.
      if let half = Decimal(coefficient: 5, scale: 1) { values += numbers.compactMap { $0 + half }.map { .number($0) } }
    case .text, .email, .phone, .url, .timezone, .locale:
      values += literals.filter { $0.text != nil }
      if type.isOptional || !literals.isEmpty { values.append(.text("something")) }
    case .duration: values += literals.filter { if case .duration = $0 { true } else { false } }
    default: break
    }
    return values
  }
}
