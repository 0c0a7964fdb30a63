import FlowCore
import FlowReport
import Testing

@Suite struct RunTests {
  private func result() throws -> RunResult {
    func place(_ line: Int) -> Span { GraphBuilder.span(line) }
    let good = ScenarioResult(
      workflow: "proposal", file: "Workflows/proposal.yaml",
      name: "a silent client is closed after three touches", span: place(99), timeline: try Samples.proposal()
    )
    let bad = ScenarioResult(
      workflow: "proposal", file: "Workflows/proposal.yaml",
      name: "an interested client is called within four hours, and \"nobody\" <else> is told about it by us",
      span: place(110),
      problems: [
        .init(expected: "2026-03-30 09:00  book", got: "2026-03-30 10:00  book", span: place(116)),
        .init(expected: "2026-03-30 10:00  end engaged", got: nil, span: place(117)),
        .init(expected: nil, got: "2026-03-31 12:00  book-overdue", span: place(115)),
        .init(
          expected: nil, got: nil, because: "the event at \"book + 1 hour\" never came about",
          span: place(114)),
      ])
    let broken = ScenarioResult(
      workflow: "csat", file: "Workflows/csat.scenarios.yaml", name: "another file", span: place(3),
      problems: [.init(expected: "end done", got: "end quiet", because: nil, span: place(7))])
    let coverage = Coverage(
      workflow: "proposal", file: "Workflows/proposal.yaml", steps: .init(covered: 10, total: 10),
      cases: .init(covered: 5, total: 6, missing: [.init("book: connected", at: place(64))]),
      timeouts: .init(covered: 3, total: 4, missing: [.init("objections: timeout", at: place(49))]),
      outcomes: .init(covered: 3, total: 3))
    let none = Coverage(
      workflow: "csat", file: "Workflows/csat.yaml", steps: .init(covered: 1, total: 1),
      cases: .init(covered: 0, total: 0), timeouts: .init(covered: 0, total: 0),
      outcomes: .init(covered: 1, total: 1))
    return RunResult(scenarios: [good, bad, broken], coverage: [coverage, none], minimum: 8000)
  }

  @Test(arguments: [60, 80, 120]) func forPeople(width: Int) throws {
    expectSnapshot(RunReport.text(try result(), width: width), "run-\(width).txt")
  }

  @Test func plainASCII() throws {
    let text = RunReport.text(try result(), ascii: true)
    expectSnapshot(text, "run-ascii.txt")
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func forPrograms() throws {
    expectSnapshot(RunReport.json(try result()), "run.json")
    expectSnapshot(RunReport.junit(try result()), "run.xml")
    expectSnapshot(RunReport.github(try result()), "run.github.txt")
  }

  @Test func shares() {
    #expect(Coverage.Count(covered: 2, total: 3).share == 6666)
    #expect(Coverage.Count(covered: 0, total: 0).share == 10_000)
    #expect(Coverage.Count(covered: 9999, total: 10_000).share == 9999)
  }
}
