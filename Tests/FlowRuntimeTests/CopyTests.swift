import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// Who gets a copy of a touch, and has asked not to be written to any more (guarantee 17).
struct CopyTests {
  let store = MemoryStore()
  let clock = HandClock("2026-03-02 09:00")
  let post = Post()

  static let text = order(
    steps: """
        - letter: thanks
          purpose: inform
          body: "Dear {{ contact.name }}"
          cc: owner
        - await: reply within 2 days
        - end: quiet
      """)

  func engine() throws -> Engine {
    Engine(
      store: store, library: Library(try Bench.graphs(Self.text, zones: utcOnly)),
      outlets: ["letter": Outlet(post, isKeyed: false, isLive: true)], zones: utcOnly, clock: clock)
  }

  func place(
    _ engine: Engine, contact: String = "Ann", owner: JSONValue = ["name": "Olga", "email": "olga@example.test"]
  ) async throws {
    try await engine.receive(
      .event(
        type: "order.placed", id: "e-1", at: clock.now(), subject: "O-1",
        data: ["contact": ["name": .string(contact), "id": "c-1"], "owner": owner, "order": ["id": "O-1"]]))
  }

  func suppress(_ engine: Engine, _ who: String, _ channel: String) async throws {
    try await engine.receive(
      Incoming(id: "s-\(who)", at: clock.now(), body: .suppress(contact: who, channel: channel, because: "asked")))
  }

  func line() throws -> Outgoing {
    let run = try #require(store.runs(RunFilter()).first)
    return try #require(store.outbox(run: run.id).first)
  }

  @Test(arguments: [("olga@example.test", "letter"), ("olga@example.test", "all")])
  func `guarantee 17: who is suppressed gets no copy, and the contact gets the message`(
    who: String, channel: String
  ) async throws {
    let engine = try engine()
    try await suppress(engine, who, channel)
    try await place(engine, owner: ["name": "Olga", "email": "Olga@example.test"])
    #expect(post.arrived == ["Ann:"])
    #expect(try line().state == .accepted)
    let run = try #require(store.runs(RunFilter()).first)
    let handover = try #require(store.journal(run.id).flatMap(\.entries).compactMap(\.handover).first)
    #expect(handover.rendered.last == Entry.NamedText("no-copy", "Olga@example.test"))
  }

  @Test(arguments: ["card", "nobody"])
  func `who is suppressed on another channel, and who is not, gets a copy`(channel: String) async throws {
    let engine = try engine()
    try await suppress(engine, channel == "nobody" ? "other@example.test" : "olga@example.test", "card")
    try await place(engine)
    #expect(post.arrived == ["Ann:olga@example.test"])
    let run = try #require(store.runs(RunFilter()).first)
    #expect(try store.journal(run.id).flatMap(\.entries).compactMap(\.handover).allSatisfy { $0.rendered.isEmpty })
  }

  /// Rendered with them: their bytes never leave, and the journal says why.
  @Test(arguments: [true, false])
  func `guarantee 17: a message is withheld whose copy was suppressed after it was planned`(isInHand: Bool)
    async throws
  {
    let engine = try engine()
    if isInHand {
      post.beforeMarker { [self] in try? await suppress(engine, "olga@example.test", "all") }
    } else {
      post.answer(.temporary(after: 60, because: "busy"))
    }
    try await place(engine)
    if !isInHand { try await suppress(engine, "olga@example.test", "all") }
    clock.set("2026-03-02 10:00")
    try await engine.runDue()
    #expect(post.arrived.isEmpty)
    let reason = "letter is suppressed for olga@example.test, who was to get a copy"
    #expect(try line().state == .cancelled && line().because == reason)
    let run = try #require(store.runs(RunFilter()).first)
    #expect(run.isLive && run.stuck == nil)
    #expect(try store.journal(run.id).flatMap(\.entries).last?.kind == .withheld(because: reason))
  }

  /// Whoever it goes to, the run's contact is known by something else.
  @Test func `guarantee 17: a message is withheld whose reader was suppressed after it was planned`() async throws {
    let engine = try engine()
    post.answer(.temporary(after: 60, because: "busy"))
    try await place(engine, contact: "Bo@example.test")
    try await suppress(engine, "bo@example.test", "letter")
    clock.set("2026-03-02 10:00")
    try await engine.runDue()
    #expect(post.arrived.isEmpty)
    #expect(try line().state == .cancelled && line().because == "letter is suppressed for bo@example.test")
  }

  /// Writes down whom it goes to, and calls the marker as a mail transport does.
  final class Post: Channel {
    private struct State {
      var arrived: [String] = []
      var receipts: [Receipt] = []
      var before: (@Sendable () async -> Void)?
    }
    private let state = Mutex(State())

    var manifest: [UInt8] { [] }
    /// `Ann:olga@example.test`: who got it, and who got a copy.
    var arrived: [String] { state.withLock { $0.arrived } }
    func answer(_ receipt: Receipt) { state.withLock { $0.receipts.append(receipt) } }
    func beforeMarker(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.before = body } }

    func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
      var copies: [Value] = []
      if case .value(let value)? = delivery.field("cc") { copies = value.list ?? [value] }
      let names = copies.map { Manifest.Address.any.of($0) ?? "" }.joined(separator: ",")
      return Rendering(
        to: delivery.address, shown: [], payload: Array("\(delivery.address):\(names)".utf8), fileExtension: "txt")
    }

    func copies(of rendering: Rendering) -> [String] {
      let text = String(decoding: rendering.payload, as: UTF8.self)
      return text.split(separator: ":", omittingEmptySubsequences: false)[1].split(separator: ",").map(String.init)
    }

    func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
      let before = state.withLock { state in
        defer { state.before = nil }
        return state.before
      }
      await before?()
      guard await marker() else { return .withheld }
      return state.withLock { state in
        if !state.receipts.isEmpty { return state.receipts.removeFirst() }
        state.arrived.append(String(decoding: rendering.payload, as: UTF8.self))
        return .accepted(id: "post")
      }
    }
  }
}
