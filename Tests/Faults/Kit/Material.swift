import FlowCompiler
import FlowCore
import FlowTime

/// What simulations are made of, compiled once: the processes that ship, and small generated ones with a second
/// version each.
package struct Material: Sendable {
  package struct Process: Sendable {
    package var graph: Graph
    package var scenarios: [Scenario]
    /// What a later edit of the file made of it: another fingerprint.
    package var edited: Graph?
  }

  package let shipped: [Process]
  package let small: [Process]
  package let zones: SystemZones
  package static let smallCount = 48

  package struct Broken: Error, CustomStringConvertible { package var description: String }

  /// - Parameter root: the repository.
  package init(root: String) throws {
    let zones = SystemZones()
    let disk = DiskFiles(root: root)
    let manifests = try Material.manifests(disk)
    let read: Result<[UInt8], FileProblem> = disk.read("Workflows/flow.yaml")
    guard case .success(let text) = read else {
      throw Broken(description: "no Workflows/flow.yaml below \(root)")
    }
    let project = Compiler.project(
      SourceText(file: "Workflows/flow.yaml", utf8: text), files: disk, zones: zones
    ).0
    let files = disk.list("Workflows").map { $0.hasPrefix("Workflows/") ? $0 : "Workflows/" + $0 }.filter {
      $0.hasSuffix(".yaml") && !$0.hasSuffix("flow.yaml") && !$0.hasSuffix(".scenarios.yaml")
    }
    let real = Compiler.compile(
      CompilerInput(files: files.sorted(), project: project, manifests: manifests, zones: zones, source: disk)
    )
    shipped = try Material.sound(real).map { Process(graph: $0.graph, scenarios: $0.scenarios) }
    let texts = (0..<Material.smallCount).flatMap { number in
      [SmallWorkflow.text(number, isEdited: false), SmallWorkflow.text(number, isEdited: true)]
    }
    let compiled = try [false, true].map { isEdited in
      let chosen = texts.enumerated().filter { ($0.offset % 2 == 1) == isEdited }.map(\.element)
      let sources = Dictionary(
        uniqueKeysWithValues: chosen.enumerated().map { ("\($0.offset + 1000).yaml", $0.element) })
      return try Material.sound(
        Compiler.compile(
          CompilerInput(
            files: sources.keys.sorted(), project: Project(timezone: "UTC"),
            manifests: SmallWorkflow.manifests,
            zones: zones, source: MemoryFiles(sources))))
    }
    small = zip(compiled[0], compiled[1]).map { Process(graph: $0.graph, scenarios: [], edited: $1.graph) }
    self.zones = zones
  }

  private static func sound(_ compilation: Compilation) throws -> [CompiledWorkflow] {
    let errors = compilation.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty, !compilation.workflows.isEmpty else {
      throw Broken(description: errors.map { "\($0)" }.joined(separator: "\n"))
    }
    return compilation.workflows.sorted { $0.graph.workflow < $1.graph.workflow }
  }

  /// Those of the shipped channels.
  package static func manifests(_ disk: DiskFiles) throws -> [Manifest] {
    let paths = [
      "Email/manifest", "SMS/manifest", "Messenger/manifest", "Tasks/call", "Tasks/task",
      "Notification/manifest", "Webhook/manifest",
    ]
    return try paths.map { path in
      guard case .success(let bytes) = disk.read("Plugins/\(path).yaml"),
        let manifest = Compiler.manifest(SourceText(file: path, utf8: bytes)).0
      else { throw Broken(description: "no manifest Plugins/\(path).yaml") }
      return manifest
    }
  }
}
