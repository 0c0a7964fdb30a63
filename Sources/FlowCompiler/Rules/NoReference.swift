import FlowCore

/// `no-reference`: the first touch names no field of the trigger's data but the contact's.
struct NoReference: Rule {
  let code: Code = "no-reference"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let data = RunData(graph: workflow.graph)
    let first = Set(workflow.graph.firstTouches)
    return workflow.touches(context).filter { first.contains($0.index) }.compactMap { touch in
      let isNamed = touch.texts.flatMap(\.uses).contains { use in
        if case .input = use.name { !data.isContact(use) } else { false }
      }
      if isNamed { return nil }
      let event = Words.quoted(workflow.graph.trigger.event)
      return Diagnostic(
        code, .warning, at: touch.node.span,
        "\(touch.quoted) can be the first that the contact hears, and names nothing of what \(event) brought",
        label: "what is it about?", help: NoReference.help(workflow.graph, data))
    }
  }

  /// A field that could be named.
  private static func help(_ graph: Graph, _ data: RunData) -> String {
    let fields = graph.input.filter { field in !data.contact.contains { $0.name == .input(field.name) } }
    let texts = fields.flatMap { field in
      (field.type.fields ?? []).filter { $0.type.present == .text }.map { "\(field.name).\($0.name)" }
    }
    guard let example = texts.first(where: { !$0.hasSuffix(".id") }) ?? texts.first else {
      return "name what the follow-up is about: declare its fields under input:"
    }
    return "name what the follow-up is about, such as {{ \(example) }}"
  }
}
