import FlowCore
import FlowTime

/// `reminder`: `purpose: remind` with no date in its text or `at`.
struct Reminder: Rule {
  let code: Code = "reminder"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let data = RunData(graph: workflow.graph)
    return workflow.touches(context).filter { $0.action.purpose == "remind" }.compactMap { touch in
      if Reminder.isDue(touch.node) || touch.texts.contains(where: { Reminder.hasDate($0, data) }) {
        return nil
      }
      return Diagnostic(
        code, at: StepSource(touch.node, in: workflow.root).value("purpose"),
        "\(touch.quoted) reminds of nothing that is due: there is no date in its text or its at:",
        label: "of what?",
        notes: [Diagnostic.Note("a follow-up answers something begun, a reminder something due")],
        help: "name the date, such as {{ invoice.due | date }}, or choose another purpose")
    }
  }

  /// `at:` is counted from a date or an instant of the data, or is a date.
  private static func isDue(_ node: Node) -> Bool {
    guard case .expression(let expression)? = node.due?.base else { return false }
    return node.due?.isData == true || expression.literal != nil
  }

  private static func hasDate(_ text: Template, _ data: RunData) -> Bool {
    text.pieces.contains { piece in
      switch piece {
      case .text(let text): firstDate(in: text, receivedOn: CivilDate(dayNumber: 0)) != nil
      case .value(let expression, let filters):
        filters.contains(.date) || expression.yields([.date, .instant], in: data)
      case .ask: false
      }
    }
  }
}
