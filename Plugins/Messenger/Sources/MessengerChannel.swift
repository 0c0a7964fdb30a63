import FlowCore
import FlowPlugin

/// `message`: plain text by a messenger.
public struct MessengerChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  /// Those that know people by a telephone number; the others by a handle.
  private static let byNumber: Set<String> = ["whatsapp", "signal", "viber"]

  private let via: String?
  private let folder: FolderDelivery

  public init(_ settings: ChannelSettings) throws(ChannelError) {
    via = settings["via"]
    if let via, !MessengerChannel.isName(via) {
      throw ChannelError(.ours, "via: \"\(HeaderText(via))\" is no name of a messenger")
    }
    folder = FolderDelivery(settings)
  }

  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21..<0x7F).contains($0) }
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    let via = delivery.text("via") ?? self.via
    for name in [via, delivery.text("template")].compactMap(\.self) where !MessengerChannel.isName(name) {
      throw ChannelError(.ours, "\"\(HeaderText(name))\" is no name of a messenger or a template")
    }
    let to = try MessengerChannel.address(delivery, via)
    let text = PlainText.tidy(delivery.template("body")?.plain ?? "")
    var message = [JSONMember("to", .string(to))]
    var shown = [Entry.NamedText("body", text)]
    for (name, value) in [("via", via), ("template", delivery.text("template"))] {
      guard let value else { continue }
      message.append(JSONMember(name, .string(value)))
      shown.append(Entry.NamedText(name, value))
    }
    message.append(JSONMember("text", .string(text)))
    let payload = JSONValue.object(message).write(pretty: true) + "\n"
    return Rendering(to: to, shown: shown, payload: Array(payload.utf8), fileExtension: "json")
  }

  /// A number where the messenger knows people by it, else their handle where they have one.
  private static func address(_ delivery: Delivery, _ via: String?) throws(ChannelError) -> String {
    let byNumber = via.map(Self.byNumber.contains) ?? false
    let handle = byNumber ? nil : delivery.to.text(at: "handle")
    let address =
      handle ?? (delivery.address.isEmpty ? delivery.to.text(at: "phone") ?? "" : delivery.address)
    guard !address.isEmpty else {
      throw ChannelError(.permanent, "\(HeaderText(delivery.recipientName)) cannot be reached by a messenger")
    }
    if let number = PhoneNumber(address) { return number.text }
    guard !byNumber, HeaderText(address).text == address, !address.utf8.contains(0x20) else {
      throw ChannelError(
        .permanent, "\"\(HeaderText(address))\" is no \(byNumber ? "telephone number" : "number or handle")")
    }
    return address
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
    folder.deliver(rendering, key: key)
  }
}
