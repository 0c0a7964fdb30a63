import FlowCore
import FlowPlugin
import FlowTransport
import Glibc

/// `notify`, and `escalate` where it names no other channel: tells a person something.
public struct NotificationChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  /// How a person is really told.
  private enum Way: Sendable {
    case ntfy(Ntfy)
    case desktop(Desktop)
    case standardError
  }

  private let via: String?
  private let sending: Sending<Way>

  /// A setting that cannot be used is our mistake: the error's kind is `ours`.
  public init(_ settings: ChannelSettings) throws(ChannelError) {
    let known = ["outbox", "send", "rate", "via", "url", "topic", "token", "user", "password", "program"]
    try settings.allowOnly(HTTPLimits.settings.union(known))
    via = settings["via"].map { HeaderText($0).text }
    sending = try Sending(settings) { settings throws(ChannelError) in try NotificationChannel.way(settings) }
  }

  private static func way(_ settings: ChannelSettings) throws(ChannelError) -> Way {
    switch settings["via"] {
    case "ntfy": .ntfy(try Ntfy(settings))
    case "desktop": .desktop(settings["program"].map(Desktop.init) ?? Desktop())
    case "stderr": .standardError
    default: throw ChannelError(.ours, "via: should be ntfy, desktop or stderr where it sends")
    }
  }

  public var destination: String? {
    switch sending.service {
    case .ntfy(let ntfy)?: HTTPRequest.host(of: ntfy.server)
    case .desktop?: "the desktop"
    case .standardError?: "standard error"
    case nil: nil
    }
  }

  public var servers: [String] {
    if case .ntfy(let ntfy)? = sending.service { [ntfy.server] } else { [] }
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    let to = try NotificationChannel.address(delivery)
    let text = PlainText.tidy(delivery.template("say")?.plain ?? "")
    let via = delivery.text("via").map { HeaderText($0).text } ?? via
    let title = HeaderText("\(delivery.workflow): \(delivery.step)").text
    var shown = [Entry.NamedText("say", text)]
    if let via { shown.append(Entry.NamedText("via", via)) }
    let message: JSONValue
    if case .ntfy(let ntfy)? = sending.service, via == self.via {
      message = try ntfy.body(title: title, text: text, handle: delivery.to.text(at: "handle"))
    } else {
      message = NotificationChannel.card(delivery, to: to, via: via, title: title, text: text)
    }
    let payload = message.write(pretty: true) + "\n"
    return Rendering(to: to, shown: shown, payload: Array(payload.utf8), fileExtension: "json")
  }

  private static func card(
    _ delivery: Delivery, to: String, via: String?, title: String, text: String
  ) -> JSONValue {
    var card = [
      JSONMember("to", .string(to)), JSONMember("name", .string(HeaderText(delivery.recipientName).text)),
    ]
    if let via { card.append(JSONMember("via", .string(via))) }
    card += [JSONMember("title", .string(title)), JSONMember("text", .string(text))]
    if !delivery.outcomes.isEmpty {
      card.append(JSONMember("outcomes", .array(delivery.outcomes.map { .string($0) })))
    }
    return .object(card)
  }

  /// The address that the engine found, or whatever is known of the person. One line without blanks, or,
  /// where only the name is known, the name.
  private static func address(_ delivery: Delivery) throws(ChannelError) -> String {
    guard let address = delivery.address.isEmpty ? known(delivery.to) : delivery.address else {
      throw ChannelError(.permanent, "nobody is named who is told")
    }
    guard HeaderText(address).text == address else {
      throw ChannelError(
        .permanent, "\"\(HeaderText(address))\" is no address: it holds a line break or the like")
    }
    return address
  }

  private static func known(_ person: Value) -> String? {
    ["email", "handle", "phone", "name"].lazy.compactMap { person.text(at: $0) }.first
  }

  public func deliver(
    _ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker
  ) async -> Receipt {
    await sending.deliver(rendering, key: key, marker: marker) { way in
      if let via = rendering.shown.first(where: { $0.name == "via" })?.text, via != self.via {
        return .permanent(
          because: "flow.yaml says how to tell people by \(self.via ?? "nothing"), and not by \(via)")
      }
      return await NotificationChannel.tell(rendering, way, marker: marker)
    }
  }

  private static func tell(_ rendering: Rendering, _ way: Way, marker: @escaping Marker) async -> Receipt {
    let (title, text) = words(rendering)
    switch way {
    case .ntfy(let ntfy): return await ntfy.deliver(rendering.payload, marker: marker)
    case .desktop(let desktop): return await desktop.deliver(title: title, text: text, marker: marker)
    case .standardError:
      guard await marker() else { return .withheld }
      return tell("\(rendering.to): \(title): \(HeaderText(text))\n")
    }
  }

  private static func words(_ rendering: Rendering) -> (title: String, text: String) {
    let card = try? JSONReader.read(rendering.payload)
    return (card?.text("title") ?? "flow", card?.text("text") ?? "")
  }

  /// One line, in one piece, on standard error.
  private static func tell(_ line: String) -> Receipt {
    let bytes = Array(line.utf8)
    return write(2, bytes, bytes.count) == bytes.count
      ? .accepted(id: "") : .temporary(after: nil, because: "standard error cannot be written")
  }

  public func close() async { if case .ntfy(let ntfy)? = sending.service { await ntfy.close() } }
}
