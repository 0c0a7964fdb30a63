import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime

extension Channels {
  /// A channel for every verb, set up as flow.yaml says, or with defaults. `clock` tells the time of an attempt.
  /// - Parameter patience: how long a program may hold up others while it renders.
  static func make(
    project: Project, root: String, clock: any Clock, patience: Swift.Duration? = nil
  ) throws -> [String: any Channel] {
    let files = DiskFiles(root: root)
    func settings(_ name: String, _ values: [String: String], _ secrets: SecretValues) -> ChannelSettings {
      ChannelSettings(
        name: name, values: values, secrets: secrets, folder: root, readFile: { try? files.read($0).get() },
        now: { clock.now() })
    }
    func discreet(_ channel: any Channel, _ secrets: SecretValues) -> any Channel {
      secrets.isEmpty ? channel : DiscreetChannel(channel, secrets)
    }
    var channels: [String: any Channel] = [:]
    for shipped in all {
      let entry = entry(of: shipped.plugin, project, root: root).flatMap { $0.exec == nil ? $0 : nil }
      let secrets = secrets(entry, root: root)
      channels[shipped.plugin] = try made(shipped.plugin, secrets) {
        discreet(try shipped.make(settings(shipped.plugin, Channels.settings(entry, root: root), secrets)), secrets)
      }
    }
    for entry in project.channels {
      guard let exec = entry.exec else { continue }
      var values = Channels.settings(entry, root: root)
      values["exec"] = exec
      let secrets = secrets(entry, root: root)
      let settings = settings(entry.name, values, secrets)
      let bytes = try made(entry.name, secrets) { try manifest(ofProgram: settings) }
      guard let verb = Compiler.manifest(SourceText(file: exec, utf8: bytes)).0?.verb else { continue }
      if channels[verb] != nil {
        throw Failure.broken("the channel \"\(entry.name)\" cannot be set up: there is a \"\(verb)\" already")
      }
      channels[verb] = try made(entry.name, secrets) { discreet(try program(settings, patience: patience), secrets) }
    }
    return channels
  }

  /// Entries of flow.yaml that a channel cannot be set up with, and secrets that stand there in the open.
  static func problems(project: Project, root: String) -> [Diagnostic] {
    let files = DiskFiles(root: root)
    return twice(project, root)
      + project.channels.flatMap { entry -> [Diagnostic] in
        let open = entry.settings.filter { isSecret($0.name, of: entry) && !$0.text.isEmpty && Keeping($0.text) == nil }
        let paces = entry.settings.filter { $0.name == "rate" && perMinute($0.text) == nil }
        var findings = paces.map { setting in
          Diagnostic(
            "channel-setting", at: setting.span, "\"\(setting.text)\" is no rate",
            help: "write `60 a minute`, `10 a second` or `600 an hour`")
        }
        let partly = entry.settings.filter { Keeping.isInside($0.text) }
        findings += partly.map { setting in
          Diagnostic(
            "channel-setting", at: setting.span,
            "\"\(setting.name)\" has ${…} inside a longer value, where nothing is put in",
            help: "write \(setting.name): ${NAME} alone, with the whole value in the environment, or { file: PATH }")
        }
        findings += open.filter { !Keeping.isInside($0.text) }.map { setting in
          Diagnostic(
            "plain-secret", at: setting.span, "the secret \"\(setting.name)\" stands in the file",
            help: "write ${NAME}, and set NAME in the environment of whoever runs it, or { file: PATH }")
        }
        guard entry.exec == nil, let shipped = named(entry.plugin ?? entry.name) else { return findings }
        let secrets = secrets(entry, root: root)
        let settings = ChannelSettings(
          name: entry.name, values: self.settings(entry, root: root), folder: root,
          readFile: { try? files.read($0).get() }, now: { .epoch })
        do throws(ChannelError) {
          _ = try shipped.make(settings)
        } catch {
          let text = secrets.hidden(in: open.reduce(error.text) { $0.replacing($1.text, with: "…") })
          findings.append(
            Diagnostic(
              "channel-setting", at: entry.span, "the channel \"\(entry.name)\" cannot be set up: \(text)",
              help: "`flow plugin check \(entry.name)` tries it; Plugins/ has a README for each"))
        }
        return findings
      }
  }

  /// Steps by channels that are built in and have no entry in flow.yaml, where others send for real.
  static func unnamed(in graphs: [Graph], project: Project, root: String) -> [Diagnostic] {
    let live = project.channels.filter { $0.setting("send")?.text == "true" }.map(\.name)
    guard let first = live.first else { return [] }
    return graphs.flatMap(\.nodes).compactMap { node in
      let verb: String
      switch node.action {
      case .channel(let action) where !action.isTask: verb = action.verb
      case .escalate(let escalation): verb = escalation.via
      default: return nil
      }
      guard named(verb) != nil, entry(of: verb, project, root: root) == nil else { return nil }
      return Diagnostic(
        "no-channel", .warning, at: node.span,
        "\"\(node.name)\" goes by \(verb), which flow.yaml does not name: it is written into outbox/, "
          + "while \(first) sends",
        help: "name \(verb) under channels: in flow.yaml, with send: true or without, or take another channel")
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
    entry(of: verb, project, root: root)?.setting("rate").flatMap { perMinute($0.text) }
  }

  /// What flow.yaml says of the channel with this verb; nil where it says nothing.
  static func entry(of verb: String, _ project: Project, root: String) -> Project.Channel? {
    project.channels.first { self.verb(of: $0, root) == verb }
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

  private static func isSecret(_ name: String, of entry: Project.Channel) -> Bool {
    // Whoever knows the address of one of their webhooks may post to it.
    if name == "url", let via = entry.setting("via")?.text, ["slack", "teams"].contains(via) { return true }
    return ["password", "secret", "token", "key", "api-key", "api_key"].contains {
      name == $0 || name.hasSuffix("-" + $0)
    }
  }

  private static func made<T>(_ name: String, _ secrets: SecretValues, _ make: () throws -> T) throws -> T {
    do { return try make() } catch {
      throw Failure.broken("the channel \"\(name)\" cannot be set up: \(secrets.hidden(in: "\(error)"))")
    }
  }

  /// Settings with `${NAME}` from the environment put in, and `file: PATH` from the file, which may lie outside the
  /// project (`/run/secrets/smtp`); a secret that is not there is empty.
  static func settings(_ entry: Project.Channel?, root: String) -> [String: String] {
    var values: [String: String] = [:]
    for setting in entry?.settings ?? [] {
      values[setting.name] = Keeping(setting.text).map { $0.value(root: root) } ?? setting.text
    }
    return values
  }

  static func secrets(_ entry: Project.Channel?, root: String) -> SecretValues {
    SecretValues((entry?.settings ?? []).compactMap { Keeping($0.text)?.value(root: root) })
  }
}

/// Where a setting's value is kept, if not in flow.yaml itself.
enum Keeping: Equatable {
  /// `${NAME}`
  case environment(String)
  /// `file: PATH`
  case file(String)

  init?(_ text: String) {
    if text.hasPrefix("${"), text.hasSuffix("}"), !Keeping.isInside(text) {
      self = .environment(String(text.dropFirst(2).dropLast()))
    } else if text.hasPrefix("file: ") {
      self = .file(String(text.dropFirst("file: ".count)))
    } else {
      return nil
    }
  }

  /// `http://…/${NAME}/send`: such a value is kept nowhere, and goes to nobody as it is.
  static func isInside(_ text: String) -> Bool {
    if text.hasPrefix("file: ") { return false }
    var rest = text[...]
    while let begin = rest.firstRange(of: "${") {
      let name = rest[begin.upperBound...].prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      if !name.isEmpty, rest[name.endIndex...].first == "}" {
        return begin.lowerBound > text.startIndex || text.index(after: name.endIndex) < text.endIndex
      }
      rest = rest[begin.upperBound...]
    }
    return false
  }

  /// What is not there: `SMTP_PASSWORD is not set`; nil where it is.
  func lack(root: String) -> String? {
    guard value(root: root).isEmpty else { return nil }
    return switch self {
    case .environment(let name): "\(name) is not set"
    case .file(let path): "the file \(path) is not set"
    }
  }

  /// Empty where it is not there.
  func value(root: String) -> String {
    switch self {
    case .environment(let name): return Output.environment(name) ?? ""
    case .file(let path):
      guard let bytes = try? Input.bytes(path.hasPrefix("/") ? path : root + "/" + path) else { return "" }
      // Whoever writes a secret into a file ends the line.
      var secret = bytes[...]
      while let last = secret.last, last == 0x0A || last == 0x0D { secret.removeLast() }
      return String(decoding: secret, as: UTF8.self)
    }
  }
}
