import FlowCompiler
import FlowCore
import FlowReport
import FlowTesting
import FlowTime
import Foundation
import Testing

/// Broken promises as whoever owns the process reads them: whole texts beside the files, `FLOW_RECORD=1` writes them.
struct ToldTests {
  @Test(arguments: Broken.names)
  func `a broken promise is told in the words of the process, on one screen`(name: String) throws {
    let isProject = name.hasPrefix("14")
    let broken = try Broken(name, project: isProject ? ["ends within 1 week"] : [])
    let text = FindingsReport.text(
      ProofReport.findings([try proof(broken)], of: broken.workflow.graph, zones: Draft.zones),
      sources: broken.compilation.sources, files: ["offer.yaml"])
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count <= 24)
    for line in lines { #expect(line.count <= 80, "\(line)") }
    for word in ["witness", "claim", "node", "await-", "milestone", "DBM", "nil", "optional("] {
      #expect(!text.contains(word), "\(word)")
    }
    try expectRecorded(text, name)
  }

  @Test(arguments: Broken.names)
  func `line numbers of three digits make no line longer than eighty columns`(name: String) throws {
    let broken = try Broken(name, project: name.hasPrefix("14") ? ["ends within 1 week"] : [], below: 100)
    let text = FindingsReport.text(
      ProofReport.findings([try proof(broken)], of: broken.workflow.graph, zones: Draft.zones),
      sources: broken.compilation.sources, files: ["offer.yaml"])
    #expect(name.hasPrefix("13") || text.contains("line 1") || text.contains("offer.yaml:1"))
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  private func proof(_ broken: Broken) throws -> Proof {
    let own = broken.workflow.guarantees
    let standard = Claims.standard(for: broken.workflow.graph)
    func language(_ isMeant: (Claim) -> Bool) throws -> Claimed { try #require(standard.first { isMeant($0.claim) }) }
    switch broken.name.prefix(2) {
    case "05": return try broken.proof(own[0], conditions: [.init(text: "offer.price > 1000", holds: true)])
    case "10":
      return try broken.proof(
        language { if case .touches = $0 { true } else { false } },
        conditions: [.init(text: "offer.price >= 5000", holds: true)])
    case "11": return try broken.proof(language { $0 == .silence(reaches: []) })
    case "12": return try broken.proof(language { if case .overseen = $0 { true } else { false } })
    case "13":
      // No run shows what no run can do.
      var proof = try broken.proof(language { $0 == .possible(outcome: "declined") })
      proof.verdict = .impossible(
        because: "all ways through the file were followed, and none ends with declined")
      return proof
    default: return try broken.proof(own[0])
    }
  }

  private func expectRecorded(_ text: String, _ name: String) throws {
    let file = Broken.folder.appendingPathComponent(name + ".txt")
    let recorded = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) }
    if ProcessInfo.processInfo.environment["FLOW_RECORD"] == "1", recorded != text {
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(name).txt: read it, then run again without FLOW_RECORD")
      return
    }
    #expect(recorded == text)
  }
}
