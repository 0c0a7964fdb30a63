import FlowCore
import FlowTime

/// Why a text is no CloudEvent that is taken.
public enum CloudEventError: Error, Hashable, Sendable, CustomStringConvertible {
  case json(JSONError)
  case notAnObject
  case missing(String)
  case wrong(String, String)

  public var description: String {
    switch self {
    case .json(let error): error.description
    case .notAnObject: "an event is a JSON object"
    case .missing(let name): "\"\(name)\" is missing"
    case .wrong(let name, let reason): "\"\(name)\" \(reason)"
    }
  }
}

extension Incoming {
  /// Reads a CloudEvent in the JSON format of CloudEvents 1.0, in which only `type` is needed here: without
  /// `id` it is named by a digest of itself, without `time` it happened `now`.
  public init(cloudEvent bytes: [UInt8], now: Instant) throws(CloudEventError) {
    let value: JSONValue
    do { value = try JSONReader.read(bytes) } catch { throw .json(error) }
    try self.init(cloudEvent: value, now: now)
  }

  public init(cloudEvent value: JSONValue, now: Instant) throws(CloudEventError) {
    guard case .object = value else { throw .notAnObject }
    func text(_ name: String) throws(CloudEventError) -> String? {
      switch value[name] {
      case nil, .null: return nil
      case .string(let text):
        if text.isEmpty { throw .wrong(name, "is empty") }
        if text.utf8.contains(0) { throw .wrong(name, "holds a NUL character") }
        return text
      case .some(let other): throw .wrong(name, "is \(other.kind), where a text is wanted")
      }
    }
    guard let type = try text("type") else { throw .missing("type") }
    if let version = try text("specversion"), version != "1.0" {
      throw .wrong("specversion", "is \"\(version)\", where \"1.0\" is understood")
    }
    if value["data_base64"] != nil {
      throw .wrong("data_base64", "is not read: the data of an event are JSON, and stand in \"data\"")
    }
    var at = now
    if let time = try text("time") {
      guard let instant = Instant(rfc3339: time) else {
        throw .wrong("time", "is \"\(time)\", no instant of RFC 3339 such as 2026-03-25T16:40:00+01:00")
      }
      at = instant
    }
    self = .event(
      type: type, id: try text("id"), source: try text("source") ?? "", at: at, subject: try text("subject"),
      data: value["data"] ?? [:])
  }
}

/// The built-in events as CloudEvents: `{"type": "reply", "subject": KEY, "data": {"text": "…"}}`.
enum BuiltInEvent {
  static let names = ["reply"] + Event.builtIn

  /// The event, or every reason why the data do not fit.
  static func read(_ type: String, _ data: JSONValue, zones: any ZoneSource) -> Result<Event.Kind, Unfit> {
    func value(_ name: String, _ type: ValueType) -> (Value, [String]) {
      let (record, problems) = readValue(data, as: .record([Field(name, type)]), zones: zones)
      return (record[path: [name]], problems.map(\.description))
    }
    func made<T>(_ read: (Value, [String]), _ make: (Value) -> T?) -> Result<T, Unfit> {
      if read.1.isEmpty, let made = make(read.0) { return .success(made) }
      return .failure(Unfit(because: read.1))
    }
    switch type {
    case "reply": return made(value("text", .text)) { $0.text.map { .answer($0) } }
    case "auto-reply": return .success(.autoReply)
    case "out-of-office": return made(value("return", .optional(.date))) { .outOfOffice(return: $0.date) }
    case "bounce": return made(value("hard", .optional(.boolean))) { .bounce(hard: $0.boolean ?? true) }
    case "unsubscribe": return made(value("channel", .optional(.text))) { .unsubscribe(channel: $0.text) }
    case "complaint": return made(value("channel", .optional(.text))) { .complaint(channel: $0.text) }
    case "opened": return .success(.opened)
    case "clicked": return .success(.clicked)
    case "ack": return .success(.acknowledged)
    default: return .failure(Unfit(because: ["\"\(type)\" is no built-in event"]))
    }
  }

  struct Unfit: Error { var because: [String] }
}

extension Incoming {
  /// Why the data do not fit the built-in event that this is, each a sentence without a full stop; empty for any
  /// other, whose data the workflows judge.
  public func misfits(zones: any ZoneSource) -> [String] {
    guard case .event(let type, _, let data) = body, BuiltInEvent.names.contains(type) else { return [] }
    guard let json = try? JSONReader.read(data) else { return ["its data are no JSON"] }
    guard case .failure(let unfit) = BuiltInEvent.read(type, json, zones: zones) else { return [] }
    return unfit.because
  }
}
