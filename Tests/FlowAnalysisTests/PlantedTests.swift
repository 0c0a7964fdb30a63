import FlowAnalysis
import FlowCore
import FlowPlugin
import FlowSimulation
import FlowTesting
import FlowTime
import Testing

/// Hands over whatever it is given, so that the simulator's engine says the same as the machine.
private struct Plain: Channel {
  let manifest: [UInt8] = []
  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    Rendering(to: delivery.address, shown: [], payload: [], fileExtension: "txt")
  }
  func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt { .accepted(id: "plain") }
}

struct PlantedTests {
  private static let zones = Draft.zones
  private static let channels: [String: any Channel] = Dictionary(
    uniqueKeysWithValues: Draft.manifests.map { ($0.verb, Plain()) })

  @Test func `there are a hundred of them, each called by its own name`() {
    #expect(Planted.all.count >= 100)
  }

  @Test(arguments: Planted.all.indices)
  func `what is planted is found, and the run replayed breaks it`(index: Int) async throws {
    let planted = Planted.all[index]
    let graph = try planted.graph(mended: false)
    let claim = try planted.claim(graph)
    let search = WitnessSearch(graph: graph, zones: Self.zones)
    let found = search.find(claim)
    #expect(found != nil, "\(index) \(planted.name)")
    guard let witness = found else { return }
    let course = try #require(search.replay(witness))
    #expect(course.entries == witness.timeline, "\(planted.name)")
    #expect(Monitor(claim, graph: graph, zones: Self.zones).judge(course).isBroken, "\(planted.name)")
    // The same by the engine that production uses.
    let simulated = try await Simulator(graphs: [graph], channels: Self.channels, zones: Self.zones).run(
      Story(
        workflow: graph.workflow, start: witness.start, beginning: .input(witness.input), item: witness.item,
        events: witness.events))
    #expect(simulated.problems == [], "\(planted.name)")
    #expect(simulated.timeline?.entries == witness.timeline, "\(index) \(planted.name): \(told(witness))")
  }

  @Test(arguments: Planted.all.indices)
  func `nothing is found in what is mended`(index: Int) throws {
    let planted = Planted.all[index]
    let graph = try planted.graph(mended: true)
    let claim = try planted.claim(graph)
    let witness = WitnessSearch(graph: graph, zones: Self.zones, steps: 6_000).find(claim)
    let isClean = witness == nil
    #expect(isClean, "\(index) \(planted.name): \(witness.map { told($0) } ?? "")")
  }

  private func told(_ witness: Witness) -> String {
    let data = witness.input["contact"]?[path: ["timezone"]].text ?? ""
    let events = witness.events.map { "\($0.atText) \($0.kind)" }.joined(separator: "; ")
    let lines = witness.timeline.map { "  \($0.at) \($0.step ?? "") \($0.kind)" }.joined(separator: "\n")
    return "\(witness.start) \(witness.zone) \(data) \(events)\n\(lines)"
  }
}
