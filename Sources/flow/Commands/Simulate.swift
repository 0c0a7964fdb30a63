import ArgumentParser
import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowRuntime
import FlowSimulation
import FlowTime

struct SimulateCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, jsonl, html, svg, ics, csv }

  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Preview a timeline before anybody is written to; by default of the contact who never answers.")

  @Argument(help: "A workflow file.") var file: String
  @Option(help: "`2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.") var start: String?
  @Option(
    help: "A JSON file with the event's data; the input of the file's first scenario, or made-up data, by default.")
  var input: String?
  @Option(help: "With `each`: which item of the list, from 1.") var item: Int?
  @Option(
    help: "What happens: `receipt + 3 hours: reply Sounds good`, `day 6: proposal.accepted`, `book: task connected`.")
  var event: [String] = []
  @Option(help: "A JSON file with a list of events, as a scenario has them.") var events: String?
  @Flag(help: "Every path as a tree.") var all = false
  @Option(help: "A cohort of so many contacts, of whom the file's `assume:` says what they do.") var contacts: Int?
  @Flag(help: "The same computed on the graph in place of sampled; of 1000 contacts where --contacts does not say.")
  var exact = false
  @Option(help: "With --contacts: another seed is another cohort; 1, where it is left out.") var seed: UInt64?
  @Option(help: "With --contacts or --exact: how long contacts come, evenly by day and night.") var over: String?
  @Option(help: "text, json, jsonl, html, svg, ics or csv.") var format: Format = .text
  @Option(help: "Columns of the text; the terminal's, or 80.") var width: Int?
  @Flag(help: "Draw the text with ASCII alone.") var ascii = false
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if all, format != .text, format != .json { throw ValidationError("--all prints text or json") }
    if all, !event.isEmpty || events != nil { throw ValidationError("--all follows every event; leave --event out") }
    if let width, !(50...400).contains(width) { throw ValidationError("--width takes 50 to 400 columns") }
    if let item, item < 1 { throw ValidationError("--item counts from 1") }
    try validateCohort()
  }

  func run() async throws {
    let workspace = try Workspace.open([file])
    let workflow = try workspace.single(color: color.isOn)
    let begin = try Input.start(start, zones: workspace.zones)
    if all { return try printTree(workflow, workspace, at: begin) }
    if contacts != nil || exact {
      return try printCohort(of: contacts ?? 1000, workflow, workspace, at: begin)
    }

    let scheduled = try scheduledEvents(workflow, workspace, at: begin)
    let story = Story(
      workflow: workflow.graph.workflow, start: begin, beginning: try beginning(workflow, at: begin), item: item,
      events: scheduled)
    let simulated = try await Setup.use(workspace, company(of: workflow, workspace)) { dry in
      try await dry.simulator.run(story)
    }
    if let timeline = simulated.timeline { print(timeline, workflow.graph) }
    for problem in simulated.problems {
      Output.complain("error: " + Stories.words(problem, workflow.graph, scheduled))
    }
    if !simulated.problems.isEmpty { throw ExitCode(ExitStatus.finding) }
  }

  private func print(_ timeline: Timeline, _ graph: Graph) {
    switch format {
    case .text:
      Output.line(
        TimelineReport.text(timeline, width: width ?? Output.width, color: color.isOn, ascii: ascii))
    case .json: Output.line(TimelineReport.json(timeline))
    case .jsonl: Output.write(TimelineReport.jsonl(timeline))
    case .svg: Output.line(TimelineReport.svg(timeline, calendar: graph.policy.calendar))
    case .html: Output.write(TimelineReport.html(timeline, calendar: graph.policy.calendar))
    case .ics: Output.write(CalendarReport.ics(CalendarReport.items(timeline)))
    case .csv: Output.write(TimelineReport.csv(timeline))
    }
  }

  // MARK: What it begins with

  /// Enrolled workflows run along, where they stand beside this one. What else starts on the same event does not: this
  /// is the timeline of one run, and the gap to a touch that it does not show would explain nothing.
  private func company(of workflow: CompiledWorkflow, _ workspace: Workspace) -> Compilation {
    let graph = workflow.graph
    var enrolled: Set<String> = [graph.workflow]
    for node in graph.nodes {
      if case .enroll(let workflow, _) = node.action { enrolled.insert(workflow) }
    }
    var all = workspace.withNeighbours().compile()
    all.workflows.removeAll {
      // Another file of that name is another version at most: it is this one that was named.
      $0.graph.workflow == graph.workflow
        || $0.graph.trigger.event == graph.trigger.event && !enrolled.contains($0.graph.workflow)
    }
    all.workflows.append(workflow)
    return all
  }

  private func beginning(_ workflow: CompiledWorkflow, at start: Instant) throws -> Story.Beginning {
    if let input {
      return .event(
        .event(type: workflow.graph.trigger.event, at: start, data: Input.data(of: try Input.json(input))))
    }
    if let scenario = workflow.scenarios.first { return .input(scenario.input) }
    return .input(Sample.record(workflow.graph.triggerFields, at: start))
  }

  private func scheduledEvents(
    _ workflow: CompiledWorkflow, _ workspace: Workspace, at start: Instant
  ) throws -> [ScheduledEvent] {
    guard !event.isEmpty || events != nil else { return [] }
    let graph = workflow.graph
    // Instants are written in the run's own zone.
    let zone = try zone(of: enrolment(workflow, workspace, at: start), graph, workspace, at: start)
    var all: [ScheduledEvent] = []
    var findings: [Diagnostic] = []
    var sources: [String: SourceText] = [:]
    for (index, text) in event.enumerated() {
      let source = SourceText(file: "--event \(index + 1)", utf8: Array(text.utf8))
      let (event, problems) = Compiler.scheduledEvent(source, graph: graph, zones: workspace.zones, zone: zone)
      if let event { all.append(event) }
      findings += problems
      sources[source.file] = source
    }
    if let events {
      let source = SourceText(file: events, utf8: try Input.bytes(events))
      let (more, problems) = Compiler.scheduledEvents(json: source, graph: graph, zones: workspace.zones, zone: zone)
      all += more
      findings += problems
      sources[source.file] = source
    }
    if findings.contains(where: { $0.severity == .error }) {
      Output.complain(FindingsReport.text(findings, sources: sources, color: color.isOn))
      throw ExitCode(ExitStatus.finding)
    }
    return all
  }

  // MARK: All paths

  private func printTree(_ workflow: CompiledWorkflow, _ workspace: Workspace, at start: Instant) throws {
    let graph = workflow.graph
    let enrolment = try enrolment(workflow, workspace, at: start)
    var explorer = PathExplorer(graph, Surroundings(zones: workspace.zones, caps: workspace.project.caps))
    let tree = explorer.tree(key: enrolment.key, data: enrolment.data, start: start)
    let zone = zone(of: enrolment, graph, workspace, at: start)
    if format == .json {
      Output.line(TreeReport.json(tree, workflow: graph.workflow, start: start, zone: zone))
    } else {
      Output.line(
        TreeReport.text(
          tree, workflow: graph.workflow, start: start, zone: zone, width: width ?? Output.width, color: color.isOn,
          ascii: ascii))
    }
  }

  private func zone(of enrolment: Enrolment, _ graph: Graph, _ workspace: Workspace, at start: Instant) -> Zone {
    let run = Machine.start(
      graph, key: enrolment.key, data: enrolment.data, at: start, Surroundings(zones: workspace.zones)
    ).run
    return workspace.zones.zone(named: run.zone) ?? .utc
  }

  private func enrolment(_ workflow: CompiledWorkflow, _ workspace: Workspace, at start: Instant) throws -> Enrolment {
    var data = workflow.scenarios.first?.input ?? Sample.record(workflow.graph.triggerFields, at: start)
    if let input { data = try Input.record(input, workflow.graph, zones: workspace.zones) }
    switch Machine.enrol(workflow.graph, data: data, at: start, zones: workspace.zones) {
    case .refused(let because), .filtered(let because):
      throw Failure.finding("no run of \(workflow.graph.workflow) starts: \(because)")
    case .runs(let runs):
      guard let run = runs.dropFirst((item ?? 1) - 1).first else {
        throw Failure.finding("there is no item \(item ?? 1): the list has \(runs.count)")
      }
      return run
    }
  }
}
