import FlowCore

/// Each way through the splits that a contact may come to, with a contact whose key leads there.
struct SplitArms {
  private let plan: CohortPlan
  private let splits: [(node: NodeIndex, split: Split)]
  private var known: [[String]: [(contact: UInt32, share: Double)]] = [:]

  init(_ plan: CohortPlan) {
    self.plan = plan
    let all: [(node: NodeIndex, split: Split)] = plan.graph.nodes.indices.compactMap { index in
      if case .split(let split) = plan.graph.nodes[index].action { (index, split) } else { nil }
    }
    let reachable = all.isEmpty ? [] : CohortReach(plan).nodes
    splits = all.filter { reachable.contains($0.node) }
  }

  /// One contact and the whole share where nothing is split.
  mutating func ways(_ enrolment: Enrolment) -> [(contact: UInt32, share: Double)] {
    guard !splits.isEmpty else { return [(0, 1)] }
    // Where a contact goes follows from its key alone.
    if let known = known[enrolment.key] { return known }
    var found: [[Int]: UInt32] = [:]
    let all = splits.reduce(1) { $0 * $1.split.arms.filter { $0.share > 0 }.count }
    for contact in UInt32(0)..<200_000 where found.count < min(all, 256) {
      let arms = splits.compactMap { plan.arm(of: contact, enrolment, $0.node, $0.split) }
      if found[arms] == nil { found[arms] = contact }
    }
    let ways = found.sorted { $0.value < $1.value }.map { arms, contact in
      let share = zip(splits, arms).reduce(1.0) { $0 * Double($1.0.split.arms[$1.1].share) / 10_000 }
      return (contact: contact, share: share)
    }
    let total = ways.reduce(0) { $0 + $1.share }
    let shares = ways.map { ($0.contact, $0.share / total) }
    known[enrolment.key] = shares
    return shares
  }
}
