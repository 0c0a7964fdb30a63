import ArgumentParser
import FlowCompiler

struct SchemaCommand: ParsableCommand {
  enum Of: String, ExpressibleByArgument, CaseIterable { case workflow, project }

  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "The JSON Schema of the language with the channels' fields, for editors.")

  @Argument(help: "workflow, or project for flow.yaml.") var of: Of = .workflow
  @Argument(help: "A folder or file of the project whose channels count.") var path: String?

  func run() throws {
    let workspace = try Workspace.open(path.map { [$0] } ?? [])
    let schema =
      of == .workflow
      ? LanguageSchema.workflow(workspace.manifests) : LanguageSchema.project(workspace.manifests)
    Output.json(schema)
  }
}
