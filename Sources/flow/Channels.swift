import EmailChannel
import ExecChannel
import FlowCompiler
import FlowCore
import FlowPlugin
import MessengerChannel
import NotificationChannel
import SMSChannel
import TasksChannel
import WebhookChannel

/// The channels that are built in, a line each. One in another language needs no line: it is named in
/// flow.yaml.
enum Channels {
  static let all: [ShippedChannel] = [
    ShippedChannel("email", EmailChannel.manifest) { settings throws(ChannelError) in
      try EmailChannel(settings)
    },
    ShippedChannel("sms", SMSChannel.manifest) { settings throws(ChannelError) in try SMSChannel(settings) },
    ShippedChannel("message", MessengerChannel.manifest) { settings throws(ChannelError) in
      try MessengerChannel(settings)
    },
    ShippedChannel("call", CallChannel.manifest) { settings throws(ChannelError) in try CallChannel(settings)
    },
    ShippedChannel("task", TaskChannel.manifest) { settings throws(ChannelError) in try TaskChannel(settings)
    },
    ShippedChannel("notify", NotificationChannel.manifest) { settings throws(ChannelError) in
      try NotificationChannel(settings)
    },
    ShippedChannel("webhook", WebhookChannel.manifest) { settings throws(ChannelError) in
      try WebhookChannel(settings)
    },
  ]

  static func named(_ plugin: String) -> ShippedChannel? { all.first { $0.plugin == plugin } }

  /// A program's channel (`exec:` of flow.yaml, in `settings["exec"]`): nothing is started before it is used.
  static func program(
    _ settings: ChannelSettings, patience: Swift.Duration? = nil
  ) throws(ChannelError) -> any Channel {
    var program = try ExecChannel(settings)
    program.patience = patience
    return program
  }

  /// Its manifest; nothing is started.
  static func manifest(ofProgram settings: ChannelSettings) throws(ChannelError) -> [UInt8] {
    try ExecChannel.readManifest(settings)
  }

  /// Every manifest a project's files are checked against, with the path its findings bear: those that are
  /// built in, then those of the programs that flow.yaml names. One that cannot be read is a finding there.
  static func manifests(project: Project, disk: DiskFiles) -> (read: [SourceText], findings: [Diagnostic]) {
    var read = all.map { SourceText(file: "\($0.plugin).manifest.yaml", utf8: $0.manifest) }
    var findings: [Diagnostic] = []
    var verbs = Set(all.map(\.plugin))
    let folder = project.file.flatMap { file in file.lastIndex(of: "/").map { file[...$0] } } ?? ""
    for channel in project.channels {
      guard let exec = channel.exec else { continue }
      let settings = ChannelSettings(name: channel.name, values: ["exec": exec]) {
        try? disk.read(folder + $0).get()
      }
      do throws(ChannelError) {
        let path = "\(folder)\(ExecChannel.manifestPath(of: exec))"
        let source = SourceText(file: path, utf8: try ExecChannel.readManifest(settings))
        if let verb = Compiler.manifest(source).0?.verb, !verbs.insert(verb).inserted {
          findings.append(taken(verb, channel, path))
        } else {
          read.append(source)
        }
      } catch {
        findings.append(
          Diagnostic(
            "file-problem", at: channel.span, "the manifest of the channel \"\(channel.name)\" cannot be read",
            notes: [.init(error.text)],
            help:
              "put \"\(ExecChannel.manifestPath(of: exec))\" beside flow.yaml: what a channel can do is read without "
              + "starting it"))
      }
    }
    return (read, findings)
  }

  /// Two channels of one verb: which of them a step means would be anybody's guess.
  private static func taken(_ verb: String, _ channel: Project.Channel, _ path: String) -> Diagnostic {
    Diagnostic(
      "channel-setting", at: channel.span,
      "the channel \"\(channel.name)\" cannot be set up: there is a channel \"\(verb)\" already",
      notes: [.init("\(path) says `verb: \(verb)`")],
      help: "give the program's manifest a verb of its own; steps are called by it")
  }
}

/// A channel that is built in: its manifest is known without making one.
struct ShippedChannel: Sendable {
  /// Its verb, and its name for `plugin:` in flow.yaml.
  let plugin: String
  /// The bytes of its manifest.
  let manifest: [UInt8]
  let make: @Sendable (ChannelSettings) throws(ChannelError) -> any Channel

  init(
    _ plugin: String, _ manifest: [UInt8],
    make: @escaping @Sendable (ChannelSettings) throws(ChannelError) -> any Channel
  ) {
    self.plugin = plugin
    self.manifest = manifest
    self.make = make
  }
}
