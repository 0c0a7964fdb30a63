import ArgumentParser
import FlowCore
import FlowReport

struct GraphCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case mermaid, dot, json, svg }

  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draw the compiled state graph of a workflow.")

  @Argument(help: "A workflow file.") var file: String
  @Option(help: "mermaid, dot, json or svg.") var format: Format = .mermaid
  @OptionGroup var color: ColorOptions

  func run() throws {
    let graph = try Workspace.open([file]).single(color: color.isOn).graph
    switch format {
    case .mermaid: Output.line(GraphReport.mermaid(graph))
    case .dot: Output.line(GraphReport.dot(graph))
    case .json: Output.line(GraphReport.json(graph))
    case .svg: Output.line(GraphReport.svg(graph))
    }
  }
}
