import FlowCompiler
import FlowCore
import FlowTime
import Glibc

/// `flow run --record`: what happened, written into the `expect` of scenarios that are unmet or have none. The lines
/// stand under `# recorded`, so that nobody takes them for worked out by hand.
enum Recorder {
  static func record(_ workflow: CompiledWorkflow, _ results: [ScenarioResult], _ workspace: Workspace) throws {
    var edits: [String: [(range: Range<Int>, text: String)]] = [:]
    for (scenario, result) in zip(workflow.scenarios, results) {
      guard let timeline = result.timeline, !result.passed || scenario.expectSpan == nil else { continue }
      guard let source = workspace.source(scenario.span.file) else { continue }
      edits[scenario.span.file, default: []].append(edit(scenario, lines(timeline), source))
    }
    for (file, changes) in edits {
      guard let source = workspace.source(file) else { continue }
      var bytes = source.utf8
      for change in changes.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
        bytes.replaceSubrange(change.range, with: Array(change.text.utf8))
      }
      try write(bytes, to: workspace.base + "/" + file)
      Output.complain("recorded \(changes.count == 1 ? "1 scenario" : "\(changes.count) scenarios") in \(file)")
    }
  }

  /// Touches, tasks, escalations and the end, as `expect` writes them.
  private static func lines(_ timeline: Timeline) -> [String] {
    timeline.entries.compactMap { entry in
      var at = timeline.zone.civil(at: entry.at)
      at.time = CivilTime(milliseconds: at.time.milliseconds / 60_000 * 60_000)
      switch entry.kind {
      case .sent, .task, .escalated: return entry.step.map { "\(at)  \($0)" }
      case .ended(let outcome): return "\(at)  end \(outcome)"
      default: return nil
      }
    }
  }

  private static func edit(
    _ scenario: Scenario, _ lines: [String], _ source: SourceText
  ) -> (range: Range<Int>, text: String) {
    if let old = scenario.expectSpan {
      let line = source.line(old.start.line)
      let isOnKeysLine = line.utf8.contains(UInt8(ascii: ":")) && !line.drop(while: { $0 == " " }).hasPrefix("- ")
        || line.drop(while: { $0 == " " }).hasPrefix("expect:")
      let indent = isOnKeysLine ? line.prefix { $0 == " " }.count + 2 : old.start.column - 1
      let text = block(lines, indent: indent)
      // From the end of the key's line, or from the start of the first entry's.
      return (start(of: old, isOnKeysLine, source)..<old.end.offset, isOnKeysLine ? "\n" + text : text)
    }
    let indent = scenario.span.start.column - 1
    let key = String(repeating: " ", count: indent) + "expect:\n"
    return (scenario.span.end.offset..<scenario.span.end.offset, "\n" + key + block(lines, indent: indent + 2))
  }

  private static func start(of old: Span, _ isOnKeysLine: Bool, _ source: SourceText) -> Int {
    var offset = old.start.offset
    while offset > 0, source.utf8[offset - 1] == UInt8(ascii: " ") { offset -= 1 }
    return offset
  }

  private static func block(_ lines: [String], indent: Int) -> String {
    let blanks = String(repeating: " ", count: indent)
    return (["# recorded"] + lines.map { "- \($0)" }).map { blanks + $0 }.joined(separator: "\n")
  }

  /// Beside the file first, then in its place: a crash leaves the one or the other.
  private static func write(_ bytes: [UInt8], to path: String) throws {
    let beside = path + ".recording"
    guard let file = fopen(beside, "w") else { throw Failure.broken("cannot write \"\(path)\"") }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count, rename(beside, path) == 0 else {
      unlink(beside)
      throw Failure.broken("cannot write \"\(path)\": \(String(cString: strerror(errno)))")
    }
  }
}
