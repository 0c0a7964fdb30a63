import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// Carries a story through the very engine that production uses, over a store in memory and a virtual clock.
/// The same story gives the same timeline, whenever and wherever it is told.
public struct Simulator: Sendable {
  let graphs: [Graph]
  let channels: [String: any Channel]
  let caps: Caps?
  let zones: any ZoneSource

  /// So long a story may last.
  static let horizonInDays = 3653

  /// - Parameters:
  ///   - graphs: all of the project: a run may enrol another.
  ///   - channels: by verb; only their `render` is used.
  public init(graphs: [Graph], channels: [String: any Channel], caps: Caps? = nil, zones: any ZoneSource) {
    self.graphs = graphs
    self.channels = channels
    self.caps = caps
    self.zones = zones
  }

  /// - Throws: never for what a workflow or a story says; a store in memory fails only by a defect of the
  ///   engine.
  public func run(_ story: Story) async throws(StoreError) -> Simulated {
    try await tell(story, isWhole: true) { $0.item == story.item }[0]
  }

  /// The same for every run that the story's event starts, an item of the trigger's list each: told together, and
  /// without what the other runs did. One that says why, where none starts.
  public func runs(_ story: Story) async throws(StoreError) -> [Simulated] {
    try await tell(story, isWhole: false) { _ in true }
  }

  /// - Returns: one at least.
  private func tell(
    _ story: Story, isWhole: Bool, _ isMeant: (Received.Started) -> Bool
  ) async throws(StoreError) -> [Simulated] {
    let clock = VirtualClock(story.start)
    let store = MemoryStore()
    let failures = RenderFailures()
    let outlets = channels.mapValues { Outlet(DryChannel(channel: $0, failures: failures), isKeyed: true) }
    let engine = Engine(
      store: store, library: Library(graphs), outlets: outlets, caps: caps, zones: zones, clock: clock)
    let received = try await engine.receive(beginning(of: story))
    let started = received.started.filter { $0.workflow == story.workflow && isMeant($0) }
    guard let graph = graphs.first(where: { $0.workflow == story.workflow }), !started.isEmpty else {
      return [
        Simulated(
          timeline: nil, run: nil, others: [], tasks: [], problems: [.refused(reasons(received, story))])
      ]
    }
    var all: [Simulated] = []
    for one in started {
      var telling = Telling(
        story: story, graph: graph, run: one.run, engine: engine, store: store, clock: clock, zones: zones)
      try await telling.tell()
      if all.isEmpty {
        for failure in failures.list where failure.workflow == story.workflow {
          telling.problems.append(.unrendered(node: failure.node, because: failure.because))
        }
      }
      all.append(telling.simulated(isWhole: isWhole))
    }
    return all
  }

  private func beginning(of story: Story) -> Incoming {
    switch story.beginning {
    case .event(let incoming): incoming
    case .input(let data):
      Incoming(
        source: "simulation", id: "start", at: story.start,
        body: .enrol(workflow: story.workflow, input: data))
    }
  }

  private func reasons(_ received: Received, _ story: Story) -> [String] {
    let refused = received.refused.filter { $0.workflow == story.workflow }.flatMap(\.because)
    if !refused.isEmpty { return refused }
    if let unmatched = received.unmatched { return [unmatched] }
    let count = received.started.filter { $0.workflow == story.workflow }.count
    return count == 0
      ? ["the event starts no run of \(story.workflow)"]
      : ["there is no item \(story.item): the list starts \(count == 1 ? "1 run" : "\(count) runs")"]
  }
}

/// One story while it is told.
private struct Telling {
  let story: Story
  let graph: Graph
  let run: String
  let engine: Engine
  let store: MemoryStore
  let clock: VirtualClock
  let zones: any ZoneSource
  /// Indices of events that have not come yet, and, once it is known, when they do.
  var ahead: [Int: Instant?]
  var problems: [Simulated.Problem] = []

  init(
    story: Story, graph: Graph, run: String, engine: Engine, store: MemoryStore, clock: VirtualClock,
    zones: any ZoneSource
  ) {
    (self.story, self.graph, self.run, self.engine) = (story, graph, run, engine)
    (self.store, self.clock, self.zones) = (store, clock, zones)
    ahead = Dictionary(uniqueKeysWithValues: story.events.indices.map { ($0, nil) })
  }

  mutating func tell() async throws(StoreError) {
    let horizon = story.start.adding(milliseconds: Int64(Simulator.horizonInDays) * 86_400_000)
    while let record = store.run(run), record.isLive {
      if let stuck = record.stuck {
        problems.append(.endless(stuck))
        break
      }
      schedule(record)
      let next = nextEvent
      let due = try await engine.nextDue()
      guard let instant = [next?.at, due].compactMap(\.self).min() else { break }
      guard instant <= horizon else {
        problems.append(.endless("the run still lives after ten years"))
        break
      }
      clock.advance(to: instant)
      // An event and a timer at the same instant: the event wins.
      if let next, next.at == instant {
        try await tell(event: next.index, at: next.at)
      } else {
        try await engine.runDue()
      }
    }
    for index in ahead.keys.sorted() { problems.append(.unmet(event: index, because: reason(index))) }
  }

  // MARK: Events

  private var nextEvent: (index: Int, at: Instant)? {
    ahead.compactMap { index, at in at.map { (index: index, at: $0) } }.min {
      ($0.at, $0.index) < ($1.at, $1.index)
    }
  }

  /// Finds out when events come that count from something which has happened by now.
  private mutating func schedule(_ record: RunRecord) {
    for (index, known) in ahead where known == nil {
      let instant = story.events[index].at.instant(in: record.run, of: graph, zones: zones) {
        store.journal(run).flatMap(\.entries)
      }
      if let at = instant { ahead[index] = .some(at) }
    }
    for (index, at) in ahead.sorted(by: { $0.key < $1.key }) {
      guard let at, at < story.start else { continue }
      ahead[index] = nil
      problems.append(.unmet(event: index, because: "it lies before the start"))
    }
  }

  private mutating func tell(event index: Int, at instant: Instant) async throws(StoreError) {
    ahead[index] = nil
    let event = story.events[index]
    var kind = event.kind
    if case .outcome(let outcome, nil, let note) = kind, case .step(let node, _) = event.at {
      kind = .outcome(outcome, step: node, note: note)
    }
    let digits = String(index)
    let id = String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    let received = try await engine.receive(
      Incoming(source: "scenario", id: id, at: instant, body: .run(run, kind)))
    if let because = received.unmatched ?? received.refused.first?.because.first {
      problems.append(.unmet(event: index, because: because))
    }
  }

  private func reason(_ index: Int) -> String {
    if case .step(let node, _)? = story.events[safe: index]?.at, let name = graph.nodes[safe: node]?.name,
      ahead[index] == .some(nil)
    {
      return "\(name) was never sent or assigned"
    }
    return "the run had ended before"
  }

  // MARK: What came of it

  /// - Parameter isWhole: with what the other runs did.
  func simulated(isWhole: Bool) -> Simulated {
    let record = store.run(run)
    let others = isWhole ? store.runs(RunFilter()).filter { $0.id != run } : []
    return Simulated(
      timeline: record.map { timeline($0) }, run: record?.run, others: others.map { timeline($0) },
      tasks: store.tasks(TaskFilter(run: run)), problems: problems)
  }

  private func timeline(_ record: RunRecord) -> Timeline {
    Timeline(record, store.journal(record.id), zones: zones)
  }
}
