import FlowCore

/// Puts a graph together from its parts.
struct Assembly {
  let bench: Bench
  let outline: Outline
  let header: Header

  init(_ bench: Bench, _ outline: Outline, _ header: Header) {
    self.bench = bench
    self.outline = outline
    self.header = header
  }

  /// Nil where a part is missing whose absence has its finding already.
  func graph(nodes: [Node], anytime: [Case]) -> Graph? {
    guard var trigger = header.trigger, let timezone = header.timezone, let name = header.name,
      let entry = outline.lists.first?.steps.first
    else { return nil }
    if let each = trigger.each { trigger.each?.isRead = bench.reads(each.list) }
    return Graph(
      workflow: name.text, about: header.about, category: header.category, trigger: trigger,
      input: header.input,
      events: header.events, timezone: timezone, owner: header.owner, policy: header.policy,
      replies: header.replies, anytime: anytime, goal: header.goal.map(\.text), nodes: nodes,
      entry: .node(entry),
      paths: paths, lists: outline.lists.map(\.kind), fingerprint: "", file: bench.file)
  }

  private var paths: [Graph.Path] {
    outline.paths.compactMap { path in
      outline.lists[path.list].steps.first.map {
        Graph.Path(name: path.name.text, entry: $0, span: path.name.whole)
      }
    }
  }
}
