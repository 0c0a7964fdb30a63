import FlowCore
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// Runs that are moved to another version of their workflow.
struct MigrationTests {
  private static func errand(before: String = "", within: String) -> String {
    order(
      steps: """
        \(before)
          - errand: ask
            by: owner
            say: "Ask {{ contact.name }}"
            within: \(within)
          - end: quiet
        """)
  }

  /// An engine with a run of the old version, which has been told of the new one.
  private func rig(_ old: String, _ new: String) async throws -> Rig {
    let rig = Rig(try Bench.graphs(old, zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let outlets = rig.box.outlets(areKeyed: true).mapValues { Outlet($0.channel, isKeyed: true) }
    try await rig.engine.reload(library: Library(try Bench.graphs(new, zones: utcOnly)), outlets: outlets, caps: nil)
    return rig
  }

  @Test func `guarantee 4: a run that waits is moved, and its open task still reaches it`() async throws {
    let letter = """
      - letter: hello
        purpose: inform
        body: "Dear {{ contact.name }}"
      """
    let rig = try await rig(
      Self.errand(within: "2 days"),
      Self.errand(before: letter.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"), within: "3 days"))
    let run = try rig.onlyRun().id
    #expect(try rig.onlyRun().due == time("2026-03-04 09:00"))
    rig.clock.set("2026-03-02 10:00")
    let (before, result) = (try rig.onlyRun().version, try await rig.engine.migrate(run))
    let after = try rig.onlyRun()
    #expect(result == .moved(from: before, to: after.version) && before != after.version)
    // Three days from when it was given, and no letter for what lies behind.
    #expect(after.due == time("2026-03-05 09:00"))
    #expect(rig.box.texts == ["ask to Ann: Ask Ann"])
    let task = try #require(try rig.store.tasks(TaskFilter(isOpen: true)).first)
    rig.clock.set("2026-03-02 11:00")
    #expect(try await rig.engine.receive(.task(task.id, outcome: "done", at: rig.clock.now())).reached == [run])
    #expect(
      try rig.lines(run) == [
        "03-02 09:00 started", "03-02 09:00 task ask", "03-02 10:00 migrated",
        "03-02 11:00 received ask done took done", "03-02 11:00 ended quiet",
      ])
    #expect(try await rig.engine.migrate(run) == .unaffected)
  }

  @Test func `guarantee 4: what has passed by the new version is due at once`() async throws {
    let rig = try await rig(Self.errand(within: "2 days"), Self.errand(within: "1 hour"))
    let run = try rig.onlyRun().id
    rig.clock.set("2026-03-02 10:30")
    _ = try await rig.engine.migrate(run)
    #expect(try rig.onlyRun().due == time("2026-03-02 10:30"))
    #expect(try await rig.engine.runDue() == 1)
    #expect(try rig.lines(run).last == "03-02 10:30 ended quiet")
  }

  @Test func `guarantee 4: a run whose step is gone stays on its version, and ends on it`() async throws {
    let rig = try await rig(
      Self.errand(within: "2 days"), Self.errand(within: "2 days").replacing("errand: ask", with: "errand: beg"))
    let run = try rig.onlyRun().id
    let version = try rig.onlyRun().version
    #expect(try await rig.engine.migrate(run) == .stranded(because: "the step ask that it waits at is gone"))
    #expect(try rig.onlyRun().version == version)
    try await rig.runOut()
    #expect(try rig.lines(run).suffix(2) == ["03-04 09:00 timeout ask", "03-04 09:00 ended quiet"])
  }

  /// The run's data are `order: { id: text }`, an `owner` with a name alone and a contact.
  @Test(arguments: [
    ("order: { id: text, sum: number }", "its data have no order.sum, which the input wants"),
    ("order: { id: text, sum: optional number }", nil), ("order: { id: integer }", "its order.id is no integer"),
    ("order: { id: text, items: list of text }", "its data have no order.items, which the input wants"),
    ("order: { id: one of O-1 | O-2 }", nil), ("order: { id: one of a | b }", "its order.id is no one of a | b"),
    ("order: { id: text }\n  boss: optional person", nil),
    ("order: { id: text }\n  boss: person", "its data have no boss, which the input wants"),
  ])
  func `guarantee 4: a run whose data the new input does not take stays on its version`(
    input: String, lack: String?
  ) async throws {
    let old = Self.errand(within: "2 days")
    let rig = try await rig(old, old.replacing("order: { id: text }", with: input))
    let run = try rig.onlyRun()
    let moved = try await rig.engine.migrate(run.id)
    #expect(try (rig.onlyRun().version == run.version) == (lack != nil))
    if let lack { #expect(moved == .stranded(because: lack)) }
  }

  /// Folded over both versions, the journal gives the state that is stored.
  @Test func `guarantee 28: what is stored of a run is its history`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1", source: "shop")
    try await rig.runOut()
    let record = try rig.onlyRun()
    let graph = try Bench.graphs(order(), zones: utcOnly)[0]
    let history = try RunHistory(record, in: rig.store, graph: graph, zones: utcOnly)
    #expect(history.steps.count == 3 && history.entries.count == 5)
    #expect(history.deliveries.map(\.step) == ["thanks"])
    #expect(history.deliveries.first?.state == "accepted")
    // What the event brought, found by source and id.
    #expect(history.beginning?["order"]?[path: ["id"]] == .text("O-1"))
    #expect(history.beginning == record.run.data)
  }
}
