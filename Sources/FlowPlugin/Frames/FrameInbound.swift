import FlowCore
import FlowTime

extension Frame {
  /// The `ok` of `poll`: `{"messages": […], "cursor": …}`. A message that cannot be read blocks no other
  /// (guarantee 18): it stands under ``Inbound/unread``, as it came.
  public static func inbound(_ ok: JSONValue) throws(FrameError) -> Inbound {
    guard case .array(let items)? = ok["messages"] else { throw .wanted("\"messages\", a list,") }
    var inbound = Inbound(messages: [], cursor: try text(ok, "cursor"))
    for item in items {
      do throws(FrameError) { inbound.messages.append(try message(item)) } catch {
        inbound.unread.append(unread(item, error))
      }
    }
    return inbound
  }

  /// Under an id of its own: once its program says it rightly, it is another.
  private static func unread(_ item: JSONValue, _ error: FrameError) -> Inbound.Unread {
    let raw = Array(item.write().utf8)
    let known = (try? text(item, "id")) ?? ""
    let id = known.isEmpty ? hexadecimal(sha256(raw), digits: 16) : known
    let name = known.isEmpty ? "a message without an id" : "the message \"\(HeaderText(known))\""
    let time = (try? text(item, "at")) ?? ""
    return Inbound.Unread(
      id: "unread.\(id)", at: Instant(rfc3339: time), because: "\(name): \(error)", raw: raw)
  }

  /// `id`, `at` (RFC 3339) and `kind`; `token`, `threads` (a list), `address`, `raw` and what the kind brings.
  private static func message(_ item: JSONValue) throws(FrameError) -> Inbound.Message {
    guard let id = try text(item, "id"), !id.isEmpty else { throw .wanted("\"id\" of a message") }
    guard let time = try text(item, "at"), let at = Instant(rfc3339: time) else {
      throw .wanted("\"at\" of a message, as 2026-03-25T16:40:00+01:00,")
    }
    // Whole for people to read, where the program keeps nothing else of it.
    var raw = try text(item, "raw")
    if raw == nil { raw = try text(item, "text") }
    return Inbound.Message(
      id: id, at: at, token: try text(item, "token"), threads: try threads(item),
      address: try text(item, "address"), kind: try kind(item), raw: Array((raw ?? "").utf8))
  }

  private static func kind(_ item: JSONValue) throws(FrameError) -> Event.Kind {
    switch try text(item, "kind") {
    case "reply":
      guard let words = try text(item, "text") else { throw .wanted("\"text\" of a reply") }
      return .answer(words)
    case "auto-reply": return .autoReply
    case "out-of-office":
      guard let day = try text(item, "return") else { return .outOfOffice(return: nil) }
      guard let date = CivilDate(iso: day) else {
        throw .wanted("\"return\" of an out-of-office, as 2026-04-13,")
      }
      return .outOfOffice(return: date)
    case "bounce":
      guard case .bool(let hard)? = item["hard"] else {
        throw .wanted("\"hard\" of a bounce, true or false,")
      }
      return .bounce(hard: hard)
    case "complaint": return .complaint(channel: nil)
    case "unsubscribe": return .unsubscribe(channel: nil)
    case "opened": return .opened
    case "clicked": return .clicked
    case "ack": return .acknowledged
    default:
      throw .wanted(
        "\"kind\" of a message, one of reply auto-reply out-of-office bounce complaint unsubscribe opened clicked"
          + " ack,"
      )
    }
  }

  private static func threads(_ item: JSONValue) throws(FrameError) -> [String] {
    guard let given = item["threads"], given != .null else { return [] }
    guard case .array(let items) = given else { throw .wanted("\"threads\", a list of texts,") }
    var threads: [String] = []
    for one in items {
      guard case .string(let name) = one else { throw .wanted("\"threads\", a list of texts,") }
      threads.append(name)
    }
    return threads
  }

  /// A text, or nil where there is none (or null).
  private static func text(_ object: JSONValue, _ name: String) throws(FrameError) -> String? {
    switch object[name] {
    case .string(let text)?: return text
    case nil, .null?: return nil
    default: throw .wanted("\"\(name)\", a text,")
    }
  }
}
