import Foundation
import Testing

/// `flow run`: the dry run.
@Suite struct RunTests {
  /// Sent on Thursday 26 March two days later, no answer within three days, a call on Monday: four business
  /// hours from Tuesday 09:00 of the wait that began on Saturday night.
  private static let silent = """

    scenarios:
      - name: silence
        start: 2026-03-24 10:00 Europe/Berlin
        input: input.json
        expect:
          - 2026-03-26 10:00  first
          - 2026-03-30 09:00  talk
          - 2026-03-30 13:00  end no-response

    """

  @Test func whatIsMet() throws {
    let folder = try nudge(scenarios: Self.silent)
    let ran = try folder.flow("run", "nudge.yaml")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    #expect(ran.output.contains("✓ silence\n"))
    #expect(ran.output.contains("1 of 1 scenario"), "\(ran.output)")
    #expect(try folder.flow("run", "--dry-run", "nudge.yaml").bytes == ran.bytes)
    #expect(folder.names(in: "") == ["input.json", "nudge.yaml"])
  }

  @Test func howARunEndsIsNoFailure() throws {
    let folder = try nudge(scenarios: Self.silent)
    for outcome in ["no-response", "exhausted", "undeliverable", "failed"] {
      try folder.write(
        (Nudge.workflow + Self.silent).replacing("end: no-response", with: "end: \(outcome)")
          .replacing("end no-response", with: "end \(outcome)"), to: "nudge.yaml")
      #expect(try folder.flow("run", "nudge.yaml").code == 0, "\(outcome)")
      let simulated = try folder.flow("simulate", "nudge.yaml", "--start", Fixtures.start)
      #expect(simulated.code == 0, "\(outcome)")
    }
  }

  @Test func whatIsUnmet() throws {
    let folder = try nudge(scenarios: Self.silent.replacing("30 09:00", with: "30 10:00"))
    let ran = try folder.flow("run", "nudge.yaml")
    #expect(ran.code == 1)
    #expect(ran.output.contains("✗ silence"), "\(ran.output)")
    #expect(
      ran.output.contains("2026-03-30 10:00") && ran.output.contains("2026-03-30 09:00"), "\(ran.output)")

    let report = try JSON(parsing: try folder.flow("run", "nudge.yaml", "--format", "json").output)
    let scenario = report["scenarios"][0]
    #expect(scenario["passed"].value as? Bool == false)
    #expect(!scenario["problems"].list.isEmpty)
    #expect(scenario["outcome"].text == "no-response")

    let suites = try XML.read(try folder.flow("run", "nudge.yaml", "--format", "junit").output)
    #expect(suites.attributes["failures"] == "1")
    #expect(suites.all("testcase").map { $0.attributes["name"] } == ["silence"])
    #expect(suites.all("failure").count == 1)

    let lines = try folder.flow("run", "nudge.yaml", "--format", "github").output.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("::error file=nudge.yaml,line=") }.count == 1, "\(lines)")
  }

  @Test func anEventThatNeverComes() throws {
    let folder = try nudge(
      scenarios: Self.silent.replacing(
        "    expect:", with: "    events: [ { at: 2026-05-01 09:00, reply: \"No thanks\" } ]\n    expect:"))
    let ran = try folder.flow("run", "nudge.yaml")
    #expect(ran.code == 1)
    #expect(ran.output.contains("2026-05-01 09:00"), "\(ran.output)")
  }

  @Test func errorsComeFirst() throws {
    let folder = try nudge(scenarios: Self.silent)
    try folder.write(Nudge.workflow.replacing("- email:", with: "- emial:") + Self.silent, to: "nudge.yaml")
    for format in ["text", "json", "junit", "github"] {
      let ran = try folder.flow("run", "nudge.yaml", "--format", format)
      #expect(ran.code == 1)
      #expect((ran.output + ran.errors).contains("unknown-verb"), "\(format): \(ran.output)\(ran.errors)")
    }
  }

  @Test func warningsUnderStrict() throws {
    let folder = try nudge()
    let text = (Nudge.workflow + Self.silent).replacing("    ask: Which day suits you?\n", with: "")
    try folder.write(text, to: "nudge.yaml")
    #expect(try folder.flow("run", "nudge.yaml").code == 0)
    #expect(try folder.flow("run", "nudge.yaml", "--strict").code == 1)
  }

  /// Covered by it: two touches and the end of three steps and an await; one case of the two of anytime and
  /// four of the call's outcomes is not.
  @Test func coverage() throws {
    let folder = try nudge(scenarios: Self.silent)
    let low = try folder.flow("run", "nudge.yaml", "--min-coverage", "10")
    #expect(low.code == 1, "no case is covered: \(low.output)")
    let report = try JSON(parsing: try folder.flow("run", "nudge.yaml", "--format", "json").output)[
      "coverage"][0]
    #expect(report["workflow"].text == "nudge")
    #expect(report["steps"]["covered"].integer == 4, "\(report.written)")
    #expect(report["steps"]["of"].integer == 4 || report["steps"]["total"].integer == 4, "\(report.written)")
    #expect(report["outcomes"]["covered"].integer == 1, "\(report.written)")
    #expect(try folder.flow("run", "nudge.yaml", "--min-coverage", "0").code == 0)
    // The shipped ones are covered whole.
    let shipped = try Folder()
    try shipped.copy(Program.workflows, to: "Workflows")
    let all = try shipped.flow("run", "Workflows/proposal.yaml", "--min-coverage", "100")
    #expect(all.code == 0, "\(all.output)")
  }

  // MARK: --record

  @Test(arguments: [
    "    expect: [ first, end lost ]\n", "    expect:\n      - 2026-03-26 10:00  first\n      - end lost\n",
    "",
    "    expect:\n    - first   # in another place\n", "    expect: []\n",
  ]) func records(_ expect: String) throws {
    let head =
      "\nscenarios:\n  - name: silence\n    start: 2026-03-24 10:00 Europe/Berlin\n    input: input.json\n"
    let second =
      "  - name: refused\n    start: 2026-03-24 10:00 Europe/Berlin\n    input: input.json\n"
      + "    events: [ { at: first + 1 hour, reply: No thanks } ]\n"
      + "    expect: [ first, end lost ]   # by hand\n"
    let folder = try nudge(scenarios: head + expect + second)
    let before = try folder.flow("run", "nudge.yaml")
    #expect(before.code == 1 || expect.isEmpty, "\(expect): \(before.output)\(before.errors)")
    let recording = try folder.flow("run", "nudge.yaml", "--record")
    #expect(recording.signal == nil)
    let text = try folder.text("nudge.yaml")
    #expect(text.components(separatedBy: "# recorded").count == 2, "\(text)")
    #expect(text.hasPrefix(Nudge.workflow), "what stands before is not touched")
    #expect(text.contains("expect: [ first, end lost ]   # by hand"), "what was met stays as it was: \(text)")
    for line in [
      "- 2026-03-26 10:00  first", "- 2026-03-30 09:00  talk", "- 2026-03-30 13:00  end no-response",
    ] {
      #expect(text.contains(line), "\(text)")
    }
    let after = try folder.flow("run", "nudge.yaml")
    #expect(after.code == 0, "\(after.output)\(after.errors)\n\(text)")
    #expect(try folder.flow("run", "nudge.yaml", "--record").code == 0)
    #expect(try folder.text("nudge.yaml") == text, "what is met is not written again")
  }

  @Test(arguments: ["", ", expect: [ first ]", ", expect: []"]) func recordsInBraces(_ expect: String) throws {
    let one = "  - { name: silence, start: 2026-03-24 10:00 Europe/Berlin, input: input.json\(expect) }\n"
    let folder = try nudge(scenarios: "\nscenarios:\n" + one)
    try folder.flow("run", "nudge.yaml", "--record")
    let text = try folder.text("nudge.yaml")
    #expect(text.contains("# recorded\n") && text.contains("2026-03-30 13:00  end no-response"), "\(text)")
    let after = try folder.flow("run", "nudge.yaml")
    #expect(after.code == 0, "\(after.output)\(after.errors)\n\(text)")
  }

  @Test func recordsInAFileOfItsOwn() throws {
    let folder = try nudge()
    try folder.write(
      "scenarios:\n  - name: silence\n    start: 2026-03-24 10:00 Europe/Berlin\n    input: input.json\n",
      to: "nudge.scenarios.yaml")
    try folder.flow("run", "nudge.yaml", "--record")
    #expect(try folder.text("nudge.yaml") == Nudge.workflow)
    let text = try folder.text("nudge.scenarios.yaml")
    #expect(text.contains("# recorded\n") && text.contains("2026-03-30 13:00  end no-response"), "\(text)")
    #expect(try folder.flow("run", "nudge.yaml").code == 0)
  }

  @Test func `a file that was shortened while its scenarios ran is not written to`() throws {
    let folder = try Fax.project()
    let unmet = Fax.workflow.replacingOccurrences(of: "2026-03-26 10:00  try", with: "2026-03-26 11:00  try")
    try folder.write(unmet, to: "Workflows/fax.yaml")
    // The channel's program does it, while it is asked what a message looks like.
    try folder.changeFax("page = \"", to: "open('Workflows/fax.yaml', 'w').write('workflow: fax\\n'); page = \"")
    let ran = try folder.flow("run", "Workflows/fax.yaml", "--record")
    #expect(ran.signal == nil && ran.code == 3, "\(ran.output)\(ran.errors)")
    #expect(
      ran.errors.contains("\"Workflows/fax.yaml\" has changed since it was read, and stays as it is"), "\(ran.errors)")
    #expect(try folder.text("Workflows/fax.yaml") == "workflow: fax\n")
  }

  // MARK: One event

  @Test func oneEvent() throws {
    let folder = try Fixtures.proposal()
    let data = try folder.text("Workflows/fixtures/acme.json")
    try folder.write(
      """
      { "specversion": "1.0", "id": "e-1", "source": "/crm", "type": "proposal.sent",
        "time": "2026-03-25T15:40:00Z", "data": \(data) }
      """, to: "event.json")
    let file = "Workflows/proposal.yaml"
    let json = try folder.flow("run", file, "--event", "event.json", "--format", "json")
    #expect(json.code == 0, "\(json.errors)")
    let simulated = try folder.flow(
      "simulate", file, "--start", Fixtures.start, "--input", "Workflows/fixtures/acme.json", "--format",
      "json")
    #expect(json.output == simulated.output)
    let text = try folder.flow("run", file, "--event", "event.json")
    #expect(text.code == 0)
    #expect(text.output.contains("no-response"))

    #expect(try folder.flow("run", file, "--event", "event.json", "--format", "junit").code == 2)
    #expect(try folder.flow("run", file, "--event", "none.json").code == 2)
    for (wrong, right) in [("proposal.sent", "proposal.snet"), ("\"amount\": 18400", "\"amount\": \"x\"")] {
      try folder.write(try folder.text("event.json").replacing(wrong, with: right), to: "wrong.json")
      let ran = try folder.flow("run", file, "--event", "wrong.json", "--format", "json")
      #expect(ran.code == 1, "\(right): \(ran.output) \(ran.errors)")
      #expect(!ran.errors.isEmpty)
    }
  }
}
