import FlowAnalysis
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

/// What a new version means for each live run, from where it stands.
final class MigrationPlan {
  private let histories: Histories
  private let now: Instant
  private var differences: [String: Difference] = [:]

  init(_ histories: Histories, now: Instant) {
    self.histories = histories
    self.now = now
  }

  func affected(_ record: RunRecord, _ new: Graph) -> DiffReport.Affected {
    DiffReport.Affected(
      run: record.id, subject: record.subject, version: record.version, effect: effect(record, new))
  }

  private func effect(_ record: RunRecord, _ new: Graph) -> Changes.Effect {
    if record.version == new.fingerprint { return .unaffected }
    let pair = record.version + new.fingerprint
    if differences[pair] == nil, let old = histories.graph(record.version) {
      differences[pair] = Difference(old, new)
    }
    guard let difference = differences[pair] else {
      return .stranded(because: "its version \(record.version) cannot be read any more")
    }
    return difference.effect(on: record.run, at: now, zones: histories.workspace.zones)
  }
}
