import FaultKit
import FlowCompiler
import FlowCore
import FlowTime

/// Compiles generated workflows against the shipped channels' manifests.
package struct Workshop: Sendable {
  package let zones: SystemZones
  package let manifests: [Manifest]

  package struct Broken: Error, CustomStringConvertible { package var description: String }

  /// - Parameter root: the repository.
  package init(root: String) throws {
    zones = SystemZones()
    manifests = try Material.manifests(DiskFiles(root: root))
  }

  /// The processes that ship.
  package func shipped(root: String) throws -> [CompiledWorkflow] {
    let disk = DiskFiles(root: root)
    let names = disk.list("Workflows").filter {
      $0.hasSuffix(".yaml") && !$0.hasSuffix(".scenarios.yaml") && $0 != "flow.yaml"
    }
    let text = try disk.read("Workflows/flow.yaml").get()
    let (project, _) = Compiler.project(SourceText(file: "Workflows/flow.yaml", utf8: text), files: disk, zones: zones)
    return Compiler.compile(
      CompilerInput(
        files: names.map { "Workflows/\($0)" }, project: project, manifests: manifests, zones: zones, source: disk)
    ).workflows
  }

  /// What its flow.yaml says, where it has one.
  package func project(_ generated: Generated) -> Project {
    guard let text = generated.project else { return Project() }
    let source = SourceText(file: "flow.yaml", utf8: Array(text.utf8))
    return Compiler.project(source, files: MemoryFiles([:]), zones: zones).0
  }

  /// The graph, or what is wrong with the text.
  package func compile(_ generated: Generated) -> Result<Graph, Broken> {
    let compilation = Compiler.compile(
      CompilerInput(
        files: [Generated.file, Generated.companion.file], project: project(generated), manifests: manifests,
        zones: zones,
        source: MemoryFiles([Generated.file: generated.text, Generated.companion.file: Generated.companion.text])))
    guard let graph = compilation.workflows.map(\.graph).first(where: { $0.file == Generated.file }) else {
      let errors = compilation.diagnostics.filter { $0.severity == .error }
      return .failure(
        Broken(description: errors.map { "\($0.span.start.line): \($0.code) \($0.message)" }.joined(separator: "\n")))
    }
    return .success(graph)
  }
}
