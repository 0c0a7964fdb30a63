import FlowAnalysis
import FlowCore
import FlowReport
import FlowTime
import Foundation
import ProofKit
import Testing

/// What a proof shows as broken can be seen by anybody: the command tells the witness as the machine did.
struct SimulatedTests {
  /// `type` at `at` of a step, of every entry.
  private struct Line: Hashable, CustomStringConvertible {
    var at: String
    var type: String
    var step: String?
    var description: String { "\(at) \(type) \(step ?? "")" }
  }

  @Test func `a witness told to flow simulate is the same run`() throws {
    let workshop = try AgreementTests.workshop.get()
    var told = 0
    for seed in 1...24 as ClosedRange<UInt64> {
      let generated = Generated(seed: seed)
      // The engine looks at a touch once more when the same instant has suppressed its channel: the machine alone does
      // not.
      guard !generated.text.contains("suppress:") else { continue }
      guard case .success(let graph) = workshop.compile(generated) else { continue }
      for witness in witnesses(seed, workshop).prefix(2) {
        let zone = try #require(workshop.zones.zone(named: witness.zone))
        let lines = try simulated(generated, witness, zone)
        let expected = witness.timeline.map {
          Line(at: $0.at.rfc3339(in: zone), type: $0.type, step: $0.step)
        }
        #expect(lines == expected, "seed \(seed) of \(graph.workflow)")
        told += 1
      }
    }
    #expect(told >= 12)
  }

  private func witnesses(_ seed: UInt64, _ workshop: Workshop) -> [Witness] {
    var found: [Witness] = []
    _ = Agreement(seed: seed, workshop, budget: 1) { graph, claims, zones, caps in
      let search = WitnessSearch(graph: graph, zones: zones, caps: caps, steps: 300)
      // The last of them are about answers and the order of steps.
      found = claims.reversed().compactMap { if case .possible = $0.claim { nil } else { search.find($0.claim) } }
      return []
    }
    return found
  }

  private func simulated(_ generated: Generated, _ witness: Witness, _ zone: Zone) throws -> [Line] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "witness-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let scenario = Scenario(
      name: "witness", start: witness.start, input: witness.input, events: witness.events,
      span: .file(Generated.file))
    let report = ScenarioReport.json([(scenario, zone)], missing: [], file: Generated.file)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
    let one = try #require((object["scenarios"] as? [[String: Any]])?.first)
    var files: [(String, Data)] = [
      (Generated.file, Data(generated.text.utf8)), (Generated.companion.file, Data(Generated.companion.text.utf8)),
      ("input.json", try JSONSerialization.data(withJSONObject: try #require(one["input"]))),
      ("events.json", try JSONSerialization.data(withJSONObject: one["events"] ?? [])),
    ]
    if let project = generated.project { files.append(("flow.yaml", Data(project.utf8))) }
    for (name, data) in files { try data.write(to: folder.appending(path: name)) }
    let process = Process()
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    process.executableURL = URL(fileURLWithPath: bundle).deletingLastPathComponent().appending(path: "flow")
    process.arguments = [
      "simulate", Generated.file, "--start", witness.start.rfc3339(in: zone), "--input", "input.json", "--events",
      "events.json", "--format", "json",
    ]
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let timeline = try JSONSerialization.jsonObject(with: output) as? [String: Any]
    return (timeline?["timeline"] as? [[String: Any]] ?? []).map {
      Line(at: $0["at"] as? String ?? "", type: $0["type"] as? String ?? "", step: $0["step"] as? String)
    }
  }
}
