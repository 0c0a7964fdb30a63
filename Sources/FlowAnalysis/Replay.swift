import FlowCore
import FlowTime

/// Folds a run's journal over its graph once more, through the very machine, and compares what comes of it with
/// what is stored (guarantee 3).
public struct Replay {
  /// The graph with a fingerprint; nil where this program cannot make it any more.
  public var graph: (String) -> Graph?
  public var zones: any ZoneSource
  /// Caps that may have held: the present ones and those of former versions. The journal does not say which.
  public var caps: [Caps?]

  public init(zones: any ZoneSource, caps: [Caps?] = [nil], graph: @escaping (String) -> Graph?) {
    self.graph = graph
    self.zones = zones
    self.caps = caps
  }

  /// - Returns: of several caps, the first verdict that is `same`; else the first.
  public func check(_ history: RunHistory) -> Replayed {
    fold(history).verdict
  }

  /// Where the run stood after each step of its journal; nil where the journal cannot be folded to what is stored.
  public func stages(of history: RunHistory) -> [RunStage]? {
    let (verdict, stages) = fold(history)
    if case .same = verdict { return stages } else { return nil }
  }

  private func fold(_ history: RunHistory) -> (verdict: Replayed, stages: [RunStage]) {
    var first: Replayed?
    for caps in caps.isEmpty ? [nil] : caps {
      var stages: [RunStage] = []
      let verdict = check(history, caps, &stages)
      if case .same = verdict { return (verdict, stages) }
      first = first ?? verdict
    }
    return (first ?? .unknown(because: "nothing is known of it"), [])
  }

  private func check(_ history: RunHistory, _ caps: Caps?, _ stages: inout [RunStage]) -> Replayed {
    let version = history.firstVersion
    guard var graph = graph(version) else { return .unknown(because: "its version \(version) is not kept") }
    guard let data = history.beginning else {
      return .unknown(because: "the data that it started with are not kept")
    }
    var run: Run?
    for (index, step) in history.steps.enumerated() {
      guard step.sequence == index + 1 else {
        return .differs(Replayed.Difference(sequence: index + 1, stored: [], replayed: []))
      }
      let transition: Transition
      switch (run, step.migration) {
      case (nil, _):
        transition = carried(step, caps) { surroundings in
          Machine.start(graph, key: history.run.key, data: data, at: step.at, surroundings)
        }
      case (let before?, let version?):
        guard let next = self.graph(version) else {
          return .unknown(because: "its version \(version) is not kept")
        }
        let former = graph
        transition = carried(step, caps) { surroundings in
          guard case .moved(let moved) = Machine.migrate(before, from: former, to: next, at: step.at, surroundings)
          else { return Transition(run: before, entries: [], effects: []) }
          return moved
        }
        graph = next
      case (let before?, nil):
        // The engine's own notes change no run.
        let event = step.event
        let isNote = if case .failed? = event?.kind { before.waiting == nil } else { false }
        guard let event, !isNote else {
          if let last = stages.last { stages.append(last.still) }
          continue
        }
        transition = carried(step, caps) { surroundings in
          Machine.step(graph, before, event, at: step.at, surroundings)
        }
      }
      let stored = step.own(transition.entries)
      if stored != transition.entries {
        return .differs(Replayed.Difference(sequence: step.sequence, stored: stored, replayed: transition.entries))
      }
      run = transition.run
      stages.append(RunStage(transition, graph))
    }
    // A run that was moved is on the version that its journal says.
    guard run == history.run, graph.fingerprint == history.version else {
      return .differs(Replayed.Difference(sequence: nil, stored: [], replayed: []))
    }
    return .same(transitions: history.steps.count)
  }

  private func surroundings(_ step: RunHistory.Step, _ caps: Caps?) -> Surroundings {
    Surroundings(
      zones: zones, caps: caps, touchesElsewhere: step.touchesElsewhere, suppressed: Set(step.suppressed),
      held: step.held)
  }

  /// What no channel could render is not computed: the journal says it, step by step.
  private func carried(
    _ step: RunHistory.Step, _ caps: Caps?, _ make: (Surroundings) -> Transition
  ) -> Transition {
    var surroundings = surroundings(step, caps)
    while true {
      let transition = make(surroundings)
      guard let (place, because) = step.unrendered(of: transition), surroundings.unrenderable[place] == nil
      else { return transition }
      surroundings.unrenderable[place] = because
    }
  }
}

extension RunHistory.Step {
  /// The version that the run was moved to.
  fileprivate var migration: String? {
    for entry in entries {
      if case .migrated(_, let to) = entry.kind { return to }
    }
    return nil
  }

  private var isCancel: Bool { if case .cancel? = event?.kind { true } else { false } }

  /// The first of what the transition hands over that has failed in the journal, and why. A step has an entry for
  /// each of those whom it tells, in their order.
  fileprivate func unrendered(of transition: Transition) -> (Surroundings.Place, because: String)? {
    var told: [String: Int] = [:]
    for effect in transition.effects {
      guard case .deliver(let delivery) = effect else { continue }
      let name = delivery.step
      let made = transition.entries.filter { $0.step == name && $0.isTelling }
      // Behind those that have failed in the transition, too.
      var index = told[name] ?? 0
      while index < made.count, !made[index].goesOut { index += 1 }
      told[name] = index + 1
      let stored = entries.filter { $0.step == name && $0.isTelling }
      if index < stored.count, case .failed(let because) = stored[index].kind { return (delivery.place, because) }
    }
    return nil
  }

  /// Journals of builds before the type `cancelled` say `failed`, with this before the reason.
  private static let cancelled = "cancelled: "

  /// What older builds said of whatever went out with a window's opening, also where the gap or the caps had put it off
  /// so far.
  private static let closed = ["outside the window", "a holiday"]

  /// The stored entries without what the engine adds: how a channel rendered something, and touches that an answer
  /// stopped on their way; with what older builds said in other words, the gap of the caps among it.
  fileprivate func own(_ replayed: [Entry]) -> [Entry] {
    var own: [Entry] = []
    // Older builds passed over an `escalate` that named nobody without a word.
    func addUnsaid(before entry: Entry?) {
      while let next = replayed.dropFirst(own.count).first, next != entry, case .failed(let because) = next.kind,
        Escalation.isNobody(because)
      {
        own.append(next)
      }
    }
    for entry in entries {
      addUnsaid(before: entry)
      var entry = entry
      switch entry.kind {
      case .sent(var handover):
        handover.rendered = []
        entry.kind = .sent(handover)
      case .task(var handover):
        handover.rendered = []
        entry.kind = .task(handover)
      case .failed(let because) where isCancel && entry.step == nil && because.hasPrefix(Self.cancelled):
        entry.kind = .cancelled(because: String(because.dropFirst(Self.cancelled.count)))
      case .deferred(let until, Caps.tooMany):
        if case .deferred(until, let because)? = replayed.dropFirst(own.count).first?.kind, Caps.isReason(because) {
          entry.kind = .deferred(until: until, because: because)
        }
      case .deferred(let until, let because) where Self.closed.contains(because):
        if case .deferred(until, _)? = replayed.dropFirst(own.count).first?.kind {
          entry.kind = replayed[own.count].kind
        }
      case .skipped(Caps.tooMany):
        if case .skipped(let because)? = replayed.dropFirst(own.count).first?.kind, Caps.isReason(because) {
          entry.kind = .skipped(because: because)
        }
      // Older builds did not name the step of a task that nothing waited for.
      case .received("task", nil, _, _) where entry.step == nil:
        if let named = replayed.dropFirst(own.count).first, named.kind == entry.kind {
          (entry.step, entry.round) = (named.step, named.round)
        }
      case .withheld where own.count < replayed.count && replayed[own.count] != entry: continue
      case .withheld where own.count >= replayed.count: continue
      default: break
      }
      own.append(entry)
    }
    addUnsaid(before: nil)
    return own
  }
}

extension Entry {
  /// It goes out, or has failed in place of that.
  fileprivate var isTelling: Bool {
    if case .failed = kind { true } else { goesOut }
  }
}
