import FlowCore
import FlowPlugin

/// `notify`, and `escalate` where it names no other channel: tells a person something.
public struct NotificationChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  private let via: String?
  private let folder: FolderDelivery

  public init(_ settings: ChannelSettings) throws(ChannelError) {
    via = settings["via"].map { HeaderText($0).text }
    folder = FolderDelivery(settings)
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    let to = try NotificationChannel.address(delivery)
    let text = PlainText.tidy(delivery.template("say")?.plain ?? "")
    let via = delivery.text("via").map { HeaderText($0).text } ?? via
    var message = [
      JSONMember("to", .string(to)), JSONMember("name", .string(HeaderText(delivery.recipientName).text)),
    ]
    var shown = [Entry.NamedText("say", text)]
    if let via {
      message.append(JSONMember("via", .string(via)))
      shown.append(Entry.NamedText("via", via))
    }
    message += [
      JSONMember("title", .string(HeaderText("\(delivery.workflow): \(delivery.step)").text)),
      JSONMember("text", .string(text)),
    ]
    if !delivery.outcomes.isEmpty {
      message.append(JSONMember("outcomes", .array(delivery.outcomes.map { .string($0) })))
    }
    let payload = JSONValue.object(message).write(pretty: true) + "\n"
    return Rendering(to: to, shown: shown, payload: Array(payload.utf8), fileExtension: "json")
  }

  /// The address that the engine found, or whatever is known of the person. One line without blanks, or,
  /// where only the name is known, the name.
  private static func address(_ delivery: Delivery) throws(ChannelError) -> String {
    let known = ["email", "handle", "phone", "name"].compactMap { delivery.to.text(at: $0) }
    guard let address = ([delivery.address].filter { !$0.isEmpty } + known).first else {
      throw ChannelError(.permanent, "nobody is named who is told")
    }
    guard HeaderText(address).text == address else {
      throw ChannelError(
        .permanent, "\"\(HeaderText(address))\" is no address: it holds a line break or the like")
    }
    return address
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
    folder.deliver(rendering, key: key)
  }
}
