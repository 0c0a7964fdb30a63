import FlowCore
import FlowPlugin
import FlowTransport

/// `message`: plain text by a messenger.
public struct MessengerChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  /// Those that know people by a telephone number; the others by a handle.
  private static let byNumber: Set<String> = ["whatsapp", "signal", "viber"]

  private let via: String?
  /// By flow.yaml's `via`.
  private let sending: Sending<Line>

  private struct Line: Sendable {
    var service: any MessengerService
    var client: HTTPClient
  }

  /// A setting that cannot be used is our mistake: the error's kind is `ours`.
  public init(_ settings: ChannelSettings) throws(ChannelError) {
    let known = ["outbox", "send", "rate", "poll", "via", "token", "url", "api", "user", "password"]
    try settings.allowOnly(HTTPLimits.settings.union(known))
    via = settings["via"]
    if let via, !MessengerChannel.isName(via) {
      throw ChannelError(.ours, "via: \"\(HeaderText(via))\" is no name of a messenger")
    }
    sending = try Sending(settings) { settings throws(ChannelError) in
      // No messenger takes a key: a request must not be lost on a connection that is just closing.
      var limits = try HTTPLimits(settings, isPublicOnly: false, keepsConnections: false)
      // A page of what people have written holds hundreds of messages; one that is cut off would come cut off for ever.
      limits.bodyBytes = 10 << 20
      return Line(service: try MessengerChannel.service(settings), client: HTTPClient(limits))
    }
  }

  private static func service(_ settings: ChannelSettings) throws(ChannelError) -> any MessengerService {
    switch settings["via"] {
    case nil: throw ChannelError(.ours, "via: is missing; slack, teams, telegram or a gateway's own name")
    case "slack": try Slack(settings)
    case "teams": try Teams(settings)
    case "telegram": try Telegram(settings)
    default: try Gateway(settings)
    }
  }

  public var destination: String? { sending.service.map { HTTPRequest.host(of: $0.service.server) } }
  public var servers: [String] { [sending.service?.service.server].compactMap(\.self) }

  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21..<0x7F).contains($0) }
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    let via = delivery.text("via") ?? self.via
    for name in [via, delivery.text("template")].compactMap(\.self) where !MessengerChannel.isName(name) {
      throw ChannelError(.permanent, "\"\(HeaderText(name))\" is no name of a messenger or a template")
    }
    let to = try MessengerChannel.address(delivery, via)
    let text = PlainText.tidy(delivery.template("body")?.plain ?? "")
    let message = MessengerMessage(
      to: to, text: text, template: delivery.text("template"), references: delivery.thread?.references ?? [])
    var shown = [Entry.NamedText("body", text)]
    for (name, value) in [("via", via), ("template", message.template)] {
      if let value { shown.append(Entry.NamedText(name, value)) }
    }
    // What another messenger would be sent is not known here, and it is not sent.
    let service = via == self.via ? sending.service?.service ?? Gateway(via: via) : Gateway(via: via)
    let payload = try service.body(message).write(pretty: true) + "\n"
    return Rendering(to: to, shown: shown, payload: Array(payload.utf8), fileExtension: "json")
  }

  /// A number where the messenger knows people by it, else their handle where they have one. A number is nobody's chat
  /// with Telegram, or somebody else's.
  private static func address(_ delivery: Delivery, _ via: String?) throws(ChannelError) -> String {
    let byNumber = via.map(Self.byNumber.contains) ?? false
    let handle = delivery.to.text(at: "handle")
    let known = [delivery.to.text(at: byNumber ? "phone" : "handle"), delivery.address, delivery.to.text(at: "phone")]
    guard let address = known.compactMap(\.self).first(where: { !$0.isEmpty }) else {
      throw ChannelError(.permanent, "\(HeaderText(delivery.recipientName)) cannot be reached by a messenger")
    }
    if byNumber || address != handle, let number = PhoneNumber(address) {
      guard via != "telegram" else {
        throw ChannelError(
          .permanent, "\(HeaderText(delivery.recipientName)) has no handle, by which alone Telegram knows people")
      }
      return number.text
    }
    guard !byNumber, HeaderText(address).text == address, !address.utf8.contains(0x20) else {
      throw ChannelError(
        .permanent, "\"\(HeaderText(address))\" is no \(byNumber ? "telephone number" : "number or handle")")
    }
    return address
  }

  public func deliver(
    _ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker
  ) async -> Receipt {
    await sending.deliver(rendering, key: key, marker: marker) { line in
      if let via = rendering.shown.first(where: { $0.name == "via" })?.text, via != self.via {
        return .permanent(because: "flow.yaml says how to send by \(self.via ?? "nothing"), and not by \(via)")
      }
      return await line.client.send(line.service.request(rendering.payload, key: key), marker: marker)
        .receipt { line.service.receipt($0) }
    }
  }

  public var pollSeconds: Int? { sending.service?.service.pollSeconds }

  public func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    guard let line = sending.service else { return Inbound(messages: [], cursor: cursor) }
    return try await line.service.poll(since: cursor, line.client)
  }

  public func close() async { await sending.service?.client.close() }
}
