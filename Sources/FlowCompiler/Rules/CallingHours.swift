import FlowCore
import FlowTime

/// `calling-hours`: marketing calls and text messages that may go outside 08:00–21:00 where the contact is
/// (47 CFR 64.1200(c)).
struct CallingHours: Rule {
  let code: Code = "calling-hours"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    guard workflow.graph.category == .marketing else { return [] }
    return workflow.touches(context).filter { $0.manifest?.law == .calling }.compactMap { touch in
      guard let reason = reason(touch.node, workflow.graph.policy) else { return nil }
      return Diagnostic(
        code, at: touch.node.span, "\(touch.quoted) may go out before 08:00 or after 21:00: \(reason)",
        label: "outside the hours allowed",
        help: "keep it inside, such as window: daily 09:00-20:00")
    }
  }

  private func reason(_ node: Node, _ policy: Policy) -> String? {
    switch node.window {
    case .any: return "window: any lets every hour pass"
    case .own(let window): return CallingHours.isInside(window) ? nil : "its window is \(window)"
    case .policy:
      guard let window = policy.window else { return "the policy has no window" }
      return CallingHours.isInside(window) ? nil : "the policy's window is \(window)"
    }
  }

  private static func isInside(_ window: Window) -> Bool {
    window.rules.allSatisfy {
      $0.start.milliseconds >= 8 * 3_600_000 && $0.end.milliseconds <= 21 * 3_600_000
    }
  }
}
