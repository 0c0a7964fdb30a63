import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// Keys, verbs, names: each mistake once, at its place, with the way out.
@Suite struct ShapeDiagnosticsTests {
  @Test func misspeltVerb() {
    let findings = expectDiagnostics(
      "steps:\n  - 1️⃣emial: hello\n    subject: x\n  - wait: 1 day\n  - end: done\n", ["1️⃣": .unknownVerb])
    #expect(findings.first?.help.hasPrefix("did you mean \"email\"? the verbs are: wait, await") == true)
    #expect(findings.first?.fix?.replacement == "email")
  }

  @Test func nothingFollowsFromAMisspeltVerb() {
    expectDiagnostics(
      """
      steps:
        - 1️⃣emial: hello
        - wait: until hello + 2 days
        - go: hello-again
      paths:
        hello-again:
          - end: done
      """, ["1️⃣": .unknownVerb])
  }

  @Test func twoVerbs() {
    expectDiagnostics("steps:\n  - wait: 1 day\n    1️⃣end: done\n", ["1️⃣": .twoVerbs])
  }

  @Test func noVerb() {
    expectDiagnostics("steps:\n  - 1️⃣name: hello\n    note: nothing\n  - end: done\n", ["1️⃣": .missingVerb])
    expectDiagnostics("steps:\n  - 1️⃣wait 3 days\n", ["1️⃣": .wrongShape])
    expectDiagnostics("steps:\n  1️⃣wait: 3 days\n", ["1️⃣": .wrongShape])
  }

  @Test func misspeltKeys() {
    let findings = expectDiagnostics(
      "1️⃣workfolw: x\nsteps:\n  - end: done\nworkflow: test\n", ["1️⃣": .unknownKey])
    #expect(findings.first?.help.hasPrefix("did you mean \"workflow\"?") == true)
    expectDiagnostics(
      "trigger: { event: deal.won, key: deal.id, 1️⃣whne: deal.amount > 1 }\n", ["1️⃣": .unknownKey])
    expectDiagnostics("policy:\n  1️⃣windw: mon-fri 09:00-17:00\n", ["1️⃣": .unknownKey])
    expectDiagnostics("steps:\n  - wait: 1 day\n    1️⃣iff: deal.amount > 1\n", ["1️⃣": .unknownKey])
  }

  @Test func misspeltRequiredKeyIsOneFinding() {
    expectDiagnostics("trigger: { event: deal.won, 1️⃣kye: deal.id }\n", ["1️⃣": .unknownKey])
    expectDiagnostics("steps:\n  - split: x\n    1️⃣armss: { a: 100% }\n", ["1️⃣": .unknownKey])
  }

  @Test func missingKeys() {
    expectDiagnostics("trigger: { 1️⃣event: deal.won }\n", ["1️⃣": .missingKey])
    expectDiagnostics(
      "steps:\n  - 1️⃣repeat: x\n    every: 1 day\n    steps:\n      - wait: 1 day\n", ["1️⃣": .missingKey])
  }

  @Test func misspeltField() {
    let findings = expectDiagnostics(
      """
      steps:
        - email: hello
          purpose: inform
          1️⃣subjct: Hello
          body: Hello
      """, ["1️⃣": .unknownKey])
    #expect(findings.first?.help.hasPrefix("did you mean \"subject\"?") == true)
  }

  @Test func missingField() {
    expectDiagnostics(
      "steps:\n  - 1️⃣email: hello\n    purpose: inform\n    subject: Hello\n", ["1️⃣": .missingField])
    expectDiagnostics("steps:\n  - email: hello\n    thread: same\n    body: Hello\n", [:])
  }

  @Test func words() {
    let findings = expectDiagnostics(
      "steps:\n  - email: hello\n    purpose: 1️⃣infrom\n    subject: x\n    body: "
        + "x\n", ["1️⃣": .unknownWord])
    #expect(
      findings.first?.help
        == "did you mean \"inform\"? write one of: confirm, request, inform, escalate, remind")
    expectDiagnostics("category: 1️⃣marketting\n", ["1️⃣": .unknownWord])
    expectDiagnostics(
      "steps:\n  - email: hello\n    thread: 1️⃣smae\n    subject: x\n    body: x\n", ["1️⃣": .unknownWord])
  }

  @Test func names() {
    expectDiagnostics("steps:\n  - email: 1️⃣Hello there\n    subject: x\n    body: x\n", ["1️⃣": .badName])
    expectDiagnostics("workflow: 1️⃣My Process\n", ["1️⃣": .badName])
    expectDiagnostics("steps:\n  - end: 1️⃣No Response\n", ["1️⃣": .badName])
  }

  @Test func namesThatAreTaken() {
    let hello = "subject: x, body: x }"
    expectDiagnostics(
      "steps:\n  - { email: hello, \(hello)\n  - { email: 1️⃣hello, \(hello)\n", ["1️⃣": .nameTaken])
    expectDiagnostics("steps:\n  - { email: 1️⃣deal, \(hello)\n", ["1️⃣": .nameTaken])
    expectDiagnostics("steps:\n  - { email: 1️⃣mon, \(hello)\n", ["1️⃣": .nameTaken])
    expectDiagnostics(
      "steps:\n  - go: hello\npaths:\n  1️⃣hello:\n    - wait: 1 day\n    - { email: hello, "
        + "\(hello)\n    - end: x\n",
      ["1️⃣": .nameTaken])
    expectDiagnostics(
      "steps:\n  - go: hello\npaths:\n  hello:\n    - { email: hello, \(hello)\n    - end: x\n", [:])
  }

  @Test func types() {
    let findings = expectDiagnostics(
      "trigger: { event: a.b, key: id }\ninput:\n  contact: contact\n  owner: person\n  id: 1️⃣txet\n",
      ["1️⃣": .unknownType])
    #expect(findings.first?.help.hasPrefix("did you mean \"text\"?") == true)
    expectDiagnostics(
      "trigger: { event: a.b, key: id }\ninput:\n  owner: person\n  id: text\n  items: 1️⃣[ text ]\n",
      ["1️⃣": .unknownType])
  }

  @Test func files() {
    var draft = Draft()
    draft.files.contents["hello.md"] = Array("Hello {{ contact.name }}, {{ contcat.name }}".utf8)
    let findings = draft.compile("steps:\n  - email: hello\n    subject: x\n    body: hello.md\n").diagnostics
    #expect(
      findings.map { "\($0.span.file):\($0.span.start.column) \($0.code)" } == ["hello.md:30 unknown-name"])
    expectDiagnostics(
      "steps:\n  - email: hello\n    subject: x\n    body: 1️⃣helo.md\n", ["1️⃣": .fileProblem], in: draft)
    expectDiagnostics(
      "steps:\n  - email: hello\n    subject: x\n    body: "
        + "1️⃣../hello.md\n", ["1️⃣": .fileOutside], in: draft)
    expectDiagnostics(
      "steps:\n  - email: hello\n    subject: x\n    body: "
        + "1️⃣/etc/passwd.txt\n", ["1️⃣": .fileOutside], in: draft
    )
    expectDiagnostics(
      "steps:\n  - email: hello\n    subject: x\n    body: x\n    attach: [ hello.md, 1️⃣x.pdf ]\n",
      ["1️⃣": .fileProblem],
      in: draft)
  }

  @Test func valuesThatAreMissing() {
    expectDiagnostics("steps:\n  - email: hello\n    subject:1️⃣\n    body: x\n", ["1️⃣": .wrongShape])
    expectDiagnostics("steps: 1️⃣[]\n", ["1️⃣": .emptyList])
  }

  @Test func twoWorkflowsWithOneName() {
    var draft = Draft()
    draft.files.contents["a.yaml"] = Array(
      ("workflow: test\ntrigger: { event: x, key: id }\ninput: { owner: person, id: text }\nsteps:\n  "
        + "- end: x\n").utf8)
    expectDiagnostics("workflow: 1️⃣test\n", ["1️⃣": .duplicateWorkflow], in: draft)
  }

  @Test func otherFilesStillCompile() {
    var draft = Draft()
    draft.files.contents["a.yaml"] = Array("steps: [".utf8)
    let compilation = draft.compile("workflow: fine\n")
    #expect(compilation.workflows.map(\.graph.workflow) == ["fine"])
    #expect(Set(compilation.diagnostics.map(\.span.file)) == ["a.yaml"])
  }

  @Test(arguments: [
    ("policy: { window: mon-fri 22:00-06:00 }\n", Code.badWindow, "a window over midnight is two"),
    ("steps:\n  - split: offer\n    arms: { a: 50%, b: 40% }\n", .arms, "until their sum is 100%"),
    ("steps: []\n", .emptyList, "write at least one"),
    ("steps:\n  - enroll: test\n    input:\n      contact:\n        name: contact.name\n", .wrongShape, "one line"),
    ("steps:\n  - wait:\n      - 2 days\n", .wrongShape, "as one text"),
    ("events: deal.moved\n", .wrongShape, "\"key: value\""),
  ])
  func waysOut(_ text: String, _ code: Code, _ help: String) {
    let findings = Draft().compile(text).diagnostics.filter { $0.code == code }
    #expect(findings.count == 1 && findings.allSatisfy { $0.help.contains(help) }, "\(findings)")
  }
}
