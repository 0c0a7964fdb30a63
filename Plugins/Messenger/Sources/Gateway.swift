import FlowCore
import FlowPlugin
import FlowTransport

/// Any other messenger: a gateway that takes the message as JSON.
struct Gateway: MessengerService {
  private let url: String
  private let headers: [(name: String, value: String)]
  private let via: String?
  var server: String { HTTPRequest.origin(of: url) }

  /// `url`; `token`, or `user` and `password`.
  init(_ settings: ChannelSettings) throws(ChannelError) {
    url = try settings.service("url")
    headers = try settings.authorization()
    via = settings["via"]
  }

  init(via: String?) {
    url = ""
    headers = []
    self.via = via
  }

  func body(_ message: MessengerMessage) throws(ChannelError) -> JSONValue {
    var body = [JSONMember("to", .string(message.to))]
    for (name, value) in [("via", via), ("template", message.template)] {
      if let value { body.append(JSONMember(name, .string(value))) }
    }
    return .object(body + [JSONMember("text", .string(message.text))])
  }

  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest {
    let own = [(name: "Content-Type", value: "application/json"), ("Idempotency-Key", "\"\(key.text)\"")]
    return HTTPRequest("POST", url, headers: own + headers, body: body)
  }

  func receipt(_ response: HTTPResponse) -> Receipt {
    let json = response.json
    let id = json?.text("id") ?? json?.integer("id").map(String.init)
    return response.receipt(id: id ?? "", isKeyed: false, now: nil)
  }
}
