import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// The sentences of `guarantees:`: what they mean, and what is wrong with those that mean nothing.
struct GuaranteeTests {
  /// A file with a step, a class, an event and an outcome to speak of.
  private static let rest = """
    events: { deal.signed: {} }
    replies: { refused: ["no thanks"] }
    anytime: { refused: end lost, deal.signed: end won }
    steps:
      - sms: hello
        body: x
      - await: reply within 2 days
      - call: ring
        by: owner
        within: 1 day
      - end: silent

    """

  private func claims(
    _ sentences: [String], project: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [Claimed] {
    var draft = Draft()
    draft.project = try Self.project(project)
    let text = "guarantees:\n" + sentences.map { "  - \"\($0)\"\n" }.joined() + Self.rest
    let compilation = draft.compile(sentences.isEmpty ? Self.rest : text)
    #expect(compilation.diagnostics.map(\.message) == [], sourceLocation: sourceLocation)
    return try #require(compilation.workflows.first).guarantees
  }

  private static func project(_ sentences: [String]) throws -> Project {
    let text = "guarantees:\n" + sentences.map { "  - \"\($0)\"\n" }.joined()
    guard !sentences.isEmpty else { return Project() }
    let source = SourceText(file: "flow.yaml", utf8: Array(text.utf8))
    let (project, findings) = Compiler.project(source, files: MemoryFiles(), zones: Draft.zones)
    #expect(findings.map(\.message) == [])
    return project
  }

  // The steps in the order of the file: hello, await-1, ring, end-1.
  static let good: [(String, Claim)] = [
    ("first touch within 3 business days", .firstTouch(within: .businessDays(3))),
    ("first touch within 36 hours", .firstTouch(within: .hours(36))),
    ("ends within 30 days", .ends(within: .days(30))),
    ("ends within 1 month", .ends(within: .months(1))),
    ("at most 4 touches in any 30 days", .touches(atMost: 4, verb: nil, span: .days(30))),
    ("at most 1 touch in any 1 week", .touches(atMost: 1, verb: nil, span: .days(7))),
    ("at most 4 touches", .touches(atMost: 4, verb: nil, span: nil)),
    ("at most 0 calls", .touches(atMost: 0, verb: "call", span: nil)),
    ("at most 2 emails in any 7 days", .touches(atMost: 2, verb: "email", span: .days(7))),
    ("at most 1 email", .touches(atMost: 1, verb: "email", span: nil)),
    ("at most 3 sms in any 48 hours", .touches(atMost: 3, verb: "sms", span: .hours(48))),
    ("touches at least 1 day apart", .apart(.days(1))),
    ("touches at least 20 hours apart", .apart(.hours(20))),
    ("silence reaches end silent", .silence(reaches: [.end("silent")])),
    ("silence reaches ring or end silent", .silence(reaches: [.step(2), .end("silent")])),
    ("silence reaches ring, escalation or end", .silence(reaches: [.step(2), .escalation, .end(nil)])),
    ("never touch after refused", .never(.touch, after: .reply("refused"))),
    ("never touch after reply", .never(.touch, after: .reply("reply"))),
    ("never call after deal.signed", .never(.verb("call"), after: .event("deal.signed"))),
    ("never email after unsubscribe", .never(.verb("email"), after: .event("unsubscribe"))),
    ("never ring after ring", .never(.step(2), after: .step(2))),
    ("never end lost after deal.signed", .never(.end("lost"), after: .event("deal.signed"))),
    ("never escalation after start", .never(.escalation, after: .started)),
    ("never end exhausted after start", .never(.end("exhausted"), after: .started)),
    ("always hello before ring", .always(.step(0), before: .step(2))),
    ("always call before end silent", .always(.verb("call"), before: .end("silent"))),
    ("always touch before end", .always(.touch, before: .end(nil))),
    ("ring within 3 days of hello", .follows(.step(2), within: .days(3), of: .step(0))),
    ("call within 4 hours of reply", .follows(.verb("call"), within: .hours(4), of: .reply("reply"))),
    ("touch within 2 days of start", .follows(.touch, within: .days(2), of: .started)),
    ("end within 1 day of deal.signed", .follows(.end(nil), within: .days(1), of: .event("deal.signed"))),
    ("step ring within 3 days of reply refused", .follows(.step(2), within: .days(3), of: .reply("refused"))),
    ("never event deal.signed after await-1", .never(.event("deal.signed"), after: .step(1))),
  ]

  @Test(arguments: good.indices)
  func `a sentence is what it says`(index: Int) throws {
    let (sentence, claim) = Self.good[index]
    let claims = try claims([sentence])
    #expect(claims.map(\.claim) == [claim])
    #expect(claims.map(\.text) == [sentence])
    #expect(claims.map(\.source) == [.file])
  }

  /// Each with its mark where the finding stands.
  static let bad: [(String, Code, help: String)] = [
    ("1️⃣nevr touch after refused", .badGuarantee, "did you mean \"never\"?"),
    ("first 1️⃣tuch within 3 days", .badGuarantee, "did you mean \"touch\"?"),
    ("1️⃣end within 30 days", .badGuarantee, "did you mean \"ends\"?"),
    ("touches at 1️⃣lest 1 day apart", .badGuarantee, "did you mean \"least\"?"),
    ("at most 4 touches 1️⃣in 30 days", .badGuarantee, "write \"in any 30 days\""),
    ("at most 2 emails 1️⃣per week", .badGuarantee, "write \"in any week\""),
    ("at most 2 emails 1️⃣in any", .badGuarantee, "write \"in any 7 days\""),
    ("silence reaches ring 1️⃣or", .badGuarantee, "write the name of a step"),
    ("1️⃣never touch", .badGuarantee, "it reads \"never A after B\""),
    ("1️⃣at least 3 touches", .badGuarantee, "the sentences are:"),
    ("1️⃣be nice", .badGuarantee, "the sentences are:"),
    ("1️⃣at mosE", .badGuarantee, "the sentences are:"),
    ("1️⃣at most", .badGuarantee, "the sentences are:"),
    ("ends within 5 days 1️⃣of start", .badGuarantee, "\"A within D of B\""),
    ("never 1️⃣touch twice after refused", .badGuarantee, "write the name of a step"),
    ("ends within 1️⃣30", .badDuration, "name the unit: \"30 days\""),
    ("ends within 1️⃣2d", .badDuration, "write \"2 days\""),
    ("at most 1️⃣four touches in any 30 days", .badNumber, "write a whole number"),
    ("at most 1️⃣-1 touches", .badNumber, "write a whole number"),
    ("touches at least 1️⃣1 business hour apart", .noWindow, "business hours are the hours of policy.window"),
    ("silence reaches end 1️⃣silnt", .unknownOutcome, "did you mean \"silent\"?"),
    ("silence reaches 1️⃣rin or end silent", .guaranteeName, "did you mean \"ring\"?"),
    ("never touch after 1️⃣refusd", .guaranteeName, "did you mean \"refused\"?"),
    ("never touch after reply 1️⃣refusal", .guaranteeName, "did you mean \"refused\"?"),
    ("never touch after event 1️⃣deal.sined", .guaranteeName, "did you mean \"deal.signed\"?"),
    ("always step 1️⃣hullo before ring", .guaranteeName, "did you mean \"hello\"?"),
    ("at most 2 1️⃣emials in any 7 days", .guaranteeName, "did you mean \"emails\"?"),
    ("at most 2 1️⃣tasks in any 7 days", .guaranteeName, "what reaches the contact is email, sms or call"),
    ("1️⃣never touch after end", .emptyGuarantee, "take the line away"),
    ("1️⃣always start before touch", .emptyGuarantee, "take the line away"),
    ("1️⃣always ring before ring", .emptyGuarantee, "take the line away"),
    ("1️⃣silence reaches start", .emptyGuarantee, "take the line away"),
    ("1️⃣silence reaches reply", .emptyGuarantee, "take the line away"),
    ("1️⃣silence reaches reply or bounce", .emptyGuarantee, "take the line away"),
    ("1️⃣start within 2 days of touch", .emptyGuarantee, "take the line away"),
  ]

  @Test(arguments: bad.indices)
  func `a sentence that says nothing is found at its place`(index: Int) {
    let (sentence, code, help) = Self.bad[index]
    // In quotes where YAML would read the line otherwise.
    let findings = expectDiagnostics("guarantees:\n  - \(sentence)\n" + Self.rest, ["1️⃣": code])
    #expect(findings.allSatisfy { $0.help.contains(help) }, "\(findings.map { $0.help })")
  }

  @Test func `a fix of a misspelt word mends the sentence`() throws {
    for (sentence, mended) in [
      ("nevr touch after refused", "never touch after refused"),
      ("at most 4 touches in 30 days", "at most 4 touches in any 30 days"),
      ("silence reaches end silnt", "silence reaches end silent"),
    ] {
      let text = "guarantees:\n  - \(sentence)\n" + Self.rest
      let fix = try #require(Draft().compile(text).diagnostics.first?.fix)
      let bytes = Array(text.utf8)
      let fixed = bytes[..<fix.span.start.offset] + Array(fix.replacement.utf8) + bytes[fix.span.end.offset...]
      #expect(String(decoding: fixed, as: UTF8.self).contains("  - \(mended)\n"))
    }
  }

  @Test func `a name that is two things is said more exactly`() {
    let two = """
      replies: { ring: ["call me"] }
      anytime: { ring: end wanted }
      steps:
        - call: ring
          by: owner
      guarantees:

      """
    let findings = expectDiagnostics(two + "  - never touch after 1️⃣ring\n", ["1️⃣": .guaranteeName])
    #expect(findings.first?.help == "say which: \"step ring\" or \"reply ring\"")
    expectDiagnostics(two + "  - never touch after reply ring\n", [:])
    expectDiagnostics(two + "  - never touch after step ring\n", [:])
  }

  @Test func `the name of a verb that is another thing, too, is said more exactly`() throws {
    let two = """
      replies: { call: ["call me"] }
      anytime: { call: end wanted }
      steps:
        - call: ring
          by: owner
      guarantees:

      """
    let findings = expectDiagnostics(two + "  - never 1️⃣call after touch\n", ["1️⃣": .guaranteeName])
    #expect(findings.first?.help == "say which: \"reply call\" or \"verb call\"")
    expectDiagnostics(two + "  - never verb call after reply call\n", [:])
    expectDiagnostics(two + "  - never verb 1️⃣cal after touch\n", ["1️⃣": .guaranteeName])
    // No file weakens a line of flow.yaml by what it calls its own.
    let project = try Self.project(["never call after touch", "never touch after verb call"])
    let compilation = Draft(project: project).compile(two.replacing("guarantees:\n", with: ""))
    #expect(
      compilation.workflows.first?.guarantees.map(\.claim) == [
        .never(.verb("call"), after: .touch), .never(.touch, after: .verb("call")),
      ])
  }

  @Test func `every sentence of a list is looked at`() {
    expectDiagnostics(
      "guarantees:\n  - 1️⃣be nice\n  - ends within 2️⃣2d\n" + Self.rest, ["1️⃣": .badGuarantee, "2️⃣": .badDuration])
    expectDiagnostics(
      "guarantees:\n  - never 1️⃣x after 2️⃣y\n  - always 3️⃣z before touch\n" + Self.rest,
      ["1️⃣": .guaranteeName, "2️⃣": .guaranteeName, "3️⃣": .guaranteeName])
  }

  // MARK: flow.yaml

  @Test func `a line of flow.yaml holds beside the file's own`() throws {
    let claims = try claims(["ends within 60 days"], project: ["ends within 30 days"])
    #expect(claims.map(\.source) == [.project, .file])
    #expect(claims.map(\.claim) == [.ends(within: .days(30)), .ends(within: .days(60))])
    #expect(claims.first?.span.file == "flow.yaml")
  }

  @Test func `a line of flow.yaml is silent where the file has nothing that it speaks of`() throws {
    let sentences = ["never touch after refused", "never touch after declined", "at most 2 emails in any 7 days"]
    let project = try Self.project(sentences + ["always opener before ring", "always opener before closing"])
    var draft = Draft(project: project)
    draft.files.contents["other.yaml"] = Array(
      """
      workflow: other
      trigger: { event: deal.lost, key: deal.id }
      input: { contact: contact, owner: person, deal: { id: text } }
      replies: { declined: ["no"] }
      anytime: { declined: end lost }
      steps:
        - sms: opener
          body: x
        - sms: closing
          body: y
        - end: done
      """.utf8)
    let compilation = draft.compile(Self.rest)
    #expect(compilation.diagnostics.map(\.message) == [])
    let file = try #require(compilation.workflows.first { $0.file == "test.yaml" })
    // What it wants before a call that there is can never come about here.
    #expect(
      file.guarantees.map(\.claim) == [
        .never(.touch, after: .reply("refused")), .touches(atMost: 2, verb: "email", span: .days(7)),
        .always(.event("opener"), before: .step(2)),
      ])
  }

  @Test func `what no file has is most likely misspelt in flow.yaml`() throws {
    let project = try Self.project(["never touch after refusd", "silence reaches end silent", "at most 2 emials"])
    let findings = Draft(project: project).compile(Self.rest).diagnostics
    #expect(findings.map(\.code) == [.unusedGuarantee, .unusedGuarantee])
    #expect(findings.map(\.severity) == [.warning, .warning])
    #expect(findings.first?.span.file == "flow.yaml")
    #expect(findings.first?.help.hasPrefix("did you mean \"refused\"?") == true)
    #expect(findings.last?.help.hasPrefix("did you mean \"emails\"?") == true)
  }

  @Test func `flow.yaml's lines have the same findings`() {
    let source = MarkedSource("guarantees:\n  - 1️⃣nevr touch after refused\n  - ends within 2️⃣2d\n")
    let (project, findings) = Compiler.project(
      source.source(file: "flow.yaml"), files: MemoryFiles(), zones: Draft.zones)
    #expect(source.located(findings) == ["1️⃣ bad-guarantee", "2️⃣ bad-duration"])
    #expect(project.guarantees.isEmpty)
  }
}
