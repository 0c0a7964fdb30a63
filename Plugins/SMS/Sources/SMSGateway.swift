import FlowCore
import FlowPlugin
import FlowTransport

/// A gateway over HTTP, described in flow.yaml: where to, and what the body looks like.
struct SMSGateway: SMSService {
  private enum Format: String { case json, form }
  private let url: String
  private let method: String
  private let format: Format
  private let template: String
  private let headers: [(name: String, value: String)]
  /// Where in the answer the message's id stands: names, with points between.
  private let id: [String]
  let server: String

  /// `url`, `method` (`POST` or `PUT`), `format` (`json` or `form`), `body` (in which `{to}`, `{from}` and `{text}`
  /// stand for the message's, escaped for the format), `id`; `token`, or `user` and `password`.
  init(_ settings: ChannelSettings) throws(ChannelError) {
    url = try settings.service("url")
    method = settings["method"] ?? "POST"
    guard ["POST", "PUT"].contains(method) else { throw ChannelError(.ours, "method: is neither POST nor PUT") }
    guard let format = Format(rawValue: settings["format"] ?? "json") else {
      throw ChannelError(.ours, "format: is neither json nor form")
    }
    self.format = format
    let usual =
      format == .json ? #"{"to": "{to}", "from": "{from}", "text": "{text}"}"# : "to={to}&from={from}&text={text}"
    template = settings["body"] ?? usual
    guard template.contains("{to}"), template.contains("{text}") else {
      throw ChannelError(.ours, "body: \"{to}\" and \"{text}\" should stand in it")
    }
    headers = try settings.authorization()
    id = (settings["id"] ?? "id").split(separator: ".").map(String.init)
    server = HTTPRequest.origin(of: url)
    let sample = SMSMessage(to: "+490", from: "\"", text: "\"\\\n&", size: SegmentCount(""))
    if format == .json, (try? JSONReader.read(body(sample).bytes)) == nil {
      throw ChannelError(.ours, "body: is no JSON")
    }
  }

  /// In one pass, so that no value is taken for a place.
  func body(_ message: SMSMessage) -> (bytes: [UInt8], fileExtension: String) {
    var rest = template[...]
    var out = ""
    while let brace = rest.firstIndex(of: "{") {
      out += rest[..<brace]
      rest = rest[brace...]
      let places = [("{to}", message.to), ("{from}", message.from ?? ""), ("{text}", message.text)]
      if let (place, value) = places.first(where: { rest.hasPrefix($0.0) }) {
        out += escaped(value)
        rest = rest.dropFirst(place.count)
      } else {
        out += "{"
        rest = rest.dropFirst()
      }
    }
    return (Array((out + rest).utf8), format == .json ? "json" : "txt")
  }

  private func escaped(_ value: String) -> String {
    switch format {
    case .json: String(JSONValue.string(value).write().dropFirst().dropLast())
    case .form: Encodings.percent(value)
    }
  }

  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest {
    let type = format == .json ? "application/json" : "application/x-www-form-urlencoded"
    let own = [(name: "Content-Type", value: type), ("Idempotency-Key", "\"\(key.text)\"")]
    return HTTPRequest(method, url, headers: own + headers, body: body)
  }

  func receipt(_ response: HTTPResponse, to number: String) -> Receipt {
    var place = response.json
    for name in id { place = place?[name] }
    let found: String =
      switch place {
      case .string(let text)?: HeaderText(text).text
      case .number(let digits)?: digits
      default: ""
      }
    return response.receipt(id: found, isKeyed: false, now: nil)
  }

  var pollSeconds: Int? { nil }

  func poll(since cursor: String?, _ client: HTTPClient) async throws(ChannelError) -> Inbound {
    Inbound(messages: [], cursor: cursor)
  }
}
