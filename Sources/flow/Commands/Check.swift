import ArgumentParser
import FlowCompiler
import FlowReport

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read, type, compile and prove workflow files; print every finding.")

  @OptionGroup var files: FileArguments
  @Option(help: "text, json, sarif, junit or github.") var format: FindingsFormat = .text
  @Flag(help: "A warning fails, too.") var strict = false
  @Flag(help: "Print, before the findings, what is proved of each file; as text.") var proofs = false
  @Flag(help: "Write each run that breaks something into the file's scenarios, once.") var writeScenarios = false
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if proofs, format != .text { throw ValidationError("--proofs prints text; --format json has all proofs") }
  }

  func run() throws {
    let workspace = try files.open()
    let compilation = workspace.compile(proving: true, findingsAlone: !proofs && format != .json)
    let proved = compilation.workflows.map { ProofReport.ProvedFile(graph: $0.graph, proofs: $0.proofs) }
    if proofs { Output.write(ProofReport.text(proved, color: color.isOn)) }
    Findings.print(compilation, proved, in: workspace, as: format, color: color.isOn)
    if writeScenarios { for workflow in compilation.workflows { try ScenarioWriter.write(workflow, workspace) } }
    if Findings.fail(compilation.diagnostics, strict: strict) { throw ExitCode(ExitStatus.finding) }
  }
}
