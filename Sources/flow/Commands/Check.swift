import ArgumentParser
import FlowCompiler

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read, type and compile workflow files; print every finding.")

  @OptionGroup var files: FileArguments
  @Option(help: "text, json, sarif, junit or github.") var format: FindingsFormat = .text
  @Flag(help: "A warning fails, too.") var strict = false
  @OptionGroup var color: ColorOptions

  func run() throws {
    let workspace = try Workspace.open(files.paths)
    let compilation = workspace.compile()
    Findings.print(compilation, files: workspace.files, as: format, color: color.isOn)
    if Findings.fail(compilation.diagnostics, strict: strict) { throw ExitCode(ExitStatus.finding) }
  }
}
