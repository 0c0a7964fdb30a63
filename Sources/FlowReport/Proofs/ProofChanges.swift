import FlowCore
import FlowTime

/// What one version of a workflow keeps, and another does not.
public struct ProofChanges: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable { case gained, lost, changed }

  public struct Change: Sendable, Hashable {
    public var kind: Kind
    /// A line of `guarantees:`, or what the language claims.
    public var claim: String
    /// What is known of it: `proved`, `broken`, `open`, with the worst case; nil where it is not claimed.
    public var old: String?
    public var new: String?
    /// The run that breaks it now, as ``ProofReport/findings(_:of:zones:)`` tells it.
    public var story: [String]
  }

  public var changes: [Change]
  public var isEmpty: Bool { changes.isEmpty }

  /// Claims are the same where they read the same.
  public init(old: ProofReport.ProvedFile, new: ProofReport.ProvedFile, zones: any ZoneSource) {
    let (before, after) = (Self.known(old), Self.known(new))
    changes = Self.claims(old, new).compactMap { claim in
      let (was, now) = (before[claim], after[claim])
      guard was?.words != now?.words, was?.rank != nil || now?.rank != nil else { return nil }
      // What the language claims of steps and outcomes that only one version has is a change of the file.
      if was == nil || now == nil, (was ?? now)?.proof.source == .language, now?.rank != 0 { return nil }
      var story: [String] = []
      if let proof = now?.proof, case .broken(let witness) = proof.verdict {
        story = ProofStory(witness, of: proof.claim, new.graph, zones: zones).lines
      }
      let (from, to) = (was?.rank ?? 1, now?.rank ?? 1)
      let kind: Kind = to > from ? .gained : to < from ? .lost : .changed
      return Change(kind: kind, claim: claim, old: was?.words, new: now?.words, story: story)
    }
  }

  private struct Known {
    var proof: Proof
    /// 2 proved, 1 open, 0 broken.
    var rank: Int
    var words: String
  }

  private static func claims(_ old: ProofReport.ProvedFile, _ new: ProofReport.ProvedFile) -> [String] {
    var seen: Set<String> = []
    return [new, old].flatMap { file in file.proofs.map { ProofReport.claim($0, of: file.graph) } }
      .filter { seen.insert($0).inserted }
  }

  private static func known(_ file: ProofReport.ProvedFile) -> [String: Known] {
    var known: [String: Known] = [:]
    for proof in file.proofs {
      // Said by the rule `late`.
      if case (.firstTouch, .language) = (proof.claim, proof.source) { continue }
      let claim = ProofReport.claim(proof, of: file.graph)
      if known[claim] == nil { known[claim] = self.known(proof, of: file.graph) }
    }
    return known
  }

  private static func known(_ proof: Proof, of graph: Graph) -> Known {
    switch proof.verdict {
    case .proved:
      Known(proof: proof, rank: 2, words: "proved" + (ProofLines.bound(proof).map { ", \($0)" } ?? ""))
    case .undecided: Known(proof: proof, rank: 1, words: "open")
    case .broken, .impossible: Known(proof: proof, rank: 0, words: "broken")
    }
  }

  // MARK: Text and JSON

  func lines(_ paint: Paint) -> [String] {
    guard !isEmpty else { return [] }
    return ["", "what holds for every contact:"]
      + changes.flatMap { change -> [String] in
        let (mark, style): (String, Style) =
          switch change.kind {
          case .gained: ("+", .greenText)
          case .lost: ("-", .redText)
          case .changed: ("~", .yellowText)
          }
        let words =
          change.new.map { now in change.old.map { "\($0) -> \(now)" } ?? "newly claimed, \(now)" }
          ?? "no longer claimed"
        let told = Width.wrapped("\(Printable.line(change.claim)): \(words)", to: 74)
        return told.enumerated().map { paint(($0 == 0 ? "  \(mark) " : "      ") + $1, style) }
          + change.story.map { "      " + $0 }
      }
  }

  var json: JSONValue {
    .array(
      changes.map { change in
        .members([
          ("kind", .string(change.kind.rawValue)), ("claim", .string(change.claim)),
          ("old", change.old.map { .string($0) } ?? .null), ("new", change.new.map { .string($0) } ?? .null),
          ("run", change.story.isEmpty ? nil : .array(change.story.map { .string($0) })),
        ])
      })
  }
}
