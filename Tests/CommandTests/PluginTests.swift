import Foundation
import Testing

/// A project with a channel that is a program, and nothing of which the engine knows.
enum Fax {
  static let workflow = """
    workflow: fax-offer
    about: A fax, and a call where it was busy.
    category: service
    trigger: { event: offer.sent, key: offer.id }
    input:
      contact: contact
      owner: person
      offer: { id: text, title: text }
    timezone: '"Europe/Berlin"'
    policy: { window: mon-fri 09:00-17:00, gap: 1 day }
    steps:
      - fax: page
        headline: "{{ offer.title }}"
        purpose: confirm
        body: |
          Dear {{ contact.name }}, here is our offer once more.
        ask: Did it arrive?
        quality: fine
        within: 4 hours
        then:
          delivered: end delivered
          busy: next
      - call: try
        by: owner
        purpose: request
        script: "Their fax does not answer about {{ offer.title }}."
        ask: To which number may we fax?
        within: 1 day
      - end: unreached

    scenarios:
      - name: nobody takes it
        start: 2026-03-25 10:00 Europe/Berlin
        input: ../input.json
        expect:
          - 2026-03-25 10:00  page
          - 2026-03-26 10:00  try
          - 2026-03-27 10:00  end unreached
      - name: it arrives
        start: 2026-03-25 10:00 Europe/Berlin
        input: ../input.json
        events: [ { at: page + 5 minutes, task: delivered } ]
        expect: [ page, end delivered ]

    """

  static func project() throws -> Folder {
    let folder = try Folder()
    try folder.write(workflow, to: "Workflows/fax.yaml")
    try folder.write("language: 1\nchannels:\n  fax: { exec: plugins/fax.py }\n", to: "flow.yaml")
    try Going(["-r", Program.project + "/Plugins/Exec/Examples", "plugins"], in: folder.path, program: "cp").wait()
    try folder.write(
      """
      { "contact": { "id": "c-1", "name": "Ann Meyer", "phone": "+49 40 555 00 142" },
        "owner": { "name": "Otto", "email": "otto@acme.test" },
        "offer": { "id": "O-1", "title": "Roof repair" } }
      """, to: "input.json")
    return folder
  }
}

extension Folder {
  /// Changes the fax program, by another process: while this one had it open for writing, whatever another test
  /// starts just then would have it open too, and a file that is open for writing cannot be started.
  func changeFax(_ find: String, to replacement: String) throws {
    let program = """
      import sys
      text = open("plugins/fax.py").read()
      assert sys.argv[1] in text
      open("plugins/fax.py", "w").write(text.replace(sys.argv[1], sys.argv[2]))
      """
    let ran = try Going(["-c", program, find, replacement], in: path, program: "python3").wait()
    guard ran.code == 0 else { throw Unstartable(program: "python3", reason: ran.errors) }
  }
}

@Suite struct PluginTests {
  @Test(arguments: ["email", "sms", "message", "call", "task", "notify", "webhook"])
  func aShippedChannelPasses(_ name: String) throws {
    let folder = try Folder()
    let ran = try folder.flow("plugin", "check", name)
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    #expect(ran.output.hasSuffix(" passed, 0 failed\n"))
    #expect(folder.names(in: "").isEmpty, "nothing is left behind: \(folder.names(in: ""))")
  }

  @Test func aProgramPasses() throws {
    let folder = try Fax.project()
    let ran = try folder.flow("plugin", "check", "fax")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    #expect(ran.output.hasSuffix(" passed, 0 failed\n"), "\(ran.output)")
  }

  @Test func `a program delivers only where it is told to, and what it delivers is said before`() throws {
    let folder = try Fax.project()
    try folder.write("language: 1\nchannels:\n  fax: { exec: plugins/fax.py, send: true }\n", to: "flow.yaml")
    try folder.changeFax(
      "def deliver(request):",
      to: """
        def deliver(request):
            with open(os.path.join(SETTINGS["folder"], "left"), "a") as left:
                left.write(request["key"] + " ")
        """)
    let checked = try folder.flow("plugin", "check", "fax")
    #expect(checked.code == 0, "\(checked.output)\(checked.errors)")
    #expect(!folder.names(in: "").contains("left"))
    #expect(
      checked.output.contains(
        "skipped  a key used twice acts once: the program is asked to deliver only with --deliver\n"))
    let delivered = try folder.flow("plugin", "check", "fax", "--deliver")
    #expect(delivered.code == 0, "\(delivered.output)\(delivered.errors)")
    // The first key comes twice; what is told in the instant before that it may not leave does not.
    #expect(try folder.text("left") == "conformance-1 conformance-1 conformance-2 conformance-3 ")
    #expect(
      delivered.errors == """
        plugins/fax.py is asked to deliver, with its settings of flow.yaml: three messages, under conformance-1, \
        conformance-2, conformance-3

        """)
    #expect(try folder.flow("plugin", "check", "email", "--deliver").code == 2)
  }

  @Test func aProgramThatLiesFails() throws {
    let folder = try Fax.project()
    // Another page each time: render is pure by contract.
    try folder.changeFax("page = \"", to: "page = os.urandom(8).hex() + \"")
    let ran = try folder.flow("plugin", "check", "fax")
    #expect(ran.code == 1, "\(ran.output)\(ran.errors)")
    #expect(ran.output.contains("FAILED   rendering twice"), "\(ran.output)")
    try folder.write("language: 1\nchannels:\n  fax: { exec: plugins/none.py }\n", to: "flow.yaml")
    let missing = try folder.flow("plugin", "check", "fax")
    #expect(missing.code == 3, "\(String(describing: missing.code)) \(missing.errors)")
    #expect(
      missing.errors.contains("none.py") || missing.errors.contains("none.manifest"), "\(missing.errors)")
  }

  @Test func `a program's manifest is found from wherever the project is named`() throws {
    let project = try Fax.project()
    let folder = try Folder()
    try Going(["-r", project.path, folder.path + "/sub"], in: folder.path, program: "cp").wait()
    for command in [["check", "sub/Workflows"], ["run", "sub/Workflows"]] {
      let ran = try folder.flow(command)
      #expect(ran.code == 0, "\(command): \(ran.output)\(ran.errors)")
    }
    let outside = try project.flow("check", folder.path + "/sub/Workflows")
    #expect(outside.code == 0, "\(outside.output)\(outside.errors)")
    // Where it is not there, that alone is told: what the steps mean nobody knows.
    try Going(["-rf", "sub/plugins"], in: folder.path, program: "rm").wait()
    let missing = try folder.flow("check", "sub/Workflows")
    #expect(missing.code == 1 && missing.output.contains("the manifest of the channel \"fax\" cannot be read"))
    #expect(!missing.output.contains("unknown verb"), "\(missing.output)")
  }

  @Test func `a verb has one channel, and a second is an error`() throws {
    let folder = try Fax.project()
    for (channels, sentence) in [
      (
        "{ fax: { exec: plugins/fax.py }, telefax: { exec: plugins/fax.py } }",
        "the channel \"telefax\" is a second one for the verb \"fax\", beside \"fax\""
      ),
      (
        "{ fax: { exec: plugins/fax.py }, mail: { plugin: email }, email: {} }",
        "the channel \"email\" is a second one for the verb \"email\", beside \"mail\""
      ),
    ] {
      try folder.write("language: 1\nchannels: \(channels)\n", to: "flow.yaml")
      let ran = try folder.flow("check")
      #expect(ran.code == 1, "\(ran.output)\(ran.errors)")
      #expect(ran.output.contains(sentence), "\(ran.output)\(ran.errors)")
    }
  }

  @Test func aFaxIsCheckedRunSimulatedAndSent() throws {
    let folder = try Fax.project()
    let checked = try folder.flow("check", "--strict")
    #expect(checked.code == 0, "\(checked.output)\(checked.errors)")
    let ran = try folder.flow("run")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    let words = [
      "simulate", "Workflows/fax.yaml", "--start", "2026-03-25 10:00 Europe/Berlin", "--input", "input.json",
    ]
    let simulated = try folder.flow(words + ["--format", "json"])
    #expect(simulated.code == 0, "\(simulated.errors)")
    let page = try #require(
      try JSON(parsing: simulated.output)["timeline"].list.first { $0["step"].text == "page" })
    #expect(["sent", "task"].contains(page["type"].text))
    #expect(page["verb"].text == "fax")
    #expect(page["headline"].text == "ROOF REPAIR", "\(page.written)")
    #expect(page["to"].text == "+494055500142", "\(page.written)")
    #expect(page["until"].text == "2026-03-25T14:00:00+01:00")

    // As strictly as the engine's own.
    for (find, replace, code) in [
      ("headline:", "hedline:", "unknown-key"), ("quality: fine", "quality: finest", "unknown-word"),
      ("busy: next", "bussy: next", "case-not-awaited"),
      ("    headline: \"{{ offer.title }}\"\n", "", "missing-field"),
    ] {
      try folder.write(
        Fax.workflow.replacing(find, with: replace, maxReplacements: 1), to: "Workflows/fax.yaml")
      let wrong = try folder.flow("check", "--format", "json")
      #expect(wrong.code == 1, "\(replace)")
      #expect(wrong.output.contains("\"\(code)\""), "\(replace): \(wrong.output)")
    }
    try folder.write(Fax.workflow, to: "Workflows/fax.yaml")

    let start = ["--start", "2026-03-25 10:00 Europe/Berlin"]
    #expect(try folder.flow(["event", "offer.sent", "--data", "input.json"] + start).code == 0)
    #expect(try folder.flow(["serve", "--once"] + start).code == 0)
    let pages = folder.names(in: "outbox").filter { $0.hasSuffix(".txt") }
    #expect(pages.count == 1, "\(folder.names(in: "outbox"))")
    #expect(try folder.text("outbox/" + (pages.first ?? "")).hasPrefix("TO +494055500142\nROOF REPAIR\n"))
  }

  /// An action that no plugin can render fails the dry run.
  @Test func whatCannotBeRendered() throws {
    let folder = try Fax.project()
    try folder.write(
      try folder.text("input.json").replacing("+49 40 555 00 142", with: "+49"), to: "input.json")
    let ran = try folder.flow("run")
    #expect(ran.code == 1, "\(ran.output)\(ran.errors)")
    let fresh = try Fax.project()
    try fresh.changeFax(
      "def render(request):", to: "def render(request):\n    raise Refused(\"permanent\", \"no paper\")")
    let refused = try fresh.flow("run")
    #expect(refused.code == 1, "\(refused.output)\(refused.errors)")
    #expect((refused.output + refused.errors).contains("no paper"), "\(refused.output)\(refused.errors)")
    let simulated = try fresh.flow(
      "simulate", "Workflows/fax.yaml", "--start", "2026-03-25 10:00 Europe/Berlin")
    #expect(simulated.code == 1)
  }
}
