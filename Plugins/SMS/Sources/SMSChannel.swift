import FlowCore
import FlowPlugin

/// `sms`: a text message, its segments counted.
public struct SMSChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  /// More is refused: networks drop or reorder longer ones.
  public static let mostSegments = 10

  private let from: String?
  private let folder: FolderDelivery

  public init(_ settings: ChannelSettings) throws(ChannelError) {
    if let from = settings["from"] {
      let isName = (1...11).contains(from.utf8.count) && from.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
      guard isName || PhoneNumber(from) != nil else {
        throw ChannelError(
          .ours, "from: \"\(HeaderText(from))\" is neither a number nor a name of up to 11 letters")
      }
    }
    from = settings["from"]
    folder = FolderDelivery(settings)
  }

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
    var message = [JSONMember("to", .string(number.text))]
    if let from { message.append(JSONMember("from", .string(from))) }
    message += [
      JSONMember("text", .string(text)), JSONMember("encoding", .string(size.encoding.rawValue)),
      JSONMember("segments", .number(String(size.segments))),
    ]
    var shown = [
      Entry.NamedText("body", text), Entry.NamedText("encoding", size.encoding.rawValue),
      Entry.NamedText("segments", String(size.segments)),
    ]
    if let from { shown.append(Entry.NamedText("from", from)) }
    let payload = JSONValue.object(message).write(pretty: true) + "\n"
    return Rendering(to: number.text, shown: shown, payload: Array(payload.utf8), fileExtension: "json")
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
    folder.deliver(rendering, key: key)
  }
}
