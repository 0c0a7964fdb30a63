import FlowCore

/// `adds-nothing`: a later touch with no field, file, link or purpose that the one before lacks.
struct AddsNothing: Rule {
  let code: Code = "adds-nothing"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let data = RunData(graph: workflow.graph)
    let touches = Dictionary(uniqueKeysWithValues: workflow.touches(context).map { ($0.index, $0) })
    let brings = touches.mapValues { AddsNothing.brings($0, data) }
    var found: Set<NodeIndex> = []
    return touches.keys.sorted().flatMap { index -> [Diagnostic] in
      guard let before = touches[index], let known = brings[index] else { return [] }
      return next(index, workflow.graph).compactMap { next in
        guard next != index, let touch = touches[next], let own = brings[next], own.isSubset(of: known),
          found.insert(next).inserted
        else { return nil }
        return Diagnostic(
          code, .warning, at: touch.node.span,
          "\(touch.quoted) brings nothing that \(before.quoted) has not brought: no field, file, link or "
            + "purpose",
          label: "why should it be read?",
          notes: [Diagnostic.Note("\(before.quoted) is the touch before", at: before.node.span)],
          help: "add what helps the contact to answer, give it another purpose, or leave it out")
      }
    }
  }

  /// The touches that come next while nobody answers.
  private func next(_ index: NodeIndex, _ graph: Graph) -> [NodeIndex] {
    let silent = { (way: Way) in way.how != .answer && way.how != .notice }
    return graph.touches(after: graph.ways(from: index).filter { !$0.how.isSkip }, along: silent)
  }

  private static func brings(_ touch: Touch, _ data: RunData) -> Set<String> {
    var brings: Set<String> = []
    for text in touch.texts {
      brings.formUnion(text.uses.filter { $0.name != .ask }.map(key))
      brings.formUnion(Asking.links(text, data).map { "link " + $0 })
    }
    for field in touch.action.fields {
      switch field.content {
      case .files(let paths): brings.formUnion(paths.map { "file " + $0 })
      // Who calls, who is copied: a person whom the contact has not met yet.
      case .expression(let expression): brings.formUnion(expression.uses.map(key))
      case .expressions(let list): brings.formUnion(list.flatMap(\.uses).map(key))
      case .template, .word, .mapping: break
      }
    }
    if let purpose = touch.action.purpose { brings.insert("purpose " + purpose) }
    return brings
  }

  private static func key(_ use: Use) -> String {
    "field " + (["\(use.name)"] + use.path).joined(separator: ".")
  }
}
