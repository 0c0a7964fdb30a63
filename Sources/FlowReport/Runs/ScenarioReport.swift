import FlowCore
import FlowTime

/// Scenarios as a file has them, each in the zone of its run.
public enum ScenarioReport {
  public typealias Zoned = (scenario: Scenario, zone: Zone)

  /// A document for `NAME.scenarios.yaml`.
  /// - Parameter notes: comments at its top, a line each.
  public static func yaml(_ scenarios: [Zoned], notes: [String] = []) -> String {
    let head = notes.map { "# \(Printable.line($0))\n" }.joined()
    if scenarios.isEmpty { return head + "scenarios: []\n" }
    return head + "scenarios:\n" + scenarios.map { yaml($0) }.joined(separator: "\n")
  }

  /// One of the list, indented by two.
  public static func yaml(_ one: Zoned) -> String {
    let scenario = one.scenario
    var lines = ["  - name: \(plain(scenario.name, more: ","))", "    start: \(start(one))"]
    if let path = scenario.inputPath {
      lines.append("    input: \(plain(path))")
    } else {
      lines.append("    input:")
      lines += mapping(FlowCore.json(of: .record(scenario.input), zone: one.zone), indent: 6)
    }
    if let item = scenario.item { lines.append("    item: \(item)") }
    if !scenario.events.isEmpty {
      lines.append("    events:")
      lines += scenario.events.map { "      - { \(event($0)) }" }
    }
    if !scenario.expect.isEmpty {
      lines.append("    expect:")
      lines += scenario.expect.map { "      - \(expectation($0, one.zone))" }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The same values: an array of `scenarios`.
  public static func json(_ scenarios: [Zoned], missing: [Coverage.Missing], file: String) -> String {
    JSONText.tidy(
      .members([
        ("file", .string(file)), ("scenarios", .array(scenarios.map(value))),
        (
          "missing",
          .array(missing.map { .members([("name", .string($0.name))] + FindingsReport.place($0.span)) })
        ),
      ]))
  }

  static func value(_ one: Zoned) -> JSONValue {
    let scenario = one.scenario
    return .members([
      ("name", .string(scenario.name)), ("start", .string(start(one))),
      ("input", scenario.inputPath.map { .string($0) } ?? FlowCore.json(of: .record(scenario.input), zone: one.zone)),
      ("item", scenario.item.map { .int($0) }),
      ("events", .array(scenario.events.map { .members(members($0)) })),
      ("expect", .array(scenario.expect.map { .string(expectation($0, one.zone)) })),
    ])
  }

  private static func start(_ one: Zoned) -> String {
    let civil = one.zone.civil(at: one.scenario.start)
    let isPlain = civil.time.milliseconds % 60_000 == 0 && one.zone.instant(of: civil) == one.scenario.start
    return isPlain ? "\(civil) \(one.zone.name)" : one.scenario.start.rfc3339(in: one.zone)
  }

  private static func expectation(_ expectation: Expectation, _ zone: Zone) -> String {
    let words =
      switch expectation.what {
      case .step(let name): name
      case .end(let outcome): "end \(outcome)"
      case .entry(let type, let subject): subject.map { "\(type) \($0)" } ?? type
      }
    guard let at = expectation.at else { return words }
    var civil = zone.civil(at: at)
    civil.time = CivilTime(milliseconds: civil.time.milliseconds / 60_000 * 60_000)
    // The later of two: only its offset says which.
    let isPlain = abs(zone.instant(of: civil).milliseconds(since: at)) < 60_000
    return "\(isPlain ? civil.description : at.rfc3339(in: zone))  \(words)"
  }

  // MARK: Events

  private static func event(_ event: ScheduledEvent) -> String {
    members(event).map { name, value in "\(name): \(value.map(flow) ?? "")" }.joined(separator: ", ")
  }

  private static func members(_ event: ScheduledEvent) -> [(String, JSONValue?)] {
    let at: (String, JSONValue?) = ("at", .string(event.atText))
    switch event.kind {
    case .reply(let text): return [at, ("reply", .string(text))]
    case .outcome(let outcome, _, let note):
      return [at, ("task", .string(outcome))] + (note.map { [("note", .string($0))] } ?? [])
    case .named(let name, let data):
      let named: [(String, JSONValue?)] = [at, ("event", .string(name))]
      return data.isEmpty ? named : named + [("data", FlowCore.json(of: .record(data), zone: .utc))]
    case .outOfOffice(let date?): return [at, ("event", "out-of-office"), ("return", .string(date.description))]
    default: return [at, ("event", .string(Event(id: "", at: .epoch, kind: event.kind).name))]
    }
  }

  // MARK: YAML

  /// A text as it may stand in a line of its own: with quotes where YAML would read something else.
  /// - Parameter more: what is nothing special there.
  private static func plain(_ text: String, more: String = "") -> String {
    let bytes = Array(text.utf8)
    let isFine = { (at: Int) in
      let byte = bytes[at]
      // A colon before a digit is a time.
      if byte == UInt8(ascii: ":") { return at + 1 < bytes.count && (0x30...0x39).contains(bytes[at + 1]) }
      return (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || " -_./+()'@?".utf8.contains(byte)
        || more.utf8.contains(byte)
    }
    let first = bytes.first.map { (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) } ?? false
    let isPlain = first && bytes.last != 0x20 && bytes.indices.allSatisfy(isFine)
    return isPlain ? text : JSONValue.string(text).write()
  }

  private static func flow(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): plain(text)
    case .object(let members): "{ " + members.map { "\($0.key): \(flow($0.value))" }.joined(separator: ", ") + " }"
    default: value.write()
    }
  }

  private static func mapping(_ value: JSONValue, indent: Int) -> [String] {
    guard case .object(let members) = value else { return [] }
    let blanks = String(repeating: " ", count: indent)
    return members.flatMap { member -> [String] in
      if case .object(let inner) = member.value, !inner.isEmpty {
        return ["\(blanks)\(member.key):"] + mapping(member.value, indent: indent + 2)
      }
      return ["\(blanks)\(member.key): \(flow(member.value))"]
    }
  }
}
