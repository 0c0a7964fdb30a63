import FlowCore

/// `no-sender`: marketing mail that does not say who sends it (CAN-SPAM, 15 U.S.C. 7704(a)(1)).
struct NoSender: Rule {
  let code: Code = "no-sender"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    MarketingMail.touches(workflow, context)
      .filter { $0.action.field("from") == nil && context.project.setting("from", of: $0.action.verb) == nil }
      .map { touch in
        Diagnostic(
          code, at: touch.node.span, "\(touch.quoted) is marketing, and does not say who sends it",
          label: "no sender",
          help: "add from: to the step, or a from: under channels: \(touch.action.verb): in flow.yaml")
      }
  }
}
