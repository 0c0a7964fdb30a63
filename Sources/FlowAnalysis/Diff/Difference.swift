import FlowCore
import FlowTime

/// Compares two versions of a workflow by what they do: names are the identity of steps, and comments, layout and
/// spelling of the same thing change nothing.
public struct Difference {
  let old: Graph
  let new: Graph
  private let oldIdentities: [String]
  private let newIdentities: [String]
  // By what steps are known by in both versions.
  private let oldFacets: [String: [Facet]]
  private let newFacets: [String: [Facet]]
  private let oldReader: StepFacets
  private let newReader: StepFacets
  private let gone: Set<String>
  private let added: Set<String>

  public init(_ old: Graph, _ new: Graph) {
    self.old = old
    self.new = new
    let pairs = StepPairs(old, new)
    (oldIdentities, newIdentities) = (pairs.old, pairs.new)
    let (before, after) = (Set(oldIdentities), Set(newIdentities))
    gone = before.subtracting(after)
    added = after.subtracting(before)
    oldReader = StepFacets(old, oldIdentities, passing: gone)
    newReader = StepFacets(new, newIdentities, passing: added)
    oldFacets = Difference.facets(oldReader)
    newFacets = Difference.facets(newReader)
  }

  private static func facets(_ reader: StepFacets) -> [String: [Facet]] {
    Dictionary(
      zip(reader.identities, reader.graph.nodes).map { ($0, reader.facets($1)) },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: What changes

  public var changes: Changes {
    var all: [Changes.Change] = []
    guard old.fingerprint != new.fingerprint else {
      return Changes(workflow: new.workflow, old: old.fingerprint, new: new.fingerprint, changes: [])
    }
    let header = Difference.fields(old.header(oldReader), new.header(newReader))
    if !header.isEmpty {
      all.append(
        Changes.Change(
          kind: .changed, step: nil, verb: nil, old: old.trigger.span, new: new.trigger.span, fields: header))
    }
    for (identity, node) in zip(newIdentities, new.nodes) {
      if added.contains(identity) {
        all.append(
          Changes.Change(
            kind: .added, step: node.name, verb: node.verb, old: nil, new: node.span,
            fields: Difference.fields([], newFacets[identity] ?? [])))
      } else {
        let fields = Difference.fields(oldFacets[identity] ?? [], newFacets[identity] ?? [])
        if fields.isEmpty { continue }
        let before = oldIdentities.firstIndex(of: identity).map { old.nodes[$0] }
        all.append(
          Changes.Change(
            kind: .changed, step: node.name, verb: node.verb, old: before?.span, new: node.span, fields: fields))
      }
    }
    all += zip(oldIdentities, old.nodes).filter { gone.contains($0.0) }.map { identity, node in
      Changes.Change(
        kind: .removed, step: node.name, verb: node.verb, old: node.span, new: nil,
        fields: Difference.fields(oldFacets[identity] ?? [], []))
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
    if let lack = Machine.lack(run, from: old, to: new, zones: zones) { return .stranded(because: lack) }
    let moved: Run
    switch Machine.migrate(run, from: old, to: new, at: now, Surroundings(zones: zones)) {
    case .stranded(let because): return .stranded(because: because)
    case .moved(let transition): moved = transition.run
    }
    let here = oldIdentities[waiting.node]
    let name = old.nodes[waiting.node].name
    if differs(at: here, waiting.stage) || hearsOtherwise { return .differs(from: name) }
    guard let there = moved.waiting, there.due == waiting.due else { return .differs(from: name) }
    let steps = nearest(old, oldIdentities, run) + nearest(new, newIdentities, moved)
    let first = steps.sorted { ($0.hops, $0.name) < ($1.hops, $1.name) }.first { step in
      step.identity != here && (isOther(step.identity) || (step.isTimed && waitsOtherwise))
    }
    return first.map { .differs(from: $0.name) } ?? .unaffected
  }

  private func isOther(_ step: String) -> Bool {
    gone.contains(step) || added.contains(step) || meaning(oldFacets[step]) != meaning(newFacets[step])
  }

  private func meaning(_ facets: [Facet]?) -> [String: String] {
    Dictionary((facets ?? []).map { ($0.name, $0.meaning) }, uniquingKeysWith: { first, _ in first })
  }

  /// Only what is still ahead of a run that waits here so: a text that has gone out is past.
  private func differs(at step: String, _ stage: Run.Waiting.Stage) -> Bool {
    let (before, after) = (meaning(oldFacets[step]), meaning(newFacets[step]))
    switch stage {
    case .before, .deferring: return before != after || waitsOtherwise && isTouch(step)
    default:
      // Timing is compared by the instant that comes of it.
      let names = Set(before.keys).union(after.keys).filter { name in
        name.hasPrefix("then ") || name == "next" || name == "await" || (stage == .round && name != "after")
      }
      return names.contains { before[$0] != after[$0] }
    }
  }

  private func isTouch(_ step: String) -> Bool {
    newIdentities.firstIndex(of: step).map { new.nodes[$0].isTouch } ?? false
  }

  /// Window, holidays, gap or most touches are others.
  private var waitsOtherwise: Bool { Difference.fields(old.policyFacets, new.policyFacets).isEmpty == false }

  /// Replies or `anytime` are others.
  private var hearsOtherwise: Bool {
    func facets(_ graph: Graph, _ reader: StepFacets) -> [Facet] {
      graph.header(reader).filter { facet in
        ["reply ", "order of", "anytime ", "event ", "owner"].contains { facet.name.hasPrefix($0) }
      }
    }
    return !Difference.fields(facets(old, oldReader), facets(new, newReader)).isEmpty
  }

  /// Window, gap, holidays or business days may move it.
  private static func isTimed(_ node: Node) -> Bool {
    switch node.action {
    case .channel(let action): action.touch || action.until != nil
    case .await, .wait, .loop: true
    default: node.due != nil
    }
  }

  private struct Near {
    var identity: String
    var name: String
    var hops: Int
    var isTimed: Bool
  }

  /// Every step that can still come, the nearest first.
  private func nearest(_ graph: Graph, _ identities: [String], _ run: Run) -> [Near] {
    guard let here = run.waiting?.node else { return [] }
    let ways = Ways(graph, run)
    var hops = [here: 0]
    var queue = [here]
    for edge in graph.edges where edge.kind == .anytime {
      if case .node(let node) = edge.to, hops[node] == nil, ways.isAhead(node) {
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
    return queue.map {
      Near(
        identity: identities[$0], name: graph.nodes[$0].name, hops: hops[$0] ?? 0,
        isTimed: Difference.isTimed(graph.nodes[$0]))
    }
  }
}
