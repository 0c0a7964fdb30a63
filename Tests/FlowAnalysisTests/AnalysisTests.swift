import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTime
import Testing

/// A small process with a case, a class in `anytime`, a branch and a timeout, so that paths can be counted by hand.
private let text = """
  workflow: small
  trigger: { event: deal.won, key: deal.id }
  input:
    contact: contact
    owner: person
    deal: { id: text, title: text, amount: number }
  events:
    deal.closed: {}
  replies:
    declined: ["no thanks"]
  anytime:
    deal.closed: end closed
    declined: end lost
    out-of-office: hold until return + 1 business day, or 5 business days
  steps:
    - task: prepare
      at: day 1
      by: owner
      say: Prepare.
      within: 1 day
      then:
        declined: end dropped
    - choose:
        - when: deal.amount > 100
          then:
            - task: large
              by: owner
              say: A large one.
        - otherwise: end small
    - end: done

  """

/// Whoever answers is read by a person, and waited for as before.
private let read = """
  workflow: small
  trigger: { event: deal.won, key: deal.id }
  input:
    contact: contact
    owner: person
    deal: { id: text, title: text, amount: number }
  anytime:
    reply:
      - task: read-it
        by: owner
        say: Read it.
  steps:
    - await: reply within 1 day
    - await: reply within 1 day
    - end: done

  """

private let manifest = Manifest(
  verb: "task", touch: false,
  fields: [
    .init(name: "by", kind: .expression(.person), required: true),
    .init(name: "say", kind: .template(markdown: false), required: true),
  ], outcomes: ["done", "declined"])

private func compiled(_ text: String = text) throws -> Graph {
  let compilation = Compiler.compile(
    CompilerInput(
      files: ["small.yaml"], project: Project(), manifests: [manifest], zones: FixedZones([.utc], version: "test"),
      source: MemoryFiles(["small.yaml": text])))
  let errors = compilation.diagnostics.filter { $0.severity == .error }
  #expect(errors.isEmpty, "\(errors.map(\.message))")
  return try #require(compilation.workflows.first).graph
}

private let person: Value = .record(["name": .text("Sam")])
private let start = Instant(seconds: 1_774_450_800)
private let surroundings = Surroundings(zones: FixedZones([.utc], version: "test"))

private func data(amount: Int64) -> [String: Value] {
  [
    "contact": person, "owner": person,
    "deal": .record(["id": .text("d"), "title": .text("t"), "amount": .integer(amount)]),
  ]
}

struct PathTests {
  @Test func `an answer that leads back to what is waited for comes once a path`() throws {
    var explorer = PathExplorer(try compiled(read), surroundings)
    // By hand: answered at the first, at the second, or never.
    #expect(explorer.tree(key: ["d"], data: data(amount: 5), start: start).paths == 3)
  }

  @Test func `every case of the file is followed, and each way to the end counted once`() throws {
    var explorer = PathExplorer(try compiled(), surroundings)
    let tree = explorer.tree(key: ["d"], data: data(amount: 500), start: start)
    // One case of anytime a path. By hand: open after an interruption: done, declined, timeout = 3; open without one:
    // those 3, closed, lost, and away with 3 = 8; before the task: closed, lost, away with 3, or nothing with 8 = 13.
    #expect(tree.paths == 13)
    var outcomes: Set<String> = []
    func walk(_ tree: TimelineTree) {
      if let outcome = tree.outcome { outcomes.insert(outcome) }
      tree.children.forEach(walk)
    }
    walk(tree)
    #expect(outcomes == ["closed", "lost", "dropped", "done"])
  }

  @Test func `the data decide which branch there is`() throws {
    var explorer = PathExplorer(try compiled(), surroundings)
    let tree = explorer.tree(key: ["d"], data: data(amount: 5), start: start)
    var outcomes: Set<String> = []
    func walk(_ tree: TimelineTree) {
      if let outcome = tree.outcome { outcomes.insert(outcome) }
      tree.children.forEach(walk)
    }
    walk(tree)
    #expect(outcomes == ["closed", "lost", "dropped", "small"])
  }

  @Test func `a limit is said, not silently kept`() throws {
    var explorer = PathExplorer(try compiled(), surroundings, limit: 2)
    let tree = explorer.tree(key: ["d"], data: data(amount: 500), start: start)
    func has(_ tree: TimelineTree) -> Bool { tree.outcome == "…" || tree.children.contains(where: has) }
    #expect(has(tree))
  }
}

struct CoveringTests {
  /// Carries a run through with these events at its waits, `nil` for the timer.
  private func walk(_ graph: Graph, _ events: [Event.Kind?], amount: Int64 = 500) -> (entries: [Entry], run: Run) {
    var transition = Machine.start(graph, key: ["d"], data: data(amount: amount), at: start, surroundings)
    var entries = transition.entries
    var now = start
    for (index, kind) in events.enumerated() {
      guard let waiting = transition.run.waiting else { break }
      if kind == nil { now = max(now, waiting.wakes) }
      transition = Machine.step(
        graph, transition.run, Event(id: "\(index)", at: now, kind: kind ?? .timer), at: now, surroundings)
      entries += transition.entries
    }
    return (entries, transition.run)
  }

  @Test func `what one run walks is counted against all there is`() throws {
    let graph = try compiled()
    var covering = Covering(graph)
    let (entries, run) = walk(graph, [nil, nil])
    covering.add(entries, walked: Set(run.passed.keys))
    let coverage = covering.coverage
    // prepare, choose, large, end; the cases are declined, two branches, three of anytime.
    #expect(coverage.steps.covered == 4 && coverage.steps.total == 4)
    #expect(coverage.cases.covered == 1 && coverage.cases.total == 6)
    #expect(
      coverage.cases.missing.map(\.name) == [
        "prepare: declined", "choose-1: otherwise", "anytime: deal.closed", "anytime: declined",
        "anytime: out-of-office",
      ])
    #expect(coverage.timeouts.covered == 1 && coverage.timeouts.total == 1)
    #expect(coverage.outcomes.covered == 1)
    #expect(coverage.outcomes.missing.map(\.name) == ["end dropped", "end small", "end closed", "end lost"])
  }

  @Test func `a case of a step and one of anytime are told apart`() throws {
    let graph = try compiled()
    var covering = Covering(graph)
    let refused = walk(graph, [nil, .outcome("declined", step: nil, note: nil)])
    covering.add(refused.entries, walked: Set(refused.run.passed.keys))
    #expect(covering.coverage.cases.missing.map(\.name).contains("anytime: declined"))
    let lost = walk(graph, [.reply(text: "No thanks!")])
    covering.add(lost.entries, walked: Set(lost.run.passed.keys))
    #expect(!covering.coverage.cases.missing.map(\.name).contains("anytime: declined"))
    #expect(!covering.coverage.cases.missing.map(\.name).contains("prepare: declined"))
  }
}
