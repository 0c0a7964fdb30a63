import FlowCore
import FlowTime

extension ProofReport {
  /// One workflow with all that is claimed of it.
  public struct ProvedFile: Sendable {
    public var graph: Graph
    public var proofs: [Proof]
    public init(graph: Graph, proofs: [Proof]) {
      self.graph = graph
      self.proofs = proofs
    }
  }

  /// What is claimed, as a sentence.
  public static func claim(_ proof: Proof, of graph: Graph) -> String {
    proof.text.isEmpty ? ProofLines.claim(proof.claim, graph) : proof.text
  }

  // MARK: Text

  /// What holds for every contact, a block a file.
  public static func text(_ files: [ProvedFile], color: Bool = false) -> String {
    let paint = Paint(color: color)
    return files.map { file in
      let lines = merged(file)
      let head = paint(Printable.line(file.graph.file), .bold) + ", for every contact, start and answer"
      let all = [head] + lines.map { line($0, paint) } + given(file.graph, paint)
      return all.map { $0 + "\n" }.joined() + "\n"
    }.joined()
  }

  private struct Line {
    enum Verdict: String { case proved, broken, open }
    var verdict: Verdict
    var claim: String
    var more: String?
  }

  /// What is proved of several outcomes or tasks alike is one line.
  private static func merged(_ file: ProvedFile) -> [Line] {
    var lines: [Line] = []
    var outcomes: [String] = []
    var tasks: [String] = []
    for proof in file.proofs {
      if case .proved = proof.verdict {
        if case .possible(let outcome) = proof.claim {
          outcomes.append(outcome)
          continue
        }
        if case .overseen(let node) = proof.claim, file.graph.nodes.indices.contains(node) {
          tasks.append(file.graph.nodes[node].name)
          continue
        }
      }
      // How late the first touch may be is said by the rule `late`, and silenced there.
      if case (.firstTouch, .language, .broken) = (proof.claim, proof.source, proof.verdict) { continue }
      lines.append(line(proof, file.graph))
    }
    if !outcomes.isEmpty {
      let all = "some run ends \(Words.list(outcomes))" + (outcomes.count > 1 ? ", each of them" : "")
      lines.append(Line(verdict: .proved, claim: all))
    }
    if !tasks.isEmpty {
      lines.append(Line(verdict: .proved, claim: ProofLines.overseen(Words.list(tasks, "or"))))
    }
    return lines
  }

  private static func line(_ proof: Proof, _ graph: Graph) -> Line {
    let claim = Printable.line(Self.claim(proof, of: graph))
    switch proof.verdict {
    case .proved: return Line(verdict: .proved, claim: claim, more: ProofLines.measure(proof))
    case .broken: return Line(verdict: .broken, claim: claim)
    case .impossible(let because): return Line(verdict: .broken, claim: claim, more: because)
    case .undecided(let because, _): return Line(verdict: .open, claim: claim, more: because)
    }
  }

  /// What all of it rests on, where the file has such a thing.
  private static func given(_ graph: Graph, _ paint: Paint) -> [String] {
    guard !graph.givens.isEmpty else { return [] }
    return [block("given", .dim, Width.filled([graph.givens.joined(separator: "; ")], to: 68), paint)]
  }

  private static func line(_ line: Line, _ paint: Paint) -> String {
    let style: Style =
      switch line.verdict {
      case .proved: .green
      case .broken: .red
      case .open: .yellow
      }
    let lines = Width.filled([line.claim + (line.more == nil ? "" : ":")] + [line.more].compactMap { $0 }, to: 68)
    return block(line.verdict.rawValue, style, lines, paint)
  }

  private static func block(_ word: String, _ style: Style, _ lines: [String], _ paint: Paint) -> String {
    let rest = lines.dropFirst().map { String(repeating: " ", count: 12) + $0 }
    return (["  " + paint(Width.padded(word, to: 6), style) + "  " + (lines.first ?? "")] + rest)
      .joined(separator: "\n")
  }

  // MARK: JSON

  /// Every claim of every file, with its bound, or the run that breaks it.
  static func json(_ files: [ProvedFile], zones: any ZoneSource) -> JSONValue {
    .array(files.flatMap { file in file.proofs.map { json($0, file.graph, zones) } })
  }

  static func json(_ proof: Proof, _ graph: Graph, _ zones: any ZoneSource) -> JSONValue {
    var members: [(String, JSONValue?)] = [
      ("file", .string(graph.file)), ("workflow", .string(graph.workflow)),
      ("claim", .string(claim(proof, of: graph))),
      ("source", .string(source(proof))),
    ]
    if proof.source != .language { members.append(("line", .int(proof.span.start.line))) }
    switch proof.verdict {
    case .proved(let bound, let isReached):
      members.append(("verdict", .string("proved")))
      switch bound {
      case .count(let count)?: members.append(("count", .int(count)))
      case .time(let milliseconds)?: members.append(("milliseconds", .number(String(milliseconds))))
      case nil: break
      }
      if bound != nil { members.append(("reached", .bool(isReached))) }
      if !proof.leftOut.isEmpty {
        members.append(("left-out", .array(proof.leftOut.map { .string(ProofLines.words($0)) })))
      }
      if !graph.givens.isEmpty { members.append(("given", .array(graph.givens.map { .string($0) }))) }
    case .broken(let witness):
      members.append(("verdict", .string("broken")))
      members.append(("run", run(witness, graph, zones)))
    case .impossible(let because):
      members.append(("verdict", .string("broken")))
      members.append(("because", .string(because)))
    case .undecided(let because, let decidedBy):
      members.append(("verdict", .string("undecided")))
      members.append(("because", .string(because)))
      members.append(("decided-by", decidedBy.isEmpty ? nil : .string(decidedBy)))
    }
    return .members(members)
  }

  private static func source(_ proof: Proof) -> String {
    switch proof.source {
    case .language: "language"
    case .file: "file"
    case .project: "flow.yaml"
    }
  }

  /// Everything that `flow simulate` needs to show it, and what it shows.
  private static func run(_ witness: Witness, _ graph: Graph, _ zones: any ZoneSource) -> JSONValue {
    let zone = zones.zone(named: witness.zone) ?? .utc
    let events = witness.events.compactMap { ScenarioEvent($0, graph, zone)?.json }
    return .members([
      ("zone", .string(zone.name)), ("start", EntryJSON.time(witness.start, zone)),
      ("item", witness.item.map { .int($0) }),
      ("input", FlowCore.json(of: .record(witness.input), zone: zone)), ("events", .array(events)),
      (
        "conditions",
        .array(witness.conditions.map { .members([("text", .string($0.text)), ("holds", .bool($0.holds))]) })
      ),
      ("timeline", .array(witness.timeline.map { EntryJSON.value($0, in: zone) })),
      ("breach", .array(witness.breach.map { .int($0) })),
      (
        "places",
        .array(witness.places.map { .members([("step", .string($0.step)), ("line", .int($0.span.start.line))]) })
      ),
    ])
  }
}
