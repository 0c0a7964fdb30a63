import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowTime
import FuzzKit

/// What `flow check`, `flow graph` and `flow simulate` do with one workflow file, without a channel.
package struct Carried {
  private let file: String
  private let files: Overlay

  package init(file: String, files: Overlay) {
    self.file = file
    self.files = files
  }

  private static let start = Instant(seconds: 1_774_453_200)
  /// More steps than a run of any finite graph has; ten years are no end of it either.
  private static let mostSteps = 20_000

  /// - Returns: whether the file has a graph.
  @discardableResult
  package func through() -> Bool {
    let compilation = Compiler.compile(
      CompilerInput(
        files: [file], project: Shipped.project, manifests: Shipped.manifests, zones: Shipped.zones, source: files))
    let findings = compilation.diagnostics
    Promises.hold(findings, in: compilation.sources)
    Promises.explained(compilation.workflows.first, findings, "the compiler")
    report(findings, compilation.sources)
    for workflow in compilation.workflows { simulate(workflow) }
    return !compilation.workflows.isEmpty
  }

  private func report(_ findings: [Diagnostic], _ sources: [String: SourceText]) {
    _ = FindingsReport.text(findings, sources: sources, files: [file], color: true)
    guard (try? JSONReader.read(FindingsReport.json(findings, files: [file]))) != nil,
      (try? JSONReader.read(FindingsReport.sarif(findings, explanations: []))) != nil
    else { Said.broken("findings as JSON are no JSON") }
    _ = FindingsReport.junit(findings, files: [file])
    _ = FindingsReport.github(findings)
  }

  private func simulate(_ workflow: CompiledWorkflow) {
    let graph = workflow.graph
    guard (try? JSONReader.read(GraphReport.json(graph))) != nil else { Said.broken("the graph is no JSON") }
    _ = (GraphReport.mermaid(graph), GraphReport.dot(graph), GraphReport.svg(graph))

    let surroundings = Surroundings(zones: Shipped.zones, caps: Shipped.project.caps)
    let stories =
      workflow.scenarios.prefix(2).map { ($0.start, $0.input) }
      + [(Carried.start, Sample.record(graph.triggerFields, at: Carried.start))]
    for (start, input) in stories {
      guard case .runs(let runs) = Machine.enrol(graph, data: input, at: start, zones: Shipped.zones),
        let first = runs.first
      else { continue }
      silent(graph, first, at: start, surroundings)
      var explorer = PathExplorer(graph, surroundings, limit: 60)
      let tree = explorer.tree(key: first.key, data: first.data, start: start)
      _ = TreeReport.text(tree, workflow: graph.workflow, start: start, zone: .utc)
    }
  }

  /// Nobody ever answers: every run comes to its end by its timers alone.
  private func silent(_ graph: Graph, _ enrolment: Enrolment, at start: Instant, _ surroundings: Surroundings) {
    var transition = Machine.start(graph, key: enrolment.key, data: enrolment.data, at: start, surroundings)
    var entries = transition.entries
    var (now, steps) = (start, 0)
    while let waiting = transition.run.waiting {
      now = max(now, waiting.wakes)
      let timer = Event(id: "timer", at: now, kind: .timer)
      transition = Machine.step(graph, transition.run, timer, at: now, surroundings)
      entries += transition.entries
      steps += 1
      if steps > Carried.mostSteps { Said.broken("\(graph.workflow) has not ended after \(steps) timers") }
    }
    let run = transition.run
    let timeline = Timeline(
      workflow: graph.workflow, version: graph.fingerprint, zone: Shipped.zones.zone(named: run.zone) ?? .utc,
      start: start, outcome: run.outcome, ended: run.ended, touches: run.touches, entries: entries)
    _ = TimelineReport.text(timeline, width: 60, color: true)
    _ = TimelineReport.svg(timeline)
    guard (try? JSONReader.read(TimelineReport.json(timeline))) != nil else { Said.broken("the timeline is no JSON") }
  }
}

/// A workflow from its bytes to the last entry of every path, beside the shipped ones.
package enum Workflows {
  package static func read(_ bytes: [UInt8]) {
    let file = "Workflows/fuzz.yaml"
    Carried(file: file, files: Shipped.files.with(file, bytes)).through()
  }
}
