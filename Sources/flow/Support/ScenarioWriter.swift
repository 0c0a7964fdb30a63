import FlowCompiler
import FlowCore
import FlowReport
import FlowTime

/// `flow check --write-scenarios`: each run that breaks something becomes a scenario of its file, once. `expect` is
/// what happens now, so that `flow run` shows it, and shows when it has been mended.
enum ScenarioWriter {
  static func write(_ workflow: CompiledWorkflow, _ workspace: Workspace) throws {
    guard let target = target(of: workflow, workspace) else { return }
    let items = added(workflow, workspace)
    guard !items.isEmpty, let source = workspace.source(target.file) else { return }
    try workspace.replace(source, with: target.root.map { edited(source, $0, items) } ?? source.utf8)
    Output.complain("wrote \(items.count == 1 ? "1 scenario" : "\(items.count) scenarios") into \(target.file)")
  }

  // MARK: What

  private static func added(_ workflow: CompiledWorkflow, _ workspace: Workspace) -> [[String]] {
    var known = workflow.scenarios
    // What is promised comes first: one run may break several things, and is written once.
    let proofs = workflow.proofs.filter { $0.source != .language } + workflow.proofs.filter { $0.source == .language }
    return proofs.compactMap { proof in
      guard case .broken(let witness) = proof.verdict,
        ProofReport.findings([proof], of: workflow.graph, zones: workspace.zones).contains(where: {
          $0.severity > .hint
        })
      else { return nil }
      let name = "a run that breaks: " + ProofReport.claim(proof, of: workflow.graph)
      guard !known.contains(where: { $0.name == name || $0.tells(witness) }) else { return nil }
      let zone = workspace.zones.zone(named: witness.zone) ?? .utc
      let item = ScenarioYAML.item(
        name: name, of: witness, in: workflow.graph, zones: workspace.zones,
        expect: Recorder.lines(witness.timeline, zone))
      guard let item else {
        Output.complain("\(name): no scenario can say what happens in it")
        return nil
      }
      known.append(
        Scenario(
          name: name, start: witness.start, input: witness.input, events: witness.events, span: proof.span,
          item: witness.item))
      return item
    }
  }

  // MARK: Where

  /// `NAME.scenarios.yaml` where there is one, else the file itself.
  private static func target(of workflow: CompiledWorkflow, _ workspace: Workspace) -> (file: String, root: YAMLNode?)?
  {
    guard workflow.file.hasSuffix(".yaml") else { return (workflow.file, workflow.root) }
    let beside = String(workflow.file.dropLast(5)) + ".scenarios.yaml"
    guard let source = workspace.source(beside) else { return (workflow.file, workflow.root) }
    return (beside, YAMLReader.read(source).0.root)
  }

  /// The text with the items at the end of its list of scenarios; all else stays as it is.
  private static func edited(_ source: SourceText, _ root: YAMLNode, _ items: [[String]]) -> [UInt8] {
    var bytes = source.utf8
    let isCRLF = bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } ?? false
    func text(_ lines: [String]) -> [UInt8] {
      Array(lines.map { $0 + (isCRLF ? "\r\n" : "\n") }.joined().utf8)
    }
    func indented(_ column: Int) -> [String] {
      let blanks = String(repeating: " ", count: column - 1)
      return items.flatMap { [""] + $0.map { blanks + $0 } }
    }
    let entry = root.entries?.first { $0.keyText == "scenarios" }
    if let list = entry?.value.items, let last = list.last, let column = dash(before: last.span.start.offset, source) {
      let at = lineEnd(after: last.span.end.offset, bytes)
      bytes.replaceSubrange(at..<at, with: (needsBreak(at, bytes) ? text([""]) : []) + text(indented(column)))
    } else if let entry, entry.value.items?.isEmpty ?? true {
      // An empty list: its brackets, where it has some, go.
      let (from, to) = (entry.keySpan.end.offset + 1, max(entry.keySpan.end.offset + 1, entry.value.span.end.offset))
      if entry.value.items != nil { bytes.replaceSubrange(from..<to, with: []) }
      let at = lineEnd(after: from, bytes)
      bytes.replaceSubrange(
        at..<at, with: (needsBreak(at, bytes) ? text([""]) : []) + text(Array(indented(3).dropFirst())))
    } else {
      let start = needsBreak(bytes.count, bytes) ? text([""]) : []
      bytes += start + text(["", "scenarios:"] + indented(3).dropFirst())
    }
    return bytes
  }

  /// The column of the dash that a list's item stands after; nil for an item in brackets.
  private static func dash(before offset: Int, _ source: SourceText) -> Int? {
    var at = offset
    while at > 0, source.utf8[at - 1] == 0x20 { at -= 1 }
    guard at > 0, source.utf8[at - 1] == UInt8(ascii: "-") else { return nil }
    return source.position(at: at - 1).column
  }

  /// The beginning of the line after the one in which something ends.
  private static func lineEnd(after offset: Int, _ bytes: [UInt8]) -> Int {
    if offset > 0, offset <= bytes.count, bytes[offset - 1] == 0x0A { return offset }
    return bytes[min(offset, bytes.count)...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
  }

  private static func needsBreak(_ offset: Int, _ bytes: [UInt8]) -> Bool { offset > 0 && bytes[offset - 1] != 0x0A }
}

extension Scenario {
  /// The same run by another name.
  fileprivate func tells(_ witness: Witness) -> Bool {
    start == witness.start && input == witness.input && (item ?? 1) == (witness.item ?? 1)
      && events.map(\.kind) == witness.events.map(\.kind) && events.map(\.at) == witness.events.map(\.at)
  }
}
