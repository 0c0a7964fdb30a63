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

  /// The graph, or what is wrong with the text.
  package func compile(_ text: String) -> Result<Graph, Broken> {
    let compilation = Compiler.compile(
      CompilerInput(
        files: [Generated.file, Generated.companion.file], project: Project(), manifests: manifests, zones: zones,
        source: MemoryFiles([Generated.file: text, Generated.companion.file: Generated.companion.text])))
    guard let graph = compilation.workflows.map(\.graph).first(where: { $0.file == Generated.file }) else {
      let errors = compilation.diagnostics.filter { $0.severity == .error }
      return .failure(
        Broken(description: errors.map { "\($0.span.start.line): \($0.code) \($0.message)" }.joined(separator: "\n")))
    }
    return .success(graph)
  }
}
