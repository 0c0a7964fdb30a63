import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// The shipped workflows, compiled with the shipped manifests.
enum Shipped {
  private static let root = String(#filePath.split(separator: "/").dropLast(3).flatMap { "/" + $0 })

  static let names = [
    "after-purchase", "application", "csat", "inquiry", "interview-candidate", "interview-interviewer", "invoice",
    "meeting", "paper-review", "proposal", "sprint-review", "study-wave", "surgery", "trial",
  ]

  static let manifests: [Manifest] = [
    "Email/manifest", "Tasks/call", "Tasks/task", "SMS/manifest", "Messenger/manifest", "Notification/manifest",
    "Webhook/manifest",
  ].compactMap { name in
    guard let text = try? DiskFiles(root: root).read("Plugins/\(name).yaml").get() else { return nil }
    return Compiler.manifest(SourceText(file: name, utf8: text)).0
  }

  static func workflow(_ name: String) throws -> CompiledWorkflow {
    let disk = DiskFiles(root: root + "/Workflows")
    let project = Compiler.project(
      SourceText(file: "flow.yaml", utf8: try disk.read("flow.yaml").get()), files: disk, zones: Draft.zones
    ).0
    let compilation = Compiler.compile(
      CompilerInput(files: ["\(name).yaml"], project: project, manifests: manifests, zones: Draft.zones, source: disk))
    return try #require(
      compilation.workflows.first, "\(compilation.diagnostics.filter { $0.severity == .error }.map(\.message))")
  }
}
