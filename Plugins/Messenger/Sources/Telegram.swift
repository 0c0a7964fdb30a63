import FlowCore
import FlowPlugin
import FlowTime
import FlowTransport

/// Telegram's Bot API: `sendMessage`, and what people write by `getUpdates`.
struct Telegram: MessengerService {
  /// Holds the token; no error repeats it.
  private let root: String
  let pollSeconds: Int?
  let server: String

  /// `token`: the bot's. `api`: where the Bot API is; a server of one's own, or a test's.
  init(_ settings: ChannelSettings) throws(ChannelError) {
    let api = try settings.service("api", otherwise: "https://api.telegram.org")
    guard let token = settings["token"], !token.isEmpty, token.utf8.allSatisfy(Telegram.isToken) else {
      throw ChannelError(.ours, "token: is missing, or is no bot's")
    }
    pollSeconds = try settings.seconds("poll", otherwise: 10)
    root = "\(api)/bot\(token)/"
    server = HTTPRequest.origin(of: api)
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static let mostUnits = 4096

  /// Without `parse_mode`, text is text. The recipient is a chat's number, or a channel's `@name`.
  func body(_ message: MessengerMessage) throws(ChannelError) -> JSONValue {
    guard (1...Telegram.mostUnits).contains(message.text.utf16.count) else {
      throw ChannelError(.permanent, "Telegram takes 1 to \(Telegram.mostUnits) characters")
    }
    let chat = Int64(message.to).map { JSONValue.number(String($0)) } ?? .string(message.to)
    var body = [JSONMember("chat_id", chat), JSONMember("text", .string(message.text))]
    if let id = lastID(message.references) {
      let reply: JSONValue = ["message_id": .number(id), "allow_sending_without_reply": true]
      body.append(JSONMember("reply_parameters", reply))
    }
    return .object(body)
  }

  private func lastID(_ references: [String]) -> String? {
    references.reversed().lazy.compactMap { reference -> String? in
      let parts = reference.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      return parts.count == 2 ? Int64(String(parts[1]) ?? "").map { String($0) } : nil
    }.first
  }

  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest { request("sendMessage", body) }

  private func request(_ method: String, _ body: [UInt8]) -> HTTPRequest {
    HTTPRequest(
      "POST", root + method, headers: [(name: "Content-Type", value: "application/json")], body: body)
  }

  func receipt(_ response: HTTPResponse) -> Receipt {
    let json = response.json
    switch response.status {
    case 200...299:
      // An answer that was cut off after its status has been posted: a refusal has another status.
      guard let result = json?["result"], let id = result.integer("message_id") else { return .accepted(id: "") }
      return .accepted(id: (result["chat"]?.integer("id")).map { "\($0)/\(id)" } ?? String(id))
    default: return trouble(response, json)
    }
  }

  private func trouble(_ response: HTTPResponse, _ json: JSONValue?) -> Receipt {
    let because = "Telegram answered \(response.status): \(said(json?.text("description")))"
    switch response.status {
    // No bot has this token.
    case 401, 404: return .ours(because: because)
    case 429:
      let after = json?["parameters"]?.integer("retry_after") ?? response.retryAfter(now: nil)
      return .temporary(after: after, because: because)
    // Blocked by the user, removed from the group, no such chat.
    case 400, 403: return .permanent(because: because)
    default: return response.receipt(id: "", isKeyed: false, now: nil)
    }
  }
}

// MARK: What people write

extension Telegram {
  /// `cursor`: the number of the first update that has not been told; naming it, Telegram forgets those before.
  func poll(since cursor: String?, _ client: HTTPClient) async throws(ChannelError) -> Inbound {
    var body: [JSONMember] = []
    if let offset = cursor.flatMap({ Int64($0) }) { body.append(JSONMember("offset", .number(String(offset)))) }
    body += [
      JSONMember("limit", .number(String(Telegram.mostUpdates))), JSONMember("timeout", 0),
      JSONMember("allowed_updates", ["message"]),
    ]
    let outcome = await client.send(request("getUpdates", Array(JSONValue.object(body).write().utf8)))
    guard case .answered(let response) = outcome else {
      throw ChannelError(.temporary, "Telegram could not be asked")
    }
    guard response.status == 200 else {
      let isOurs = [401, 404].contains(response.status)
      throw ChannelError(isOurs ? .ours : .temporary, "Telegram answered \(response.status)")
    }
    guard case .array(let updates)? = response.json?["result"] else {
      throw ChannelError(.temporary, "Telegram's answer cannot be read")
    }
    let last = updates.compactMap { $0.integer("update_id") }.max()
    let next = last.map { String($0 &+ 1) } ?? cursor
    var inbound = Inbound(messages: [], cursor: next, hasMore: updates.count == Telegram.mostUpdates)
    for update in updates {
      guard let message = message(update) else { continue }
      if case .reply(text: "") = message.kind, Telegram.isOfTheChat(update["message"]) {
        inbound.kept.append(
          Inbound.Unread(id: message.id, at: message.at, because: "about the chat itself", raw: message.raw))
      } else if Telegram.isStart(update["message"]?.text("text") ?? "") {
        inbound.kept.append(
          Inbound.Unread(id: message.id, at: message.at, because: "a start of the bot", raw: message.raw))
      } else {
        inbound.messages.append(message)
      }
    }
    return inbound
  }

  /// What the button says that opens a chat with a bot: `/start`, perhaps with a parameter.
  private static func isStart(_ text: String) -> Bool {
    let command = plain(text)
    return command == "/start" || command.hasPrefix("/start ")
  }

  /// In groups a command names the bot that it is for: `/stop@acme_bot`.
  private static func plain(_ text: String) -> String {
    guard text.first == "/", let at = text.firstIndex(of: "@") else { return text }
    let name = text[at...].dropFirst().prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard text[..<at].dropFirst().allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber }) else { return text }
    return String(text[..<at]) + String(text[name.endIndex...])
  }

  /// What people send without a word, by Telegram's name of it; what others hold, too, stands first.
  private static let things = [
    ("animation", "an animation"), ("photo", "a photo"), ("video", "a video"), ("video_note", "a video message"),
    ("voice", "a voice message"), ("audio", "a sound file"), ("document", "a file"), ("sticker", "a sticker"),
    ("contact", "a contact"), ("venue", "a place"), ("location", "a place"), ("poll", "a poll"), ("dice", "a dice"),
    ("story", "a story"),
  ]

  /// `(a photo)`; empty where it is none of these.
  private static func shown(_ message: JSONValue) -> String {
    things.first { message[$0.0] != nil }.map { "(\($0.1))" } ?? ""
  }

  /// Telegram's own word of who has come, gone or changed something: nobody's answer.
  private static func isOfTheChat(_ message: JSONValue?) -> Bool {
    let service = [
      "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo", "pinned_message",
      "group_chat_created", "supergroup_chat_created", "channel_chat_created", "migrate_to_chat_id",
      "migrate_from_chat_id", "message_auto_delete_timer_changed",
    ]
    return service.contains { message?[$0] != nil }
  }

  private static let mostUpdates = 100

  /// A person's message; other updates, and other bots, are none.
  private func message(_ update: JSONValue) -> Inbound.Message? {
    guard let id = update.integer("update_id"), let message = update["message"],
      let chat = message["chat"]?.integer("id"), let date = message.integer("date")
    else { return nil }
    if case .bool(true)? = message["from"]?["is_bot"] { return nil }
    let text = Telegram.plain(message.text("text") ?? message.text("caption") ?? Telegram.shown(message))
    let answered = message["reply_to_message"]?.integer("message_id")
    return Inbound.Message(
      id: String(id), at: Instant(seconds: Int64(date)), threads: answered.map { ["\(chat)/\($0)"] } ?? [],
      address: String(chat), kind: OptOut.isAsked(by: text) ? .unsubscribe(channel: nil) : .answer(text),
      raw: Array(update.write().utf8))
  }
}
