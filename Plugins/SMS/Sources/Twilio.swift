import FlowCore
import FlowPlugin
import FlowTime
import FlowTransport

/// Twilio's Programmable Messaging (API of 2010-04-01): messages are posted to, and read from, `Messages.json`.
struct Twilio: SMSService {
  private enum Sender: Sendable {
    case number(String)
    /// A messaging service (`MG…`), which picks the number.
    case service(String)
  }

  private let messages: String
  private let headers: [(name: String, value: String)]
  private let sender: Sender
  private let now: (@Sendable () -> Instant)?
  let server: String
  let pollSeconds: Int?

  /// `account` (`AC…`) and `password`, its token, or `user` and `password` of an API key; `from`, or `service`. `api`:
  /// where it is, for tests.
  init(_ settings: ChannelSettings) throws(ChannelError) {
    guard let account = settings["account"], Twilio.isID(account, "AC") else {
      throw ChannelError(.ours, "account: is no account (AC and 32 digits)")
    }
    let api = try settings.service("api", otherwise: "https://api.twilio.com")
    messages = "\(api)/2010-04-01/Accounts/\(account)/Messages.json"
    server = HTTPRequest.origin(of: api)
    var known = settings
    known.values["user"] = settings["user"] ?? account
    known.values["token"] = nil
    guard known["password"]?.isEmpty == false else { throw ChannelError(.ours, "password: is missing") }
    headers = try known.authorization()
    if let service = settings["service"] {
      guard Twilio.isID(service, "MG") else { throw ChannelError(.ours, "service: is none (MG and 32 digits)") }
      sender = .service(service)
    } else if let from = settings["from"] {
      sender = .number(PhoneNumber(from)?.text ?? from)
    } else {
      throw ChannelError(.ours, "from: is missing, or service:")
    }
    now = settings.now
    pollSeconds = try settings.seconds("poll", otherwise: 30)
  }

  private static func isID(_ text: String, _ prefix: String) -> Bool {
    text.hasPrefix(prefix) && text.utf8.count == 34
      && text.utf8.dropFirst(2).allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
  }

  func body(_ message: SMSMessage) -> (bytes: [UInt8], fileExtension: String) {
    let from: (String, String) =
      switch sender {
      case .number(let number): ("From", number)
      case .service(let id): ("MessagingServiceSid", id)
      }
    let fields = [("To", message.to), from, ("Body", message.text)]
    return (Array(fields.map { "\($0.0)=\(Encodings.percent($0.1))" }.joined(separator: "&").utf8), "txt")
  }

  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest {
    let type = (name: "Content-Type", value: "application/x-www-form-urlencoded")
    return HTTPRequest("POST", messages, headers: [type] + headers, body: body)
  }

  // MARK: Answers

  func receipt(_ response: HTTPResponse, to number: String) -> Receipt {
    let json = response.json
    if (200...299).contains(response.status) { return .accepted(id: json?.text("sid") ?? "") }
    guard let code = json?.integer("code") else { return response.receipt(id: "", isKeyed: false, now: now?()) }
    let because = "Twilio \(code): \(HeaderText(String((json?.text("message") ?? "").prefix(200))))"
    if code == Twilio.hasStopped { return .optedOut(because: because) }
    if Twilio.unreachable.contains(code) { return .undeliverable(because: because) }
    if Twilio.ours.contains(code) { return .ours(because: because) }
    if Twilio.passing.contains(code) {
      return .temporary(after: response.retryAfter(now: now?()), because: because)
    }
    switch response.receipt(id: "", isKeyed: false, now: now?()) {
    case .temporary(let after, _): return .temporary(after: after, because: because)
    case .ours: return .ours(because: because)
    case .unknown: return .unknown(because: because)
    default: return .permanent(because: because)
    }
  }

  private static let hasStopped = 21610
  /// No number, none of a mobile telephone, a landline; and what carriers say of a number that nobody has. A telephone
  /// that is switched off (30003) has a good number.
  private static let unreachable: Set<Int> = [21211, 21614, 21635, 30005, 30006]
  /// Account, rights, sender: no recipient can help.
  private static let ours: Set<Int> = [
    20003, 20404, 20008, 21212, 21603, 21606, 21659, 21660, 21661, 21701, 21703, 21704, 21705,
  ]
  /// Too many requests, and the sender's queue is full.
  private static let passing: Set<Int> = [20429, 14107, 21611]

  // MARK: What people write

  private static let mostPages = 50

  /// `cursor`: the day (UTC) of the newest message that was told. Days are read whole, as Twilio's own filter has
  /// them: a message may be listed later than a newer one, and the engine knows what it has had.
  func poll(since cursor: String?, _ client: HTTPClient) async throws(ChannelError) -> Inbound {
    var query = "PageSize=1000"
    if case .number(let number) = sender { query += "&To=\(Encodings.percent(number))" }
    if let cursor, CivilDate(iso: cursor) != nil { query += "&DateSent%3E=\(cursor)" }
    var page: String? = "\(messages)?\(query)"
    var found: [Inbound.Message] = []
    var newest = cursor ?? ""
    for _ in 0..<Twilio.mostPages {
      guard let url = page else { break }
      let json = try await read(url, client)
      guard case .array(let items)? = json["messages"] else {
        throw ChannelError(.temporary, "Twilio's answer cannot be read")
      }
      for message in items.compactMap(Twilio.message) {
        newest = max(newest, String(message.at.rfc3339(in: .utc).prefix(10)))
        found.append(message)
      }
      page = json.text("next_page_uri").flatMap(next)
    }
    guard page == nil else { throw ChannelError(.ours, "more than \(Twilio.mostPages) pages of messages to read") }
    return Inbound(messages: found.reversed(), cursor: newest.isEmpty ? nil : newest)
  }

  private func read(_ url: String, _ client: HTTPClient) async throws(ChannelError) -> JSONValue {
    switch await client.send(HTTPRequest("GET", url, headers: headers)) {
    case .answered(let response):
      if response.status == 200, let json = response.json { return json }
      let isOurs = [401, 403, 404].contains(response.status)
      throw ChannelError(isOurs ? .ours : .temporary, "Twilio answered \(response.status)")
    default: throw ChannelError(.temporary, "Twilio could not be asked")
    }
  }

  /// A path at the same place, never another host.
  private func next(_ path: String) -> String? {
    guard path.hasPrefix("/2010-04-01/"), let root = messages.firstRange(of: "/2010-04-01/") else { return nil }
    return messages[..<root.lowerBound] + path
  }

  private static func message(_ item: JSONValue) -> Inbound.Message? {
    guard item.text("direction") == "inbound", let id = item.text("sid"), let from = item.text("from"),
      let at = (item.text("date_sent") ?? item.text("date_created")).flatMap({ Instant(httpDate: $0) })
    else { return nil }
    let text = item.text("body") ?? ""
    return Inbound.Message(
      id: id, at: at, address: PhoneNumber(from)?.text ?? from,
      kind: OptOut.isAsked(by: text) ? .unsubscribe(channel: nil) : .answer(text),
      raw: Array(item.write().utf8))
  }
}
