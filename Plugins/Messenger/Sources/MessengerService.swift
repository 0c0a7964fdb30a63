import FlowCore
import FlowPlugin
import FlowTime
import FlowTransport

/// A message as a service is to carry it.
struct MessengerMessage: Sendable {
  var to: String
  /// Plain text; whatever stands in it is text.
  var text: String
  var template: String?
  /// Messages of ours in the same conversation, the last one last, as the service named them.
  var references: [String]
}

/// One messenger's documented HTTP: what is sent, and what its answers mean.
protocol MessengerService: Sendable {
  /// The bytes that are sent, as JSON; refused where the service would not take them.
  func body(_ message: MessengerMessage) throws(ChannelError) -> JSONValue
  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest
  func receipt(_ response: HTTPResponse) -> Receipt
  /// Where messages go, without a secret: `https://api.acme.test`.
  var server: String { get }
  /// How often it is asked for what people have written; nil where it is not.
  var pollSeconds: Int? { get }
  /// What people have written since.
  func poll(since cursor: String?, _ client: HTTPClient) async throws(ChannelError) -> Inbound
}

extension MessengerService {
  var pollSeconds: Int? { nil }
  func poll(since cursor: String?, _ client: HTTPClient) async throws(ChannelError) -> Inbound {
    Inbound(messages: [], cursor: cursor)
  }
}

/// Words of a far side as part of ours: one line, not too long.
func said(_ text: String?) -> String {
  guard let text, !text.isEmpty else { return "no reason given" }
  return HeaderText(String(text.unicodeScalars.prefix(200).map(Character.init))).text
}
