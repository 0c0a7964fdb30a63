import EmailChannel
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowSimulation
import FlowTime
import Foundation
import MessengerChannel
import NotificationChannel
import SMSChannel
import TasksChannel
import WebhookChannel

/// A folder of workflow files, compiled and run with the channels that ship.
struct Corpus {
  static let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
  static let root = tests.deletingLastPathComponent().deletingLastPathComponent()
  static let zones = SystemZones()

  let project: Project
  let compilation: Compilation
  let channels: [String: any Channel]

  /// - Parameters:
  ///   - folder: the project's, below this target's.
  ///   - only: its one workflow file that is compiled; all where nil.
  init(_ folder: String, only: String? = nil) throws {
    let disk = DiskFiles(root: Corpus.tests.appending(path: folder).path)
    let read: @Sendable (String) -> [UInt8]? = { try? disk.read($0).get() }
    var project = Project()
    if let bytes = read("flow.yaml") {
      let source = SourceText(file: "flow.yaml", utf8: bytes)
      project = Compiler.project(source, files: disk, zones: Corpus.zones).0
    }
    self.project = project
    channels = try Corpus.channels(project, folder: disk.root ?? ".", read)
    let files = disk.list("").filter { $0.hasSuffix(".yaml") && $0 != "flow.yaml" }
    compilation = Compiler.compile(
      CompilerInput(
        files: only.map { [$0] } ?? files, project: project, manifests: Corpus.manifests, zones: Corpus.zones,
        source: disk))
  }

  var simulator: Simulator {
    Simulator(
      graphs: compilation.workflows.map(\.graph), channels: channels, caps: project.caps, zones: Corpus.zones)
  }

  var errors: [Diagnostic] { compilation.diagnostics.filter { $0.severity == .error } }

  func workflow(_ name: String) -> CompiledWorkflow? {
    compilation.workflows.first { $0.graph.workflow == name }
  }

  // MARK: Channels

  private static let manifestBytes = [
    EmailChannel.manifest, SMSChannel.manifest, MessengerChannel.manifest, CallChannel.manifest,
    TaskChannel.manifest, NotificationChannel.manifest, WebhookChannel.manifest,
  ]

  static let manifests = manifestBytes.compactMap {
    Compiler.manifest(SourceText(file: "manifest.yaml", utf8: $0)).0
  }

  private static func channels(
    _ project: Project, folder: String, _ read: @escaping @Sendable (String) -> [UInt8]?
  ) throws -> [String: any Channel] {
    func settings(_ verb: String) -> ChannelSettings {
      let entry = project.channels.first { $0.name == verb }
      let values = (entry?.settings ?? []).map { ($0.name, $0.text) }
      return ChannelSettings(
        name: verb, values: Dictionary(values, uniquingKeysWith: { $1 }), folder: folder, readFile: read)
    }
    return [
      "email": try EmailChannel(settings("email")), "sms": try SMSChannel(settings("sms")),
      "message": try MessengerChannel(settings("message")), "call": try CallChannel(settings("call")),
      "task": try TaskChannel(settings("task")), "notify": try NotificationChannel(settings("notify")),
      "webhook": try WebhookChannel(settings("webhook")),
    ]
  }

  // MARK: Files

  /// Names of what a folder below this target's holds, sorted.
  static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: tests.appending(path: folder).path).sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: tests.appending(path: path), encoding: .utf8)
  }
}
