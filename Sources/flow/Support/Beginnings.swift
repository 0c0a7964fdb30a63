import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTime

/// How the runs begin that a command makes up.
enum Beginnings {
  /// 2026-03-25 16:40 in Berlin: a Wednesday, four days before the clocks go forward there.
  private static let usualStart = Instant(seconds: 1_774_453_200)

  /// The data of the file's own scenarios, each once; without any, made-up ones.
  static func known(_ workflow: CompiledWorkflow, start: Instant? = nil) -> [Beginning] {
    var known: Set<[String: Value]> = []
    let own = workflow.scenarios.compactMap { one -> Beginning? in
      guard known.insert(one.input).inserted else { return nil }
      return Beginning(start: start ?? one.start, input: one.input, item: one.item, path: one.inputPath)
    }
    if !own.isEmpty { return own }
    let start = start ?? usualStart
    return [Beginning(start: start, input: Sample.record(workflow.graph.triggerFields, at: start))]
  }

  /// The data of a JSON file.
  static func file(_ path: String, _ graph: Graph, start: Instant?, zones: any ZoneSource) throws -> [Beginning] {
    [Beginning(start: start ?? usualStart, input: try Input.record(path, graph, zones: zones))]
  }
}
