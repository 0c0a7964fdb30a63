import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// A file's own scenarios are runs like others.
struct EnactmentTests {
  /// Nobody looks for a run with six answers; the scenario is one.
  @Test func `a promise that only a scenario of the file breaks is told broken by it`() throws {
    let rounds = (1...6).map { "  - { await: reply within 2 days, then: { more: next, timeout: end quiet } }  # \($0)" }
    let text = """
      timezone: "Europe/Berlin"
      replies: { more: ["more please"] }
      anytime: { out-of-office: end away }
      steps:
        - { email: one, purpose: request, subject: S, body: B. }
      \(rounds.joined(separator: "\n"))
        - end: all
      scenarios:
        - name: asks on
          start: 2026-03-27 16:40 Europe/Berlin
          input: { contact: { name: Ann, email: ann@example.test }, owner: { name: Sam, email: sam@example.test }, deal: { id: d1, title: T, amount: 5, due: 2026-04-01, size: small } }
          events:
            - { at: one + 1 hour, reply: "more please" }
            - { at: one + 2 hours, reply: "more please" }
            - { at: day 0 at 20:00, reply: "more please" }
            - { at: day 1 at 20:00, reply: "more please" }
            - { at: 2026-03-29 20:00, reply: "more please" }
            - { at: await-6 + 1 hour, reply: "more please" }
          expect: []

      """
    let compilation = Draft().compile(text)
    #expect(compilation.diagnostics.filter { $0.severity == .error }.map(\.message) == [])
    let workflow = try #require(compilation.workflows.first)
    let graph = workflow.graph
    let claim = Claim.never(.end("all"), after: .started)
    #expect(WitnessSearch(graph: graph, zones: Draft.zones, steps: 12_000).find(claim) == nil)
    let search = WitnessSearch(graph: graph, zones: Draft.zones, scenarios: workflow.scenarios, steps: 12_000)
    let witness = try #require(search.find(claim))
    #expect(witness.events.count == 6 && witness.timeline.last?.kind == .ended(outcome: "all"))
    #expect(witness.start == workflow.scenarios.first?.start)
    #expect(search.replay(witness)?.entries == witness.timeline)
    // 21:00, an hour after the sixth await has begun, summer time.
    #expect(witness.timeline.last?.at.description == "2026-03-29T19:00:00+00:00")
    // An end that only the scenario shows is one.
    #expect(search.find(.possible(outcome: "all")) != nil)
  }

  @Test func `a shorter run is shown where there is one`() throws {
    let text = """
      timezone: "Europe/Berlin"
      steps:
        - { email: one, purpose: request, subject: S, body: B. }
        - { await: reply within 2 days, then: { reply: end heard, timeout: end quiet } }
      scenarios:
        - name: late
          start: 2026-03-27 16:40 Europe/Berlin
          input: { contact: { name: Ann, email: ann@example.test }, owner: { name: Sam, email: sam@example.test }, deal: { id: d1, title: T, amount: 5, due: 2026-04-01, size: small } }
          events: [ { at: one + 1 hour, event: opened }, { at: one + 40 hours, reply: Yes. } ]
          expect: []

      """
    let workflow = try #require(Draft().compile(text).workflows.first)
    let search = WitnessSearch(graph: workflow.graph, zones: Draft.zones, scenarios: workflow.scenarios)
    let witness = try #require(search.find(.never(.end("heard"), after: .started)))
    #expect(witness.events.count == 1)
  }

  /// None of the shipped files breaks what it promises: so no scenario of theirs does.
  @Test(arguments: Shipped.names)
  func `scenarios of the shipped files keep what is claimed, and run as flow run tells them`(name: String) throws {
    let workflow = try Shipped.workflow(name)
    let graph = workflow.graph
    let search = WitnessSearch(graph: graph, zones: Draft.zones)
    // How late a first touch may be by what the language says is a matter of the rule `late`, and some mean it.
    let claims = (Claims.standard(for: graph) + workflow.guarantees).filter {
      if case (.firstTouch, .language) = ($0.claim, $0.source) { false } else { true }
    }.map(\.claim)
    #expect(!workflow.scenarios.isEmpty)
    for scenario in workflow.scenarios {
      let course = try #require(search.course(of: scenario), "\(scenario.name)")
      for claim in claims {
        let judgement = Monitor(claim, graph: graph, zones: Draft.zones).judge(course)
        #expect(!judgement.isBroken, "\(scenario.name): \(claim)")
      }
      // Every touch and the end, as the scenario expects them.
      let happened = course.entries.compactMap { entry -> String? in
        if case .ended(let outcome) = entry.kind { return "end \(outcome)" }
        return entry.handover?.touch == true ? entry.step : nil
      }
      let expected = scenario.expect.compactMap { line -> String? in
        switch line.what {
        case .end(let outcome): return "end \(outcome)"
        case .step(let name):
          return graph.node(named: name).map { graph.nodes[$0].isTouch } == true ? name : nil
        case .entry: return nil
        }
      }
      #expect(happened == expected, "\(scenario.name)")
    }
  }
}
