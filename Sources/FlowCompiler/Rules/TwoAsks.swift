import FlowCore

/// `two-asks`: a touch without `ask`, or more than one question or link to act on in `ask` and body.
struct TwoAsks: Rule {
  let code: Code = "two-asks"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let data = RunData(graph: workflow.graph)
    return workflow.touches(context).compactMap { touch in
      guard let ask = touch.action.ask else {
        return Diagnostic(
          code, .warning, at: touch.node.span, "\(touch.quoted) asks nothing of its reader", label: "no ask",
          help: "add ask: with the one thing that the contact is to answer or do")
      }
      let (questions, links) = Asking.count([ask] + [touch.body].compactMap { $0 }, data)
      guard questions + links > 1 else { return nil }
      return Diagnostic(
        code, .warning, at: StepSource(touch.node, in: workflow.root).value("ask"),
        "\(touch.quoted) asks for \(questions + links) things: \(TwoAsks.list(questions, links))",
        label: "one is enough", help: "keep the one that matters now, and leave the others to a later touch")
    }
  }

  private static func list(_ questions: Int, _ links: Int) -> String {
    let parts = [(questions, "question"), (links, "link")].filter { $0.0 > 0 }
    return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: " and ")
  }
}
