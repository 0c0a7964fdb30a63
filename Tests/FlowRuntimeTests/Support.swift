import FlowCore
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// A clock that tests move by hand.
final class HandClock: Clock {
  private let instant: Mutex<Instant>
  private let tick: Int64

  /// - Parameter tick: so many milliseconds pass with each look at it, as on a busy machine.
  init(_ text: String, tick: Int64 = 0) {
    instant = Mutex(time(text))
    self.tick = tick
  }

  func now() -> Instant {
    instant.withLock { instant in
      defer { instant = instant.adding(milliseconds: tick) }
      return instant
    }
  }

  func set(_ text: String) { instant.withLock { $0 = time(text) } }
  func advance(to later: Instant) { instant.withLock { $0 = max($0, later) } }
}

/// `2026-03-02 09:00` in UTC.
func time(_ text: String) -> Instant {
  CivilDateTime(text: text).map { Zone.utc.instant(of: $0) } ?? .epoch
}

let utcOnly = FixedZones([], version: "none")

/// An engine over a store, and what the tests look at.
struct Rig {
  let store: any Store
  let clock: HandClock
  let box: LetterBox
  let engine: Engine

  init(
    _ graphs: [Graph], at start: String = "2026-03-02 09:00", store: any Store = MemoryStore(),
    clock: HandClock? = nil, box: LetterBox = LetterBox(), areKeyed: Bool = true, isLive: Bool = false,
    caps: Caps? = nil,
    sources: [String: Version] = [:], recompile: @escaping @Sendable (Version) -> Graph? = { _ in nil },
    judge: @escaping Library.Judge = { _, _ in "nobody has looked at it" }
  ) {
    self.store = store
    self.clock = clock ?? HandClock(start)
    self.box = box
    engine = Engine(
      store: store,
      library: Library(
        graphs, sources: sources,
        recompile: { version in recompile(version).map { .success(Recompiled($0)) } ?? .failure(Unreadable("gone")) },
        judge: judge),
      outlets: box.outlets(areKeyed: areKeyed).mapValues {
        Outlet($0.channel, isKeyed: areKeyed, isLive: isLive)
      }, caps: caps, zones: utcOnly, clock: self.clock)
  }

  /// The same store and box under a new engine, as after the process has ended.
  func again(_ graphs: [Graph], isLive: Bool = false) -> Rig {
    Rig(graphs, store: store, clock: clock, box: box, isLive: isLive)
  }

  @discardableResult
  func place(
    _ order: String, id: String, contact: String = "c-1", type: String = "order.placed", source: String = ""
  ) async throws -> Received {
    try await engine.receive(
      .event(
        type: type, id: id, source: source, at: clock.now(), subject: order,
        data: [
          "contact": ["name": "Ann", "id": .string(contact)], "owner": ["name": "Olga"],
          "order": ["id": .string(order)],
        ]))
  }

  @discardableResult
  func tell(_ type: String, _ subject: String?, id: String, data: JSONValue = [:]) async throws -> Received {
    try await engine.receive(.event(type: type, id: id, at: clock.now(), subject: subject, data: data))
  }

  /// Goes from due to due until nothing waits.
  func runOut(limit: Int = 1000) async throws {
    for _ in 0..<limit {
      guard let due = try await engine.nextDue() else { return }
      clock.advance(to: due)
      try await engine.runDue()
    }
  }

  /// `03-03 09:00 sent thanks`, a line an entry.
  func lines(_ run: String) throws -> [String] { try store.journal(run).flatMap(\.entries).map(line) }

  func onlyRun() throws -> RunRecord {
    let all = try store.runs(RunFilter())
    try #require(all.count == 1)
    return all[0]
  }
}

func line(_ entry: Entry) -> String {
  let more: String =
    switch entry.kind {
    case .received(let event, let replyClass, let outcome, let took):
      " \(replyClass ?? outcome ?? event) took \(took)"
    case .ended(let outcome): " \(outcome)"
    case .failed(let because), .withheld(let because), .skipped(let because), .deferred(_, let because):
      ": \(because)"
    default: ""
    }
  let step = entry.step.map { " \($0)" } ?? ""
  return "\(Zone.utc.civil(at: entry.at).description.dropFirst(5)) \(entry.type)\(step)\(more)"
}

let header = """
  input:
    contact: contact
    owner: person
    order: { id: text }
  timezone: '"UTC"'
  owner: owner
  """

/// A letter after a day, an answer for two.
func order(_ name: String = "order", trigger: String = "", more: String = "", steps: String? = nil) -> String {
  """
  workflow: \(name)
  trigger:
    event: order.placed
    key: order.id
  \(trigger.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
  \(header)
  \(more)
  steps:
  \(steps ?? """
    - letter: thanks
      at: day 1
      purpose: inform
      body: "Dear {{ contact.name }}"
    - await: reply within 2 days
    - end: quiet
  """)
  """
}
