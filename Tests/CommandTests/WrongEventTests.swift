import Testing

/// Wrong events: refused with a reason before anything starts, exit 1, and never a crash.
@Suite struct WrongEventTests {
  private func deliver(_ data: String) throws -> Ran {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/a.yaml")
    try folder.write(data, to: "event.json")
    let ran = try folder.flow(
      "event", "offer.sent", "--data", "event.json", "--start", "2026-03-25T16:40:00+01:00")
    #expect(ran.signal == nil)
    #expect(ran.seconds < 20)
    if folder.names(in: "").contains("flow.db") || folder.names(in: "Workflows").contains("flow.db") {
      let runs = try folder.flow("runs", "--format", "json")
      let started = try JSON(parsing: runs.output)["runs"].list
      #expect(ran.code == 0 || started.isEmpty)
    }
    return ran
  }

  @Test func oneInGoodOrder() throws {
    let ran = try deliver(Nudge.input)
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(ran.output.contains("started "))
  }

  @Test(arguments: [
    ("a missing field", "\"title\": \"Roof repair\", ", "", "offer.title"),
    ("a wrong type", "\"amount\": 18400", "\"amount\": \"much\"", "offer.amount"),
    ("a text that is no date", "\"due\": \"2026-05-04\"", "\"due\": \"2027-02-30\"", "offer.due"),
    ("a number for a text", "\"id\": \"O-1\"", "\"id\": 1", "offer.id"),
    ("null for what must be there", "\"id\": \"O-1\"", "\"id\": null", "offer.id"),
    ("an address that is none", "ann@acme.test", "ann", "contact.email"),
    ("two equal keys", "\"amount\": 18400", "\"amount\": 1, \"amount\": 18400", "amount"),
    ("no JSON", "\"contact\": {", "\"contact\": {{", "line 2"),
  ]) func isRefused(_ row: (name: String, find: String, replace: String, says: String)) throws {
    #expect(Nudge.input.contains(row.find))
    let ran = try deliver(Nudge.input.replacing(row.find, with: row.replace))
    #expect(ran.code == 1, "\(row.name): \(ran.output)\(ran.errors)")
    #expect(ran.errors.contains(row.says), "\(row.name): \(ran.errors)")
  }

  @Test func withoutAType() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/a.yaml")
    #expect(try folder.flow("event", "").code == 2)
    #expect(!folder.names(in: "Workflows").contains("flow.db"))
  }

  /// What reaches a run is held against what its event brings as well, the engine's own events too.
  @Test func forARunThatLives() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/a.yaml")
    try folder.write(Nudge.input, to: "event.json")
    #expect(try folder.flow("event", "offer.sent", "--data", "event.json", "--start", Fixtures.start).code == 0)
    func deliver(_ type: String, _ data: String, to subject: String = "O-1") throws -> Ran {
      try folder.write(data, to: "data.json")
      return try folder.flow(
        "event", type, "--data", "data.json", "--subject", subject, "--start", "2026-03-25 17:40 Europe/Berlin")
    }
    for (type, data, says) in [
      ("offer.accepted", "{}", "by is missing"), ("offer.accepted", "{\"by\": 3}", "by is a number"),
      ("offer.accepted", "{\"by\": \"mail\", \"by\": \"fax\"}", "by"), ("reply", "{}", "text is missing"),
      ("reply", "{\"text\": 3}", "text is a number"), ("out-of-office", "{\"return\": \"2027-02-30\"}", "2027-02-30"),
    ] {
      let ran = try deliver(type, data)
      #expect(ran.code == 1, "\(type) \(data): \(ran.output)\(ran.errors)")
      #expect(ran.errors.contains(says), "\(type) \(data): \(ran.errors)")
    }
    // What fits no run is no mistake of whoever tells it: it is kept where people see it.
    let unmatched = try deliver("offer.accepted", "{\"by\": \"mail\"}", to: "O-2")
    #expect(unmatched.code == 0)
    // It is said once.
    #expect(unmatched.errors.hasPrefix("kept, and nothing done: "), "\(unmatched.errors)")
    #expect(unmatched.errors.split(separator: "\n").count == 1, "\(unmatched.errors)")
    #expect(try deliver("offer.accepted", "{\"by\": \"mail\"}").output.contains("reached"))
    let show = try folder.flow("runs", "--format", "json")
    #expect(try JSON(parsing: show.output)["runs"][0]["state"].text == "won")
  }

  @Test func shapesThatAreNoEvent() throws {
    for text in ["", "[]", "3", "null", "\"text\"", "{", "\u{0}", "{} {}"] {
      let ran = try deliver(text)
      #expect(ran.code == 1, "\(text): \(ran.output)\(ran.errors)")
      #expect(!ran.errors.isEmpty)
    }
    let deep = String(repeating: "[", count: 100_000)
    #expect(try deliver("{\"contact\": \(deep)").code == 1)
  }

  @Test func elevenMebibytes() throws {
    let long = String(repeating: "a", count: 11 << 20)
    let ran = try deliver(Nudge.input.replacing("Roof repair", with: long))
    #expect(ran.code == 1)
    #expect(ran.errors.contains("10 MiB"), "\(ran.errors.prefix(300))")
  }

  @Test func aFileThatIsNotThere() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/a.yaml")
    #expect(try folder.flow("event", "offer.sent", "--data", "none.json").code == 2)
    #expect(try folder.flow("event", "offer.sent", "--data", "Workflows").code == 2)
  }
}
