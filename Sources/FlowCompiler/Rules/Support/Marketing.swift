import FlowCore

enum MarketingMail {
  /// The touches that the law of mail holds for.
  static func touches(_ workflow: CompiledWorkflow, _ context: RuleContext) -> [Touch] {
    guard workflow.graph.category == .marketing else { return [] }
    return workflow.touches(context).filter { $0.manifest?.law == .mail }
  }
}

extension Project {
  /// What flow.yaml sets for the channel with a verb; nil where it is not given, or empty.
  func setting(_ name: String, of verb: String) -> String? {
    let channel = channels.first { ($0.plugin ?? $0.name) == verb } ?? channels.first { $0.name == verb }
    return channel?.setting(name).flatMap { $0.text.isEmpty ? nil : $0.text }
  }
}
