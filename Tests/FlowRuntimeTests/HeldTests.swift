import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// Channels that cannot send hold what they hold up: steps are relative to what was really done (guarantee 11).
struct HeldTests {
  static let wrong = Receipt.ours(because: "wrong password")

  func graphs(_ steps: String? = nil, more: String = "") throws -> [Graph] {
    try Bench.graphs(order(more: more, steps: steps), zones: utcOnly)
  }

  func run(_ rig: Rig, _ subject: String = "O-1") throws -> RunRecord {
    try #require(rig.store.runs(RunFilter(subject: subject)).first)
  }

  func line(_ rig: Rig, _ subject: String = "O-1") throws -> Outgoing {
    try #require(rig.store.outbox(run: run(rig, subject).id).last)
  }

  // MARK: Our own mistake

  @Test func `guarantee 11: the first refusal by our own mistake holds the channel, and is told once`() async throws {
    let rig = Rig(try graphs())
    for number in 1...3 { try await rig.place("O-\(number)", id: "e-\(number)", contact: "c-\(number)") }
    rig.box.answer(Self.wrong, Self.wrong, Self.wrong)
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let because = "nothing leaves by letter until it is mended: wrong password"
    #expect(try await rig.engine.holds().map(\.because) == [because])
    #expect(try await rig.engine.holds().map(\.verb) == ["letter"])
    // One was tried; the others were planned in the same instant, and wait with it.
    let tried = try (1...3).map { try line(rig, "O-\($0)").attempts }
    #expect(tried.reduce(0, +) == 1)
    #expect(try (1...3).allSatisfy { try line(rig, "O-\($0)").because == "held: " + because })
    // Whoever comes later is not even planned.
    try await rig.place("O-4", id: "e-4", contact: "c-4")
    rig.clock.set("2026-03-04 09:00")
    try await rig.engine.runDue()
    #expect(try rig.store.outbox(run: run(rig, "O-4").id).isEmpty)
    #expect(try run(rig, "O-4").stuck == "held: " + because)
    let tasks = try rig.store.tasks(TaskFilter(isOpen: true)).map(\.text)
    #expect(tasks == ["Sending is held: \(because). `flow resume --all` lets it go on."])
  }

  @Test(arguments: ["restart", "reload", "resume"])
  func `guarantee 11: once it is mended all goes on, and counts from there`(_ way: String) async throws {
    let rig = Rig(try graphs(more: "policy: { window: 'mon-fri 09:00-17:00' }"))
    try await rig.place("O-1", id: "e-1")
    rig.box.answer(Self.wrong)
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    // Nothing runs out meanwhile: the answer to a letter that was not sent is not missed.
    rig.clock.set("2026-03-09 10:00")
    try await rig.engine.runDue()
    #expect(try run(rig).isLive && rig.box.texts.isEmpty)
    #expect(
      try run(rig).stuck
        == "held: thanks has not left yet: nothing leaves by letter until it is mended: wrong password")
    var engine = rig.engine
    switch way {
    case "restart": engine = rig.again(try graphs(more: "policy: { window: 'mon-fri 09:00-17:00' }")).engine
    case "reload":
      try await engine.reload(
        library: Library(try graphs(more: "policy: { window: 'mon-fri 09:00-17:00' }")), outlets: rig.box.outlets(),
        caps: nil)
    default: try await engine.resumeAll()
    }
    try await engine.runDue()
    #expect(rig.box.texts.count == 1)
    #expect(try await engine.holds().isEmpty)
    // Two days from when the letter left.
    #expect(try run(rig).due == time("2026-03-11 10:00") && run(rig).stuck == nil)
    #expect(try run(rig).run.touched == [time("2026-03-09 10:00")])
    rig.clock.set("2026-03-11 10:00")
    try await engine.runDue()
    #expect(try run(rig).run.outcome == "quiet")
    #expect(
      try rig.lines(run(rig).id) == [
        "03-02 09:00 started", "03-03 09:00 sent thanks", "03-03 09:00 waiting await-1",
        "03-09 10:00 waiting await-1", "03-11 10:00 timeout await-1", "03-11 10:00 ended quiet",
      ])
  }

  @Test func `guarantee 11: where it is not mended one line is tried, and nobody is told again`() async throws {
    let rig = Rig(try graphs())
    for number in 1...3 { try await rig.place("O-\(number)", id: "e-\(number)", contact: "c-\(number)") }
    rig.box.answer(Self.wrong, Self.wrong)
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let next = rig.again(try graphs())
    try await next.engine.runDue()
    #expect(try (1...3).map { try line(rig, "O-\($0)").attempts }.reduce(0, +) == 2)
    #expect(rig.box.texts.isEmpty)
    #expect(try await next.engine.holds().count == 1)
    #expect(try rig.store.tasks(TaskFilter(isOpen: true)).count == 1)
    try await next.engine.resumeAll()
    try await next.engine.runDue()
    #expect(rig.box.texts.count == 3)
  }

  @Test func `guarantee 11: a held channel that sends for real lets no second message try`() async throws {
    let rig = Rig(try graphs(), isLive: true)
    try await rig.engine.release("order")
    for number in 1...20 { try await rig.place("O-\(number)", id: "e-\(number)", contact: "c-\(number)") }
    rig.box.answer(Self.wrong, Self.wrong)
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    #expect(try (1...20).map { try line(rig, "O-\($0)").attempts }.reduce(0, +) == 1)
  }

  // MARK: What passes

  @Test func `guarantee 11: an await counts from when a delayed touch left`() async throws {
    let rig = Rig(try graphs())
    try await rig.place("O-1", id: "e-1")
    // Two days and a half: longer than the await.
    rig.box.answer(.temporary(after: 216_000, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    rig.clock.set("2026-03-05 09:00")
    try await rig.engine.runDue()
    #expect(try run(rig).isLive && run(rig).stuck == "held: thanks has not left yet: busy")
    rig.clock.advance(to: try #require(try await rig.engine.nextDue()))
    try await rig.engine.runDue()
    let left = try #require(try line(rig).settled)
    #expect(left >= time("2026-03-05 21:00") && left < time("2026-03-05 21:02"))
    #expect(try run(rig).due == left.adding(milliseconds: 2 * 86_400_000))
  }

  @Test func `guarantee 11: what definitely failed holds nothing up any more`() async throws {
    let rig = Rig(try graphs())
    try await rig.place("O-1", id: "e-1")
    rig.box.answer(.temporary(after: 200_000, because: "busy"), .permanent(because: "no such address"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    rig.clock.set("2026-03-05 09:00")
    try await rig.engine.runDue()
    #expect(try run(rig).stuck != nil)
    rig.clock.advance(to: try #require(try await rig.engine.nextDue()))
    try await rig.engine.runDue()
    #expect(try run(rig).run.outcome == "quiet")
    let types = try rig.lines(run(rig).id).suffix(3).map { $0.split(separator: " ")[2] }
    #expect(types == ["failed", "timeout", "ended"])
  }

  /// A week's outage with a letter a day does not send a week's letters at once.
  @Test func `guarantee 11: what follows a delayed touch keeps its distance`() async throws {
    let steps = """
        - letter: one
          purpose: inform
          body: "1"
        - letter: two
          after: 1 day
          purpose: inform
          body: "2"
        - wait: 1 day
        - letter: three
          purpose: inform
          body: "3"
        - letter: four
          at: three + 1 day
          purpose: inform
          body: "4"
        - wait: 1 day
        - repeat: again
          times: 2
          every: 1 day
          steps:
            - letter: five
              purpose: inform
              body: "5"
        - end: quiet
      """
    let rig = Rig(try graphs(steps))
    try await rig.engine.pauseAll(because: "not yet")
    try await rig.place("O-1", id: "e-1")
    try await rig.engine.resumeAll()
    var left: [Instant] = []
    // Each is refused, and mended half a day later.
    while left.count < 6 {
      rig.box.answer(Self.wrong)
      try await rig.engine.runDue()
      let broken = rig.clock.now()
      rig.clock.advance(to: broken.adding(milliseconds: 43_200_000))
      try await rig.engine.resumeAll()
      try await rig.engine.runDue()
      left.append(rig.clock.now())
      #expect(rig.box.texts.count == left.count)
      guard let due = try await rig.engine.nextDue() else { break }
      #expect(due == rig.clock.now().adding(milliseconds: 86_400_000), "\(left.count)")
      rig.clock.advance(to: due)
    }
    #expect(left.count == 6)
  }

  // MARK: What cannot be rendered

  /// Cannot render as often as it is told to.
  final class Balky: Channel {
    let box = LetterBox()
    private let errors = Mutex<[ChannelError]>([])
    var manifest: [UInt8] { [] }

    func refuse(_ all: ChannelError...) { errors.withLock { $0 += all } }

    func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
      if let error = errors.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw error }
      return try await box.render(delivery)
    }

    func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
      await box.deliver(rendering, key: key, marker: marker)
    }
  }

  func balky(_ store: any Store = MemoryStore(), _ clock: HandClock, _ channel: Balky) throws -> Engine {
    Engine(
      store: store, library: Library(try graphs()), outlets: ["letter": Outlet(channel, isKeyed: true)], zones: utcOnly,
      clock: clock)
  }

  func place(_ engine: Engine, _ clock: HandClock, _ number: Int) async throws {
    try await engine.receive(GroupTests.orders(number..<number + 1))
  }

  @Test func `what cannot be rendered for now is rendered again later, over a restart`() async throws {
    let (store, clock, channel) = (MemoryStore(), HandClock("2026-03-02 09:00"), Balky())
    let first = try balky(store, clock, channel)
    try await place(first, clock, 1)
    channel.refuse(ChannelError(.temporary, "the program has ended"), ChannelError(.temporary, "not up yet"))
    clock.set("2026-03-03 09:00")
    try await first.runDue()
    let run = try #require(store.runs(RunFilter()).first)
    #expect(run.stuck == "held: the program has ended")
    // A minute and up to a quarter more, then two.
    var next = try #require(try await first.nextDue())
    #expect(next >= time("2026-03-03 09:01") && next <= time("2026-03-03 09:02"))
    let second = try balky(store, clock, channel)
    clock.advance(to: next)
    try await second.runDue()
    let failed = clock.now()
    next = try #require(try await second.nextDue())
    #expect(next >= failed.adding(milliseconds: 120_000) && next <= failed.adding(milliseconds: 150_000))
    clock.advance(to: next)
    try await second.runDue()
    #expect(channel.box.texts.count == 1)
    #expect(try store.outbox(run: run.id).map(\.planned) == [next])
    #expect(try store.remembered(prefix: "rerun/").isEmpty)
  }

  @Test func `what can never be rendered for now fails after eight attempts`() async throws {
    let (store, clock, channel) = (MemoryStore(), HandClock("2026-03-02 09:00"), Balky())
    let engine = try balky(store, clock, channel)
    try await place(engine, clock, 1)
    for _ in 0..<8 { channel.refuse(ChannelError(.temporary, "the program has ended")) }
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    var tries = 1
    let id = try #require(store.runs(RunFilter()).first).id
    while try !store.journal(id).flatMap(\.entries).contains(where: { $0.type == "failed" }), tries < 20 {
      clock.advance(to: try #require(try await engine.nextDue()))
      try await engine.runDue()
      tries += 1
    }
    #expect(tries == 8)
  }

  @Test func `a render that fails by our own mistake holds the channel, not the step alone`() async throws {
    let (store, clock, channel) = (MemoryStore(), HandClock("2026-03-02 09:00"), Balky())
    let engine = try balky(store, clock, channel)
    for number in 1...2 { try await place(engine, clock, number) }
    channel.refuse(ChannelError(.ours, "from: is missing"))
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(
      try await engine.holds().map(\.because) == ["nothing leaves by letter until it is mended: from: is missing"])
    #expect(try store.runs(RunFilter()).allSatisfy { $0.stuck != nil })
    let again = try balky(store, clock, channel)
    try await again.runDue()
    #expect(channel.box.texts.count == 2)
  }

  /// The answer also leads to a step that cannot be rendered: the transition is made twice, and stops what it stops.
  @Test func `guarantee 9: an answer stops what is claimed, also where it leads to what cannot be rendered`()
    async throws
  {
    let text = order(
      more: """
        replies:
          more: ["more"]
        anytime:
          more: [{ tell: more-please, to: owner, say: "more" }, { end: talked }]
        """)
    let (store, clock, far, box) = (MemoryStore(), HandClock("2026-03-02 09:00"), FarSide(), LetterBox())
    box.refuseToRender("more-please")
    var outlets = box.outlets()
    outlets["letter"] = Outlet(far, isKeyed: false, isLive: false)
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(text, zones: utcOnly)), outlets: outlets, zones: utcOnly,
      clock: clock)
    try await engine.receive(GroupTests.orders(1..<2))
    clock.set("2026-03-03 09:00")
    far.beforeMarker {
      _ = try? await engine.receive(
        .event(type: "reply", id: "r", at: time("2026-03-03 09:00"), subject: "O-1", data: ["text": "more"]))
    }
    try await engine.runDue()
    #expect(far.arrived.isEmpty)
    let run = try #require(store.runs(RunFilter()).first)
    #expect(store.outbox(run: run.id).first?.state == .cancelled)
    #expect(store.journal(run.id).flatMap(\.entries).map(\.type).contains("withheld"))
  }

  /// Its fate was not known for a day, and then a person had it sent again: it is counted from then, as often as need
  /// be.
  @Test func `guarantee 12: what a person lets leave again keeps its distance to what follows`() async throws {
    let steps = """
        - letter: one
          purpose: inform
          body: "1"
        - await: reply within 20 hours
        - letter: two
          purpose: inform
          body: "2"
        - end: quiet
      """
    let (store, clock, far, box) = (MemoryStore(), HandClock("2026-03-02 09:00"), FarSide(), LetterBox())
    var outlets = box.outlets()
    outlets["letter"] = Outlet(far, isKeyed: false, isLive: false, retriesUnknown: true)
    let text = order(more: "policy: { gap: 1 day }", steps: steps)
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(text, zones: utcOnly)), outlets: outlets, zones: utcOnly,
      clock: clock)
    far.answer(.unknown(because: "the line died"), .unknown(because: "the line died"))
    try await engine.receive(GroupTests.orders(1..<2))
    clock.set("2026-03-02 09:15")
    try await engine.runDue()
    let run = try #require(store.runs(RunFilter()).first)
    #expect(store.outbox(run: run.id).map(\.state) == [.unknown] && run.run.touched == [time("2026-03-02 09:15")])
    clock.set("2026-03-03 03:00")
    let task = try #require(store.tasks(TaskFilter(isOpen: true)).first)
    try await engine.receive(.task(task.id, outcome: "again", at: clock.now()))
    try await engine.runDue()
    #expect(far.arrived.count == 1 && store.run(run.id)?.run.touched == [time("2026-03-03 03:00")])
    for _ in 0..<4 {
      guard let due = try await engine.nextDue() else { break }
      clock.advance(to: due)
      try await engine.runDue()
    }
    #expect(store.outbox(run: run.id).last?.settled == time("2026-03-04 03:00"))
  }

  @Test(arguments: [ChannelError(.permanent, "no ink"), ChannelError(.temporary, "busy")])
  func `guarantee 7: an escalation that cannot be rendered is told to whoever owns the run`(error: ChannelError)
    async throws
  {
    let steps = """
        - escalate: alarm
          to: owner
          via: letter
          say: "Nobody has answered"
        - await: reply within 1 day
        - end: quiet
      """
    let (store, clock, channel) = (MemoryStore(), HandClock("2026-03-02 09:00"), Balky())
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(order(steps: steps), zones: utcOnly)),
      outlets: ["letter": Outlet(channel, isKeyed: true)], zones: utcOnly, clock: clock)
    channel.refuse(error, error, error)
    try await place(engine, clock, 1)
    let run = try #require(store.runs(RunFilter()).first)
    #expect(store.outbox(run: run.id).isEmpty && run.isLive)
    #expect(store.journal(run.id).flatMap(\.entries).map(\.type).contains("failed"))
    let task = try #require(store.tasks(TaskFilter(isOpen: true)).first)
    #expect(task.text.contains("alarm failed: \(error.text)"))
  }

  @Test func `guarantee 18: an escalation that one person cannot be told by is told to the others`() async throws {
    func names(_ rig: Rig) -> [String] {
      rig.box.texts.map { String($0.dropFirst("alarm to ".count).prefix { $0 != ":" }) }
    }
    for (each, told) in [("", [["Mia"], ["Mia"]]), ("    each: 1 hour\n", [["Mia"], ["Mia", "Max"]])] {
      let steps = """
          - escalate: alarm
            to: [owner, owner.manager ?? owner, order.helper]
            via: letter
        \(each)    say: "Nobody has answered"
          - end: quiet
        """
      let text = order(steps: steps).replacing("{ id: text }", with: "{ id: text, helper: person }")
      let rig = Rig(try Bench.graphs(text, zones: utcOnly))
      rig.box.refuseToRender(to: "Olga")
      if each.isEmpty { rig.box.refuseToRender(to: "Max") }
      try await rig.engine.receive(
        .event(
          type: "order.placed", id: "e-1", at: rig.clock.now(), subject: "O-1",
          data: [
            "contact": ["name": "Ann", "id": "c-1"], "owner": ["name": "Olga", "manager": ["name": "Mia"]],
            "order": ["id": "O-1", "helper": ["name": "Max"]],
          ]))
      #expect(names(rig) == told[0])
      try await rig.runOut()
      #expect(names(rig) == told[1])
      let run = try #require(rig.store.runs(RunFilter()).first)
      let entries = try rig.store.journal(run.id).flatMap(\.entries)
      let failed = entries.compactMap { if case .failed(let because) = $0.kind { because } else { nil } }
      #expect(failed == (each.isEmpty ? ["Olga is nowhere", "Max is nowhere"] : ["Olga is nowhere"]))
    }
  }
}
