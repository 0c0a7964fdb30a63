import FlowCore
import FlowRuntime
import FlowSQLite
import FlowTesting
import FlowTime
import Foundation
import Testing

/// The engine over a file tells the story that it tells over memory, whatever ends the process in between.
struct EngineOnFileTests {
  static let text = """
    workflow: order
    trigger: { event: order.placed, key: order.id }
    input:
      contact: contact
      owner: person
      order: { id: text, amount: number, due: date }
    timezone: '"UTC"'
    owner: owner
    replies:
      later: ["later"]
    anytime:
      later:
        - errand: read-it
          by: owner
          say: "{{ contact.name }}: {{ reply.text }}"
        - hold: 2 days
      out-of-office: hold until return + 1 business day, or 5 business days
    steps:
      - letter: thanks
        at: day 1
        purpose: inform
        body: "Dear {{ contact.name }}, {{ order.amount }} by {{ order.due | date }}"
      - repeat: nudge
        times: 2
        every: 2 days
        steps:
          - letter: hint
            purpose: inform
            body: "Dear {{ contact.name }}"
      - await: reply within 2 days
      - end: quiet
    """

  static let zones = FixedZones([], version: "none")

  static func at(_ hours: Int64) -> Instant { Instant(seconds: 1_772_442_000 + hours * 3600) }

  /// What happens from outside, a step at a time, each on an engine of its own.
  static func tell(_ step: Int, _ store: any Store, _ graphs: [Graph], _ box: LetterBox) async throws {
    func engine(at hours: Int64) -> Engine {
      Engine(
        store: store, library: Library(graphs), outlets: box.outlets(), zones: zones,
        clock: FixedClock(at(hours)))
    }
    func event(_ type: String, at hours: Int64, _ data: JSONValue) -> Incoming {
      .event(type: type, id: type, at: at(hours), subject: "O-1", data: data)
    }
    switch step {
    case 0:
      let data: JSONValue = [
        "contact": ["name": "Ann", "email": "ann@example.test"], "owner": ["name": "Olga"],
        "order": ["id": "O-1", "amount": .number("12.50"), "due": "2026-04-01"],
      ]
      try await engine(at: 0).receive(event("order.placed", at: 0, data))
    case 2: try await engine(at: 30).receive(event("reply", at: 30, ["text": "perhaps later"]))
    case 5: try await engine(at: 80).receive(event("out-of-office", at: 80, ["return": "2026-03-09"]))
    default: try await engine(at: Int64(step) * 24).runDue()
    }
  }

  static let steps = 30

  static func outcome(of store: any Store) throws -> [[Entry]] {
    try store.runs(RunFilter()).map { try store.journal($0.id).flatMap(\.entries) }
  }

  /// Moved away, or with another in its place: whatever was written to it would be lost.
  @Test(arguments: [false, true])
  func `guarantee 20: where the file is gone nothing is committed and nothing leaves`(isReplaced: Bool) async throws {
    let (scratch, box) = (try Scratch(), LetterBox())
    let engine = Engine(
      store: try scratch.open(), library: Library(try Bench.graphs(Self.text, zones: Self.zones)),
      outlets: box.outlets(), zones: Self.zones, clock: FixedClock(Self.at(24)))
    func place(_ subject: String) -> Incoming {
      .event(
        type: "order.placed", id: subject, at: Self.at(0), subject: subject,
        data: [
          "contact": ["name": "Ann", "email": .string("\(subject)@example.test")], "owner": ["name": "Olga"],
          "order": ["id": .string(subject), "amount": .number("12.50"), "due": "2026-04-01"],
        ])
    }
    try await engine.receive(place("O-1"))
    let (path, away) = (scratch.path, scratch.path + ".away")
    try FileManager.default.moveItem(atPath: path, toPath: away)
    if isReplaced { try Data().write(to: URL(filePath: path)) }
    await #expect(throws: StoreError.self) { try await engine.receive(place("O-2")) }
    await #expect(throws: StoreError.self) { try await engine.pauseAll(because: "stop") }
    if isReplaced {
      #expect(try Data(contentsOf: URL(filePath: path)).isEmpty)
      try FileManager.default.removeItem(atPath: path)
    } else {
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    // The very file again: it goes on by itself.
    try FileManager.default.moveItem(atPath: away, toPath: path)
    try await engine.receive(place("O-3"))
    let store = try SQLiteStore(path: path, access: .reading)
    #expect(try store.runs(RunFilter()).map(\.subject).sorted() == ["O-1", "O-3"])
  }

  @Test func `a process for each step on a file, and one in memory, tell the same story`() async throws {
    let graphs = try Bench.graphs(Self.text, zones: Self.zones)
    let memory = MemoryStore()
    let (near, far) = (LetterBox(), LetterBox())
    let scratch = try Scratch()
    for step in 0..<Self.steps {
      try await Self.tell(step, memory, graphs, near)
      // The engine before lets go of the file a moment after its last call, on a thread of its own.
      try await Self.tell(step, try scratch.open(patience: 5), graphs, far)
    }
    let store = try scratch.open(patience: 5)
    #expect(try Self.outcome(of: store) == Self.outcome(of: memory))
    #expect(try store.runs(RunFilter()) == memory.runs(RunFilter()))
    #expect(try store.tasks(TaskFilter()) == memory.tasks(TaskFilter()))
    #expect(far.letters == near.letters)
    #expect(try store.runs(RunFilter()).map(\.run.outcome) == ["quiet"])
    #expect(near.texts.count == 4)
  }

  private static func reopened(_ scratch: Scratch) async throws -> SQLiteStore {
    for _ in 0..<1000 {
      do { return try scratch.open() } catch StoreError.locked { try await Task.sleep(for: .milliseconds(20)) }
    }
    return try scratch.open()
  }

  @Test(arguments: FaultyStore.Fault.allCases, [false, true])
  func `a process that ends at any commit leaves whole transitions in the file`(
    fault: FaultyStore.Fault, isGrouping: Bool
  ) async throws {
    let graphs = try Bench.graphs(Self.text, zones: Self.zones)
    let whole = FaultyStore(MemoryStore(), failingAt: nil, .before, isGrouping: isGrouping)
    let wantedBox = LetterBox()
    for step in 0..<Self.steps { try await Self.tell(step, whole, graphs, wantedBox) }
    for commit in 1...whole.commits {
      let scratch = try Scratch()
      let box = LetterBox()
      var store: any Store = FaultyStore(try scratch.open(), failingAt: commit, fault, isGrouping: isGrouping)
      var step = 0
      while step < Self.steps {
        do {
          try await Self.tell(step, store, graphs, box)
          step += 1
        } catch is StoreError {
          store = MemoryStore()  // lets the file go, when what the engine has begun has ended
          store = try await Self.reopened(scratch)
        }
      }
      #expect(try Self.outcome(of: store) == Self.outcome(of: whole), "ended at commit \(commit), \(fault)")
      #expect(box.letters == wantedBox.letters, "ended at commit \(commit), \(fault)")
    }
  }
}
