import FlowCore
import FlowPlugin
import FlowTransport

/// ntfy: messages are published to a topic, as JSON to the server's root.
struct Ntfy: Sendable {
  private let url: String
  private let topic: String?
  private let headers: [(name: String, value: String)]
  private let client: HTTPClient
  var server: String { HTTPRequest.origin(of: url) }

  /// `url` (`https://ntfy.sh`), `topic` (where it is left out, a person's handle is theirs), `token`, or `user` and
  /// `password`.
  init(_ settings: ChannelSettings) throws(ChannelError) {
    url = try settings.service("url", otherwise: "https://ntfy.sh")
    topic = settings["topic"]
    if let topic, !Ntfy.isTopic(topic) {
      throw ChannelError(.ours, "topic: up to 64 letters, digits, - and _")
    }
    headers = try settings.authorization()
    client = HTTPClient(try HTTPLimits(settings, isPublicOnly: false, keepsConnections: false))
  }

  private static func isTopic(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
      }
  }

  /// What is published; the topic is the setting's, or the person's handle.
  func body(title: String, text: String, handle: String?) throws(ChannelError) -> JSONValue {
    guard let topic = topic ?? handle.flatMap({ Ntfy.isTopic($0) ? $0 : nil }) else {
      throw ChannelError(.permanent, "topic: is missing, and the person has no handle that is one")
    }
    return ["topic": .string(topic), "title": .string(title), "message": .string(text)]
  }

  func deliver(_ body: [UInt8], marker: @escaping Marker) async -> Receipt {
    let type = (name: "Content-Type", value: "application/json")
    let outcome = await client.send(HTTPRequest("POST", url, headers: [type] + headers, body: body), marker: marker)
    return outcome.receipt { response in
      let json = response.json
      switch response.status {
      case 200...299: return .accepted(id: json?.text("id") ?? "")
      // A server that cannot store it; telling somebody twice is better than not at all.
      case 500...599: return .temporary(after: response.retryAfter(now: nil), because: "answered \(response.status)")
      // A topic that is not for us; others may be.
      case 403: return .permanent(because: "answered 403")
      case 404: return .ours(because: "answered 404: there is no ntfy")
      default:
        let receipt = response.receipt(id: "", isKeyed: true, now: nil)
        guard case .permanent(let because) = receipt, let error = json?.text("error") else { return receipt }
        return .permanent(because: "\(because): \(HeaderText(String(error.prefix(200))))")
      }
    }
  }

  func close() async { await client.close() }
}
