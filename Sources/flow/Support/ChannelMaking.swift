import FlowCompiler
import FlowCore
import FlowPlugin

extension Channels {
  /// A channel for every verb, set up as flow.yaml says, or with defaults.
  static func make(project: Project, root: String, disk: DiskFiles) throws -> [String: any Channel] {
    let files = DiskFiles(root: root)
    let read: @Sendable (String) -> [UInt8]? = { try? files.read($0).get() }
    var channels: [String: any Channel] = [:]
    for shipped in all {
      let entry = project.channels.first { $0.exec == nil && ($0.plugin ?? $0.name) == shipped.plugin }
      channels[shipped.plugin] = try made(shipped.plugin) {
        try shipped.make(ChannelSettings(name: shipped.plugin, values: Channels.settings(entry), folder: root, readFile: read))
      }
    }
    for entry in project.channels {
      guard let exec = entry.exec else { continue }
      var values = Channels.settings(entry)
      values["exec"] = exec
      let settings = ChannelSettings(name: entry.name, values: values, folder: root, readFile: read)
      let bytes = try made(entry.name) { try manifest(ofProgram: settings) }
      guard let verb = Compiler.manifest(SourceText(file: exec, utf8: bytes)).0?.verb else { continue }
      channels[verb] = try made(entry.name) { try program(settings) }
    }
    return channels
  }

  /// A program's channel: what becomes of its key only its manifest knows.
  static func isForeign(_ verb: String) -> Bool { named(verb) == nil }

  private static func made<T>(_ name: String, _ make: () throws -> T) throws -> T {
    do { return try make() } catch { throw Failure.broken("the channel \"\(name)\" cannot be set up: \(error)") }
  }

  /// Settings with `${NAME}` from the environment put in; a secret that is not set is empty.
  static func settings(_ entry: Project.Channel?) -> [String: String] {
    var values: [String: String] = [:]
    for setting in entry?.settings ?? [] { values[setting.name] = resolved(setting.text) }
    return values
  }

  private static func resolved(_ text: String) -> String {
    guard text.hasPrefix("${"), text.hasSuffix("}") else { return text }
    return Output.environment(String(text.dropFirst(2).dropLast())) ?? ""
  }
}
