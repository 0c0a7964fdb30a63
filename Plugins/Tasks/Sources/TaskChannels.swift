import FlowCore
import FlowPlugin
import FlowTime

/// `call`: a person telephones somebody.
public struct CallChannel: Channel {
  public static let manifest = PackageResources.call_yaml
  public var manifest: [UInt8] { Self.manifest }
  private let folder: FolderDelivery

  public init(_ settings: ChannelSettings) throws(ChannelError) {
    try settings.allowOnly(["outbox", "rate"])
    folder = FolderDelivery(settings)
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    // A person may find out a number that nobody wrote down; one that is written down is one.
    var number = ""
    if !delivery.address.isEmpty {
      guard let phone = PhoneNumber(delivery.address) else {
        throw ChannelError(
          .permanent,
          "\"\(HeaderText(delivery.address))\" is no telephone number in international form (+49 …)")
      }
      number = phone.text
    }
    let who = HeaderText(delivery.to.text(at: "name") ?? number)
    return try TaskCard(
      delivery, to: number, about: "Call \(who)" + (number.isEmpty ? "" : ", \(number)"), main: "script"
    ).rendering
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    await folder.deliver(rendering, key: key, marker: marker)
  }
}

/// `task`: a person does something.
public struct TaskChannel: Channel {
  public static let manifest = PackageResources.task_yaml
  public var manifest: [UInt8] { Self.manifest }
  private let folder: FolderDelivery

  public init(_ settings: ChannelSettings) throws(ChannelError) {
    try settings.allowOnly(["outbox", "rate"])
    folder = FolderDelivery(settings)
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    try TaskCard(delivery, to: "", about: nil, main: "say").rendering
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    await folder.deliver(rendering, key: key, marker: marker)
  }
}

/// What a person is given: who does it, whom it is about, what is to be said or done, and what may come of
/// it.
struct TaskCard {
  let rendering: Rendering

  init(_ delivery: Delivery, to: String, about: String?, main: String) throws(ChannelError) {
    guard let by = delivery.by ?? delivery.value("by"), let name = by.text(at: "name") ?? by.text else {
      throw ChannelError(.permanent, "nobody is named who does it")
    }
    let text = delivery.template(main).map { PlainText.tidy($0.plain) }
    var card = [JSONMember("verb", .string(delivery.verb)), JSONMember("step", .string(delivery.step))]
    func add(_ name: String, _ text: String?) {
      if let text, !text.isEmpty { card.append(JSONMember(name, .string(text))) }
    }
    add("by", HeaderText(name).text)
    add("by-email", by.text(at: "email").map { HeaderText($0).text })
    add("about", about)
    add("contact", delivery.contact.text(at: "name").map { HeaderText($0).text })
    add(main, text)
    add("until", delivery.until?.rfc3339(in: .utc))
    card.append(JSONMember("outcomes", .array(delivery.outcomes.map { .string($0) })))
    var shown: [Entry.NamedText] = []
    if let text { shown.append(Entry.NamedText(main, text)) }
    if !to.isEmpty { shown.append(Entry.NamedText("phone", to)) }
    let payload = JSONValue.object(card).write(pretty: true) + "\n"
    rendering = Rendering(to: to, shown: shown, payload: Array(payload.utf8), fileExtension: "json")
  }
}
