import FlowCompiler
import FlowCore
import Foundation
import Testing

/// The processes that ship raise no rule, and silence none.
@Suite struct ShippedRulesTests {
  @Test func workflows() throws {
    let disk = DiskFiles(root: Plugins.root.path)
    let names = disk.list("Workflows").filter {
      $0.hasSuffix(".yaml") && !$0.hasSuffix(".scenarios.yaml") && $0 != "flow.yaml"
    }
    #expect(names.count == 14)
    let bytes = try disk.read("Workflows/flow.yaml").get()
    let (project, _) = Compiler.project(
      SourceText(file: "Workflows/flow.yaml", utf8: bytes), files: disk, zones: Plugins.zones)
    let compilation = Compiler.compile(
      CompilerInput(
        files: names.map { "Workflows/\($0)" }, project: project, manifests: Plugins.manifests,
        zones: Plugins.zones,
        source: disk))
    let codes = Set(Rules.all.map(\.code))
    let found = compilation.diagnostics.filter { codes.contains($0.code) }
    #expect(found.map { "\($0.span.file):\($0.span.start.line) \($0.code) \($0.message)" } == [])
    #expect(compilation.workflows.count == 14)
  }
}
