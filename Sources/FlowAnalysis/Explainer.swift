import FlowCore
import FlowTime

/// Finds out of a run's history why each step was sent or was not (guarantee 28).
public struct Explainer {
  let history: RunHistory
  /// The version that the run is on; nil where the program cannot go on by it: what happened is told all the same.
  let graph: Graph?
  let hasCaps: Bool
  let stages: [RunStage]?
  let zone: Zone
  private let zones: any ZoneSource

  /// - Parameters:
  ///   - hasCaps: flow.yaml caps the touches of a contact.
  ///   - stages: as ``Replay/stages(of:)`` gives them; without them it is not told what interrupted a step.
  public init(
    _ history: RunHistory, graph: Graph?, hasCaps: Bool = false, stages: [RunStage]? = nil, zones: any ZoneSource
  ) {
    self.history = history
    self.graph = graph
    self.hasCaps = hasCaps
    self.stages = stages
    self.zones = zones
    zone = zones.zone(named: history.run.zone) ?? .utc
  }

  public var reasons: Reasons {
    let past = past
    let answers = past + [waiting].compactMap(\.self) + ahead(told: Set(past.compactMap(\.step)))
    return Reasons(
      run: history.id, workflow: history.workflow, version: history.version, subject: history.subject,
      zone: zone, started: history.run.started, outcome: history.run.outcome,
      answers: answers.map(placed))
  }

  private func placed(_ answer: Reasons.Answer) -> Reasons.Answer {
    var answer = answer
    guard let node = answer.step.flatMap({ name in graph?.nodes.first { $0.name == name } }) else { return answer }
    answer.span = node.span
    answer.verb = answer.verb ?? node.verb
    return answer
  }

  // MARK: What happened

  private var past: [Reasons.Answer] {
    var answers: [Reasons.Answer] = []
    var put: [String: [Reasons.Fact]] = [:]
    var touches: [Instant] = []
    var reply: Instant?
    var pauses: [Reasons.Fact] = []
    for (place, step) in history.steps.enumerated() {
      if let note = step.pause {
        note.add(to: &pauses)
        continue
      }
      if var left = interrupted(at: place), let name = left.step {
        left.facts += put.removeValue(forKey: name) ?? []
        answers.append(left)
      }
      var gaveWay = gaveWay(at: place)
      answers += gaveWay.filter { $0.what == .passed }
      gaveWay.removeAll { $0.what == .passed }
      let delays = pauses.isEmpty ? history.delays(of: step) : pauses
      pauses = []
      for (index, entry) in step.entries.enumerated() {
        let name = entry.step ?? ""
        if case .received("reply", _, _, _) = entry.kind { reply = entry.at }
        switch entry.kind {
        // What the engine says of itself is about what the run has planned.
        case .deferred(let until, let because) where step.event == nil && answers.contains { $0.step == name }:
          Self.add(.deferred(at: entry.at, until: until, because: because), to: &answers, name)
        case .withheld(let because) where step.event == nil && answers.contains { $0.step == name }:
          Self.stop(&answers, name, at: entry.at, because)
        case .deferred(let until, let because):
          put[name, default: []].append(.deferred(at: entry.at, until: until, because: because))
        case .held(let until, let because):
          put[name, default: []].append(.held(at: entry.at, until: until, because: because))
        case .timeout where !isAwait(entry):
          Self.add(.got(nil, at: entry.at), to: &answers, name)
        case .received(_, _, let outcome?, _) where entry.step != nil:
          Self.add(.got(outcome, at: entry.at), to: &answers, name)
        default:
          guard var answer = answer(entry) else { continue }
          let stood = put[name] ?? []
          // Where it stood still, the clock alone did not lead to it.
          var causes = causes(of: index, in: step).filter { $0 != .clock || !stood.contains(where: \.isStandstill) }
          if answer.what == .ended, let last = gaveWay.last?.step {
            for var one in gaveWay {
              one.facts = causes + one.facts + (one.step.flatMap { put.removeValue(forKey: $0) } ?? [])
              answers.append(one)
            }
            causes = [.because("\(last) was left out")]
            gaveWay = []
          }
          let isWaitOver = if case .timeout = entry.kind { true } else { entry.handover != nil }
          answer.facts = causes + answer.facts + stood + (isWaitOver && stood.isEmpty ? delays : [])
          if case .escalated = entry.kind { answer.delivery = history.delivery(of: index, in: step) }
          if let handover = entry.handover {
            let known = (touches + step.touchesElsewhere).max()
            let answered = known.map { last in reply.map { $0 >= last } ?? false } ?? false
            if put[name] == nil, delays.isEmpty, handover.touch {
              answer.facts.append(inTime(name, last: known, answered: answered))
            }
            if let whom = handover.noCopy { answer.facts.append(.noCopy(to: whom, verb: handover.verb)) }
            if handover.touch { touches.append(entry.at) }
            answer.delivery = history.delivery(of: index, in: step)
            answer.showWhenItLeft(isTouch: handover.touch)
            // One that is held says so itself.
            if let state = answer.delivery?.state, ["planned", "deferred"].contains(state) {
              let verb = answer.delivery?.verb ?? handover.verb
              answer.facts += (history.holds + history.verbHolds[verb, default: []]).map { .standsStill(because: $0) }
              if handover.touch { answer.facts += suppression(of: verb) }
            }
          }
          if entry.step != nil { put[name] = nil }
          answers.append(answer)
        }
      }
      answers += gaveWay
    }
    return answers
  }

  /// What came of a step's last hand-over.
  private static func add(_ fact: Reasons.Fact, to answers: inout [Reasons.Answer], _ step: String) {
    guard let index = answers.lastIndex(where: { $0.step == step }) else { return }
    // What the engine has put off was in time for its run, and has not left in time.
    if case .deferred = fact { answers[index].facts.removeAll(where: \.isInTime) }
    answers[index].facts.append(fact)
  }

  /// It was planned, and stopped at the last look.
  private static func stop(_ answers: inout [Reasons.Answer], _ step: String, at: Instant, _ because: String) {
    guard let index = answers.lastIndex(where: { $0.step == step }) else { return }
    answers[index].what = .withheld
    answers[index].at = at
    answers[index].facts.append(.because(because))
  }

  private func answer(_ entry: Entry) -> Reasons.Answer? {
    func made(
      _ what: Reasons.What, _ facts: [Reasons.Fact] = [], until: Instant? = nil, verb: String? = nil,
      whom: String? = nil
    ) -> Reasons.Answer {
      Reasons.Answer(
        step: entry.step, round: entry.round, what: what, at: entry.at, until: until, verb: verb, whom: whom,
        facts: facts)
    }
    switch entry.kind {
    case .sent(let handover):
      return made(.sent, due(handover), until: handover.until, verb: handover.verb, whom: handover.to)
    case .task(let handover):
      return made(.assigned, due(handover), until: handover.until, verb: handover.verb, whom: handover.by)
    case .escalated(let to): return made(.told, whom: to)
    case .withheld(let because): return made(.withheld, [.because(because)])
    case .skipped(let because): return made(.skipped, [.because(because)])
    case .failed(let because): return made(.failed, [.because(because)])
    case .timeout where isAwait(entry): return made(.passed, [.timedOut(step: entry.step ?? "")])
    case .received(let event, let name, let outcome, let took) where isAwait(entry):
      return made(.passed, [.came(event: event, as: name ?? outcome, took: took)])
    case .ended(let outcome):
      return made(.ended, [.over(outcome: outcome, at: entry.at)])
    default: return nil
    }
  }

  private func isAwait(_ entry: Entry) -> Bool {
    guard let node = entry.step.flatMap({ name in graph?.nodes.first { $0.name == name } }) else { return false }
    if case .await = node.action { return true }
    return false
  }

  private func due(_ handover: Entry.Handover) -> [Reasons.Fact] {
    handover.because.map { [.due($0)] } ?? []
  }

  /// What led to an entry within its transition: everything since the last thing that was handed over.
  private func causes(of index: Int, in step: RunHistory.Step) -> [Reasons.Fact] {
    var causes: [Reasons.Fact] = []
    for entry in step.entries[..<index].reversed() {
      switch entry.kind {
      case .started(let event): causes.append(.started(event: event))
      case .timeout: causes.append(.timedOut(step: entry.step ?? ""))
      case .received(_, _, let outcome?, let took) where entry.step != nil && took == outcome:
        causes.append(.turned(step: entry.step ?? "", by: outcome))
      case .received(let event, let name, let outcome, let took):
        causes.append(.came(event: event, as: name ?? outcome, took: took))
      case .cancelled(let because): causes.append(.because("it was cancelled: \(because)"))
      case .chose(let which): causes.append(.chose(step: entry.step ?? "", which))
      case .sent, .task:
        if entry.step == step.entries[index].step { continue }
        return [.after(step: entry.step ?? "")] + causes.reversed()
      case .withheld, .skipped:
        return [.after(step: entry.step ?? "")] + causes.reversed()
      default: continue
      }
    }
    if causes.isEmpty, !saysWhy(step.entries[index]) { causes = [.clock] }
    return causes.reversed()
  }

  private func saysWhy(_ entry: Entry) -> Bool {
    if entry.handover?.because != nil { return true }
    switch entry.kind {
    case .withheld, .failed, .timeout, .received: return true
    default: return false
    }
  }

  private func inTime(_ name: String, last: Instant?, answered: Bool) -> Reasons.Fact {
    let node = graph?.nodes.first { $0.name == name }
    let hasWindow = graph?.policy.window != nil && node?.window == .policy
    let gap = node?.liftsGap == true ? nil : graph?.policy.gap.map { "\($0)" }
    return .inTime(
      Reasons.Leeway(window: hasWindow, gap: gap, caps: hasCaps, last: last, answered: answered))
  }

  private func suppression(of verb: String) -> [Reasons.Fact] {
    history.suppressed.isDisjoint(with: [verb, "all"]) ? [] : [.suppressed(verb: verb)]
  }

  // MARK: What it waits for

  private var waiting: Reasons.Answer? {
    guard let waiting = history.run.waiting else { return nil }
    guard let graph, graph.nodes.indices.contains(waiting.node) else {
      return Reasons.Answer(
        step: nil, what: .waiting, until: waiting.wakes,
        facts: stuck.isEmpty ? [.because("this program cannot go on by its version; `flow doctor` says why")] : stuck)
    }
    let node = graph.nodes[waiting.node]
    var facts = stuck + lately(node.name)
    let isChain = if case .escalating = waiting.stage { true } else { false }
    if facts.isEmpty,
      let line = history.deliveries.last(where: { ($0.touch || isChain && $0.step == node.name) && $0.isOpen })
    {
      facts.append(counts(waiting, from: line, graph) ? .counts(from: line.step) : .notLeft(step: line.step))
    }
    switch (waiting.stage, node.action) {
    case (.listening, .await(let awaited)): facts.append(.waitsFor(awaited.events))
    case (.outcome, .channel(let action)): facts.append(.waitsFor(action.outcomes))
    case (.escalating, _): facts.append(.waitsFor(["ack"]))
    case (.before, _), (.deferring, _): if let due = node.due { facts.insert(.due(due.text), at: 0) }
    default: break
    }
    if let hold = waiting.hold { facts.append(.heldFor(event: hold.event)) }
    if case .channel(let action) = node.action, waiting.stage == .before || waiting.stage == .deferring, action.touch {
      facts += suppression(of: action.verb)
    }
    return Reasons.Answer(
      step: node.name, round: node.repeats.last.flatMap { history.run.rounds[$0]?.number }, what: .waiting,
      until: goesOn(waiting.wakes), facts: facts)
  }

  /// What came to its time in a pause that is over is due since that was over.
  private func goesOn(_ instant: Instant) -> Instant {
    if case .stood(_, let over, _)? = pausesSince.last { max(instant, over) } else { instant }
  }

  /// Whether what the run waits for moves with the instant at which the line leaves: a `day 5` does not, nor what
  /// follows upon something that somebody has done since.
  private func counts(_ waiting: Run.Waiting, from line: RunHistory.Delivery, _ graph: Graph) -> Bool {
    guard let node = graph.nodes.firstIndex(where: { $0.name == line.step }) else { return false }
    let isByHand =
      line.touch
      && history.steps.contains { step in
        guard step.at > line.planned, step.at <= waiting.arrived, let event = step.event else { return false }
        return graph.isByHand(event, step.entries)
      }
    // So late that a weekday's hour is another one, too.
    let late = max(waiting.due, line.planned).adding(milliseconds: 30 * 86_400_000)
    let left = Event(
      id: "left", at: late, kind: .left(step: node, counted: line.planned, withLater: !isByHand))
    let run = Machine.step(graph, history.run, left, at: late, Surroundings(zones: zones)).run
    return run.waiting?.due != waiting.due
  }

  private var stuck: [Reasons.Fact] {
    var holds = history.holds
    if let because = history.standsBecause, !holds.contains(because) { holds.append(because) }
    return (history.stuck.map { [.stuck(because: $0)] } ?? []) + holds.map { .standsStill(because: $0) } + pausesSince
  }

  /// Pauses that are over, and nothing has happened since.
  private var pausesSince: [Reasons.Fact] {
    var pauses: [Reasons.Fact] = []
    for step in history.steps {
      if let note = step.pause { note.add(to: &pauses) } else { pauses = [] }
    }
    return pauses.filter { if case .stood = $0 { true } else { false } }
  }

  /// Deferrals and holds of a step since it last did anything.
  private func lately(_ name: String) -> [Reasons.Fact] {
    var facts: [Reasons.Fact] = []
    for step in history.steps {
      let isMoved = step.entries.contains { if case .migrated = $0.kind { true } else { false } }
      for entry in step.entries where entry.step == name {
        switch entry.kind {
        case .deferred(let until, let because):
          facts.append(.deferred(at: entry.at, until: until, because: because))
        case .held(let until, let because): facts.append(.held(at: entry.at, until: until, because: because))
        // On another version it waits on, and what has held it does still.
        case .waiting where isMoved: continue
        default: facts = []
        }
      }
    }
    return facts
  }

  // MARK: What it has not come to

  /// - Parameter told: steps of which it is said what happened.
  private func ahead(told: Set<String>) -> [Reasons.Answer] {
    guard let graph else { return [] }
    let told = told.union(history.entries.filter { !$0.isStandingBy }.compactMap(\.step))
    let here = history.run.waiting?.node
    return graph.nodes.indices.compactMap { index -> Reasons.Answer? in
      let node = graph.nodes[index]
      if index == here || told.contains(node.name) { return nil }
      if history.run.reached.contains(index) {
        let at = history.run.passed[index]
        return Reasons.Answer(step: node.name, what: at == nil ? .interrupted : .passed, at: at)
      }
      var facts: [Reasons.Fact]
      if let here, let hops = Ways(graph, history.run).hops(from: here, to: index) {
        facts = [.needs(hops)]
        if case .channel(let action) = node.action, action.touch { facts += suppression(of: action.verb) }
      } else if let turning = turning(before: index, graph) {
        facts = [turning]
      } else if let outcome = history.run.outcome, let ended = history.run.ended {
        facts = [.over(outcome: outcome, at: ended)]
      } else {
        facts = [.behind]
      }
      return Reasons.Answer(step: node.name, what: .ahead, facts: facts)
    }
  }
}

extension RunHistory {
  /// What a step handed over in one transition, in its order: an escalation tells one person after the other.
  func delivery(of index: Int, in step: Step) -> Delivery? {
    let name = step.entries[index].step
    let before = step.entries[..<index].filter { $0.step == name && $0.goesOut }.count
    return deliveries.filter { $0.sequence == step.sequence && $0.step == name }.dropFirst(before).first
  }
}

extension RunHistory.Step {
  /// What the journal says of a person who paused the run or let it go on: an entry of no step.
  fileprivate var pause: Reasons.Fact? {
    guard event == nil, entries.count == 1, let entry = entries.first, entry.step == nil else { return nil }
    guard case .held(let until, let because) = entry.kind, until <= entry.at else { return nil }
    return .held(at: entry.at, until: until, because: because)
  }

  /// The run was woken a minute after its time, or later.
  fileprivate var late: [Reasons.Fact] {
    guard let due, at.milliseconds(since: due) >= 60_000 else { return [] }
    return [.late(since: due)]
  }

  /// When the clock had come to it.
  fileprivate var due: Instant? { if case .timer? = event?.kind { event?.at } else { nil } }
}

extension RunHistory {
  /// Why the run was woken after its time: sending was held, a touch before had not left, or nothing was running.
  fileprivate func delays(of step: Step) -> [Reasons.Fact] {
    guard let due = step.due, due < step.at else { return [] }
    if let held = standstills.last(where: { $0.from < step.at && $0.until > due }) {
      return [.stood(from: held.from, until: held.until, because: held.because)]
    }
    let touch = deliveries.last { $0.touch && $0.sequence < step.sequence && $0.planned <= due }
    if let touch, let left = touch.settled, left > due, left <= step.at, !step.late.isEmpty {
      return [.stood(from: due, until: left, because: "\(touch.step) had not left yet")]
    }
    return step.late
  }
}

extension Reasons.Fact {
  /// A pause that begins, or the end of the one that is open.
  fileprivate func add(to pauses: inout [Reasons.Fact]) {
    if case .held(_, let until, let end) = self, case .held(let since, _, let because)? = pauses.last {
      // `goes on: she is back, by olga; was paused: …`, where somebody has said why.
      let reason = end.firstRange(of: "; was ").map { "; \(end[..<$0.lowerBound])" } ?? ""
      pauses[pauses.count - 1] = .stood(from: since, until: until, because: because + reason)
    } else {
      pauses.append(self)
    }
  }
}

extension RunHistory.Delivery {
  /// It is still to leave.
  fileprivate var isOpen: Bool { ["planned", "deferred", "claimed", "marked", "held"].contains(state) }
}

extension Reasons.Fact {
  /// Nothing was to go out at all.
  fileprivate var isStandstill: Bool {
    if case .deferred(let at, let until, _) = self { until <= at } else { false }
  }

  fileprivate var isInTime: Bool { if case .inTime = self { true } else { false } }
}

extension Reasons.Answer {
  /// What the journal calls sent, or given to somebody, was planned then: it is so when its channel has taken it, and
  /// what is to come of a touch counts from there.
  fileprivate mutating func showWhenItLeft(isTouch: Bool) {
    guard what == .sent || what == .assigned, let delivery else { return }
    var isInTime = true
    switch delivery.state {
    case "accepted":
      if let left = delivery.settled {
        isInTime = left.milliseconds(since: delivery.planned) < 60_000
        if what == .sent || !isInTime { at = left }
      }
    case "planned", "deferred", "held":
      what = .planned
      isInTime = false
    case "claimed": what = .planned
    default: break
    }
    if isInTime { return }
    facts.removeAll(where: \.isInTime)
    if isTouch { until = nil }
  }
}
