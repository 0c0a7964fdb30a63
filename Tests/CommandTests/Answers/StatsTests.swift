import Foundation
import Testing

/// `flow stats`, on four runs whose figures are counted by hand.
@Suite struct StatsTests {
  /// How each workflow here begins.
  private static let job = """
    workflow: job
    category: internal
    trigger: { event: job.placed, key: job.id }
    input:
      contact: contact
      owner: person
      job: { id: text }
    timezone: '"UTC"'
    owner: owner

    """

  /// One declines five hours after the mail, one accepts the day after it, one accepts after the call, one says
  /// something else an hour after the mail.
  private func offers() throws -> Folder {
    let folder = try Folder()
    let workflow = Nudge.workflow.replacing("\nsteps:\n", with: "\ngoal: won\n\nsteps:\n")
    try folder.write(workflow, to: "Workflows/nudge.yaml")
    func flow(_ words: String..., at time: String) throws {
      let ran = try folder.flow(words + ["--start", "\(time) Europe/Berlin"])
      #expect(ran.code == 0, "\(words): \(ran.errors)")
    }
    func event(_ type: String, _ number: Int, _ data: String, at time: String) throws {
      try folder.write(data, to: "data.json")
      try flow("event", type, "--subject", "O-\(number)", "--data", "data.json", at: time)
    }
    for number in 1...4 {
      let input = Nudge.input.replacing("O-1", with: "O-\(number)").replacing("c-1", with: "c-\(number)")
        .replacing("ann@", with: "ann\(number)@").replacing("142\"", with: "14\(number)\"")
      try event("offer.sent", number, input, at: "2026-03-02 10:00")
    }
    try flow("serve", "--once", at: "2026-03-04 10:00")
    try event("reply", 4, #"{ "text": "Let me think." }"#, at: "2026-03-04 11:00")
    try event("reply", 1, #"{ "text": "No thanks." }"#, at: "2026-03-04 15:00")
    try event("offer.accepted", 2, #"{ "by": "Ann" }"#, at: "2026-03-05 10:00")
    try flow("serve", "--once", at: "2026-03-07 10:00")
    try flow("serve", "--once", at: "2026-03-09 09:00")
    try event("offer.accepted", 3, #"{ "by": "Ann" }"#, at: "2026-03-09 10:00")
    return folder
  }

  @Test func figuresAreThoseCountedByHand() throws {
    let folder = try offers()
    let ran = try folder.flow("stats", "--format", "json")
    #expect(ran.code == 0, "\(ran.errors)")
    let nudge = try JSON(parsing: ran.output)["workflows"][0]
    func expect(_ value: JSON, _ wanted: String, _ place: SourceLocation = #_sourceLocation) {
      #expect(value.written == wanted, sourceLocation: place)
    }
    #expect(["runs", "live", "ended"].map { nudge[$0].integer } == [4, 0, 4])
    expect(nudge["outcomes"], #"{"lost":1,"replied":1,"won":2}"#)
    expect(nudge["goal"], #"{"outcomes":["won"],"rate":0.5,"reached":2}"#)
    expect(nudge["replies"], #"{"declined":1,"reply":1}"#)
    // One hour and five: the middle of two is the first of them, nine of ten are both.
    expect(nudge["time_to_reply"], #"{"count":2,"median_seconds":3600,"p90_seconds":18000}"#)
    let steps = nudge["steps"].list
    #expect(steps.map { $0["step"].text } == ["first", "talk"])
    #expect(["sent", "delivered", "bounced", "withheld", "failed"].map { steps[0][$0].integer } == [4, 4, 0, 0, 0])
    #expect(!steps[0]["opened"].isPresent)
    // Two goals: one after the mail alone, one after mail and call.
    expect(steps[0]["attribution"], #"{"first":2,"last":1,"linear":1.5}"#)
    expect(steps[1]["attribution"], #"{"first":0,"last":1,"linear":0.5}"#)
    #expect(steps[1]["sent"].integer == 1)

    let text = try folder.flow("stats").output
    #expect(text.contains("nudge: 4 runs, 0 live, 4 ended\n"), "\(text)")
    #expect(text.contains("  goal won: 2 of 4 that ended, 50.0 %\n"))
    #expect(text.contains("  time to reply: median 1 hour, nine of ten within 5 hours\n"))
    let csv = try folder.flow("stats", "--format", "csv").output
    #expect(
      csv.hasSuffix(
        "nudge,first,email,4,4,0,,,2,0,0,0,2,1,1.5,\"declined 1, reply 1\",,3600,18000\r\n"
          + "nudge,talk,call,1,1,0,,,0,0,0,0,0,1,0.5,,,,\r\n"))
    let page = try folder.flow("stats", "--format", "html").output
    // Everything is in the one file: no script, nothing fetched.
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("prefers-color-scheme: dark"))
    #expect(page.contains("<svg class=\"plot\"") && page.contains("50.0 %"))
    for word in ["<script", "<link", "src=", "url(", "@import", "href="] { #expect(!page.contains(word)) }
    let none = try folder.flow("stats", "--since", "2026-03-02 10:01 Europe/Berlin")
    #expect(none.output == "no runs\n")
    #expect(try folder.flow("stats", "--since", "soon").code == 2)
  }

  /// Two mails are due, one a day may go: the other is planned, and an answer by hand stops it.
  @Test func `what has not left is not counted as sent, nor what was stopped before it left`() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    try folder.write("language: 1\ncapacity: { email: 1 a day }\n", to: "flow.yaml")
    func flow(_ words: String..., at time: String) throws -> String {
      let ran = try folder.flow(words + ["--start", "\(time) Europe/Berlin"])
      #expect(ran.code == 0, "\(words): \(ran.errors)")
      return ran.errors
    }
    for number in 1...2 {
      let input = Nudge.input.replacing("O-1", with: "O-\(number)").replacing("c-1", with: "c-\(number)")
        .replacing("ann@", with: "ann\(number)@").replacing("142\"", with: "14\(number)\"")
      try folder.write(input, to: "data.json")
      _ = try flow("event", "offer.sent", "--data", "data.json", at: "2026-03-02 10:00")
    }
    #expect(try flow("serve", "--once", at: "2026-03-04 10:00").contains("woke 2 runs, handed over 1;"))
    func first() throws -> [Int?] {
      let steps = try JSON(parsing: folder.flow("stats", "--format", "json").output)["workflows"][0]["steps"]
      return [steps[0]["sent"].integer, steps[0]["delivered"].integer]
    }
    #expect(try first() == [1, 1])
    let runs = try JSON(
      parsing: folder.flow("next", "--start", Story.at("2026-03-04 12:00"), "--format", "json").output)
    let planned = try #require(runs["next"].list.first { $0["step"].text == "first" })
    let run = try #require(planned["run"].text)
    let why = try folder.flow("why", run, "await-1").output.split(separator: "\n").joined(separator: " ")
    #expect(why.contains("first has not left yet: this waits for it, and counts from then"), "\(why)")
    #expect(try folder.flow("cancel", run).code == 0)
    #expect(try first() == [1, 1])
  }

  @Test func `a call that waits for its channel's capacity is not counted as given`() throws {
    let folder = try Folder()
    try folder.write(
      Self.job + """
        steps:
          - call: ring
            by: owner
            within: 2 days
          - end: over

        """, to: "Workflows/job.yaml")
    try folder.write("language: 1\ncapacity: { call: 1 a day }\n", to: "flow.yaml")
    func sent(after words: [String], at time: String) throws -> Int? {
      let ran = try folder.flow(words + ["--start", "\(time) UTC"])
      #expect(ran.code == 0, "\(words): \(ran.output)\(ran.errors)")
      let figures = try JSON(parsing: folder.flow("stats", "--format", "json").output)
      return figures["workflows"][0]["steps"][0]["sent"].integer
    }
    var counts: [Int?] = []
    for number in 1...2 {
      try folder.write(
        """
        { "contact": { "id": "c-\(number)", "name": "Ann", "phone": "+49405550014\(number)" },
          "owner": { "name": "Otto", "email": "otto@acme.test" }, "job": { "id": "J-\(number)" } }
        """, to: "data.json")
      counts.append(try sent(after: ["event", "job.placed", "--data", "data.json"], at: "2026-03-02 10:00"))
    }
    counts.append(try sent(after: ["serve", "--once"], at: "2026-03-03 10:00"))
    #expect(counts == [1, 1, 2])
  }

  /// Two tasks that nothing waits for, a call that is told of a day after its time, people who are told: by hand.
  @Test func `what is said of a task counts, whenever and though nothing waits, and people told have a row`() throws {
    let folder = try Folder()
    try folder.write(
      Self.job + """
        steps:
          - task: read
            by: owner
            say: Read it.
          - task: file
            by: owner
            say: File it.
          - call: ring
            by: owner
            within: 1 day
          - escalate: told
            to: owner
            say: Nobody has rung.
          - wait: 5 days
          - end: over

        """, to: "Workflows/job.yaml")
    try folder.write(
      """
      { "contact": { "id": "c-1", "name": "Ann", "phone": "+494055500142" },
        "owner": { "name": "Otto", "email": "otto@acme.test" }, "job": { "id": "J-1" } }
      """, to: "data.json")
    func flow(_ words: String..., at time: String) throws {
      let ran = try folder.flow(words + ["--start", "\(time) UTC"])
      #expect(ran.code == 0, "\(words): \(ran.output)\(ran.errors)")
    }
    try flow("event", "job.placed", "--data", "data.json", at: "2026-03-02 10:00")
    var tasks: [String: String] = [:]
    for task in try JSON(parsing: folder.flow("tasks", "--format", "json").output)["tasks"].list {
      tasks[task["step"].text ?? ""] = task["task"].text
    }
    try flow("done", try #require(tasks["read"]), "declined", at: "2026-03-02 11:00")
    try flow("serve", "--once", at: "2026-03-03 10:00")
    try flow("done", try #require(tasks["ring"]), "connected", at: "2026-03-04 10:00")
    try flow("serve", "--once", at: "2026-03-08 10:00")
    try flow("done", try #require(tasks["file"]), "done", at: "2026-03-09 10:00")

    // Which task it was stands in the journal, too.
    let shown = try JSON(parsing: folder.flow("show", folder.onlyRun(), "--format", "json").output)
    let received = shown["timeline"].list.filter { $0["type"].text == "received" }
    #expect(received.map { $0["step"].text } == ["read", "ring"])
    #expect(received.map { $0["took"].text } == ["nothing", "nothing"])

    let job = try JSON(parsing: folder.flow("stats", "--format", "json").output)["workflows"][0]
    let steps = job["steps"].list
    #expect(steps.map { $0["step"].text } == ["read", "file", "ring", "told"])
    #expect(steps.map { $0["verb"].text } == ["task", "task", "call", "escalate"])
    #expect(steps.map { $0["sent"].integer } == [1, 1, 1, 1])
    #expect(
      steps.map { $0["outcomes"].written } == [
        #"{"declined":1}"#, #"{"done":1}"#, #"{"connected":1,"timeout":1}"#, "{}",
      ])
  }

  /// A call or none, by each run's key: of the six keys the arms are computed in Python,
  /// `int.from_bytes(hashlib.sha256(f"J-{n}\0ways\0".encode()).digest()[:8], "big") < 2**63`.
  @Test func `each arm of a split has its results`() throws {
    let folder = try Folder()
    try folder.write(
      Self.job + """
        events: { job.bought: {} }
        goal: won
        anytime: { job.bought: end won }
        steps:
          - split: ways
            arms: { asked: 50%, left-alone: 50% }
            then:
              asked:
                - task: ask
                  by: owner
                  say: Ask them.
              left-alone: next
          - wait: 5 days
          - end: over

        """, to: "Workflows/job.yaml")
    func flow(_ words: String..., at time: String) throws {
      let ran = try folder.flow(words + ["--start", "\(time) UTC"])
      #expect(ran.code == 0, "\(words): \(ran.output)\(ran.errors)")
    }
    for number in 1...6 {
      try folder.write(
        """
        { "contact": { "id": "c-\(number)", "name": "Ann \(number)" },
          "owner": { "name": "Otto", "email": "otto@acme.test" }, "job": { "id": "J-\(number)" } }
        """, to: "data.json")
      try flow("event", "job.placed", "--data", "data.json", at: "2026-03-02 10:00")
    }
    for number in 1...3 { try flow("event", "job.bought", "--subject", "J-\(number)", at: "2026-03-03 10:00") }
    try flow("serve", "--once", at: "2026-03-08 10:00")
    let arms = try JSON(parsing: folder.flow("stats", "--format", "json").output)["workflows"][0]["arms"]
    #expect(
      arms.written
        == #"[{"answered":0,"arm":"asked","ended":3,"outcomes":{"over":1,"won":2},"rate":0.667,"reached":2,"runs":3,"#
        + #""step":"ways"},{"answered":0,"arm":"left-alone","ended":3,"outcomes":{"over":2,"won":1},"rate":0.333,"#
        + #""reached":1,"runs":3,"step":"ways"}]"#
    )
    let text = try folder.flow("stats").output
    #expect(text.contains("  ways, asked: 3 runs, 3 ended, 0 answered, goal 2, 66.7 %: won 2, over 1"), "\(text)")
  }
}
