import FlowCore
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// The process ends at any commit, before it or after it, and a new one goes on: the same timeline, each
/// message once (guarantees 1 to 3 and 6 to 8).
struct CrashTests {
  static let story = order(
    trigger: "again: after end", more: "events:\n  order.paid: {}\nanytime:\n  order.paid: end paid",
    steps: """
        - letter: thanks
          at: day 1
          purpose: inform
          body: "Dear {{ contact.name }}"
        - errand: question
          by: owner
          say: "Ask {{ contact.name }}"
          within: 1 day
          then:
            done:
              - enroll: survey
                input: { contact: contact, owner: owner, order: order }
        - letter: hint
          purpose: inform
          body: "Dear {{ contact.name }} again"
        - await: reply within 2 days
          then:
            reply:
              - emit: order.paid
              - wait: 1 day
        - end: quiet
      """)

  static let survey = order(
    "survey",
    steps: """
        - letter: survey
          purpose: inform
          body: "How was it, {{ contact.name }}?"
        - end: asked
      """
  ).replacing("order.placed", with: "survey.wanted")

  /// What happens from outside: each told again until it is acknowledged.
  @Sendable static func tell(_ rig: Rig, _ step: Int) async throws {
    switch step {
    case 0: try await rig.place("O-1", id: "e-1")
    case 1:
      rig.clock.advance(to: time("2026-03-03 09:00"))
      try await rig.engine.runDue()
    case 2:
      rig.clock.advance(to: time("2026-03-03 15:00"))
      guard let task = try rig.store.tasks(TaskFilter()).first else { return }
      try await rig.engine.receive(
        Incoming(
          source: "task", id: "t", at: rig.clock.now(), body: .task(task.id, outcome: "done", note: nil)))
    case 3:
      rig.clock.advance(to: time("2026-03-04 09:00"))
      try await rig.tell("reply", "O-1", id: "e-2", data: ["text": "Thank you"])
    default: try await rig.runOut()
    }
  }

  static func outcome(of store: any Store) throws -> [[String]] {
    try store.runs(RunFilter()).map {
      [$0.workflow] + (try store.journal($0.id).flatMap(\.entries).map(line))
    }
  }

  @Test(arguments: FaultyStore.Fault.allCases)
  func `guarantees 2, 6 and 7: a process that ends at any commit and starts again tells the same story`(
    fault: FaultyStore.Fault
  )
    async throws
  {
    let graphs = try Bench.graphs(Self.story, Self.survey, zones: utcOnly)
    let whole = Rig(graphs, store: FaultyStore(MemoryStore(), failingAt: nil, .before))
    for step in 0...4 { try await Self.tell(whole, step) }
    let wanted = try Self.outcome(of: whole.store)
    #expect(
      whole.box.texts == [
        "thanks to Ann: Dear Ann", "question to Ann: Ask Ann", "hint to Ann: Dear Ann again after <thanks>",
        "survey to Ann: How was it, Ann?",
      ])
    #expect(wanted.count == 2 && wanted[0].last == "03-04 09:00 ended paid")
    let commits = try #require(whole.store as? FaultyStore).commits
    #expect(commits > 20)

    for commit in 1...commits {
      let base = MemoryStore()
      var rig = Rig(graphs, store: FaultyStore(base, failingAt: commit, fault))
      var step = 0
      while step <= 4 {
        do {
          try await Self.tell(rig, step)
          step += 1
        } catch is StoreError {
          rig = Rig(graphs, store: base, clock: rig.clock, box: rig.box)
        }
      }
      #expect(try Self.outcome(of: base) == wanted, "ended at commit \(commit), \(fault)")
      #expect(rig.box.texts.sorted() == whole.box.texts.sorted(), "ended at commit \(commit), \(fault)")
      #expect(rig.box.changed == 0)
      #expect(
        base.pending(limit: 1).isEmpty && base.outbox(.planned).isEmpty && base.outbox(.claimed).isEmpty)
    }
  }
}
