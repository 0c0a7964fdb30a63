import FlowCore
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// Runs that live while the program is replaced by another, which makes another graph of the text that is kept.
@Suite struct UpgradeTests {
  /// A letter after a day, an answer for two, and nobody is asked before.
  private static let text = order()
  /// What the program after it makes of the same text: the letter goes out a day later.
  private static let later = order().replacing("at: day 1", with: "at: day 2")

  /// A store with runs of the program before.
  private func before(_ text: String = Self.text, orders: Int = 1) async throws -> (rig: Rig, graph: Graph) {
    let graph = try Bench.graphs(text, zones: utcOnly)[0]
    let version = Version(fingerprint: graph.fingerprint, workflow: "order", main: "order.yaml", files: [])
    let rig = Rig([graph], sources: [graph.fingerprint: version])
    for number in 1...orders { try await rig.place("O-\(number)", id: "e-\(number)", contact: "c-\(number)") }
    return (rig, graph)
  }

  /// The program after it. The file says something else by now.
  private func after(
    _ rig: Rig, makes text: String, file: String = order().replacing("quiet", with: "silent"), judge: String? = nil
  ) throws -> Rig {
    let made = try Bench.graphs(text, zones: utcOnly)[0]
    return Rig(
      try Bench.graphs(file, zones: utcOnly), store: rig.store, clock: rig.clock, box: rig.box,
      recompile: { _ in made }, judge: { _, _ in judge })
  }

  @Test func `guarantee 4: a run goes on where its history is the same by the other graph, under its own version`()
    async throws
  {
    let (rig, graph) = try await before()
    let next = try after(rig, makes: Self.later)
    try await next.runOut()
    let run = try next.onlyRun()
    #expect(run.version == graph.fingerprint)
    // The letter's day was computed when the run came to it.
    #expect(
      try next.lines(run.id).suffix(3) == [
        "03-03 09:00 waiting await-1", "03-05 09:00 timeout await-1", "03-05 09:00 ended quiet",
      ])
  }

  @Test func `guarantee 4: what is judged is the run's history, over the graphs of all versions it has been on`()
    async throws
  {
    let (rig, graph) = try await before()
    let made = try Bench.graphs(Self.later, zones: utcOnly)[0]
    let next = Rig(
      [], store: rig.store, clock: rig.clock, box: rig.box, recompile: { _ in made },
      judge: { history, versions in
        let isWhole = history.beginning?["order"]?[path: ["id"]] == .text("O-1") && history.steps.count == 1
        let names = versions.mapValues(\.graph.fingerprint)
        return isWhole && names == [graph.fingerprint: graph.fingerprint] ? nil : "\(names)"
      })
    try await next.runOut()
    #expect(try next.onlyRun().run.outcome == "quiet")
  }

  @Test func `guarantee 4: where it is not the same, the run stands still by name, and blocks no other`() async throws {
    let (rig, graph) = try await before()
    let next = try after(rig, makes: Self.later, judge: "transition 1 is another")
    try await next.place("O-2", id: "e-2", contact: "c-2")
    try await next.runOut()
    let runs = try next.store.runs(RunFilter())
    let because = "this program reads its version \(graph.fingerprint) otherwise: transition 1 is another"
    #expect(runs.first { $0.subject == "O-1" }?.stuck == because)
    #expect(runs.first { $0.subject == "O-2" }?.run.outcome == "silent")
    #expect(next.box.texts == ["thanks to Ann: Dear Ann"])
    let id = try #require(runs.first { $0.subject == "O-1" }?.id)
    #expect(await next.engine.carryOut(.resume(run: id)) == .refused("the run \(id) stands still: \(because)"))

    // The program before comes back: nobody need ask for it.
    let back = rig.again([graph])
    try await back.engine.runDue()
    try await back.runOut()
    #expect(try back.store.run(id)?.run.outcome == "quiet")
  }

  @Test func `guarantee 1: what comes to a run that stands still is kept for it, and told when it goes on`()
    async throws
  {
    let (rig, graph) = try await before(Self.text.replacing("steps:", with: "anytime: { reply: end answered }\nsteps:"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let next = try after(rig, makes: Self.later, judge: "no")
    rig.clock.set("2026-03-03 10:00")
    let id = try next.onlyRun().id
    let reply: JSONValue = ["text": "Thank you"]
    let first = try await next.tell("reply", "O-1", id: "r-1", data: reply)
    #expect(first.reached == [id] && !first.isKnown)
    #expect(try await next.tell("reply", "O-1", id: "r-1", data: reply).isKnown)
    #expect(try next.lines(id).count == 3)
    #expect(try InboxKey.kept(for: id, in: next.store).count == 1)

    let back = rig.again([graph])
    try await back.engine.runDue()
    #expect(
      try back.lines(id).suffix(2) == ["03-03 10:00 received reply took reply", "03-03 10:00 ended answered"])
    #expect(try InboxKey.kept(for: id, in: back.store).isEmpty)
    #expect(try back.store.remembered(prefix: "unread/").isEmpty)
  }

  @Test func `guarantee 17: whoever opts out of a run that stands still is not written to again`() async throws {
    let (rig, _) = try await before()
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let next = try after(rig, makes: Self.later, judge: "no")
    _ = try await next.tell("unsubscribe", "O-1", id: "u-1")
    #expect(try next.store.suppressed(["c-1"]) == ["letter"])
  }

  @Test func `guarantee 9: a touch of a run that stands still does not leave, and never after an answer`() async throws
  {
    let (rig, graph) = try await before(orders: 2)
    rig.clock.set("2026-03-03 09:00")
    rig.box.answer(.temporary(after: nil, because: "busy"), .temporary(after: nil, because: "busy"))
    try await rig.engine.runDue()
    #expect(rig.box.texts.isEmpty)
    let next = try after(rig, makes: Self.later, judge: "no")
    _ = try await next.tell("reply", "O-1", id: "r-1", data: ["text": "Hello"])
    rig.clock.set("2026-03-03 12:00")
    try await next.engine.runDue()
    #expect(next.box.texts.isEmpty)
    let states = try next.store.runs(RunFilter()).map { try next.store.outbox(run: $0.id).map(\.state) }
    #expect(states == [[.cancelled], [.held]])

    let back = rig.again([graph])
    try await back.engine.runDue()
    #expect(back.box.texts == ["thanks to Ann: Dear Ann"])
    #expect(try back.store.runs(RunFilter()).map(\.run.outcome) == ["replied", nil])
  }

  @Test func `guarantee 4: a run that stands still is moved where its history names the steps it stands at`()
    async throws
  {
    let (rig, graph) = try await before(orders: 2)
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let next = try after(
      rig, makes: Self.later, file: Self.text.replacing("within 2 days", with: "within 3 days"), judge: "no")
    let runs = try next.store.runs(RunFilter()).map(\.id)
    _ = try await next.tell("reply", "O-2", id: "r-1", data: ["text": "Hello"])
    let present = try Bench.graphs(Self.text.replacing("within 2 days", with: "within 3 days"), zones: utcOnly)[0]
    for run in runs {
      #expect(try await next.engine.migrate(run) == .moved(from: graph.fingerprint, to: present.fingerprint))
    }
    #expect(try next.store.run(runs[0])?.due == time("2026-03-06 09:00"))
    // What had come meanwhile is told on the version that it is on now.
    #expect(try next.store.run(runs[1])?.run.outcome == "replied")
  }

  @Test func `guarantee 4: a run whose numbers mean other steps is not moved`() async throws {
    let (rig, _) = try await before()
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let shifted = Self.text.replacing("steps:", with: "steps:\n  - wait: 1 hour")
    let next = try after(rig, makes: shifted, judge: "no")
    let run = try next.onlyRun()
    guard case .stranded = try await next.engine.migrate(run.id) else {
      Issue.record("it was moved")
      return
    }
    #expect(try next.onlyRun().run == run.run)
    var versions = Versions(
      Library([], recompile: { _ in .failure(Unreadable("order.yaml:3, as it was then: no")) }))
    let strays = try versions.strays(in: next.store, zones: utcOnly).strays
    #expect(strays.map(\.run) == [run.id] && strays.map(\.canMove) == [false])
    #expect(
      strays.map(\.because) == [
        "its version \(run.version) cannot be read any more: order.yaml:3, as it was then: no"
      ])
  }

  @Test func `guarantee 4: a run does not go on by another graph of a text with an error, and can be moved`()
    async throws
  {
    let (rig, graph) = try await before()
    let id = try rig.onlyRun().id
    let made = try Bench.graphs(Self.later, zones: utcOnly)[0]
    func strays(_ graph: Graph) throws -> (strays: [Stray], others: Int) {
      let because = "order.yaml:3, as it was then: no"
      var versions = Versions(
        Library([], recompile: { _ in .success(Recompiled(graph, problem: because)) }, judge: { _, _ in nil }))
      return try versions.strays(in: rig.store, zones: utcOnly)
    }
    let (found, others) = try strays(made)
    #expect(found.map(\.run) == [id] && found.map(\.canMove) == [true] && others == 0)
    #expect(
      found.map(\.because) == [
        "its version \(graph.fingerprint) cannot be read any more: order.yaml:3, as it was then: no"
      ])
    // A check that is new strands nobody whose graph is the same.
    #expect(try strays(graph).strays.isEmpty)
  }

  @Test func `guarantee 4: a run that stands still with a touch waiting is not said to be movable`() async throws {
    let (rig, _) = try await before()
    rig.clock.set("2026-03-03 09:00")
    rig.box.answer(.temporary(after: nil, because: "busy"))
    try await rig.engine.runDue()
    let made = try Bench.graphs(Self.later, zones: utcOnly)[0]
    let next = try after(rig, makes: Self.later, judge: "no")
    rig.clock.set("2026-03-03 12:00")
    try await next.engine.runDue()
    let run = try next.onlyRun()
    #expect(try next.store.outbox(run: run.id).map(\.state) == [.held])
    var versions = Versions(Library([], recompile: { _ in .success(Recompiled(made)) }, judge: { _, _ in "no" }))
    #expect(try versions.strays(in: next.store, zones: utcOnly).strays.map(\.canMove) == [false])
    #expect(try await next.engine.migrate(run.id) == .stranded(because: "thanks has not left yet"))
    // What is said instead.
    _ = await next.engine.carryOut(.cancel(run: run.id, because: "enough"))
    #expect(try next.onlyRun().isLive == false && next.store.outbox(run: run.id).map(\.state) == [.cancelled])
  }

  @Test func `guarantee 1: an event of the workflow's own is kept for a run whose text has no graph`() async throws {
    let (rig, graph) = try await before(
      order(more: "events:\n  order.paid: { by: text }\nanytime:\n  order.paid: end paid"), orders: 2)
    let ids = try rig.store.runs(RunFilter()).map(\.id)
    let next = Rig([], store: rig.store, clock: rig.clock, box: rig.box)
    rig.clock.set("2026-03-02 10:00")
    let paid = try await next.tell("order.paid", "O-1", id: "p-1", data: ["by": "card"])
    #expect(paid.reached == [ids[0]] && paid.unmatched == nil)
    #expect(try await next.tell("order.paid", "O-1", id: "p-1", data: ["by": "card"]).isKnown)
    #expect(try InboxKey.kept(for: ids[0], in: next.store).count == 1)
    // Nobody knows by now what it is that it waits for.
    _ = try await next.tell("order.lost", "O-2", id: "l-1")
    _ = try await next.tell("order.paid", "O-2", id: "p-2", data: ["by": 7])
    #expect(try next.store.inboxNeedingEyes().isEmpty)

    let back = rig.again([graph])
    try await back.engine.runDue()
    #expect(try back.store.runs(RunFilter()).map(\.run.outcome) == ["paid", nil])
    #expect(try back.store.remembered(prefix: "unread/").isEmpty)
    let eyes = try back.store.inboxNeedingEyes().compactMap(\.result)
    #expect(eyes.map(\.unmatched) == ["the run \(ids[1]) does not wait for \"order.lost\"", nil])
    #expect(eyes.last?.refused.map(\.workflow) == ["order"])
  }

  @Test func `a version that cannot be read any more with a line in hand holds that line, and fails no turn`()
    async throws
  {
    let (rig, _) = try await before(orders: 2)
    let (box, clock) = (rig.box, rig.clock)
    let made = try Bench.graphs(Self.later, zones: utcOnly)[0]
    let isJudged = Mutex(false)
    @Sendable func library(_ verdict: String?) -> Library {
      Library([], recompile: { _ in .success(Recompiled(made)) }) { _, _ in
        isJudged.withLock { $0 = $0 || verdict != nil }
        return verdict
      }
    }
    let meddler = Meddler(box: box)
    let outlets = box.outlets().mapValues { Outlet(meddler, isKeyed: $0.isKeyed) }
    let engine = Engine(store: rig.store, library: library(nil), outlets: outlets, zones: utcOnly, clock: clock)
    let refusing = library("no")
    meddler.whenFirst { @Sendable in
      clock.set("2026-03-03 09:01")
      // It returns when the letter in hand has left.
      Task { try await engine.reload(library: refusing, outlets: outlets, caps: nil) }
      for _ in 0..<60_000 where !isJudged.withLock({ $0 }) { try? await Task.sleep(nanoseconds: 1_000_000) }
    }
    clock.set("2026-03-03 09:00")
    try await engine.runDue()
    #expect(box.letters.count == 1)
    #expect(try rig.store.outbox(.claimed).isEmpty && rig.store.outbox(.held).count == 1)
  }

  /// The letter was to be tried again, and the clock had come to the end of the await: the run stood for it.
  @Test func `guarantee 4: a run that stands for a touch says so where its version cannot be read, and goes on later`()
    async throws
  {
    let (rig, graph) = try await before()
    rig.box.answer(.temporary(after: 60 * 3600, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    rig.clock.set("2026-03-05 09:00")
    try await rig.engine.runDue()
    #expect(try rig.onlyRun().stuck == "held: thanks has not left yet: busy")
    let next = try after(rig, makes: Self.later, judge: "transition 1 is another")
    rig.clock.set("2026-03-06 09:00")
    try await next.engine.runDue()
    let because = "this program reads its version \(graph.fingerprint) otherwise: transition 1 is another"
    #expect(try next.onlyRun().stuck == because)
    let back = rig.again([graph])
    try await back.engine.runDue()
    #expect(back.box.texts == ["thanks to Ann: Dear Ann"])
    #expect(try back.onlyRun().stuck == nil && back.onlyRun().due == time("2026-03-08 09:00"))
  }
}
