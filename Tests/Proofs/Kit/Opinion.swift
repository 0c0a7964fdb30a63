import FlowCore
import FlowTime

/// A second opinion of one claim about one run, written from the language alone.
package struct Opinion {
  package enum Finding: Hashable, Sendable {
    case holds
    /// Whoever reads the claim's words one way says that it is broken, and another that it is not.
    case arguable
    case broken
  }

  let graph: Graph
  let tale: Tale
  let calendar: BusinessCalendar
  private let outcome: String?
  private let ended: Instant?
  private let touches: [(at: Instant, verb: String, node: NodeIndex, index: Int)]

  package init(_ graph: Graph, _ tale: Tale) {
    self.graph = graph
    self.tale = tale
    calendar = graph.policy.calendar
    var end: (outcome: String, at: Instant)?
    for entry in tale.entries { if case .ended(let outcome) = entry.kind { end = (outcome, entry.at) } }
    outcome = end?.outcome
    ended = end?.at
    touches = tale.entries.enumerated().compactMap { index, entry in
      guard let handover = entry.handover, handover.touch, let node = entry.step.flatMap({ graph.node(named: $0) })
      else { return nil }
      return (entry.at, handover.verb, node, index)
    }
  }

  package func finding(on claim: Claim) -> Finding {
    switch claim {
    case .ends(let within): ends(within)
    case .touches(let most, let verb, let span): touches(most, verb, span)
    case .apart(let least): apart(least, isLifted: false)
    case .gap(let least): apart(least, isLifted: true)
    case .firstTouch(let within): firstTouch(within)
    case .silence(let goals): silence(goals)
    case .stops: stops
    case .insideWindow: touches.contains { !isOpen($0.node, at: $0.at, $0.index) } ? .broken : .holds
    // Each run that ends otherwise says nothing against it.
    case .possible: .holds
    case .overseen(let step): overseen(step)
    case .never(let one, let other):
      places(of: other).first.map { first in places(of: one).contains { $0 > first } } == true ? .broken : .holds
    case .always(let one, let other):
      places(of: other).first.map { first in !places(of: one).contains { $0 < first } } == true ? .broken : .holds
    case .follows(let one, let within, let other): follows(one, within, other)
    }
  }

  // MARK: Measures

  /// The most touches in any span, or in all.
  package func count(_ verb: String?, _ span: Duration?) -> Int {
    let all = touches.filter { verb == nil || $0.verb == verb }.map(\.at)
    guard let span else { return all.count }
    return all.indices.map { first in
      let end = later(all[first], by: span)
      return all[first...].prefix { end == nil || $0 < end ?? $0 }.count
    }.max() ?? 0
  }

  /// From the start to the end, without time held.
  package var length: Int64? { ended.map { passed(tale.start, $0) - tale.held } }

  /// The least between two touches that nothing lets be closer.
  package func closest(isLifted: Bool) -> Int64? {
    zip(touches, touches.dropFirst()).compactMap { first, second in
      isFree(first.index, second, isLifted: isLifted) ? nil : -passed(second.at, first.at)
    }.min()
  }

  package var untilFirstTouch: Int64? {
    touches.first.map { passed(tale.start, $0.at) - (tale.heldAtFirstTouch ?? 0) }
  }

  /// On the clock of the wall or as time elapses, whichever is less: a bound of whole days is meant on the wall, any
  /// other elapses.
  private func passed(_ from: Instant, _ to: Instant) -> Int64 {
    min(tale.zone.wall(to) - tale.zone.wall(from), to.milliseconds(since: from))
  }

  // MARK: Claims

  private func ends(_ within: Duration?) -> Finding {
    guard let ended else { return .broken }
    guard let within, let limit = later(tale.start, by: within) else { return .holds }
    return late(ended, limit, held: tale.held)
  }

  /// Time held is left out; whether it moves instants or wall times is an hour's difference at most.
  private func late(_ instant: Instant, _ limit: Instant, held: Int64) -> Finding {
    let over = instant.milliseconds(since: limit) - held
    if over <= 0 { return held > 0 && over > -Self.hour ? .arguable : .holds }
    return held > 0 ? (over > 24 * Self.hour ? .broken : .arguable) : .broken
  }

  private static let hour: Int64 = 3_600_000

  private func apart(_ least: Duration, isLifted: Bool) -> Finding {
    for (first, second) in zip(touches, touches.dropFirst()) {
      guard let end = later(first.at, by: least), second.at < end, !isFree(first.index, second, isLifted: isLifted)
      else { continue }
      return .broken
    }
    return .holds
  }

  /// `gap: none` where that counts, or the contact has answered since.
  private func isFree(
    _ first: Int, _ second: (at: Instant, verb: String, node: NodeIndex, index: Int), isLifted: Bool
  ) -> Bool {
    isLifted && graph.nodes[second.node].liftsGap
      || tale.entries[first...second.index].contains {
        if case .received("reply", _, _, _) = $0.kind { true } else { false }
      }
  }

  /// A run that ends `exhausted` had one touch more to send than its policy allows.
  private func touches(_ most: Int, _ verb: String?, _ span: Duration?) -> Finding {
    if count(verb, span) > most { return .broken }
    let isPolicy = verb == nil && span == nil && most == graph.policy.maxTouches
    return isPolicy && outcome == "exhausted" ? .broken : .holds
  }

  /// Whoever has not been written to by then must have ended by then.
  private func firstTouch(_ within: Duration) -> Finding {
    guard tale.isSilent, let limit = later(tale.start, by: within) else { return .holds }
    // One that could not be handed over is told to the owner, and is late for nobody.
    let failed = tale.entries.first { entry in
      guard case .failed = entry.kind, let node = entry.step.flatMap({ graph.node(named: $0) }) else { return false }
      return graph.nodes[node].isTouch
    }
    guard let at = [touches.first?.at, failed?.at].compactMap({ $0 }).min() ?? ended else { return .broken }
    return at <= limit ? .holds : tale.held > 0 ? .arguable : .broken
  }

  private func silence(_ goals: [Milestone]) -> Finding {
    guard tale.isSilent else { return .holds }
    if goals.contains(where: { !places(of: $0).isEmpty }) { return .holds }
    if goals.isEmpty, !places(of: .escalation).isEmpty { return .holds }
    // No generated file writes these; the last is a rule of flow.yaml.
    if goals.isEmpty, !["completed", "exhausted", "capped"].contains(outcome ?? "completed") { return .holds }
    return .broken
  }

  private var stops: Finding {
    var isOver = false
    var isOpen = false
    var barred: Set<String> = []
    var last: String?
    for entry in tale.entries {
      if let handover = entry.handover, handover.touch {
        if isOver || barred.contains(handover.verb) { return .broken }
        if isOpen { return .arguable }
        last = handover.verb
      }
      switch entry.kind {
      case .received("unsubscribe", _, _, _), .received("complaint", _, _, _), .received("reply", _, _, "default"),
        .received("bounce", _, _, "default"), .ended:
        isOver = true
      // An await may yet take it.
      case .received("bounce", _, _, "nothing"): isOpen = true
      case .received("bounce", _, _, _): if let last { barred.insert(last) } else { isOpen = true }
      default: break
      }
    }
    return .holds
  }

  private func isOpen(_ node: NodeIndex, at instant: Instant, _ index: Int) -> Bool {
    let step = graph.nodes[node]
    var named = tale.data["contact"]?[path: ["timezone"]].text
    for entry in tale.entries[..<index] {
      guard case .set(let values) = entry.kind else { continue }
      for one in values where one.name == "contact.timezone" { named = one.value.text }
    }
    let zone = named.flatMap { tale.zones?.zone(named: $0) } ?? tale.zone
    let civil = zone.civil(at: instant)
    switch step.window {
    case .any: return true
    case .own(let window): return window.contains(civil) && !graph.policy.holidays.contains(civil.date)
    case .policy:
      return (graph.policy.window?.contains(civil) ?? true) && !graph.policy.holidays.contains(civil.date)
    }
  }

  private func overseen(_ step: NodeIndex) -> Finding {
    let name = graph.nodes[step].name
    guard let place = tale.entries.lastIndex(where: { $0.step == name && $0.kind == .timeout }) else { return .holds }
    var isTask = false
    for (index, entry) in tale.entries.enumerated().dropFirst(place) {
      switch entry.kind {
      case .received where tale.own.contains(index): break
      case .escalated, .received: return .holds
      // A message to somebody that fails is told to the owner.
      case .failed where isMessage(entry.step): return .holds
      default: break
      }
      guard let handover = entry.handover, !handover.touch else { continue }
      if case .sent = entry.kind { return .holds }
      isTask = true
    }
    // A task of somebody else tells; every task of a generated file is the owner's.
    return isTask ? .arguable : .broken
  }

  private func isMessage(_ step: String?) -> Bool {
    for node in graph.nodes where node.name == step {
      if case .channel(let action) = node.action { return !action.touch && !action.isTask }
    }
    return false
  }

  private func follows(_ one: Milestone, _ within: Duration, _ other: Milestone) -> Finding {
    let answers = places(of: one)
    for place in places(of: other) {
      let from = tale.entries[place].at
      guard let limit = later(from, by: within) else { continue }
      var isMet = false
      if let ended, ended <= limit { isMet = true }
      for answer in answers where answer > place && tale.entries[answer].at <= limit { isMet = true }
      if !isMet { return .broken }
    }
    return .holds
  }

  // MARK: Milestones

  /// Where in the timeline it comes about.
  private func places(of milestone: Milestone) -> [Int] {
    tale.entries.indices.filter { index in
      let entry = tale.entries[index]
      switch (milestone, entry.kind) {
      case (.started, .started): return true
      case (.touch, _): return entry.handover?.touch == true
      case (.verb(let verb), _):
        if let handover = entry.handover { return handover.verb == verb }
        return isDoing(entry) && entry.step.flatMap { graph.node(named: $0) }.map { graph.nodes[$0].verb } == verb
      case (.escalation, .escalated): return true
      case (.reply(let name), .received("reply", let own, _, _)): return name == "reply" || own == name
      case (.event(let name), .received(let event, _, let outcome, _)): return event == name || outcome == name
      case (.end(let wanted), .ended(let outcome)): return wanted == nil || wanted == outcome
      case (.step(let node), _): return entry.step == graph.nodes[node].name && isDoing(entry)
      default: return false
      }
    }
  }

  private func isDoing(_ entry: Entry) -> Bool {
    switch entry.kind {
    case .sent, .task, .escalated, .set, .emitted, .enrolled, .chose, .waiting: true
    case .suppressed: entry.step != nil
    default: false
    }
  }

  private func later(_ instant: Instant, by duration: Duration) -> Instant? {
    // A claim counts hours of the window where the contact was when the run began.
    let contact = tale.data["contact"]?[path: ["timezone"]].text.flatMap { tale.zones?.zone(named: $0) }
    return add(
      duration, to: instant, zone: tale.zone, calendar: calendar,
      hours: graph.policy.window.map { ($0, contact ?? tale.zone) })
  }
}

extension Zone {
  /// Milliseconds on the clock of the wall.
  func wall(_ instant: Instant) -> Int64 {
    let civil = civil(at: instant)
    return Int64(civil.date.dayNumber) * 86_400_000 + Int64(civil.time.milliseconds)
  }
}
