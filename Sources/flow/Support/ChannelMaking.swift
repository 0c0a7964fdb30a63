import FlowCompiler
import FlowCore
import FlowPlugin

extension Channels {
  /// A channel for every verb, set up as flow.yaml says, or with defaults.
  static func make(project: Project, root: String) throws -> [String: any Channel] {
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

  /// Entries of flow.yaml that a channel cannot be set up with, and secrets that stand there in the open.
  static func problems(project: Project, root: String) -> [Diagnostic] {
    let files = DiskFiles(root: root)
    return project.channels.flatMap { entry -> [Diagnostic] in
      let open = entry.settings.filter { isSecret($0.name) && !$0.text.hasPrefix("${") && !$0.text.isEmpty }
      var findings = open.map { setting in
        Diagnostic(
          "plain-secret", at: setting.span, "the secret \"\(setting.name)\" stands in the file",
          help: "write ${NAME}, and set NAME in the environment of whoever runs it")
      }
      guard entry.exec == nil, let shipped = named(entry.plugin ?? entry.name) else { return findings }
      let settings = ChannelSettings(name: entry.name, values: self.settings(entry), folder: root) {
        try? files.read($0).get()
      }
      do throws(ChannelError) {
        _ = try shipped.make(settings)
      } catch {
        findings.append(
          Diagnostic(
            "channel-setting", at: entry.span, "the channel \"\(entry.name)\" cannot be set up: \(error.text)",
            help: "`flow plugin check \(entry.name)` tries it; Plugins/ has a README for each"))
      }
      return findings
    }
  }

  private static func isSecret(_ name: String) -> Bool {
    ["password", "secret", "token", "key", "api-key", "api_key"].contains(name)
  }

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
