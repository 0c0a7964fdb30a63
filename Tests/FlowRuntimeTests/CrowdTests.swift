import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// A channel that can tell to which server a message goes: one that is slow holds up what goes to it alone.
struct CrowdTests {
  let clock = HandClock("2026-03-02 09:00")
  let store = MemoryStore()
  let servers = Servers()

  func engine(_ steps: String = Self.one, groupLimit: Int = 256) throws -> Engine {
    var outlets = LetterBox().outlets()
    for verb in ["letter", "card"] {
      outlets[verb] = Outlet(servers, isKeyed: true, isLive: true)
      outlets[verb]?.isApart = true
    }
    return Engine(
      store: store, library: Library(try Bench.graphs(order(steps: steps), zones: utcOnly)), outlets: outlets,
      zones: utcOnly, clock: clock, groupLimit: groupLimit)
  }

  static let one = """
      - letter: offer
        at: day 1
        purpose: inform
        body: "By the server that the contact's name begins with"
      - end: done
    """

  /// An order each, of a contact of that name.
  func place(_ engine: Engine, _ names: String...) async throws {
    for name in names {
      let data: JSONValue = [
        "contact": ["name": .string(name), "id": .string(name)], "owner": ["name": "Olga"],
        "order": ["id": .string(name)],
      ]
      try await engine.receive(
        .event(type: "order.placed", id: name, at: clock.now(), subject: name, data: data))
    }
    try await engine.release("order")
  }

  @Test func `a server that does not answer holds up what goes to it alone`() async throws {
    let engine = try engine()
    try await place(engine, "slow-1", "slow-2", "quick-1", "quick-2", "other-1")
    servers.shut("slow")
    clock.set("2026-03-03 09:00")
    try await engine.runDue(whenEnded: {})
    try await until { servers.arrived.count == 3 }
    #expect(Set(servers.arrived) == ["quick-1", "quick-2", "other-1"] && servers.begun("slow") == 1)
    // Also what comes due later.
    try await place(engine, "quick-3")
    clock.set("2026-03-04 09:00")
    try await engine.runDue(whenEnded: {})
    try await until { servers.arrived.contains("quick-3") }
    servers.open("slow")
    try await until { servers.arrived.count == 6 && store.outbox(.accepted).count == 6 }
    // To each server one at a time, in the order in which they were planned.
    #expect(servers.most("slow") == 1 && servers.most("quick") == 1)
    #expect(servers.arrived.filter { $0.hasPrefix("slow") } == ["slow-1", "slow-2"])
    #expect(servers.arrived.filter { $0.hasPrefix("quick") } == ["quick-1", "quick-2", "quick-3"])
  }

  @Test func `no more than eight go on at once`() async throws {
    let engine = try engine()
    for number in 0..<12 {
      servers.shut("s\(number)")
      try await place(engine, "s\(number)-1")
    }
    clock.set("2026-03-03 09:00")
    try await engine.runDue(whenEnded: {})
    try await until { servers.now == 8 }
    try await Task.sleep(nanoseconds: 20_000_000)
    #expect(servers.now == 8)
    for number in 0..<12 { servers.open("s\(number)") }
    try await until { store.outbox(.accepted).count == 12 }
    #expect(servers.mostOfAll == 8)
  }

  @Test func `a slow server does not fill the lane: others get through behind many that go to it`() async throws {
    let engine = try engine(groupLimit: 16)
    for number in 10..<50 { try await place(engine, "slow-\(number)") }
    try await place(engine, "quick-1")
    servers.shut("slow")
    clock.set("2026-03-03 09:00")
    try await engine.runDue(whenEnded: {})
    try await until { servers.begun("slow") == 1 }
    #expect(servers.arrived.isEmpty)
    // After a second it is known to be slow.
    clock.advance(to: clock.now().adding(milliseconds: 1000))
    try await engine.runDue(whenEnded: {})
    try await until { servers.arrived == ["quick-1"] }
    servers.open("slow")
    while store.outbox(.accepted).count < 41 {
      clock.advance(to: clock.now().adding(milliseconds: 1000))
      try await engine.runDue()
    }
    // One after the other, in their order, and none of them counts as tried more often for that.
    let slow = servers.arrived.filter { $0.hasPrefix("slow") }
    #expect(slow == (10..<50).map { "slow-\($0)" } && servers.most("slow") == 1)
    #expect(store.outbox(.accepted).allSatisfy { $0.attempts == 1 })
  }

  @Test func `a pause stops what waits behind a slow server, and leaves nothing in hand`() async throws {
    let engine = try engine()
    try await place(engine, "slow-1", "slow-2", "slow-3", "slow-4")
    servers.shut("slow")
    clock.set("2026-03-03 09:00")
    try await engine.runDue(whenEnded: {})
    try await until { servers.begun("slow") == 1 }
    try await engine.pauseAll(because: "wait")
    servers.open("slow")
    try await until { store.outbox(.claimed).isEmpty }
    // The one that had not asked yet whether it may leave did not.
    #expect(servers.arrived.isEmpty && store.outbox(.accepted).isEmpty)
    try await engine.resumeAll()
    try await engine.runDue()
    #expect(servers.arrived == ["slow-1", "slow-2", "slow-3", "slow-4"])
  }

  @Test func `a contact gets one at a time, in the order in which they were planned, whatever the servers`()
    async throws
  {
    let engine = try engine(
      """
        - letter: offer
          at: day 1
          purpose: inform
          gap: none
          body: "By one server"
        - card: greeting
          purpose: inform
          gap: none
          body: "By another"
        - letter: second
          purpose: inform
          gap: none
          body: "By another @2"
        - end: done
      """)
    try await place(engine, "one-1")
    servers.shut("one")
    clock.set("2026-03-03 09:00")
    try await engine.runDue(whenEnded: {})
    try await until { servers.begun("one") == 1 }
    #expect(servers.now == 1)
    servers.open("one")
    while store.outbox(.accepted).count < 3 {
      clock.advance(to: clock.now().adding(milliseconds: 1000))
      try await engine.runDue()
    }
    #expect(servers.mostOfAll == 1)
    #expect(store.outbox(.accepted).map(\.step) == ["offer", "greeting", "second"])
  }
}

/// Looks again and again, for a minute or more, whether it is so.
private func until(_ isSo: () -> Bool) async throws {
  for _ in 0..<12_000 where !isSo() { try await Task.sleep(nanoseconds: 5_000_000) }
  #expect(isSo())
}

/// Servers that answer only while they are open; which one, says what is before the contact's `-`.
final class Servers: Channel {
  private struct State {
    var shut: Set<String> = []
    var waiting: [(server: String, continuation: CheckedContinuation<Void, Never>)] = []
    var begun: [String: Int] = [:]
    var now: [String: Int] = [:]
    var most: [String: Int] = [:]
    var mostOfAll = 0
    var arrived: [String] = []
  }

  private let state = Mutex(State())
  private let box = LetterBox()

  var manifest: [UInt8] { [] }
  var destination: String? { "far.test" }
  var arrived: [String] { state.withLock { $0.arrived } }
  var now: Int { state.withLock { $0.now.values.reduce(0, +) } }
  /// The most that were under way at once.
  var mostOfAll: Int { state.withLock { $0.mostOfAll } }
  func most(_ server: String) -> Int { state.withLock { $0.most[server] ?? 0 } }
  func begun(_ server: String) -> Int { state.withLock { $0.begun[server] ?? 0 } }

  func shut(_ server: String) { state.withLock { _ = $0.shut.insert(server) } }

  func open(_ server: String) {
    let waiting = state.withLock { state in
      state.shut.remove(server)
      defer { state.waiting.removeAll { $0.server == server } }
      return state.waiting.filter { $0.server == server }
    }
    for one in waiting { one.continuation.resume() }
  }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering { try await box.render(delivery) }

  /// `STEP to NAME: …`
  private func name(_ rendering: Rendering) -> String {
    let text = String(decoding: rendering.payload, as: UTF8.self)
    return text.split(separator: ":").first?.split(separator: " ").last.map(String.init) ?? ""
  }

  func server(of rendering: Rendering) -> String? {
    let isOther = String(decoding: rendering.payload, as: UTF8.self).contains("@2")
    return isOther ? "second" : name(rendering).split(separator: "-").first.map(String.init)
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    let server = server(of: rendering) ?? ""
    await withCheckedContinuation { continuation in
      let isShut = state.withLock { state in
        state.begun[server, default: 0] += 1
        state.now[server, default: 0] += 1
        state.most[server] = max(state.most[server] ?? 0, state.now[server] ?? 0)
        state.mostOfAll = max(state.mostOfAll, state.now.values.reduce(0, +))
        if state.shut.contains(server) { state.waiting.append((server, continuation)) }
        return state.shut.contains(server)
      }
      if !isShut { continuation.resume() }
    }
    let mayLeave = await marker()
    state.withLock { state in
      state.now[server, default: 1] -= 1
      if mayLeave { state.arrived.append(name(rendering)) }
    }
    return mayLeave ? .accepted(id: "post") : .withheld
  }
}
