import FlowCore
import FlowTime

/// One step with one small thing otherwise.
struct StepMutations {
  let graph: Graph
  let index: NodeIndex

  private var node: Node { graph.nodes[index] }

  var all: [Mutation] { step + time + action }

  private func made(_ what: String, at span: Span? = nil, _ change: (inout Parts) -> Void) -> Mutation {
    var parts = Parts(node)
    change(&parts)
    var nodes = graph.nodes
    nodes[index] = parts.node(like: node)
    return Mutation(
      what: "\(node.name): \(what)", span: span ?? node.span,
      graph: graph.with(nodes: nodes, fingerprint: graph.fingerprint),
      step: index)
  }

  // MARK: The step as a whole

  private var step: [Mutation] {
    var all: [Mutation] = []
    switch node.action {
    case .end(let outcome):
      let others = graph.nodes.compactMap {
        if case .end(let other) = $0.action, other != outcome { other } else { nil }
      }
      if let other = others.first {
        all.append(made("end \(outcome) becomes end \(other)") { $0.action = .end(other) })
      }
    case .choose, .split, .loop, .go: break
    default:
      // A `choose` with nothing to choose from goes on.
      all.append(made("the step is left out") { $0 = Parts(action: .choose([], otherwise: nil)) })
    }
    if let condition = node.condition {
      all.append(made("if: \(condition.text) is dropped") { $0.condition = nil })
      all += condition.slips.map { slip in
        made("if: \(condition.text): \(slip.words)") { $0.condition = slip.expression }
      }
    }
    if node.isTouch {
      if node.liftsGap {
        all.append(made("gap: none is dropped") { $0.liftsGap = false })
      } else if graph.policy.gap != nil {
        all.append(made("the gap before it is lifted") { $0.liftsGap = true })
      }
    }
    if isKeptInside { all.append(made("its window is dropped") { $0.window = .any }) }
    if node.closed != .defer { all.append(made("closed: is dropped") { $0.closed = .defer }) }
    switch node.ifPast {
    case .skip?: all.append(made("if-past: skip becomes now") { $0.ifPast = .now })
    case .now?: all.append(made("if-past: now becomes skip") { $0.ifPast = .skip })
    default: break
    }
    return all
  }

  /// Some window, or a holiday, may keep it.
  private var isKeptInside: Bool {
    switch node.window {
    case .any: false
    case .policy: graph.policy.window != nil || graph.policy.holidays != .none
    case .own: true
    }
  }

  // MARK: When

  private var time: [Mutation] {
    guard let due = node.due else { return [] }
    let isLater = made("it is not due until \(due.text), but at once") { $0.due = nil }
    return [isLater] + Self.shifted(due).map { moment, words in made(words) { $0.due = moment } }
  }

  /// The same instant one unit, a day or an hour later.
  static func shifted(_ moment: Moment) -> [(Moment, String)] {
    var all: [(Moment, String)] = []
    var later = moment
    if let shift = moment.shift {
      later.shift = Moment.Shift(sign: shift.sign, duration: shift.duration.oneMore)
      all.append((later, "\(shift.duration) becomes \(shift.duration.oneMore)"))
    } else if case .day(let day) = moment.base {
      later.base = .day(day + 1)
      all.append((later, "day \(day) becomes day \(day + 1)"))
    }
    if let time = moment.time, let other = CivilTime(hour: (time.hour + 1) % 24, minute: time.minute) {
      var later = moment
      later.time = other
      all.append((later, "at \(time) becomes at \(other)"))
    } else if case .clock(let day, let time) = moment.base,
      let other = CivilTime(hour: (time.hour + 1) % 24, minute: time.minute)
    {
      later.base = .clock(day, other)
      all.append((later, "\(time) becomes \(other)"))
    }
    return all
  }

  // MARK: What it does

  private var action: [Mutation] {
    switch node.action {
    case .wait(let moment): return Self.shifted(moment).map { other, words in made(words) { $0.action = .wait(other) } }
    case .await(let awaited):
      let times = Self.shifted(awaited.until).map { moment, words in
        made(words) {
          $0.action = .await(Await(events: awaited.events, until: moment, cases: awaited.cases))
        }
      }
      return times
        + cases(awaited.cases) { .await(Await(events: awaited.events, until: awaited.until, cases: $0)) }
    case .channel(let channel):
      var all: [Mutation] = []
      if let until = channel.until {
        all += Self.shifted(until).map { moment, words in
          made("within \(words)") { $0.action = .channel(channel.with(until: moment, cases: channel.cases)) }
        }
      }
      return all
        + cases(channel.cases) { .channel(channel.with(until: channel.until, cases: $0)) }
    case .escalate(let escalation):
      var all = cases(escalation.cases) { cases in
        var changed = escalation
        changed.cases = cases
        return .escalate(changed)
      }
      if let each = escalation.each {
        var changed = escalation
        changed.each = each.oneMore
        all.append(made("each \(each) becomes \(each.oneMore)") { $0.action = .escalate(changed) })
      }
      return all
    case .choose(let branches, let otherwise): return choices(branches, otherwise)
    case .split(let split): return arms(split)
    case .loop(let loop): return rounds(loop)
    case .hold(let hold):
      var all = CaseMutations.shifted(hold).map { later, words in made(words) { $0.action = .hold(later) } }
      guard let fallback = hold.fallback else { return all }
      var longer = hold
      longer.fallback = fallback.oneMore
      all.append(made("\(fallback) becomes \(fallback.oneMore)") { $0.action = .hold(longer) })
      return all
    default: return []
    }
  }

  private func cases(_ cases: [Case], _ action: ([Case]) -> Action) -> [Mutation] {
    cases.indices.flatMap { at -> [Mutation] in
      let one = cases[at]
      guard one.isWritten else { return [] }
      var all: [Mutation] = []
      if one.target != node.next {
        var dropped = cases
        // What a case is dropped for is what the language fills in.
        if one.key == "timeout" || !graph.replies.contains(where: { $0.name == one.key }) && one.key != "reply" {
          dropped[at].target = node.next
        } else {
          dropped.remove(at: at)
        }
        all.append(made("the case \(one.key) is dropped", at: one.span) { $0.action = action(dropped) })
      }
      let others = CaseMutations(graph: graph).targets(one.target, among: cases.map(\.target))
      return all
        + others.map { target, words in
          var changed = cases
          changed[at].target = target
          return made("\(one.key) \(words)", at: one.span) { $0.action = action(changed) }
        }
    }
  }

  private func choices(_ branches: [Branch], _ otherwise: Target?) -> [Mutation] {
    var all = branches.indices.flatMap { at -> [Mutation] in
      let branch = branches[at]
      var dropped = branches
      dropped.remove(at: at)
      let without = made("when: \(branch.when.text) is dropped", at: branch.span) {
        $0.action = .choose(dropped, otherwise: otherwise)
      }
      return [without]
        + branch.when.slips.map { slip in
          var changed = branches
          changed[at].when = slip.expression
          return made("when: \(branch.when.text): \(slip.words)", at: branch.span) {
            $0.action = .choose(changed, otherwise: otherwise)
          }
        }
    }
    if otherwise != nil { all.append(made("otherwise is dropped") { $0.action = .choose(branches, otherwise: nil) }) }
    return all
  }

  private func arms(_ split: Split) -> [Mutation] {
    guard let first = split.arms.first, let last = split.arms.last, first.target != last.target else { return [] }
    var changed = split
    changed.arms[0].target = last.target
    changed.arms[split.arms.count - 1].target = first.target
    return [made("\(first.name) and \(last.name) are exchanged") { $0.action = .split(changed) }]
  }

  private func rounds(_ loop: Loop) -> [Mutation] {
    var all: [Mutation] = []
    func add(_ what: String, _ change: (inout Loop) -> Void) {
      var changed = loop
      change(&changed)
      all.append(made(what) { $0.action = .loop(changed) })
    }
    add("\(loop.times) times becomes \(loop.times + 1)") { $0.times = loop.times + 1 }
    if loop.times > 1 { add("\(loop.times) times becomes \(loop.times - 1)") { $0.times = loop.times - 1 } }
    add("every \(loop.every) becomes \(loop.every.oneMore)") { $0.every = loop.every.oneMore }
    if let stop = loop.stopIf {
      add("stop-if: \(stop.text) is dropped") { $0.stopIf = nil }
      for slip in stop.slips { add("stop-if: \(stop.text): \(slip.words)") { $0.stopIf = slip.expression } }
    }
    return all
  }
}

/// What of a step may be otherwise.
struct Parts {
  var condition: Expression?
  var due: Moment?
  var ifPast: Node.PastRule?
  var window: Node.WindowChoice
  var closed: Node.ClosedRule
  var liftsGap: Bool
  var action: Action

  init(_ node: Node) {
    condition = node.condition
    due = node.due
    ifPast = node.ifPast
    window = node.window
    closed = node.closed
    liftsGap = node.liftsGap
    action = node.action
  }

  /// Nothing but what it does.
  init(action: Action) {
    window = .any
    closed = .defer
    liftsGap = false
    self.action = action
  }

  func node(like node: Node) -> Node {
    Node(
      name: node.name, verb: node.verb, isNamed: node.isNamed, span: node.span, note: node.note, condition: condition,
      due: due, ifPast: ifPast, window: window, closed: closed, liftsGap: liftsGap, action: action, next: node.next,
      place: node.place, repeats: node.repeats)
  }
}
