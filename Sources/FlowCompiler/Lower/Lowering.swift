import FlowCore
import FlowTime

/// Makes the outline's steps into nodes: every name resolved to an index, every expression typed.
struct Lowering {
  let bench: Bench
  let outline: Outline
  let header: Header
  let scopes: Scopes
  /// What other workflows want, by name: for `enroll`.
  let workflows: [String: [Field]]
  /// Dotted paths that are known to be present in a list.
  var presence: [Int: Set<String>] = [:]
  let stepNames: [String: NodeIndex]

  init(_ bench: Bench, _ outline: Outline, _ header: Header, workflows: [String: [Field]]) {
    self.bench = bench
    self.outline = outline
    self.header = header
    self.workflows = workflows
    scopes = Scopes(outline, header)
    var names: [String: NodeIndex] = [:]
    for (index, step) in outline.steps.enumerated() where names[step.name] == nil { names[step.name] = index }
    stepNames = names
  }

  /// All nodes, nil for a step that could not be made; what is wrong is found.
  mutating func nodes() -> [Node?] { outline.steps.indices.map { node($0) } }

  mutating func anytime() -> [Case] {
    let known = Events.known(header, bench.around)
    return outline.anytime.map { draft in
      checkEvent(draft.key, known: known)
      bench.site = .anytime(draft.key.text)
      defer { bench.site = nil }
      return Case(
        key: draft.key.text, target: target(draft.target, from: nil, next: .resume), span: draft.key.whole)
    }
  }

  /// Says whether an event exists, and may be named.
  @discardableResult
  func checkEvent(_ name: Located, known: [String]) -> Bool {
    if Events.reserved.contains(name.text) {
      bench.report(.reservedEvent(name))
      return false
    }
    if known.contains(name.text) { return true }
    bench.report(.unknownEvent(name, known: known))
    return false
  }

  // MARK: Scope

  /// What names mean at a step, before what its `if:` tells.
  func naming(in list: Int, present: Set<String> = [], allowsAsk: Bool = false) -> Naming {
    header.naming(
      steps: stepNames, event: scopes.event(in: list), present: presence(of: list).union(present),
      around: bench.around, allowsAsk: allowsAsk)
  }

  private func presence(of list: Int) -> Set<String> {
    var known = presence[list] ?? []
    var current = outline.lists[list].parent
    while let list = current {
      known.formUnion(presence[list] ?? [])
      current = outline.lists[list].parent
    }
    return known
  }

  func moments(_ naming: Naming, in list: Int) -> MomentScope {
    MomentScope(naming: naming, allowsReturn: scopes.isOutOfOffice(list))
  }

  // MARK: Going on

  /// What follows a step.
  func next(_ index: NodeIndex) -> Target {
    let step = outline.steps[index]
    return follow(step.list, step.position + 1)
  }

  /// The step at a position, or what follows where a list has run out.
  private func follow(_ list: Int, _ position: Int) -> Target {
    let draft = outline.lists[list]
    if position < draft.steps.count { return .node(draft.steps[position]) }
    switch draft.kind {
    case .steps: return .end("completed")
    case .path(let name): return RunsOut.target(name)
    case .anytime: return .resume
    case .nested(let step): return draft.isRound ? .node(step) : next(step)
    }
  }

  // MARK: Targets

  func target(_ draft: TargetDraft, from list: Int?, next: Target) -> Target {
    switch draft {
    case .next, .broken: return next
    case .end(let outcome): return .end(outcome.text)
    case .list(let list, _): return outline.lists[list].steps.first.map { .node($0) } ?? next
    case .hold(let text, let list): return hold(text, in: list, slot: list).map { .hold($0) } ?? next
    case .name(let name): return named(name, from: list).map { .node($0) } ?? next
    }
  }

  func named(_ name: Located, from list: Int?) -> NodeIndex? {
    if let found = outline.target(name.text, from: list) { return found }
    if outline.paths.contains(where: { $0.name.text == name.text }) { return nil }
    if let other = outline.step(named: name.text) {
      bench.report(.outOfReach(name, at: outline.steps[other].nameSpan))
    } else {
      bench.report(.unknownTarget(name, known: outline.reachable(from: list)))
    }
    return nil
  }

  func hold(_ text: Located, in list: Int, slot: Int? = nil) -> Hold? {
    let scope = moments(naming(in: list), in: list)
    let events = header.events.map(\.name) + Events.builtIn + bench.around.manifests.flatMap(\.events)
    var hold = bench.hold(text, scope, events: events)
    hold?.slot = slot
    return hold
  }

  // MARK: Cases

  /// The cases of a step that waits: those written, then those that the language fills in.
  /// - Parameters:
  ///   - allowed: what may be named.
  ///   - filled: what leads to `next` where it is not named.
  ///   - all: what one target for all stands for.
  func cases(_ index: NodeIndex, allowed: [String], filled: [String], all: [String], what: String) -> [Case] {
    let step = outline.steps[index]
    let next = next(index)
    var cases: [Case] = []
    switch step.then {
    case .none: break
    case .all(let draft):
      let target = target(draft, from: step.list, next: next)
      cases = all.map { Case(key: $0, target: target, span: draft.span) }
    case .cases(let drafts):
      for draft in drafts {
        checkCase(draft.key, allowed: allowed, what: what)
        cases.append(
          Case(
            key: draft.key.text, target: target(draft.target, from: step.list, next: next),
            span: draft.key.whole))
      }
    }
    let written = Set(cases.map(\.key))
    for key in filled where !written.contains(key) {
      cases.append(Case(key: key, target: next, isWritten: false, span: step.span))
    }
    return cases
  }

  private func checkCase(_ key: Located, allowed: [String], what: String) {
    if allowed.contains(key.text) { return }
    if Events.reserved.contains(key.text) {
      bench.report(.reservedEvent(key))
    } else {
      bench.report(.caseNotAwaited(key, known: allowed, what))
    }
  }
}

/// Where a path runs out, which none may: a mark that stands in for a target until that is found.
enum RunsOut {
  private static let mark = "\u{1}"

  static func target(_ path: String) -> Target { .end(mark + path) }

  /// The path that runs out.
  static func path(_ target: Target) -> String? {
    guard case .end(let outcome) = target, outcome.hasPrefix(mark) else { return nil }
    return String(outcome.dropFirst(mark.count))
  }
}
