import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// What a channel takes in a minute and in a day is the store's, not the process's (guarantee 11).
struct PaceTests {
  let store = MemoryStore()
  let box = LetterBox()
  let clock = HandClock("2026-03-02 09:00")

  /// Each is a process of its own on the same store.
  func engine(
    rate: Int? = nil, capacity: Int? = nil, window: String? = nil, more: String? = nil, steps own: String? = nil
  ) throws -> Engine {
    let outlets = box.outlets().mapValues { outlet in
      var outlet = outlet
      (outlet.rate, outlet.capacity) = (rate, capacity)
      return outlet
    }
    let steps = """
        - letter: thanks
          purpose: inform
          body: "Dear {{ contact.name }}"
        - await: reply within 20 days
        - end: quiet
      """
    let text = order(more: more ?? window.map { "policy: { \($0) }" } ?? "", steps: own ?? steps)
    return Engine(
      store: store, library: Library(try Bench.graphs(text, zones: utcOnly)), outlets: outlets, zones: utcOnly,
      clock: clock)
  }

  private var waiting: [Instant] { store.outbox(.planned).map(\.next) }

  @Test func `guarantee 11: a day has one capacity, however many processes share it`() async throws {
    for number in 0..<6 {
      clock.set("2026-03-02 09:0\(number)")
      try await engine(capacity: 2).receive(GroupTests.orders(number..<number + 1))
    }
    #expect(box.letters.count == 2)
    // Those that wait keep their days, two on each, and who comes now comes after them.
    #expect(waiting == ["03", "03", "04", "04"].map { time("2026-03-\($0) 00:00") })
    for (day, count) in [("03", 4), ("04", 6)] {
      clock.set("2026-03-\(day) 08:00")
      for _ in 0..<2 { try await engine(capacity: 2).runDue() }
      #expect(box.letters.count == count)
    }
  }

  @Test func `guarantee 11: a minute has one rate, however many processes share it`() async throws {
    let start = time("2026-03-02 09:00")
    func go(_ second: Int64) { clock.advance(to: start.adding(milliseconds: second * 1000)) }
    for number in 0..<3 {
      go(Int64(number) * 5)
      try await engine(rate: 2).receive(GroupTests.orders(number..<number + 1))
    }
    #expect(box.letters.count == 1)
    #expect(waiting == [30_000, 60_000].map { start.adding(milliseconds: $0) })
    // What is in time leaves, also where somebody looks once a minute.
    for (second, count) in [(29, 1), (30, 2), (59, 2), (60, 3)] as [(Int64, Int)] {
      go(second)
      try await engine(rate: 2).runDue()
      #expect(box.letters.count == count, "after \(second) seconds")
    }
  }

  @Test func `guarantee 11: what is overdue after a stop goes at the channel's rate`() async throws {
    try await engine(rate: 60).receive(GroupTests.orders(0..<5))
    clock.set("2026-03-02 15:00")
    let next = try engine(rate: 60)
    try await next.runDue()
    #expect(box.letters.count == 2)
    #expect(waiting == [1000, 2000, 3000].map { time("2026-03-02 15:00").adding(milliseconds: $0) })
  }

  @Test func `guarantee 11: after a long stop the longest due go first`() async throws {
    try await engine(capacity: 2).receive(GroupTests.orders(0..<10))
    // Those of the third and the fourth are late, those of the fifth are not.
    clock.set("2026-03-05 08:00")
    try await engine(capacity: 2).runDue()
    #expect(box.letters.map(\.key) == store.outbox(.accepted).map(\.key.text))
    let planned = store.outbox(.planned)
    for (day, left) in [(6, 4), (7, 2), (8, 0)] {
      clock.set("2026-03-0\(day) 08:00")
      try await engine(capacity: 2).runDue()
      #expect(store.outbox(.planned).map(\.key) == planned.suffix(left).map(\.key), "on the \(day)th")
    }
  }

  @Test func `guarantee 11: what is done before it was given is given to nobody, and leaves its place to others`()
    async throws
  {
    let steps = """
        - errand: visit
          by: owner
          say: "Visit {{ contact.name }}"
          within: 9 days
        - end: taken
      """
    let engine = try engine(capacity: 1, steps: steps)
    try await engine.receive(GroupTests.orders(0..<3))
    #expect(waiting == ["03", "04"].map { time("2026-03-\($0) 00:00") })
    let run = try #require(store.runs(RunFilter()).first { $0.subject == "O-1" }).id
    let task = try #require(store.tasks(TaskFilter(run: run)).first)
    try await engine.receive([
      Incoming(id: "d", at: clock.now(), body: .task(task.id, outcome: "done", note: nil))
    ])
    #expect(store.outbox(run: run).map(\.because) == ["done before it was given: done"])
    #expect(waiting == [time("2026-03-04 00:00")])
    try await engine.receive(GroupTests.orders(3..<4))
    #expect(waiting.sorted() == ["03", "04"].map { time("2026-03-\($0) 00:00") })
    for day in 3...6 {
      clock.set("2026-03-0\(day) 08:00")
      try await engine.runDue()
    }
    #expect(box.texts.count == 3 && store.run(run)?.run.outcome == "taken")
  }

  /// The 7th and the 8th are a weekend.
  @Test(arguments: [nil, 60])
  func `guarantee 11: a place is on a day on which it can leave`(rate: Int?) async throws {
    clock.set("2026-03-05 16:00")
    func engine() throws -> Engine { try self.engine(rate: rate, capacity: 2, window: "window: mon-fri 09:00-17:00") }
    try await engine().receive(GroupTests.orders(0..<6))
    if rate != nil {
      clock.set("2026-03-05 16:01")
      try await engine().runDue()
    }
    #expect(box.letters.count == 2)
    #expect(waiting == ["06", "06", "09", "09"].map { time("2026-03-\($0) 09:00") })
    for (day, count) in [("06", 4), ("07", 4), ("08", 4), ("09", 6)] {
      for minute in 0..<2 {
        clock.set("2026-03-\(day) 09:0\(minute)")
        try await engine().runDue()
      }
      #expect(box.letters.count == count, "on the \(day)th")
    }
  }

  @Test func `guarantee 11: with a rate and a capacity the queue goes on day by day`() async throws {
    let engine = try engine(rate: 60, capacity: 3)
    try await engine.receive(GroupTests.orders(0..<9))
    for second in 1..<3 {
      clock.advance(to: time("2026-03-02 09:00").adding(milliseconds: Int64(second) * 1000))
      try await engine.runDue()
    }
    #expect(box.letters.count == 3)
    for day in 1...2 {
      let morning = time("2026-03-02 00:00").adding(milliseconds: Int64(day) * 86_400_000)
      for second in 0..<3 {
        clock.advance(to: morning.adding(milliseconds: Int64(second) * 1000))
        try await engine.runDue()
      }
      #expect(box.letters.count == 3 + 3 * day)
    }
  }

  @Test func `guarantee 11: what waits is looked at anew where flow.yaml says another capacity`() async throws {
    try await engine(capacity: 1).receive(GroupTests.orders(0..<5))
    #expect(box.letters.count == 1)
    clock.set("2026-03-02 10:00")
    try await engine(capacity: 3).runDue()
    #expect(box.letters.count == 3)
    #expect(waiting == [time("2026-03-03 00:00"), time("2026-03-03 00:00")])
    clock.set("2026-03-02 11:00")
    try await engine().runDue()
    #expect(box.letters.count == 5)
  }

  @Test func `guarantee 11: what a channel says of its own capacity gives no place in ours`() async throws {
    box.answer(.temporary(after: 600, because: "capacity (of the far side)"))
    try await engine(capacity: 1).receive(GroupTests.orders(0..<1))
    clock.set("2026-03-02 09:01")
    // Another capacity: what waits for a place is looked at anew, and this does not.
    try await engine(capacity: 3).runDue()
    #expect(box.letters.isEmpty && waiting.allSatisfy { $0 > time("2026-03-02 09:05") })
  }

  @Test func `guarantee 11: what was in hand when the process ended takes no second place in the day`() async throws {
    let first = try engine(capacity: 1)
    _ = await first.drain()
    try await first.receive(GroupTests.orders(0..<2))
    var line = try #require(store.outbox(.planned).first)
    (line.state, line.attempts) = (.claimed, 1)
    // As the transaction that claims it remembers it, on day 20514 since 1970.
    try store.commit([
      .change(line, from: .planned), .remember("pace/letter", "20514 1 \(time("2026-03-02 09:00").milliseconds) 0 1"),
    ])
    try await engine(capacity: 1).runDue()
    #expect(box.letters.count == 1 && waiting == [time("2026-03-03 00:00")])
  }

  @Test func `guarantee 28: why and until when a touch waits for its channel is in the journal, once`() async throws {
    try await engine(rate: 60, capacity: 1).receive(GroupTests.orders(0..<2))
    let line = try #require(store.outbox(.planned).first)
    #expect(line.because == "capacity (letter: 1 a day)" && line.next == time("2026-03-03 00:00"))
    func entries() -> [Entry.Kind] {
      store.journal(line.run).flatMap(\.entries).map(\.kind).filter {
        if case .deferred = $0 { true } else { false }
      }
    }
    let told = [Entry.Kind.deferred(until: time("2026-03-03 00:00"), because: "capacity (letter: 1 a day)")]
    #expect(entries() == told)
    clock.set("2026-03-03 00:00")
    try await engine(rate: 60, capacity: 1).runDue()
    #expect(box.letters.count == 2 && entries() == told)
    #expect(store.outbox(.accepted).allSatisfy { $0.because == nil })
  }

  // MARK: The order of one run

  /// Goes from due to due; which letters left when, as `03-03 00:00 one`.
  private func left(until end: String, _ engine: Engine, of subject: String) async throws -> [String] {
    while let due = try await engine.nextDue(), due <= time(end) {
      clock.advance(to: due)
      try await engine.runDue()
    }
    let run = try #require(try store.runs(RunFilter(subject: subject)).first)
    let accepted = store.outbox(run: run.id).filter { $0.state == .accepted }
    return accepted.sorted { ($0.settled ?? .epoch) < ($1.settled ?? .epoch) }.map { line in
      "\(Zone.utc.civil(at: line.settled ?? .epoch).description.dropFirst(5)) \(line.step)"
    }
  }

  static let pair = """
      - letter: one
        purpose: inform
        body: "1"
      - letter: two
        gap: none
        purpose: inform
        body: "2"
      - await: reply within 20 days
      - end: quiet
    """

  /// What another contact was sent takes the Monday, and of one letter a day also the Tuesday.
  @Test(arguments: [(1, ["03-04 00:00 one", "03-05 00:00 two"]), (2, ["03-03 00:00 one", "03-03 00:00 two"])])
  func `guarantee 12: of a run's touches that wait for capacity the first leaves first`(
    _ capacity: Int, _ expected: [String]
  ) async throws {
    let engine = try engine(capacity: capacity, more: "policy: { gap: 3 days }", steps: Self.pair)
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set("2026-03-02 10:00")
    try await engine.receive(GroupTests.orders(1..<2))
    #expect(try await left(until: "2026-03-20 00:00", engine, of: "O-1") == expected)
  }

  /// On a Friday afternoon: the first may leave on Monday, the second, whose window is its own, also on Saturday.
  @Test func `guarantee 12: where the first waits for its window, the second waits for the first`() async throws {
    clock.set("2026-03-06 16:00")
    let steps = Self.pair.replacing("gap: none", with: "window: any")
    let engine = try engine(capacity: 2, more: "policy: { window: mon-fri 09:00-17:00 }", steps: steps)
    try await engine.receive(GroupTests.orders(0..<2))
    let left = try await left(until: "2026-03-20 00:00", engine, of: "O-1")
    #expect(left == ["03-09 09:00 one", "03-09 09:00 two"])
  }

  static let answering = """
      - letter: one
        purpose: inform
        body: "1"
      - await: reply within 20 days
        then: { reply: next, timeout: end quiet }
      - letter: two
        purpose: inform
        body: "2"
      - end: done
    """

  /// The second letter answers an answer of the day after the first: no gap holds it, but there is no room that day.
  @Test func `guarantee 12: what answers an answer keeps no gap, also where it waits for capacity`() async throws {
    let engine = try engine(capacity: 1, more: "policy: { gap: 5 days }", steps: Self.answering)
    try await engine.receive(GroupTests.orders(0..<1))
    clock.set("2026-03-03 08:00")
    try await engine.receive(GroupTests.orders(1..<2))
    clock.set("2026-03-03 09:00")
    try await engine.receive(
      .event(type: "reply", id: "r-1", at: clock.now(), subject: "O-0", data: ["text": "yes"]))
    let left = try await left(until: "2026-03-20 00:00", engine, of: "O-0")
    #expect(left == ["03-02 09:00 one", "03-04 00:00 two"])
  }

  /// The first letter leaves within its hours, and one is ordered that has none.
  static let paid = """
      - letter: one
        if: order.id != "O-4"
        window: mon-fri 09:00-17:00
        purpose: inform
        body: "1"
      - await: order.paid within 20 days
        then: { order.paid: next, timeout: end quiet }
      - letter: two
        gap: none
        purpose: inform
        body: "2"
      - await: reply within 20 days
      - end: done
    """

  /// Three letters take the Monday. On Tuesday night one waits for the morning, behind what its run has sent there.
  @Test func `guarantee 11: what waits behind another of its run takes no place of the rate before it leaves`()
    async throws
  {
    let engine = try engine(rate: 60, capacity: 3, more: "events: { order.paid: {} }", steps: Self.paid)
    func pay(_ order: Int) async throws {
      try await engine.receive(
        .event(type: "order.paid", id: "p-\(order)", at: clock.now(), subject: "O-\(order)", data: [:]))
    }
    try await engine.receive(GroupTests.orders(0..<3))
    #expect(try await left(until: "2026-03-02 10:00", engine, of: "O-2") == ["03-02 09:00:02 one"])
    clock.set("2026-03-02 10:00")
    try await engine.receive(GroupTests.orders(3..<4))
    #expect(waiting == [time("2026-03-03 09:00")])
    clock.set("2026-03-03 00:05")
    try await pay(3)
    clock.set("2026-03-03 00:10")
    try await engine.receive(GroupTests.orders(4..<5))
    try await pay(4)
    #expect(try await left(until: "2026-03-03 08:00", engine, of: "O-4") == ["03-03 00:10 two"])
    let left = try await left(until: "2026-03-04 00:00", engine, of: "O-3")
    #expect(left == ["03-03 09:00 one", "03-03 09:00:01 two"])
  }
}
