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

  /// Names that only an event has told together which started nothing.
  @Test func `guarantee 27: an export has all runs that an erasure takes`() throws {
    let folder = try Folder()
    try folder.write(
      """
      workflow: box
      about: Waits whether it arrived.
      category: internal
      trigger: { event: box.sent, key: box.id, exclusive: boxes }
      input:
        contact: person
        owner: person
        box: { id: text }
      timezone: '"UTC"'
      owner: owner
      steps:
        - wait: 20 days
        - end: done

      """, to: "Workflows/box.yaml")
    for (id, box, known) in [
      ("e-1", "B-1", #""phone": "+4930111""#), ("e-2", "B-2", #""email": "ann@acme.test""#),
      ("e-3", "B-1", #""email": "ann@acme.test", "phone": "+4930111""#), ("e-4", "B-4", #""phone": "+4930444""#),
    ] {
      try folder.write(
        #"{"contact": {"name": "Ann", \#(known)}, "owner": {"name": "Olga"}, "box": {"id": "\#(box)"}}"#, to: "in.json")
      let ran = try folder.flow("event", "box.sent", "--data", "in.json", "--id", id)
      #expect(ran.code == (id == "e-3" ? 1 : 0), "\(ran.errors)")
    }
    for who in ["+4930111", "ann@acme.test"] {
      let person = try JSON(parsing: folder.flow("contact", "export", who).output)
      #expect(Set(person["runs"].list.map { $0["key"].text }) == ["B-1", "B-2"])
      #expect(person["identities"].list.compactMap(\.text) == ["+4930111", "ann@acme.test"])
    }
    #expect(try folder.flow("contact", "erase", "+4930111", "--yes").code == 0)
    #expect(try folder.runs().map { $0["key"].text } == ["B-4"])
  }

  /// A list of three readers, one of whom is erased: the event that started the runs of the others goes with her.
  @Test func `guarantees 3 and 27: runs of others are reckoned anew from what they keep`() throws {
    let folder = try Folder()
    try folder.write(
      """
      workflow: news
      about: Waits whether each reader has paid.
      category: internal
      trigger: { event: list.sent, each: reader in list.readers, contact: reader.who, key: reader.id }
      input:
        owner: person
        list: { readers: [{ id: text, who: person }], paid: optional boolean }
      events:
        fee.paid: {}
      timezone: '"UTC"'
      owner: owner
      steps:
        - await: fee.paid within 20 days
          then:
            fee.paid:
              - set: { list.paid: "true" }
              - wait: 20 days
        - end: done

      """, to: "Workflows/news.yaml")
    let readers = ["ann", "bob", "cleo"].map { name in
      #"{"id": "R-\#(name)", "who": {"name": "\#(name)", "email": "\#(name)@acme.test"}}"#
    }
    let list = readers.joined(separator: ",")
    try folder.write(#"{"owner": {"name": "Olga"}, "list": {"readers": [\#(list)]}}"#, to: "in.json")
    #expect(try folder.flow("event", "list.sent", "--data", "in.json", "--id", "e-1").code == 0)
    try folder.write("{}", to: "none.json")
    #expect(try folder.flow("event", "fee.paid", "--subject", "R-cleo", "--data", "none.json").code == 0)
    #expect(try folder.flow("contact", "erase", "ann@acme.test", "--yes").output == "erased: 1 run, 1 event\n")
    let ids = try Dictionary(
      uniqueKeysWithValues: folder.runs().map { ($0["contact"].text ?? "", $0["run"].text ?? "") })
    #expect(Set(ids.keys) == ["bob@acme.test", "cleo@acme.test"])
    let bobs = try folder.flow("replay", ids["bob@acme.test"] ?? "")
    #expect(bobs.code == 0 && bobs.output.contains("same"), "\(bobs.output)\(bobs.errors)")
    // What a step `set` has changed was something else before, and that is gone.
    let cleos = try folder.flow("replay", ids["cleo@acme.test"] ?? "")
    #expect(cleos.output.contains("the data that it started with are not kept"), "\(cleos.output)\(cleos.errors)")
  }

  /// Consent that is given again: by a person alone, with a reason that stays.
  @Test(arguments: [true, false]) func `guarantee 17: only a person takes a suppression back, and says why`(
    withServer: Bool
  ) throws {
    let folder = try News.project([0..<2])
    #expect(try folder.flow("contact", "suppress", "reader-1@acme.test", "--because", "by mail").code == 0)
    let server = withServer ? try Serving(folder) : nil
    #expect(try folder.flow("contact", "allow", "reader-1@acme.test").code == 2)
    let other = try folder.flow("contact", "allow", "reader-1@acme.test", "--channel", "email", "--because", "x")
    #expect(other.code == 1 && other.errors.contains("is suppressed on all channels"), "\(other.errors)")
    let ran = try folder.flow(
      "contact", "allow", "Reader-1@acme.test", "--because", "signed the form again", "--by", "Olga")
    #expect(ran.code == 0 && ran.output == "Reader-1@acme.test: may be written to again\n", "\(ran.errors)")
    #expect(try folder.flow("contact", "allow", "reader-1@acme.test", "--because", "x").code == 1)
    let shown = try folder.flow("contact", "show", "reader-1@acme.test").output
    #expect(shown.contains("allowed again") && shown.contains("Olga"), "\(shown)")
    let person = try JSON(parsing: folder.flow("contact", "export", "reader-1@acme.test").output)
    #expect(person["suppressions"].list.isEmpty)
    #expect(person["allowed"][0]["reason"].text == "signed the form again")
    #expect(person["allowed"][0]["because"].text == "by mail")
    try server?.endsWell()
    #expect(try folder.flow("event", "list.sent", "--data", "list-1.json").code == 0)
    #expect(folder.mails.count == 2)
    // Whoever opts out again is suppressed again; a complaint is heavier.
    let run = try #require(try folder.runs().first { $0["contact"].text == "reader-1@acme.test" }?["run"].text)
    try folder.write("{}", to: "none.json")
    #expect(try folder.flow("event", "complaint", "--subject", run, "--data", "none.json").code == 0)
    let refused = try folder.flow("contact", "allow", "reader-1@acme.test", "--because", "x")
    #expect(refused.code == 1 && refused.errors.contains("--even-complaints"), "\(refused.errors)")
    #expect(
      try folder.flow("contact", "allow", "reader-1@acme.test", "--because", "x", "--even-complaints").code == 0)
  }

  @Test func `guarantee 17: a list of whom not to write to can be loaded before anything else`() throws {
    let folder = try News.project([0..<2])
    let ran = try folder.flow("contact", "suppress", "Reader-1@acme.test")
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(try folder.flow("event", "list.sent", "--data", "list-1.json").code == 0)
    #expect(folder.mails.count == 1)
    // Also on the day on which the files are broken, or not written yet.
    for broken in [true, false] {
      let new = try Folder()
      try new.write("language: 1\n", to: "flow.yaml")
      if broken { try new.write("what: [is this\n", to: "Workflows/news.yaml") }
      let ran = try new.flow("contact", "suppress", "reader-1@acme.test")
      #expect(ran.code == 0 && ran.output == "reader-1@acme.test: never again, on any channel\n", "\(ran.errors)")
      #expect(try new.flow("contact", "show", "reader-1@acme.test").output.contains("by hand"))
    }
    // Where nothing is that a project could be, none is made.
    let nowhere = try Folder()
    #expect(try nowhere.flow("contact", "suppress", "reader-1@acme.test").code == 3)
    #expect(nowhere.names(in: "").isEmpty)
  }

  /// A list may name people before they come; a slip of the pen is seen.
  @Test func `who suppresses somebody of whom nothing is known hears it`() throws {
    let folder = try Story.proposal.played(1)
    for (who, note) in [
      ("c-1042", ""), ("ANN@acme.test", ""),
      ("C-1042", "note: nobody is known by the name \"C-1042\" so far; did you mean \"c-1042\"?\n"),
      ("eve@acme.test", "note: nobody is known by the name \"eve@acme.test\" so far\n"),
    ] {
      let ran = try folder.flow("contact", "suppress", who, "--start", Story.at("2026-03-26 10:00"))
      #expect(ran.code == 0 && ran.errors == note, "\(ran.errors)")
      #expect(ran.output == "\(who): never again, on any channel\n")
      let json = try folder.flow(
        "contact", "suppress", who, "--format", "json", "--start", Story.at("2026-03-26 10:00"))
      #expect(try JSON(parsing: json.output)["known"].integer == (note.isEmpty ? 1 : 0), "\(json.output)")
    }
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
    #expect(shown["suppressions"][0]["at"].text == "2026-03-26T10:00:00+01:00")
    #expect(try folder.flow(Story.serve("2026-03-27 16:40")).code == 0)
    #expect(folder.names(in: "Workflows/outbox") == [])
    let why = try folder.flow("why", folder.onlyRun(), "receipt").output
    #expect(why.contains("because email is suppressed for this contact"), "\(why)")
  }
}
