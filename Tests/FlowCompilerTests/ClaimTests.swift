import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What the language claims of every file.
struct ClaimTests {
  private func claims(_ text: String) throws -> [Claim] {
    try Claims.standard(for: expectGraph(text)).map(\.claim)
  }

  @Test func `a file with touches, a window and a task`() throws {
    let claims = try claims(
      """
      policy: { window: mon-fri 09:00-17:00, gap: 1 day, max-touches: 3 }
      replies: { refused: ["no"] }
      anytime: { refused: end lost }
      steps:
        - sms: hello
          body: x
        - await: reply within 2 days
        - task: look
          by: owner
          say: x
          within: 1 day
          then: { timeout: end late }
        - end: done
      """)
    #expect(
      claims == [
        .ends(within: nil), .touches(atMost: 3, verb: nil, span: nil), .gap(.days(1)), .insideWindow,
        .firstTouch(within: .businessDays(3)), .stops, .silence(reaches: []), .possible(outcome: "lost"),
        .possible(outcome: "late"), .possible(outcome: "done"), .overseen(step: 2),
      ])
  }

  @Test func `nothing is claimed of what a file does not have`() throws {
    #expect(
      try claims("steps:\n  - task: look\n    by: owner\n    say: x\n") == [
        .ends(within: nil), .stops, .silence(reaches: []),
      ])
    #expect(
      try claims("steps:\n  - sms: hello\n    body: x\n  - end: done\n") == [
        .ends(within: nil), .touches(atMost: .max, verb: nil, span: nil), .firstTouch(within: .businessDays(3)), .stops,
        .silence(reaches: []), .possible(outcome: "done"),
      ])
  }
}
