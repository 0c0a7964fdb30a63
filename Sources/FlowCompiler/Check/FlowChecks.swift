import FlowCore

/// What is wrong with the graph as a whole: circles, what no way leads to, paths that run out, answers that
/// nothing handles (language, section 7, without a walk over time).
struct FlowChecks {
  let graph: Graph
  let outline: Outline
  let header: Header
  let bench: Bench
  private let edges: [[Edge]]

  /// - Returns: the graph's steps, each with a way on.
  static func run(_ graph: Graph, _ outline: Outline, _ header: Header, _ bench: Bench) -> [Node] {
    let checks = FlowChecks(graph, outline, header, bench)
    let inCycle = checks.cycles()
    let reached = checks.reached()
    checks.unreachable(reached.union(inCycle))
    checks.pathsThatRunOut(reached)
    checks.unhandledClasses()
    checks.waitsBeforeReplies()
    SuppressedAtOnce(graph: graph, bench: bench).run()
    EventCircles(graph: graph, bench: bench).run()
    checks.clinicalPatterns()
    // What is left of the marks stands at steps that are never left that way.
    return graph.nodes.map { RunsOut.path($0.next) == nil ? $0 : $0.going(on: .end("completed")) }
  }

  private init(_ graph: Graph, _ outline: Outline, _ header: Header, _ bench: Bench) {
    self.graph = graph
    self.outline = outline
    self.header = header
    self.bench = bench
    edges = graph.nodes.indices.map { graph.edges(from: $0) }
  }

  // MARK: Circles

  /// Every circle but the rounds of a `repeat`; the steps that are in one.
  private func cycles() -> Set<NodeIndex> {
    var state = [UInt8](repeating: 0, count: graph.nodes.count)
    var found: Set<NodeIndex> = []
    // Depth first, with a stack of our own: a file may have thousands of steps in a row.
    for start in graph.nodes.indices where state[start] == 0 {
      var stack: [(node: NodeIndex, next: Int)] = [(start, 0)]
      state[start] = 1
      while let top = stack.last {
        guard top.next < edges[top.node].count else {
          state[top.node] = 2
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let edge = edges[top.node][top.next]
        guard case .node(let target) = edge.to, !isRound(top.node, target) else { continue }
        if state[target] == 0 {
          state[target] = 1
          stack.append((target, 0))
        } else if state[target] == 1, let from = stack.firstIndex(where: { $0.node == target }) {
          let circle = stack[from...].map(\.node)
          if found.isDisjoint(with: circle) { report(circle, closing: edge) }
          found.formUnion(circle)
        }
      }
    }
    return found
  }

  private func isRound(_ from: NodeIndex, _ to: NodeIndex) -> Bool { graph.nodes[from].repeats.contains(to) }

  private func report(_ circle: [NodeIndex], closing edge: Edge) {
    let names = (circle + [circle[0]]).map { graph.nodes[$0].name }
    let notes = circle.map {
      Diagnostic.Note("\"\(graph.nodes[$0].name)\" stands here", at: graph.nodes[$0].span)
    }
    bench.report(.cycle(names, at: edge.span, notes))
  }

  // MARK: Reach

  private func reached() -> Set<NodeIndex> {
    var reached: Set<NodeIndex> = []
    var open: [Target] = [graph.entry] + graph.anytime.map(\.target)
    while let target = open.popLast() {
      guard case .node(let node) = target, reached.insert(node).inserted else { continue }
      open += edges[node].map(\.to)
    }
    return reached
  }

  /// The path, or the first step of each row, that no way leads to; what stands inside such a step is not
  /// said.
  private func unreachable(_ reached: Set<NodeIndex>) {
    var silent: Set<Int> = []
    for path in outline.paths where outline.lists[path.list].steps.allSatisfy({ !reached.contains($0) }) {
      bench.report(.unreachable(path.name.text, at: path.name.whole, "path"))
      silent.insert(path.list)
    }
    for (number, list) in outline.lists.enumerated() {
      if case .nested(let step) = list.kind, !reached.contains(step) { continue }
      guard !silent.contains(number) else { continue }
      var previous = true
      for step in list.steps {
        if !reached.contains(step), previous {
          bench.report(.unreachable(graph.nodes[step].name, at: graph.nodes[step].span, "step"))
        }
        previous = reached.contains(step)
      }
    }
  }

  private func pathsThatRunOut(_ reached: Set<NodeIndex>) {
    var said: Set<String> = []
    for node in graph.nodes.indices where reached.contains(node) {
      for edge in edges[node] {
        guard let path = RunsOut.path(edge.to), said.insert(path).inserted else { continue }
        let list = outline.paths.first { $0.name.text == path }?.list
        let last = list.flatMap { outline.lists[$0].steps.last } ?? node
        bench.report(.pathRunsOut(path, at: graph.nodes[last].span))
      }
    }
  }

  // MARK: Answers

  private func unhandledClasses() {
    var handled = Set(graph.anytime.map(\.key))
    for node in graph.nodes {
      if case .await(let awaited) = node.action { handled.formUnion(awaited.cases.map(\.key)) }
    }
    guard !handled.contains("reply") else { return }
    for one in graph.replies where !handled.contains(one.name) {
      bench.report(.classUnhandled(one.name, at: one.span))
    }
  }

  /// A plain `wait` on a way from a touch to an await for its reply: the default would take the reply.
  private func waitsBeforeReplies() {
    guard !graph.anytime.contains(where: { $0.key == "reply" }) else { return }
    var said: Set<NodeIndex> = []
    for touch in graph.nodes.indices where graph.nodes[touch].isTouch {
      var seen: Set<[NodeIndex]> = []
      var open: [(node: NodeIndex, wait: NodeIndex?)] = follow(touch).map { ($0, nil) }
      while let (node, wait) = open.popLast() {
        guard seen.insert([node, wait ?? -1]).inserted, !graph.nodes[node].isTouch else { continue }
        switch graph.nodes[node].action {
        case .await(let awaited):
          guard let wait, awaited.events.contains(where: { Events.isReply($0, header) }) else { continue }
          if said.insert(wait).inserted {
            bench.report(
              .waitBeforeReply(
                graph.nodes[wait].span, touch: graph.nodes[touch].name, await: graph.nodes[node].name))
          }
        case .wait: open += follow(node).map { ($0, wait ?? node) }
        default: open += follow(node).map { ($0, wait) }
        }
      }
    }
  }

  private func follow(_ node: NodeIndex) -> [NodeIndex] {
    edges[node].compactMap { if case .node(let next) = $0.to { next } else { nil } }
  }

  // MARK: Clinical

  /// Where patients answer, a class that leads to no person has exact patterns only.
  private func clinicalPatterns() {
    guard graph.category == .clinical else { return }
    for one in graph.replies {
      let targets = self.targets(of: one.name)
      guard targets.contains(where: { !leadsToPerson($0) }) else { continue }
      for (pattern, text) in zip(one.patterns, header.patterns[one.name] ?? []) where !pattern.isExact {
        bench.report(.clinicalPattern(text, class: one.name))
      }
    }
  }

  /// Where a class leads, wherever it is taken.
  private func targets(of name: String) -> [Target] {
    var targets: [Target] = []
    if let one = graph.anytime.first(where: { $0.key == name })
      ?? graph.anytime.first(where: { $0.key == "reply" })
    {
      targets.append(one.target)
    }
    let inAnytime = graph.anytime.contains { $0.key == name }
    for node in graph.nodes {
      guard case .await(let awaited) = node.action else { continue }
      let own = awaited.cases.first { $0.key == name }
      if let one = own ?? (inAnytime ? nil : awaited.cases.first { $0.key == "reply" }) {
        targets.append(one.target)
      }
    }
    return targets
  }

  /// Whether, before the run waits again, somebody gets something to do or is told.
  private func leadsToPerson(_ target: Target) -> Bool {
    var seen: Set<NodeIndex> = []
    var open = [target]
    while let target = open.popLast() {
      guard case .node(let node) = target, seen.insert(node).inserted else { continue }
      let step = graph.nodes[node]
      switch step.action {
      case .escalate: return true
      case .channel(let action):
        if action.isTask || (!action.touch && action.address != .none) { return true }
        if action.touch { continue }
      case .wait, .await, .loop: continue
      default: break
      }
      if step.due == nil { open += edges[node].map(\.to) }
    }
    return false
  }
}
