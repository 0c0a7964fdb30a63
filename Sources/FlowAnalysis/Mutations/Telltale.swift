import FlowCore
import FlowTime

/// The runs by which changes of a workflow are told apart: whoever changes something that shows, changes one of them.
public struct Telltale: Sendable {
  private let graph: Graph
  private let surroundings: Surroundings
  private let stories: [Shown]

  /// - Parameter beginnings: what to begin with; others are made from them.
  public init(_ graph: Graph, _ surroundings: Surroundings, beginnings: [Beginning]) {
    self.graph = graph
    self.surroundings = surroundings
    stories = ScenarioSearch.everything(graph, surroundings, beginnings).sorted { $0.told.count < $1.told.count }
  }

  /// A scenario that notices the change; nil where none of the runs shows it.
  public func scenario(noticing mutation: Mutation) -> MutationResult.Missed? {
    for story in stories where mayShow(story, mutation) {
      guard let entries = Retold(mutation.graph, surroundings).entries(of: story) else { continue }
      let (before, after) = (story.entries.filter(\.isSeen), entries.filter(\.isSeen))
      guard
        let at = before.indices.first(where: { !after.indices.contains($0) || !before[$0].looksLike(after[$0]) })
          ?? (after.count > before.count ? before.count : nil)
      else { continue }
      var writer = ScenarioWriter(graph, taken: [])
      var scenario = writer.scenario(story)
      let entry = before.indices.contains(at) ? before[at] : after[at]
      if let listed = entry.listed, before.indices.contains(at) {
        scenario.expect = story.entries.flatMap { $0 == entry ? [listed] : ScenarioWriter.expected([$0]) }
      }
      return MutationResult.Missed(
        what: mutation.what, span: mutation.span, scenario: scenario, zone: story.zone,
        differs: ScenarioWriter.expected([entry]).first, unlisted: entry.unlisted)
    }
    return nil
  }

  /// A run that never comes to a step is the same without it.
  private func mayShow(_ story: Shown, _ mutation: Mutation) -> Bool {
    mutation.step.map { story.goals.contains(.step($0)) || story.touches(graph.nodes[$0].name) } ?? true
  }
}

extension Shown {
  fileprivate func touches(_ step: String) -> Bool { entries.contains { $0.step == step } }
}

/// A story told to another graph, at the same instants.
private struct Retold {
  let graph: Graph
  let surroundings: Surroundings

  init(_ graph: Graph, _ surroundings: Surroundings) {
    self.graph = graph
    self.surroundings = surroundings
  }

  func entries(of story: Shown) -> [Entry]? {
    guard
      case .runs(let runs) = Machine.enrol(
        graph, data: story.beginning.input, at: story.beginning.start, zones: surroundings.zones),
      let one = runs.dropFirst(max(0, (story.beginning.item ?? 1) - 1)).first
    else { return nil }
    let start = story.beginning.start
    var transition = Machine.settled(
      graph, Machine.start(graph, key: one.key, data: one.data, at: start, surroundings), at: start, surroundings)
    var entries = transition.entries
    var ahead = story.told[...]
    var now = start
    var steps = 0
    while let waiting = transition.run.waiting, steps < 2_000 {
      steps += 1
      let due = max(now, waiting.wakes)
      var event = Event(id: "timer", at: due, kind: .timer)
      if let next = ahead.first, next.at <= due {
        ahead.removeFirst()
        event = Event(id: "\(steps)", at: max(now, next.at), kind: next.kind)
      }
      now = event.at
      transition = Machine.settled(
        graph, Machine.step(graph, transition.run, event, at: now, surroundings), at: now, surroundings)
      entries += transition.entries
    }
    return entries
  }
}

extension Entry {
  /// Somebody or something outside the run gets to know of it.
  fileprivate var isSeen: Bool { goesOut || unlisted != nil || type == "ended" }

  /// What `expect` compares only where it is listed.
  fileprivate var unlisted: String? {
    guard case .entry(let type, let subject?)? = listed?.what else { return nil }
    return "\(type) \(subject)"
  }

  /// As `expect` lists it.
  fileprivate var listed: Expectation? {
    let subject: String? =
      switch kind {
      case .set: step
      case .emitted(let event): event
      case .enrolled(let workflow): workflow
      case .suppressed(let channel): channel
      default: nil
      }
    return subject.map { Expectation(at: at, what: .entry(type: type, subject: $0), span: .file("")) }
  }

  /// The same at the same minute, as `expect` compares.
  fileprivate func looksLike(_ other: Entry) -> Bool {
    guard step == other.step, type == other.type, at.milliseconds / 60_000 == other.at.milliseconds / 60_000 else {
      return false
    }
    switch (kind, other.kind) {
    case (.ended(let one), .ended(let two)): return one == two
    case (.set(let one), .set(let two)): return one == two
    case (.escalated(let one), .escalated(let two)): return one == two
    default: return unlisted == other.unlisted
    }
  }
}
