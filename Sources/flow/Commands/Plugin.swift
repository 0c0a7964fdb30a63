import ArgumentParser
import FlowCompiler
import FlowCore
import FlowPlugin
import Glibc

struct PluginCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "Channels.", subcommands: [PluginCheckCommand.self])
}

struct PluginCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Hold a channel against the contract: the public conformance suite.")

  @Argument(help: "The channel's name: one that is built in, or a key under `channels:` of flow.yaml.") var name: String
  @Flag(
    help: """
      Ask a program (`exec:`) to deliver as well: three messages, for real, with its settings of flow.yaml. Without \
      it nothing leaves, whatever flow.yaml says.
      """) var deliver = false
  @OptionGroup var project: ProjectOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text

  func run() async throws {
    let workspace = try project.open()
    let entry = workspace.project.channels.first { $0.name == name }
    guard entry != nil || Channels.named(name) != nil else {
      let known = Set(Channels.all.map(\.plugin) + workspace.project.channels.map(\.name)).sorted()
      let nearest = Spelling.nearest(to: name, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
      throw Failure.usage(
        "there is no channel \"\(name)\"\(nearest)\nThe channels are \(known.joined(separator: ", ")); another stands "
          + "under channels: of flow.yaml")
    }
    if deliver, entry?.exec == nil {
      throw Failure.usage("--deliver is for a program (`exec:`); a channel that is built in is tried on a folder")
    }
    if deliver, let exec = entry?.exec {
      let keys = ChannelConformance.keys.map(\.text).joined(separator: ", ")
      Output.complain("\(exec) is asked to deliver, with its settings of flow.yaml: three messages, under \(keys)")
    }
    let scratch = try Scratch()
    defer { scratch.remove() }
    let checks = try await suite(entry, scratch.path, workspace).run()
    tell(checks)
    if checks.contains(where: \.isFailure) { throw ExitCode(ExitStatus.finding) }
  }

  private func tell(_ checks: [ChannelConformance.Check]) {
    let failed = checks.count(where: \.isFailure)
    let told = checks.map { check -> (name: String, level: String, because: String?) in
      switch check.outcome {
      case .passed: (check.name, "ok", nil)
      case .skipped(let because): (check.name, "skipped", because)
      case .failed(let because): (check.name, "FAILED", because)
      }
    }
    switch format {
    case .text:
      for (name, level, because) in told {
        let padding = String(repeating: " ", count: 9 - level.count)
        Output.line(level + padding + name + (because.map { ": \($0)" } ?? ""))
      }
      Output.line("\(checks.count - failed) passed, \(failed) failed")
    case .json:
      let list = told.map { name, level, because -> JSONValue in
        [
          "name": .string(name), "outcome": .string(level.lowercased()),
          "because": because.map { .string($0) } ?? .null,
        ]
      }
      Output.json([
        "passed": .number("\(checks.count - failed)"), "failed": .number("\(failed)"), "checks": .array(list),
      ])
    }
  }

  private func suite(_ entry: Project.Channel?, _ scratch: String, _ workspace: Workspace) throws -> ChannelConformance
  {
    var values = Channels.settings(entry, root: workspace.root)
    values["outbox"] = scratch
    // A channel of ours is tried on the folder; so is a program, unless it is to deliver for real.
    values["send"] = deliver ? "true" : nil
    let handover: ChannelConformance.Handover =
      deliver || entry?.exec == nil ? .real : .none(because: "the program is asked to deliver only with --deliver")
    let files = DiskFiles(root: workspace.root)
    if let exec = entry?.exec { values["exec"] = exec }
    let secrets = Channels.secrets(entry, root: workspace.root)
    let settings = ChannelSettings(name: name, values: values, secrets: secrets, folder: workspace.root) {
      try? files.read($0).get()
    }
    let shipped = entry?.exec == nil ? Channels.named(entry?.plugin ?? name) : nil
    let bytes: [UInt8]
    do {
      bytes = try shipped?.manifest ?? Channels.manifest(ofProgram: settings)
    } catch {
      throw Failure.broken("\(error)")
    }
    let (manifest, findings) = Compiler.manifest(SourceText(file: "manifest.yaml", utf8: bytes))
    guard let manifest else {
      throw Failure.finding("the manifest is not in order: " + findings.map(\.message).joined(separator: "; "))
    }
    return ChannelConformance(manifest: manifest, settings: settings, handover: handover) {
      settings throws(ChannelError) in
      if let shipped { return DiscreetChannel(try shipped.make(settings), secrets) }
      return DiscreetChannel(try Channels.program(settings), secrets)
    }
  }
}

/// A folder of its own, gone at the end.
private struct Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/flow-check-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure.broken("cannot make a folder under /tmp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func remove() {
    for name in DiskFiles.names(in: path) ?? [] { unlink(path + "/" + name) }
    rmdir(path)
  }
}
