import FlowCore

extension Header {
  /// What names mean at a step, as far as its list tells: replies, tasks and steps are held against the paths
  /// later.
  func naming(
    steps: [String: NodeIndex], event: (slot: Int, fields: [Field])?, present: Set<String>,
    around: Environment, allowsAsk: Bool = false
  ) -> Naming {
    Naming(
      inputs: input, ownerType: ownerType, event: event, allowsReply: true, allowsTask: true, steps: steps,
      present: present, allowsAsk: allowsAsk, zones: around.zones)
  }
}
