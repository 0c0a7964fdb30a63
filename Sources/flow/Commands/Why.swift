import ArgumentParser
import FlowAnalysis
import FlowCore
import FlowReport
import FlowRuntime

struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Why each step of a run was sent, or was not; what it waits for; what is still ahead."
  )

  @Argument(help: "The run's id, or the first digits of it.") var id: String
  @Argument(help: "Only this step, by its name.") var step: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let workspace = try project.open()
    var (reasons, damaged) = try await Storage.use(store, workspace, .reading) { store in
      let record = try Histories.record(id, in: store)
      let histories = Histories(workspace, store)
      let history = try histories.legible(record, withData: true)
      let explainer = Explainer(
        history, graph: histories.damaged.isEmpty ? try histories.graph(of: record) : nil,
        hasCaps: workspace.project.caps != nil, stages: histories.replay([record.version]).stages(of: history),
        zones: workspace.zones)
      return (explainer.reasons, histories.damaged)
    }
    if let step {
      let names = Set(reasons.answers.compactMap(\.step))
      guard names.contains(step) else {
        try DamagedRun.tell(damaged)
        let nearest = Spelling.nearest(to: step, in: names.sorted()).map { "; did you mean \"\($0)\"?" } ?? ""
        throw Failure.finding("the run has no step \"\(step)\"\(nearest)")
      }
      reasons.answers = reasons.answers.filter { $0.step == step }
    }
    switch format {
    case .text: Output.line(WhyReport.text(reasons, width: Output.width, color: color.isOn))
    case .json: Output.line(WhyReport.json(reasons, damaged: damaged))
    }
    try DamagedRun.tell(damaged)
  }
}
