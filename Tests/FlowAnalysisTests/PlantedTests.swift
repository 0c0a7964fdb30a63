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
  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    return .accepted(id: "plain")
  }
}

struct PlantedTests {
  private static let zones = Draft.zones
  private static let channels: [String: any Channel] = Dictionary(
    uniqueKeysWithValues: Draft.manifests.map { ($0.verb, Plain()) })

  @Test func `there are a hundred of them, each called by its own name`() {
    #expect(Set(Planted.all.map(\.name)).count == Planted.all.count && Planted.all.count >= 100)
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

  /// So many of what is mended are neither proved nor broken; fewer as proofs get finer, never more.
  private static let mostOpen = 19

  @Test func `what is planted is broken, not proved; what is mended is never broken`() throws {
    var open: [String] = []
    for (index, planted) in Planted.all.enumerated() {
      for isMended in [false, true] {
        let graph = try planted.graph(mended: isMended)
        let search = WitnessSearch(graph: graph, zones: Self.zones, steps: isMended ? 6_000 : 60_000)
        let claimed = Claimed(try planted.claim(graph), span: graph.trigger.span)
        let proofs = Prover(graph: graph, zones: Self.zones).prove([claimed], find: { search.find($0) })
        switch (try #require(proofs.first).verdict, isMended) {
        case (.broken, false), (.proved, true): break
        case (.undecided, true): open.append(planted.name)
        case (.broken(let witness), _): Issue.record("\(index) \(planted.name), mended: \(told(witness))")
        case (let verdict, _): Issue.record("\(index) \(planted.name): \(verdict)")
        }
      }
    }
    let count = open.count
    #expect(count <= Self.mostOpen, "\(open)")
  }

  private func told(_ witness: Witness) -> String {
    let data = witness.input["contact"]?[path: ["timezone"]].text ?? ""
    let events = witness.events.map { "\($0.atText) \($0.kind)" }.joined(separator: "; ")
    let lines = witness.timeline.map { "  \($0.at) \($0.step ?? "") \($0.kind)" }.joined(separator: "\n")
    return "\(witness.start) \(witness.zone) \(data) \(events)\n\(lines)"
  }
}
