import FlowCore
import FlowTime

/// One run, from its start to its end.
public enum TimelineReport {
  /// The event stream as one object; times are the run's zone's. A run that lives has neither outcome nor
  /// end: null.
  public static func json(_ timeline: Timeline) -> String { JSONText.write(value(timeline), open: 2) }

  /// Several runs: an object with `runs`, each as ``json(_:)`` writes it.
  public static func json(_ timelines: [Timeline]) -> String {
    JSONText.write(.members([("runs", .array(timelines.map(value)))]), open: 4)
  }

  static func value(_ timeline: Timeline) -> JSONValue {
    let zone = timeline.zone
    return .members([
      ("workflow", .string(timeline.workflow)), ("version", .string(timeline.version)),
      ("zone", .string(zone.name)), ("start", EntryJSON.time(timeline.start, zone)),
      ("outcome", timeline.outcome.map { .string($0) } ?? .null),
      ("ended", timeline.ended.map { EntryJSON.time($0, zone) } ?? .null),
      ("touches", .int(timeline.touches)),
      ("timeline", .array(timeline.entries.map { EntryJSON.value($0, in: zone) })),
    ])
  }

  /// One entry a line.
  public static func jsonl(_ timeline: Timeline) -> String {
    timeline.entries.map { EntryJSON.value($0, in: timeline.zone).write() + "\n" }.joined()
  }

  /// One entry a line; `run`, from 1, says whose it is.
  public static func jsonl(_ timelines: [Timeline]) -> String {
    timelines.enumerated().map { index, timeline in
      timeline.entries.map { entry in
        guard case .object(let members) = EntryJSON.value(entry, in: timeline.zone) else { return "" }
        return JSONValue.object([JSONMember("run", .int(index + 1))] + members).write() + "\n"
      }.joined()
    }.joined()
  }

  /// For a terminal: days as a rail, on it touches, waits, and what was put off with its reason. No line is
  /// wider than `width` columns (at least 50).
  public static func text(
    _ timeline: Timeline, width: Int = 80, color: Bool = false, ascii: Bool = false
  ) -> String {
    TimelineText(timeline: timeline, width: max(50, width), paint: Paint(color: color), ascii: ascii).text
  }
}
