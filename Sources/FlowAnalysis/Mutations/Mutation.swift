import FlowCore
import FlowTime

/// A workflow with one small thing otherwise.
public struct Mutation: Sendable {
  /// `objections: within 1 business day becomes 2 business days`.
  public var what: String
  public var span: Span
  public var graph: Graph
  /// The step that it is about; nil for what stands above the steps.
  public var step: NodeIndex?

  /// All of a workflow, in the order of the file: a case dropped or leading elsewhere, a time shifted, a condition
  /// slipped, a step left out, a limit lifted.
  /// - Parameter policy: where that stands.
  public static func all(of graph: Graph, policy: Span) -> [Mutation] {
    HeadMutations(graph: graph, policySpan: policy).all
      + graph.nodes.indices.flatMap { StepMutations(graph: graph, index: $0).all }
  }
}

/// What stands above the steps: the policy, and `anytime`.
struct HeadMutations {
  let graph: Graph
  let policySpan: Span

  var all: [Mutation] { policy + anytime }

  private func made(_ what: String, at span: Span, _ policy: Policy? = nil, _ anytime: [Case]? = nil) -> Mutation {
    let changed = Graph(
      workflow: graph.workflow, about: graph.about, category: graph.category, trigger: graph.trigger,
      input: graph.input, events: graph.events, timezone: graph.timezone, owner: graph.owner,
      policy: policy ?? graph.policy, replies: graph.replies, anytime: anytime ?? graph.anytime, goal: graph.goal,
      nodes: graph.nodes, entry: graph.entry, paths: graph.paths, lists: graph.lists,
      fingerprint: graph.fingerprint, file: graph.file)
    return Mutation(what: what, span: span, graph: changed)
  }

  private var policy: [Mutation] {
    var all: [Mutation] = []
    func add(_ what: String, _ change: (inout Policy) -> Void) {
      var policy = graph.policy
      change(&policy)
      all.append(made("policy: \(what)", at: policySpan, policy))
    }
    if graph.policy.window != nil { add("the window is dropped") { $0.window = nil } }
    if graph.policy.holidays != .none { add("the holidays are dropped") { $0.holidays = .none } }
    if let gap = graph.policy.gap {
      add("the gap is lifted") { $0.gap = nil }
      add("a gap of \(gap) becomes \(gap.oneMore)") { $0.gap = gap.oneMore }
    }
    if let most = graph.policy.maxTouches {
      add("max-touches \(most) becomes \(most + 1)") { $0.maxTouches = most + 1 }
      if most > 1 { add("max-touches \(most) becomes \(most - 1)") { $0.maxTouches = most - 1 } }
    }
    return all
  }

  private var anytime: [Mutation] {
    graph.anytime.indices.flatMap { index -> [Mutation] in
      let one = graph.anytime[index]
      var without = graph.anytime
      without.remove(at: index)
      let dropped = made("anytime: the case \(one.key) is dropped", at: one.span, nil, without)
      return [dropped]
        + CaseMutations(graph: graph).targets(one.target, among: graph.anytime.map(\.target)).map { target, words in
          var changed = graph.anytime
          changed[index].target = target
          return made("anytime: \(one.key) \(words)", at: one.span, nil, changed)
        }
    }
  }
}

/// Where a case could lead instead.
struct CaseMutations {
  let graph: Graph

  func targets(_ target: Target, among others: [Target]) -> [(Target, String)] {
    var all: [(Target, String)] = []
    if case .hold(let hold) = target, let fallback = hold.fallback {
      var longer = hold
      longer.fallback = fallback.oneMore
      all.append((.hold(longer), "holds \(fallback.oneMore) where it held \(fallback)"))
    }
    if case .hold(let hold) = target { all += Self.shifted(hold).map { (.hold($0), $1) } }
    if let other = others.first(where: { $0 != target && isLeading($0) }), isLeading(target) {
      all.append((other, "leads to \(words(other)) in place of \(words(target))"))
    }
    return all
  }

  /// Until when it holds, one unit later: the instant, or what comes after the event that it waits for.
  static func shifted(_ hold: Hold) -> [(Hold, String)] {
    var later = hold
    switch hold.until {
    case .event(let name, let after?)?:
      later.until = .event(name, after.oneMore)
      return [(later, "until \(name) + \(after) becomes \(name) + \(after.oneMore)")]
    case .moment(let moment)?:
      // A day that nothing is counted from yet is shifted by one.
      guard moment.shift == nil, moment.time == nil, moment.isOfData else {
        return StepMutations.shifted(moment).map { moment, words in
          later.until = .moment(moment)
          return (later, "until \(moment.text): \(words)")
        }
      }
      var shifted = moment
      shifted.shift = Moment.Shift(sign: 1, duration: .days(1))
      later.until = .moment(shifted)
      return [(later, "until \(moment.text) becomes \(moment.text) + 1 day")]
    default: return []
    }
  }

  private func isLeading(_ target: Target) -> Bool {
    switch target {
    case .end: true
    case .node(let node): isNamed(graph.lists[graph.nodes[node].place.list])
    case .hold, .resume: false
    }
  }

  /// Not a list of the case's own.
  private func isNamed(_ list: Graph.List) -> Bool {
    switch list {
    case .steps, .path: true
    case .nested, .anytime: false
    }
  }

  func words(_ target: Target) -> String {
    switch target {
    case .node(let node): graph.nodes[node].name
    case .end(let outcome): "end \(outcome)"
    case .hold(let hold): hold.text
    case .resume: "next"
    }
  }
}

extension Moment {
  /// Nothing in it can be shifted by itself.
  fileprivate var isOfData: Bool {
    switch base {
    case .expression, .returnDate: true
    case .arrival, .day, .clock: false
    }
  }
}
