import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// Channels that talk to servers: one that is slow holds up nobody else.
struct LaneTests {
  let clock = HandClock("2026-03-02 09:00")
  let store = MemoryStore()
  let slow = Gate()
  let box = LetterBox()

  /// `letter` goes to a server that lets a test wait; `card` and `tell` to one that answers at once.
  func engine(_ steps: String) throws -> Engine {
    var outlets = box.outlets()
    outlets["letter"] = Outlet(slow, isKeyed: false)
    outlets["card"]?.isKeyed = false
    for verb in ["letter", "card", "tell"] { outlets[verb]?.isApart = true }
    return Engine(
      store: store, library: Library(try Bench.graphs(order(steps: steps), zones: utcOnly)), outlets: outlets,
      zones: utcOnly, clock: clock)
  }

  func place(_ engine: Engine, _ orders: String...) async throws {
    for order in orders {
      let data: JSONValue = [
        "contact": ["name": .string(order), "id": .string(order)], "owner": ["name": "Olga"],
        "order": ["id": .string(order)],
      ]
      try await engine.receive(
        .event(type: "order.placed", id: order, at: clock.now(), subject: order, data: data))
    }
  }

  static let both = """
      - letter: offer
        at: day 1
        purpose: inform
        body: "By a server that is slow"
      - tell: colleague
        to: owner
        say: "{{ contact.name }} has been told"
      - end: done
    """

  @Test func `a server that does not answer holds up its own messages alone`() async throws {
    let engine = try engine(Self.both)
    try await place(engine, "O-1", "O-2")
    slow.shut()
    clock.set("2026-03-03 09:00")
    let ended = Mutex(0)
    try await engine.runDue(whenEnded: { ended.withLock { $0 += 1 } })
    try await until { box.texts.count == 2 }
    #expect(slow.begun == 1 && slow.arrived.isEmpty)
    // What is under way is nothing to wake up for; what comes due meanwhile goes out.
    try await until { ended.withLock { $0 } == 1 }
    #expect(try await engine.nextDue() == nil)
    try await place(engine, "O-3")
    clock.set("2026-03-04 09:00")
    try await engine.runDue(whenEnded: { ended.withLock { $0 += 1 } })
    try await until { box.texts.count == 3 && ended.withLock { $0 } == 2 }
    #expect(slow.begun == 1)
    slow.open()
    try await until { ended.withLock { $0 } == 3 }
    // One after the other, in the order in which they were planned.
    #expect(slow.arrived.count == 3 && slow.most == 1)
    let accepted = store.outbox(.accepted)
    #expect(slow.arrived == accepted.filter { $0.verb == "letter" }.map(\.key.text))
    #expect(accepted.count == 6)
  }

  @Test func `who does not say that it goes on by itself returns when all has been handed over`() async throws {
    let engine = try engine(Self.both)
    try await place(engine, "O-1", "O-2")
    slow.shut()
    clock.set("2026-03-03 09:00")
    let opener = Task { [slow, box] in
      try await until { box.texts.count == 2 }
      slow.open()
    }
    #expect(try await engine.runDue() == 2)
    #expect(slow.arrived.count == 2)
    try await opener.value
  }

  @Test func `a contact gets what was planned first first, whatever it goes by`() async throws {
    let engine = try engine(
      """
        - letter: offer
          at: day 1
          purpose: inform
          gap: none
          body: "By a server that is slow"
        - card: greeting
          purpose: inform
          gap: none
          body: "By one that is quick"
        - end: done
      """)
    try await place(engine, "O-1")
    slow.shut()
    clock.set("2026-03-03 09:00")
    let ended = Mutex(0)
    try await engine.runDue(whenEnded: { ended.withLock { $0 += 1 } })
    try await until { slow.begun == 1 && ended.withLock { $0 } == 1 }
    #expect(box.texts.isEmpty)
    #expect(try await engine.nextDue() == time("2026-03-03 09:00").adding(milliseconds: 1000))
    slow.open()
    try await until { ended.withLock { $0 } == 2 }
    clock.advance(to: time("2026-03-03 09:01"))
    try await engine.runDue()
    #expect(slow.arrived.count == 1 && box.texts.count == 1)
  }

  @Test func `guarantee 19: a drain waits for what goes to a server, and begins nothing more`() async throws {
    let engine = try engine(Self.both)
    try await place(engine, "O-1", "O-2")
    slow.shut()
    clock.set("2026-03-03 09:00")
    try await engine.runDue(whenEnded: {})
    try await until { slow.begun == 1 }
    let draining = Task { await engine.drain() }
    // It has begun to by then.
    try await Task.sleep(nanoseconds: 1_000_000_000)
    slow.open()
    #expect(await draining.value == 0)
    #expect(slow.arrived.count == 1)
    #expect(store.outbox(.planned).map(\.verb) == ["letter"] && store.outbox(.marked).isEmpty)
  }
}

/// Looks again and again, for a minute or more, whether it is so.
private func until(_ isSo: () -> Bool) async throws {
  for _ in 0..<12_000 where !isSo() { try await Task.sleep(nanoseconds: 5_000_000) }
  #expect(isSo())
}

/// A server that answers only while it is open.
final class Gate: Channel {
  private struct State {
    var isShut = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    var begun = 0
    var now = 0
    var most = 0
    var arrived: [String] = []
  }

  private let state = Mutex(State())
  private let box = LetterBox()

  var manifest: [UInt8] { [] }
  var begun: Int { state.withLock { $0.begun } }
  /// The most that were under way at once.
  var most: Int { state.withLock { $0.most } }
  var arrived: [String] { state.withLock { $0.arrived } }

  func shut() { state.withLock { $0.isShut = true } }

  func open() {
    let waiting = state.withLock { state in
      state.isShut = false
      defer { state.waiting = [] }
      return state.waiting
    }
    for one in waiting { one.resume() }
  }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering { try await box.render(delivery) }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    await withCheckedContinuation { waiting in
      let isShut = state.withLock { state in
        state.begun += 1
        state.now += 1
        state.most = max(state.most, state.now)
        if state.isShut { state.waiting.append(waiting) }
        return state.isShut
      }
      if !isShut { waiting.resume() }
    }
    state.withLock { state in
      state.now -= 1
      state.arrived.append(key.text)
    }
    return .accepted(id: "post")
  }
}
