import FlowCore
import FlowTime

/// `flow contact`: everything that is known of one person.
public enum ContactReport {
  public struct Run: Sendable, Hashable {
    public var history: RunHistory
    public var zone: Zone
    /// The very bytes that were handed over, by the delivery's key.
    public var payloads: [String: Payload]
    public init(history: RunHistory, zone: Zone, payloads: [String: Payload] = [:]) {
      self.history = history
      self.zone = zone
      self.payloads = payloads
    }
  }

  public enum Payload: Sendable, Hashable {
    case text(String)
    /// RFC 4648, of bytes that are no UTF-8.
    case base64(String)
  }

  /// Something that came in.
  public struct Event: Sendable, Hashable {
    public var source: String
    public var id: String
    public var received: Instant
    public var what: String
    /// As it came.
    public var data: String?
    public init(source: String, id: String, received: Instant, what: String, data: String?) {
      self.source = source
      self.id = id
      self.received = received
      self.what = what
      self.data = data
    }
  }

  public struct Task: Sendable, Hashable {
    public var id: String
    public var run: String
    public var name: String
    public var assigned: Instant
    public var text: String
    public var state: String
    public init(id: String, run: String, name: String, assigned: Instant, text: String, state: String) {
      self.id = id
      self.run = run
      self.name = name
      self.assigned = assigned
      self.text = text
      self.state = state
    }
  }

  public struct Suppressed: Sendable, Hashable {
    public var contact: String
    public var channel: String
    public var at: Instant
    public var because: String
    public init(contact: String, channel: String, at: Instant, because: String) {
      self.contact = contact
      self.channel = channel
      self.at = at
      self.because = because
    }
  }

  /// What a person has taken back.
  public struct Allowed: Sendable, Hashable {
    public var suppressed: Suppressed
    public var at: Instant
    public var by: String
    public var because: String
    public init(_ suppressed: Suppressed, at: Instant, by: String, because: String) {
      self.suppressed = suppressed
      self.at = at
      self.by = by
      self.because = because
    }
  }

  public struct Person: Sendable, Hashable {
    public var allowed: [Allowed] = []
    /// Runs of which this lacks what cannot be read.
    public var damaged: [DamagedRun] = []
    /// Everything that the contact is known by, sorted.
    public var identities: [String]
    public var runs: [Run]
    public var events: [Event]
    public var tasks: [Task]
    public var suppressions: [Suppressed]
    /// Of instants that belong to no run: the project's.
    public var zone: Zone
    public init(
      identities: [String], runs: [Run], events: [Event], tasks: [Task], suppressions: [Suppressed],
      zone: Zone = .utc
    ) {
      self.identities = identities
      self.runs = runs
      self.events = events
      self.tasks = tasks
      self.suppressions = suppressions
      self.zone = zone
    }

    /// The run's, as for all that belongs to it.
    func zone(of task: Task) -> Zone { runs.first { $0.history.id == task.run }?.zone ?? zone }
  }

  // MARK: For people

  public static func text(_ person: Person, width: Int? = nil) -> String {
    func section(_ title: String, _ columns: [String], _ rows: [[String?]]) -> String {
      guard !rows.isEmpty else { return "" }
      let table = Table(columns: columns.map { Table.Column($0, isNumber: $0 == "touches") }, rows: rows)
      return "\n\(title)\n" + TableReport.text(table, width: width)
    }
    var out = person.identities.map { Printable.line($0) }.joined(separator: ", ") + "\n"
    if let name = person.runs.last.flatMap({ $0.history.run.data["contact"]?[path: ["name"]].text }) {
      out = Printable.line(name) + ": " + out
    }
    out += section(
      "suppressed", ["channel", "known as", "since", "because"],
      person.suppressions.map { [$0.channel, $0.contact, $0.at.rfc3339(in: person.zone), $0.because] })
    out += section(
      "allowed again", ["channel", "known as", "at", "by", "because", "was"],
      person.allowed.map {
        [
          $0.suppressed.channel, $0.suppressed.contact, $0.at.rfc3339(in: person.zone), $0.by, $0.because,
          "\($0.suppressed.because), since \($0.suppressed.at.rfc3339(in: person.zone))",
        ]
      })
    out += section(
      "runs", ["run", "workflow", "key", "started", "state", "touches"],
      person.runs.map { run in
        let history = run.history
        return [
          history.id, history.workflow, history.subject, history.run.started.rfc3339(in: run.zone),
          history.run.outcome ?? "live", String(history.run.touches),
        ]
      })
    out += section(
      "messages", ["planned", "run", "step", "verb", "to", "state"],
      person.runs.flatMap { run in
        run.history.deliveries.map {
          [$0.planned.rfc3339(in: run.zone), run.history.id, $0.step, $0.verb, $0.to, $0.state]
        }
      })
    out += section(
      "came in", ["received", "what", "id"],
      person.events.map { [$0.received.rfc3339(in: person.zone), $0.what, $0.id] })
    out += section(
      "tasks", ["assigned", "run", "task", "state", "text"],
      person.tasks.map { [$0.assigned.rfc3339(in: person.zone(of: $0)), $0.run, $0.name, $0.state, $0.text] })
    return out
  }

  // MARK: Everything

  /// - Parameter isWhole: with data, texts and bytes, as an export must have them.
  public static func json(_ person: Person, isWhole: Bool) -> String {
    JSONText.write(
      .members([
        ("identities", .array(person.identities.map { .string($0) })),
        (
          "suppressions",
          .array(
            person.suppressions.map { .members(members($0, person.zone)) })
        ),
        (
          "allowed",
          .array(
            person.allowed.map { one in
              .members(
                members(one.suppressed) + [
                  ("allowed", EntryJSON.time(one.at, .utc)), ("by", .string(one.by)), ("reason", .string(one.because)),
                ])
            })
        ),
        ("runs", .array(person.runs.map { .members(members($0, isWhole)) })),
        (
          "events",
          .array(
            person.events.map { .members(members($0, isWhole, person.zone)) })
        ),
        (
          "tasks",
          .array(
            person.tasks.map { .members(members($0, person.zone(of: $0))) })
        ), ("damaged", DamagedRun.json(person.damaged)),
      ]), open: 4)
  }

  static func members(_ suppressed: Suppressed, _ zone: Zone = .utc) -> [(String, JSONValue?)] {
    [
      ("contact", .string(suppressed.contact)), ("channel", .string(suppressed.channel)),
      ("at", EntryJSON.time(suppressed.at, zone)), ("because", .string(suppressed.because)),
    ]
  }

  static func members(_ event: Event, _ isWhole: Bool, _ zone: Zone = .utc) -> [(String, JSONValue?)] {
    [
      ("source", .string(event.source)), ("id", .string(event.id)),
      ("received", EntryJSON.time(event.received, zone)), ("what", .string(event.what)),
      ("data", isWhole ? .optional(event.data) : nil),
    ]
  }

  static func members(_ task: Task, _ zone: Zone = .utc) -> [(String, JSONValue?)] {
    [
      ("task", .string(task.id)), ("run", .string(task.run)), ("step", .string(task.name)),
      ("assigned", EntryJSON.time(task.assigned, zone)), ("state", .string(task.state)),
      ("text", .string(task.text)),
    ]
  }

  static func members(_ run: Run, _ isWhole: Bool) -> [(String, JSONValue?)] {
    let (history, zone) = (run.history, run.zone)
    var members: [(String, JSONValue?)] = [
      ("run", .string(history.id)), ("workflow", .string(history.workflow)), ("version", .string(history.version)),
      ("key", .string(history.subject)), ("zone", .string(zone.name)),
      ("started", EntryJSON.time(history.run.started, zone)),
      ("outcome", history.run.outcome.map { .string($0) } ?? .null),
      ("ended", history.run.ended.map { EntryJSON.time($0, zone) } ?? .null),
      ("touches", .int(history.run.touches)),
    ]
    if isWhole {
      members.append(("data", FlowCore.json(of: .record(history.run.data), zone: zone)))
      members.append(("timeline", .array(history.entries.map { EntryJSON.value($0, in: zone) })))
    }
    members.append(
      (
        "messages",
        .array(
          history.deliveries.map { line in
            let payload = isWhole ? run.payloads[line.key] : nil
            return .members([
              ("key", .string(line.key)), ("step", .string(line.step)), ("verb", .string(line.verb)),
              ("to", .string(line.to)), ("planned", EntryJSON.time(line.planned, zone)),
              ("state", .string(line.state)), ("attempts", .int(line.attempts)),
              ("settled", line.settled.map { EntryJSON.time($0, zone) }), ("receipt", .optional(line.receipt)),
              ("because", .optional(line.because)), ("digest", .string(line.digest)),
              ("payload", payload.flatMap { if case .text(let text) = $0 { .string(text) } else { nil } }),
              ("payload-base64", payload.flatMap { if case .base64(let text) = $0 { .string(text) } else { nil } }),
            ])
          })
      ))
    return members
  }
}
