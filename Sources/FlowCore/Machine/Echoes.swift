import FlowTime

/// How many events may follow from one another with no time between them.
public enum EventRow {
  /// More than this are a loop.
  public static let limit = 100

  /// Where one event leads to several at once, each of them counts for more, by seven for each doubling: else a loop
  /// in which each event leads to two would never be through. So one event leads to 16,384 at once at most, and a loop
  /// that doubles ends after twelve rounds.
  public static func depth(_ depth: Int, among count: Int) -> Int {
    count < 2 ? depth : depth + 7 * (Int.bitWidth - (count - 1).leadingZeroBitCount)
  }
}

/// What a run emits and hears itself: it comes in at the same instant, one after the other, once the run waits again.
/// The engine sends it by its inbox, as everything that comes in; whoever plays one run alone keeps it here.
public struct Echoes {
  private let graph: Graph
  private let zones: any ZoneSource
  private var ahead: [(kind: Event.Kind, depth: Int)] = []
  private var told = 0
  /// Of the event that has led to the last transition; 0: it came from outside, or it was the clock.
  private var depth = 0

  public init(_ graph: Graph, zones: any ZoneSource) {
    self.graph = graph
    self.zones = zones
  }

  /// - Parameter transition: what the run has just done, by its start, by what came from outside, or by ``next(at:)``.
  public mutating func hear(_ transition: Transition) {
    var isNew = false
    for case .emit in transition.effects { isNew = true }
    guard isNew else { return }
    let own = EventRow.depth(depth, among: transition.effects.count(where: \.isOfOthers)) + 1
    guard own <= EventRow.limit else { return }
    for case .emit(let event, let data) in transition.effects {
      guard let declared = graph.events.first(where: { $0.name == event }),
        !declared.ofContact || names(transition.run)
      else { continue }
      let (value, problems) = readValue(
        json(of: .record(data), zone: .utc), as: .record(declared.fields), zones: zones)
      guard problems.isEmpty, case .record(let fields) = value else { continue }
      ahead.append((.named(event, data: fields), own))
    }
  }

  /// The next of them; nil where there is none left.
  public mutating func next(at now: Instant) -> Event? {
    guard !ahead.isEmpty else { return nil }
    let next = ahead.removeFirst()
    depth = next.depth
    told += 1
    return Event(id: "own.\(told)", at: now, kind: next.kind)
  }

  /// What a run emits has its key as subject: for an event `of: contact` that has to name the contact.
  private func names(_ run: Run) -> Bool {
    let subject = run.key.joined(separator: "/")
    return ["id", "email", "phone", "handle"].contains { run.data["contact"]?[path: [$0]].text == subject }
  }
}

extension Effect {
  /// It comes in again, as an event for others.
  public var isOfOthers: Bool {
    switch self {
    case .emit, .enroll: true
    case .deliver, .notice, .withdraw, .suppress: false
    }
  }
}

extension Machine {
  /// A transition with all that follows from it at its instant, because the run hears what it emits.
  public static func settled(
    _ graph: Graph, _ transition: Transition, at now: Instant, _ surroundings: Surroundings
  ) -> Transition {
    var whole = transition
    var echoes = Echoes(graph, zones: surroundings.zones)
    echoes.hear(transition)
    while whole.run.waiting != nil, let event = echoes.next(at: now) {
      let next = step(graph, whole.run, event, at: now, surroundings)
      echoes.hear(next)
      whole.run = next.run
      whole.entries += next.entries
      whole.effects += next.effects
    }
    return whole
  }
}
