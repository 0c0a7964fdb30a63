import FlowCore

/// `no-unsubscribe`: marketing mail that cannot be left in one click (CAN-SPAM, 15 U.S.C. 7704(a)(3); RFC
/// 8058).
struct NoUnsubscribe: Rule {
  let code: Code = "no-unsubscribe"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let data = RunData(graph: workflow.graph)
    return MarketingMail.touches(workflow, context)
      .filter { !NoUnsubscribe.isKept(context.project, $0.action.verb) && !NoUnsubscribe.links($0, data) }
      .map { touch in
        Diagnostic(
          code, at: touch.node.span, "\(touch.quoted) is marketing, and cannot be left in one click",
          label: "no way out",
          help:
            "add unsubscribe: with an https: or mailto: address under channels: \(touch.action.verb): in "
            + "flow.yaml, or a signature: that says how to leave")
      }
  }

  /// flow.yaml closes every mail of the channel with a way out.
  private static func isKept(_ project: Project, _ verb: String) -> Bool {
    ["unsubscribe", "signature"].contains { project.setting($0, of: verb) != nil }
  }

  /// The text has a link that says so itself.
  private static func links(_ touch: Touch, _ data: RunData) -> Bool {
    touch.texts.contains { text in Asking.links(text, data).contains { Asking.leaves($0) } }
  }
}
