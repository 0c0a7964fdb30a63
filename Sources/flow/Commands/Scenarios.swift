import ArgumentParser
import FlowAnalysis
import FlowCore
import FlowReport
import FlowTime

struct ScenariosCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenarios",
    abstract: "Write the fewest scenarios that show every case, timeout, boundary, clock change and outcome.")

  @Argument(help: "A workflow file.") var file: String
  @Option(help: "When runs begin: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; by default as its scenarios do.")
  var start: String?
  @Option(help: "A JSON file with the trigger's data; by default those of its scenarios, or made-up ones.")
  var input: String?
  @Option(help: "text (YAML) or json.") var format: TextOrJSON = .text
  @Flag(help: "Write them as NAME.scenarios.yaml beside the file, where there is none.") var write = false
  @OptionGroup var color: ColorOptions

  func run() throws {
    let workspace = try Workspace.open([file])
    let workflow = try workspace.single(color: color.isOn)
    let graph = workflow.graph
    let start = try start.map { try Input.start($0, zones: workspace.zones) }
    let beginnings = try input.map { try Beginnings.file($0, graph, start: start, zones: workspace.zones) }
    let made = CoveringScenarios(
      graph, Surroundings(zones: workspace.zones, caps: workspace.project.caps),
      beginnings: beginnings ?? Beginnings.known(workflow, start: start), taken: Set(workflow.scenarios.map(\.name)))
    if write, format != .text { throw Failure.usage("--write writes YAML") }
    let scenarios = made.scenarios.map { (scenario: $0.scenario, zone: $0.zone) }
    switch format {
    case .text:
      let text = ScenarioReport.yaml(scenarios, notes: notes(made, graph))
      if write { try keep(text, beside: workspace.base + "/" + graph.file) } else { Output.write(text) }
    case .json: Output.line(ScenarioReport.json(scenarios, missing: made.missing, file: graph.file))
    }
  }

  private func keep(_ text: String, beside file: String) throws {
    guard file.hasSuffix(".yaml") else { throw Failure.usage("scenarios stand beside a file that ends in .yaml") }
    let path = String(file.dropLast(5)) + ".scenarios.yaml"
    try NewFile.write(text, to: path)
    Output.complain("wrote \(Paths.relative(path, to: Paths.real(".") ?? "/"))")
  }

  private func notes(_ made: CoveringScenarios, _ graph: Graph) -> [String] {
    let whole = "Every step, case, timeout and outcome of \(graph.workflow), by flow scenarios."
    return made.missing.isEmpty
      ? [whole] : ["Of \(graph.workflow), by flow scenarios. No run came to:"] + made.missing.map { "  " + $0.name }
  }
}
