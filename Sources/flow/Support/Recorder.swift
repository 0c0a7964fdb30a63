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
      edits[scenario.span.file, default: []].append(edit(scenario, lines(timeline.entries, timeline.zone), source))
    }
    for (file, changes) in edits.sorted(by: { $0.key < $1.key }) {
      guard let source = workspace.source(file) else { continue }
      var bytes = source.utf8
      for change in changes.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
        // In the file's own line ends.
        let isCRLF = source.utf8.firstIndex(of: 0x0A).map { $0 > 0 && source.utf8[$0 - 1] == 0x0D } ?? false
        let text =
          isCRLF
          ? change.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") : change.text
        bytes.replaceSubrange(change.range, with: Array(text.utf8))
      }
      try workspace.replace(source, with: bytes)
      Output.complain("recorded \(changes.count == 1 ? "1 scenario" : "\(changes.count) scenarios") in \(file)")
    }
  }

  /// Touches, tasks, escalations and the end, as `expect` writes them.
  static func lines(_ entries: [Entry], _ zone: Zone) -> [String] {
    entries.compactMap { entry in
      var at = zone.civil(at: entry.at)
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
    guard let old = scenario.expectSpan else { return added(scenario, lines, source) }
    if key(of: old, source).isInBraces { return (old.start.offset..<old.end.offset, inBrackets(lines)) }
    let line = source.line(old.start.line)
    let isOnKeysLine =
      line.utf8.contains(UInt8(ascii: ":")) && !line.drop(while: { $0 == " " }).hasPrefix("- ")
      || line.drop(while: { $0 == " " }).hasPrefix("expect:")
    let indent = isOnKeysLine ? key(of: old, source).column + 1 : old.start.column - 1
    let text = block(lines, indent: indent)
    // From the end of the key's line, or from the start of the first entry's.
    return (start(of: old, source)..<old.end.offset, isOnKeysLine ? "\n" + text : text)
  }

  /// An `expect` where there is none: below the scenario's name, or beside it.
  private static func added(
    _ scenario: Scenario, _ lines: [String], _ source: SourceText
  ) -> (range: Range<Int>, text: String) {
    let name = key(of: scenario.span, source)
    var end = scenario.span.end.offset
    if name.isInBraces { return (end..<end, ", expect: " + inBrackets(lines)) }
    let blanks = String(repeating: " ", count: name.column - 1)
    let text = blanks + "expect:\n" + block(lines, indent: name.column + 1)
    // A text in a block of its own ends where the next line begins.
    if end > 0, source.utf8[end - 1] == 0x0A { return (end..<end, text + "\n") }
    while end < source.utf8.count, source.utf8[end] != 0x0A, source.utf8[end] != 0x0D { end += 1 }
    return (end..<end, "\n" + text)
  }

  /// The column of a value's key, and whether it stands in a mapping in braces.
  private static func key(of value: Span, _ source: SourceText) -> (column: Int, isInBraces: Bool) {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D }
    var at = value.start.offset
    while at > 0, source.utf8[at - 1] != UInt8(ascii: ":") { at -= 1 }
    at -= 1
    while at > 0, isBlank(source.utf8[at - 1]) { at -= 1 }
    while at > 0, !isBlank(source.utf8[at - 1]), !"{,".utf8.contains(source.utf8[at - 1]) { at -= 1 }
    at = max(at, 0)
    let column = source.span(at..<at).start.column
    while at > 0, isBlank(source.utf8[at - 1]) { at -= 1 }
    return (column, at > 0 && "{,".utf8.contains(source.utf8[at - 1]))
  }

  private static func start(of old: Span, _ source: SourceText) -> Int {
    var offset = old.start.offset
    while offset > 0, source.utf8[offset - 1] == UInt8(ascii: " ") { offset -= 1 }
    return offset
  }

  private static func block(
    _ lines: [String], indent: Int, mark: String = "- ", separator: String = ""
  ) -> String {
    let blanks = String(repeating: " ", count: indent)
    return (["# recorded"] + lines.map { mark + $0 + separator }).map { blanks + $0 }.joined(separator: "\n")
  }

  private static func inBrackets(_ lines: [String]) -> String {
    "[\n" + block(lines, indent: 8, mark: "", separator: ",") + "\n      ]"
  }

  /// Beside the file first, then in its place: a crash leaves the one or the other. A link stays one, and who may read
  /// and write the file stays as it was.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let target = Paths.real(path) ?? path
    let beside = target + ".recording"
    guard let file = fopen(beside, "w") else { throw Failure.broken("cannot write \"\(path)\"") }
    var status = stat()
    if stat(target, &status) == 0 { fchmod(fileno(file), status.st_mode & 0o7777) }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count, rename(beside, target) == 0 else {
      unlink(beside)
      throw Failure.broken("cannot write \"\(path)\": \(String(cString: strerror(errno)))")
    }
  }
}
