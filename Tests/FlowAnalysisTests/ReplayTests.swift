import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// A journal that was made by hand of the machine's own transitions, and then changed.
@Suite struct ReplayDoorTests {
  private let zones = FixedZones([.utc], version: "test")
  private let start = Instant(seconds: 1_774_450_800)
  private let data: [String: Value] = [
    "contact": .record(["name": .text("Sam")]), "deal": .record(["id": .text("d")]),
  ]

  private func graph(_ steps: String, _ policy: String = "policy: {}", team: Bool = false) throws -> Graph {
    let text = """
      workflow: small
      trigger: { event: deal.won, key: deal.id }
      input:
        contact: contact
        deal: { id: text\(team ? ", team: list of person" : "") }
      events: { deal.closed: {} }
      \(policy)
      steps:

      """ + steps
    let compilation = Compiler.compile(
      CompilerInput(
        files: ["small.yaml"], project: Project(), manifests: Bench.manifests, zones: zones,
        source: MemoryFiles(["small.yaml": text])))
    let errors = compilation.diagnostics.filter { $0.severity == .error }
    #expect(errors.isEmpty, "\(errors.map(\.message))")
    return try #require(compilation.workflows.first).graph
  }

  private static let steps = """
      - wait: 1 day
      - await: deal.closed within 2 days
      - end: done

    """

  /// Started, a day later awaiting, two days later at its end.
  private func history(_ graph: Graph) -> RunHistory {
    let surroundings = Surroundings(zones: zones)
    var transition = Machine.start(graph, key: ["d"], data: data, at: start, surroundings)
    var steps = [RunHistory.Step(sequence: 1, at: start, event: nil, entries: transition.entries)]
    while let due = transition.run.waiting?.wakes {
      let event = Event(id: "timer.\(steps.count)", at: due, kind: .timer)
      transition = Machine.step(graph, transition.run, event, at: due, surroundings)
      steps.append(
        RunHistory.Step(sequence: steps.count + 1, at: due, event: event, entries: transition.entries))
    }
    return RunHistory(
      id: "0", workflow: "small", version: graph.fingerprint, subject: "d", contact: "Sam", run: transition.run,
      steps: steps, beginning: data)
  }

  private func verdict(_ history: RunHistory, _ graphs: Graph...) -> Replayed {
    Replay(zones: zones) { version in graphs.first { $0.fingerprint == version } }.check(history)
  }

  /// Older builds told the gap of the caps, too, as the cap on touches.
  @Test func `guarantee 3: a run that the gap of the caps put off is the same in older words`() throws {
    let graph = try graph(
      """
        - card: hello
          purpose: inform
          body: "{{ contact.name }}, thanks."
        - end: done

      """)
    let caps = Caps(gap: .days(2))
    let surroundings = Surroundings(
      zones: zones, caps: caps, touchesElsewhere: [start.adding(milliseconds: -86_400_000)])
    let transition = Machine.start(graph, key: ["d"], data: data, at: start, surroundings)
    var first = RunHistory.Step(sequence: 1, at: start, event: nil, entries: transition.entries)
    first.touchesElsewhere = surroundings.touchesElsewhere
    var history = RunHistory(
      id: "0", workflow: "small", version: graph.fingerprint, subject: "d", contact: "Sam", run: transition.run,
      steps: [first], beginning: data)
    func verdict() -> Replayed { Replay(zones: zones, caps: [caps]) { _ in graph }.check(history) }
    #expect(verdict() == .same(transitions: 1))
    let place = try #require(first.entries.firstIndex { $0.step == "hello" })
    let until = start.adding(milliseconds: 86_400_000)
    let because = "less than 2 days after the contact's touch before, which the caps want"
    #expect(first.entries[place].kind == .deferred(until: until, because: because))
    history.steps[0].entries[place].kind = .deferred(until: until, because: "the cap on touches of this contact")
    #expect(verdict() == .same(transitions: 1))
    history.steps[0].entries[place].kind = .deferred(until: start, because: "the cap on touches of this contact")
    #expect(verdict() != .same(transitions: 1))
  }

  /// Older builds passed it over.
  @Test func `guarantee 3: a run with an escalate that named nobody is the same without a word of it`() throws {
    let graph = try graph(
      """
        - { escalate: all, to: deal.team, say: Hello. }
        - escalate: one-by-one
          to: deal.team
          each: 1 hour
          say: Hello.
        - end: done

      """, team: true)
    let data: [String: Value] = [
      "contact": .record(["name": .text("Sam")]), "deal": .record(["id": .text("d"), "team": .list([])]),
    ]
    let transition = Machine.start(graph, key: ["d"], data: data, at: start, Surroundings(zones: zones))
    #expect(
      transition.entries.filter { $0.kind == .failed(because: "nobody is named by \"deal.team\"") }.map(\.step)
        == ["all", "one-by-one"])
    func verdict(_ entries: [Entry]) -> Replayed {
      let first = RunHistory.Step(sequence: 1, at: start, event: nil, entries: entries)
      return self.verdict(
        RunHistory(
          id: "0", workflow: "small", version: graph.fingerprint, subject: "d", contact: "Sam", run: transition.run,
          steps: [first], beginning: data), graph)
    }
    #expect(verdict(transition.entries) == .same(transitions: 1))
    let unsaid = transition.entries.filter { if case .failed = $0.kind { false } else { true } }
    #expect(verdict(unsaid) == .same(transitions: 1))
    #expect(verdict(unsaid.dropLast()) != .same(transitions: 1))
  }

  /// Older builds told the window whose opening it waits for.
  @Test func `guarantee 3: a run that the gap put off to a window is the same in older words`() throws {
    // Mon 1 June 2026 11:00, eleven hours after a touch: until 20:00, and so until Tuesday 09:00.
    let eleven = Instant(seconds: 1_780_311_600)
    let graph = try graph(
      """
        - card: hello
          purpose: inform
          body: "{{ contact.name }}, thanks."
        - end: done

      """, "policy: { window: daily 09:00-17:00, gap: 20 hours }")
    var surroundings = Surroundings(zones: zones)
    surroundings.touchesElsewhere = [eleven.adding(milliseconds: -11 * 3_600_000)]
    let transition = Machine.start(graph, key: ["d"], data: data, at: eleven, surroundings)
    var first = RunHistory.Step(sequence: 1, at: eleven, event: nil, entries: transition.entries)
    first.touchesElsewhere = surroundings.touchesElsewhere
    var history = RunHistory(
      id: "0", workflow: "small", version: graph.fingerprint, subject: "d", contact: "Sam", run: transition.run,
      steps: [first], beginning: data)
    let place = try #require(first.entries.firstIndex { $0.step == "hello" })
    let until = eleven.adding(milliseconds: 22 * 3_600_000)
    #expect(
      first.entries[place].kind == .deferred(until: until, because: "less than 20 hours after the touch before"))
    history.steps[0].entries[place].kind = .deferred(until: until, because: "outside the window")
    #expect(verdict(history, graph) == .same(transitions: 1))
    history.steps[0].entries[place].kind = .deferred(until: eleven, because: "outside the window")
    #expect(verdict(history, graph) != .same(transitions: 1))
  }

  /// Older builds did not say of which step an outcome was that nothing waited for.
  @Test func `guarantee 3: a task that nothing waits for is the same where its step is not named`() throws {
    let graph = try graph(Self.steps)
    var history = history(graph)
    let told = Event(id: "t", at: start, kind: .outcome("done", step: 0, note: nil))
    let surroundings = Surroundings(zones: zones)
    let begun = Machine.start(graph, key: ["d"], data: data, at: start, surroundings)
    let transition = Machine.step(graph, begun.run, told, at: start, surroundings)
    #expect(transition.entries.map(\.step) == ["wait-1"])
    history.run = transition.run
    history.steps = [
      history.steps[0], RunHistory.Step(sequence: 2, at: start, event: told, entries: transition.entries),
    ]
    #expect(verdict(history, graph) == .same(transitions: 2))
    history.steps[1].entries[0].step = nil
    #expect(verdict(history, graph) == .same(transitions: 2))
    history.steps[1].entries[0].step = "await-1"
    #expect(verdict(history, graph) != .same(transitions: 2))
  }

  @Test func `guarantee 3: the same transitions, or the first that differs`() throws {
    let graph = try graph(Self.steps)
    let whole = history(graph)
    #expect(whole.steps.count == 3)
    #expect(verdict(whole, graph) == .same(transitions: 3))

    var changed = whole
    changed.steps[1].entries.removeLast()
    guard case .differs(let difference) = verdict(changed, graph) else { throw Unexpected() }
    #expect(difference.sequence == 2 && difference.replayed.count == difference.stored.count + 1)

    changed = whole
    // An hour early the timer does nothing: the journal says otherwise.
    changed.steps[2].at = changed.steps[2].at.adding(milliseconds: -3_600_000)
    guard case .differs(let early) = verdict(changed, graph) else { throw Unexpected() }
    #expect(early.sequence == 3 && early.replayed.isEmpty)

    changed = whole
    changed.steps.remove(at: 1)
    guard case .differs(let missing) = verdict(changed, graph) else { throw Unexpected() }
    #expect(missing.sequence == 2)

    changed = whole
    changed.run.heldDays = 1
    #expect(verdict(changed, graph) == .differs(Replayed.Difference(sequence: nil, stored: [], replayed: [])))
  }

  /// Builds before the type `cancelled` wrote `failed`, with "cancelled: " before the reason.
  @Test func `guarantee 3: a run that an older build has cancelled is the same`() throws {
    let graph = try graph(Self.steps)
    var history = history(graph)
    history.steps.removeLast()
    let surroundings = Surroundings(zones: zones)
    var run = Machine.start(graph, key: ["d"], data: data, at: start, surroundings).run
    let timer = try #require(history.steps.last?.event)
    run = Machine.step(graph, run, timer, at: timer.at, surroundings).run
    let at = timer.at.adding(milliseconds: 60_000)
    let event = Event(id: "c", at: at, kind: .cancel(because: "sold"))
    let ended = Machine.step(graph, run, event, at: at, surroundings)
    history.run = ended.run
    func with(_ kinds: Entry.Kind...) -> RunHistory {
      var one = history
      let entries = kinds.map { Entry(at: at, kind: $0) }
      one.steps.append(RunHistory.Step(sequence: 3, at: at, event: event, entries: entries))
      return one
    }
    let end = Entry.Kind.ended(outcome: "cancelled")
    #expect(verdict(with(.cancelled(because: "sold"), end), graph) == .same(transitions: 3))
    #expect(verdict(with(.failed(because: "cancelled: sold"), end), graph) == .same(transitions: 3))
    // Another reason, or another failure, is another journal.
    for other in ["cancelled: bought", "sold", "cancelled:sold"] {
      guard case .differs = verdict(with(.failed(because: other), end), graph) else { throw Unexpected() }
    }
  }

  @Test func `guarantee 3: what is not kept cannot be told`() throws {
    let graph = try graph(Self.steps)
    var history = history(graph)
    guard case .unknown = verdict(history) else { throw Unexpected() }
    history.beginning = nil
    guard case .unknown = verdict(history, graph) else { throw Unexpected() }
  }

  /// A step without a name is known by what stands before it, and not by its number in the file.
  @Test func stepsAcrossVersions() throws {
    let old = try graph(
      """
        - set: { deal.id: '"a"' }
          name: one
        - await: deal.closed within 2 days
        - set: { deal.id: '"b"' }
          name: two
        - await: deal.closed within 3 days
        - end: done

      """)
    let new = try graph(
      """
        - set: { deal.id: '"a"' }
          name: one
        - wait: 2 days
        - set: { deal.id: '"b"' }
          name: two
        - await: deal.closed within 3 days
        - end: done

      """)
    let pairs = StepPairs(old, new)
    let there = old.nodes.indices.map { pairs.counterpart(of: $0).map { new.nodes[$0].name } }
    // The second await is the first of the new version.
    #expect(old.nodes.map(\.name) == ["one", "await-1", "two", "await-2", "end-1"])
    #expect(there == ["one", nil, "two", "await-1", "end-1"])
    let run = Machine.start(old, key: ["d"], data: data, at: start, Surroundings(zones: zones)).run
    let moved = Machine.migrate(run, from: old, to: new, at: start, Surroundings(zones: zones))
    #expect(moved == .stranded(because: "the step await-1 that it waits at is gone"))
    #expect(
      Difference(old, new).effect(on: run, at: start, zones: zones)
        == .stranded(because: "the step await-1 that it waits at is gone"))
  }

  private struct Unexpected: Error {}
}
