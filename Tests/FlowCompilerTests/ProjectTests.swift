import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Glibc
import Testing

/// flow.yaml, manifests, files on disk.
@Suite struct ProjectTests {
  private func project(_ marked: String, files: MemoryFiles = MemoryFiles()) -> (Project, [String]) {
    let source = MarkedSource(marked)
    let (project, findings) = Compiler.project(
      source.source(file: "flow.yaml"), files: files, zones: Draft.zones)
    return (project, source.located(findings))
  }

  @Test func everyKey() throws {
    var files = MemoryFiles()
    files.contents["de.ics"] = Array(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        .utf8)
    let (project, findings) = project(
      """
      language: 1
      timezone: Europe/Berlin
      policy: { window: mon-fri 09:00-17:00, gap: 1 day, holidays: DE }
      calendars: { DE: de.ics }
      caps: { touches: 3 in 7 days, gap: 1 day, then: end capped }
      capacity: { call: 40 a day }
      store: flow.db
      severity: { class-unhandled: error }
      guarantees: [ ends within 90 days ]
      channels:
        email:
          plugin: email
          from: Acme Sales <sales@acme.test>
          user: ${SMTP_USER}
        fax: { exec: plugins/fax.py }
      """, files: files)
    #expect(findings == [])
    #expect(project.timezone == "Europe/Berlin")
    #expect(project.policy.gap == .days(1))
    #expect(project.policy.holidays?.dates.map(\.description) == ["2026-12-25"])
    #expect(project.caps == Caps(touches: 3, span: .days(7), gap: .days(1), then: .end("capped")))
    #expect(project.capacity == ["call": 40])
    #expect(project.severity == ["class-unhandled": .error])
    #expect(project.guarantees.map(\.form) == [.ends(within: .days(90))])
    #expect(project.channels.map(\.name) == ["email", "fax"])
    #expect(project.channels[0].setting("from")?.text == "Acme Sales <sales@acme.test>")
    #expect(project.channels[1].exec == "plugins/fax.py")
    #expect(project.file == "flow.yaml")
  }

  @Test func mistakes() {
    #expect(project("1️⃣timezon: UTC\n").1 == ["1️⃣ unknown-key"])
    #expect(project("timezone: 1️⃣Europe/Berlni\n").1 == ["1️⃣ unknown-zone"])
    #expect(project("language: 1️⃣2\n").1 == ["1️⃣ unknown-word"])
    #expect(project("caps: { touches: 1️⃣3 }\n").1 == ["1️⃣ wrong-shape"])
    #expect(project("caps: { touches: 3 in 1️⃣7d }\n").1 == ["1️⃣ bad-duration"])
    #expect(project("capacity: { call: 1️⃣40 }\n").1 == ["1️⃣ wrong-shape"])
    // What never leaves would wait for ever.
    #expect(project("capacity: { call: 1️⃣0 a day }\n").1 == ["1️⃣ wrong-shape"])
    #expect(project("severity: { 1️⃣class-unhandeld: error }\n").1 == ["1️⃣ unknown-word"])
    #expect(project("severity: { 1️⃣cycle: hint }\n").1 == ["1️⃣ unknown-word"])
    #expect(project("severity: { no-owner: 1️⃣eror }\n").1 == ["1️⃣ unknown-word"])
    #expect(project("calendars: { DE: 1️⃣de.ics }\n").1 == ["1️⃣ file-problem"])
    // It would leave out no day, which is hardly what it is there for.
    let empty = ["de.ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"]
    #expect(project("calendars: { DE: 1️⃣de.ics }\n", files: MemoryFiles(empty)).1 == ["1️⃣ file-problem"])
    #expect(project("calendars: { DE: 1️⃣../de.ics }\n").1 == ["1️⃣ file-outside"])
    #expect(project("policy: { holidays: 1️⃣DE }\n").1 == ["1️⃣ unknown-calendar"])
  }

  @Test func severitiesAreApplied() {
    var draft = Draft()
    draft.project.severity = ["class-unhandled": .error, "cycle": .hint]
    let raised = draft.compile("replies: { yes-please: [\"yes\"] }\n").diagnostics
    #expect(raised.map { "\($0.severity) \($0.code)" } == ["error class-unhandled"])
    let cycle = draft.compile("steps:\n  - wait: 1 day\n    name: a\n  - go: a\n").diagnostics
    #expect(cycle.map { "\($0.severity) \($0.code)" } == ["error cycle"])
  }

  @Test func anErrorOfTheCompilerCannotBeSilenced() {
    let compilation = Draft().compile(
      "steps:\n  - wait: 1 day\n    name: a\n  # flow:ignore cycle -- please\n  - go: a\n")
    #expect(compilation.diagnostics.map(\.code) == ["cycle"])
    #expect(compilation.workflows.isEmpty)
  }

  @Test func manifests() throws {
    func manifest(_ text: String) -> (Manifest?, [Diagnostic]) {
      Compiler.manifest(SourceText(file: "manifest.yaml", utf8: Array(text.utf8)))
    }
    let (made, findings) = manifest(
      """
      verb: fax
      touch: true
      address: phone
      main: body
      law: calling
      keyed: true
      max-bytes: 262144
      outcomes: [delivered, busy]
      events: [read]
      fields:
        to: { type: contact }
        paper: text
        body: { type: text, template: true, markdown: true, file: true, required: true, about: "Plain text." }
        subject: { type: text, template: true, required: true, unless: { quality: draft } }
        quality: { type: one of draft | fine, default: draft }
        attach: { type: list of file }
        data: { type: record }
      """)
    #expect(findings == [])
    let fax = try #require(made)
    #expect(
      fax.fields.map(\.kind) == [
        .expression(.contact), .literal, .template(markdown: true), .template(markdown: false),
        .word(["draft", "fine"]),
        .files, .mapping,
      ])
    #expect(fax.field("body")?.file == true && fax.field("body")?.required == true)
    #expect(fax.field("subject")?.unless == Manifest.Field.Condition(field: "quality", word: "draft"))
    #expect(fax.field("quality")?.fallback == "draft")
    #expect(fax.main == "body" && fax.law == .calling && fax.keyed && fax.maxBytes == 262_144)
    #expect(fax.outcomes == ["delivered", "busy"] && fax.events == ["read"])
    #expect(manifest("verb: wait\ntouch: true\n").1.map(\.code) == ["bad-manifest"])
    #expect(manifest("verb: fax\ntouch: true\nfields: { window: text }\n").1.map(\.code) == ["bad-manifest"])
    #expect(manifest("verb: fax\ntouch: maybe\n").1.map(\.code) == ["unknown-word"])
    #expect(manifest("verb: fax\ntouch: true\nmain: body\n").1.map(\.code) == ["unknown-word"])
    #expect(
      manifest("verb: fax\ntouch: true\nfields: { x: { type: txt } }\n").1.map(\.code) == ["unknown-type"])
  }

  @Test func filesOnDisk() throws {
    var template = Array("/tmp/flow-files-XXXXXX".utf8CString)
    let root = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
      for name in ["in.txt", "out", "in", "deep"] { remove(root + "/" + name) }
      rmdir(root)
    }
    let file = try #require(fopen(root + "/in.txt", "w"))
    fputs("hello", file)
    fclose(file)
    mkdir(root + "/deep", 0o700)
    symlink("/etc/hostname", root + "/out")
    symlink("in.txt", root + "/in")
    let files = DiskFiles(root: root, limit: 10)
    #expect(files.read("in.txt") == .success(Array("hello".utf8)))
    #expect(files.read("in") == .success(Array("hello".utf8)))
    #expect(files.read("out") == .failure(.outside))
    #expect(files.read("../../etc/hostname") == .failure(.outside))
    #expect(files.read("none.txt") == .failure(.missing))
    #expect(files.read("deep") == .failure(.notAFile))
    #expect(DiskFiles(root: root, limit: 4).read("in.txt") == .failure(.tooLarge(limit: 4)))
    #expect(files.list("") == ["deep", "in", "in.txt", "out"])
    #expect(DiskFiles(root: "/tmp", boundary: root).read("../etc/hostname") == .failure(.outside))
  }
}
