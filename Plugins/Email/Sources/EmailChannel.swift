import FlowCore
import FlowPlugin

/// `email`: a message as RFC 5322 has it, text and HTML made from Markdown.
public struct EmailChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  private let settings: EmailSettings
  private let folder: FolderDelivery

  /// A setting that cannot be used is our mistake: the error's kind is `ours`.
  public init(_ settings: ChannelSettings) throws(ChannelError) {
    self.settings = try EmailSettings(settings)
    folder = FolderDelivery(settings)
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    try EmailMessage(delivery, settings).rendering
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
    folder.deliver(rendering, key: key)
  }
}

/// What flow.yaml says under `channels: email:`.
struct EmailSettings: Sendable {
  var from: Mailbox?
  var replyTo: Mailbox?
  /// Text that ends every mail; Markdown.
  var signature: String
  var signatureHTML: String
  /// `https:` or `mailto:`, of printable ASCII; `{id}` is the message's own id.
  var unsubscribe: String?
  var readFile: @Sendable (String) -> [UInt8]?

  init(_ settings: ChannelSettings) throws(ChannelError) {
    readFile = settings.readFile
    from = try EmailSettings.mailbox(settings, "from")
    replyTo = try EmailSettings.mailbox(settings, "reply-to")
    signature = try EmailSettings.signature(settings)
    signatureHTML = Markdown.html(RenderedText(signature))
    unsubscribe = try EmailSettings.unsubscribe(settings)
  }

  private static func mailbox(_ settings: ChannelSettings, _ name: String) throws(ChannelError) -> Mailbox? {
    guard let text = settings[name] else { return nil }
    if let mailbox = Mailbox(setting: text) { return mailbox }
    throw ChannelError(
      .ours, "\(name): \"\(HeaderText(text))\" is no sender; write Acme Sales <sales@acme.test>")
  }

  /// A path of one line that ends in `.md` or `.txt`, or the text itself.
  private static func signature(_ settings: ChannelSettings) throws(ChannelError) -> String {
    guard let setting = settings["signature"] else { return "" }
    let isPath =
      (setting.hasSuffix(".md") || setting.hasSuffix(".txt")) && !setting.utf8.contains { $0 <= 0x20 }
    guard isPath else { return PlainText.tidy(setting) }
    guard let bytes = settings.readFile(setting) else {
      throw ChannelError(.ours, "signature: there is no file \(setting)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ChannelError(.ours, "signature: \(setting) is not UTF-8")
    }
    return PlainText.tidy(text)
  }

  private static func unsubscribe(_ settings: ChannelSettings) throws(ChannelError) -> String? {
    guard let text = settings["unsubscribe"] else { return nil }
    let isLink = text.hasPrefix("https://") || text.hasPrefix("mailto:")
    guard isLink, text.utf8.count <= 800,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") })
    else {
      throw ChannelError(
        .ours, "unsubscribe: \"\(HeaderText(text))\" is neither an https: nor a mailto: address")
    }
    return text
  }
}
