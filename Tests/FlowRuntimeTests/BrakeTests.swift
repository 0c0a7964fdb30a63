import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// What stops sending by itself: the brake, and a clock that leaps (guarantee 13).
struct BrakeTests {
  /// A released workflow whose letters go out at once by a channel that sends.
  func rig(clock: HandClock? = nil, retriesUnknown: Bool = false) async throws -> Rig {
    let rig = Rig(
      try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly), clock: clock, areKeyed: false, isLive: true)
    try await rig.engine.release("order")
    return rig
  }

  func bounce(_ rig: Rig, _ numbers: Range<Int>) async throws {
    for number in numbers {
      let run = try #require(rig.store.runs(RunFilter(subject: "O-\(number)")).first)
      try await rig.engine.receive(
        Incoming(id: "b-\(number)", at: rig.clock.now(), body: .run(run.id, .bounce(hard: true))))
    }
  }

  @Test func `more than one bounce in twenty holds the channel, and people are told`() async throws {
    let rig = try await rig()
    try await rig.engine.receive(GroupTests.orders(0..<100))
    #expect(rig.box.texts.count == 100)
    // Five of a hundred are not more than 5 %.
    try await bounce(rig, 0..<5)
    #expect(try await rig.engine.holds().isEmpty)
    try await bounce(rig, 5..<6)
    let holds = try await rig.engine.holds()
    #expect(holds.map(\.reason) == [.brake] && holds[0].verb == "letter")
    #expect(holds.map(\.because) == ["the brake: 6 of 100 by letter came back; `flow resume --all` lets it go on"])
    let told = try rig.store.tasks(TaskFilter(isOpen: true)).filter { $0.name == "held" }
    #expect(
      told.map(\.text) == [
        "Sending is held: the brake: 6 of 100 by letter came back; `flow resume --all` lets it go on."
      ])
    // Over a restart, too; until a person says so.
    let next = Rig(
      try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly), store: rig.store, clock: rig.clock,
      box: rig.box,
      areKeyed: false, isLive: true)
    try await next.engine.receive(GroupTests.orders(100..<101))
    #expect(rig.box.texts.count == 100)
    try await next.engine.resumeAll()
    try await next.engine.runDue()
    #expect(rig.box.texts.count == 101)
    #expect(try await next.engine.holds().isEmpty)
  }

  @Test func `a few bounces of a few are no flood`() async throws {
    let rig = try await rig()
    try await rig.engine.receive(GroupTests.orders(0..<10))
    try await bounce(rig, 0..<4)
    #expect(try await rig.engine.holds().isEmpty)
  }

  @Test func `three fates of a hundred that nobody knows hold the channel`() async throws {
    let rig = try await rig()
    try await rig.engine.receive(GroupTests.orders(0..<98))
    for number in 98..<101 {
      rig.box.answer(.unknown(because: "the line died"))
      try await rig.engine.receive(GroupTests.orders(number..<number + 1))
    }
    #expect(
      try await rig.engine.holds().map(\.because) == [
        "the brake: nobody knows whether 3 by letter arrived, where 98 were accepted; `flow resume --all` lets it go on"
      ])
  }

  @Test func `what was accepted is counted once, also after a person has looked`() async throws {
    let rig = try await rig()
    try await rig.engine.receive(GroupTests.orders(0..<160))
    for number in 160..<166 {
      rig.box.answer(.unknown(because: "the line died"))
      try await rig.engine.receive(GroupTests.orders(number..<number + 1))
      if number == 162 {
        #expect(try await rig.engine.holds().count == 1)
        try await rig.engine.resumeAll()
      }
      if number != 165 { #expect(try await rig.engine.holds().isEmpty) }
    }
    #expect(
      try await rig.engine.holds().map(\.because) == [
        "the brake: nobody knows whether 3 by letter arrived, where 160 were accepted; "
          + "`flow resume --all` lets it go on"
      ])
  }

  @Test func `three times what any hour has seen holds the channel, and a person's word is the new plan`()
    async throws
  {
    let rig = try await rig()
    // An hour of less than a hundred counts as a hundred.
    try await rig.engine.receive(GroupTests.orders(0..<300))
    #expect(rig.box.texts.count == 300)
    #expect(try await rig.engine.holds().isEmpty)
    try await rig.engine.receive(GroupTests.orders(300..<600))
    let sent = rig.box.texts.count
    #expect(sent == 301)
    #expect(
      try await rig.engine.holds().map(\.because) == [
        "the brake: 301 went out by letter within an hour, where no hour of the last week had more than 100; "
          + "`flow resume --all` lets it go on"
      ])
    try await rig.engine.resumeAll()
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 600)
    // Three times 301, over a restart, too.
    let next = Rig(
      try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly), store: rig.store, clock: rig.clock, box: rig.box,
      areKeyed: false, isLive: true)
    try await next.engine.receive(GroupTests.orders(600..<903))
    #expect(try await next.engine.holds().isEmpty)
    try await next.engine.receive(GroupTests.orders(903..<904))
    #expect(
      try await next.engine.holds().map(\.because) == [
        "the brake: 904 went out by letter within an hour, where no hour of the last week had more than 301; "
          + "`flow resume --all` lets it go on"
      ])
  }

  // MARK: The clock

  @Test func `guarantee 13: a clock that leaps ahead holds sending until it is confirmed`() async throws {
    let clock = WallClock("2026-03-02 09:00")
    let store = MemoryStore()
    let box = LetterBox()
    func engine() throws -> Engine {
      Engine(
        store: store, library: Library(try Bench.graphs(order(), zones: utcOnly)), outlets: box.outlets(),
        zones: utcOnly, clock: clock)
    }
    let first = try engine()
    try await first.receive(GroupTests.orders(0..<1))
    // Ten minutes are followed, and a night with the machine asleep.
    clock.set(ahead: 600_000, after: 1000)
    try await first.runDue()
    clock.set(ahead: 0, after: 12 * 3_600_000)
    try await first.runDue()
    #expect(try await first.holds().isEmpty)
    clock.set(ahead: 24 * 3_600_000, after: 1000)
    try await first.runDue()
    #expect(try await first.holds().map(\.because) == ["the clock has jumped ahead by 1440 minutes"])
    #expect(box.texts.isEmpty)
    #expect(store.tasks(TaskFilter(isOpen: true)).map(\.name) == ["held"])
    // A restart confirms nothing.
    let next = try engine()
    try await next.runDue()
    #expect(box.texts.isEmpty)
    try await next.resumeAll()
    try await next.runDue()
    #expect(box.texts.count == 1)
  }

  @Test func `a leap that is undone holds nothing any more`() async throws {
    let clock = WallClock("2026-03-02 09:00")
    let box = LetterBox()
    let engine = Engine(
      store: MemoryStore(), library: Library(try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)),
      outlets: box.outlets(), zones: utcOnly, clock: clock)
    try await engine.runDue()
    clock.set(ahead: 3_600_000, after: 1000)
    try await engine.receive(GroupTests.orders(0..<1))
    #expect(box.texts.isEmpty)
    clock.set(ahead: -3_600_000, after: 1000)
    try await engine.runDue()
    #expect(try await engine.holds().isEmpty && box.texts.count == 1)
  }

  @Test func `guarantee 13: a clock that jumps back tells nothing twice and stalls nothing`() async throws {
    let clock = WallClock("2026-03-02 09:00")
    let store = MemoryStore()
    let box = LetterBox()
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(order(), zones: utcOnly)), outlets: box.outlets(),
      zones: utcOnly, clock: clock)
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set(ahead: 0, after: 86_400_000)
    #expect(try await engine.runDue() == 1 && box.texts.count == 1)
    // An hour back: the engine's day goes on at half its pace, until it meets the clock two hours later.
    clock.set(ahead: -3_600_000, after: 0)
    #expect(try await engine.runDue() == 0 && box.texts.count == 1)
    try await engine.receive(GroupTests.orders(1..<2))
    clock.set(ahead: 0, after: 4 * 3_600_000)
    try await engine.runDue()
    let second = try #require(store.runs(RunFilter(subject: "O-1")).first)
    #expect(second.run.started == time("2026-03-03 09:00"))
    clock.set(ahead: 0, after: 20 * 3_600_000)
    // The clock says 08:00 of the 4th: the letter of the day after 09:00 of the 3rd is not early.
    try await engine.runDue()
    #expect(box.texts.count == 1)
    clock.set(ahead: 0, after: 3_600_000)
    try await engine.runDue()
    #expect(box.texts.count == 2)
  }

  @Test func `guarantee 13: whoever resumes something else turns no time back`() async throws {
    let clock = WallClock("2026-03-02 09:00")
    let store = MemoryStore()
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(order(), zones: utcOnly)), outlets: LetterBox().outlets(),
      zones: utcOnly, clock: clock)
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set(ahead: -3_600_000, after: 0)
    try await engine.resumeAll()
    clock.set(ahead: 0, after: 60_000)
    try await engine.receive(GroupTests.orders(1..<2))
    // Half a minute of the minute that has passed.
    #expect(
      store.runs(RunFilter()).map(\.run.started) == [
        time("2026-03-02 09:00"), time("2026-03-02 09:00").adding(milliseconds: 30_000),
      ])
  }
}

/// A clock on the wall over a machine that has been up since it was made.
final class WallClock: Clock {
  private let state: Mutex<(wall: Instant, uptime: Int64)>

  init(_ text: String) { state = Mutex((time(text), 1_000_000)) }

  /// So many milliseconds pass, and the clock is set ahead by so many more.
  func set(ahead: Int64, after passed: Int64) {
    state.withLock { state in
      state.uptime += passed
      state.wall = state.wall.adding(milliseconds: passed + ahead)
    }
  }

  func now() -> Instant { state.withLock { $0.wall } }
  func uptime() -> Int64? { state.withLock { $0.uptime } }
}
