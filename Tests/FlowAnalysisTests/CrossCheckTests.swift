import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Two files of one project, as one contact meets both.
struct CrossCheckTests {
  private func graph(_ name: String, _ text: String, in project: Project = Project()) throws -> Graph {
    let compilation = Draft(project: project).compile("workflow: \(name)\ntimezone: \"UTC\"\n" + text)
    let errors = compilation.diagnostics.filter { $0.severity == .error }
    #expect(errors.map(\.message) == [])
    return try #require(compilation.workflows.first?.graph)
  }

  private func email(_ name: String, _ more: String = "") -> String {
    "{ email: \(name), purpose: confirm, subject: S, body: B.\(more) }"
  }

  /// Three emails, two days apart.
  private func three(_ name: String, _ header: String = "") throws -> Graph {
    let steps = [email("\(name)-1"), email("\(name)-2", ", at: day 2"), email("\(name)-3", ", at: day 4")]
    return try graph(name, header + "steps: [ \(steps.joined(separator: ", ")), end: done ]\n")
  }

  private func crossings(_ graphs: [Graph], caps: Caps? = nil, gap: Duration? = nil) -> [Crossing] {
    CrossCheck(graphs.map { CrossCheck.Member($0) }, caps: caps, gap: gap, zones: Draft.zones).crossings()
  }

  private func trigger(_ event: String, _ more: String) -> String {
    "trigger: { event: \(event), key: deal.id\(more) }\n"
  }

  // MARK: One group, one event

  @Test func `of two files of one group and one event one is refused`() throws {
    let first = try three("first", trigger("deal.won", ", exclusive: sales"))
    let second = try three("second", trigger("deal.won", ", exclusive: sales"))
    let found = crossings([second, first])
    #expect(found.map(\.kind) == [.refused(group: "sales", event: "deal.won")])
    #expect(found.first?.workflow == "second" && found.first?.beside == "first")
    #expect(found.first?.timeline.contains { $0.entry.step == "first-1" } == true)
  }

  @Test func `another group, another event or data that cannot start both refuse nothing`() throws {
    let first = try three("first", trigger("deal.won", ", exclusive: sales, when: deal.amount > 1000"))
    #expect(crossings([first, try three("b", trigger("deal.won", ", exclusive: care"))]) == [])
    #expect(crossings([first, try three("b", trigger("deal.lost", ", exclusive: sales"))]) == [])
    let small = try three("b", trigger("deal.won", ", exclusive: sales, when: deal.amount <= 1000"))
    #expect(crossings([first, small]) == [])
    let other = try three("b", trigger("deal.won", ", exclusive: sales, when: deal.amount > 500"))
    #expect(crossings([first, other]).count == 1)
  }

  // MARK: Caps

  private func caps(_ then: Caps.Rule) -> Caps { Caps(touches: 3, span: .days(7), then: then) }

  @Test func `six touches in a week where three are allowed leave one out`() throws {
    let found = crossings([try three("a"), try three("b")], caps: caps(.skip))
    #expect(found.map(\.workflow) == ["a", "b"])
    let one = try #require(found.first)
    // All of b's touches come before the first of a: that one is left out.
    #expect(one.kind == .leftOut(step: "a-1"))
    let touches = one.timeline.filter { $0.entry.handover?.touch == true }.map { $0.entry.step }
    #expect(touches.prefix(3) == ["b-1", "b-2", "b-3"])
    #expect(one.breach.map { one.timeline[$0].entry.step } == ["a-1"])
  }

  @Test func `or end the run`() throws {
    let found = crossings([try three("a"), try three("b")], caps: caps(.end("enough")))
    #expect(found.first?.kind == .ended(outcome: "enough"))
  }

  @Test func `or put it off, by as much as the caps take`() throws {
    let found = crossings([try three("a"), try three("b")], caps: caps(.delay))
    // b begins four days and ten minutes before a: its first touch is out of the seven days 2 days and 23
    // hours 50 minutes after a begins.
    let late: Int64 = 3 * 86_400_000 - 600_000
    #expect(found.first?.kind == .putOff(step: "a-1", milliseconds: late))
  }

  @Test func `what a file promises, and keeps alone, is said to break beside another`() throws {
    let promise = Claimed(
      .firstTouch(within: .days(1)), source: .file, text: "first touch within 1 day",
      span: try three("a").trigger.span)
    let members = [CrossCheck.Member(try three("a"), promises: [promise]), CrossCheck.Member(try three("b"))]
    let found = CrossCheck(members, caps: caps(.delay), zones: Draft.zones).crossings()
    #expect(found.first?.kind == .broken(promise))
    #expect(found.dropFirst().first?.workflow == "b")
  }

  /// b's touch, ten minutes before a's, puts a off by five days: a lasts six days and not two. Nobody is to hear of a
  /// promise that b does not touch, nor of one that a breaks alone.
  @Test func `every promise that a file does not keep beside another is told`() throws {
    let (a, b) = (
      try graph("a", "steps: [ \(email("a-1", ", after: 1 day")), { wait: 1 day }, end: done ]\n"),
      try graph("b", "steps: [ \(email("b-1", ", after: 1 day")), end: done ]\n")
    )
    func promise(_ claim: Claim, _ text: String) -> Claimed {
      Claimed(claim, source: .file, text: text, span: a.trigger.span)
    }
    let promises = [
      promise(.ends(within: .days(1)), "ends within 1 day"),
      promise(.ends(within: .days(4)), "ends within 4 days"),
      promise(.touches(atMost: 1, verb: nil, span: nil), "at most 1 touch"),
      promise(.firstTouch(within: .days(2)), "first touch within 2 days"),
    ]
    let found = CrossCheck(
      [CrossCheck.Member(a, promises: promises), CrossCheck.Member(b)], caps: Caps(gap: .days(5), then: .delay),
      zones: Draft.zones
    ).crossings().filter { $0.workflow == "a" }
    #expect(found.map(\.kind) == [.broken(promises[1]), .broken(promises[3])])
    #expect(found.allSatisfy { $0.beside == "b" && !$0.breach.isEmpty })
  }

  @Test func `the first touch that is left out beside another is told, not the first of what is left out alone, too`()
    throws
  {
    // Alone a-2 and a-3 are left out, half a day after a-1; beside b, whose touch comes ten minutes before it, a-1 is.
    let steps = [email("a-1"), email("a-2", ", after: 6 hours"), email("a-3", ", after: 6 hours")]
    let hasty = try graph("a", "steps: [ \(steps.joined(separator: ", ")), end: done ]\n")
    let single = try graph("b", "steps: [ \(email("b-1")), end: done ]\n")
    let found = crossings([hasty, single], caps: Caps(gap: .days(1), then: .skip))
    let one = try #require(found.first { $0.workflow == "a" })
    #expect(one.kind == .leftOut(step: "a-1"))
    #expect(one.breach.map { one.timeline[$0].entry.step } == ["a-1"])
  }

  @Test func `as many as are allowed crowd nobody`() throws {
    let single = try graph("c", "steps: [ \(email("c-1")), end: done ]\n")
    #expect(crossings([try three("a"), single], caps: Caps(touches: 4, span: .days(7), then: .skip)) == [])
    // Of one group: they never hold a contact at once.
    let (a, b) = (
      try three("a", trigger("deal.won", ", exclusive: sales")),
      try three("b", trigger("deal.lost", ", exclusive: sales"))
    )
    #expect(crossings([a, b], caps: caps(.skip)) == [])
  }

  @Test func `a client is no colleague`() throws {
    let colleague = try graph(
      "c",
      """
      trigger: { event: deal.won, key: deal.id, contact: owner }
      input: { owner: person, deal: { id: text } }
      steps: [ \(email("c-1")), \(email("c-2", ", after: 1 day")), \(email("c-3", ", after: 1 day")) ]

      """)
    #expect(crossings([try three("a"), colleague], caps: caps(.skip)) == [])
  }

  // MARK: The project's gap

  @Test func `a file with a smaller gap than the project's writes too soon after another's touch`() throws {
    let project = Project(policy: Project.PolicyDefaults(gap: .days(1)))
    let patient = try graph("a", "steps: [ \(email("a-1")), end: done ]\n", in: project)
    let hasty = try graph(
      "b", "policy: { gap: 1 hour }\nsteps: [ \(email("b-1")), end: done ]\n", in: project)
    let found = crossings([patient, hasty], gap: .days(1))
    #expect(found.map(\.workflow) == ["b"])
    #expect(found.first?.kind == .tooClose(step: "b-1", gap: .days(1)))
    let one = try #require(found.first)
    #expect(one.breach.map { one.timeline[$0].entry.step } == ["a-1", "b-1"])
    #expect(
      crossings(
        [patient, try graph("b", "steps: [ \(email("b-1")), end: done ]\n", in: project)], gap: .days(1))
        == [])
  }

  @Test func `how many others do the same is counted`() throws {
    let found = crossings(
      [try three("a"), try three("b"), try three("c"), try three("d")], caps: caps(.skip))
    #expect(found.map(\.workflow) == ["a", "b", "c", "d"])
    #expect(found.map(\.others) == [2, 2, 2, 2])
  }
}
