import Testing

/// What waits for what its channel takes in a day, and what people see of it.
@Suite struct WaitingTests {
  static let workflow = """
    workflow: ring
    about: A person calls an hour after the order.
    category: service
    trigger: { event: order.placed, key: order.id }
    input: { contact: contact, owner: person, order: { id: text } }
    events:
      order.moved: {}
    timezone: UTC
    owner: owner
    anytime:
      order.moved: hold 5 days
    steps:
      - wait: 1 hour
      - call: talk
        by: owner
        within: 1 day
        purpose: request
        ask: Which day suits you?
        then: { connected: end talked }
      - end: quiet

    """

  /// Three calls are due on Monday 2 March at 10:00 in UTC, and one a day may be made.
  private func rung() throws -> (folder: Folder, runs: [String]) {
    let folder = try Folder()
    try folder.write(Self.workflow, to: "Workflows/ring.yaml")
    try folder.write("language: 1\ncapacity: { call: 1 a day }\n", to: "flow.yaml")
    var runs: [String] = []
    for number in 1...3 {
      try folder.write(
        """
        {"contact": {"name": "Ann \(number)", "phone": "+4930500142\(number)", "id": "c-\(number)"},
         "owner": {"name": "Olga", "email": "olga@acme.test"}, "order": {"id": "O-\(number)"}}
        """, to: "data.json")
      let ran = try folder.flow(
        "event", "order.placed", "--data", "data.json", "--id", "e-\(number)", "--start", "2026-03-02 09:00 UTC")
      #expect(ran.code == 0, "\(ran.errors)")
      runs.append(String(ran.output.split(separator: " ").dropFirst().first ?? ""))
    }
    try go("2026-03-02 10:00", folder)
    return (folder, runs)
  }

  private func go(_ time: String, _ folder: Folder) throws {
    let ran = try folder.flow("serve", "--once", "--start", "\(time) UTC")
    #expect(ran.code == 0, "\(ran.errors)")
  }

  private func tasks(_ folder: Folder, _ more: String...) throws -> [String] {
    let list = try JSON(parsing: folder.flow(["tasks", "--format", "json"] + more).output)["tasks"].list
    return list.map { task in ["run", "assigned", "due", "state"].compactMap { task[$0].text }.joined(separator: " ") }
  }

  @Test func `guarantee 28: a call that waits for its channel's capacity is nobody's task before it is given`() throws {
    let (folder, runs) = try rung()
    let (monday, tuesday) = ("2026-03-02T10:00:00+00:00", "2026-03-03T00:00:00+00:00")
    let first = "2026-03-03T10:00:00+00:00"
    let open = try tasks(folder)
    let given = try #require(runs.first { open == ["\($0) \(monday) \(first) open"] })
    let all = try tasks(folder, "--all")
    #expect(all.count == 3)
    let second = try #require(
      runs.first { run in
        all.contains("\(run) \(monday) \(first) not before \(tuesday): capacity (call: 1 a day)")
      })

    func why(_ run: String) throws -> JSON {
      try JSON(parsing: folder.flow("why", run, "talk", "--format", "json").output)["answers"][0]
    }
    let putOff = "put off on Mon 2 Mar 2026 10:00 to Tue 3 Mar 2026 00:00: capacity (call: 1 a day)"
    func said(_ answer: JSON) -> [String] { answer["because"].list.compactMap(\.text) }
    #expect(try said(why(given)).contains { $0.hasPrefix("not put off") })
    let waiting = try why(second)
    #expect(waiting["what"].text == "planned" && waiting["until"].text == nil)
    #expect(said(waiting).contains(putOff) && !said(waiting).contains { $0.hasPrefix("not put off") })
    #expect(waiting["delivery"]["next"].text == tuesday)
    #expect(try folder.flow("show", second).output.contains("capacity (call: 1 a day)"))

    // When it is handed over its deadline counts from there.
    try go("2026-03-03 00:00", folder)
    #expect(
      try tasks(folder) == [
        "\(given) \(monday) \(first) open", "\(second) \(tuesday) 2026-03-04T00:00:00+00:00 open",
      ])
    let told = try why(second)
    #expect(told["what"].text == "assigned" && told["at"].text == tuesday && said(told).contains(putOff))
    #expect(!said(told).contains { $0.hasPrefix("not put off") })
  }

  @Test func `guarantee 28: a task says the deadline that holds now`() throws {
    let (folder, _) = try rung()
    let given = try #require(tasks(folder).first?.split(separator: " ").first.map(String.init))
    let key = try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"].list
      .first { $0["run"].text == given }?["key"].text
    let ran = try folder.flow(
      "event", "order.moved", "--subject", #require(key), "--id", "m-1", "--start", "2026-03-02 11:00 UTC")
    #expect(ran.code == 0, "\(ran.errors)")
    // Five days from Monday 11:00.
    #expect(
      try tasks(folder) == ["\(given) 2026-03-02T10:00:00+00:00 2026-03-07T11:00:00+00:00 open"])
  }
}
