import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// The public conformance suite for stores: what ``FlowRuntime/Store`` promises, one check a promise. Each is
/// run on a new, empty store:
///
/// ```swift
/// @Test(arguments: StoreConformance.checks)
/// func `the store keeps its promises`(check: StoreConformance.Check) throws {
///   #expect(try check.violations(of: MyStore()) == [])
/// }
/// ```
public enum StoreConformance {
  public struct Check: Sendable, CustomStringConvertible {
    /// The promise, as a sentence.
    public var name: String
    let body: @Sendable (inout Examination) throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (inout Examination) throws -> Void) {
      self.name = name
      self.body = body
    }

    public var description: String { name }

    /// A sentence for each way in which the store does not keep the promise; none where it does.
    public func violations(of store: any Store) throws -> [String] {
      var examination = Examination(store: store)
      try body(&examination)
      return examination.violations
    }
  }

  public static var checks: [Check] { commits + inbox + runs + time + outbox + people }
}

/// A store under examination.
struct Examination {
  let store: any Store
  var violations: [String] = []

  init(store: any Store) { self.store = store }

  mutating func expect(_ holds: Bool, _ sentence: String) {
    if !holds { violations.append(sentence) }
  }

  mutating func expect<Value: Equatable>(_ found: Value, is wanted: Value, _ what: String) {
    if found != wanted { violations.append("\(what) is \(found), not \(wanted)") }
  }

  enum Refusal { case known, conflict }

  /// The commit must be refused in this way, and leave nothing.
  mutating func expectRefused(_ wanted: Refusal, _ what: String, _ writes: [Write]) {
    do throws(StoreError) {
      try store.commit(writes)
      violations.append("\(what) is taken")
    } catch {
      switch (wanted, error) {
      case (.known, .known), (.conflict, .conflict): break
      default: violations.append("\(what) is refused as: \(error)")
      }
    }
  }
}

/// Values to store.
enum Sample {
  static func at(_ minutes: Int64) -> Instant { Instant(milliseconds: 1_774_450_800_000 + minutes * 60_000) }

  static func incoming(_ id: String, source: String = "", at minutes: Int64 = 0) -> InboxRow {
    let incoming = Incoming(
      source: source, id: id, at: at(minutes),
      body: .event(type: "deal.won", subject: "P-1/é", data: "{\"by\":\"Zoë \\u0000 \\\"x\\\"\"}"), depth: 3)
    return InboxRow(incoming: incoming, received: at(minutes + 1))
  }

  /// A run that waits until `due`, or has ended where that is nil.
  static func run(
    _ id: String, workflow: String = "proposal", subject: String = "P-1", contact: String = "c-1",
    exclusive: String? = nil, event: String = "e-1", started: Int64 = 0, due: Int64? = 10, sequence: Int = 1
  ) -> RunRecord {
    var run = Run(
      key: subject.split(separator: "/").map(String.init), data: data, started: at(started), zone: "UTC")
    run.state =
      due.map { due in
        .waiting(
          Run.Waiting(
            node: 2, stage: .listening, arrived: at(started), due: at(due), computed: at(due), shift: 0))
      } ?? .ended(outcome: "won", at: at(started))
    run.passed = [0: at(1), 2: at(2)]
    run.reached = [0, 2]
    run.touched = [at(1)]
    run.untaken = [Event(id: "x", at: at(3), kind: .reply(text: "later, \"perhaps\" 🏠"))]
    run.led = [4: Event(id: "y", at: at(4), kind: .outOfOffice(return: CivilDate(dayNumber: 20_000)))]
    run.suppressed = ["letter"]
    return RunRecord(
      id: id, workflow: workflow, version: "9f2c41d0a7b3", subject: subject, contact: contact,
      exclusive: exclusive,
      event: event, sequence: sequence,
      threads: ["letter": Delivery.Thread(references: ["<a@b>"], subject: "Roof")], run: run)
  }

  private static var data: [String: Value] {
    [
      "contact": .record(["name": .text("Ann"), "id": .text("c-1")]), "amount": .number(.zero),
      "count": .integer(-3),
      "sent": .instant(at(0)), "days": .list([.date(CivilDate(dayNumber: 1)), .boolean(true), .absent]),
      "patience": .duration(.days(2)),
    ]
  }

  static func step(_ run: String, _ sequence: Int) -> JournalStep {
    let handover = Entry.Handover(
      verb: "letter", touch: true, to: "Ann", until: at(9), because: "day 2",
      rendered: [Entry.NamedText("body", "Good day,\n\tAnn")])
    return JournalStep(
      run: run, sequence: sequence, at: at(Int64(sequence)),
      event: Event(id: "e", at: at(0), kind: .named("deal.won", data: ["by": .text("Ann")])),
      entries: [
        Entry(at: at(1), step: "receipt", round: 2, kind: .sent(handover)),
        Entry(at: at(2), kind: .ended(outcome: "won")),
      ], touchesElsewhere: [at(0)], suppressed: ["all"],
      held: [Entry.NamedText("letter", "paused")])
  }

  static func outgoing(_ key: String, run: String = "r-1", next: Int64 = 5, verb: String = "letter") -> Outgoing {
    let rendering = Rendering(
      to: "ann@example.test", shown: [Entry.NamedText("subject", "Roof")],
      payload: (0...255).map { UInt8($0) },
      fileExtension: "txt", reference: "<a@b>")
    return Outgoing(
      key: IdempotencyKey(key), run: run, sequence: 4, node: 2, step: "receipt", round: nil, verb: verb,
      touch: true, contact: ["c-1", "ann@example.test"], owner: .record(["name": .text("Olga")]),
      rendering: rendering, digest: "00ff", planned: at(5), next: at(next))
  }

  static func task(_ id: String, run: String = "r-1", assigned: Int64 = 0) -> TaskRecord {
    TaskRecord(
      id: id, run: run, workflow: "proposal", kind: .step(node: 3, name: "objections", verb: "visit"),
      person: .record(["name": .text("Olga")]), contact: .record(["name": .text("Ann")]),
      text: "Ask.\n\nTwice.",
      assigned: at(assigned), due: at(9), outcomes: ["done", "declined"])
  }
}
