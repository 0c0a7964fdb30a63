import Foundation
import Testing

/// What a trigger leaves out is no error, what it refuses is one; and what of a run's tasks outlasts it.
@Suite struct EventResultTests {
  private static let workflow = """
    workflow: talks
    about: A call, a note to file, an answer.
    category: service
    trigger: { event: deal.opened, key: item.id, each: item in deal.items, when: item.price > 10, again: never }
    input:
      contact: contact
      owner: person
      deal: { items: [ { id: text, price: number } ] }
    timezone: '"UTC"'
    steps:
      - call: talk
        by: owner
        purpose: request
        script: "Ask {{ contact.name }} about {{ item.id }}."
        within: 1 day
        then: { connected: end engaged, timeout: next }
      - task: file
        by: owner
        say: "File {{ item.id }}."
      - await: reply within 5 days
      - end: no-response

    """

  private func project() throws -> Folder {
    let folder = try Folder()
    try folder.write(Self.workflow, to: "Workflows/talks.yaml")
    for (name, prices) in [("low", [1, 2]), ("mixed", [1, 20, 30]), ("one", [20])] {
      let items = prices.map { #"{ "id": "D-\#($0)", "price": \#($0) }"# }.joined(separator: ", ")
      try folder.write(
        """
        { "contact": { "id": "c-1", "name": "Ann", "phone": "+494055500142" },
          "owner": { "name": "Otto", "email": "otto@acme.test" }, "deal": { "items": [ \(items) ] } }
        """, to: "\(name).json")
    }
    return folder
  }

  private func open(_ folder: Folder, _ data: String, _ id: String, at hour: String = "2026-03-02 10:00") throws -> Ran
  {
    try folder.flow("event", "deal.opened", "--data", "\(data).json", "--id", id, "--start", "\(hour) UTC")
  }

  /// Two systems may number their events alike: the second is lost, and somebody hears of it.
  @Test(arguments: [true, false]) func `what is known by its id and is another event is told`(withServer: Bool) throws {
    let folder = try project()
    let server = withServer ? try Serving(folder) : nil
    func deliver(_ type: String, _ data: String) throws -> Ran {
      try folder.flow("event", type, "--data", "\(data).json", "--id", "42")
    }
    #expect(try deliver("deal.opened", "one").errors.isEmpty)
    let known = try deliver("deal.opened", "one")
    #expect(known.code == 0 && known.errors.isEmpty && known.output.hasPrefix("known: "), "\(known.errors)")
    for (type, data, more, difference) in [
      ("deal.closed", "one", [], "its type was \"deal.opened\""), ("deal.opened", "low", [], "it had other data"),
      (
        "deal.closed", "low", ["--subject", "D-1"],
        "its type was \"deal.opened\", it had no subject, it had other data"
      ),
    ] as [(String, String, [String], String)] {
      let ran = try folder.flow(["event", type, "--data", "\(data).json", "--id", "42"] + more)
      #expect(ran.code == 0 && ran.output == known.output)
      #expect(
        ran.errors == "warning: what is known by the id \"42\" is another event (\(difference)), and this one is not "
          + "taken in: each event has an id of its own\n", "\(ran.errors)")
    }
    // The same in another order.
    let text = try folder.text("one.json")
    let owner = #""owner": { "name": "Otto", "email": "otto@acme.test" }, "#
    #expect(text.contains(owner))
    try folder.write(
      "{ " + owner + text.replacing(owner, with: "").trimmingCharacters(in: .whitespacesAndNewlines).dropFirst(),
      to: "turned.json")
    #expect(try deliver("deal.opened", "turned").errors.isEmpty)
    try server?.endsWell()
  }

  @Test(arguments: [true, false]) func `an event that a condition leaves out is no error, and waits for nobody`(
    isOfList: Bool
  ) throws {
    let folder = try project()
    if !isOfList {
      let single = Self.workflow.replacing("item.id", with: "deal.id").replacing("each: item in deal.items, ", with: "")
        .replacing("item.price", with: "deal.price").replacing(
          "{ items: [ { id: text, price: number } ] }", with: "{ id: text, price: number }")
      try folder.write(single, to: "Workflows/talks.yaml")
      let text = try folder.text("one.json")
      let begin = try #require(text.range(of: #""deal": "#)?.upperBound)
      try folder.write(text[..<begin] + #"{ "id": "D-1", "price": 1 } }"#, to: "low.json")
    }
    let ran = try open(folder, "low", "e-1")
    #expect(ran.code == 0 && ran.errors.isEmpty, "\(ran.errors)")
    let because = isOfList ? "no item of the list starts a run" : "deal.price > 10 is false"
    #expect(ran.output == "left out by talks: when: \(because)\n")
    #expect(try folder.flow("runs", "--unmatched").output == "everything fits a run\n")
    #expect(try folder.flow("doctor").output.contains("refused") == false)
    let again = try folder.flow(
      "event", "deal.opened", "--data", "low.json", "--id", "e-2", "--format", "json", "--start", "2026-03-02 10:00 UTC"
    )
    let json = try JSON(parsing: again.output)
    #expect(json["filtered"][0]["because"][0].text == "when: \(because)" && json["refused"].list.isEmpty)
  }

  @Test func `what is refused is told and kept, and an error where nothing came of the event`() throws {
    let folder = try project()
    #expect(try open(folder, "one", "e-1").code == 0)
    let mixed = try open(folder, "mixed", "e-2")
    #expect(mixed.code == 0 && mixed.output.hasPrefix("started ") && mixed.errors.contains("refused by talks"))
    let none = try open(folder, "one", "e-3")
    #expect(none.code == 1 && none.errors.contains("refused by talks"))
    #expect(try folder.flow("runs", "--unmatched").output.split(separator: "\n").count == 3)
  }

  @Test(arguments: ["silence", "reply", "cancel"])
  func `guarantee 9: of a run that has ended nobody calls any more, where an answer or a person ended it`(
    ending: String
  ) throws {
    let folder = try project()
    #expect(try open(folder, "one", "e-1").code == 0)
    let run = try folder.onlyRun()
    #expect(try folder.flow("serve", "--once", "--start", "2026-03-03 10:00 UTC").code == 0)
    #expect(try tasks(folder) == ["file", "talk"])
    switch ending {
    case "silence": try folder.flow("serve", "--once", "--start", "2026-03-08 10:00 UTC")
    case "cancel": try folder.flow("cancel", run, "--start", "2026-03-04 10:00 UTC")
    default:
      try folder.write(#"{"text":"Thanks"}"#, to: "reply.json")
      try folder.flow(
        "event", "reply", "--subject", "D-20", "--data", "reply.json", "--id", "r-1", "--start", "2026-03-04 10:00 UTC")
    }
    let outcome = ["silence": "no-response", "reply": "replied", "cancel": "cancelled"][ending] ?? ""
    #expect(try folder.runs().first?["state"].text == outcome)
    let left = ["silence": ["file", "talk"], "reply": ["file", "read-reply"], "cancel": []][ending] ?? []
    #expect(try tasks(folder) == left)
    let all = try folder.flow("tasks", "--all").output
    #expect(all.contains("withdrawn: the run has ended: \(outcome)") == (ending != "silence"), "\(all)")
  }

  /// Names of what is open, but for notices that somebody was cancelled.
  private func tasks(_ folder: Folder) throws -> [String] {
    try JSON(parsing: folder.flow("tasks", "--format", "json").output)["tasks"].list
      .compactMap { $0["step"].text }.filter { $0 != "cancelled" }.sorted()
  }
}
