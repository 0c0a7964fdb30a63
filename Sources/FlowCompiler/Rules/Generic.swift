import FlowCore

/// `generic`: a body that names no field of the contact.
struct Generic: Rule {
  let code: Code = "generic"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let data = RunData(graph: workflow.graph)
    return workflow.touches(context).compactMap { touch in
      guard let body = touch.body, let main = touch.action.main else { return nil }
      let readers = data.contact + Generic.addressee(touch)
      if body.uses.contains(where: { use in readers.contains { $0.holds(use) } }) { return nil }
      return Diagnostic(
        code, .warning, at: StepSource(touch.node, in: workflow.root).value(main),
        "the \(main) of \(touch.quoted) could go to anybody: it names no field of the contact",
        label: "whom does it speak to?", help: "address the reader: {{ contact.first_name ?? contact.name }}")
    }
  }

  /// Whom the step names in place of the run's contact.
  private static func addressee(_ touch: Touch) -> [RunData.Place] {
    guard case .expression(let expression)? = touch.action.field("to")?.content else { return [] }
    return expression.uses.map { RunData.Place($0) }
  }
}
