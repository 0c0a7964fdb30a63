import FlowCore

/// `no-purpose`: a touch without `purpose`, unless its channel does without (a call).
struct NoPurpose: Rule {
  let code: Code = "no-purpose"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    workflow.touches(context)
      .filter { $0.action.purpose == nil && $0.manifest?.purposeOptional != true }
      .map { touch in
        Diagnostic(
          code, at: touch.node.span, "\(touch.quoted) does not say what it is for", label: "no purpose",
          help: "add purpose: \(Grammar.purposes.joined(separator: ", ")) are the ones to choose from")
      }
  }
}
