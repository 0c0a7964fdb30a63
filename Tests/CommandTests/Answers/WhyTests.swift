import Foundation
import Testing

/// `flow why`: every send and every non-send has its reason.
@Suite struct WhyTests {
  /// The answers of `flow why`, by step.
  private func answers(_ folder: Folder, _ step: String? = nil) throws -> [JSON] {
    let ran = try folder.flow(["why", try folder.onlyRun()] + [step].compactMap(\.self) + ["--format", "json"])
    guard ran.code == 0 else { throw Unstartable(program: "flow why", reason: ran.errors) }
    return try JSON(parsing: ran.output)["answers"].list
  }

  private func because(_ answer: JSON) -> [String] { answer["because"].list.compactMap(\.text) }

  @Test func `guarantee 28: what has held a run is told on the version that it was moved to, too`() throws {
    let folder = try Story.proposal.played(2)
    try folder.write(#"{ "return": "2026-04-01" }"#, to: "away.json")
    let away = try folder.flow(
      "event", "out-of-office", "--subject", "P-2026-031", "--data", "away.json", "--start",
      Story.at("2026-03-28 09:00"))
    #expect(away.code == 0, "\(away.errors)")
    func held() throws -> Bool { try folder.flow("why", folder.onlyRun()).output.contains("held on Sat 28 Mar 2026") }
    #expect(try held())
    let text = try folder.text("Workflows/proposal.yaml")
    try folder.write(text.replacing("reply until day 5", with: "reply until day 6"), to: "Workflows/proposal.yaml")
    let moved = try folder.flow(
      "migrate", folder.onlyRun(), "--yes", "--start", Story.at("2026-03-28 10:00"))
    #expect(moved.output.hasSuffix("moved 1 run\n"), "\(moved.output)\(moved.errors)")
    #expect(try held())
  }

  @Test func `guarantee 28: a send names its step, why it was due, its text, attempt and receipt`() throws {
    let folder = try Story.proposal.played()
    let receipt = try answers(folder, "receipt")[0]
    #expect(receipt["what"].text == "sent")
    #expect(receipt["at"].text == "2026-03-27T16:40:00+01:00")
    #expect(receipt["to"].text == "ann@acme.test")
    #expect(
      because(receipt) == [
        "because it was due: day 2", "not put off: inside the window and it was the first touch",
      ])
    // The line on which the step begins, as grep counts it.
    let text = try folder.text("Workflows/proposal.yaml")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.hasSuffix("- email: receipt") })
    #expect(receipt["file"].text == "Workflows/proposal.yaml")
    #expect(receipt["line"].integer == line + 1)
    let delivery = receipt["delivery"]
    #expect(delivery["attempts"].integer == 1)
    #expect(delivery["state"].text == "accepted")
    // The folder calls the message by its key; the digest is that of the very bytes.
    let file = try #require(delivery["receipt"].text)
    #expect(file == "\(delivery["key"].text ?? "").eml")
    let sum = try Going([folder.path + "/Workflows/outbox/" + file], in: folder.path, program: "sha256sum").wait()
    #expect(delivery["digest"].text.map { sum.output.hasPrefix($0) } == true)
  }

  @Test func `guarantee 28: what a pause of everything has held says so when it is over`() throws {
    let folder = try Story.proposal.played(1)
    for command in [
      ["pause", "--all", "--because", "audit", "--by", "Olga", "--start", Story.at("2026-03-27 12:00")],
      Story.serve("2026-03-27 16:45"),
      ["resume", "--all", "--start", Story.at("2026-03-27 16:50")], Story.serve("2026-03-27 16:50"),
    ] {
      let ran = try folder.flow(command)
      #expect(ran.code == 0, "\(command): \(ran.errors)")
    }
    let receipt = try answers(folder, "receipt")[0]
    #expect(receipt["what"].text == "sent")
    #expect(
      because(receipt) == [
        "because it was due: day 2",
        "stood still from Fri 27 Mar 2026 12:00 until Fri 27 Mar 2026 16:50: paused: audit, by Olga",
      ])
  }

  @Test func `guarantees 17 and 28: who is suppressed gets no copy, and the commands say so`() throws {
    let folder = try Story.proposal.folder()
    let text = try folder.text("Workflows/proposal.yaml")
    let copied = text.replacing("  - email: receipt\n", with: "  - email: receipt\n    cc: owner\n")
    #expect(copied != text)
    try folder.write(copied, to: "Workflows/proposal.yaml")
    let suppress = ["contact", "suppress", "owner@acme.test", "--because", "asked"]
    for command in [suppress] + Story.proposal.commands.prefix(2) {
      let ran = try folder.flow(try Story.words(command, in: folder))
      #expect(ran.code == 0, "\(command): \(ran.errors)")
    }
    let receipt = try answers(folder, "receipt")[0]
    #expect(receipt["what"].text == "sent")
    #expect(because(receipt).last == "no copy goes to owner@acme.test: email is suppressed for them")
    let file = try #require(receipt["delivery"]["receipt"].text)
    let mail = try folder.text("Workflows/outbox/" + file)
    #expect(!mail.contains("owner@acme.test") && !mail.contains("Cc:"), "\(mail)")
    let shown = try folder.flow("show", try folder.onlyRun()).output
    #expect(shown.contains("no copy to owner@acme.test"), "\(shown)")
    let replayed = try folder.flow("replay", try folder.onlyRun())
    #expect(replayed.code == 0, "\(replayed.output)\(replayed.errors)")
  }

  /// People who call may call anybody; a run's contact is somebody else.
  @Test(arguments: ["bo@acme.test", "+494055500143", ""])
  func `guarantee 17: who is suppressed is not called, whoever the contact is`(who: String) throws {
    let folder = try Folder()
    try folder.write(
      """
      workflow: pair
      trigger: { event: pair.made, key: pair.id }
      input: { contact: contact, second: contact, owner: person, pair: { id: text } }
      timezone: '"UTC"'
      owner: owner
      steps:
        - { call: ask, by: owner, to: second, within: 2 days, script: "Ask {{ second.name }}." }
        - end: done

      """, to: "Workflows/pair.yaml")
    try folder.write(
      """
      { "contact": { "name": "Ann", "email": "ann@acme.test", "phone": "+494055500142" },
        "second": { "name": "Bo", "email": "Bo@acme.test", "phone": "+494055500143" },
        "owner": { "name": "Olga", "email": "olga@acme.test" }, "pair": { "id": "P1" } }
      """, to: "pair.json")
    if !who.isEmpty {
      _ = try carryOut(folder, "contact", "suppress", who, "--channel", "call", at: "2026-03-25 10:00")
    }
    _ = try carryOut(folder, "event", "pair.made", "--data", "pair.json", at: "2026-03-25 16:40")
    let isGiven = try folder.flow("tasks").output.contains("Ask Bo.")
    #expect(isGiven == who.isEmpty)
    let ask = try answers(folder, "ask")[0]
    #expect(ask["what"].text == (who.isEmpty ? "assigned" : "withheld"))
    if !who.isEmpty { #expect(because(ask).contains("because call is suppressed for Bo@acme.test")) }
    let replayed = try folder.flow("replay", try folder.onlyRun())
    #expect(replayed.code == 0, "\(replayed.output)\(replayed.errors)")
    // The run waits for what comes of a call that nobody makes, and goes on when its time is over.
    _ = try carryOut(folder, "serve", "--once", at: "2026-03-28 10:00")
    #expect(try folder.runs().map { $0["state"].text } == ["done"])
  }

  @Test func `guarantee 28: what was put off says by what and until when`() throws {
    let folder = try Story.proposal.played()
    let offer = try answers(folder, "last-offer")[0]
    #expect(
      because(offer) == [
        "because it was due: day 10",
        "put off on Sat 4 Apr 2026 16:40 to Tue 7 Apr 2026 09:00: outside the window",
      ])
    let objections = try answers(folder, "objections")[0]
    #expect(because(objections).first == "because await-1 timed out")
    #expect(because(objections).last == "what came of it: connected, Tue 31 Mar 2026 10:00")
    let book = try answers(folder, "book")[0]
    #expect(because(book).first == "because reply (interested) came")
    let overdue = try answers(folder, "call-overdue")[0]
    #expect(overdue["what"].text == "ahead")
    #expect(because(overdue) == ["because objections got connected"])
  }

  /// The mail is due on Friday at 16:40; the weekend is outside the window, and Monday 10:00 inside.
  private func nudged() throws -> Folder {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    try folder.write(Nudge.input, to: "event.json")
    _ = try carryOut(folder, "event", "offer.sent", "--data", "event.json", at: "2026-03-25 16:40")
    return folder
  }

  private func carryOut(_ folder: Folder, _ words: String..., at time: String) throws -> Ran {
    let ran = try folder.flow(words + ["--start", "\(time) Europe/Berlin"])
    #expect(ran.code == 0, "\(words): \(ran.errors)")
    return ran
  }

  @Test func `guarantee 28: a pause says from when until when, and why, also when it is over`() throws {
    let folder = try nudged()
    let run = try folder.onlyRun()
    _ = try carryOut(folder, "pause", run, "--because", "on holiday", "--by", "louis", at: "2026-03-26 10:00")
    #expect(try because(answers(folder, "first")[0]).contains("nothing goes out for now: on holiday, by louis"))
    _ = try carryOut(folder, "serve", "--once", at: "2026-03-27 17:00")
    _ = try carryOut(folder, "resume", run, "--because", "she is back", "--by", "olga", at: "2026-03-30 09:30")
    // Nobody has woken it yet: its time on Friday is over.
    #expect(try answers(folder, "first")[0]["until"].text == "2026-03-30T09:30:00+02:00")
    let stood =
      "stood still from Thu 26 Mar 2026 10:00 until Mon 30 Mar 2026 09:30: paused: on holiday, by louis; "
      + "goes on: she is back, by olga"
    _ = try carryOut(folder, "serve", "--once", at: "2026-03-30 10:00")
    let first = try answers(folder, "first")[0]
    #expect(first["what"].text == "sent")
    #expect(because(first) == ["because it was due: day 2", stood])
    // It stands in the journal, and the journal is still that of its workflow.
    let shown = try folder.flow("show", run).output
    #expect(shown.contains("paused: on holiday") && shown.contains("goes on: she is back, by olga"), "\(shown)")
    let replayed = try folder.flow("replay", run)
    #expect(replayed.code == 0, "\(replayed.output)\(replayed.errors)")
  }

  @Test func `guarantee 28: a pause that is over before its time moves nothing`() throws {
    let folder = try nudged()
    let run = try folder.onlyRun()
    _ = try carryOut(folder, "pause", run, at: "2026-03-26 10:00")
    _ = try carryOut(folder, "resume", run, at: "2026-03-26 11:00")
    #expect(try answers(folder, "first")[0]["until"].text == "2026-03-27T16:40:00+01:00")
  }

  @Test func `guarantee 28: what is late because nothing was running says so`() throws {
    let folder = try nudged()
    _ = try carryOut(folder, "serve", "--once", at: "2026-03-30 10:00")
    #expect(
      try because(answers(folder, "first")[0]) == [
        "because it was due: day 2", "its time had come on Fri 27 Mar 2026 16:40: nothing was running then",
      ])
  }

  @Test func `nothing of a run happens before what it has lived, whatever a command calls now`() throws {
    let folder = try nudged()
    try folder.write(#"{ "text": "Tell me more." }"#, to: "reply.json")
    _ = try carryOut(
      folder, "event", "reply", "--subject", "O-1", "--data", "reply.json", at: "2026-03-20 10:00")
    let shown = try JSON(parsing: folder.flow("show", folder.onlyRun(), "--format", "json").output)
    #expect(shown["timeline"].list.map { $0["type"].text } == ["started", "received", "ended"])
    #expect(shown["timeline"].list.allSatisfy { $0["at"].text == "2026-03-25T16:40:00+01:00" })
  }

  @Test func `guarantee 28: a run that waits says for what, and what would lead to each step ahead`() throws {
    // The call has been made; the last offer is put off over Easter.
    let folder = try Story.proposal.played(5)
    let all = try answers(folder)
    let offer = try #require(all.first { $0["step"].text == "last-offer" })
    #expect(offer["what"].text == "waiting")
    #expect(offer["until"].text == "2026-04-07T09:00:00+02:00")
    let ahead = Dictionary(
      uniqueKeysWithValues: all.filter { $0["what"].text == "ahead" }.map { ($0["step"].text ?? "", because($0)) })
    #expect(ahead["await-2"] == ["once last-offer is done (Tue 7 Apr 2026 09:00)"])
    #expect(ahead["end-1"] == ["once last-offer is done (Tue 7 Apr 2026 09:00) and then await-2 times out"])
    #expect(ahead["book"] == ["once interested comes"])
    #expect(ahead["book-overdue"] == ["once interested comes and then book times out"])
    #expect(ahead["call-overdue"] == ["because objections got connected"])
  }

  @Test func `guarantee 28: what is suppressed is withheld, and says so before`() throws {
    let folder = try nudge()
    let project = ["--project", "nudge.yaml", "--format", "json"]
    func deliver(_ words: String..., at time: String) throws {
      let ran = try folder.flow(words + ["--workflows", "nudge.yaml", "--start", "\(time) Europe/Berlin"])
      #expect(ran.code == 0, "\(ran.errors)")
    }
    try deliver("event", "offer.sent", "--data", "input.json", at: "2026-03-02 10:00")
    try folder.write(Nudge.input.replacing("O-1", with: "O-2"), to: "second.json")
    try deliver("event", "offer.sent", "--data", "second.json", at: "2026-03-02 11:00")
    let runs = try JSON(parsing: folder.flow(["runs"] + project).output)["runs"].list
    let id = try #require(runs.first { $0["key"].text == "O-2" }?["run"].text)
    func why(_ step: String) throws -> JSON {
      try JSON(parsing: folder.flow(["why", id, step] + project).output)["answers"][0]
    }
    #expect(try why("first")["until"].text == "2026-03-04T11:00:00+01:00")
    #expect(because(try why("first")) == ["because it is due: day 2"])
    #expect(because(try why("talk")) == ["once first is done (Wed 4 Mar 2026 11:00) and then await-1 times out"])
    try folder.write("{ \"channel\": \"email\" }", to: "stop.json")
    try deliver("event", "unsubscribe", "--subject", "O-1", "--data", "stop.json", at: "2026-03-03 10:00")
    #expect(
      because(try why("first")) == [
        "because it is due: day 2", "email is suppressed for this contact: it will be withheld",
      ])
    let ran = try folder.flow("serve", "nudge.yaml", "--once", "--start", "2026-03-04 11:00 Europe/Berlin")
    #expect(ran.code == 0, "\(ran.errors)")
    let first = try why("first")
    #expect(first["what"].text == "withheld")
    #expect(because(first) == ["because email is suppressed for this contact"])
    let wrong = try folder.flow("why", id, "frist", "--project", "nudge.yaml")
    #expect(wrong.code == 1)
    #expect(wrong.errors.contains("did you mean \"first\"?"))
  }
}
