import FlowCore
import FlowPlugin
import FlowTime
import FlowTransport

/// `webhook`: a request to another program, as HTTP/1.1 has it (RFC 9112). The headers that belong to an
/// attempt (id, time, signature) are added when it is handed over.
public struct WebhookChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }
  private static let methods = ["POST", "PUT", "PATCH", "DELETE"]
  private let sending: Sending<WebhookSender>

  /// A setting that cannot be used is our mistake: the error's kind is `ours`.
  public init(_ settings: ChannelSettings) throws(ChannelError) {
    try settings.allowOnly(HTTPLimits.settings.union(["outbox", "send", "rate", "secret"]))
    sending = try Sending(settings) { settings throws(ChannelError) in try WebhookSender(settings) }
  }

  public var destination: String? { sending.service == nil ? nil : "the addresses of its steps" }

  /// Each host is a server of its own: one that does not answer holds up nobody else.
  public func server(of rendering: Rendering) -> String? {
    sending.service == nil ? nil : WebAddress(rendering.to)?.server
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    let address = try WebAddress(delivery.template("url") ?? RenderedText(delivery.text("url") ?? ""))
    let method = delivery.text("method") ?? "POST"
    guard WebhookChannel.methods.contains(method) else {
      throw ChannelError(
        .permanent, "\"\(HeaderText(method))\" is none of \(WebhookChannel.methods.joined(separator: ", "))")
    }
    let body = json(of: delivery.value("data") ?? .record([:]), zone: .utc).write()
    let head = [
      "\(method) \(address.target) HTTP/1.1", "Host: \(address.authority)", "Content-Type: application/json",
      "Content-Length: \(body.utf8.count)", "User-Agent: flow",
    ]
    return Rendering(
      to: address.text,
      shown: [Entry.NamedText("method", method), Entry.NamedText("data", PlainText.clean(body))],
      payload: Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8), fileExtension: "http")
  }

  public func deliver(
    _ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker
  ) async -> Receipt {
    await sending.deliver(rendering, key: key, marker: marker) { sender in
      await sender.deliver(rendering, key: key, marker: marker)
    }
  }

  public func close() async { await sending.service?.close() }
}
