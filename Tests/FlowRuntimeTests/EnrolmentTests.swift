import FlowCore
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// What starts a run, what does not, and who is told (language, sections 1 and 6; guarantees 1, 5 and 15).
struct EnrolmentTests {
  @Test func `guarantee 5: an event starts a run, and the same event again does nothing`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    let first = try await rig.place("O-1", id: "e-1")
    let run = try rig.onlyRun()
    #expect(first == Received(started: [.init(workflow: "order", run: run.id, item: 1)]))
    #expect(run.id.utf8.count == 12)
    #expect(run.subject == "O-1" && run.contact == "c-1" && run.due == time("2026-03-03 09:00"))

    let second = try await rig.place("O-1", id: "e-1")
    #expect(second.isKnown && second.started == first.started)
    #expect(try rig.store.runs(RunFilter()).count == 1)
  }

  @Test func `an id is known within its source`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1", source: "shop")
    let other = try await rig.place("O-2", id: "e-1", source: "till")
    #expect(!other.isKnown && other.started.count == 1)
  }

  @Test func `one live run a key, and never a second by default`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let run = try rig.onlyRun().id
    let second = try await rig.place("O-1", id: "e-2")
    #expect(second.refused.map(\.because) == [["the run \(run) with the key \"O-1\" is still going on"]])
    try await rig.runOut()
    let third = try await rig.place("O-1", id: "e-3")
    #expect(
      third.refused.map(\.because) == [
        ["the run \(run) has had the key \"O-1\", and the trigger says `again: never`"]
      ])
    #expect(try rig.store.inboxNeedingEyes().map(\.incoming.id) == ["e-2", "e-3"])
  }

  @Test func `again after the end`() async throws {
    let rig = Rig(try Bench.graphs(order(trigger: "again: after end"), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    #expect(try await rig.place("O-1", id: "e-2").started.isEmpty)
    try await rig.runOut()
    #expect(try await rig.place("O-1", id: "e-3").started.count == 1)
  }

  @Test func `again so long after the last start`() async throws {
    let rig = Rig(try Bench.graphs(order(trigger: "again: after 30 days"), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.runOut()
    rig.clock.set("2026-04-01 08:59")
    #expect(try await rig.place("O-1", id: "e-2").started.isEmpty)
    #expect(try await rig.place("O-2", id: "e-3").started.count == 1)
    rig.clock.set("2026-04-01 09:00")
    #expect(try await rig.place("O-1", id: "e-4").started.count == 1)
  }

  @Test func `again so long after the contact's last start`() async throws {
    let rig = Rig(try Bench.graphs(order(trigger: "again: { per: contact, after: 30 days }"), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    rig.clock.set("2026-04-01 08:59")
    #expect(try await rig.place("O-2", id: "e-2").started.isEmpty)
    #expect(try await rig.place("O-3", id: "e-3", contact: "c-2").started.count == 1)
    rig.clock.set("2026-04-01 09:00")
    #expect(try await rig.place("O-4", id: "e-4").started.count == 1)
  }

  @Test func `one live run a contact within an exclusive group, and another is refused and shown`()
    async throws
  {
    let rig = Rig(
      try Bench.graphs(
        order(trigger: "exclusive: sales"),
        order("offer", trigger: "exclusive: sales").replacing("order.placed", with: "offer.made"),
        zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let run = try rig.onlyRun().id
    let second = try await rig.place("O-9", id: "e-2", type: "offer.made")
    #expect(
      second.refused
        == [
          .init(
            workflow: "offer",
            because: ["the run \(run) of order follows up this contact, and \"sales\" is exclusive"])
        ])
    #expect(try rig.store.inboxNeedingEyes().map(\.incoming.id) == ["e-2"])
    #expect(try await rig.place("O-9", id: "e-3", contact: "c-2", type: "offer.made").started.count == 1)
    try await rig.runOut()
    #expect(try await rig.place("O-8", id: "e-4", type: "offer.made").started.count == 1)
  }

  @Test func `data that do not fit are refused with every reason`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    let received = try await rig.tell(
      "order.placed", nil, id: "e-1", data: ["contact": ["name": 7], "order": [:]])
    #expect(
      received.refused.map(\.because)
        == [["contact.name is a number, where a text is wanted", "owner is missing", "order.id is missing"]])
    #expect(try rig.store.runs(RunFilter()).isEmpty)
  }

  @Test func `what fits no run is kept where people see it`() async throws {
    let rig = Rig(
      try Bench.graphs(
        order(more: "events:\n  order.paid: {}\nanytime:\n  order.paid: end paid"), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    #expect(
      try await rig.tell("order.lost", "O-1", id: "e-2").unmatched
        == "no workflow knows the event \"order.lost\"")
    #expect(
      try await rig.tell("order.paid", "O-2", id: "e-3").unmatched
        == "no live run waits for \"order.paid\" with the subject \"O-2\"")
    #expect(
      try await rig.tell("order.paid", nil, id: "e-4").unmatched
        == "\"order.paid\" needs a subject: the key of the run that it belongs to")
    #expect(
      try await rig.tell("reply", "O-7", id: "e-5", data: ["text": "x"]).unmatched
        == "no live run has the key, the id, the token or the contact's address \"O-7\"")
    #expect(try await rig.tell("reply", "O-1", id: "e-6").unmatched == "text is missing")
    #expect(try rig.store.inboxNeedingEyes().map(\.incoming.id) == ["e-2", "e-3", "e-4", "e-5", "e-6"])
    #expect(try await rig.tell("order.paid", "O-1", id: "e-7").reached == [try rig.onlyRun().id])
    #expect(try rig.onlyRun().run.outcome == "paid")
  }

  @Test func `an event may end one run and start the next, and does not reach the run it starts`()
    async throws
  {
    let text = order(
      trigger: "again: after end",
      more: """
        events:
          order.placed: {}
        anytime:
          order.placed: end superseded
        """)
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    let first = try await rig.place("O-1", id: "e-1")
    #expect(first.reached.isEmpty)
    let second = try await rig.place("O-1", id: "e-2")
    #expect(second.reached == first.started.map(\.run) && second.started.count == 1)
    let runs = try rig.store.runs(RunFilter())
    #expect(Set(runs.map(\.run.outcome)) == ["superseded", nil])
  }

  @Test(arguments: [
    ("{{ line.what }} from {{ sale.shop }}", "a lamp from Berlin", ["shop"]),
    ("{{ length(sale.lines) }} in all", "2 in all", ["lines", "shop"]),
  ])
  func `a run of a list keeps its own item, and the list where something else reads it`(
    body: String, said: String, kept: [String]
  ) async throws {
    let text = """
      workflow: lines
      about: Each line of a sale.
      category: service
      trigger: { event: sale.made, each: line in sale.lines, key: line.id }
      input:
        contact: contact
        sale: { shop: text, lines: [ { id: text, what: text } ] }
      timezone: '"UTC"'
      steps:
        - letter: thanks
          purpose: inform
          body: "\(body)"
        - end: done
      """
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    let lines: [JSONValue] = ["L-1", "L-2"].map { ["id": .string($0), "what": "a lamp"] }
    try await rig.engine.receive(
      .event(
        type: "sale.made", id: "e-1", at: rig.clock.now(), subject: "S",
        data: ["contact": ["name": "Ann"], "sale": ["shop": "Berlin", "lines": .array(lines)]]))
    #expect(rig.box.texts == Array(repeating: "thanks to Ann: \(said)", count: 2))
    for run in try rig.store.runs(RunFilter()) {
      guard case .record(let sale)? = run.run.data["sale"] else { return #expect(Bool(false)) }
      #expect(sale.keys.sorted() == kept)
      #expect(run.run.data["line"] == .record(["id": .text(run.subject), "what": .text("a lamp")]))
    }
  }

  @Test func `an event of the contact reaches every live run of the contact`() async throws {
    let more = """
      events:
        person.moved: { of: contact }
      anytime:
        person.moved: end moved
      """
    let rig = Rig(
      try Bench.graphs(
        order(more: more), order("offer", more: more).replacing("order.placed", with: "offer.made"),
        zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.place("O-2", id: "e-2", type: "offer.made")
    try await rig.place("O-3", id: "e-3", contact: "c-2")
    #expect(try await rig.tell("person.moved", "c-1", id: "e-4").reached.count == 2)
    #expect(try rig.store.runs(RunFilter(isLive: true)).map(\.subject) == ["O-3"])
  }

  @Test func `a workflow that starts itself with no time between is stopped`() async throws {
    let text = order(
      trigger: "again: after end",
      steps: """
          # Without a condition the compiler would refuse it.
          - enroll: order
            if: order.id != "O-9"
            input: { contact: contact, owner: owner, order: order }
          - end: again
        """)
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    #expect(try rig.store.runs(RunFilter()).count == 101)
    #expect(
      try rig.store.inboxNeedingEyes().map(\.result?.unmatched)
        == [
          "too many events follow from one another with no time between them: 100 in a row may, fewer where one leads to "
            + "several"
        ])
  }

  /// After so many rounds there would be 2, 4, 8 … events: a hundred rounds would never be over.
  @Test func `a loop in which each event leads to two is stopped as well`() async throws {
    let text = order(
      more: """
        events: { order.again: {} }
        anytime:
          order.again:
            - emit: order.again
              if: order.id != "O-9"
            - emit: order.again
              if: order.id != "O-9"
        """)
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.tell("order.again", "O-1", id: "e-2")
    let run = try rig.onlyRun()
    let heard = try rig.store.journal(run.id).flatMap(\.entries).count {
      if case .received("order.again", _, _, _) = $0.kind { true } else { false }
    }
    // 12 rounds of 8 leave room for no thirteenth: 1 + 2 + 4 + … + 4,096.
    #expect(heard == 8_191)
    let refused = try rig.store.inboxNeedingEyes().compactMap(\.result?.unmatched)
    #expect(Set(refused).count == 1 && refused.allSatisfy { $0.hasPrefix("too many events follow from one another") })
    #expect(run.isLive)
  }

  @Test func `a list of a thousand lines whose runs each tell of themselves is no loop`() async throws {
    let text = """
      workflow: lines
      about: Each line of a sale.
      category: service
      trigger: { event: sale.made, each: line in sale.lines, key: line.id }
      input:
        contact: contact
        sale: { lines: [ { id: text } ] }
      events: { line.packed: {} }
      timezone: '"UTC"'
      anytime:
        line.packed: end packed
      steps:
        - emit: line.packed
        - await: reply within 1 day
      """
    let rig = Rig(try Bench.graphs(text, zones: utcOnly))
    let lines: [JSONValue] = (1...1_000).map { ["id": .string("L-\($0)")] }
    try await rig.engine.receive(
      .event(
        type: "sale.made", id: "e-1", at: rig.clock.now(), subject: "S",
        data: ["contact": ["name": "Ann"], "sale": ["lines": .array(lines)]]))
    #expect(try rig.store.inboxNeedingEyes().isEmpty)
    #expect(try rig.store.runs(RunFilter()).count { $0.run.outcome == "packed" } == 1_000)
  }

  @Test func `what a run emits reaches others at once, in order`() async throws {
    let first = order(
      "first",
      steps: """
          - emit: order.checked
            data: { by: owner.name }
          - emit: order.packed
          - end: done
        """
    ).replacing("order.placed", with: "order.taken").replacing(
      "timezone:", with: "events:\n  order.checked: { by: text }\n  order.packed: {}\ntimezone:")
    let second = order(
      "second",
      more:
        "events:\n  order.checked: { by: text }\n  order.packed: {}\nanytime:\n  order.packed: end packed",
      steps: """
          - await: order.checked within 9 days
            then:
              order.checked:
                - letter: news
                  purpose: inform
                  body: "checked by {{ event.by }}"
          - await: reply within 9 days
          - end: quiet
        """)
    let rig = Rig(try Bench.graphs(first, second, zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let run = try rig.onlyRun().id
    try await rig.place("O-1", id: "e-2", type: "order.taken")
    #expect(rig.box.texts == ["news to Ann: checked by Olga"])
    #expect(
      try rig.lines(run) == [
        "03-02 09:00 started", "03-02 09:00 waiting await-1",
        "03-02 09:00 received await-1 order.checked took order.checked",
        "03-02 09:00 sent news", "03-02 09:00 waiting await-2",
        "03-02 09:00 received order.packed took order.packed",
        "03-02 09:00 ended packed",
      ])
  }

  @Test func `a key that a store would cut short is refused`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    #expect(try await rig.place("O\u{0}1", id: "e-1").refused.count == 1)
    #expect(throws: CloudEventError.wrong("id", "holds a NUL character")) {
      try Incoming(cloudEvent: ["type": "x", "id": "a\u{0}b"], now: .epoch)
    }
  }

  @Test func `a CloudEvent is read strictly`() throws {
    let text = #"{"specversion":"1.0","type":"order.paid","id":"7","source":"/shop","subject":"O-1","#
    let event = try Incoming(
      cloudEvent: Array((text + #""time":"2026-03-02T10:00:00+01:00","data":{"by":"Ann"}}"#).utf8),
      now: .epoch)
    #expect(
      event
        == Incoming(
          source: "/shop", id: "7", at: time("2026-03-02 09:00"),
          body: .event(type: "order.paid", subject: "O-1", data: #"{"by":"Ann"}"#)))
    let wrong: [(String, CloudEventError)] = [
      ("[]", .notAnObject), ("{}", .missing("type")),
      (#"{"type":7}"#, .wrong("type", "is a number, where a text is wanted")),
      (
        #"{"type":"x","specversion":"2.0"}"#, .wrong("specversion", "is \"2.0\", where \"1.0\" is understood")
      ),
      (
        #"{"type":"x","time":"today"}"#,
        .wrong("time", "is \"today\", no instant of RFC 3339 such as 2026-03-25T16:40:00+01:00")
      ),
    ]
    for (text, error) in wrong {
      #expect(throws: error) { try Incoming(cloudEvent: Array(text.utf8), now: .epoch) }
    }
  }

  @Test func `calls that overlap start each run once`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    let started = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<200 {
        group.addTask { try await rig.place("O-\(number % 50)", id: "e-\(number % 100)").started.count }
      }
      return try await group.reduce(0, +)
    }
    #expect(try rig.store.runs(RunFilter()).count == 50)
    // Each of the 50 first events is told twice that it started a run.
    #expect(started == 100)
  }
}
