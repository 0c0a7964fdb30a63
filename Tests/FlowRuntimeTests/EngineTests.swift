import FlowCore
import FlowRuntime
import FlowTesting
import FlowTime
import Testing

/// Runs that are carried through: time, answers, tasks, deliveries (language, section 6; guarantees 7 to 9,
/// 11, 17).
struct EngineTests {
  @Test func `a silent contact gets the letter, and the run ends`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    #expect(rig.box.texts.isEmpty)
    try await rig.runOut()
    #expect(
      try rig.lines(rig.onlyRun().id) == [
        "03-02 09:00 started", "03-03 09:00 sent thanks", "03-03 09:00 waiting await-1",
        "03-05 09:00 timeout await-1", "03-05 09:00 ended quiet",
      ])
    #expect(rig.box.texts == ["thanks to Ann: Dear Ann"])
    let line = try #require(try rig.store.outbox(run: rig.onlyRun().id).first)
    #expect(line.state == .accepted && line.receipt == "post" && line.attempts == 1)
    // printf 'thanks to Ann: Dear Ann' | sha256sum
    #expect(line.digest == "cc0e959de29f58232cbd22cf17e0b7a9c0e40337d5994acab7815d41b3201c8d")
  }

  @Test func `guarantee 3: the journal has the very instant of a transition, however long a commit takes`()
    async throws
  {
    let rig = Rig(
      try Bench.graphs(order(), zones: utcOnly), clock: HandClock("2026-03-02 09:00", tick: 7))
    try await rig.place("O-1", id: "e-1")
    try await rig.runOut()
    let run = try rig.onlyRun()
    let journal = try rig.store.journal(run.id)
    #expect(journal.map { $0.entries.map(\.type) } == [["started"], ["sent", "waiting"], ["timeout", "ended"]])
    for step in journal { #expect(step.entries.allSatisfy { $0.at == step.at }) }
    #expect(journal.first?.at == run.run.started)
  }

  @Test func `the longest due are woken first, each at the clock's now`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    for (number, start) in ["2026-03-02 11:00", "2026-03-02 10:00", "2026-03-02 12:00"].enumerated() {
      rig.clock.set(start)
      try await rig.place("O-\(number)", id: "e-\(number)", contact: "c-\(number)")
    }
    rig.clock.set("2026-03-03 11:30")
    #expect(try await rig.engine.runDue() == 2)
    let runs = try rig.store.runs(RunFilter())
    #expect(runs.map(\.subject) == ["O-1", "O-0", "O-2"])
    // Steps count from what was really done: two days after 11:30, not after 10:00 and 11:00.
    #expect(
      runs.map(\.due) == [time("2026-03-05 11:30"), time("2026-03-05 11:30"), time("2026-03-03 12:00")])
  }

  @Test(arguments: ["", "anytime: { reply: end answered }"])
  func `of an answer without text its owner is told that it came`(own: String) async throws {
    let rig = Rig(try Bench.graphs(order(more: own), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.tell("reply", "O-1", id: "e-2", data: ["text": ""])
    let text = own.isEmpty ? "an answer without text" : "an answer without text\n\ntaken by reply"
    #expect(try rig.store.tasks(TaskFilter()).map(\.text) == [text])
  }

  @Test func `an answer ends the run, its owner reads it, and a late event changes nothing`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let received = try await rig.tell("reply", "O-1", id: "e-2", data: ["text": "Thanks!"])
    #expect(received.reached == [try rig.onlyRun().id])
    #expect(try rig.onlyRun().run.outcome == "replied")
    let tasks = try rig.store.tasks(TaskFilter(isOpen: true))
    #expect(tasks.map(\.name) == ["read-reply"])
    #expect(tasks.map(\.text) == ["Thanks!"] && tasks[0].person[path: ["name"]] == .text("Olga"))
    #expect(tasks[0].id.utf8.count == 8)
    #expect(try await rig.tell("reply", "O-1", id: "e-3", data: ["text": "?"]).unmatched != nil)
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
    #expect(
      try await rig.engine.receive(.task(tasks[0].id, outcome: "done", at: rig.clock.now())).refused.isEmpty)
    #expect(try rig.store.tasks(TaskFilter(isOpen: true)).isEmpty)
  }

  @Test func `only the new text of a reply counts, and all of it stands in the inbox`() async throws {
    let classes = "replies: { declined: [no thanks], interested: [tell me more] }"
    let anytime = "anytime: { declined: end lost, interested: end won }"
    let rig = Rig(try Bench.graphs(order(more: "\(classes)\n\(anytime)"), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let whole = "Tell me more.\n\nOn Mon, 2 Mar 2026 at 09:00, Olga <olga@acme.test> wrote:\n> or say no thanks"
    try await rig.tell("reply", "O-1", id: "e-2", data: ["text": .string(whole)])
    #expect(try rig.onlyRun().run.outcome == "won")
    let row = try #require(try rig.store.inbox(InboxKey(source: "", id: "e-2")))
    guard case .event(_, _, let data) = row.incoming.body else {
      Issue.record("\(row.incoming.body)")
      return
    }
    #expect(try JSONReader.read(data)["text"] == .string(whole))

    // Nothing but what we wrote ourselves is no class.
    try await rig.place("O-2", id: "e-3", contact: "c-2")
    try await rig.tell("reply", "O-2", id: "e-4", data: ["text": "> no thanks"])
    #expect(try rig.store.runs(RunFilter(subject: "O-2")).first?.run.outcome == "replied")
  }

  @Test func `a reply is told by the run's id as well`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let run = try rig.onlyRun().id
    #expect(try await rig.tell("reply", run, id: "e-2", data: ["text": "x"]).reached == [run])
  }

  // MARK: Tasks

  static let errands = order(
    steps: """
        - errand: question
          by: owner
          say: "Ask {{ contact.name }}"
          within: 2 days
          then:
            done: end asked
            declined: end declined
            timeout: next
        - end: late
      """)

  @Test func `a task is done once, with one of its outcomes`() async throws {
    let rig = Rig(try Bench.graphs(Self.errands, zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let task = try #require(try rig.store.tasks(TaskFilter()).first)
    #expect(task.text == "Ask Ann" && task.due == time("2026-03-04 09:00") && task.name == "question")
    func tell(_ outcome: String) async throws -> [String] {
      let received = try await rig.engine.receive(.task(task.id, outcome: outcome, at: rig.clock.now()))
      return received.refused.flatMap(\.because)
    }
    #expect(
      try await tell("perhaps") == ["\"perhaps\" is no outcome of the task \(task.id): done, declined"])
    #expect(try await tell("declined") == [])
    #expect(try rig.onlyRun().run.outcome == "declined")
    #expect(try await tell("done") == ["the task \(task.id) is done already: declined"])
    #expect(
      try await rig.engine.receive(.task("00000000", outcome: "done", at: rig.clock.now())).unmatched
        == "there is no task \"00000000\"")
  }

  @Test func `what interrupts a task withdraws it, and says so`() async throws {
    let rig = Rig(try Bench.graphs(Self.errands, zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.tell("reply", "O-1", id: "e-2", data: ["text": "no"])
    let task = try #require(try rig.store.tasks(TaskFilter()).first { $0.name == "question" })
    guard case .withdrawn = task.state else { return #expect(task.state == .open) }
    #expect(!task.isOpen)
  }

  // MARK: Suppression

  @Test func `who leaves gets nothing more from any workflow`() async throws {
    let rig = Rig(
      try Bench.graphs(order(), order("offer").replacing("order.placed", with: "offer.made"), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.place("O-2", id: "e-2", type: "offer.made")
    rig.clock.set("2026-03-03 09:00")
    try await rig.engine.runDue()
    try await rig.tell("unsubscribe", "O-1", id: "e-3")
    #expect(try rig.store.suppressions().map { [$0.contact, $0.channel] } == [["c-1", "letter"]])
    try await rig.place("O-3", id: "e-4", type: "offer.made")
    try await rig.runOut()
    #expect(rig.box.texts.count == 2)
    let third = try #require(try rig.store.runs(RunFilter(subject: "O-3")).first)
    #expect(try rig.lines(third.id)[1].hasPrefix("03-04 09:00 withheld thanks"))
  }

  @Test func `a contact is the same by id, address and number`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.engine.receive(
      Incoming(
        id: "s", at: rig.clock.now(),
        body: .suppress(contact: "ANN@example.test", channel: "all", because: "asked on the telephone")))
    try await rig.engine.receive(
      .event(
        type: "order.placed", id: "e-1", at: rig.clock.now(),
        data: [
          "contact": ["name": "Ann", "id": "c-7", "email": "Ann@Example.test"], "owner": ["name": "Olga"],
          "order": ["id": "O-1"],
        ]))
    try await rig.runOut()
    #expect(rig.box.texts.isEmpty)
  }

  @Test func `caps count a contact's touches in other runs`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly), caps: Caps(gap: .days(1)))
    try await rig.place("O-1", id: "e-1")
    rig.clock.set("2026-03-02 12:00")
    try await rig.place("O-2", id: "e-2")
    try await rig.runOut()
    let second = try #require(try rig.store.runs(RunFilter(subject: "O-2")).first)
    let lines = try rig.lines(second.id)
    #expect(lines[1].hasPrefix("03-03 12:00 deferred thanks"))
    #expect(lines[2] == "03-04 09:00 sent thanks")
  }

  // MARK: Versions

  @Test func `a run ends on the version it started with`() async throws {
    let old = try Bench.graphs(order(), zones: utcOnly)
    let new = try Bench.graphs(order().replacing("quiet", with: "silent"), zones: utcOnly)
    let version = Version(fingerprint: old[0].fingerprint, workflow: "order", main: "order.yaml", files: [])
    let rig = Rig(old, sources: [version.fingerprint: version])
    try await rig.place("O-1", id: "e-1")
    #expect(try rig.store.version(version.fingerprint) == version)

    let later = Rig(new, store: rig.store, clock: rig.clock, box: rig.box, recompile: { _ in old[0] })
    try await later.place("O-2", id: "e-2")
    try await later.runOut()
    #expect(
      try later.store.runs(RunFilter()).map(\.run.outcome).sorted { ($0 ?? "") < ($1 ?? "") } == [
        "quiet", "silent",
      ])
  }

  @Test func `a run whose version cannot be read waits by name, and blocks no other`() async throws {
    let rig = Rig(try Bench.graphs(order(), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    let later = rig.again(try Bench.graphs(order().replacing("quiet", with: "silent"), zones: utcOnly))
    try await later.place("O-2", id: "e-2")
    try await later.runOut()
    let runs = try later.store.runs(RunFilter())
    #expect(runs.first { $0.subject == "O-1" }?.stuck?.hasSuffix("the store does not keep it") == true)
    #expect(runs.first { $0.subject == "O-2" }?.run.outcome == "silent")
    #expect(rig.box.texts == ["thanks to Ann: Dear Ann"])

    let mended = rig.again(try Bench.graphs(order(), zones: utcOnly))
    let first = try #require(runs.first { $0.subject == "O-1" })
    try await mended.engine.resume(first.id)
    try await mended.runOut()
    #expect(try mended.store.run(first.id)?.run.outcome == "quiet")
  }

  @Test func `what comes in together is taken by time, then by id`() async throws {
    let more =
      "events:\n  order.paid: {}\n  order.lost: {}\nanytime:\n  order.paid: end paid\n  order.lost: end lost"
    let rig = Rig(try Bench.graphs(order(more: more), zones: utcOnly))
    try await rig.place("O-1", id: "e-1")
    try await rig.place("O-2", id: "e-2", contact: "c-2")
    func event(_ type: String, _ id: String, _ at: String, _ subject: String) -> Incoming {
      .event(type: type, id: id, at: time(at), subject: subject)
    }
    let received = try await rig.engine.receive([
      event("order.paid", "b", "2026-03-02 08:00", "O-1"),
      event("order.lost", "a", "2026-03-02 08:00", "O-1"),
      event("order.paid", "d", "2026-03-02 07:00", "O-2"),
      event("order.lost", "c", "2026-03-02 07:30", "O-2"),
    ])
    #expect(received.map { $0.reached.count } == [0, 1, 1, 0])
    #expect(try rig.store.runs(RunFilter(subject: "O-1")).map(\.run.outcome) == ["lost"])
    #expect(try rig.store.runs(RunFilter(subject: "O-2")).map(\.run.outcome) == ["paid"])
  }
}
