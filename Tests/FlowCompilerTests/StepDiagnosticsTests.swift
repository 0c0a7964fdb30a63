import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// Cases, targets, events, data: what steps lead to and what they name.
@Suite struct StepDiagnosticsTests {
  @Test func targets() {
    let findings = expectDiagnostics(
      "steps:\n  - go: 1️⃣bok\npaths:\n  2️⃣book:\n    - end: x\n", ["1️⃣": .unknownTarget])
    #expect(findings.first?.help.hasPrefix("did you mean \"book\"?") == true)
    expectDiagnostics(
      """
      steps:
        - go: 1️⃣inner
        - choose:
            - when: deal.amount > 1
              then:
                - wait: 1 day
                  name: inner
      """, ["1️⃣": .targetOutOfReach])
    expectDiagnostics("anytime:\n  reply: 1️⃣next\n", ["1️⃣": .unknownTarget])
    expectDiagnostics(
      "steps:\n  - await: reply within 1 day\n    then: { reply: 1️⃣go home }\n", ["1️⃣": .unknownTarget])
    expectDiagnostics(
      "steps:\n  - await: reply within 1 day\n    then: { reply: 1️⃣{ end: x } }\n", ["1️⃣": .wrongShape])
  }

  @Test func casesThatAreNotAwaited() {
    let findings = expectDiagnostics(
      "steps:\n  - await: reply within 1 day\n    then: { 1️⃣bounce: end x }\n", ["1️⃣": .caseNotAwaited])
    #expect(findings.first?.help == "the cases here are: reply, timeout")
    expectDiagnostics(
      "steps:\n  - call: x\n    by: owner\n    within: 1 day\n    then: { 1️⃣conected: end x }\n",
      ["1️⃣": .caseNotAwaited])
    expectDiagnostics(
      "steps:\n  - call: x\n    by: owner\n    1️⃣then: { connected: end x }\n", ["1️⃣": .keysClash])
    expectDiagnostics(
      "replies: { yes: [\"yes\"] }\nsteps:\n  - await: yes within 1 day\n    then: { 1️⃣reply: end x }\n",
      ["1️⃣": .caseNotAwaited])
  }

  @Test func anytime() {
    expectDiagnostics("anytime:\n  1️⃣unsubscribe: end x\n", ["1️⃣": .reservedEvent])
    expectDiagnostics("anytime:\n  1️⃣complaint: end x\n", ["1️⃣": .reservedEvent])
    expectDiagnostics("anytime:\n  1️⃣bonuce: end x\n", ["1️⃣": .unknownEvent])
    expectDiagnostics(
      "anytime:\n  1️⃣deal.sighned: end x\nevents: { deal.signed: {} "
        + "}\n", ["1️⃣": .unknownEvent])
    expectDiagnostics(
      "anytime:\n  1️⃣intrested: end x\nreplies: { 2️⃣interested: [\"yes\"] }\n", ["1️⃣": .unknownEvent])
    expectDiagnostics("events: { 1️⃣signed: {} }\n", ["1️⃣": .badEventName])
  }

  @Test func listsOfAnytime() {
    expectDiagnostics("anytime:\n  reply:\n    - 1️⃣wait: 1 day\n", ["1️⃣": .anytimeStep])
    expectDiagnostics(
      "anytime:\n  reply:\n    - 1️⃣email: x\n      subject: x\n      body: x\n", ["1️⃣": .anytimeStep])
    expectDiagnostics(
      "anytime:\n  reply:\n    - task: x\n      by: owner\n      say: x\n      1️⃣within: 1 day\n",
      ["1️⃣": .anytimeStep])
    // A window is waited for; what is left out where it is closed, or ends the run, is done in an instant.
    let tell = "anytime:\n  reply:\n    - escalate: x\n      to: owner\n      say: x\n      "
    expectDiagnostics(tell + "1️⃣window: mon-fri 09:00-17:00\n", ["1️⃣": .anytimeStep])
    expectDiagnostics(tell + "1️⃣window: policy\n", ["1️⃣": .anytimeStep])
    expectDiagnostics(tell + "window: any\n", [:])
    expectDiagnostics(tell + "window: mon-fri 09:00-17:00\n      closed: skip\n", [:])
    expectDiagnostics(
      "anytime:\n  reply:\n    - 1️⃣end: x\n    - set: { deal.amount: 1 }\n",
      [
        "1️⃣": .anytimeStep
      ])
    expectDiagnostics(
      "anytime:\n  reply:\n    - task: x\n      by: owner\n      say: \"{{ reply.text }}\"\n    - "
        + "hold: 2 days\n",
      [:])
    expectDiagnostics("steps:\n  - 1️⃣hold: 2 days\n", ["1️⃣": .anytimeStep])
  }

  @Test func arms() {
    expectDiagnostics("steps:\n  - split: x\n    arms: 1️⃣{ a: 50%, b: 40% }\n", ["1️⃣": .arms])
    expectDiagnostics("steps:\n  - split: x\n    arms: { a: 1️⃣50, b: 50% }\n", ["1️⃣": .badNumber])
    expectDiagnostics(
      "steps:\n  - split: x\n    arms: { a: 12.5%, b: 87.5% }\n    then: { 1️⃣c: end x }\n", ["1️⃣": .arms])
    expectDiagnostics("steps:\n  - split: x\n    arms: { a: 12.5%, b: 87.5% }\n    then: { b: end x }\n", [:])
  }

  @Test(arguments: ["\"1️⃣call\"", "1️⃣call", "\"we 1️⃣call back\""])
  func theTextItselfStandsInQuotesOfItsOwn(_ value: String) {
    let code: Code = value.contains(" ") ? "expression-syntax" : "unknown-name"
    let findings = expectDiagnostics("steps:\n  - set: { deal.title: \(value) }\n", ["1️⃣": code])
    let text = value.contains(" ") ? "we call back" : "call"
    #expect(findings.first?.help.hasPrefix("for the text itself write '\"\(text)\"'") == true)
  }

  @Test func data() {
    expectDiagnostics("steps:\n  - set: { 1️⃣deal.amuont: 3 }\n", ["1️⃣": .unknownKey])
    expectDiagnostics("steps:\n  - set: { deal.amount: 1️⃣deal.title }\n", ["1️⃣": .wrongType])
    expectDiagnostics(
      "steps:\n  - emit: 1️⃣deal.sighned\nevents: { deal.signed: {} "
        + "}\n", ["1️⃣": .unknownEvent])
    expectDiagnostics(
      "steps:\n  - emit: 1️⃣deal.signed\nevents: { deal.signed: { by: text } }\n", ["1️⃣": .missingField])
    expectDiagnostics(
      "steps:\n  - emit: deal.signed\n    data: { 1️⃣bye: deal.title }\nevents: { deal.signed: { by: "
        + "text } }\n",
      ["1️⃣": .unknownKey])
    expectDiagnostics(
      "steps:\n  - emit: deal.signed\n    data: { by: 1️⃣deal.amount }\nevents: { deal.signed: { by: "
        + "text } }\n",
      ["1️⃣": .wrongType])
    expectDiagnostics("steps:\n  - suppress: 1️⃣emial\n", ["1️⃣": .unknownWord])
    expectDiagnostics("steps:\n  - suppress: all\n", [:])
  }

  @Test func enroll() {
    var draft = Draft()
    draft.files.contents["other.yaml"] = Array(
      ("workflow: other\ntrigger: { event: x, key: id }\ninput: { owner: person, id: text }\nsteps:\n "
        + " - end: x\n").utf8)
    expectDiagnostics(
      "steps:\n  - enroll: 1️⃣othr\n    input: { id: deal.id, owner: owner }\n", ["1️⃣": .unknownWorkflow],
      in: draft)
    expectDiagnostics(
      "steps:\n  - enroll: 1️⃣other\n    input: { id: deal.id }\n", ["1️⃣": .missingField], in: draft)
    expectDiagnostics(
      "steps:\n  - enroll: other\n    input: { id: 1️⃣deal.amount, owner: owner }\n", ["1️⃣": .wrongType],
      in: draft)
    expectDiagnostics("steps:\n  - enroll: other\n    input: { id: deal.id, owner: owner }\n", [:], in: draft)
  }

  @Test func escalations() {
    expectDiagnostics("steps:\n  - escalate: x\n    to: 1️⃣owner.manager\n    say: x\n", ["1️⃣": .optional])
    expectDiagnostics("steps:\n  - escalate: x\n    to: [ owner, owner.manager ?? owner ]\n    say: x\n", [:])
    expectDiagnostics(
      "steps:\n  - escalate: x\n    to: owner\n    via: 1️⃣telegrm\n    say: x\n", ["1️⃣": .unknownWord])
    expectDiagnostics(
      "steps:\n  - escalate: x\n    to: owner\n    say: x\n    1️⃣then: { timeout: end x "
        + "}\n", ["1️⃣": .keysClash]
    )
  }

  @Test func goals() {
    expectDiagnostics("goal: 1️⃣wno\nsteps:\n  - end: won\n", ["1️⃣": .unknownOutcome])
    expectDiagnostics("goal: [ won, completed ]\nsteps:\n  - end: won\n", [:])
  }

  /// Gap, caps, answers and opt-outs are the contact's; a call is made by a person, who may call anybody.
  @Test func messagesReachTheContact() {
    let head =
      "trigger: { event: x, key: deal.id }\ninput: { owner: person, contact: contact, second: contact, deal: { id: text } }\n"
      + "steps:\n"
    expectDiagnostics(
      head + "  - sms: x\n    to: 1️⃣second\n    body: x\n  - end: done\n", ["1️⃣": .notTheContact])
    expectDiagnostics(
      head + "  - email: x\n    to: 1️⃣contact ?? second\n    subject: x\n    body: x\n  - end: done\n",
      ["1️⃣": .notTheContact])
    expectDiagnostics(head + "  - sms: x\n    to: contact\n    body: x\n  - end: done\n", [:])
    expectDiagnostics(head + "  - call: x\n    by: owner\n    to: second\n    script: x\n  - end: done\n", [:])
    expectDiagnostics(head + "  - notify: x\n    to: owner\n    say: x\n  - end: done\n", [:])
    expectDiagnostics(
      "trigger: { event: x, key: deal.id, contact: deal.who }\n"
        + "input: { owner: person, deal: { id: text, who: contact } }\nsteps:\n  - sms: x\n"
        + "    to: deal.who\n    body: x\n  - end: done\n",
      [:])
  }

  @Test func whatIsSaidOfNobody() {
    let trigger = "trigger:\n  event: x\n  key: id\n  exclusive: %\n  again: { per: %, after: 1 day }\n"
    let rest = "events:\n  a.moved: { of: %, to: text }\nsteps:\n  - wait: 1 day\n  - suppress: %\n  - end: done\n"
    func text(_ input: String, _ marks: [String]) -> String {
      zip((trigger + "input: { owner: person, \(input)id: text }\n" + rest).split(separator: "%"), marks + [""])
        .map { $0 + $1 }.joined()
    }
    expectDiagnostics(
      text("", ["1️⃣sales", "2️⃣contact", "3️⃣contact", "4️⃣all"]),
      ["1️⃣": .nothingToNobody, "2️⃣": .nothingToNobody, "3️⃣": .nothingToNobody, "4️⃣": .nothingToNobody])
    expectDiagnostics(text("contact: contact, ", ["sales", "contact", "contact", "all"]), [:])
    // What is counted by key needs nobody.
    expectDiagnostics(
      "trigger:\n  event: x\n  key: id\n  again: { per: key, after: 1 day }\n"
        + "input: { owner: person, id: text }\nevents:\n  a.moved: { to: text }\nsteps:\n  - end: done\n", [:])
  }

  @Test func contactsAndOwners() {
    expectDiagnostics(
      "trigger: { event: x, key: id }\ninput: { owner: person, id: text }\nsteps:\n  - 1️⃣sms: x\n   "
        + " body: x\n",
      ["1️⃣": .noContact])
    expectDiagnostics(
      "1️⃣workflow: x\ntrigger: { event: x, key: id }\ninput: { contact: contact, id: text "
        + "}\n", ["1️⃣": .noOwner]
    )
    expectDiagnostics("trigger: { event: x, key: 1️⃣contact }\n", ["1️⃣": .keyType])
    expectDiagnostics(
      "trigger: { event: x, key: item.id, each: item in deals, contact: item.who }\n"
        + "input: { owner: person, deals: [ { id: text, who: contact } ] }\nsteps:\n  - sms: x\n    "
        + "body: x\n",
      [:])
  }
}
