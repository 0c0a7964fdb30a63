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

  func affected(_ record: RunRecord, _ new: Graph) throws -> DiffReport.Affected {
    var affected = DiffReport.Affected(
      run: record.id, subject: record.subject, version: record.version, effect: .unaffected)
    if record.version == new.fingerprint { return affected }
    switch try histories.origin(of: record) {
    case .failure(let unreadable): affected.effect = .stranded(because: unreadable.because)
    case .success(let origin):
      let pair = record.version + new.fingerprint
      let difference = differences[pair] ?? Difference(origin.graph, new)
      differences[pair] = difference
      affected.effect = difference.effect(on: record.run, at: now, zones: histories.workspace.zones)
      affected.doubt = origin.doubt
    }
    return affected
  }
}
