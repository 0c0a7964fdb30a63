import Foundation
import Testing

/// `flow check` proves: what a broken promise leads to in each format, and as a scenario.
struct ProofCommandTests {
  private static let promise = "at most 1 touch in any 7 days"
  private static let broken =
    Nudge.workflow.replacing("steps:\n  - email", with: "guarantees:\n  - \(promise)\n\nsteps:\n  - email")

  private func project(_ text: String = broken, flowYAML: String = "") throws -> Folder {
    let folder = try Folder()
    try folder.write(text, to: "Workflows/nudge.yaml")
    if !flowYAML.isEmpty { try folder.write(flowYAML, to: "Workflows/flow.yaml") }
    return folder
  }

  @Test func `a broken promise is an error, with the run that breaks it in every format`() throws {
    let folder = try project()
    let text = try folder.flow("check")
    #expect(text.code == 1)
    #expect(text.output.contains("error[guarantee]: Ann could get 2 touches in 7 days; you promised at most 1\n"))
    #expect(text.output.contains("touch 2: \"talk\", call"))
    for format in ["sarif", "junit", "github"] {
      let ran = try folder.flow("check", "--format", format)
      #expect(ran.code == 1)
      #expect(ran.output.contains("Ann could get 2 touches in 7 days"), "\(format)")
      #expect(ran.output.contains("touch 2: "), "\(format)")
    }
  }

  @Test func `of a long run the touches that break the promise are told, and others are left out`() throws {
    let days = [1, 10, 20, 30, 40, 41, 42, 42, 50, 60, 70, 80, 90, 100, 110, 120]
    let steps = days.enumerated().map { number, day in
      """
        - email: mail-\(number + 1)
          at: day \(day)
          purpose: inform
          subject: Part \(number + 1)
          body: Good afternoon {{ contact.name }}

      """
    }
    let folder = try project(
      """
      workflow: long
      trigger: { event: deal.won, key: deal }
      input: { contact: contact, deal: text }
      timezone: '"Europe/Berlin"'
      policy: { max-touches: 20 }
      guarantees:
        - at most 3 touches in any 3 days
      steps:
      \(steps.joined())
      """)
    let told = try folder.flow("check").output.split(separator: "\n").map(String.init)
    let marked = told.filter { $0.contains("> ") && $0.contains("touch ") }
    #expect(marked.map { $0.contains("mail-5") } == [true, false, false, false], "\(told)")
    #expect(marked.map { $0.contains("mail-8") } == [false, false, false, true])
    #expect(told.contains { $0.contains("things more") })
  }

  @Test func `json has every proof, with its bound or its run`() throws {
    let folder = try project()
    let report = try JSON(parsing: folder.flow("check", "--format", "json").output)
    let proofs = report["proofs"].list
    let mine = try #require(proofs.first { $0["claim"].text == Self.promise })
    #expect(mine["verdict"].text == "broken")
    #expect(mine["source"].text == "file")
    #expect(mine["workflow"].text == "nudge")
    let types = mine["run"]["timeline"].list.map { $0["type"].text }
    #expect(types.first == "started" && types.last == "ended")
    let touches = try #require(proofs.first { $0["claim"].text == "the number of touches is bounded" })
    #expect(touches["verdict"].text == "proved")
    #expect(touches["count"].integer == 2)
    // What the run says can be told again.
    try folder.write(mine["run"]["input"].written, to: "Workflows/input.json")
    let start = try #require(mine["run"]["start"].text)
    let again = try folder.flow(
      "simulate", "Workflows/nudge.yaml", "--start", start, "--input", "Workflows/input.json", "--format", "json")
    let timeline = try JSON(parsing: again.output)["timeline"].list
    #expect(timeline.map { $0["at"].text } == mine["run"]["timeline"].list.map { $0["at"].text })
  }

  /// A line of flow.yaml stands in no workflow's file; each of the two keeps it alone, and is ended beside the other.
  @Test func `a promise of flow.yaml that two files break together is told in flow.yaml`() throws {
    let promised = """
      caps: { touches: 2 in 7 days, then: end capped }
      guarantees:
        - silence reaches end no-response

      """
    let folder = try project(Nudge.workflow, flowYAML: promised)
    #expect(!(try folder.flow("check").output.contains("crowded")))
    try folder.write(
      Nudge.workflow.replacing("workflow: nudge", with: "workflow: second"), to: "Workflows/second.yaml")
    let ran = try folder.flow("check")
    #expect(ran.code == 0, "\(ran.output)")
    for name in ["nudge", "second"] {
      #expect(
        ran.output.contains(
          "warning[crowded]: \"\(name)\" breaks a promise beside another\n --> Workflows/flow.yaml:3:5\n"),
        "\(ran.output)")
    }
    #expect(ran.output.contains("together with \"second\" it does not keep \"silence reaches end"))
    #expect(try folder.flow("check", "--strict").code == 1)
    let report = try JSON(parsing: folder.flow("check", "--format", "json").output)
    let crowded = report["findings"].list.filter { $0["code"].text == "crowded" }
    #expect(crowded.map { $0["file"].text } == ["Workflows/flow.yaml", "Workflows/flow.yaml"], "\(report)")
    // flow.yaml itself says how grave it is.
    try folder.write(promised + "severity: { crowded: error }\n", to: "Workflows/flow.yaml")
    #expect(try folder.flow("check").code == 1)
  }

  /// An answer after the visit was missed ends the run, and nobody is told: that is not claimed.
  @Test func `of a task that is not done it is said that nothing comes in after that`() throws {
    let parts = Nudge.workflow.components(separatedBy: "  - call: talk\n")
    let visit =
      try #require(parts.first) + """
          - task: visit
            by: owner
            say: Please visit {{ contact.name }}.
            within: 1 day
          - await: reply within 2 days
            then: { reply: end answered }
          - escalate: missed
            to: owner
            say: "{{ contact.name }} was not reached."
          - end: no-response

        """
    let told = try project(visit).flow("check", "--proofs").output
    #expect(
      told.contains(
        "  proved  somebody learns of it when visit is not done, and nothing comes in\n            after that\n"),
      "\(told)")
  }

  @Test func `two files that together want more than the caps are told with the timeline of both`() throws {
    let folder = try project(Nudge.workflow, flowYAML: "caps: { touches: 2 in 7 days, then: skip }\n")
    #expect(!(try folder.flow("check").output.contains("crowded")))
    let other = Nudge.workflow.replacing("workflow: nudge", with: "workflow: second")
    try folder.write(other, to: "Workflows/second.yaml")
    let ran = try folder.flow("check")
    #expect(ran.code == 0, "\(ran.output)")
    #expect(ran.output.contains("\" is left out beside another\n"))
    #expect(ran.output.contains("\"nudge\" and \"second\" together want more than the caps' 2 touches in 7"))
    #expect(ran.output.contains("second  begins\n"))
    #expect(try folder.flow("check", "--strict").code == 1)
    // The project's own word for it counts.
    try folder.write("caps: { touches: 9 in 7 days, then: skip }\n", to: "Workflows/flow.yaml")
    #expect(!(try folder.flow("check").output.contains("crowded")))
  }

  @Test func `what is proved is printed for who asks`() throws {
    let ran = try project().flow("check", "--proofs")
    #expect(ran.output.hasPrefix("Workflows/nudge.yaml, for every contact, start and answer\n"))
    #expect(ran.output.contains("\n  broken  \(Self.promise)\n"))
    #expect(ran.output.contains("\n  proved  every run ends"))
    #expect(try project().flow("check", "--proofs", "--format", "json").code == 2)
  }

  @Test func `what a measure of time leaves out is printed with it, for people and for programs`() throws {
    // Nudge says nothing of out-of-office, and has a gap of a day.
    let folder = try project(Nudge.workflow)
    let told = try folder.flow("check", "--proofs").output.replacing("\n            ", with: " ")
    let line = told.split(separator: "\n").first { $0.contains("  proved  every run ends: ") }
    #expect(
      line?.hasSuffix(", time held and touches of the contact's other runs left out") == true, "\(told)")
    let proofs = try JSON(parsing: folder.flow("check", "--format", "json").output)["proofs"].list
    let ends = try #require(proofs.first { $0["claim"].text == "every run ends" })
    #expect(ends["left-out"].list.map(\.text) == ["time-held", "other-runs"])
    let touches = try #require(proofs.first { $0["claim"].text == "the number of touches is bounded" })
    #expect(!touches.keys.contains("left-out"))
  }

  @Test func `what proofs take as given is printed, for people and for programs`() throws {
    let folder = try project(
      """
      workflow: bill
      trigger: { event: bill.due, key: bill.id }
      input: { contact: contact, owner: person, doctors: list of person, bill: { id: text, amount: number } }
      timezone: '"Europe/Berlin"'
      guarantees:
        - silence reaches told
        - silence reaches doctors-told
        - never touch after bounce
      steps:
        - choose:
          - when: 100 / bill.amount < 0.5
            then: [{ task: hardly, by: owner, say: "{{ bill.amount / 2 }}" }]
        - { escalate: told, to: owner, via: sms, say: "{{ bill.id }}" }
        - { escalate: doctors-told, to: doctors, say: "{{ bill.id }}" }
        - end: over

      """)
    let told = try folder.flow("check", "--proofs").output.replacing("\n            ", with: " ")
    let given = ["nothing is divided by 0 at \"choose-1\"", "whoever \"told\" tells can be reached by sms"]
    #expect(told.contains("\n  given   \(given.joined(separator: "; "))\n"), "\(told)")
    #expect(told.contains("  proved  silence reaches told\n"))
    #expect(told.contains("  broken  silence reaches doctors-told\n"))
    #expect(told.contains("\"doctors-told\" fails: nobody is named by "), "\(told)")
    #expect(told.contains("  proved  never touch after bounce: of a bounce that lasts\n"))
    let proofs = try JSON(parsing: folder.flow("check", "--format", "json").output)["proofs"].list
    let proved = try #require(proofs.first { $0["claim"].text == "silence reaches told" })
    #expect(proved["given"].list.map(\.text) == given)
    #expect(!(try project().flow("check", "--proofs").output.contains("\n  given ")))
  }

  @Test func `a run over the end of a year says which year`() throws {
    let file = """
      workflow: long
      about: Half a year later.
      trigger: { event: a.b, key: id }
      input: { contact: contact, owner: person, id: text }
      timezone: '"UTC"'
      guarantees: [ ends within 90 days ]
      steps:
        - sms: one
          purpose: inform
          body: "{{ contact.name }}, {{ id }} has come."
        - await: reply within 240 days
        - end: over

      """
    let folder = try Folder()
    try folder.write(file, to: "long.yaml")
    let told = try folder.flow("check", "long.yaml").output
    // 1 June 2026 and 240 days: 27 January 2027.
    #expect(told.contains("in 2026 (times of UTC)"), "\(told)")
    #expect(told.contains("Wed 27 Jan 2027 10:00 "), "\(told)")
  }

  @Test func `a date of the data far from the start, without which the run does not break it, is told`() throws {
    let file = """
      workflow: far
      about: Until an instant from data.
      trigger: { event: a.b, key: thing.id }
      input: { contact: contact, owner: person, thing: { id: text, meets: instant } }
      timezone: '"UTC"'
      guarantees: [ ends within 90 days ]
      steps:
        - sms: one
          purpose: inform
          body: "{{ contact.name }}, {{ thing.id }} has come."
        - await: reply until thing.meets
          if-past: now
        - end: over

      """
    let folder = try Folder()
    try folder.write(file, to: "far.yaml")
    let told = try folder.flow("check", "far.yaml").output.split(separator: "\n")
    let end = try #require(told.first { $0.contains("no answer") })
    let words = end.split(separator: " ").prefix(4).joined(separator: " ")
    #expect(told.contains { $0.hasSuffix("it needs that thing.meets is \(words)") }, "\(told)")
  }

  @Test func `a run of seconds is told in its columns, and what comes at once is said so`() throws {
    let file = """
      workflow: quick
      about: At once, and again after twenty seconds.
      trigger: { event: a.b, key: id }
      input: { contact: contact, owner: person, id: text }
      guarantees: [ at most 1 touch ]
      steps:
        - sms: one
          purpose: inform
          body: "{{ contact.name }}, {{ id }} has come."
        - wait: 20 seconds
        - sms: two
          purpose: inform
          body: "{{ contact.name }}, {{ id }} is ready."
        - end: over

      """
    let folder = try Folder()
    try folder.write(file, to: "quick.yaml")
    let told = try folder.flow("check", "quick.yaml").output.split(separator: "\n").map(String.init)
    func column(_ words: String) -> Int? {
      told.lazy.compactMap { line in
        line.firstRange(of: words).map { line.distance(from: line.startIndex, to: $0.lowerBound) }
      }.first
    }
    #expect(told.contains { $0.contains("10:00:20") })
    #expect(column("a.b starts it") != nil && column("a.b starts it") == column("touch 2: "), "\(told)")
    let proved = try folder.flow("check", "--proofs", "quick.yaml").output
    #expect(proved.contains("  first touch within 3 business days: at once\n"), "\(proved)")
    #expect(proved.contains("  some run ends over\n"), "\(proved)")
  }

  // MARK: Tuned and silenced

  @Test func `a file silences its own promise, and not the project's`() throws {
    let silenced = Self.broken.replacing(
      "  - \(Self.promise)\n", with: "  # flow:ignore guarantee -- agreed with sales\n  - \(Self.promise)\n")
    #expect(try project(silenced).flow("check").code == 0)
    let ran = try project(silenced, flowYAML: "guarantees: [ at most 1 touch ]\n").flow("check")
    #expect(ran.code == 1)
    #expect(ran.output.contains("error[guarantee]: nudge: Ann could get 2 touches; you promised at most 1\n"))
    #expect(ran.output.contains("--> Workflows/flow.yaml:1:15"))
  }

  @Test func `flow.yaml sets how severe it is`() throws {
    let folder = try project(flowYAML: "severity: { guarantee: warning }\n")
    #expect(try folder.flow("check").code == 0)
    #expect(try folder.flow("check", "--strict").code == 1)
  }

  // MARK: As a scenario

  @Test func `the run becomes a scenario, once, and flow run tells it`() throws {
    let folder = try project()
    let file = folder.path + "/Workflows/nudge.yaml"
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
    let first = try folder.flow("check", "--write-scenarios")
    #expect(first.code == 1)
    #expect(first.errors.contains("wrote 1 scenario into Workflows/nudge.yaml"), "\(first.errors)")
    let text = try folder.text("Workflows/nudge.yaml")
    #expect(text.hasPrefix(Self.broken))
    #expect(text.contains("scenarios:\n  - name: \"a run that breaks: \(Self.promise)\"\n"))
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
    #expect(try folder.flow("check", "--write-scenarios").errors == "")
    #expect(try folder.text("Workflows/nudge.yaml") == text)
    let ran = try folder.flow("run", "--format", "json")
    #expect(ran.code == 1, "\(ran.output)\(ran.errors)")
    #expect(ran.output.contains("a run that breaks: \(Self.promise)"))
    #expect(ran.errors.contains("error[guarantee]: Ann could get"), "\(ran.errors)")
  }

  @Test func `scenarios of their own file, and the file's line ends, stay what they are`() throws {
    let folder = try project()
    let one = """
      scenarios:
        - name: a silent client
          start: 2026-03-02 10:00 Europe/Berlin
          input: ../input.json
          expect: [ first, talk, end no-response ]
        # the last line is a comment
      """.replacing("\n", with: "\r\n")
    try folder.write(Nudge.input, to: "Workflows/input.json")
    try folder.write(one.replacing("../", with: "") + "\r\n", to: "Workflows/nudge.scenarios.yaml")
    #expect(try folder.flow("check", "--write-scenarios").errors.contains("Workflows/nudge.scenarios.yaml"))
    #expect(try folder.text("Workflows/nudge.yaml") == Self.broken)
    let text = try folder.text("Workflows/nudge.scenarios.yaml")
    #expect(!text.replacing("\r\n", with: "").utf8.contains(0x0A))
    #expect(text.contains("# the last line is a comment"))
    let ran = try folder.flow("run")
    #expect(ran.output.hasSuffix("2 of 2 scenarios met\n"), "\(ran.output)\(ran.errors)\n\(text)")
    #expect(try folder.flow("check", "--write-scenarios").errors == "")
  }

  @Test func `an empty list of scenarios is filled`() throws {
    for empty in ["scenarios: []\n", "scenarios: []"] {
      let folder = try project(Self.broken + empty)
      #expect(try folder.flow("check", "--write-scenarios").errors.contains("wrote 1 scenario"), "\(empty)")
      let ran = try folder.flow("run")
      #expect(ran.output.hasSuffix("1 of 1 scenario met\n"), "\(ran.output)\(ran.errors)")
    }
  }

  // MARK: Two versions

  /// Messages on a Monday: with a day between them never two, without it one after the other.
  @Test func `flow diff says that a gap is given up, and what comes of it`() throws {
    func text(_ gap: String) -> String {
      """
      workflow: gp
      about: Two messages.
      category: service
      trigger: { event: thing.started, key: thing.id }
      input:
        contact: contact
        owner: person
        thing: { id: text }
      timezone: "Europe/Berlin"
      owner: owner
      policy: { window: mon-fri 09:00-17:00\(gap) }
      steps:
        - sms: one
          at: day 1
          purpose: request
          body: "{{ contact.name }}, about {{ thing.id }} and one."
          ask: Is one fine?
        - await: reply until day 2
        - sms: two
          at: day 3
          purpose: request
          body: "{{ contact.name }}, about {{ thing.id }} and two."
          ask: Is two fine?
        - await: reply within 1 day
        - end: quiet

      """
    }
    let folder = try Folder()
    for (name, gap) in [("day", ", gap: 1 day"), ("hours", ", gap: 2 hours"), ("none", "")] {
      try folder.write(text(gap), to: "\(name)/gp.yaml")
    }
    let lost = try folder.flow("diff", "day", "none")
    #expect(lost.output.contains("  - touches at least 1 day apart: proved"), "\(lost.output)")
    let less = try folder.flow("diff", "day", "hours")
    #expect(less.output.contains("  - touches at least 1 day apart: proved"), "\(less.output)")
    let gained = try folder.flow("diff", "none", "day")
    #expect(gained.output.contains("  + touches at least 1 day apart: "), "\(gained.output)")
  }

  /// One message in 30 days in place of two in six.
  @Test func `flow diff says that the caps of flow.yaml are others, and what comes of it`() throws {
    let folder = try Folder()
    let text = Nudge.workflow + "\nassume: { reply: { declined: 10%, after: 1 day } }\n"
    for side in ["old", "new"] { try folder.write(text, to: "\(side)/nudge.yaml") }
    try folder.write("language: 1\n", to: "old/flow.yaml")
    try folder.write("language: 1\ncaps: { touches: 1 in 30 days, then: end capped }\n", to: "new/flow.yaml")
    let ran = try folder.flow("diff", "old", "new", "--start", Fixtures.start)
    #expect(ran.code == 1)
    #expect(!ran.output.contains("nothing changes"))
    #expect(
      ran.output.contains("    caps of flow.yaml: nothing -> touches: 1 in 30 days, then: end capped\n"),
      "\(ran.output)")
    #expect(ran.output.contains("end capped\n"), "\(ran.output)")
    let parts = try JSON(
      parsing: try folder.flow("diff", "old", "new", "--start", Fixtures.start, "--format", "json").output)
    #expect((parts["same"].value as? Bool) == false)
    #expect(!parts["workflows"][0]["after"]["timeline"].list.isEmpty)
    #expect(!parts["workflows"][0]["forecast"].keys.isEmpty)
    #expect(try folder.flow("diff", "new", "new").code == 0)
  }

  /// The other file of the project has the class of answer.
  @Test func `of a file alone nothing is said of promises for others`() throws {
    let folder = try project(
      flowYAML: "language: 1\nguarantees: [ never fax after nothing, never call after declined ]\n")
    let plain = Nudge.workflow.replacing("declined", with: "refused").replacing(
      "workflow: nudge", with: "workflow: other")
    try folder.write(plain, to: "Workflows/other.yaml")
    #expect(!(try folder.flow("check", "Workflows/other.yaml").output.contains("unused-guarantee")))
    let whole = try folder.flow("check").output
    #expect(whole.contains("knows \"nothing\""), "\(whole)")
    #expect(!whole.contains("knows \"declined\""), "\(whole)")
  }

  @Test func `flow diff says which promises are gained and lost`() throws {
    let folder = try Folder()
    let kept = Self.broken.replacing(
      "  - await: reply within 3 days\n", with: "  - await: reply within 8 days\n")
    try folder.write(kept, to: "old/nudge.yaml")
    try folder.write(Self.broken, to: "new/nudge.yaml")
    let lost = try folder.flow("diff", "old", "new", "--start", Fixtures.start)
    #expect(lost.code == 1)
    #expect(lost.output.contains("what holds for every contact:\n"), "\(lost.output)\(lost.errors)")
    #expect(lost.output.contains("  - \(Self.promise): proved -> broken\n"), "\(lost.output)")
    #expect(lost.output.contains("touch 2: \"talk\", call"))
    let gained = try folder.flow("diff", "new", "old", "--start", Fixtures.start)
    #expect(gained.output.contains("  + \(Self.promise): broken -> proved\n"), "\(gained.output)")
    #expect(try folder.flow("diff", "new", "new").code == 0)
  }
}
