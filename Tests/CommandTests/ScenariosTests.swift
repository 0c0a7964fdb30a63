import Foundation
import Testing

/// `flow scenarios` and `flow mutate`.
@Suite struct ScenariosTests {
  /// The shipped workflows without any scenario.
  private func bare() throws -> Folder {
    let folder = try Folder()
    try folder.copy(Program.workflows, to: "Workflows")
    for name in folder.names(in: "Workflows") where name.hasSuffix(".scenarios.yaml") {
      Folder.remove(folder.path + "/Workflows/" + name)
    }
    return folder
  }

  /// Without the section `scenarios:`, which ends where the next key of the file begins.
  private func withoutScenarios(_ text: String) -> String {
    var isScenario = false
    return text.components(separatedBy: "\n").filter { line in
      if let first = line.first, first.isLetter { isScenario = line.hasPrefix("scenarios:") }
      return !isScenario
    }.joined(separator: "\n")
  }

  @Test(arguments: Fixtures.shipped)
  func `every step, case, timeout and outcome of what ships is covered by scenarios that are met`(_ file: String) throws
  {
    let whole = try Folder()
    try whole.copy(Program.workflows, to: "Workflows")
    let made = try whole.flow("scenarios", "Workflows/\(file)")
    #expect(made.code == 0, "\(made.errors)")
    let folder = try bare()
    try folder.write(withoutScenarios(try folder.text("Workflows/\(file)")), to: "Workflows/\(file)")
    try folder.write(made.output, to: "Workflows/\(file.dropLast(5)).scenarios.yaml")
    let ran = try folder.flow("run", "Workflows/\(file)", "--min-coverage", "100")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
  }

  @Test func `without data of their own they are told with made-up ones, the same each time`() throws {
    let folder = try nudge()
    let made = try folder.flow("scenarios", "nudge.yaml")
    #expect(made.code == 0, "\(made.errors)")
    #expect(try folder.flow("scenarios", "nudge.yaml").bytes == made.bytes)
    #expect(try folder.flow("scenarios", "nudge.yaml", "--write").code == 0)
    #expect(try folder.text("nudge.scenarios.yaml") == made.output)
    let ran = try folder.flow("run", "nudge.yaml", "--min-coverage", "100")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    // What is there is not written over.
    #expect(try folder.flow("scenarios", "nudge.yaml", "--write").code == 3)
  }

  /// Of made-up data `thing.due` is the start: only long before it do both awaits wait.
  @Test func `a run long before the dates of the data shows what comes before them, and nothing comes into no wait`()
    throws
  {
    let folder = try Folder()
    try folder.write(
      """
      workflow: due
      about: A reminder before an instant from data.
      category: service
      trigger: { event: thing.started, key: thing.id }
      input: { contact: contact, owner: person, thing: { id: text, title: text, due: instant } }
      timezone: UTC
      owner: owner
      policy: { gap: 1 day }
      steps:
        - sms: told
          purpose: inform
          body: "{{ contact.name }}: {{ thing.title }} until {{ thing.due | date }}."
          ask: Is that right?
        - await: reply until thing.due - 2 days
          if-past: now
          then: { reply: next }
        - sms: soon
          purpose: remind
          body: "{{ contact.name }}: {{ thing.title }} is due on {{ thing.due | date }}."
          ask: Will it be done?
        - await: reply until thing.due
          if-past: now
          then: { reply: next }
        - wait: 12 hours
        - end: overdue

      """, to: "due.yaml")
    #expect(try folder.flow("scenarios", "due.yaml", "--write").code == 0)
    let ran = try folder.flow("run", "due.yaml", "--min-coverage", "100")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
  }

  /// The await is over on Saturday 28 March at 16:40 and 3 days later: an answer then is in time, one a second later
  /// meets the call that waits for Tuesday morning.
  @Test func `an end of a wait has a scenario before it, at it and after it`() throws {
    let folder = try nudge()
    let made = try JSON(
      parsing: try folder.flow(
        "scenarios", "nudge.yaml", "--input", "input.json", "--start", Fixtures.start, "--format", "json"
      ).output)
    let names = made["scenarios"].list.compactMap { $0["name"].text }
    for place in ["a second before await-1", "as await-1 ends", "a second after await-1"] {
      #expect(names.contains { $0.contains(place) }, "\(names)")
    }
    #expect(names.contains { $0.contains("clocks go back") })
    #expect(made["missing"].list.isEmpty)
    let ends = Set(
      made["scenarios"].list.compactMap { $0["expect"].list.last?.text?.components(separatedBy: "end ").last })
    #expect(ends.isSuperset(of: ["won", "lost", "no-response", "opted-out", "undeliverable"]), "\(ends)")
  }

  /// Whoever does the first task a second after its day is over, does not do the second with it.
  @Test func `what comes of a task too late is told of that task, and not of the next`() throws {
    let folder = try Folder()
    try folder.write(
      """
      workflow: two
      about: Two tasks, one after the other.
      category: internal
      trigger: { event: thing.started, key: thing.id }
      input:
        contact: contact
        owner: person
        thing: { id: text }
      timezone: UTC
      owner: owner
      steps:
        - task: first
          by: owner
          say: Ring {{ contact.name }} about {{ thing.id }}.
          within: 1 day
          then:
            done: end fin
        - task: second
          by: owner
          say: Write to {{ contact.name }}.
          within: 2 days
          then:
            done: end late
        - end: none

      """, to: "two.yaml")
    let made = try folder.flow("scenarios", "two.yaml", "--write")
    #expect(made.code == 0, "\(made.errors)")
    let written = try folder.text("two.scenarios.yaml")
    #expect(written.contains("first + 24 hours 1 second"), "\(written)")
    let ran = try folder.flow("run", "two.yaml", "--min-coverage", "100")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    #expect(try folder.flow("mutate", "two.yaml").code == 0)
  }

  /// The story of the silent contact alone: whatever it does not come to may be changed without its noticing.
  @Test func `changes that no scenario notices are told with their lines, and noticed by what is proposed`() throws {
    let folder = try nudge(
      scenarios: """

        scenarios:
          - name: silence
            start: 2026-03-24 10:00 Europe/Berlin
            input: input.json
            expect:
              - 2026-03-26 10:00  first
              - 2026-03-30 09:00  talk
              - 2026-03-30 13:00  end no-response

        """)
    let report = try JSON(parsing: try folder.flow("mutate", "nudge.yaml", "--format", "json").output)
    let one = report["workflows"][0]
    let missed = one["missed"].list
    let words = missed.compactMap { $0["what"].text }
    #expect(words.contains("anytime: the case declined is dropped"), "\(words)")
    #expect(words.contains("anytime: the case offer.accepted is dropped"), "\(words)")
    // What the silent contact shows: every instant of the story.
    for word in words {
      #expect(!word.hasPrefix("first: day 2 becomes"), "\(word)")
      #expect(!word.hasPrefix("await-1: 3 days becomes"), "\(word)")
      #expect(!word.hasPrefix("talk: within 4 business hours becomes"), "\(word)")
    }
    let lines = Nudge.workflow.components(separatedBy: "\n")
    for one in missed where one["what"].text == "anytime: the case declined is dropped" {
      #expect(one["line"].integer == (lines.firstIndex { $0.hasPrefix("  declined: end lost") } ?? -9) + 1)
    }
    #expect((one["noticed"].integer ?? 0) >= 6)
    #expect(try folder.flow("mutate", "nudge.yaml", "--strict").code == 1)

    // All that is proposed, and nothing is missed any more.
    var scenarios: Set<String> = []
    let text = try folder.flow("mutate", "nudge.yaml").output
    let proposed = text.components(separatedBy: "    a scenario that would notice it:\n").dropFirst().map { part in
      part.components(separatedBy: "\n").prefix { $0.hasPrefix("      ") }.map { String($0.dropFirst(4)) }.joined(
        separator: "\n")
    }.filter { scenarios.insert($0).inserted }
    try folder.write("scenarios:\n" + proposed.joined(separator: "\n") + "\n", to: "nudge.scenarios.yaml")
    let again = try folder.flow("mutate", "nudge.yaml", "--strict")
    #expect(again.code == 0, "\(again.output)\(again.errors)")
  }

  @Test func `scenarios that are unmet already notice nothing`() throws {
    let folder = try nudge(
      scenarios: """

        scenarios:
          - name: silence
            start: 2026-03-24 10:00 Europe/Berlin
            input: input.json
            expect: [ first, end won ]

        """)
    let ran = try folder.flow("mutate", "nudge.yaml")
    #expect(ran.code == 1)
    #expect(ran.errors.contains("\"silence\" is unmet"), "\(ran.errors)")
  }
}
