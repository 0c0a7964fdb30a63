import FlowCore
import FlowPlugin
import FlowTransport

/// Slack's Web API (`chat.postMessage`) with a bot's token, or an incoming webhook, which posts into its one place.
struct Slack: MessengerService {
  private enum Way: Sendable {
    case bot(url: String, headers: [(name: String, value: String)])
    case webhook(url: String)
  }
  private let way: Way

  /// `token`: a bot's (`xoxb-…`); `url`: an incoming webhook's. `api`: where the Web API is, for tests.
  init(_ settings: ChannelSettings) throws(ChannelError) {
    if settings["url"] != nil {
      way = .webhook(url: try settings.service("url"))
    } else {
      let headers = try settings.authorization()
      guard !headers.isEmpty else { throw ChannelError(.ours, "token: is missing, or url: of an incoming webhook") }
      way = .bot(
        url: try settings.service("api", otherwise: "https://slack.com/api") + "/chat.postMessage", headers: headers)
    }
  }

  var server: String {
    switch way {
    case .bot(let url, _), .webhook(let url): HTTPRequest.origin(of: url)
    }
  }

  /// Longer messages are cut off by Slack.
  private static let mostScalars = 40_000

  func body(_ message: MessengerMessage) throws(ChannelError) -> JSONValue {
    guard message.text.unicodeScalars.count <= Slack.mostScalars else {
      throw ChannelError(.permanent, "Slack takes at most \(Slack.mostScalars) characters")
    }
    // Three characters are Slack's own; with `mrkdwn` off, no other is markup.
    let text = message.text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    var body: [JSONMember] = []
    if case .bot = way { body.append(JSONMember("channel", .string(message.to))) }
    body += [JSONMember("text", .string(text)), JSONMember("mrkdwn", .bool(false))]
    if case .bot = way, let thread = thread(message.references) {
      body.append(JSONMember("thread_ts", .string(thread)))
    }
    return .object(body)
  }

  /// The first of ours that Slack named: replies hang on a thread's first message, not on each other.
  private func thread(_ references: [String]) -> String? {
    references.lazy.compactMap { reference -> String? in
      let parts = reference.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1].allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
      return String(parts[1])
    }.first
  }

  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest {
    let type = (name: "Content-Type", value: "application/json; charset=utf-8")
    switch way {
    case .bot(let url, let headers): return HTTPRequest("POST", url, headers: [type] + headers, body: body)
    case .webhook(let url): return HTTPRequest("POST", url, headers: [type], body: body)
    }
  }

  func receipt(_ response: HTTPResponse) -> Receipt {
    switch way {
    case .bot: botReceipt(response)
    case .webhook: webhookReceipt(response)
    }
  }

  /// The Web API answers 200 with `ok`, but for rate limits and faults.
  private func botReceipt(_ response: HTTPResponse) -> Receipt {
    guard response.status == 200 else { return response.receipt(id: "", isKeyed: false, now: nil) }
    guard let json = response.json, case .bool(let ok)? = json["ok"] else {
      return .unknown(because: "Slack answered, and did not say whether it was posted")
    }
    if ok { return .accepted(id: [json.text("channel") ?? "", json.text("ts") ?? ""].joined(separator: "/")) }
    return Slack.receipt(error: json.text("error") ?? "", retry: response.retryAfter(now: nil))
  }

  /// What `chat.postMessage` documents as its errors.
  private static func receipt(error: String, retry: Int?) -> Receipt {
    let because = "Slack: \(said(error))"
    if mayHaveActed.contains(error) { return .unknown(because: because) }
    if passing.contains(error) { return .temporary(after: retry, because: because) }
    return configuration.contains(error) ? .ours(because: because) : .permanent(because: because)
  }

  /// "It's possible some aspect of the operation succeeded before the error was raised."
  private static let mayHaveActed: Set<String> = ["fatal_error", "internal_error"]
  private static let passing: Set<String> = [
    "ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org",
  ]
  /// Of the app, its token and its rights; no recipient can help.
  private static let configuration: Set<String> = [
    "not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "no_permission",
    "missing_scope", "not_allowed_token_type", "access_denied", "accesslimited", "team_access_not_granted",
    "ekm_access_denied", "enterprise_is_restricted", "org_login_required", "two_factor_setup_required",
    "deprecated_endpoint", "method_deprecated", "restricted_action", "message_limit_exceeded",
    "as_user_not_supported",
  ]

  /// An incoming webhook answers 200 and `ok`, or a status and a word.
  private func webhookReceipt(_ response: HTTPResponse) -> Receipt {
    let word = said(String(decoding: response.body, as: UTF8.self))
    switch response.status {
    case 200...299: return .accepted(id: "")
    // Its place is gone, or it is: nobody else can be reached by it.
    case 401, 403, 404, 410: return .ours(because: "Slack: \(word)")
    case 400: return .permanent(because: "Slack: \(word)")
    default: return response.receipt(id: "", isKeyed: false, now: nil)
    }
  }
}
