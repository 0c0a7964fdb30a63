import FlowCore
import FlowTime

/// Why bytes are no order, or no answer.
public struct UnreadableOrder: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}

extension Order {
  /// An object whose member `order` says which it is; instants are milliseconds since 1970 in UTC.
  public var json: JSONValue {
    switch self {
    case .receive(let incoming): incoming.order
    case .pause(let run, let because): object("pause", ("run", run), ("because", because))
    case .resume(let run, let because): object("resume", ("run", run), ("because", because))
    case .cancel(let run, let because): object("cancel", ("run", run), ("because", because))
    case .migrate(let run): object("migrate", ("run", run))
    case .pauseAll(let because): object("pause-all", ("because", because))
    case .resumeAll: object("resume-all")
    case .release(let workflow): object("release", ("workflow", workflow))
    case .erase(let contact): object("erase", ("contact", contact))
    case .allow(let contact, let channel, let by, let because, let evenComplaints):
      object(
        "allow", ("contact", contact), ("channel", channel), ("by", by), ("because", because),
        ("complaints", evenComplaints ? "even" : nil))
    }
  }

  public init(json: JSONValue) throws(UnreadableOrder) {
    let members = Members(json)
    switch try members.text("order") {
    case "pause": self = .pause(run: try members.text("run"), because: try members.text("because"))
    case "resume": self = .resume(run: try members.text("run"), because: try members.optionalText("because"))
    case "cancel": self = .cancel(run: try members.text("run"), because: try members.text("because"))
    case "migrate": self = .migrate(run: try members.text("run"))
    case "pause-all": self = .pauseAll(because: try members.text("because"))
    case "resume-all": self = .resumeAll
    case "release": self = .release(workflow: try members.text("workflow"))
    case "erase": self = .erase(contact: try members.text("contact"))
    case "allow":
      self = .allow(
        contact: try members.text("contact"), channel: try members.optionalText("channel"),
        by: try members.text("by"), because: try members.text("because"),
        evenComplaints: try members.optionalText("complaints") != nil)
    case let name: self = .receive(try Incoming(order: name, members))
    }
  }
}

private func object(_ name: String, _ members: (String, String?)...) -> JSONValue {
  .object(
    [JSONMember("order", .string(name))]
      + members.compactMap { member in member.1.map { JSONMember(member.0, .string($0)) } })
}

extension Incoming {
  fileprivate var order: JSONValue {
    var body: JSONValue =
      switch body {
      case .event(let type, let subject, let data):
        object("event", ("type", type), ("subject", subject), ("data", data))
      case .task(let task, let outcome, let note):
        object("task", ("task", task), ("outcome", outcome), ("note", note))
      case .suppress(let contact, let channel, let because):
        object("suppress", ("contact", contact), ("channel", channel), ("because", because))
      // What the engine and its channels tell it; nobody else does.
      default: object("none")
      }
    guard case .object(var members) = body else { return body }
    members += [
      JSONMember("source", .string(source)), JSONMember("id", .string(id)),
      JSONMember("at", .number(String(at.milliseconds))),
    ]
    body = .object(members)
    return body
  }

  fileprivate init(order: String, _ members: Members) throws(UnreadableOrder) {
    let body: Body
    switch order {
    case "event":
      body = .event(
        type: try members.text("type"), subject: try members.optionalText("subject"),
        data: try members.text("data"))
    case "task":
      body = .task(
        try members.text("task"), outcome: try members.text("outcome"), note: try members.optionalText("note")
      )
    case "suppress":
      body = .suppress(
        contact: try members.text("contact"), channel: try members.text("channel"),
        because: try members.text("because"))
    default: throw UnreadableOrder("there is no order \"\(order)\"")
    }
    guard let at = try members.optionalNumber("at") else { throw UnreadableOrder("\"at\" is missing") }
    self.init(
      source: try members.text("source"), id: try members.text("id"),
      at: Instant(milliseconds: Int64(at)), body: body)
  }
}

extension Answer {
  /// An object with one member, which says what became of it.
  public var json: JSONValue {
    switch self {
    case .received(let received): ["received": received.json]
    case .done(let name, let isNew): ["done": .string(name), "new": .bool(isNew)]
    case .erased(let runs, let events, let suppressions, let naming):
      [
        "erased": [
          "runs": .number("\(runs)"), "events": .number("\(events)"), "suppressions": .number("\(suppressions)"),
          "naming": .array(naming.map(JSONValue.string)),
        ]
      ]
    case .refused(let because): ["refused": .string(because)]
    case .unavailable(let because): ["unavailable": .string(because)]
    }
  }

  public init(json: JSONValue) throws(UnreadableOrder) {
    let members = Members(json)
    if let received = json["received"] {
      self = .received(try Received(json: received))
    } else if let erased = json["erased"].map(Members.init) {
      self = .erased(
        runs: try erased.optionalNumber("runs") ?? 0, events: try erased.optionalNumber("events") ?? 0,
        suppressions: try erased.optionalNumber("suppressions") ?? 0,
        naming: try erased.list("naming", Members.text))
    } else if let because = try members.optionalText("refused") {
      self = .refused(because)
    } else if let because = try members.optionalText("unavailable") {
      self = .unavailable(because)
    } else {
      self = .done(try members.text("done"), isNew: try members.bool("new"))
    }
  }
}

extension Received {
  /// As commands print it.
  public var json: JSONValue {
    [
      "known": .bool(isKnown),
      "started": .array(
        started.map { one in
          var members = [JSONMember("workflow", .string(one.workflow)), JSONMember("run", .string(one.run))]
          if one.item != 1 { members.append(JSONMember("item", .number(String(one.item)))) }
          return .object(members)
        }),
      "reached": .array(reached.map { .string($0) }),
      "refused": list(refused.filter { !$0.isFiltered }), "filtered": list(refused.filter(\.isFiltered)),
      "unmatched": unmatched.map { .string($0) } ?? .null,
    ]
  }

  private func list(_ refused: [Refused]) -> JSONValue {
    .array(refused.map { ["workflow": .string($0.workflow), "because": .array($0.because.map { .string($0) })] })
  }

  init(json: JSONValue) throws(UnreadableOrder) {
    let members = Members(json)
    func refused(_ name: String) throws(UnreadableOrder) -> [Refused] {
      try members.list(name) { (value) throws(UnreadableOrder) in
        Refused(
          workflow: try Members(value).text("workflow"),
          because: try Members(value).list("because", Members.text(of:)))
      }
    }
    self.init(
      isKnown: try members.bool("known"),
      started: try members.list("started") { (value) throws(UnreadableOrder) in
        let one = Members(value)
        return Started(
          workflow: try one.text("workflow"), run: try one.text("run"),
          item: try one.optionalNumber("item") ?? 1)
      },
      reached: try members.list("reached", Members.text(of:)),
      refused: try refused("refused") + refused("filtered"),
      unmatched: try members.optionalText("unmatched"))
  }
}

/// The members of an object that came from outside.
private struct Members {
  let object: JSONValue
  init(_ object: JSONValue) { self.object = object }

  static func text(of value: JSONValue) throws(UnreadableOrder) -> String {
    guard case .string(let text) = value else {
      throw UnreadableOrder("\(value.kind), where a text is wanted")
    }
    // Stores end a text there: two names would be one.
    if text.utf8.contains(0) { throw UnreadableOrder("a text holds a NUL character") }
    return text
  }

  func text(_ name: String) throws(UnreadableOrder) -> String {
    guard let text = try optionalText(name) else { throw UnreadableOrder("\"\(name)\" is missing") }
    return text
  }

  func optionalText(_ name: String) throws(UnreadableOrder) -> String? {
    switch object[name] {
    case nil, .null: nil
    case .some(let value): try Members.text(of: value)
    }
  }

  func bool(_ name: String) throws(UnreadableOrder) -> Bool {
    guard case .bool(let value) = object[name] else { throw UnreadableOrder("\"\(name)\" is missing") }
    return value
  }

  func optionalNumber(_ name: String) throws(UnreadableOrder) -> Int? {
    guard case .number(let literal) = object[name] else { return nil }
    guard let number = Int(literal) else { throw UnreadableOrder("\"\(name)\" is \(literal)") }
    return number
  }

  func list<Item>(
    _ name: String, _ read: (JSONValue) throws(UnreadableOrder) -> Item
  ) throws(UnreadableOrder) -> [Item] {
    guard case .array(let values) = object[name] else { throw UnreadableOrder("\"\(name)\" is no list") }
    var items: [Item] = []
    for value in values { items.append(try read(value)) }
    return items
  }
}
