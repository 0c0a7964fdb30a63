import FlowCore
import FlowPlugin
import FlowTransport

/// Microsoft Teams: a webhook of Workflows ("When a Teams webhook request is received"), or an incoming webhook of old;
/// both take a message with an Adaptive Card, and post it into their one place.
struct Teams: MessengerService {
  private let url: String
  var server: String { HTTPRequest.origin(of: url) }

  init(_ settings: ChannelSettings) throws(ChannelError) { url = try settings.service("url") }

  private static let mostBytes = 28 << 10

  /// A line is a run of text, in which, unlike in a text block, nothing is markup.
  func body(_ message: MessengerMessage) throws(ChannelError) -> JSONValue {
    let lines = message.text.split(separator: "\n", omittingEmptySubsequences: false)
    var blocks: [JSONValue] = []
    var isNear = false
    for line in lines {
      if !line.isEmpty {
        let runs: JSONValue = [["type": "TextRun", "text": .string(String(line))]]
        blocks.append(["type": "RichTextBlock", "spacing": isNear ? "none" : "default", "inlines": runs])
      }
      isNear = !line.isEmpty
    }
    let card: JSONValue = [
      "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
      "body": .array(blocks),
    ]
    let body: JSONValue = [
      "type": "message",
      "attachments": [
        ["contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": .null, "content": card]
      ],
    ]
    guard body.write(pretty: true).utf8.count < Teams.mostBytes else {
      throw ChannelError(.permanent, "Teams takes at most 28 KB")
    }
    return body
  }

  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest {
    HTTPRequest("POST", url, headers: [(name: "Content-Type", value: "application/json")], body: body)
  }

  func receipt(_ response: HTTPResponse) -> Receipt {
    let text = String(decoding: response.body, as: UTF8.self)
    // An incoming webhook of old says 200 and what went wrong.
    if response.status == 200, text.hasPrefix("Webhook message delivery failed") {
      let because = "Teams: \(said(text))"
      return text.contains("HTTP error 429") ? .temporary(after: nil, because: because) : .permanent(because: because)
    }
    if response.status == 404 || response.status == 410 {
      return .ours(because: "answered \(response.status): there is no such webhook")
    }
    return response.receipt(id: "", isKeyed: false, now: nil)
  }
}
