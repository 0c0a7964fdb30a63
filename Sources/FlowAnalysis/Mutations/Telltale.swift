import FlowCore
import FlowTime

/// The runs by which changes of a workflow are told apart: whoever changes something that shows, changes one of them.
public struct Telltale: Sendable {
  private let graph: Graph
  private let surroundings: Surroundings
  private let stories: [Shown]
  /// Names of the scenarios that the file has.
  private let taken: Set<String>

  /// - Parameters:
  ///   - beginnings: what to begin with; others are made from them.
  ///   - taken: names of the scenarios that the file has.
  public init(_ graph: Graph, _ surroundings: Surroundings, beginnings: [Beginning], taken: Set<String> = []) {
    self.graph = graph
    self.surroundings = surroundings
    self.taken = taken
    stories = ScenarioSearch.everything(graph, surroundings, beginnings).sorted { $0.told.count < $1.told.count }
  }

  /// A scenario that notices the change; nil where none of the runs shows it.
  public func scenario(noticing mutation: Mutation) -> MutationResult.Missed? {
    for story in stories where mayShow(story, mutation) {
      guard let after = Retold(mutation.graph, surroundings).entries(of: story), after != story.entries
      else { continue }
      for listed in [nil] + Self.unlisted(story.entries, lostIn: after) {
        let expect = Self.expected(story.entries, listing: listed)
        guard !Alignment(expect, after).unmet.isEmpty else { continue }
        var writer = ScenarioWriter(graph, taken: [])
        var scenario = writer.scenario(story)
        scenario.expect = expect
        return MutationResult.Missed(
          what: mutation.what, span: mutation.span, scenario: scenario, zone: story.zone,
          unlisted: listed.flatMap { story.entries[$0].unlisted })
      }
    }
    return nil
  }

  /// As it is written: to the minute.
  private static func expected(_ entries: [Entry], listing listed: Int?) -> [Expectation] {
    entries.indices.flatMap { at -> [Expectation] in
      var all = ScenarioWriter.expected([entries[at]])
      if at == listed, let one = entries[at].listed { all = [one] }
      return all.map { one in
        var one = one
        one.at = one.at.map { $0.adding(milliseconds: -($0.milliseconds % 60_000)) }
        return one
      }
    }
  }

  /// Where something happens that `expect` compares only where it is listed, and that the change takes away.
  private static func unlisted(_ before: [Entry], lostIn after: [Entry]) -> [Int?] {
    before.indices.filter { at in
      before[at].listed != nil && !after.contains { before[at].looksLike($0) }
    }
  }

  /// Names that no scenario of the file has, one for each scenario that is proposed.
  public func named(_ missed: [MutationResult.Missed]) -> [MutationResult.Missed] {
    var writer = ScenarioWriter(graph, taken: taken)
    var names: [Scenario: String] = [:]
    return missed.map { one in
      var one = one
      let name = names[one.scenario] ?? writer.free(one.scenario.name)
      names[one.scenario] = name
      one.scenario.name = name
      return one
    }
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
  /// What `expect` compares only where it is listed.
  fileprivate var unlisted: String? {
    guard case .entry(let type, let subject?)? = listed?.what else { return nil }
    return "\(type) \(subject)"
  }

  /// As `expect` lists it.
  fileprivate var listed: Expectation? {
    let subject: String? =
      switch kind {
      case .set, .skipped, .withheld, .failed: step
      // The text of a condition that holds is the change's own.
      case .chose(let chosen) where ["none", "otherwise"].contains(chosen): chosen
      case .emitted(let event): event
      case .enrolled(let workflow): workflow
      case .suppressed(let channel): channel
      default: nil
      }
    return subject.map { Expectation(at: at, what: .entry(type: type, subject: $0), span: .file("")) }
  }

  /// The same at the same minute, as `expect` compares.
  fileprivate func looksLike(_ other: Entry) -> Bool {
    step == other.step && at.milliseconds / 60_000 == other.at.milliseconds / 60_000 && type == other.type
      && unlisted == other.unlisted
  }
}
