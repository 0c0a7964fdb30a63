import FlowAnalysis
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What is said of a claim that is neither proved nor broken: here no run is looked for, so all that is not proved is.
struct DoubtTests {
  private func doubt(_ claim: Claim, _ graph: Graph) throws -> (because: String, decidedBy: String) {
    let proofs = Prover(graph: graph, zones: Draft.zones).prove([Claimed(claim, span: graph.trigger.span)])
    guard case .undecided(let because, let decidedBy) = try #require(proofs.first).verdict else {
      Issue.record("\(claim) is decided")
      return ("", "")
    }
    return (because, decidedBy)
  }

  private func graph(_ text: String) throws -> Graph {
    try #require(Draft().compile(text).workflows.first?.graph)
  }

  @Test func `of an end it names the last step of the longest way, and how long that takes`() throws {
    let graph = try graph(
      """
      timezone: "UTC"
      policy: { business: mon-fri }
      steps:
        - wait: 3 business days
        - choose:
            - { when: deal.amount > 10, then: [ { wait: 4 days }, end: large ] }
            - { otherwise: end small }

      """)
    let (because, decidedBy) = try doubt(.ends(within: .days(6)), graph)
    // From a Thursday to a Tuesday it is five days, and four; an answer may come and end it at the last instant.
    #expect(
      because == "time held left out, a run may last 9 days by what could be reckoned, up to the end \"replied\" after "
        + "\"wait-2\" (line 6); business days count at their longest at every step")
    #expect(decidedBy == "9 days are proved; a scenario that takes longer than 6 days would break it")
  }

  @Test func `of touches it names the one that may come too soon`() throws {
    let graph = try graph(
      """
      timezone: "Europe/Berlin"
      anytime: { out-of-office: end away }
      steps:
        - { email: one, purpose: confirm, subject: S, body: B. }
        - { email: two, purpose: request, subject: S, body: B., after: 20 hours }
        - end: done

      """)
    let (because, decidedBy) = try doubt(.apart(.days(1)), graph)
    // 20 hours are 19 on the clock where it goes back.
    #expect(
      because == "as little as 19 hours may lie between \"two\" (line 5) and the touch before it, by what could be "
        + "reckoned")
    #expect(decidedBy == "19 hours are proved; a scenario in which they lie less than 1 day apart would break it")
  }

  @Test func `of what comes after what it names where the run was`() throws {
    let graph = try graph(
      """
      timezone: "UTC"
      steps:
        - { email: one, purpose: confirm, subject: S, body: B. }
        - { await: reply within 2 days, then: { reply: next, timeout: next } }
        - { email: two, purpose: request, subject: S, body: B. }
        - end: done

      """)
    let never = try doubt(.never(.touch, after: .reply("reply")), graph)
    #expect(never.because.hasPrefix("a way through the file, at \"two\" (line 5), may break it"))
    let always = try doubt(.always(.reply("reply"), before: .end("done")), graph)
    #expect(always.because.hasPrefix("a way through the file, at the end \"done\" (line 6), may break it"))
  }

  /// Whatever is said to be proved, is: over all planted workflows, mended or not.
  @Test func `a limit that is said to be proved is`() throws {
    var told = 0
    for planted in Planted.all {
      for isMended in [false, true] {
        let graph = try planted.graph(mended: isMended)
        let claim = try planted.claim(graph)
        let prover = Prover(graph: graph, zones: Draft.zones)
        let proofs = prover.prove([Claimed(claim, span: graph.trigger.span)])
        guard case .undecided(let because, let decidedBy)? = proofs.first?.verdict else { continue }
        #expect(!because.isEmpty && !decidedBy.isEmpty, "\(planted.name)")
        let words = decidedBy.split(separator: " ")
        guard let text = words.first, let number = Int(text), words.dropFirst(2).starts(with: ["are", "proved;"]) else {
          continue
        }
        told += 1
        let length: FlowTime.Duration = words[1].hasPrefix("day") ? .days(number) : .hours(number)
        let other: Claim? =
          switch claim {
          case .ends: .ends(within: length)
          case .firstTouch: .firstTouch(within: length)
          case .apart, .gap: .apart(length)
          case .touches(let most, let verb, .some): .touches(atMost: most, verb: verb, span: length)
          case .follows(let one, _, let cause): .follows(one, within: length, of: cause)
          default: nil
          }
        let again = prover.prove([Claimed(try #require(other), span: graph.trigger.span)])
        guard case .proved? = again.first?.verdict else {
          Issue.record("\(planted.name): \(decidedBy)")
          continue
        }
      }
    }
    #expect(told > 30)
  }
}
