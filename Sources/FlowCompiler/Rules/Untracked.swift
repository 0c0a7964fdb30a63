import FlowCore

/// `untracked`: a touch followed by no await and no outcome before the next touch or the end.
struct Untracked: Rule {
  let code: Code = "untracked"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    workflow.touches(context).filter { $0.action.until == nil }.compactMap { touch in
      guard let follows = follows(touch.index, workflow.graph) else { return nil }
      let help =
        touch.action.outcomes.isEmpty
        ? "add \"- await: reply within 3 business days\" after it"
        : "add within: and a duration, so that the run waits for \(Words.list(touch.action.outcomes, "or"))"
      return Diagnostic(
        code, .warning, at: touch.node.span, "nobody waits for what comes of \(touch.quoted): \(follows)",
        label: "not followed up", help: help)
    }
  }

  /// What comes without anybody having listened: the next touch, or the end.
  private func follows(_ touch: NodeIndex, _ graph: Graph) -> String? {
    var seen: Set<NodeIndex> = []
    var rest = graph.ways(from: touch).filter { !$0.how.isSkip }
    var found: [String] = []
    while let way = rest.popLast() {
      switch way.to {
      case .end(let outcome): found.append("the run ends with \(Words.quoted(outcome))")
      case .hold, .resume: break
      case .node(let index):
        guard graph.nodes.indices.contains(index), seen.insert(index).inserted else { continue }
        if graph.nodes[index].isTouch {
          found.append("\(Words.quoted(graph.nodes[index].name)) comes next")
        } else if !graph.listens(index) {
          rest += graph.ways(from: index)
        }
      }
    }
    return found.min()
  }
}
