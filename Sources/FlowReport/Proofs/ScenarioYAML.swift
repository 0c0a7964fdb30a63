import FlowCore
import FlowTime

/// An event as a scenario writes it.
struct ScenarioEvent {
  private let members: [(key: String, value: JSONValue)]

  /// Nil for what no scenario can say.
  init?(_ event: ScheduledEvent, _ graph: Graph, _ zone: Zone) {
    var members: [(key: String, value: JSONValue)] = [("at", .string(Self.at(event.at, graph, zone)))]
    switch event.kind {
    case .reply(let text): members.append(("reply", .string(text)))
    case .outcome(let outcome, _, let note):
      members.append(("task", .string(outcome)))
      if let note { members.append(("note", .string(note))) }
    case .named(let name, let data):
      members.append(("event", .string(name)))
      if !data.isEmpty { members.append(("data", FlowCore.json(of: .record(data), zone: zone))) }
    case .outOfOffice(let date):
      members.append(("event", .string("out-of-office")))
      if let date { members.append(("return", .string(date.description))) }
    case .timer, .failed, .cancel, .left, .bounce(hard: false): return nil
    case .autoReply, .bounce, .complaint, .unsubscribe, .opened, .clicked, .acknowledged:
      members.append(("event", .string(Event(id: "", at: .epoch, kind: event.kind).name)))
    }
    self.members = members
  }

  var json: JSONValue { .members(members.map { ($0.key, $0.value) }) }
  var yaml: String { YAMLText.braces(members) }

  private static func at(_ at: ScheduledEvent.At, _ graph: Graph, _ zone: Zone) -> String {
    switch at {
    case .instant(let instant): YAMLText.instant(instant, zone, withZone: false)
    case .day(let number, let time): "day \(number)" + (time.map { " at \($0)" } ?? "")
    case .step(let node, let duration):
      (graph.nodes.indices.contains(node) ? graph.nodes[node].name : "start") + (duration.map { " + \($0)" } ?? "")
    }
  }
}

/// A run as a scenario of a workflow file.
public enum ScenarioYAML {
  /// The lines of one item of `scenarios:`, without an indent. Nil where an event cannot be said in a scenario.
  /// - Parameter expect: lines of `expect`, as they are recorded.
  public static func item(
    name: String, of witness: Witness, in graph: Graph, zones: any ZoneSource, expect: [String]
  ) -> [String]? {
    let zone = zones.zone(named: witness.zone) ?? .utc
    let events = witness.events.compactMap { ScenarioEvent($0, graph, zone)?.yaml }
    guard events.count == witness.events.count else { return nil }
    var lines = [
      "- name: \(YAMLText.scalar(name, inBraces: false))",
      "  start: \(YAMLText.instant(witness.start, zone, withZone: true))",
      "  input:",
    ]
    if let item = witness.item { lines.insert("  item: \(item)", at: 2) }
    guard case .object(let fields) = json(of: .record(witness.input), zone: zone) else { return nil }
    lines += fields.map { "    \($0.key): \(YAMLText.value($0.value, inBraces: false))" }
    if fields.isEmpty { lines[lines.count - 1] = "  input: {}" }
    if !events.isEmpty { lines += ["  events:"] + events.map { "    - \($0)" } }
    return lines + ["  expect:"] + (["# recorded"] + expect.map { "- \($0)" }).map { "    " + $0 }
  }
}

/// Small pieces of YAML that are read again as what they were.
enum YAMLText {
  static func braces(_ members: [(key: String, value: JSONValue)]) -> String {
    "{ " + members.map { "\($0.key): \(value($0.value, inBraces: true))" }.joined(separator: ", ") + " }"
  }

  static func value(_ value: JSONValue, inBraces: Bool) -> String {
    switch value {
    case .string(let text): scalar(text, inBraces: inBraces)
    case .array(let items):
      items.isEmpty ? "[]" : "[ " + items.map { self.value($0, inBraces: true) }.joined(separator: ", ") + " ]"
    case .object(let members): members.isEmpty ? "{}" : braces(members.map { ($0.key, $0.value) })
    default: value.write()
    }
  }

  /// Plain where nothing in it means something to YAML, else in quotes.
  static func scalar(_ text: String, inBraces: Bool) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20, 0x2D, 0x2E, 0x5F, 0x2B: true
      // A colon before a blank would make a key of it.
      case 0x3A: !inBraces
      default: false
      }
    }
    let first = text.utf8.first.map { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) } ?? false
    let isSafe = isPlain && first && text.utf8.last != 0x20 && text.utf8.last != 0x3A && !text.contains(": ")
    return isSafe ? text : JSONValue.string(text).write()
  }

  /// `2026-03-25 16:40 Europe/Berlin`, or, where that would be another instant, with seconds and an offset.
  static func instant(_ instant: Instant, _ zone: Zone, withZone: Bool) -> String {
    let civil = zone.civil(at: instant)
    guard civil.time.milliseconds % 60_000 == 0, zone.instant(of: civil) == instant else {
      return instant.rfc3339(in: zone)
    }
    return "\(civil)" + (withZone ? " \(zone.name)" : "")
  }
}
