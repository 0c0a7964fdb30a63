import FlowCore
import FlowPlugin
import FlowTransport

struct SMSMessage: Sendable {
  /// In international form.
  var to: String
  /// A number, or a name of up to 11 letters.
  var from: String?
  var text: String
  var size: SegmentCount
}

/// How a network is reached: what is sent, and what its answers mean.
protocol SMSService: Sendable {
  /// The bytes that are sent, and the ending of a file that holds them.
  func body(_ message: SMSMessage) -> (bytes: [UInt8], fileExtension: String)
  func request(_ body: [UInt8], key: IdempotencyKey) -> HTTPRequest
  func receipt(_ response: HTTPResponse, to number: String) -> Receipt
  /// Where messages go, without a secret: `https://api.acme.test`.
  var server: String { get }
  /// How often it is asked for what people have written; nil where it is not.
  var pollSeconds: Int? { get }
  /// What people have written since.
  func poll(since cursor: String?, _ client: HTTPClient) async throws(ChannelError) -> Inbound
}

/// What is put into the folder: all there is to know of the message.
struct SMSFile {
  func body(_ message: SMSMessage) -> (bytes: [UInt8], fileExtension: String) {
    var members = [JSONMember("to", .string(message.to))]
    if let from = message.from { members.append(JSONMember("from", .string(from))) }
    members += [
      JSONMember("text", .string(message.text)), JSONMember("encoding", .string(message.size.encoding.rawValue)),
      JSONMember("segments", .number(String(message.size.segments))),
    ]
    return (Array((JSONValue.object(members).write(pretty: true) + "\n").utf8), "json")
  }
}
