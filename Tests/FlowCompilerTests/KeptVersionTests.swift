import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Texts as they were released, and what a released program made of them. A store names the versions of its runs by the
/// fingerprint, and its runs number their steps by the graph: `CONTRIBUTING.md`, "When the compiler changes".
@Suite struct KeptVersionTests {
  static let names = [
    "after-purchase", "after-verb", "application", "csat", "every-verb", "inquiry", "interview-candidate",
    "interview-interviewer", "invoice", "meeting", "paper-review", "proposal", "sprint-review", "study-wave",
    "surgery", "trial",
  ]

  private static let root = String(#filePath.split(separator: "/").dropLast(3).flatMap { "/" + $0 })
  private static let folder = DiskFiles(root: root + "/Tests/FlowCompilerTests/Kept")

  /// By name: the fingerprint, and the digest of the graph.
  private static func recorded() throws -> [String: (String, String)] {
    let lines = String(decoding: try folder.read("recorded.txt").get(), as: UTF8.self).split(separator: "\n")
    return lines.reduce(into: [:]) { recorded, line in
      let words = line.split(separator: " ").map(String.init)
      if words.count == 3 { recorded[words[0]] = (words[1], words[2]) }
    }
  }

  private func graph(_ name: String) throws -> Graph {
    let project = Compiler.project(
      SourceText(file: "flow.yaml", utf8: try Self.folder.read("flow.yaml").get()), files: Self.folder,
      zones: Draft.zones
    ).0
    let manifests = try [
      "Email/manifest", "Tasks/call", "Tasks/task", "SMS/manifest", "Messenger/manifest", "Notification/manifest",
      "Webhook/manifest",
    ].map { name in
      let text = try DiskFiles(root: Self.root).read("Plugins/\(name).yaml").get()
      return try #require(Compiler.manifest(SourceText(file: name, utf8: text)).0)
    }
    let compilation = Compiler.compile(
      CompilerInput(
        files: ["\(name).yaml"], project: project, manifests: manifests, zones: Draft.zones, source: Self.folder,
        withScenarios: false, isKept: true))
    return try #require(
      compilation.workflows.first?.graph,
      "runs of this text stand still: \(compilation.diagnostics.filter { $0.severity == .error }.map(\.message))")
  }

  @Test(arguments: names) func `guarantee 4: a kept text compiles to the graph that runs were started on`(name: String)
    throws
  {
    let graph = try graph(name)
    let told = "\(name) \(graph.fingerprint) \(GraphDigest.of(graph))"
    let (fingerprint, digest) = try #require(Self.recorded()[name], "record: \(told)")
    #expect(
      graph.fingerprint == fingerprint,
      "the fingerprint is reckoned otherwise: every live run has to be judged by its journal. See CONTRIBUTING.md")
    #expect(
      GraphDigest.of(graph) == digest,
      "the same text makes another graph, and live runs may do another thing. See CONTRIBUTING.md. Now: \(told)")
  }

  private static let text = """
    workflow: kept
    trigger: { event: a.b, key: id }
    input: { contact: contact, id: text }
    steps:
      - wait: 1 day
      - end: done

    """

  /// A check that is new strands nobody: what had no error when runs began on it has its graph.
  @Test func `guarantee 4: a kept text has its graph whatever is found in it today`() throws {
    let text = Self.text + "  - end: never\n"
    #expect(workflows(text, isKept: false).isEmpty)
    #expect(workflows(text, isKept: true).first?.graph.nodes.map(\.name) == ["wait-1", "end-1", "end-2"])
  }

  @Test func `guarantee 4: a kept text that is read in part has no graph`() {
    #expect(workflows(Self.text, isKept: true).count == 1)
    #expect(workflows(Self.text + "about: \"\n", isKept: true).isEmpty)
    #expect(workflows(Self.text + "about: [\n", isKept: true).isEmpty)
  }

  private func workflows(_ text: String, isKept: Bool) -> [CompiledWorkflow] {
    Compiler.compile(
      CompilerInput(
        files: ["kept.yaml"], project: Project(), manifests: [], zones: Draft.zones,
        source: MemoryFiles(["kept.yaml": text]), isKept: isKept)
    ).workflows
  }
}

/// A digest of everything in a graph but where it stands in the text and what is said about it: not the fingerprint's
/// own reckoning, so that what that leaves out by mistake is seen too. What is nil, empty or false counts for nothing:
/// a new word of the language, which older texts do not say, changes nothing.
enum GraphDigest {
  private static let unsaid: Set<String> = ["span", "about", "note", "file", "fingerprint", "text", "isWritten"]

  static func of(_ graph: Graph) -> String { hexadecimal(sha256(Array((told(graph) ?? "").utf8)), digits: 16) }

  private static func told(_ value: Any) -> String? {
    // What an author wrote; how it is looked for is the program's own affair.
    if let pattern = value as? ReplyPattern { return pattern.text }
    let mirror = Mirror(reflecting: value)
    let parts = mirror.children.compactMap { child -> String? in
      if let label = child.label, unsaid.contains(label) { return nil }
      return told(child.value).map { "\(child.label ?? "")(\($0))" }
    }
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.flatMap { told($0.value) ?? "empty" }
    case .set, .dictionary: return parts.isEmpty ? nil : parts.sorted().joined(separator: ",")
    case .enum where mirror.children.isEmpty: return "\(value)"
    case .none where mirror.children.isEmpty: return value as? Bool == false ? nil : "\(value)"
    // The position in a list counts.
    case .collection: return parts.isEmpty ? nil : mirror.children.map { told($0.value) ?? "" }.joined(separator: ";")
    default: return parts.isEmpty ? nil : parts.joined(separator: ",")
    }
  }
}
