import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Scenarios, their events, and the events of `flow simulate`.
@Suite struct ScenarioTests {
  private static let workflow = """
    timezone: contact.timezone ?? "Europe/Berlin"
    events: { deal.moved: { to: date, by: optional text } }
    anytime: { deal.moved: end moved }
    steps:
      - task: look
        by: owner
        say: x
        within: 3 days
      - end: done

    """

  private static let input = """
        input:
          contact: { name: Ann, phone: "+494055500142" }
          owner: { name: no }
          deal: { id: 010, title: Roof, amount: 18400.50, due: 2026-04-01, size: small }

    """

  private func scenario(_ more: String, start: String = "2026-03-25 16:40 Europe/Berlin") -> String {
    Self.workflow + "scenarios:\n  - name: it ends\n    start: \(start)\n" + Self.input + more
  }

  private func instant(_ text: String) -> Instant? { Instant(rfc3339: text) }

  @Test func everyForm() throws {
    let compilation = Draft().compile(
      scenario(
        """
            events:
              - { at: look + 1 hour, task: done, note: seen }
              - { at: day 2 at 09:00, reply: "Sounds good: yes" }
              - { at: 2026-04-01 09:00, event: deal.moved, data: { to: 2026-05-01 } }
              - { at: 2026-04-01T09:00:00Z, event: out-of-office, return: 2026-04-09 }
              - { at: 2026-03-28 at 10:00, event: bounce }
            expect:
              - 2026-03-27 16:40  look
              - end done
              - escalated look
        """))
    #expect(compilation.diagnostics.map(\.message) == [])
    let scenario = try #require(compilation.workflows.first?.scenarios.first)
    #expect(scenario.start == instant("2026-03-25T16:40:00+01:00"))
    #expect(scenario.input["owner"] == .record(["name": .text("no")]))
    #expect(scenario.input["deal"]?[path: ["id"]] == .text("010"))
    #expect(scenario.input["deal"]?[path: ["due"]].date == CivilDate(iso: "2026-04-01"))
    #expect(
      scenario.events.map(\.at) == [
        .step(0, .hours(1)), .day(2, CivilTime(hour: 9, minute: 0)),
        .instant(try #require(instant("2026-04-01T09:00:00+02:00"))),
        .instant(try #require(instant("2026-04-01T09:00:00Z"))),
        .instant(try #require(instant("2026-03-28T10:00:00+01:00"))),
      ])
    #expect(
      scenario.events.map(\.kind) == [
        .outcome("done", step: nil, note: "seen"), .reply(text: "Sounds good: yes"),
        .named("deal.moved", data: ["to": .date(try #require(CivilDate(iso: "2026-05-01")))]),
        .outOfOffice(return: CivilDate(iso: "2026-04-09")), .bounce(hard: true),
      ])
    #expect(scenario.expect.map(\.at) == [instant("2026-03-27T16:40:00+01:00"), nil, nil])
    #expect(
      scenario.expect.map(\.what) == [
        .step("look"), .end("done"), .entry(type: "escalated", subject: "look"),
      ])
  }

  @Test func mistakes() {
    expectDiagnostics(
      scenario(
        "    events: [ { at: 1️⃣lok + 1 hour, task: done } "
          + "]\n"), ["1️⃣": .unknownTarget])
    expectDiagnostics(scenario("    events: [ { at: look, task: 1️⃣doen } ]\n"), ["1️⃣": .unknownOutcome])
    expectDiagnostics(
      scenario(
        "    events: [ { at: look, event: 1️⃣deal.mvoed } "
          + "]\n"), ["1️⃣": .unknownEvent])
    expectDiagnostics(scenario("    events: [ 1️⃣{ at: look } ]\n"), ["1️⃣": .missingKey])
    expectDiagnostics(
      scenario(
        "    events: [ { at: look, reply: x, 1️⃣task: done } "
          + "]\n"), ["1️⃣": .keysClash])
    expectDiagnostics(
      scenario("    events: [ { at: look, event: deal.moved, data: { 1️⃣too: 2026-05-01 } } ]\n"),
      ["1️⃣": .unknownKey])
    expectDiagnostics(scenario("    expect: [ 1️⃣lok ]\n"), ["1️⃣": .unknownTarget])
    expectDiagnostics(scenario("    expect: [ 1️⃣2026-02-30 09:00 look ]\n"), ["1️⃣": .badDate])
    expectDiagnostics(scenario("    expect: [ 2026-03-30 1️⃣25:00 look ]\n"), ["1️⃣": .badTime])
    expectDiagnostics(scenario("", start: "2026-03-25 16:40 1️⃣Europe/Berlni"), ["1️⃣": .unknownZone])
    expectDiagnostics(scenario("", start: "1️⃣2026-03-25 16:40"), ["1️⃣": .badScenario])
    expectDiagnostics(
      Self.workflow
        + "scenarios:\n  - name: x\n    start: 2026-03-25 16:40 UTC\n    input: 1️⃣fixtures/none.json\n",
      ["1️⃣": .fileProblem])
  }

  @Test func data() {
    var draft = Draft()
    draft.files.contents["a.json"] = Array(
      "{ \"contact\": { \"name\": \"Ann\" }, \"owner\": { \"name\": \"O\" } }".utf8)
    draft.files.contents["b.json"] = Array("{ \"contact\": 1, \"contact\": 2 }".utf8)
    let head = Self.workflow + "scenarios:\n  - name: x\n    start: 2026-03-25 16:40 UTC\n    input: "
    expectDiagnostics(head + "1️⃣a.json\n", ["1️⃣": .badInput], in: draft)
    expectDiagnostics(head + "1️⃣b.json\n", ["1️⃣": .badInput], in: draft)
  }

  @Test func aFileOfItsOwn() {
    var draft = Draft()
    draft.files.contents["test.scenarios.yaml"] = Array(
      ("scenarios:\n  - name: it ends\n    start: 2026-03-25 16:40 Europe/Berlin\n" + Self.input
        + "    expect: [ lok ]\n").utf8)
    let compilation = draft.compile(Self.workflow)
    #expect(
      compilation.diagnostics.map { "\($0.span.file) \($0.code)" } == ["test.scenarios.yaml unknown-target"])
    #expect(compilation.sources["test.scenarios.yaml"] != nil)
  }

  @Test func eventsOfTheCommandLine() throws {
    let graph = try expectGraph(Self.workflow)
    func event(_ text: String) -> (ScheduledEvent?, [Diagnostic]) {
      Compiler.scheduledEvent(
        SourceText(file: "--event 1", utf8: Array(text.utf8)), graph: graph, zones: Draft.zones)
    }
    #expect(event("look + 3 hours: reply Sounds good: yes").0?.kind == .reply(text: "Sounds good: yes"))
    #expect(event("look + 3 hours: reply Sounds good").0?.at == .step(0, .hours(3)))
    #expect(event("look + 1 hour: task done").0?.kind == .outcome("done", step: nil, note: nil))
    #expect(event("day 6: bounce").0?.at == .day(6, nil))
    #expect(
      event("2026-03-28 09:00: out-of-office return 2026-04-09").0?.kind
        == .outOfOffice(return: CivilDate(iso: "2026-04-09")))
    #expect(
      event("2026-03-28 09:00: opened").0?.at == .instant(try #require(instant("2026-03-28T09:00:00+01:00"))))
    #expect(event("day 1: deal.moved { to: 2026-05-01 }").1 == [])
    #expect(event("day 1: deal.moved").1.map(\.code) == ["bad-input"])
    #expect(event("lok: task done").1.map(\.code) == ["unknown-target"])
    #expect(event("what").1.map(\.code) == ["bad-scenario"])
    let json =
      "[{\"at\": \"look + 1 hour\", \"reply\": \"Gr\\u00fc\\u00dfe \\ud83d\\ude00\"}, {\"at\": \"day "
      + "1\", \"event\": \"bounce\"}]"
    let (events, problems) = Compiler.scheduledEvents(
      json: SourceText(file: "events.json", utf8: Array(json.utf8)), graph: graph, zones: Draft.zones)
    #expect(problems == [])
    #expect(events.map(\.kind) == [.reply(text: "Grüße 😀"), .bounce(hard: true)])
  }
}
