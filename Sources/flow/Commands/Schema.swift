import ArgumentParser
import FlowCompiler

/// Of what has one form.
enum JSONOnly: String, ExpressibleByArgument, CaseIterable { case json }

struct SchemaCommand: ParsableCommand {
  enum Of: String, ExpressibleByArgument, CaseIterable { case workflow, project }

  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "The JSON Schema of the language with the channels' fields, for editors.")

  @Argument(help: "workflow, or project for flow.yaml.") var of: Of = .workflow
  @Argument(help: "Workflow files or folders of the project whose channels count; Workflows/ by default.")
  var paths: [String] = []
  @OptionGroup var project: ProjectOptions
  @Option(help: "json.") var format: JSONOnly = .json

  func run() throws {
    let workspace = try Workspace.open(paths + project.workflows)
    let schema =
      of == .workflow
      ? LanguageSchema.workflow(workspace.manifests) : LanguageSchema.project(workspace.manifests)
    Output.json(schema)
  }
}
