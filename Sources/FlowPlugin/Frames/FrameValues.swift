import FlowCore
import FlowTime

extension Frame {
  /// A delivery as a program gets it. `fields` holds plain texts and values; `templates` the pieces of each
  /// text, so that a program with a format of its own escapes what came from data.
  public static func json(of delivery: Delivery) -> JSONValue {
    func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    func plain(_ value: Value?) -> JSONValue { value.map { FlowCore.json(of: $0, zone: .utc) } ?? .null }
    var fields: [JSONMember] = []
    var templates: [JSONMember] = []
    for field in delivery.fields {
      fields.append(JSONMember(field.name, json(of: field.content)))
      if case .text(let text) = field.content { templates.append(JSONMember(field.name, pieces(text))) }
    }
    return [
      "workflow": .string(delivery.workflow), "step": .string(delivery.step), "verb": .string(delivery.verb),
      "occurrence": .number(String(delivery.occurrence)), "touch": .bool(delivery.touch),
      "task": .bool(delivery.isTask), "escalation": .bool(delivery.isEscalation),
      "at": .string(delivery.at.rfc3339(in: .utc)), "zone": .string(delivery.zone),
      "until": optional(delivery.until?.rfc3339(in: .utc)), "purpose": optional(delivery.purpose),
      "to": plain(delivery.to), "address": .string(delivery.address), "by": plain(delivery.by),
      "contact": plain(delivery.contact), "owner": plain(delivery.owner),
      "outcomes": .array(delivery.outcomes.map { .string($0) }),
      "fields": .object(fields), "templates": .object(templates),
      "token": optional(delivery.token),
      "thread": delivery.thread.map { thread in
        [
          "references": .array(thread.references.map { .string($0) }), "subject": optional(thread.subject),
        ]
      } ?? .null,
    ]
  }

  private static func json(of content: Delivery.Content) -> JSONValue {
    switch content {
    case .text(let text): .string(text.plain)
    case .value(let value): FlowCore.json(of: value, zone: .utc)
    case .word(let word): .string(word)
    case .files(let paths): .array(paths.map { .string($0) })
    }
  }

  private static func pieces(_ text: RenderedText) -> JSONValue {
    .array(text.pieces.map { [$0.isValue ? "value" : "text": .string($0.text)] })
  }

  /// What is handed over: the payload as text where it is valid UTF-8 (`payload`), else as base64
  /// (`payload-base64`).
  public static func json(of rendering: Rendering, key: IdempotencyKey) -> [JSONMember] {
    let payload =
      String(validating: rendering.payload, as: UTF8.self).map { JSONMember("payload", .string($0)) }
      ?? JSONMember("payload-base64", .string(Encodings.base64(rendering.payload)))
    return [
      JSONMember("key", .string(key.text)), JSONMember("to", .string(rendering.to)), payload,
      JSONMember("extension", .string(rendering.fileExtension)),
    ]
  }

  /// The `ok` of `render`: `to`, `shown` (an object of texts), `payload` or `payload-base64`, `extension`,
  /// and perhaps `reference`.
  public static func rendering(_ ok: JSONValue) throws(FrameError) -> Rendering {
    guard case .string(let to)? = ok["to"] else { throw .wanted("\"to\", a text of one line,") }
    guard HeaderText(to).text == to else { throw .brokenAddress }
    guard case .object(let members)? = ok["shown"] else { throw .wanted("\"shown\", an object of texts,") }
    var shown: [Entry.NamedText] = []
    for member in members {
      guard case .string(let text) = member.value else { throw .wanted("\"shown\", an object of texts,") }
      shown.append(Entry.NamedText(member.key, text))
    }
    if let problem = RenderingRules.problem(shown: shown) {
      throw .wanted("\"shown\" without this: \(problem)")
    }
    guard case .string(let ending)? = ok["extension"], (1...16).contains(ending.utf8.count),
      ending.utf8.allSatisfy(isLetterOrDigit)
    else { throw .wanted("\"extension\", letters and digits,") }
    var reference: String?
    if case .string(let text)? = ok["reference"] { reference = text }
    return Rendering(
      to: to, shown: shown, payload: try payload(ok), fileExtension: ending, reference: reference)
  }

  private static func payload(_ ok: JSONValue) throws(FrameError) -> [UInt8] {
    switch (ok["payload"], ok["payload-base64"]) {
    case (.string(let text)?, nil): return Array(text.utf8)
    case (nil, .string(let text)?):
      if let bytes = Encodings.bytes(base64: text) { return bytes }
      throw .wanted("\"payload-base64\", in base64,")
    default: throw .wanted("\"payload\" or \"payload-base64\"")
    }
  }

  /// The `ok` of `deliver`: the id at the far side, empty where it gives none.
  public static func acceptedID(_ ok: JSONValue) throws(FrameError) -> String {
    guard case .string(let id)? = ok["id"] else { throw .wanted("\"id\", a text,") }
    return id
  }
}
