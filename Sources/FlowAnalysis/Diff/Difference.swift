import FlowCore
import FlowTime

/// Compares two versions of a workflow by what they do: names are the identity of steps, and comments, layout and
/// spelling of the same thing change nothing.
public struct Difference {
  let old: Graph
  let new: Graph
  private let oldFacets: [String: [Facet]]
  private let newFacets: [String: [Facet]]
  private let gone: Set<String>
  private let added: Set<String>

  public init(_ old: Graph, _ new: Graph) {
    self.old = old
    self.new = new
    let (before, after) = (Set(old.nodes.map(\.name)), Set(new.nodes.map(\.name)))
    gone = before.subtracting(after)
    added = after.subtracting(before)
    oldFacets = Difference.facets(old, passing: gone)
    newFacets = Difference.facets(new, passing: added)
  }

  private static func facets(_ graph: Graph, passing: Set<String>) -> [String: [Facet]] {
    let reader = StepFacets(graph: graph, passing: passing)
    return Dictionary(
      graph.nodes.map { ($0.name, reader.facets($0)) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: What changes

  public var changes: Changes {
    var all: [Changes.Change] = []
    guard old.fingerprint != new.fingerprint else {
      return Changes(workflow: new.workflow, old: old.fingerprint, new: new.fingerprint, changes: [])
    }
    let header = Difference.fields(old.header(passing: gone), new.header(passing: added))
    if !header.isEmpty {
      all.append(
        Changes.Change(
          kind: .changed, step: nil, verb: nil, old: old.trigger.span, new: new.trigger.span, fields: header))
    }
    for node in new.nodes {
      if added.contains(node.name) {
        all.append(
          Changes.Change(
            kind: .added, step: node.name, verb: node.verb, old: nil, new: node.span,
            fields: Difference.fields([], newFacets[node.name] ?? [])))
      } else {
        let fields = Difference.fields(oldFacets[node.name] ?? [], newFacets[node.name] ?? [])
        if fields.isEmpty { continue }
        let before = old.nodes.first { $0.name == node.name }
        all.append(
          Changes.Change(
            kind: .changed, step: node.name, verb: node.verb, old: before?.span, new: node.span, fields: fields))
      }
    }
    all += old.nodes.filter { gone.contains($0.name) }.map { node in
      Changes.Change(
        kind: .removed, step: node.name, verb: node.verb, old: node.span, new: nil,
        fields: Difference.fields(oldFacets[node.name] ?? [], []))
    }
    return Changes(workflow: new.workflow, old: old.fingerprint, new: new.fingerprint, changes: all)
  }

  /// Words that say something else, in the order of the new version, then those that are gone.
  private static func fields(_ old: [Facet], _ new: [Facet]) -> [Changes.Field] {
    let before = Dictionary(old.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let names = Set(new.map(\.name))
    let changed = new.compactMap { facet -> Changes.Field? in
      let was = before[facet.name]
      if was?.meaning == facet.meaning { return nil }
      return Changes.Field(facet.name, old: was?.shown, new: facet.shown)
    }
    return changed + old.filter { !names.contains($0.name) }.map { Changes.Field($0.name, old: $0.shown, new: nil) }
  }

  // MARK: What it means for a run

  /// What moving a live run of the old version to the new one means, from where it stands.
  public func effect(on run: Run, at now: Instant, zones: any ZoneSource) -> Changes.Effect {
    guard old.fingerprint != new.fingerprint else { return .unaffected }
    guard let waiting = run.waiting, old.nodes.indices.contains(waiting.node) else { return .unaffected }
    let moved: Run
    switch Machine.migrate(run, from: old, to: new, at: now, Surroundings(zones: zones)) {
    case .stranded(let because): return .stranded(because: because)
    case .moved(let transition): moved = transition.run
    }
    let here = old.nodes[waiting.node].name
    if differs(at: here, waiting.stage) || hearsOtherwise { return .differs(from: here) }
    guard let there = moved.waiting else { return .differs(from: here) }
    if there.due != waiting.due { return .differs(from: here) }
    let steps = nearest(old, waiting.node) + nearest(new, there.node)
    let first = steps.sorted { ($0.hops, $0.name) < ($1.hops, $1.name) }.first { step in
      step.name != here && (isOther(step.name) || (step.isTimed && waitsOtherwise))
    }
    return first.map { .differs(from: $0.name) } ?? .unaffected
  }

  private func isOther(_ name: String) -> Bool {
    gone.contains(name) || added.contains(name) || meaning(oldFacets[name]) != meaning(newFacets[name])
  }

  private func meaning(_ facets: [Facet]?) -> [String: String] {
    Dictionary((facets ?? []).map { ($0.name, $0.meaning) }, uniquingKeysWith: { first, _ in first })
  }

  /// Only what is still ahead of a run that waits here so: a text that has gone out is past.
  private func differs(at name: String, _ stage: Run.Waiting.Stage) -> Bool {
    let (before, after) = (meaning(oldFacets[name]), meaning(newFacets[name]))
    switch stage {
    case .before, .deferring: return before != after || waitsOtherwise && isTouch(name)
    default:
      // Timing is compared by the instant that comes of it.
      let names = Set(before.keys).union(after.keys).filter { name in
        name.hasPrefix("then ") || name == "next" || name == "await" || (stage == .round && name != "after")
      }
      return names.contains { before[$0] != after[$0] }
    }
  }

  private func isTouch(_ name: String) -> Bool { new.nodes.first { $0.name == name }?.isTouch == true }

  /// Window, holidays, gap or most touches are others.
  private var waitsOtherwise: Bool { Difference.fields(old.policyFacets, new.policyFacets).isEmpty == false }

  /// Replies or `anytime` are others.
  private var hearsOtherwise: Bool {
    func facets(_ graph: Graph, _ passing: Set<String>) -> [Facet] {
      graph.header(passing: passing).filter { facet in
        ["reply ", "order of", "anytime ", "event ", "owner"].contains { facet.name.hasPrefix($0) }
      }
    }
    return !Difference.fields(facets(old, gone), facets(new, added)).isEmpty
  }

  /// Window, gap, holidays or business days may move it.
  private static func isTimed(_ node: Node) -> Bool {
    switch node.action {
    case .channel(let action): action.touch || action.until != nil
    case .await, .wait, .loop: true
    default: node.due != nil
    }
  }

  /// Every step that can still come, the nearest first.
  private func nearest(
    _ graph: Graph, _ here: NodeIndex
  ) -> [(name: String, hops: Int, isTimed: Bool)] {
    var hops = [here: 0]
    var queue = [here]
    for edge in graph.edges where edge.kind == .anytime {
      if case .node(let node) = edge.to, hops[node] == nil {
        hops[node] = 1
        queue.append(node)
      }
    }
    var next = 0
    while next < queue.count {
      let node = queue[next]
      next += 1
      for edge in graph.edges(from: node) {
        if case .node(let there) = edge.to, hops[there] == nil {
          hops[there] = (hops[node] ?? 0) + 1
          queue.append(there)
        }
      }
    }
    return queue.map { (graph.nodes[$0].name, hops[$0] ?? 0, Difference.isTimed(graph.nodes[$0])) }
  }
}
