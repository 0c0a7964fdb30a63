import FlowCore
import FlowTime

/// A run that was tried, as a scenario that people read: named by what happens in it, events counted from the steps
/// before them.
struct ScenarioWriter {
  let graph: Graph
  private var taken: Set<String>

  init(_ graph: Graph, taken: Set<String>) {
    self.graph = graph
    self.taken = taken
  }

  mutating func scenario(_ shown: Shown) -> Scenario {
    Scenario(
      name: free(name(shown)), start: shown.beginning.start, input: shown.beginning.input,
      events: shown.told.map { event($0, shown) }, expect: Self.expected(shown.entries), span: .file(graph.file),
      item: shown.beginning.item, inputPath: shown.beginning.path)
  }

  /// Touches, tasks, escalations and the end, each to the minute.
  static func expected(_ entries: [Entry]) -> [Expectation] {
    entries.compactMap { entry -> Expectation? in
      let what: Expectation.What
      switch entry.kind {
      case .sent, .task, .escalated:
        guard let step = entry.step else { return nil }
        what = .step(step)
      case .ended(let outcome): what = .end(outcome)
      default: return nil
      }
      return Expectation(at: entry.at, what: what, span: .file(""))
    }
  }

  mutating func free(_ name: String) -> String {
    var (free, number) = (name, 2)
    while !taken.insert(free).inserted {
      free = "\(name) (\(number))"
      number += 1
    }
    return free
  }

  // MARK: Names

  private func name(_ shown: Shown) -> String {
    let outcome = shown.entries.last.flatMap { if case .ended(let outcome) = $0.kind { outcome } else { nil } } ?? "…"
    var parts = shown.told.map { words($0, shown) }
    if parts.isEmpty { parts = [silence(shown)] }
    if let change = shown.beginning.change { parts.append(change) }
    return parts.joined(separator: ", ") + ", ends " + outcome
  }

  private func words(_ told: Shown.Told, _ shown: Shown) -> String {
    let what = told.label == "reply" ? "an answer" : told.label
    let wait = told.step ?? "the hold"
    switch told.edge {
    case .secondBefore: return "\(what) a second before \(wait) is over"
    case .at: return "\(what) as \(wait) ends"
    case .secondAfter: return "\(what) a second after \(wait)"
    case nil:
      return shown.before(told)?.step.map { "\(what) after \($0)" } ?? "\(what) before anything is sent"
    }
  }

  private func silence(_ shown: Shown) -> String {
    for goal in [Goal.clocks(forward: true), .clocks(forward: false)] where shown.goals.contains(goal) {
      return goal == .clocks(forward: true) ? "silence while the clocks go forward" : "silence while the clocks go back"
    }
    return "silence"
  }

  // MARK: Events

  private func event(_ told: Shown.Told, _ shown: Shown) -> ScheduledEvent {
    let (at, text) = when(told, shown)
    var kind = told.kind
    if case .outcome(let outcome, _, let note) = kind { kind = .outcome(outcome, step: nil, note: note) }
    return ScheduledEvent(at: at, atText: text, kind: kind, span: .file(""))
  }

  /// From the last step that went out before it, in hours, minutes and seconds, where that is less than two days ago;
  /// else by the calendar. What comes of a task after another step went out is counted from its own, however long ago:
  /// that is whose it is.
  private func when(_ told: Shown.Told, _ shown: Shown) -> (ScheduledEvent.At, String) {
    if let before = shown.before(told), let last = before.step {
      var own: String?
      if case .outcome(_, let node?, _) = told.kind {
        own = graph.nodes.indices.contains(node) ? graph.nodes[node].name : nil
      }
      let step = own ?? last
      let base = shown.entries.first { $0.step == step && $0.goesOut }?.at
      if let node = graph.node(named: step), let base, step != last || base == before.at {
        let (seconds, rest) = told.at.milliseconds(since: base).quotientAndRemainder(dividingBy: 1000)
        if rest == 0, seconds == 0 { return (.step(node, nil), step) }
        if rest == 0, seconds < 172_800 || step != last {
          let parts = [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")]
          let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: " ")
          return (.step(node, .elapsed(milliseconds: seconds * 1000)), "\(step) + \(text)")
        }
      }
    }
    let civil = shown.zone.civil(at: told.at)
    let isPlain = civil.time.milliseconds % 60_000 == 0 && shown.zone.instant(of: civil) == told.at
    return (.instant(told.at), isPlain ? civil.description : told.at.rfc3339(in: shown.zone))
  }
}
