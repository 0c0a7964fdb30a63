import ArgumentParser
import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowSimulation
import FlowTime

struct MutateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutate",
    abstract: "Change a workflow one small thing at a time, and say which changes its scenarios would not notice.")

  @OptionGroup var files: FileArguments
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @Flag(help: "A change that is not noticed fails.") var strict = false
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let workspace = try files.open()
    let compilation = try workspace.compiled(color: color.isOn)
    let results = try await Setup.use(workspace, compilation) { dry in try await mutate(dry) }
    switch format {
    case .text: Output.write(MutationReport.text(results, color: color.isOn))
    case .json: Output.line(MutationReport.json(results))
    }
    if strict, results.contains(where: { !$0.missed.isEmpty }) { throw ExitCode(ExitStatus.finding) }
  }

  private func mutate(_ dry: Setup) async throws -> [MutationResult] {
    var progress = Progress()
    var results: [MutationResult] = []
    for workflow in dry.compilation.workflows {
      let mutations = Mutation.all(
        of: workflow.graph, policy: workflow.root["policy"]?.span ?? workflow.graph.trigger.span)
      let bench = try await MutationBench(workflow, dry)
      var (noticed, equal) = (0, 0)
      var missed: [MutationResult.Missed] = []
      for (index, mutation) in mutations.enumerated() {
        progress.show("\(index) of \(mutations.count) changes, \(workflow.graph.workflow)")
        if try await bench.isNoticed(mutation) {
          noticed += 1
        } else if let one = bench.telltale.scenario(noticing: mutation) {
          missed.append(one)
        } else {
          equal += 1
        }
      }
      let graph = workflow.graph
      missed.sort { ($0.span.start.offset, $0.what) < ($1.span.start.offset, $1.what) }
      results.append(
        MutationResult(
          workflow: graph.workflow, file: graph.file, noticed: noticed, equal: equal,
          missed: bench.telltale.named(missed)))
    }
    progress.clear()
    return results
  }
}

/// A workflow's scenarios, told to what has been made of it.
private struct MutationBench {
  let workflow: CompiledWorkflow
  let dry: Setup
  let telltale: Telltale
  /// Steps that each scenario comes to.
  private let walked: [Set<NodeIndex>]

  /// - Throws: where a scenario is unmet before anything is changed.
  init(_ workflow: CompiledWorkflow, _ dry: Setup) async throws {
    self.workflow = workflow
    self.dry = dry
    let runner = ScenarioRunner(dry.simulator)
    var walked: [Set<NodeIndex>] = []
    for scenario in workflow.scenarios {
      let result = try await runner.run(scenario, of: workflow.graph, file: scenario.span.file)
      guard result.passed else {
        throw Failure.finding("\"\(scenario.name)\" is unmet as the file is; see flow run \(workflow.file)")
      }
      let shown = result.timeline?.entries.compactMap { $0.step.flatMap { workflow.graph.node(named: $0) } } ?? []
      walked.append(result.walked.union(shown))
    }
    self.walked = walked
    telltale = Telltale(
      workflow.graph, Surroundings(zones: dry.workspace.zones, caps: dry.workspace.project.caps),
      beginnings: Beginnings.known(workflow), taken: Set(workflow.scenarios.map(\.name)))
  }

  /// Only scenarios that come to the changed step can notice it.
  func isNoticed(_ mutation: Mutation) async throws -> Bool {
    let graphs = dry.compilation.workflows.map { $0.file == workflow.file ? mutation.graph : $0.graph }
    let simulator = Simulator(
      graphs: graphs, channels: dry.channels, caps: dry.workspace.project.caps, zones: dry.workspace.zones)
    let runner = ScenarioRunner(simulator)
    for (scenario, steps) in zip(workflow.scenarios, walked) where mutation.step.map({ steps.contains($0) }) ?? true {
      if try await !runner.run(scenario, of: mutation.graph).passed { return true }
    }
    return false
  }
}
