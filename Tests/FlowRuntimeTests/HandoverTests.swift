import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// From the outbox to the channel (guarantees 6 to 9).
struct HandoverTests {
  func rig(areKeyed: Bool = true, steps: String? = nil) async throws -> Rig {
    let rig = Rig(try Bench.graphs(order(steps: steps), zones: utcOnly), areKeyed: areKeyed)
    try await rig.place("O-1", id: "e-1")
    return rig
  }

  func line(_ rig: Rig) throws -> Outgoing {
    let lines = try rig.store.outbox(run: rig.onlyRun().id)
    return try #require(lines.first)
  }

  @Test func `what fails for a time is tried again, with the same key and bytes`() async throws {
    let rig = try await rig()
    rig.box.answer(.temporary(after: nil, because: "busy"), .temporary(after: 600, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let first = try line(rig)
    #expect(first.state == .planned && first.because == "busy" && first.attempts == 1)
    // One minute, and up to a quarter of it more.
    #expect(
      first.next >= time("2026-03-03 09:01")
        && first.next <= time("2026-03-03 09:01").adding(milliseconds: 15_000))
    #expect(try await rig.engine.nextDue() == first.next)
    #expect(try await rig.engine.runDue() == 0)
    #expect(try line(rig).attempts == 1)

    rig.clock.advance(to: first.next)
    try await rig.engine.runDue()
    // The far side asked for ten minutes.
    #expect(try line(rig).next >= first.next.adding(milliseconds: 600_000))
    rig.clock.advance(to: try line(rig).next)
    try await rig.engine.runDue()
    let last = try line(rig)
    #expect(last.state == .accepted && last.attempts == 3 && last.key == first.key)
    #expect(rig.box.texts == ["thanks to Ann: Dear Ann"])
  }

  @Test func `after eight attempts it is given up, and the run and its owner are told`() async throws {
    let rig = try await rig()
    for _ in 0..<8 { rig.box.answer(.temporary(after: nil, because: "busy")) }
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    for _ in 0..<20 {
      guard try line(rig).state == .planned else { break }
      rig.clock.advance(to: try line(rig).next)
      try await rig.engine.runDue()
    }
    #expect(try line(rig).state == .failed && line(rig).attempts == 8)
    // 1 + 2 + 4 + … + 64 minutes, and at most a quarter more.
    #expect(rig.clock.now() >= time("2026-03-03 11:07") && rig.clock.now() <= time("2026-03-03 11:39"))
    #expect(try rig.lines(rig.onlyRun().id).contains { $0.contains("failed thanks: tried 8 times: busy") })
    #expect(try rig.store.tasks(TaskFilter(isOpen: true)).map(\.name) == ["failed"])
    #expect(try rig.onlyRun().isLive)
  }

  @Test func `a far side that wants more patience than there is is told of, with what it wants`() async throws {
    let rig = try await rig()
    rig.box.answer(.temporary(after: 1_000_000_000_000, because: "answered 429"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    #expect(
      try line(rig).because
        == "tried once: answered 429; it wants to be asked again after 1000000000000 seconds, beyond the 72 hours for "
        + "which it is tried")
  }

  @Test func `an answer stops what has not left`() async throws {
    let rig = try await rig()
    rig.box.answer(.temporary(after: 3600, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    rig.clock.set("2026-03-03 09:30")
    try await rig.tell("reply", "O-1", id: "e-2", data: ["text": "stop it"])
    #expect(try line(rig).state == .cancelled && line(rig).because == "reply came first")
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
    #expect(try rig.lines(rig.onlyRun().id).contains("03-03 09:30 withheld thanks: reply came first"))
  }

  /// What waited when the process ended does not leave before an answer that has come in since is heard.
  @Test func `an answer is heard before anything leaves`() async throws {
    let rig = try await rig()
    rig.box.answer(.ours(because: "wrong password"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let next = rig.again(try Bench.graphs(order(), zones: utcOnly))
    try await next.tell("reply", "O-1", id: "e-2", data: ["text": "stop it"])
    #expect(rig.box.texts.isEmpty)
    #expect(try line(rig).state == .cancelled)
    let types = try next.lines(next.onlyRun().id).suffix(3).map { line in
      String(line.split(separator: " ")[2])
    }
    #expect(types == ["received", "withheld", "ended"])
  }

  @Test func `whoever opts out before the first touch is never written to, in any workflow`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.tell("unsubscribe", "O-1", id: "e-2", data: [:])
    #expect(try rig.store.suppressed(["c-1"]) == ["all"])
    try await rig.place("O-2", id: "e-3")
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
  }

  @Test func `whoever opts out after the end is not written to again`() async throws {
    let rig = try await rig()
    try await rig.runOut()
    #expect(try !rig.onlyRun().isLive)
    try await rig.tell("unsubscribe", "O-1", id: "e-2", data: [:])
    #expect(try rig.store.suppressed(["c-1"]) == ["letter"])
  }

  /// The least distance to a contact's last touch counts touches of all runs.
  @Test func `the gap holds over all of a contact's runs`() async throws {
    let rig = Rig(
      try Bench.graphs(order(more: "policy: { gap: 2 days }"), zones: utcOnly), at: "2026-03-02 09:00")
    try await rig.place("O-1", id: "e-1")
    rig.clock.set("2026-03-02 15:00")
    try await rig.place("O-2", id: "e-2")
    try await rig.runOut()
    let runs = try rig.store.runs(RunFilter())
    let all: [String] = try runs.flatMap { run -> [String] in try rig.lines(run.id) }
    let sent = all.filter { $0.contains("sent thanks") }
    // Due on the 3rd at 09:00 and at 15:00; the second waits for the 5th at 09:00.
    #expect(sent.map { String($0.prefix(11)) } == ["03-03 09:00", "03-05 09:00"])
  }

  @Test func `whoever is suppressed while it waits does not get it`() async throws {
    let rig = try await rig()
    rig.box.answer(.temporary(after: nil, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    try await rig.engine.receive(
      Incoming(
        id: "s", at: rig.clock.now(), body: .suppress(contact: "c-1", channel: "letter", because: "asked")))
    rig.clock.advance(to: try line(rig).next)
    try await rig.engine.runDue()
    #expect(try line(rig).state == .cancelled)
    #expect(rig.box.texts.isEmpty)
    #expect(try rig.lines(rig.onlyRun().id).last?.contains("withheld thanks: letter is suppressed") == true)
  }

  /// Whatever leaves, leaves inside the window: also what was due inside it and is tried again later.
  @Test func `a second attempt outside the window waits for the next opening`() async throws {
    let rig = try await rig(
      steps: """
          - letter: thanks
            at: day 1
            window: daily 08:00-09:30
            purpose: inform
            body: "Dear {{ contact.name }}"
          - await: reply within 3 days
          - end: quiet
        """)
    rig.box.answer(.temporary(after: 3600, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    // An hour later, and up to a quarter of a minute more: half an hour after the window has closed.
    rig.clock.advance(to: try line(rig).next)
    try await rig.engine.runDue()
    #expect(rig.box.texts.isEmpty)
    #expect(try line(rig).state == .planned && line(rig).next == time("2026-03-04 08:00"))
    #expect(try rig.lines(rig.onlyRun().id).last?.contains("deferred thanks") == true)
    rig.clock.set("2026-03-04 08:00")
    try await rig.engine.runDue()
    #expect(rig.box.texts == ["thanks to Ann: Dear Ann"])
  }

  @Test func `a condition that no longer holds stops what has not left`() async throws {
    let rig = Rig(
      try Bench.graphs(
        order(
          more: """
            events:
              order.changed: { id: text }
            anytime:
              order.changed:
                - set: { order.id: event.id }
            """,
          steps: """
              - letter: thanks
                if: order.id == "O-1"
                at: day 1
                purpose: inform
                body: "Dear {{ contact.name }}"
              - await: reply within 3 days
              - end: quiet
            """), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    rig.box.answer(.temporary(after: 3600, because: "busy"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    try await rig.tell("order.changed", "O-1", id: "e-2", data: ["id": "O-2"])
    rig.clock.advance(to: try line(rig).next)
    try await rig.engine.runDue()
    #expect(rig.box.texts.isEmpty)
    #expect(try line(rig).state == .cancelled)
    #expect(try rig.lines(rig.onlyRun().id).last?.contains("withheld thanks: order.id == \"O-1\" is false") == true)
  }

  @Test func `our own mistake is held until the next start, and blames nobody`() async throws {
    let rig = try await rig()
    rig.box.answer(.ours(because: "wrong password"))
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    let because = "nothing leaves by letter until it is mended: wrong password"
    #expect(try line(rig).state == .held && line(rig).because == "held: " + because)
    // The run is not told that it failed; a person is told what to mend.
    #expect(
      try rig.store.tasks(TaskFilter()).map(\.text) == [
        "Sending is held: \(because). `flow resume --all` lets it go on."
      ])
    #expect(try !rig.lines(rig.onlyRun().id).contains { $0.contains("failed") })
    let next = rig.again(try Bench.graphs(order(), zones: utcOnly))
    try await next.engine.runDue()
    #expect(try line(rig).state == .accepted)
    #expect(rig.box.texts.count == 1)
  }

  @Test func `an unknown fate: tried again where the far side takes keys, else a person decides`()
    async throws
  {
    for areKeyed in [true, false] {
      let rig = try await rig(areKeyed: areKeyed)
      rig.box.answer(.unknown(because: "the line died"))
      rig.clock.set("2026-03-03 09:00")
      try await rig.engine.runDue()
      #expect(try line(rig).state == (areKeyed ? .planned : .unknown))
      #expect(try rig.store.tasks(TaskFilter(isOpen: true)).count == (areKeyed ? 0 : 1))
      try await rig.runOut()
      #expect(rig.box.texts.count == (areKeyed ? 1 : 0))
    }
  }

  @Test func `what will never arrive fails at once`() async throws {
    let rig = try await rig(
      steps: """
            - letter: thanks
              purpose: inform
              body: "Dear {{ contact.name }}"
            - end: sent
        """)
    let other = Rig(
      try Bench.graphs(
        order(
          steps: """
                - letter: thanks
                  purpose: inform
                  body: "Dear {{ contact.name }}"
                - end: sent
            """), zones: utcOnly))
    #expect(try rig.onlyRun().run.outcome == "sent")
    other.box.answer(.permanent(because: "no such street"))
    try await other.place("O-1", id: "e-1")
    // The run had ended in the transition that sent it: its journal and its owner are told all the same.
    #expect(try other.lines(other.onlyRun().id).last == "03-02 09:00 failed thanks: no such street")
    let tasks = try other.store.tasks(TaskFilter(isOpen: true))
    #expect(tasks.map(\.text) == ["thanks failed: no such street"])
    #expect(tasks.first?.person[path: ["name"]] == .text("Olga"))
  }

  @Test func `what cannot be rendered fails, and nothing leaves`() async throws {
    let rig = try await rig()
    rig.box.refuseToRender("thanks")
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
    #expect(try rig.store.outbox(run: rig.onlyRun().id).isEmpty)
    #expect(try rig.lines(rig.onlyRun().id).contains("03-03 09:00 failed thanks: no ink"))
    #expect(try rig.store.tasks(TaskFilter(isOpen: true)).map(\.name) == ["failed"])
  }

  @Test(arguments: ["end silent", "hold 5 days"])
  func `what cannot be rendered goes on where the file says that it has failed`(target: String) async throws {
    let rig = Rig(
      try Bench.graphs(
        order(
          steps: """
              - ring: bell
                within: 2 days
                then: { ok: end rung, failed: \(target), timeout: end late }
            """), zones: utcOnly))
    rig.box.refuseToRender("bell")
    try await rig.place("O-1", id: "e-1")
    try await rig.runOut()
    #expect(try rig.store.outbox(run: rig.onlyRun().id).isEmpty)
    let lines = try rig.lines(rig.onlyRun().id)
    #expect(lines.prefix(2) == ["03-02 09:00 started", "03-02 09:00 failed bell: no ink"])
    // As when the far side refuses: what is held waits on, and then nothing has come.
    #expect(lines.last == (target == "end silent" ? "03-02 09:00 ended silent" : "03-07 09:00 ended late"))
  }

  @Test func `a later letter knows those before it, and equal steps have keys of their own`() async throws {
    let rig = try await rig(
      steps: """
            - repeat: nudge
              times: 2
              every: 1 day
              steps:
                - letter: hint
                  purpose: inform
                  body: "Dear {{ contact.name }}"
            - end: sent
        """)
    try await rig.runOut()
    #expect(rig.box.texts == ["hint to Ann: Dear Ann", "hint to Ann: Dear Ann after <hint>"])
    #expect(Set(rig.box.letters.map(\.key)).count == 2)
    #expect(rig.box.letters.allSatisfy { $0.key.utf8.count == 32 })
  }

  /// What left late counts from when it left, in its own run and in others, and after a restart.
  @Test func `guarantee 12: the gap counts from when a touch really went out`() async throws {
    let text = order(
      more: "policy: { gap: 1 day }",
      steps: """
          - letter: thanks
            purpose: inform
            body: "Dear {{ contact.name }}"
          - letter: hint
            purpose: inform
            body: "Dear {{ contact.name }} again"
          - await: reply within 2 days
          - end: quiet
        """)
    let graphs = try Bench.graphs(text, zones: utcOnly)
    let rig = Rig(graphs)
    rig.box.answer(.temporary(after: 3 * 3600, because: "busy"))
    try await rig.place("O-1", id: "e-1")
    // Three hours, and up to a quarter of a minute.
    let left = try line(rig).next
    rig.clock.advance(to: left)
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 1)
    let next = rig.again(graphs)
    next.clock.set("2026-03-03 09:00")
    try await next.engine.runDue()
    #expect(rig.box.texts.count == 1)
    #expect(try next.onlyRun().due == left.adding(milliseconds: 86_400_000))
    // Another run of the contact waits as long after the second.
    next.clock.advance(to: try #require(next.onlyRun().due))
    try await next.engine.runDue()
    #expect(rig.box.texts.count == 2)
    try await next.place("O-2", id: "e-2")
    let second = try #require(next.store.runs(RunFilter(subject: "O-2")).first)
    #expect(second.due == left.adding(milliseconds: 2 * 86_400_000))
  }

  @Test func `guarantee 12: what is tried again keeps its distance to what went out meanwhile`() async throws {
    let graphs = try Bench.graphs(GroupTests.letterAtOnce, zones: utcOnly)
    let rig = Rig(graphs, caps: Caps(gap: .days(1)))
    // Tried again after two days.
    rig.box.answer(.temporary(after: 172_800, because: "busy"))
    try await rig.place("O-1", id: "e-1")
    rig.clock.set("2026-03-04 08:00")
    try await rig.place("O-2", id: "e-2")
    #expect(rig.box.texts.count == 1)
    let first = try #require(rig.store.runs(RunFilter(subject: "O-1")).first)
    rig.clock.set("2026-03-04 10:00")
    try await rig.engine.runDue()
    #expect(rig.box.texts.count == 1)
    let line = try #require(rig.store.outbox(run: first.id).first)
    #expect(line.state == .planned && line.next == time("2026-03-05 08:00"))
  }
}
