import FlowCore
import FlowTime

/// Judges one run that is known from its start to its end: whether it breaks a claim, and by how much.
///
/// Spans of days are reckoned by the calendar in the run's zone, as `gap` is (`touch2 < touch1 + 1 day`),
/// hours as elapsed time.
public struct Monitor: Sendable {
  /// What one run says of a claim.
  public struct Judgement: Sendable, Hashable {
    /// Positions of the entries that break it, ascending; empty where the run keeps it.
    public var breach: [Int]
    /// How far the run is from breaking it, in milliseconds or touches; below 0 where it breaks it. Nil where
    /// the claim has no measure, or the run nothing to measure.
    public var slack: Int64?

    public var isBroken: Bool { !breach.isEmpty }

    public init(breach: [Int] = [], slack: Int64? = nil) {
      self.breach = breach
      self.slack = slack
    }

    static let kept = Judgement()
  }

  public let claim: Claim
  private let graph: Graph
  private let zones: any ZoneSource
  /// Outcomes that the file writes.
  private let writtenEnds: Set<String>

  public init(_ claim: Claim, graph: Graph, zones: any ZoneSource) {
    self.claim = claim
    self.graph = graph
    self.zones = zones
    writtenEnds = Set(graph.writtenOutcomes.map(\.outcome))
  }

  /// - Parameter course: up to its end, or up to where nobody looks any further.
  public func judge(_ course: Course) -> Judgement {
    switch claim {
    case .ends(let within): ends(course, within)
    case .touches(let most, let verb, let span): touches(course, most, verb, span)
    case .apart(let distance): apart(course, distance, isLifted: false)
    case .gap(let distance): apart(course, distance, isLifted: true)
    case .firstTouch(let within): firstTouch(course, within)
    case .silence(let milestones): silence(course, milestones)
    case .stops: stops(course)
    case .insideWindow: insideWindow(course)
    case .possible: .kept
    case .overseen(let step): overseen(course, step)
    case .never(let one, let before): never(course, one, after: before)
    case .always(let one, let later): always(course, one, before: later)
    case .follows(let one, let within, let cause): follows(course, one, within, of: cause)
    }
  }

  // MARK: How long

  private func ends(_ course: Course, _ within: Duration?) -> Judgement {
    let last = course.entries.count - 1
    guard let end = course.end else { return Judgement(breach: [last]) }
    guard let within, let limit = deadline(within, course, until: end.at) else { return .kept }
    return timed([last], by: limit, at: end.at)
  }

  /// In a run into which nothing has come: whoever is not written to in time has not ended in time either.
  private func firstTouch(_ course: Course, _ within: Duration) -> Judgement {
    let last = course.entries.count - 1
    let first = course.entries.firstIndex { $0.handover?.touch == true || isFailedTouch($0) } ?? last
    guard course.isSilent, course.entries.indices.contains(first),
      let limit = deadline(within, course, until: course.entries[first].at)
    else { return .kept }
    return timed([first], by: limit, at: course.entries[first].at)
  }

  private func follows(
    _ course: Course, _ one: Milestone, _ within: Duration, of cause: Milestone
  ) -> Judgement {
    var worst = Judgement.kept
    for at in positions(cause, course) {
      guard let limit = after(within, course.entries[at].at, course) else { continue }
      let answer = course.entries.indices.dropFirst(at + 1).first {
        one.isReached(by: course.entries[$0], in: graph)
      }
      let last = course.entries.count - 1
      let judged = timed([at, answer ?? last], by: limit, at: course.entries[answer ?? last].at)
      if worst.slack.map({ $0 > judged.slack ?? 0 }) ?? true { worst = judged }
    }
    return worst
  }

  /// The latest instant that keeps a promise counted from the start, time held left out: the start moves by
  /// as much as holds have moved what the run waited for, or what is promised does, by the wall or by elapsed
  /// time, whichever is latest. What is held only after what is promised has come moves nothing.
  private func deadline(_ within: Duration, _ course: Course, until instant: Instant) -> Instant? {
    guard let plain = after(within, course.start, course) else { return nil }
    let held = course.held.filter { $0.since < instant }
    guard !held.isEmpty else { return plain }
    let elapsed = held.reduce(0) { $0 + $1.to.milliseconds(since: $1.from) }
    let wall = held.reduce(0) { $0 + wallTime($1.from, $1.to, course.zone) }
    let moved = after(within, onWall(course.start, by: wall, course.zone), course) ?? plain
    return max(plain.adding(milliseconds: elapsed), onWall(plain, by: wall, course.zone), moved)
  }

  private func wallTime(_ from: Instant, _ to: Instant, _ zone: Zone) -> Int64 {
    to.milliseconds(since: from) + Int64(zone.offset(at: to) - zone.offset(at: from)) * 1000
  }

  private func onWall(_ instant: Instant, by time: Int64, _ zone: Zone) -> Instant {
    let (civil, day) = (zone.civil(at: instant), Int64(86_400_000))
    let total = Int64(civil.time.milliseconds) + time
    let days = total >= 0 ? total / day : -((day - 1 - total) / day)
    return zone.instant(
      of: CivilDateTime(
        date: civil.date.adding(days: Int(days)), time: CivilTime(milliseconds: Int32(total - days * day))))
  }

  private func timed(_ breach: [Int], by limit: Instant, at instant: Instant) -> Judgement {
    let slack = limit.milliseconds(since: instant)
    return Judgement(breach: slack < 0 ? unique(breach) : [], slack: slack)
  }

  private func after(_ duration: Duration, _ instant: Instant, _ course: Course) -> Instant? {
    add(
      duration, to: instant, zone: course.zone, calendar: graph.policy.calendar,
      hours: graph.policy.window.map { ($0, contactZone(course, at: 0)) })
  }

  // MARK: How many, how close

  private func touches(_ course: Course, _ most: Int, _ verb: String?, _ span: Duration?) -> Judgement {
    let all = course.entries.indices.filter { at in
      guard let handover = course.entries[at].handover, handover.touch else { return false }
      return verb.map { $0 == handover.verb } ?? true
    }
    guard let span else {
      if all.count > most { return Judgement(breach: Array(all[most...]), slack: Int64(most - all.count)) }
      // A touch beyond it has ended the run.
      let isLimit = verb == nil && most == graph.policy.maxTouches
      guard isLimit, course.end?.outcome == "exhausted", !writtenEnds.contains("exhausted") else {
        return Judgement(slack: Int64(most - all.count))
      }
      return Judgement(breach: [course.entries.count - 1], slack: -1)
    }
    var worst = Judgement.kept
    guard most >= 0, most < all.count else { return worst }
    for first in 0..<(all.count - most) {
      let group = Array(all[first...first + most])
      guard let earlier = group.first, let later = group.last,
        let free = after(span, course.entries[earlier].at, course)
      else { continue }
      let slack = course.entries[later].at.milliseconds(since: free)
      if worst.slack.map({ $0 > slack }) ?? true {
        worst = Judgement(breach: slack < 0 ? group : [], slack: slack)
      }
    }
    return worst
  }

  private func apart(_ course: Course, _ distance: Duration, isLifted: Bool) -> Judgement {
    var worst = Judgement.kept
    var last: Int?
    var hasAnswered = false
    for (at, entry) in course.entries.enumerated() {
      if Milestone.reply("reply").isReached(by: entry, in: graph) { hasAnswered = true }
      guard entry.handover?.touch == true else { continue }
      if let last, !hasAnswered, !(isLifted && liftsGap(entry)),
        let free = after(distance, course.entries[last].at, course)
      {
        let slack = entry.at.milliseconds(since: free)
        if worst.slack.map({ $0 > slack }) ?? true {
          worst = Judgement(breach: slack < 0 ? [last, at] : [], slack: slack)
        }
      }
      last = at
      hasAnswered = false
    }
    return worst
  }

  /// It was due, and could not be handed over: its owner is told.
  private func isFailedTouch(_ entry: Entry) -> Bool {
    guard case .failed = entry.kind else { return false }
    return node(of: entry)?.isTouch ?? false
  }

  private func liftsGap(_ entry: Entry) -> Bool { node(of: entry)?.liftsGap ?? false }

  private func node(of entry: Entry) -> Node? {
    entry.step.flatMap(graph.node(named:)).map { graph.nodes[$0] }
  }

  // MARK: What comes after what

  private func silence(_ course: Course, _ milestones: [Milestone]) -> Judgement {
    guard course.isSilent, let end = course.end else { return .kept }
    let isReached = course.entries.contains { entry in
      milestones.isEmpty
        ? Milestone.escalation.isReached(by: entry, in: graph) || isFailedEscalation(entry)
        : milestones.contains { $0.isReached(by: entry, in: graph) }
    }
    if isReached || (milestones.isEmpty && writtenEnds.contains(end.outcome)) { return .kept }
    return Judgement(breach: [course.entries.count - 1])
  }

  /// After a hard bounce the channel by which the last touch went is not used again, and where nothing in the
  /// file takes the bounce, none is.
  private func stops(_ course: Course) -> Judgement {
    var lastVerb: String?
    var closed: [(at: Int, verb: String?)] = []
    for (at, entry) in course.entries.enumerated() {
      if let handover = entry.handover, handover.touch {
        let barred = closed.first { $0.verb == nil || $0.verb == handover.verb }
        if let barred { return Judgement(breach: [barred.at, at]) }
        lastVerb = handover.verb
      }
      switch entry.kind {
      case .received("bounce", _, _, let took): closed.append((at, took == "nothing" ? nil : lastVerb))
      case .received("unsubscribe", _, _, _), .received("complaint", _, _, _), .ended:
        closed.append((at, nil))
      case .received("reply", _, _, "nothing"), .received("reply", _, _, "default"): closed.append((at, nil))
      default: break
      }
    }
    return .kept
  }

  private func never(_ course: Course, _ one: Milestone, after before: Milestone) -> Judgement {
    guard let first = positions(before, course).first,
      let broken = positions(one, course).first(where: { $0 > first })
    else { return .kept }
    return Judgement(breach: [first, broken])
  }

  private func always(_ course: Course, _ one: Milestone, before later: Milestone) -> Judgement {
    guard let at = positions(later, course).first else { return .kept }
    if let first = positions(one, course).first, first < at { return .kept }
    return Judgement(breach: [at])
  }

  /// A task that was not done in time is told by an escalation, a message to somebody who is not the contact,
  /// or a task of somebody else. Where such a message fails, its owner is told.
  private func overseen(_ course: Course, _ step: NodeIndex) -> Judgement {
    guard graph.nodes.indices.contains(step), course.end != nil else { return .kept }
    let name = graph.nodes[step].name
    var missed: (at: Int, by: String?)?
    var by: String?
    for (at, entry) in course.entries.enumerated() {
      switch entry.kind {
      case .task(let handover) where entry.step == name: by = handover.by
      case .timeout where entry.step == name: missed = missed ?? (at, by)
      case .received where course.own.contains(at): break
      case .escalated, .received: missed = nil
      case .sent(let handover) where !handover.touch: missed = nil
      case .failed where node(of: entry)?.tellsSomebody == true: missed = nil
      case .task(let handover) where missed != nil && handover.by != missed?.by: missed = nil
      default: break
      }
    }
    return missed.map { Judgement(breach: [$0.at]) } ?? .kept
  }

  // MARK: Where it may go out

  private func insideWindow(_ course: Course) -> Judgement {
    for (at, entry) in course.entries.enumerated() where entry.handover?.touch == true {
      guard let node = node(of: entry) else { continue }
      let window: Window?
      switch node.window {
      case .any: continue
      case .policy: window = graph.policy.window
      case .own(let own): window = own
      }
      let zone = contactZone(course, at: at)
      if !isOpen(at: entry.at, window: window, zone: zone, holidays: graph.policy.holidays) {
        return Judgement(breach: [at])
      }
    }
    return .kept
  }

  /// The contact's zone as known by then, else the run's.
  private func contactZone(_ course: Course, at position: Int) -> Zone {
    var name = course.data["contact"]?[path: ["timezone"]].text
    for entry in course.entries.prefix(position) {
      guard case .set(let changes) = entry.kind else { continue }
      for change in changes {
        if change.name == "contact.timezone" { name = change.value.text }
        if change.name == "contact" { name = change.value[path: ["timezone"]].text }
      }
    }
    return name.flatMap { zones.zone(named: $0) } ?? course.zone
  }

  // MARK: Small things

  /// In place of whom it was for, its owner is told.
  private func isFailedEscalation(_ entry: Entry) -> Bool {
    guard case .failed = entry.kind, case .escalate? = node(of: entry)?.action else { return false }
    return true
  }

  private func positions(_ milestone: Milestone, _ course: Course) -> [Int] {
    course.entries.indices.filter { milestone.isReached(by: course.entries[$0], in: graph) }
  }

  private func unique(_ positions: [Int]) -> [Int] { Array(Set(positions)).sorted() }
}
