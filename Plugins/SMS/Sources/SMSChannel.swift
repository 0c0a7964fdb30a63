import FlowCore
import FlowPlugin
import FlowTransport

/// `sms`: a text message, its segments counted.
public struct SMSChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  /// More is refused: networks drop or reorder longer ones.
  public static let mostSegments = 10

  private let from: String?
  private let sending: Sending<Line>

  private struct Line: Sendable {
    var service: any SMSService
    var client: HTTPClient
  }

  /// A setting that cannot be used is our mistake: the error's kind is `ours`.
  public init(_ settings: ChannelSettings) throws(ChannelError) {
    let known = [
      "outbox", "send", "rate", "poll", "via", "from", "url", "method", "format", "body", "id", "token", "user",
      "password", "account", "service", "api",
    ]
    try settings.allowOnly(HTTPLimits.settings.union(known))
    if let from = settings["from"] {
      let isName = (1...11).contains(from.utf8.count) && from.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
      guard isName || PhoneNumber(from) != nil else {
        throw ChannelError(
          .ours, "from: \"\(HeaderText(from))\" is neither a number nor a name of up to 11 letters")
      }
    }
    from = settings["from"]
    sending = try Sending(settings) { settings throws(ChannelError) in
      // No network takes a key: a request must not be lost on a connection that is just closing.
      var limits = try HTTPLimits(settings, isPublicOnly: false, keepsConnections: false)
      // A page of what people have written holds hundreds of messages; one that is cut off would come cut off for ever.
      limits.bodyBytes = 10 << 20
      return Line(service: try SMSChannel.service(settings), client: HTTPClient(limits))
    }
  }

  private static func service(_ settings: ChannelSettings) throws(ChannelError) -> any SMSService {
    switch settings["via"] {
    case "twilio": return try Twilio(settings)
    case nil, "gateway": return try SMSGateway(settings)
    case let via?: throw ChannelError(.ours, "via: \"\(HeaderText(via))\" is neither twilio nor gateway")
    }
  }

  public var destination: String? { sending.service.map { HTTPRequest.host(of: $0.service.server) } }
  public var servers: [String] { [sending.service?.service.server].compactMap(\.self) }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    guard !delivery.address.isEmpty else {
      throw ChannelError(.permanent, "\(HeaderText(delivery.recipientName)) has no telephone number")
    }
    guard let number = PhoneNumber(delivery.address) else {
      throw ChannelError(
        .permanent, "\"\(HeaderText(delivery.address))\" is no telephone number in international form (+49 …)"
      )
    }
    let text = PlainText.tidy(delivery.template("body")?.plain ?? "")
    let size = SegmentCount(text)
    guard size.segments <= SMSChannel.mostSegments else {
      throw ChannelError(
        .permanent, "the text makes \(size.segments) segments; at most \(SMSChannel.mostSegments) are sent")
    }
    let message = SMSMessage(to: number.text, from: from, text: text, size: size)
    let body = sending.service?.service.body(message) ?? SMSFile().body(message)
    var shown = [
      Entry.NamedText("body", text), Entry.NamedText("encoding", size.encoding.rawValue),
      Entry.NamedText("segments", String(size.segments)),
    ]
    if let from { shown.append(Entry.NamedText("from", from)) }
    return Rendering(to: number.text, shown: shown, payload: body.bytes, fileExtension: body.fileExtension)
  }

  public func deliver(
    _ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker
  ) async -> Receipt {
    await sending.deliver(rendering, key: key, marker: marker) { line in
      await line.client.send(line.service.request(rendering.payload, key: key), marker: marker)
        .receipt { line.service.receipt($0, to: rendering.to) }
    }
  }

  public var pollSeconds: Int? { sending.service?.service.pollSeconds }

  public func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    guard let line = sending.service else { return Inbound(messages: [], cursor: cursor) }
    return try await line.service.poll(since: cursor, line.client)
  }

  public func close() async { await sending.service?.client.close() }
}
