import FlowCompiler
import FlowCore
import FlowPlugin
import FlowSimulation
import FlowTesting
import FlowTime
import Testing

let utcOnly = FixedZones([], version: "none")

/// A workflow of two letters with the given scenarios.
func story(_ scenarios: String) -> String {
  """
  workflow: order
  trigger: { event: order.placed, key: order.id }
  input:
    contact: contact
    owner: person
    order: { id: text }
  events:
    order.paid: {}
  timezone: '"UTC"'
  owner: owner
  anytime:
    order.paid: end paid
  steps:
    - letter: thanks
      at: day 1
      purpose: inform
      body: "Dear {{ contact.name }}"
    - errand: question
      by: owner
      say: "Ask {{ contact.name }}"
      within: 1 day
      then:
        done: end asked
        timeout:
          - escalate: overdue
            to: owner
            say: "{{ contact.name }} was not asked"
    - letter: hint
      purpose: inform
      body: "Dear {{ contact.name }}, again"
    - await: reply within 2 days
    - end: quiet
  scenarios:
  \(scenarios)
  """
}

let input = "input: { contact: { name: Ann, id: c-1 }, owner: { name: Olga }, order: { id: O-1 } }"

struct SimulationTests {
  func run(_ scenarios: String, refusing: String? = nil) async throws -> [ScenarioResult] {
    let workflows = try Bench.workflows([story(scenarios)], zones: utcOnly)
    let box = LetterBox()
    if let refusing { box.refuseToRender(refusing) }
    let channels = Dictionary(uniqueKeysWithValues: Bench.manifests.map { ($0.verb, box as any Channel) })
    let runner = ScenarioRunner(
      Simulator(graphs: workflows.map(\.graph), channels: channels, zones: utcOnly))
    var results: [ScenarioResult] = []
    for workflow in workflows {
      for scenario in workflow.scenarios {
        results.append(try await runner.run(scenario, of: workflow.graph))
      }
    }
    #expect(box.letters.isEmpty, "a dry run hands nothing over")
    return results
  }

  /// A run that follows up nobody has its tasks all the same, and calls on other programs.
  @Test func `a workflow without a contact does what reaches no contact`() async throws {
    let text = """
      workflow: backup
      trigger: { event: backup.made, key: backup.id }
      input: { owner: person, backup: { id: text } }
      steps:
        - ring: announce
          within: 1 hour
          then: { ok: next, failed: end broken, timeout: next }
        - errand: look
          by: owner
          say: "Is {{ backup.id }} whole?"
          within: 1 day
          then: { done: end seen, timeout: next }
        - end: unseen
      scenarios:
        - name: seen
          start: 2026-03-02 09:00 UTC
          input: { owner: { name: Olga }, backup: { id: B-1 } }
          events: [ { at: look + 1 hour, task: done } ]
          expect: [ 2026-03-02 09:00 announce, 2026-03-02 10:00 look, 2026-03-02 11:00 end seen ]
      """
    let workflow = try #require(Bench.workflows([text], zones: utcOnly).first)
    let channels = Dictionary(uniqueKeysWithValues: Bench.manifests.map { ($0.verb, LetterBox() as any Channel) })
    let simulator = Simulator(graphs: [workflow.graph], channels: channels, zones: utcOnly)
    let result = try await ScenarioRunner(simulator).run(workflow.scenarios[0], of: workflow.graph)
    #expect(result.problems.isEmpty, "\(result.problems)")
  }

  func problems(_ scenarios: String, refusing: String? = nil) async throws -> [[String]] {
    try await run(scenarios, refusing: refusing).flatMap(\.problems)
      .map { [$0.expected ?? "-", $0.got ?? "-", $0.because ?? "-"] }
  }

  @Test func `a scenario that tells what happens is met`() async throws {
    let results = try await run(
      """
        - name: silence
          start: 2026-03-02 09:00 UTC
          \(input)
          expect:
            - 2026-03-03 09:00  thanks
            - 2026-03-05 00:00  hint
            - 2026-03-06 09:00  end quiet
      """)
    #expect(
      results[0].problems.map { [$0.expected, $0.got] } == [
        ["2026-03-05 00:00  hint", "2026-03-04 09:00  hint"]
      ])
    let timeline = try #require(results[0].timeline)
    #expect(timeline.outcome == "quiet" && timeline.touches == 2)
    #expect(
      timeline.entries.map(\.type) == [
        "started", "sent", "task", "timeout", "escalated", "sent", "waiting", "timeout", "ended",
      ])
  }

  @Test func `what is no touch is compared where it is listed`() async throws {
    let found = try await problems(
      """
        - name: listed
          start: 2026-03-02 09:00 UTC
          \(input)
          expect: [ thanks, question, timeout question, 2026-03-04 09:00  overdue, hint, end quiet ]
        - name: not listed
          start: 2026-03-02 09:00 UTC
          \(input)
          expect: [ thanks, hint, end quiet ]
      """)
    #expect(found == [])
  }

  @Test func `what is missing and what is too much is told in the words of the file`() async throws {
    let found = try await problems(
      """
        - name: wrong
          start: 2026-03-02 09:00 UTC
          \(input)
          expect:
            - 2026-03-03 09:00  thanks
            - skipped hint
            - end paid
      """)
    #expect(found == [["skipped hint", "hint", "-"], ["end paid", "end quiet", "-"]])
    let short = try await problems(
      """
        - name: short
          start: 2026-03-02 09:00 UTC
          \(input)
          expect: [ thanks, 2026-03-03 09:00  thanks, end quiet ]
        - name: shorter
          start: 2026-03-02 09:00 UTC
          \(input)
          expect: [ end quiet ]
      """)
    #expect(
      short == [
        ["2026-03-03 09:00  thanks", "2026-03-04 09:00  hint", "-"], ["-", "2026-03-03 09:00  thanks", "-"],
        ["-", "2026-03-04 09:00  hint", "-"],
      ])
  }

  @Test func `events come when they are told to, counted from a step where they say so`() async throws {
    let found = try await problems(
      """
        - name: done
          start: 2026-03-02 09:00 UTC
          \(input)
          events:
            - { at: question + 2 hours, task: done }
          expect: [ thanks, 2026-03-03 11:00  end asked ]
        - name: paid
          start: 2026-03-02 09:00 UTC
          \(input)
          events:
            - { at: day 3 at 07:00, event: order.paid }
          expect: [ thanks, hint, 2026-03-05 07:00  end paid ]
        - name: the event wins over the timer
          start: 2026-03-02 09:00 UTC
          \(input)
          events:
            - { at: 2026-03-04 09:00 UTC, task: done }
          expect: [ thanks, 2026-03-04 09:00  end asked ]
      """)
    #expect(found == [])
  }

  @Test func `an event that never comes about is unmet`() async throws {
    let found = try await problems(
      """
        - name: never
          start: 2026-03-02 09:00 UTC
          \(input)
          events:
            - { at: question + 2 hours, task: done }
            - { at: hint + 1 hour, reply: "yes" }
            - { at: day 9, event: order.paid }
          expect: [ thanks, end asked ]
      """)
    #expect(
      found == [
        ["hint + 1 hour: reply yes", "-", "hint was never sent or assigned"],
        ["day 9: order.paid", "-", "the run had ended before"],
      ])
  }

  @Test func `an action that cannot be rendered is a failure`() async throws {
    let found = try await problems(
      """
        - name: no ink
          start: 2026-03-02 09:00 UTC
          \(input)
          expect: [ thanks, failed hint, end quiet ]
      """, refusing: "hint")
    // It does not go out and is no touch: the run goes on after it.
    #expect(found == [["-", "-", "hint cannot be rendered: no ink"]])
  }
}
