import FlowCore
import FlowTime

/// One run from its start to its end, with all that it was told.
package struct Tale: Sendable {
  package var start: Instant
  package var zone: Zone
  let zones: (any ZoneSource)?
  package var input: [String: Value]
  package var told: [Event]
  package var entries: [Entry]
  /// Which of them say that something has come in which the run itself has emitted.
  package var own: Set<Int> = []
  /// The run's own, as they are at its start: with the item of `each`, and whom it follows.
  var data: [String: Value] = [:]
  package var run: Run
  /// Milliseconds for which the run was held: days, whole ones.
  package var held: Int64
  /// The same, when the first touch went out.
  package var heldAtFirstTouch: Int64?
  /// It went on and on.
  package var isEndless: Bool
  /// The step that is held now, when it was come to, since which day, and by how much `day N` had been moved before.
  var hold: (node: NodeIndex, arrived: Instant, day: CivilDate, moved: Int)?

  /// Nothing came in.
  package var isSilent: Bool { told.isEmpty }

  package var events: [ScheduledEvent] {
    told.map {
      ScheduledEvent(
        at: .instant($0.at), atText: $0.at.rfc3339(in: zone), kind: $0.kind, span: .file(Generated.file))
    }
  }
}
