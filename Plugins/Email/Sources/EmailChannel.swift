import FlowCore
import FlowPlugin
import FlowTransport

/// `email`: a message as RFC 5322 has it, text and HTML made from Markdown; sent by SMTP where flow.yaml says
/// `send: true`, else put into a folder. Answers are read by IMAP.
public struct EmailChannel: Channel {
  public static let manifest = PackageResources.manifest_yaml
  public var manifest: [UInt8] { Self.manifest }

  public let destination: String?
  public let servers: [String]
  public let pollSeconds: Int?

  private let settings: EmailSettings
  private let folder: FolderDelivery
  private let sender: MailSender?
  private let inbox: EmailInbox?

  /// A setting that cannot be used is our mistake: the error's kind is `ours`. Nothing is connected to yet,
  /// and a password may be missing: a dry run needs none.
  public init(_ settings: ChannelSettings) throws(ChannelError) {
    let read = try EmailSettings(settings)
    self.settings = read
    folder = FolderDelivery(settings)
    sender = read.sendsTo.map(MailSender.init)
    destination = read.sendsTo?.shown
    servers = [read.sendsTo, read.mailbox?.server].compactMap(\.self).map(\.url)
    inbox = try read.mailbox.map { mailbox throws(ChannelError) in try EmailInbox(mailbox, read.reading) }
    pollSeconds = read.mailbox?.seconds
  }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    try EmailMessage(delivery, settings).rendering
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard let sender, let server = settings.sendsTo else {
      return await folder.deliver(rendering, key: key, marker: marker)
    }
    if let problem = EmailSettings.signInProblem(server) { return .ours(because: problem) }
    guard let mail = Envelope.open(rendering) else {
      return .permanent(because: "the message has no envelope: it was not rendered by this channel")
    }
    return await sender.send(mail, marker: marker)
  }

  public func copies(of rendering: Rendering) -> [String] { Envelope.copies(of: rendering).map(\.text) }

  public func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    guard let inbox else { return Inbound(messages: [], cursor: cursor) }
    return try await inbox.read(since: cursor)
  }

  public func close() async {
    await sender?.close()
    await inbox?.close()
  }
}
