import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// One contact under several names, and what only one store can make up (guarantees 8 and 12).
struct IdentityTests {
  static func place(
    _ rig: Rig, _ order: String, _ contact: JSONValue, id: String? = nil
  ) async throws -> Received {
    try await rig.engine.receive(
      .event(
        type: "order.placed", id: id ?? "e-\(order)", at: rig.clock.now(), subject: order,
        data: ["contact": contact, "owner": ["name": "Olga"], "order": ["id": .string(order)]]))
  }

  static let both: JSONValue = ["name": "Ann", "id": "c-1", "email": "ann@example.test"]
  static let email: JSONValue = ["name": "Ann", "email": "Ann@example.test"]

  @Test(arguments: [[both, email], [email, both]])
  func `exclusive: an id and the email address that belongs to it are one contact`(contacts: [JSONValue])
    async throws
  {
    let rig = Rig(try Bench.graphs(order(trigger: "exclusive: sales"), zones: utcOnly))
    #expect(try await Self.place(rig, "O-1", contacts[0]).started.count == 1)
    let second = try await Self.place(rig, "O-2", contacts[1])
    #expect(second.started.isEmpty && second.refused.first?.because.first?.contains("exclusive") == true)
  }

  @Test(arguments: [[both, email], [email, both]])
  func `guarantee 12: the gap and the caps hold over all names of a contact`(contacts: [JSONValue])
    async throws
  {
    let rig = Rig(
      try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly),
      caps: Caps(touches: 1, span: .days(2), then: .delay))
    _ = try await Self.place(rig, "O-1", contacts[0])
    rig.clock.set("2026-03-02 10:00")
    _ = try await Self.place(rig, "O-2", contacts[1])
    #expect(rig.box.texts.count == 1)
    let second = try #require(rig.store.runs(RunFilter(subject: "O-2")).first)
    #expect(second.due == time("2026-03-04 09:00"))
  }

  /// Two runs, each by a name that the other does not know; a third event bears one name of either, and is refused or
  /// not.
  @Test(arguments: [false, true], [false, true])
  func `guarantee 12: names that come together later are one contact's for runs of before, too`(
    isRefused: Bool, isAgain: Bool
  ) async throws {
    let graphs = try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)
    let caps = Caps(touches: 2, span: .days(7), then: .delay)
    var rig = Rig(graphs, caps: caps)
    _ = try await Self.place(rig, "O-1", ["name": "Ann", "phone": "+4930111"])
    rig.clock.set("2026-03-02 09:10")
    _ = try await Self.place(rig, "O-2", ["name": "Ann", "email": "ann@example.test", "phone": "+4930222"])
    #expect(rig.box.texts.count == 2)
    rig.clock.set("2026-03-02 09:20")
    let third = try await Self.place(
      rig, isRefused ? "O-1" : "O-3", ["name": "Ann", "email": "ann@example.test", "phone": "+4930111"],
      id: "e-3")
    #expect(third.started.isEmpty == isRefused)
    if isAgain { rig = Rig(graphs, store: rig.store, clock: rig.clock, box: rig.box, caps: caps) }
    rig.clock.set("2026-03-02 09:30")
    for (order, phone) in [("O-4", "+4930222"), ("O-5", "+4930111")] {
      _ = try await Self.place(rig, order, ["name": "Ann", "phone": .string(phone)])
      // The first of the two letters is seven days back then.
      #expect(try rig.store.runs(RunFilter(subject: order)).first?.due == time("2026-03-09 09:00"))
    }
    #expect(rig.box.texts.count == 2)
    try await rig.engine.receive(
      Incoming(
        id: "s-1", at: rig.clock.now(), body: .suppress(contact: "+4930222", channel: "all", because: "asked")))
    try await rig.runOut()
    #expect(rig.box.texts.count == 2)
  }

  /// A list of who must not be written to is there before the first event; a number says STOP before anybody knows
  /// whose it is.
  @Test(arguments: ["all", "letter"])
  func `guarantee 17: what is suppressed of an address that nobody knows yet is its contact's`(channel: String)
    async throws
  {
    let rig = Rig(
      try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly),
      caps: Caps(touches: 9, span: .days(7), then: .delay))
    try await rig.engine.receive(
      Incoming(
        id: "s-1", at: rig.clock.now(), body: .suppress(contact: "+4930111", channel: channel, because: "asked")))
    _ = try await Self.place(
      rig, "O-1", ["name": "Ann", "email": "ann@example.test", "phone": "+4930111"])
    _ = try await Self.place(rig, "O-2", Self.email)
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
    let all = try rig.store.suppressions().filter { $0.contact == "ann@example.test" }
    #expect(all.map(\.channel) == [channel] && all.map(\.because) == ["+4930111 is suppressed"])
  }

  /// é is one scalar in the first, and e with an accent in the second: Python's unicodedata makes one of the other.
  static let forms = ["caf\u{E9}", "cafe\u{301}"]

  @Test(arguments: [forms, forms.reversed()])
  func `guarantee 5: a key is the same key in whatever bytes its letters come`(forms: [String]) async throws {
    let rig = Rig(try Bench.graphs(order(trigger: "again: never"), zones: utcOnly))
    let first = try await rig.place(forms[0], id: "e-\(forms[0])")
    let run = try #require(first.started.first?.run)
    // The event's own id, too: the same event came before.
    #expect(try await rig.place(forms[0], id: "e-\(forms[1])").isKnown)
    #expect(try await rig.place(forms[1], id: "e-2").started.isEmpty)
    #expect(try await rig.tell("reply", forms[1], id: "e-3", data: ["text": "yes"]).reached == [run])
    #expect(try rig.store.runs(RunFilter(subject: forms[1])).map(\.id) == [run])
    #expect(try Array(rig.onlyRun().subject.utf8) == [0x63, 0x61, 0x66, 0xC3, 0xA9])
  }

  @Test(arguments: ["id", "name"])
  func `guarantee 17: a contact is the same in whatever bytes its letters come`(field: String) async throws {
    let rig = Rig(try Bench.graphs(order(trigger: "exclusive: sales"), zones: utcOnly))
    func contact(_ form: String) -> JSONValue {
      field == "name"
        ? ["name": .string(form)] : .object([JSONMember("name", "Ann"), JSONMember(field, .string(form))])
    }
    #expect(try await Self.place(rig, "O-1", contact(Self.forms[0])).started.count == 1)
    #expect(try await Self.place(rig, "O-2", contact(Self.forms[1])).started.isEmpty)
    try await rig.engine.receive(
      Incoming(
        id: "s-1", at: rig.clock.now(), body: .suppress(contact: Self.forms[1], channel: "all", because: "asked")))
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
  }

  @Test func `an id that is known alone joins the address that comes with it later`() async throws {
    let rig = Rig(try Bench.graphs(order(trigger: "exclusive: sales"), zones: utcOnly))
    _ = try await Self.place(rig, "O-1", ["name": "Ann", "id": "c-1"])
    #expect(try await Self.place(rig, "O-2", Self.both).started.isEmpty)
    // From now on the address is c-1, alone as well.
    #expect(try await Self.place(rig, "O-3", Self.email).started.isEmpty)
  }

  @Test func `guarantee 8: another store makes other keys, the same store the same`() async throws {
    func keys(_ secret: String?, again: Bool = false) async throws -> [String] {
      let store = MemoryStore()
      let box = LetterBox()
      for _ in 0..<(again ? 2 : 1) {
        let engine = Engine(
          store: store, library: Library(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)),
          outlets: box.outlets(), zones: utcOnly, clock: HandClock("2026-03-02 09:00"),
          secret: secret.map { text in { @Sendable in text } })
        try await engine.receive(GroupTests.orders(0..<2))
      }
      return box.letters.map(\.key)
    }
    let one = try await keys("one")
    #expect(Set(one).count == 2)
    #expect(try await keys("one") == one)
    #expect(try await keys("one", again: true) == one)
    #expect(try await Set(keys("two")).isDisjoint(with: one))
    #expect(try await keys(nil) == keys(nil))
  }

  @Test func `the secret is made once`() async throws {
    let store = MemoryStore()
    for text in ["first", "second"] {
      let engine = Engine(
        store: store, library: Library([]), outlets: [:], zones: utcOnly,
        clock: HandClock("2026-03-02 09:00"),
        secret: { text })
      try await engine.runDue()
    }
    #expect(store.remembered("store/secret") == "first")
  }
}
