import FlowCore

/// `late`: the first touch may go later than 3 business days after the trigger.
struct Late: Rule {
  let code: Code = "late"
  private static let limit = 3 * RunClock.day

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let nodes = workflow.graph.nodes
    var latest: [NodeIndex: Int64] = [:]
    for arrival in Spacing.arrivals(workflow.graph) where arrival.isFirstInSilence {
      guard let started = arrival.started, started > Late.limit else { continue }
      latest[arrival.touch] = max(latest[arrival.touch] ?? 0, started)
    }
    return latest.keys.sorted().map { touch in
      Diagnostic(
        code, .warning, at: nodes[touch].span,
        "\(Words.quoted(nodes[touch].name)) can be the first touch, "
          + "\(Stretch.text(latest[touch] ?? 0)) after the trigger",
        label: "later than 3 business days",
        help: "let the first touch go out within 3 business days, while the contact knows what it is about")
    }
  }
}
