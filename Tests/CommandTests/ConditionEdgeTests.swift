import Testing

/// What `flow scenarios` and `flow mutate` make of conditions.
@Suite struct ConditionEdgeTests {
  /// A text message that a condition may leave out; who answers is let go.
  private func folder(_ steps: String, fields: String) throws -> Folder {
    let folder = try Folder()
    try folder.write(
      """
      workflow: edge
      about: One message, for some.
      category: service
      trigger: { event: thing.started, key: thing.id }
      input:
        contact: contact
        owner: person
        thing: { id: text, title: text, \(fields) }
      timezone: UTC
      owner: owner
      steps:
      \(steps)
        - await: reply within 2 days
        - end: quiet

      """, to: "edge.yaml")
    return folder
  }

  private static let message = """
      purpose: request
      body: "{{ contact.name }}, about {{ thing.title }}."
      ask: Is it fine?
    """

  private func asked(_ condition: String, fields: String) throws -> Folder {
    try folder("  - sms: one\n    if: \(condition)\n\(Self.indented(Self.message, by: 2))", fields: fields)
  }

  private static func indented(_ text: String, by count: Int) -> String {
    text.split(separator: "\n").map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
  }

  /// Names of the scenarios that change the data, and whether the message stands in what each expects.
  private func changed(_ folder: Folder) throws -> [String: Bool] {
    let made = try folder.flow("scenarios", "edge.yaml", "--format", "json")
    #expect(made.code == 0, "\(made.errors)")
    let all = try JSON(parsing: made.output)["scenarios"].list.compactMap { one -> (String, Bool)? in
      guard let name = one["name"].text, name.contains("thing.") else { return nil }
      return (name, one["expect"].list.contains { $0.text?.hasSuffix("  one") == true })
    }
    return Dictionary(all) { $1 }
  }

  /// - Parameter unseen: changes that no run can show.
  private func allNoticed(_ folder: Folder, unseen: Int = 0) throws {
    #expect(try folder.flow("scenarios", "edge.yaml", "--write").code == 0)
    let ran = try folder.flow("run", "edge.yaml")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    let report = try JSON(parsing: try folder.flow("mutate", "edge.yaml", "--format", "json").output)["workflows"][0]
    #expect(report["missed"].list.isEmpty, "\(report)")
    #expect(report["equal"].integer == unseen)
  }

  @Test(arguments: [
    (">", [100: false, 101: true]), (">=", [99: false, 100: true]), ("<", [99: true, 100: false]),
    ("<=", [100: true, 101: false]), ("==", [100: true]), ("!=", [100: false]),
  ])
  func `a comparison is shown at its bound and beside it`(_ sign: String, _ sent: [Int: Bool]) throws {
    let folder = try asked("thing.amount \(sign) 100", fields: "amount: integer")
    let changed = try changed(folder)
    for (amount, isSent) in sent {
      #expect(changed["silence, thing.amount \(amount), ends quiet"] == isSent, "\(sign) \(amount): \(changed)")
    }
  }

  @Test func `what scenarios show of conditions, mutate finds noticed`() throws {
    try allNoticed(asked("thing.amount > 100", fields: "amount: number"))
    try allNoticed(asked("thing.due > thing.sent", fields: "due: date, sent: date"))
    try allNoticed(asked("days_between(thing.sent, thing.due) >= 7", fields: "due: date, sent: date"))
    try allNoticed(asked("thing.due - 3 days > run.started", fields: "due: instant"))
    try allNoticed(asked("thing.size == \"big\"", fields: "size: text"))
    try allNoticed(asked("thing.size in [\"big\", \"huge\"]", fields: "size: text"))
    try allNoticed(asked("length(thing.parts) > 2", fields: "parts: list of text"))
    try allNoticed(asked("not thing.open", fields: "open: boolean"))
    // Two fields at once: both parts must hold before one can be told from what it may be mistaken for.
    try allNoticed(asked("not thing.open and thing.amount < 20", fields: "open: boolean, amount: number"))
  }

  /// Nothing holds of 100, so nothing is sent, and the file has no case for that.
  @Test func `a choose without otherwise is shown where none holds`() throws {
    let folder = try folder(
      """
        - choose:
            - when: thing.amount > 100
              then:
                - sms: one
      \(Self.indented(Self.message, by: 10))
      """, fields: "amount: number")
    let changed = try changed(folder)
    #expect(changed == ["silence, thing.amount 101, ends quiet": true])
    try allNoticed(folder)
  }

  /// The bound of 100 shows in a task that is assigned above it, and `expect` compares tasks where they are listed.
  @Test func `what a change adds that expect need not list is told by what it takes away`() throws {
    let folder = try folder(
      """
        - sms: one
      \(Self.indented(Self.message, by: 2))
        - choose:
            - when: thing.amount > 100
              then:
                - task: credit
                  by: owner
                  say: Please credit {{ contact.name }}.
      """, fields: "amount: integer")
    #expect(try folder.flow("scenarios", "edge.yaml", "--write").code == 0)
    let text = try folder.flow("mutate", "edge.yaml").output
    #expect(text.contains("    for it to be noticed, expect lists \"chose none\"\n"), "\(text)")
    let proposed = text.components(separatedBy: "    a scenario that would notice it:\n").dropFirst().map { part in
      part.components(separatedBy: "\n").prefix { $0.hasPrefix("      ") }.map { String($0.dropFirst(4)) }.joined(
        separator: "\n")
    }
    #expect(!proposed.isEmpty)
    let written = try folder.text("edge.scenarios.yaml") + "\n" + proposed.joined(separator: "\n") + "\n"
    let names = written.split(separator: "\n").filter { $0.hasPrefix("  - name:") }
    #expect(Set(names).count == names.count, "\(names)")
    try folder.write(written, to: "edge.scenarios.yaml")
    let again = try folder.flow("mutate", "edge.yaml", "--strict")
    #expect(again.code == 0, "\(again.output)\(again.errors)")
    #expect(!again.output.contains("that no run it tried shows"), "\(again.output)")
  }

  /// The scenario of a large amount alone: at the bound, and below it, it says nothing.
  @Test func `a shifted bound and a dropped condition are told with data that show them`() throws {
    let folder = try asked("thing.amount > 100", fields: "amount: number")
    try folder.write(
      """
      scenarios:
        - name: silence
          start: 2026-03-24 10:00 UTC
          input:
            contact: { name: Ann, phone: "+493012345678" }
            owner: { name: Bo, email: bo@a.test }
            thing: { id: x, title: t, amount: 150 }
          expect:
            - 2026-03-24 10:00  one
            - 2026-03-26 10:00  end quiet

      """, to: "edge.scenarios.yaml")
    let missed = try folder.flow("mutate", "edge.yaml").output
    for what in ["> becomes >=", "100 becomes 101", "is dropped"] {
      #expect(missed.contains("if: thing.amount > 100\(what == "is dropped" ? " " : ": ")\(what)"), "\(missed)")
    }
    #expect(missed.contains("silence, thing.amount 100, ends quiet"))
    #expect(missed.contains("silence, thing.amount 101, ends quiet"))
    // Its contrary, and the other direction, leave the message out.
    #expect(!missed.contains("> becomes <"))
  }
}
