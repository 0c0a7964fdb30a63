import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime

extension Channels {
  /// A channel for every verb, set up as flow.yaml says, or with defaults. `clock` tells the time of an attempt.
  static func make(project: Project, root: String, clock: any Clock) throws -> [String: any Channel] {
    let files = DiskFiles(root: root)
    func settings(_ name: String, _ values: [String: String]) -> ChannelSettings {
      ChannelSettings(
        name: name, values: values, folder: root, readFile: { try? files.read($0).get() }, now: { clock.now() })
    }
    var channels: [String: any Channel] = [:]
    for shipped in all {
      let entry = project.channels.first { $0.exec == nil && ($0.plugin ?? $0.name) == shipped.plugin }
      channels[shipped.plugin] = try made(shipped.plugin) {
        try shipped.make(settings(shipped.plugin, Channels.settings(entry, root: root)))
      }
    }
    for entry in project.channels {
      guard let exec = entry.exec else { continue }
      var values = Channels.settings(entry, root: root)
      values["exec"] = exec
      let settings = settings(entry.name, values)
      let bytes = try made(entry.name) { try manifest(ofProgram: settings) }
      guard let verb = Compiler.manifest(SourceText(file: exec, utf8: bytes)).0?.verb else { continue }
      if channels[verb] != nil {
        throw Failure.broken("the channel \"\(entry.name)\" cannot be set up: there is a \"\(verb)\" already")
      }
      channels[verb] = try made(entry.name) { try program(settings) }
    }
    return channels
  }

  /// Entries of flow.yaml that a channel cannot be set up with, and secrets that stand there in the open.
  static func problems(project: Project, root: String) -> [Diagnostic] {
    let files = DiskFiles(root: root)
    return twice(project, root) + project.channels.flatMap { entry -> [Diagnostic] in
      let open = entry.settings.filter { isSecret($0.name) && !$0.text.isEmpty && !isKeptElsewhere($0.text) }
      let paces = entry.settings.filter { $0.name == "rate" && perMinute($0.text) == nil }
      var findings = paces.map { setting in
        Diagnostic(
          "channel-setting", at: setting.span, "\"\(setting.text)\" is no rate",
          help: "write `60 a minute`, `10 a second` or `600 an hour`")
      }
      findings += open.map { setting in
        Diagnostic(
          "plain-secret", at: setting.span, "the secret \"\(setting.name)\" stands in the file",
          help: "write ${NAME}, and set NAME in the environment of whoever runs it, or { file: PATH }")
      }
      guard entry.exec == nil, let shipped = named(entry.plugin ?? entry.name) else { return findings }
      let settings = ChannelSettings(
        name: entry.name, values: self.settings(entry, root: root), folder: root,
        readFile: { try? files.read($0).get() }, now: { .epoch })
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

  /// A verb has one channel: of two nobody could say by which a step goes out.
  private static func twice(_ project: Project, _ root: String) -> [Diagnostic] {
    let shipped = Set(all.map(\.plugin))
    var taken: [String: String] = [:]
    return project.channels.compactMap { entry in
      guard let verb = verb(of: entry, root) else { return nil }
      let other = taken[verb] ?? (entry.exec != nil && shipped.contains(verb) ? "the one that is built in" : nil)
      taken[verb] = "\"\(entry.name)\""
      return other.map { other in
        Diagnostic(
          "channel-setting", at: entry.span,
          "the channel \"\(entry.name)\" is a second one for the verb \"\(verb)\", beside \(other)",
          help: "a verb has one channel: take one of them out, or give the program's manifest another verb")
      }
    }
  }

  private static func verb(of entry: Project.Channel, _ root: String) -> String? {
    guard let exec = entry.exec else { return named(entry.plugin ?? entry.name)?.plugin }
    let files = DiskFiles(root: root)
    let settings = ChannelSettings(name: entry.name, values: ["exec": exec], folder: root) { try? files.read($0).get() }
    guard let bytes = try? manifest(ofProgram: settings) else { return nil }
    return Compiler.manifest(SourceText(file: exec, utf8: bytes)).0?.verb
  }

  /// `rate: 60 a minute` (a second, an hour) of the channel with this verb, in hand-overs a minute; nil where none, or
  /// none that can be read, is given.
  static func rate(_ project: Project, _ verb: String, root: String) -> Int? {
    let entry = project.channels.first { self.verb(of: $0, root) == verb }
    return entry?.setting("rate").flatMap { perMinute($0.text) }
  }

  private static func perMinute(_ text: String) -> Int? {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3, words[0].utf8.count < 7, let number = Int(words[0]), number > 0 else { return nil }
    switch words[1...].joined(separator: " ") {
    case "a second": return number * 60
    case "a minute": return number
    case "an hour": return max(1, number / 60)
    default: return nil
    }
  }

  private static func isSecret(_ name: String) -> Bool {
    ["password", "secret", "token", "key", "api-key", "api_key"].contains { name == $0 || name.hasSuffix("-" + $0) }
  }

  private static func isKeptElsewhere(_ text: String) -> Bool { text.hasPrefix("${") || text.hasPrefix("file: ") }

  private static func made<T>(_ name: String, _ make: () throws -> T) throws -> T {
    do { return try make() } catch { throw Failure.broken("the channel \"\(name)\" cannot be set up: \(error)") }
  }

  /// Settings with `${NAME}` from the environment put in, and `file: PATH` from the file, which may lie outside the
  /// project (`/run/secrets/smtp`); a secret that is not there is empty.
  static func settings(_ entry: Project.Channel?, root: String) -> [String: String] {
    var values: [String: String] = [:]
    for setting in entry?.settings ?? [] { values[setting.name] = resolved(setting.text, root) }
    return values
  }

  private static func resolved(_ text: String, _ root: String) -> String {
    if text.hasPrefix("${"), text.hasSuffix("}") {
      return Output.environment(String(text.dropFirst(2).dropLast())) ?? ""
    }
    guard text.hasPrefix("file: ") else { return text }
    let path = String(text.dropFirst("file: ".count))
    guard let bytes = try? Input.bytes(path.hasPrefix("/") ? path : root + "/" + path) else { return "" }
    // Whoever writes a secret into a file ends the line.
    var secret = bytes[...]
    while let last = secret.last, last == 0x0A || last == 0x0D { secret.removeLast() }
    return String(decoding: secret, as: UTF8.self)
  }
}
