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
  package var run: Run
  /// Milliseconds for which the run was held: days, whole ones.
  package var held: Int64
  /// The same, when the first touch went out.
  package var heldAtFirstTouch: Int64?
  /// It went on and on.
  package var isEndless: Bool
  /// The step that is held now, and since which day.
  var hold: (node: NodeIndex, day: CivilDate)?

  /// Nothing came in.
  package var isSilent: Bool { told.isEmpty }

  package var events: [ScheduledEvent] {
    told.map {
      ScheduledEvent(
        at: .instant($0.at), atText: $0.at.rfc3339(in: zone), kind: $0.kind, span: .file(Generated.file))
    }
  }
}
