import ArgumentParser
import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowTime

/// `flow simulate --contacts N` and `--exact`: many contacts, and what people have to do for them.
extension SimulateCommand {
  /// So many, that counting them takes minutes, not days.
  private static let most = 100_000_000

  func validateCohort() throws {
    guard contacts != nil || exact else {
      if seed != nil { throw ValidationError("--seed belongs to --contacts") }
      if over != nil { throw ValidationError("--over belongs to --contacts and --exact") }
      return
    }
    if exact, seed != nil { throw ValidationError("what is computed is the same with every seed; leave --seed out") }
    if let contacts, !(1...Self.most).contains(contacts) { throw ValidationError("--contacts takes 1 to \(Self.most)") }
    if all || !event.isEmpty || events != nil {
      throw ValidationError("--contacts and --exact follow what `assume:` says; leave --all, --event and --events out")
    }
    switch format {
    case .text, .json, .csv, .html: break
    case .jsonl, .svg, .ics: throw ValidationError("--contacts and --exact print text, json, csv or html")
    }
  }

  func printCohort(
    of contacts: Int, _ workflow: CompiledWorkflow, _ workspace: Workspace, at start: Instant
  ) throws {
    let cohort = try cohort(of: contacts, workflow, workspace, at: start)
    var progress = Progress()
    func show(_ ended: Int) { progress.show("\(ended) of \(contacts) contacts") }
    let figures = exact ? cohort.exactFigures(progress: show) : cohort.figures(progress: show)
    progress.clear()
    if workflow.assume.reply.isEmpty, workflow.assume.steps.isEmpty {
      Output.complain("note: the file assumes nothing (`assume:`), so nobody answers and nothing is done")
    }
    switch format {
    case .json: Output.line(CohortReport.json(figures))
    case .csv: Output.write(CohortReport.csv(figures))
    case .html: Output.write(CohortReport.html(figures))
    default: Output.write(CohortReport.text(figures, width: Output.tableWidth, color: color.isOn, ascii: ascii))
    }
  }

  private func cohort(
    of contacts: Int, _ workflow: CompiledWorkflow, _ workspace: Workspace, at start: Instant
  ) throws -> Cohort {
    let graph = workflow.graph
    var span = Duration.days(30)
    if let over {
      do throws(DurationError) { span = try Duration.parse(over) } catch {
        throw Failure.usage("--over \"\(over)\": \(error)")
      }
      if span.isBusiness { throw Failure.usage("--over takes no business days and hours") }
    }
    var (data, dated) = (Sample.record(graph.triggerFields, at: start), start)
    if let scenario = workflow.scenarios.first { (data, dated) = (scenario.input, scenario.start) }
    if let input { (data, dated) = (try Input.record(input, graph, zones: workspace.zones), start) }
    // The first contact shows whether there is anything to follow.
    if case .refused(let because) = Machine.enrol(graph, data: data, at: dated, zones: workspace.zones) {
      throw Failure.finding("no run of \(graph.workflow) starts: \(because)")
    }
    return Cohort(
      graph: graph, data: data, dated: dated, item: item ?? 1, assume: workflow.assume,
      capacity: workspace.project.capacity, caps: workspace.project.caps, zones: workspace.zones, contacts: contacts,
      seed: seed ?? 1, start: start, over: span)
  }
}
