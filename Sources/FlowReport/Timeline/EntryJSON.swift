import FlowCore
import FlowTime

/// One entry of the event stream (cli.md), its keys in the order in which they are shown there.
enum EntryJSON {
  static func value(_ entry: Entry, in zone: Zone) -> JSONValue {
    var members: [(String, JSONValue?)] = [
      ("at", time(entry.at, zone)), ("type", .string(entry.type)), ("step", .optional(entry.step)),
    ]
    members += facts(entry, zone)
    members.append(("round", entry.round.map { .int($0) }))
    return .members(members)
  }

  static func time(_ instant: Instant, _ zone: Zone) -> JSONValue { .string(instant.rfc3339(in: zone)) }

  private static func facts(_ entry: Entry, _ zone: Zone) -> [(String, JSONValue?)] {
    switch entry.kind {
    case .started(let event): [("event", .string(event))]
    case .waiting(let events, let until):
      [("for", .array(events.map { .string($0) })), ("until", time(until, zone))]
    case .deferred(let until, let because), .held(let until, let because):
      [("until", time(until, zone)), ("because", .string(because))]
    case .sent(let handover), .task(let handover): Self.handover(handover, zone)
    case .received(let event, let kind, let outcome, let took):
      [
        ("event", .string(event)), ("class", .optional(kind)), ("outcome", .optional(outcome)),
        ("took", .string(took)),
      ]
    case .timeout: []
    case .escalated(let to): [("to", .string(to))]
    case .chose(let which): [("case", .string(which))]
    case .set(let fields):
      [("fields", .object(fields.map { JSONMember($0.name, json(of: $0.value, zone: zone)) }))]
    case .emitted(let event): [("event", .string(event))]
    case .enrolled(let workflow): [("workflow", .string(workflow))]
    case .suppressed(let channel): [("channel", .string(channel))]
    case .skipped(let because), .withheld(let because), .failed(let because), .cancelled(let because):
      [("because", .string(because))]
    case .ended(let outcome): [("outcome", .string(outcome))]
    case .migrated(let from, let to): [("from", .string(from)), ("to", .string(to))]
    }
  }

  private static func handover(_ handover: Entry.Handover, _ zone: Zone) -> [(String, JSONValue?)] {
    var members: [(String, JSONValue?)] = [
      ("verb", .string(handover.verb)), ("touch", .bool(handover.touch)), ("to", .optional(handover.to)),
      ("by", .optional(handover.by)),
    ]
    // What a channel shows may not take the place of what the engine says.
    var taken: Set<String> = [
      "at", "type", "step", "verb", "touch", "to", "by", "until", "because", "purpose", "round",
      "delivery",
    ]
    members += handover.rendered.filter { taken.insert($0.name).inserted }.map { ($0.name, .string($0.text)) }
    members.append(("until", handover.until.map { time($0, zone) }))
    members.append(("purpose", .optional(handover.purpose)))
    members.append(("because", .optional(handover.because)))
    members.append(("delivery", .optional(handover.delivery)))
    return members
  }
}
