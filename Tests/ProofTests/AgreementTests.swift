import FlowCore
import FlowTime
import Foundation
import ProofKit
import Testing

/// A few of the generated workflows of `make proofs`, and what judges them.
struct AgreementTests {
  static let workshop = Result {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Workshop(root: folder.deletingLastPathComponent().path)
  }

  @Test(arguments: [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Vancouver",
  ])
  func `what is proved of generated workflows is what brute force finds, on days when the clocks change, too`(
    zone: String
  ) throws {
    let workshop = try Self.workshop.get()
    var counts = Agreement.Counts()
    let seeds = (1...200 as ClosedRange<UInt64>).lazy.filter { Generated(seed: $0).zone == zone }.prefix(5)
    for seed in seeds {
      guard let agreement = Agreement(seed: seed, workshop, budget: 600, steps: 300) else { continue }
      #expect(agreement.disagreements.isEmpty, "\(agreement.disagreements.joined(separator: "\n"))")
      counts = counts + agreement.counts
    }
    #expect(counts.workflows >= 3)
    #expect(counts.proved > 30)
    #expect(counts.broken > 8)
  }

  /// A prover that believes everything is found out: brute force breaks some of it.
  @Test func `whoever says that everything is proved is not agreed with`() throws {
    let workshop = try Self.workshop.get()
    var found = 0
    for seed in 1...6 as ClosedRange<UInt64> {
      let agreement = Agreement(seed: seed, workshop, budget: 600) { _, claims, _, _ in
        claims.map {
          Proof(
            claim: $0.claim, source: $0.source, text: "", span: $0.span, verdict: .proved(bound: nil, isReached: false))
        }
      }
      found += agreement?.disagreements.isEmpty == false ? 1 : 0
    }
    #expect(found >= 5)
  }

  @Test func `the same seed makes the same workflow, and nearly every one compiles`() throws {
    let workshop = try Self.workshop.get()
    #expect(Generated(seed: 7).text == Generated(seed: 7).text)
    let compiled = (1...60 as ClosedRange<UInt64>).filter { seed in
      if case .success = workshop.compile(Generated(seed: seed)) { true } else { false }
    }
    #expect(compiled.count >= 54)
  }

  @Test func `every verb and option of the language is made`() throws {
    let all = (1...300 as ClosedRange<UInt64>).map { Generated(seed: $0).text + (Generated(seed: $0).project ?? "") }
      .joined()
    let words = [
      "- email:", "- sms:", "- call:", "- task:", "- notify:", "- webhook:", "- wait:", "- await:", "- choose:",
      "- split:",
      "- repeat:", "- escalate:", "- set:", "- emit:", "- enroll:", "- suppress:", "- hold:", "- go:", "- end:", "if:",
      "at:", "after:", "if-past: skip", "if-past: now", "closed: skip", "closed: end", "gap: none", "window: any",
      "window: daily", "max-touches:", "holidays:", "each:", "stop-if:", "within:", "until:", "hold until",
      "business days", "business hours", "contact.timezone", "when: item.size > 0", "timeout:", "acknowledged:",
      "out-of-office:", "bounce:", "auto-reply:", "- message:", "each: item in", "contact: item.who",
      "again: after end", "again: after 30 days", "per: contact", "exclusive:", "of: contact", "await: clicked",
      "await: bounce", "await: out-of-office", "until: s1 +", "event.time +", "salt:", "c: 0%", "then: end", "ok:",
      "ack:",
      "contact.timezone: ", "- go: s", "window: mon", "sun 02:00-03:00", "touches: 2 in 7 days", "then: delay",
      "then: skip",
      "then: end capped",
    ]
    for word in words { #expect(all.contains(word), "\(word)") }
    for zone in Generated.zones { #expect(all.contains(zone), "\(zone)") }
  }

  @Test func `later seeds put any option on any verb, and nearly all of them compile as well`() throws {
    let workshop = try Self.workshop.get()
    let later = (10_001...11_000 as ClosedRange<UInt64>).map { Generated(seed: $0) }
    let all = later.map { $0.text + ($0.project ?? "") }.joined()
    let words = [
      "24 hours", "1 month 2 days", "30 seconds", "run.day >= 2", "run.touches == 1", "not (item.size > 4)",
      "s1 + 1 month", "item.due + 1 month", "item.meet at 09:00", "day 3 + 4 hours",
      "hold 3 hours", "hold until mon 09:00", "hold until item.due", "hold until item.closed", "window: policy",
      "window: daily 23:00-24:00",
      "touches: 1 in 3 business days", "gap: 26 hours", "gap: 1 month", "window: daily 00:00-24:00",
      "- set: { contact.timezone:",
    ]
    for word in words { #expect(all.contains(word), "\(word)") }
    // What no seed before gives an option of its own.
    for verb in ["await", "wait", "choose", "repeat", "split", "task", "escalate"] {
      for option in ["if", "window", "at"] {
        let isThere = later.contains { $0.text.has("\n    \(option): ", at: "  - \(verb):") }
        #expect(isThere, "\(option) of \(verb)")
      }
    }
    let compiled = later.prefix(60).filter { if case .success = workshop.compile($0) { true } else { false } }
    #expect(compiled.count >= 52)
  }
}

extension String {
  /// A step of the top list that begins so has a line.
  fileprivate func has(_ line: String, at head: String) -> Bool {
    components(separatedBy: "\n  - ").dropFirst().contains { ("  - " + $0).hasPrefix(head) && $0.contains(line) }
  }
}
