import Foundation
import Testing

/// `flow diff` and `flow migrate`: what another version means, and going over to it.
@Suite struct DiffTests {
  /// The proposal process, and a copy of it that is changed.
  private func changed(_ folder: Folder, _ change: (String) -> String) throws {
    try folder.copy(Fixtures.folder + "/proposal", to: "new")
    let text = try folder.text("new/proposal.yaml")
    let after = change(text)
    #expect(after != text)
    try folder.write(after, to: "new/proposal.yaml")
  }

  private func effects(_ json: JSON) -> [String] {
    json["runs"].list.map { run in
      ["effect", "from", "because"].compactMap { run[$0].text }.joined(separator: " ")
    }
  }

  @Test func aCommentAndOtherSpellingsChangeNothing() throws {
    let folder = try Fixtures.proposal()
    try changed(folder) { text in
      ("# said otherwise\n" + text).replacing("within 3 business days", with: "within  3 business days   # as agreed")
        .replacing("owner.manager ?? owner", with: "(owner.manager ?? owner)")
    }
    let ran = try folder.flow("diff", "Workflows", "new")
    #expect(ran.code == 0)
    #expect(ran.output == "nothing changes\n")
    let json = try JSON(parsing: folder.flow("diff", "Workflows", "new", "--format", "json").output)
    #expect((json["same"].value as? Bool) == true)
    #expect(json["workflows"][0]["changes"].list.isEmpty)
  }

  @Test func whatChangesIsToldInTheWordsOfTheFile() throws {
    let folder = try Fixtures.proposal()
    try changed(folder) { text in
      text.replacing("    at: day 10", with: "    at: day 15").replacing(
        "\n  - end: no-response", with: "\n  - end: silent")
    }
    let ran = try folder.flow("diff", "Workflows/proposal.yaml", "new/proposal.yaml", "--format", "json")
    #expect(ran.code == 1)
    let part = try JSON(parsing: ran.output)["workflows"][0]
    let told = part["changes"].list.map { change in
      ([change["kind"].text, change["step"].text].compactMap(\.self)
        + change["fields"].list.map { "\($0["name"].text ?? ""): \($0["old"].text ?? "") -> \($0["new"].text ?? "")" })
        .joined(separator: " ")
    }
    #expect(told == ["changed last-offer at: day 10 -> day 15", "changed end-1 end: no-response -> silent"])
    // Day 15 is Thursday 9 April; three business days later it is Tuesday 14 April.
    func sent(_ side: String) -> [String] {
      part[side]["timeline"].list.filter { ["sent", "ended"].contains($0["type"].text) }.compactMap { $0["at"].text }
    }
    #expect(sent("before").last == "2026-04-10T09:00:00+02:00")
    #expect(
      sent("after") == [
        "2026-03-27T16:40:00+01:00", "2026-04-09T16:40:00+02:00", "2026-04-14T16:40:00+02:00",
      ])
    let text = try folder.flow("diff", "Workflows", "new").output
    #expect(text.contains("    at: day 10 -> day 15\n"), "\(text)")
    #expect(text.contains("  - Tue 7 Apr 2026 09:00  last-offer (email)\n"), "\(text)")
    #expect(text.contains("  + Thu 9 Apr 2026 16:40  last-offer (email)\n"), "\(text)")
    #expect(!text.contains(folder.path))
  }

  /// What is left out of a file is told as what holds then.
  @Test func defaultsAndOrderAreToldInWords() throws {
    let folder = try Folder()
    let text = Nudge.workflow
    try folder.write(text, to: "old/nudge.yaml")
    let other = text.replacing("  key: offer.id\n", with: "  key: offer.id\n  again: after end\n").replacing(
      "  offer.seen: {}\n", with: "  offer.seen: { of: contact }\n")
    try folder.write(other, to: "new/nudge.yaml")
    let ran = try folder.flow("diff", "old", "new").output
    #expect(ran.contains("    trigger again: never -> after end\n"), "\(ran)")
    #expect(ran.contains("    event offer.seen: {} -> of: contact\n"), "\(ran)")
    let cases = "  offer.accepted: end won\n  declined: end lost\n"
    #expect(text.contains(cases))
    let turned = text.replacing(cases, with: "  declined: end lost\n  offer.accepted: end won\n")
    try folder.write(turned, to: "turned/nudge.yaml")
    let order = try folder.flow("diff", "old", "turned").output
    #expect(order.hasPrefix("nudge: what it does is the same, "), "\(order)")
  }

  @Test func stepsAndWorkflowsThatComeAndGo() throws {
    let folder = try Fixtures.proposal()
    try changed(folder) { text in
      text.replacing("email: last-offer", with: "email: final-offer")
        .replacing("last-offer          #", with: "final-offer         #")
    }
    try folder.write(Nudge.workflow, to: "new/nudge.yaml")
    let ran = try folder.flow("diff", "Workflows", "new", "--format", "json")
    #expect(ran.code == 1, "\(ran.errors)")
    let parts = try JSON(parsing: ran.output)["workflows"].list
    #expect(parts.map { $0["workflow"].text } == ["nudge", "proposal"])
    #expect(!parts[0]["old"].isPresent && parts[0]["new"].isPresent)
    let told = parts[1]["changes"].list.map { "\($0["kind"].text ?? "") \($0["step"].text ?? "")" }
    #expect(told == ["added final-offer", "removed last-offer"])
  }

  /// After the receipt the run waits for a reply; then for the call; then for the end of Easter.
  @Test(arguments: [
    (2, "day 10", "day 15", "differs last-offer"), (6, "day 10", "day 15", "unaffected"),
    (2, "- await: reply until day 5", "- wait: until day 5", "stranded the step await-1 that it waits at is gone"),
    (2, "day 2", "day 3", "unaffected"), (3, "within: 1 business day", "within: 2 business days", "differs objections"),
    (2, "reply until day 5", "reply until day 6", "differs await-1"),
    (5, "email: last-offer", "email: final-offer", "stranded the step last-offer that it waits at is gone"),
    (2, "declined: end lost", "declined: end gone", "differs await-1"),
    (2, "amount: number", "amount: integer", "stranded its proposal.amount is no integer"),
    (2, "expires: optional date", "expires: date", "unaffected"),
  ]) func `guarantee 4: a plan says for each live run what the new version means`(
    _ row: (played: Int, old: String, new: String, effect: String)
  ) throws {
    let folder = try Story.proposal.played(row.played)
    let text = try folder.text("Workflows/proposal.yaml")
    #expect(text.contains(row.old))
    let after = text.replacing(row.old, with: row.new).replacing("last-offer          #", with: "final-offer         #")
    try folder.write(
      row.old.contains("last-offer") ? after : text.replacing(row.old, with: row.new), to: "Workflows/proposal.yaml")
    let ran = try folder.flow(
      "migrate", "--workflow", "proposal", "--format", "json", "--start", Story.at("2026-03-28 10:00"))
    // A script stops at a run that cannot be moved before it asks for more.
    #expect(ran.code == (row.effect.hasPrefix("stranded") ? 1 : 0), "\(ran.errors)")
    #expect(try effects(JSON(parsing: ran.output)) == [row.effect])
    // Nothing was moved by the plan alone.
    #expect(try folder.flow("show", folder.onlyRun()).output.contains("migrated") == false)
  }

  @Test func `guarantee 4: a run that is moved goes on as the new version says, and its journal still folds`() throws {
    let folder = try Story.proposal.played(2)
    let text = try folder.text("Workflows/proposal.yaml")
    // A day later, and what is further ahead is another, too.
    try folder.write(
      text.replacing("reply until day 5", with: "reply until day 6").replacing("at: day 10", with: "at: day 15"),
      to: "Workflows/proposal.yaml")
    let id = try folder.onlyRun()
    let plan = try folder.flow("migrate", id, "--start", Story.at("2026-03-28 10:00"))
    #expect(
      plan.output == """
        1 live run: 1 differs
          \(id)  P-2026-031  differs from await-1 on
        nothing is moved yet; --yes carries it out

        """)
    let moved = try folder.flow("migrate", id, "--yes", "--start", Story.at("2026-03-28 10:00"))
    #expect(moved.code == 0, "\(moved.errors)")
    #expect(moved.output.hasSuffix("moved 1 run\n"))
    // Day 5 passes; on day 6, Tuesday 31 March, it times out and the call is due.
    #expect(try folder.flow(Story.serve("2026-03-30 16:40")).errors.contains("woke 0 runs"))
    #expect(try folder.flow(Story.serve("2026-03-31 16:40")).errors.contains("woke 1 run"))
    let shown = try JSON(parsing: folder.flow("show", id, "--format", "json").output)
    let told = shown["timeline"].list.map { entry in
      [entry["at"].text.map { String($0.prefix(16)) }, entry["type"].text, entry["step"].text].compactMap(\.self)
        .joined(separator: " ")
    }
    #expect(
      told.dropFirst(3) == [
        "2026-03-28T10:00 migrated", "2026-03-28T10:00 waiting await-1", "2026-03-31T16:40 timeout await-1",
        "2026-03-31T16:40 task objections",
      ])
    let replayed = try folder.flow("replay")
    #expect(replayed.output == "\(id) (proposal): same, 4 transitions\n1 run, all the same\n")
    // Day 15 is Thursday 9 April; after an overdue call at the latest.
    let ahead = try folder.flow("next", "--days", "30", "--format", "json", "--start", Story.at("2026-03-31 17:00"))
    let offer = try JSON(parsing: ahead.output)["next"].list.first { $0["step"].text == "last-offer" }
    #expect(offer?["at"].text == "2026-04-09T16:40:00+02:00")
    let again = try folder.flow("migrate", id, "--yes", "--start", Story.at("2026-04-01 10:00"))
    #expect(again.output.contains("unaffected"))
  }

  @Test func aStrandedRunStaysWhereItIs() throws {
    let folder = try Story.proposal.played(2)
    let text = try folder.text("Workflows/proposal.yaml")
    try folder.write(
      text.replacing("- await: reply until day 5", with: "- wait: until day 5"), to: "Workflows/proposal.yaml")
    let ran = try folder.flow("migrate", "--workflow", "proposal", "--yes", "--start", Story.at("2026-03-28 10:00"))
    #expect(ran.code == 1)
    #expect(ran.output.contains("stranded: the step await-1 that it waits at is gone"), "\(ran.output)")
    // It ends on the version it began with.
    #expect(try folder.flow(Story.serve("2026-03-30 16:40")).errors.contains("woke 1 run"))
    #expect(try folder.flow("replay").code == 0)
    #expect(try folder.flow("migrate").code == 2)
  }
}
