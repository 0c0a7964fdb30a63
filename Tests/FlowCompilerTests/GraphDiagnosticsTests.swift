import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// Findings that need the whole graph.
@Suite struct GraphDiagnosticsTests {
  @Test func circles() {
    let findings = expectDiagnostics(
      "steps:\n  - wait: 1 day\n    name: a\n  - wait: 1 day\n    name: b\n  - 1️⃣go: a\n", ["1️⃣": .cycle])
    #expect(findings.first?.message == "these steps go round in a circle: a → b → go-1 → a")
    expectDiagnostics(
      """
      steps:
        - go: one
      paths:
        one:
          - go: two
        two:
          - 1️⃣go: one
      """, ["1️⃣": .cycle])
    expectDiagnostics(
      "steps:\n  - repeat: x\n    times: 3\n    every: 1 day\n    steps:\n      - wait: 1 day\n", [:])
    expectDiagnostics(
      "steps:\n  - wait: 1 day\n    name: a\n  - await: reply within 1 day\n    then: { 1️⃣timeout: a }\n",
      ["1️⃣": .cycle])
  }

  @Test func unreachable() {
    expectDiagnostics("steps:\n  - end: x\npaths:\n  1️⃣lost:\n    - end: y\n", ["1️⃣": .unreachable])
    expectDiagnostics("steps:\n  - end: x\n  - 1️⃣wait: 1 day\n  - wait: 2 days\n", ["1️⃣": .unreachable])
    expectDiagnostics("steps:\n  - end: x\n    if: deal.amount > 1\n  - wait: 1 day\n", [:])
    expectDiagnostics("anytime:\n  reply: found\npaths:\n  found:\n    - end: y\n", [:])
  }

  @Test func pathsThatRunOut() {
    expectDiagnostics(
      "steps:\n  - go: out\npaths:\n  out:\n    - wait: 1 day\n    - 1️⃣wait: 1 day\n", ["1️⃣": .pathRunsOut])
    expectDiagnostics(
      "steps:\n  - go: out\npaths:\n  out:\n    - await: reply within 1 day\n      then: end x\n", [:])
    expectDiagnostics(
      "steps:\n  - go: out\npaths:\n  out:\n    - 1️⃣await: reply within 1 day\n      then: { reply: "
        + "end x }\n",
      ["1️⃣": .pathRunsOut])
  }

  @Test func answersThatNothingHandles() {
    expectDiagnostics("replies: { 1️⃣yes: [\"yes\"] }\n", ["1️⃣": .classUnhandled])
    expectDiagnostics("replies: { yes: [\"yes\"] }\nanytime: { reply: end x }\n", [:])
    expectDiagnostics("replies: { yes: [\"yes\"] }\nsteps:\n  - await: yes within 1 day\n", [:])
  }

  @Test func waitsBeforeReplies() {
    let touch = "steps:\n  - sms: hello\n    body: x\n"
    expectDiagnostics(
      touch + "  - 1️⃣wait: 1 day\n  - await: reply within 1 "
        + "day\n", ["1️⃣": .waitBeforeReply])
    expectDiagnostics(touch + "  - await: reply within 1 day\n", [:])
    expectDiagnostics(
      touch + "  - wait: 1 day\n  - sms: again\n    body: x\n  - await: reply within 1 day\n", [:])
    expectDiagnostics(
      "anytime: { reply: end x }\n" + touch + "  - wait: 1 day\n  - await: reply within 1 day\n", [:])
  }

  @Test func touchesThatTheirOwnTurnSuppresses() {
    let touch = "  - 1️⃣sms: bye\n    body: x\n"
    let findings = expectDiagnostics("steps:\n" + touch + "  - suppress: all\n", ["1️⃣": .suppressedAtOnce])
    #expect(
      findings.map(\.message) == ["\"bye\" never leaves: \"suppress-1\" follows it with no wait between"])
    // Through whatever takes no time, and into paths.
    expectDiagnostics(
      "steps:\n" + touch
        + """
          - set: { deal.title: lower(deal.title) }
          - choose:
              - when: deal.amount > 1
                then: out
        paths:
          out:
            - suppress: sms
            - end: gone

        """, ["1️⃣": .suppressedAtOnce])
    // Two in one turn, and both stay.
    expectDiagnostics(
      "steps:\n" + touch + "  - 2️⃣sms: again\n    body: x\n  - suppress: all\n",
      ["1️⃣": .suppressedAtOnce, "2️⃣": .suppressedAtOnce])
    // The gap puts time between them.
    expectDiagnostics(
      "policy: { gap: 1 day }\nsteps:\n  - sms: hello\n    body: x\n  - 2️⃣sms: again\n    body: x\n"
        + "  - suppress: all\n", ["2️⃣": .suppressedAtOnce])
  }

  @Test func touchesThatLeaveBeforeTheContactIsSuppressed() {
    let touch = "steps:\n  - sms: bye\n    body: x\n"
    expectDiagnostics(touch + "  - wait: 1 hour\n  - suppress: all\n", [:])
    expectDiagnostics(touch + "  - await: reply within 1 hour\n  - suppress: all\n", [:])
    expectDiagnostics(touch + "  - suppress: all\n    after: 1 hour\n", [:])
    expectDiagnostics(touch + "  - suppress: email\n", [:])
    expectDiagnostics(touch + "  - end: gone\n", [:])
    expectDiagnostics("steps:\n  - notify: told\n    to: owner\n    say: x\n  - suppress: all\n", [:])
  }

  @Test func eventsThatLeadToThemselves() {
    let events = "events: { deal.x: {}, deal.y: {}, deal.z: {} }\n"
    var findings = expectDiagnostics(
      events + "anytime:\n  deal.x:\n    - 1️⃣emit: deal.x\n", ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.error])
    #expect(findings.map(\.message) == ["these events follow from one another for ever: deal.x → deal.x"])

    findings = expectDiagnostics(
      events + "anytime:\n  deal.x:\n    - 1️⃣emit: deal.y\n    - hold: 1 day\n  deal.y:\n    - emit: deal.x\n",
      ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.error])
    #expect(findings.map(\.message) == ["these events follow from one another for ever: deal.x → deal.y → deal.x"])
    #expect(findings.flatMap(\.notes).map(\.text) == ["\"emit-2\" emits the next one"])

    // A condition may stop it, or an await may take it first.
    findings = expectDiagnostics(
      events + "anytime:\n  deal.x:\n    - 1️⃣emit: deal.x\n      if: deal.amount > 1\n", ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.warning])
    findings = expectDiagnostics(
      events + "anytime:\n  deal.x:\n    - choose:\n        - when: deal.amount > 1\n          then:\n"
        + "            - 1️⃣emit: deal.x\n", ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.warning])
    findings = expectDiagnostics(
      events + "anytime:\n  deal.x:\n    - 1️⃣emit: deal.x\nsteps:\n  - await: deal.x within 1 day\n",
      ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.warning])
  }

  @Test func eventsThatLeadFromOneFileToAnother() {
    let events = "events: { deal.x: {}, deal.y: {}, deal.z: {} }\n"
    func findings(_ one: String, _ other: String, _ third: String = "") -> [Diagnostic] {
      var draft = Draft()
      let steps = "steps:\n  - await: reply within 5 days\n"
      draft.files.contents["b.yaml"] = Array(Draft.completed("workflow: other\n" + events + other + steps).utf8)
      if !third.isEmpty {
        draft.files.contents["c.yaml"] = Array(Draft.completed("workflow: third\n" + events + third + steps).utf8)
      }
      return draft.compile(events + one + steps).diagnostics.filter { $0.code == "event-circle" }
    }
    func list(_ taken: String, _ emitted: String, _ more: String = "") -> String {
      "anytime:\n  \(taken):\n    - emit: \(emitted)\n" + more
    }
    let two = findings(list("deal.y", "deal.x"), list("deal.x", "deal.y"))
    #expect(two.map(\.severity) == [.warning])
    #expect(two.map(\.message) == ["workflows can lead to one another for ever: deal.y → deal.x → deal.y"])
    #expect(two.map(\.span.file) == ["b.yaml"])
    #expect(
      two.flatMap(\.notes).map { [$0.text, $0.span?.file] } == [
        ["\"emit-1\" of \"test\" goes on from there", "test.yaml"]
      ])
    let three = findings(list("deal.z", "deal.x"), list("deal.x", "deal.y"), list("deal.y", "deal.z"))
    #expect(
      three.map(\.message) == ["workflows can lead to one another for ever: deal.y → deal.z → deal.x → deal.y"])
    // Also where a condition may stop it; not where a list ends its run, or nobody takes what is emitted.
    #expect(findings(list("deal.y", "deal.x", "      if: deal.amount > 1\n"), list("deal.x", "deal.y")).count == 1)
    #expect(findings(list("deal.y", "deal.x", "    - end: gone\n"), list("deal.x", "deal.y")).isEmpty)
    #expect(findings(list("deal.y", "deal.x"), list("deal.z", "deal.y")).isEmpty)
  }

  @Test func workflowsThatStartEachOther() {
    func file(_ name: String, _ event: String, _ again: String, _ steps: String) -> String {
      "workflow: \(name)\ntrigger: { event: \(event), key: deal.id\(again) }\n"
        + "events: { deal.one: { deal: { id: text } }, deal.two: { deal: { id: text } } }\n"
        + "input: { contact: contact, owner: person, deal: { id: text }, other: { id: text } }\nsteps:\n" + steps
    }
    func count(_ again: String, _ one: String, _ other: String) -> Int {
      var draft = Draft()
      draft.files.contents["b.yaml"] = Array(file("other", "deal.two", again, other).utf8)
      return draft.compile(file("test", "deal.one", again, one)).diagnostics.count { $0.code == "event-circle" }
    }
    let (one, two) = (
      "  - emit: deal.two\n    data: { deal: deal }\n", "  - emit: deal.one\n    data: { deal: deal }\n"
    )
    #expect(count(", again: after end", one, two) == 1)
    let enroll =
      "  - enroll: test\n    input: { contact: contact, owner: owner, deal: deal, other: other }\n  - end: x\n"
    #expect(count(", again: after end", one, enroll) == 1)
    // One run a key, or time between.
    #expect(count("", one, two) == 0)
    #expect(count(", again: after 30 days", one, two) == 0)
    #expect(count(", again: after end", "  - wait: 1 day\n" + one, two) == 0)
    // Perhaps another key each time.
    #expect(count("", one, two.replacing("deal: deal", with: "deal: other")) == 1)
  }

  @Test func eventsThatLeadOn() {
    let events = "events: { deal.x: {}, deal.y: {}, deal.z: { of: contact } }\n"
    for list in [
      "deal.x:\n    - emit: deal.y\n", "deal.x:\n    - emit: deal.x\n    - end: gone\n",
      "deal.x:\n    - emit: deal.x\n    - go: last\n", "deal.x: last\n", "deal.z:\n    - emit: deal.z\n",
    ] {
      expectDiagnostics(
        events + "anytime:\n  " + list + "steps:\n  - wait: 1 day\n  - emit: deal.x\n    name: last\n", [:])
    }
    expectDiagnostics(
      events + "steps:\n  - await: deal.x within 1 day\n    then:\n      deal.x:\n        - emit: deal.x\n", [:])
  }

  @Test func workflowsThatStartThemselves() {
    func file(_ again: String, _ steps: String) -> String {
      "trigger: { event: deal.sent, key: deal.id\(again) }\nevents: { deal.sent: { deal: { id: text } } }\n"
        + "input: { contact: contact, owner: person, deal: { id: text } }\nsteps:\n" + steps
    }
    let emit = "  - 1️⃣emit: deal.sent\n    data: { deal: deal }\n"
    let again = ", again: after end"
    var findings = expectDiagnostics(file(again, emit), ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.error])
    #expect(
      findings.map(\.message) == [
        "\"emit-1\" starts this workflow again, with no time between, and so does the run that it starts"
      ])
    findings = expectDiagnostics(
      file(again, "  - 1️⃣enroll: test\n    input: { contact: contact, owner: owner, deal: deal }\n  - end: x\n"),
      ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.error])
    findings = expectDiagnostics(
      file(", when: deal.id != \"9\"" + again, emit), ["1️⃣": .eventCircle])
    #expect(findings.map(\.severity) == [.warning])

    // One run a key, time between, or the run that starts it is still going on.
    let quiet = emit.replacing("1️⃣", with: "")
    expectDiagnostics(file("", quiet), [:])
    expectDiagnostics(file(", again: after 30 days", quiet), [:])
    expectDiagnostics(file(again, "  - wait: 30 days\n" + quiet), [:])
    expectDiagnostics(file(again, quiet + "  - wait: 30 days\n"), [:])
  }

  @Test func namesOfSteps() {
    let touch = "  - sms: hello\n    body: x\n"
    expectDiagnostics("steps:\n" + touch + "  - wait: until hello + 3 days\n", [:])
    expectDiagnostics("steps:\n  - wait: until 1️⃣hello + 3 days\n" + touch, ["1️⃣": .notPassed])
    expectDiagnostics(
      "steps:\n  - choose:\n      - when: deal.amount > 1\n        then:\n          - sms: hello\n   "
        + "         body: x\n"
        + "  - wait: until 1️⃣hello + 1 day\n", ["1️⃣": .notPassed])
    expectDiagnostics(
      "anytime: { reply: later }\nsteps:\n" + touch
        + "paths:\n  later:\n    - wait: until 1️⃣hello + 1 day\n    - end: x\n",
      [
        "1️⃣": .notPassed
      ])
    // The run waits for nothing before the wait that follows the first step.
    expectDiagnostics(
      "anytime: { reply: later }\nsteps:\n  - emit: deal.seen\n    name: seen\n  - wait: 1 day\n"
        + "paths:\n  later:\n    - wait: until seen + 1 day\n    - end: x\nevents: { deal.seen: {} }\n", [:])
  }

  @Test func whatARoundHasPassed() {
    expectDiagnostics(
      """
      steps:
        - repeat: rounds
          times: 3
          every: 1 day
          stop-if: days_between(asked, run.started) > 1
          steps:
            - sms: asked
              body: x
      """, [:])
  }

  @Test func replies() {
    expectDiagnostics("steps:\n  - sms: hello\n    body: \"{{ 1️⃣reply.text }}\"\n", ["1️⃣": .notInScope])
    expectDiagnostics(
      "steps:\n  - await: reply within 1 day\n    then:\n      reply:\n        - sms: hello\n        "
        + "  body: \"{{ reply.text }}\"\n"
        + "  - sms: again\n    body: \"{{ 1️⃣reply.text }}\"\n", ["1️⃣": .notInScope])
    expectDiagnostics(
      "steps:\n  - await: reply within 1 day\n    then:\n      reply: next\n      timeout: end x\n"
        + "  - sms: again\n    body: \"{{ reply.text }}\"\n", [:])
    expectDiagnostics("steps:\n  - sms: hello\n    body: \"{{ 1️⃣task.note }}\"\n", ["1️⃣": .notInScope])
    expectDiagnostics(
      "anytime:\n  interested: talk\nreplies: { interested: [\"yes\"] }\npaths:\n  talk:\n    - sms: "
        + "x\n      body: \"{{ reply.text }}\"\n    - end: y\n",
      [:])
  }

  @Test func events() {
    let events = "events: { deal.moved: { to: date, why: text }, deal.lost: { why: text } }\n"
    let told = "paths:\n  told:\n    - sms: x\n      body: "
    expectDiagnostics(
      events + "anytime:\n  deal.moved: told\n" + told + "\"{{ event.why }} {{ event.to }}\"\n    - end: y\n",
      [:])
    expectDiagnostics(
      events + "anytime:\n  deal.moved: told\n  deal.lost: told\n" + told
        + "\"{{ event.why }}\"\n    - end: y\n", [:])
    expectDiagnostics(
      events + "anytime:\n  deal.moved: told\n  deal.lost: told\n" + told
        + "\"{{ event.1️⃣to }}\"\n    - end: y\n",
      ["1️⃣": .unknownField])
    expectDiagnostics(
      events + "anytime:\n  deal.moved: told\nsteps:\n  - go: told\n" + told
        + "\"{{ 1️⃣event.why }}\"\n    - end: y\n",
      ["1️⃣": .notInScope])
    expectDiagnostics(events + "anytime:\n  deal.moved:\n    - set: { deal.due: event.to }\n", [:])
    expectDiagnostics(
      events + "steps:\n  - await: deal.moved within 1 day\n    then:\n      deal.moved:\n"
        + "        - choose:\n            - when: event.why == \"x\"\n              then:\n          "
        + "      - set: { deal.due: event.to }\n",
      [:])
  }

  @Test func clinicalPatterns() {
    let head = "category: clinical\nreplies:\n  fine: [ \"= fine\", \"1️⃣good\" ]\n  fever: [ \"fever\" ]\n"
    let anytime = "anytime:\n  fine: hold 1 day\n  fever:\n    - task: look\n      by: owner\n      say: x\n"
    expectDiagnostics(head + anytime, ["1️⃣": .clinicalPattern])
  }

  @Test func optionals() {
    expectDiagnostics("steps:\n  - sms: x\n    body: \"{{ 1️⃣deal.closed }}\"\n", ["1️⃣": "optional"])
    expectDiagnostics(
      "steps:\n  - sms: x\n    if: deal.closed is present\n    body: \"{{ deal.closed }}\"\n", [:])
    expectDiagnostics(
      "steps:\n  - choose:\n      - when: not (deal.closed is present)\n        then: end open\n     "
        + " - otherwise:\n"
        + "          - sms: x\n            body: \"{{ deal.closed }}\"\n", [:])
  }

  @Test func ignores() {
    expectDiagnostics(
      "replies:\n  # flow:ignore class-unhandled -- a person reads them\n  yes: [\"yes\"]\n", [:])
    expectDiagnostics(
      "replies:\n  yes: [\"yes\"] # flow:ignore class-unhandled -- a person reads them\n", [:])
    expectDiagnostics(
      "# flow:ignore 1️⃣class-unhandled -- nothing here\nworkflow: test\n", ["1️⃣": .unusedIgnore])
    expectDiagnostics(
      "replies:\n  # flow:ignore 1️⃣class-unhandled\n  2️⃣yes: [\"yes\"]\n",
      ["1️⃣": .badIgnore, "2️⃣": .classUnhandled])
  }
}
