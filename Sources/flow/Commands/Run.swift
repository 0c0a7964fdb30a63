import ArgumentParser
import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowRuntime
import FlowSimulation
import FlowTime

struct RunCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, junit, github }

  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "The dry run for CI: check, then every scenario through the real interpreter. Nothing is sent.")

  @OptionGroup var files: FileArguments
  @Option(help: "A CloudEvents file: what would happen for this one event. Takes one workflow file.") var event: String?
  @Option(help: "The instant of the event, where it brings none: `2026-03-25 16:40 Europe/Berlin` or RFC 3339.")
  var start: String?
  @Flag(help: "Write what happened into the `expect` of scenarios that are unmet or have none.") var record = false
  @Option(help: "Fail below this share of steps, cases, timeouts or outcomes, in percent.") var minCoverage: Double?
  @Option(help: "text, json, junit or github.") var format: Format = .text
  @Flag(help: "A warning fails, too.") var strict = false
  @Flag(help: "Accepted, and changes nothing: this command never sends.") var dryRun = false
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if let minCoverage, !(0...100).contains(minCoverage) {
      throw ValidationError("--min-coverage takes a percentage from 0 to 100")
    }
    if event != nil, record || minCoverage != nil {
      throw ValidationError("--event goes with no --record or --min-coverage")
    }
    if event != nil, format != .text, format != .json { throw ValidationError("--event prints text or json") }
  }

  func run() async throws {
    let workspace = try files.open()
    // What would happen for one event is asked while a file is written, and promises nothing.
    let compilation = workspace.compile(proving: event == nil)
    if compilation.diagnostics.contains(where: { $0.severity == .error && !Self.isPromise($0) }) {
      report(compilation, workspace)
      throw ExitCode(ExitStatus.finding)
    }
    let failed = try await Setup.use(workspace, compilation) { dry in
      if let event { try await runEvent(event, dry) } else { try await runScenarios(dry) }
    }
    if failed || Findings.fail(compilation.diagnostics, strict: strict) { throw ExitCode(ExitStatus.finding) }
  }

  /// A promise that is broken fails the dry run, and its scenarios are still told: they show where.
  private static func isPromise(_ finding: Diagnostic) -> Bool {
    (Explanation.proofs + Explanation.crossings).contains { $0.code == finding.code }
  }

  /// In place of what else the command prints.
  private func report(_ compilation: Compilation, _ workspace: Workspace) {
    switch format {
    case .text: Output.complain(Findings.text(compilation, color: color.isOn))
    case .json: Output.line(FindingsReport.json(compilation.diagnostics, files: workspace.files))
    case .junit: Output.line(FindingsReport.junit(compilation.diagnostics, files: workspace.files))
    case .github: Output.write(FindingsReport.github(compilation.diagnostics))
    }
  }

  // MARK: Scenarios

  private func runScenarios(_ dry: Setup) async throws -> Bool {
    let runner = ScenarioRunner(dry.simulator)
    var progress = Progress()
    var results: [ScenarioResult] = []
    var coverage: [Coverage] = []
    for workflow in dry.compilation.workflows {
      var covering = Covering(workflow.graph)
      for scenario in workflow.scenarios {
        let result = try await runner.run(scenario, of: workflow.graph, file: scenario.span.file)
        if let timeline = result.timeline { covering.add(timeline.entries, walked: result.walked) }
        results.append(result)
        progress.show("\(results.count) scenarios, \(workflow.graph.workflow)")
      }
      coverage.append(covering.coverage)
      if record {
        try Recorder.record(workflow, results.filter { $0.workflow == workflow.graph.workflow }, dry.workspace)
      }
    }
    progress.clear()
    let outcome = RunResult(
      scenarios: results, coverage: coverage, minimum: minCoverage.map { Int(($0 * 100).rounded()) })
    print(outcome, dry)
    return results.contains { !$0.passed } || !outcome.short.isEmpty
  }

  /// Warnings beside what the command prints, so that one document stays one.
  private func warn(_ dry: Setup) {
    if !dry.compilation.diagnostics.isEmpty { Output.complain(Findings.text(dry.compilation, color: color.isOn)) }
  }

  private func print(_ outcome: RunResult, _ dry: Setup) {
    let findings = dry.compilation.diagnostics
    if format != .github { warn(dry) }
    switch format {
    case .text: Output.line(RunReport.text(outcome, width: Output.width, color: color.isOn))
    case .json: Output.line(RunReport.json(outcome))
    case .junit: Output.line(RunReport.junit(outcome))
    case .github: Output.write(FindingsReport.github(findings) + RunReport.github(outcome))
    }
  }

  // MARK: One event

  private func runEvent(_ path: String, _ dry: Setup) async throws -> Bool {
    guard dry.compilation.workflows.count == 1, let graph = dry.compilation.workflows.first?.graph else {
      throw Failure.usage("--event takes one workflow file, not \(dry.compilation.workflows.count)")
    }
    warn(dry)
    let now = try Input.start(start, zones: dry.workspace.zones)
    let value = try Input.json(path)
    let incoming: Incoming
    do throws(CloudEventError) {
      incoming = try Incoming(cloudEvent: value, now: now)
    } catch {
      // Data alone are no event.
      let help =
        value["specversion"] == nil
        ? "; a CloudEvents object is wanted, and `flow simulate --input` takes data alone" : ""
      throw Failure.finding("\(path): \(error)\(help)")
    }
    // One run for each item of the trigger's list.
    let all = try await dry.simulator.runs(
      Story(workflow: graph.workflow, start: start == nil ? incoming.at : now, beginning: .event(incoming)))
    let timelines = all.compactMap(\.timeline)
    let problems = all.flatMap(\.problems)
    for problem in problems { Output.complain("error: " + Stories.words(problem, graph)) }
    switch format {
    case .json: Output.line(timelines.count == 1 ? TimelineReport.json(timelines[0]) : TimelineReport.json(timelines))
    default:
      for timeline in timelines { Output.line(TimelineReport.text(timeline, width: Output.width, color: color.isOn)) }
    }
    return !problems.isEmpty
  }
}
