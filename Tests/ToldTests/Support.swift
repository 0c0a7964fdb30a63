import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowReport
import FlowTesting
import FlowTime
import Foundation
import Testing

/// A file below `Broken/` with one promise that its one scenario breaks.
struct Broken {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Broken")

  let name: String
  let compilation: Compilation
  let workflow: CompiledWorkflow
  let project: Project

  static var names: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// - Parameters:
  ///   - sentences: lines of flow.yaml's `guarantees:`.
  ///   - comments: lines that say nothing, above the file.
  init(_ name: String, project sentences: [String] = [], below comments: Int = 0) throws {
    self.name = name
    var project = Project()
    var texts: [String: SourceText] = [:]
    if !sentences.isEmpty {
      let text = "language: 1\nguarantees:\n" + sentences.map { "  - \($0)\n" }.joined()
      let source = SourceText(file: "flow.yaml", utf8: Array(text.utf8))
      texts["flow.yaml"] = source
      project = Compiler.project(source, files: MemoryFiles(), zones: Draft.zones).0
    }
    self.project = project
    var files = MemoryFiles()
    files.contents["offer.yaml"] =
      Array(String(repeating: "#\n", count: comments).utf8)
      + Array(try Data(contentsOf: Self.folder.appendingPathComponent(name + ".yaml")))
    var compilation = Compiler.compile(
      CompilerInput(
        files: ["offer.yaml"], project: project, manifests: Draft.manifests, zones: Draft.zones, source: files))
    compilation.sources.merge(texts) { mine, _ in mine }
    self.compilation = compilation
    let errors = compilation.diagnostics.filter { $0.severity == .error && $0.code != "no-purpose" }
    #expect(errors.map(\.message) == [])
    workflow = try #require(compilation.workflows.first)
  }

  /// The file's scenario, carried through by the machine itself.
  func run() throws -> (entries: [Entry], scenario: Scenario, zone: Zone) {
    let scenario = try #require(workflow.scenarios.first)
    let graph = workflow.graph
    let surroundings = Surroundings(zones: Draft.zones)
    guard case .runs(let runs) = Machine.enrol(graph, data: scenario.input, at: scenario.start, zones: Draft.zones),
      let first = runs.first
    else { throw Failed() }
    var transition = Machine.start(graph, key: first.key, data: first.data, at: scenario.start, surroundings)
    let zone = try #require(Draft.zones.zone(named: transition.run.zone))
    var entries = transition.entries
    var ahead = scenario.events[...]
    while let waiting = transition.run.waiting, entries.count < 200 {
      let due = max(waiting.due, entries.last?.at ?? scenario.start)
      let next = ahead.first.flatMap { event in self.at(event, entries, scenario, zone).map { (event, $0) } }
      if let (event, at) = next, at <= due {
        ahead = ahead.dropFirst()
        let told = Event(id: "e\(ahead.count)", at: at, kind: event.kind)
        transition = Machine.step(graph, transition.run, told, at: at, surroundings)
      } else {
        transition = Machine.step(graph, transition.run, Event(id: "t", at: due, kind: .timer), at: due, surroundings)
      }
      entries += transition.entries
    }
    return (entries, scenario, zone)
  }

  private func at(_ event: ScheduledEvent, _ entries: [Entry], _ scenario: Scenario, _ zone: Zone) -> Instant? {
    switch event.at {
    case .instant(let instant): return instant
    case .day(let day, let time): return dayShift(from: scenario.start, days: day, at: time, zone: zone)
    case .step(let node, let duration):
      guard let out = entries.first(where: { $0.step == workflow.graph.nodes[node].name && $0.goesOut }) else {
        return nil
      }
      return duration.flatMap { add($0, to: out.at, zone: zone, calendar: workflow.graph.policy.calendar, hours: nil) }
        ?? out.at
    }
  }

  struct Failed: Error {}

  /// The scenario as a run that breaks the claim; it does, by the monitor's judgement.
  func proof(_ claimed: Claimed, conditions: [Witness.Condition] = []) throws -> Proof {
    let (entries, scenario, zone) = try run()
    let course = Course(zone: zone, data: scenario.input, entries: entries)
    let breach = Monitor(claimed.claim, graph: workflow.graph, zones: Draft.zones).judge(course).breach
    if case .possible = claimed.claim {} else { #expect(!breach.isEmpty, "\(name): \(entries.map(\.type))") }
    let witness = Witness(
      start: scenario.start, zone: zone.name, input: scenario.input, events: scenario.events,
      timeline: entries, conditions: conditions, breach: breach)
    return Proof(
      claim: claimed.claim, source: claimed.source, text: claimed.text, span: claimed.span, verdict: .broken(witness))
  }
}
