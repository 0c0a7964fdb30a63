import FlowCore
import FlowTime

/// Why the kept version of a run is of no use to this program: a failure of `Result`, and never thrown.
public struct Unreadable: Error, Hashable, Sendable {
  public var because: String
  /// It is the run's own history that is amiss, and not how its version is read.
  public var isDamage = false
  public init(_ because: String) { self.because = because }

  package init(damage: String) {
    because = "its history is damaged: \(damage)"
    isDamage = true
  }
}

/// A kept version as this program compiles it.
public struct Recompiled: Sendable {
  public var graph: Graph
  /// Of its flow.yaml.
  public var caps: Caps?
  /// The first error that is found in the text today: the graph may lack what the text says. It is no matter where the
  /// graph is the one that the version is named after.
  public var problem: String?
  public init(_ graph: Graph, caps: Caps? = nil, problem: String? = nil) {
    self.graph = graph
    self.caps = caps
    self.problem = problem
  }
}

/// The graphs by which stored runs go.
///
/// A run names its version by a fingerprint, and everything numbered in its state (steps, lists, rounds) by where that
/// stands in the version's graph. Another program, or another channel's manifest, may make another graph of the same
/// text. A run goes on by it only where its whole journal, folded over it once more, gives the state that is stored
/// (``Library/judge``); else it stands still, and a person moves it (guarantee 4).
public struct Versions: Sendable {
  private struct Made: Sendable {
    var compiled: Recompiled
    /// It is the graph that the version is named after.
    var isSame: Bool
  }

  private var library: Library
  /// By fingerprint, which they bear as the store knows it.
  private var made: [String: Result<Made, Unreadable>] = [:]
  /// Runs on graphs that are not the same: nil where they go on.
  private var verdicts: [String: Unreadable?] = [:]

  public init(_ library: Library) { self.library = library }

  /// Another set of workflows: what could not be read, and who stood still, is looked at anew.
  mutating func use(_ next: Library) {
    for graph in library.graphs { made[graph.fingerprint] = .success(Made(compiled: Recompiled(graph), isSame: true)) }
    made = made.filter { if case .success(let made) = $0.value { made.isSame } else { false } }
    verdicts = [:]
    library = next
  }

  mutating func forget(_ run: String) { verdicts[run] = nil }

  /// The graph by which the run goes, under the fingerprint that it knows.
  public mutating func graph(
    of record: RunRecord, in store: any Store, zones: any ZoneSource
  ) throws(StoreError) -> Result<Graph, Unreadable> {
    if let current = library.graph(record.workflow), current.fingerprint == record.version { return .success(current) }
    switch try look(record.version, in: store) {
    case .failure(let unreadable): return .failure(unreadable)
    case .success(let made) where made.isSame: return .success(made.compiled.graph)
    case .success(let made):
      let verdict: Unreadable?
      if let known = verdicts[record.id] {
        verdict = known
      } else {
        verdict = try judge(record, in: store, zones: zones)
        verdicts[record.id] = .some(verdict)
      }
      return verdict.map { .failure($0) } ?? .success(made.compiled.graph)
    }
  }

  /// The version as this program compiles it, under its own fingerprint; whether a run goes by it is not asked.
  public mutating func compiled(_ version: String, in store: any Store) throws(StoreError) -> Recompiled? {
    if case .success(let made) = try look(version, in: store) { made.compiled } else { nil }
  }

  /// Whether the version is kept, and compiles to the graph that it is named after.
  public mutating func isSame(_ version: String, in store: any Store) throws(StoreError) -> Bool {
    if case .success(let made) = try look(version, in: store) { made.isSame } else { false }
  }

  private mutating func look(_ version: String, in store: any Store) throws(StoreError) -> Result<Made, Unreadable> {
    if let known = made[version] { return known }
    let result = try make(version, in: store)
    made[version] = result
    return result
  }

  private func make(_ version: String, in store: any Store) throws(StoreError) -> Result<Made, Unreadable> {
    if let current = library.graphs.first(where: { $0.fingerprint == version }) {
      return .success(Made(compiled: Recompiled(current), isSame: true))
    }
    guard let kept = try store.version(version) else { return .failure(.unread(version, "the store does not keep it")) }
    switch library.recompile(kept) {
    case .failure(let unreadable): return .failure(.unread(version, unreadable.because))
    case .success(var compiled):
      let isSame = compiled.graph.fingerprint == version
      if isSame { compiled.problem = nil }
      if !isSame { compiled.graph = compiled.graph.with(nodes: compiled.graph.nodes, fingerprint: version) }
      return .success(Made(compiled: compiled, isSame: isSame))
    }
  }

  private mutating func judge(
    _ record: RunRecord, in store: any Store, zones: any ZoneSource
  ) throws(StoreError) -> Unreadable? {
    if let damage = try store.damage(run: record.id) { return Unreadable(damage: damage) }
    let bare = try RunHistory(record, in: store, graph: nil, zones: zones)
    var readings: [String: Recompiled] = [:]
    for version in bare.versions {
      switch try look(version, in: store) {
      case .failure(let unreadable): return unreadable
      case .success(let made): readings[version] = made.compiled
      }
    }
    // A journal that has not come to what is amiss is the same by it.
    if let problem = readings[record.version]?.problem { return .unread(record.version, problem) }
    let first = readings[bare.firstVersion]?.graph
    let history = try RunHistory(record, in: store, graph: first, zones: zones)
    return library.judge(history, readings).map { because in
      Unreadable("this program reads its version \(record.version) otherwise: \(because)")
    }
  }
}

extension Unreadable {
  fileprivate static func unread(_ version: String, _ because: String) -> Unreadable {
    Unreadable("its version \(version) cannot be read any more: \(because)")
  }
}

/// A live run that this program cannot carry on as the program before it would.
public struct Stray: Hashable, Sendable {
  public var run: String
  public var workflow: String
  public var subject: String
  public var because: String
  /// A plan can move it to another version (``Versions/origin(of:in:zones:)``): nothing of it waits to leave.
  public var canMove: Bool
}

extension Versions {
  /// Live runs that stand still, or will when something comes to them, because of how this program reads their version;
  /// in the order (started, id). Only where a version is read otherwise are runs looked at one by one.
  /// - Returns: those; and how many go on by a graph that is not the same, because their journals are.
  public mutating func strays(
    in store: any Store, zones: any ZoneSource
  ) throws(StoreError) -> (strays: [Stray], others: Int) {
    var doubted: Set<String> = []
    for version in try store.liveVersions() where try !isSame(version, in: store) { doubted.insert(version) }
    var found: [Stray] = []
    var others = 0
    guard !doubted.isEmpty else { return ([], 0) }
    for record in try store.runs(RunFilter(isLive: true)) where doubted.contains(record.version) {
      switch try graph(of: record, in: store, zones: zones) {
      case .success: others += 1
      case .failure(let unreadable):
        let hasOrigin = if case .success = try origin(of: record, in: store, zones: zones) { true } else { false }
        let waits = try store.hasOpen(run: record.id)
        found.append(
          Stray(
            run: record.id, workflow: record.workflow, subject: record.subject, because: unreadable.because,
            canMove: hasOrigin && !waits))
      }
    }
    return (found, others)
  }
}

extension Versions {
  /// Where a run stands that is to be moved: the graph that its numbers count, and what is to be said of it.
  public struct Origin: Sendable {
    public var graph: Graph
    /// Why the run cannot go on by it; nil where it can.
    public var doubt: String?
  }

  /// The version from which a run is moved. Also where it cannot go on by it: as long as its history names the same
  /// steps as the numbers of its state do.
  public mutating func origin(
    of record: RunRecord, in store: any Store, zones: any ZoneSource
  ) throws(StoreError) -> Result<Origin, Unreadable> {
    if let damage = try store.damage(run: record.id) { return .failure(Unreadable(damage: damage)) }
    switch try graph(of: record, in: store, zones: zones) {
    case .success(let graph): return .success(Origin(graph: graph))
    case .failure(let unreadable):
      let entries = try store.journal(record.id).flatMap(\.entries)
      guard let graph = try compiled(record.version, in: store)?.graph, Machine.stands(record.run, on: graph, entries)
      else {
        return .failure(unreadable)
      }
      return .success(Origin(graph: graph, doubt: unreadable.because))
    }
  }
}
