import Foundation
import Testing

/// `flow contact`: one person.
@Suite struct ContactTests {
  @Test func `guarantee 27: an export is complete`() throws {
    let folder = try Story.proposal.played()
    // By any of what the contact is known by, in any case.
    let ran = try folder.flow("contact", "export", "ANN@acme.test")
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(try folder.flow("contact", "export", "c-1042").output == ran.output)
    #expect(try folder.flow("contact", "export", "+494055500142").output == ran.output)
    let person = try JSON(parsing: ran.output)
    #expect(person["identities"].list.compactMap(\.text) == ["+494055500142", "ann@acme.test", "c-1042"])
    let run = person["runs"][0]
    #expect(run["data"]["contact"]["name"].text == "Ann Meyer")
    let shown = try JSON(parsing: folder.flow("show", folder.onlyRun(), "--format", "json").output)
    #expect(run["timeline"].isSame(as: shown["timeline"]))
    // The bytes of every message, as they lie in the folder.
    let messages = run["messages"].list
    #expect(messages.count == 5)
    for message in messages {
      let file = try #require(message["receipt"].text)
      let bytes = try folder.text("Workflows/outbox/" + file)
      #expect(message["payload"].text == bytes)
    }
    #expect(person["events"].list.map { $0["what"].text } == ["proposal.sent", "task connected", "reply"])
    let data = try JSON(parsing: person["events"][2]["data"].text ?? "")
    #expect(data["text"].text == "Sounds good, call me.")
    #expect(person["tasks"].list.compactMap { $0["step"].text } == ["objections", "reply", "book"])
    #expect(!ran.output.contains(folder.path))
    let text = try folder.flow("contact", "show", "c-1042").output
    #expect(text.hasPrefix("Ann Meyer: +494055500142, ann@acme.test, c-1042\n"), "\(text)")
    let unknown = try folder.flow("contact", "show", "eve@acme.test")
    #expect(unknown.code == 1)
    #expect(unknown.errors.contains("nothing is known of \"eve@acme.test\""))
  }

  @Test func `guarantee 17: a list of whom not to write to can be loaded before anything else`() throws {
    let folder = try News.project([0..<2])
    let ran = try folder.flow("contact", "suppress", "Reader-1@acme.test")
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(try folder.flow("event", "list.sent", "--data", "list-1.json").code == 0)
    #expect(folder.mails.count == 1)
    // Where nothing is that a project could be, none is made.
    let nowhere = try Folder()
    #expect(try nowhere.flow("contact", "suppress", "reader-1@acme.test").code == 3)
    #expect(nowhere.names(in: "").isEmpty)
  }

  @Test func `guarantee 17: who is suppressed by hand gets nothing any more`() throws {
    let folder = try Story.proposal.played(1)
    #expect(try folder.flow("contact", "suppress", "").code == 2)
    let wrong = try folder.flow("contact", "suppress", "c-1042", "--channel", "emial")
    #expect(wrong.code == 1)
    #expect(wrong.errors.contains("did you mean \"email\"?"))
    let ran = try folder.flow(
      "contact", "suppress", "c-1042", "--channel", "email", "--because", "asked on the phone", "--start",
      Story.at("2026-03-26 10:00"))
    #expect(ran.output == "c-1042: never again by email\n", "\(ran.errors)")
    let shown = try JSON(parsing: folder.flow("contact", "show", "ann@acme.test", "--format", "json").output)
    #expect(
      shown["suppressions"].list.map { $0["contact"].text } == ["+494055500142", "ann@acme.test", "c-1042"])
    #expect(shown["suppressions"][0]["because"].text == "asked on the phone")
    #expect(shown["suppressions"][0]["at"].text == "2026-03-26T09:00:00+00:00")
    #expect(try folder.flow(Story.serve("2026-03-27 16:40")).code == 0)
    #expect(folder.names(in: "Workflows/outbox") == [])
    let why = try folder.flow("why", folder.onlyRun(), "receipt").output
    #expect(why.contains("because email is suppressed for this contact"), "\(why)")
  }
}
